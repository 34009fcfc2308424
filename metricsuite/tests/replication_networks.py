"""Distances between networks, made up: what the tests of the replication's networks part read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from metricsuite.networks.curriculum import FREEZINGS
from metricsuite.report.replicate.network_blocks import files_of
from metricsuite.report.replicate.network_design import ALONG, ARCHITECTURES, ROLES, TRIALS, files
from metricsuite.report.replicate.network_figures import LADDER

KINDS = {"untrained": 0.4, "master_frozen": 0.3, "partial": 0.2, "full": 0.1, "full unfrozen": 0.1}
N = 8


def jittered(value: float, seed: int, n: int = N) -> list[float]:
    """One number a network around a value."""
    return (value + np.random.default_rng(seed).normal(0, 0.01, n)).tolist()


def found_of(
    kinds: Mapping[str, float] = KINDS, masters: float = 0.1, untrained: float = 0.1, **others: Mapping[str, float]
) -> dict[str, Any]:
    """What `network_design.remake` returns, every role, design and architecture alike, but for the kinds of an architecture in `others`."""
    master: dict[str, Any] = {}
    for role in ROLES:
        master[role] = {"published": {}, "strict": {}}
        for architecture in ARCHITECTURES:
            planted = {**kinds, **others.get(architecture, {})}
            values = {f: planted[kind] for kind in LADDER for z in FREEZINGS for f in files_of(kind, z)}
            values |= {"master": planted.get("masters", masters), "untrained_floor": planted.get("floor", untrained)}
            drawn = {f: jittered(v, k) for k, (f, v) in enumerate(values.items())}
            master[role]["published"][architecture] = {f: v for f, v in drawn.items() if ".rule" not in f}
            master[role]["strict"][architecture] = {f"{f} {t}": v for f, v in drawn.items() for t in TRIALS}
    curves = {
        f: [jittered(0.5 - 0.1 * k, k) for k in range(len(ALONG))]
        for f in files("input")
        if f not in ("untrained", "master")
    }
    ten, three = (np.linspace(0, 1, n * n).reshape(n, n).tolist() for n in (10, 3))
    couples = {"relu-gru": three, "relu-mamba": three, "gru-mamba": three}
    return {
        "members": {a: list(range(N)) for a in ARCHITECTURES},
        "master": master,
        "learning": {r: {d: dict.fromkeys(ARCHITECTURES, curves) for d in ("published", "strict")} for r in ROLES},
        "matrices": {
            r: {
                "published": {a: {"input": ten} for a in ARCHITECTURES},
                "strict": {a: dict.fromkeys(FREEZINGS, ten) for a in ARCHITECTURES},
            }
            for r in ROLES
        },
        "across": {r: {"published": couples, "strict": couples} for r in ROLES},
    }
