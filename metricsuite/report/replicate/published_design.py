"""The published design, remade: systems as published, metrics at the published settings, the published gaps; 16 draws instead of one.

A draw is one seed: nine Lorenz systems compared with one another, and seven patterns, each compared with a second take of itself under
independent noise and with a take in which another pattern is mixed in. Per draw and metric three pairs of numbers are kept:

    families   mean distance within and across families
    noise      mean distance at noise .004 and at .001
    mixing     mean distance at share 1 (noise .004) and at share .25 (noise .001)
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.errors import CertificateError
from metricsuite.metrics.dsa.dsa import DSA
from metricsuite.metrics.kernel_alignment import AngularCKA
from metricsuite.metrics.orthogonal_procrustes import Procrustes
from metricsuite.systems.published import FAMILIES, PATTERNS, mixed_in, perturbed, published_lorenz
from metricsuite.systems.streams import Array, stream
from metricsuite.version import __version__

LEVELS = ((0.004, 1.0), (0.001, 0.25))  # noise, share: the first and the last of three
DRAWS, TRIALS, STEPS = 16, 200, 200
FAMILY_RANK, NOISE_RANK = 20, 50
Measure = Callable[[list[Array], list[tuple[int, int]]], Array]
Drawn = dict[str, list[tuple[float, float]]]  # quantity: one pair of numbers a draw


def settings(trials: int = TRIALS, steps: int = STEPS) -> dict[str, Any]:
    """All that the numbers depend on, beside the seeds."""
    return {
        "trials": trials, "steps": steps, "dsa": {"n_delays": 33, "delay_interval": 6, "rank": [FAMILY_RANK, NOISE_RANK]},
        "families": [list(r) for r in FAMILIES.values()], "patterns": list(PATTERNS), "levels": [list(pair) for pair in LEVELS],
    }  # fmt: skip


def measures(rank: int) -> dict[str, Measure]:
    """Role: distances of some pairs of systems, as published: DSA in radians, CKA and Procrustes as angles over pi / 2."""

    def dsa(systems: list[Array], pairs: list[tuple[int, int]]) -> Array:
        metric = DSA(n_delays=33, delay_interval=6, rank=rank, n_components=None)
        return metric.compare_many([metric.prepare(x) for x in systems], np.array(pairs))

    def angle(kind: type[AngularCKA] | type[Procrustes]) -> Measure:
        def over_right_angle(systems: list[Array], pairs: list[tuple[int, int]]) -> Array:
            metric = kind()
            states = [metric.prepare(x) for x in systems]
            return np.array([metric.compare(states[i], states[j]) for i, j in pairs]) / (np.pi / 2)

        return over_right_angle

    return {"dsa": dsa, "cka": angle(AngularCKA), "procrustes": angle(Procrustes)}


def remake(seeds: Sequence[int], trials: int = TRIALS, steps: int = STEPS) -> dict[str, Any]:
    """Measure the published design: about 6 s a seed on one core.

    Returns
    -------
    dict
        "version", "settings", "seeds", and "metrics": role: quantity: one pair of numbers a seed.
    """
    found: dict[str, Drawn] = {role: {q: [] for q in ("families", "noise", "mixing")} for role in measures(FAMILY_RANK)}
    for draw, seed in enumerate(seeds):
        systems = {
            r: published_lorenz(seed, r, trials, steps) for r in sorted({*sum(FAMILIES.values(), ()), *PATTERNS})
        }
        nine, pairs, within = families(systems)
        for role, measure in measures(FAMILY_RANK).items():
            d = measure(nine, pairs)
            found[role]["families"].append((float(d[within].mean()), float(d[~within].mean())))
        takes, pairs = disturbed(systems, seed, draw)
        for role, measure in measures(NOISE_RANK).items():
            means = measure(takes, pairs).reshape(len(LEVELS), 2, len(PATTERNS)).mean(axis=2)
            for quantity, column in zip(("noise", "mixing"), means.T, strict=True):
                found[role][quantity].append((float(column[0]), float(column[1])))
    return {"version": __version__, "settings": settings(trials, steps), "seeds": list(seeds), "metrics": found}


def families(systems: dict[float, Array]) -> tuple[list[Array], list[tuple[int, int]], npt.NDArray[np.bool_]]:
    """The nine systems, their 36 pairs, and which of these lie within a family."""
    family = [name for name, values in FAMILIES.items() for _ in values]
    pairs = [(i, j) for i in range(len(family)) for j in range(i + 1, len(family))]
    within = np.array([family[i] == family[j] for i, j in pairs])
    return [systems[r] for values in FAMILIES.values() for r in values], pairs, within


def disturbed(systems: dict[float, Array], seed: int, draw: int) -> tuple[list[Array], list[tuple[int, int]]]:
    """Three takes of each pattern at each level, under independent noise, the third with another pattern mixed in; and the pairs.

    Pairs go by level, then noise (takes 1 and 2) before mixing (takes 2 and 3), then pattern. Which pattern is mixed in moves on by
    one with each draw, so that six draws meet all 42 combinations (all were made in the published one).
    """
    takes: list[Array] = []
    pairs: list[tuple[int, int]] = []
    rng = stream(seed, "published noise")
    for noise, share in LEVELS:
        start = len(takes)
        for k, r in enumerate(PATTERNS):
            one, two, three = (perturbed(systems[r], noise, rng) for _ in range(3))
            second = PATTERNS[(k + 1 + draw % (len(PATTERNS) - 1)) % len(PATTERNS)]
            takes += [one, two, mixed_in(three, systems[second], share)]
        for first, other in ((0, 1), (1, 2)):
            pairs += [(start + 3 * k + first, start + 3 * k + other) for k in range(len(PATTERNS))]
    return takes, pairs


def write_published(path: Path, made: dict[str, Any]) -> None:
    """Store what `remake` returned."""
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    partial.replace(path)


def read_published(path: Path) -> dict[str, Any]:
    """What `remake` returned, as stored.

    Raises
    ------
    CertificateError
        No JSON of that kind, or made by another version or at other settings than this version's.
    """
    try:
        made = json.loads(path.read_text(encoding="utf-8"))
        given = {"version": made["version"], "settings": made["settings"]}
        complete = all(
            np.shape(made["metrics"][role][q]) == (len(made["seeds"]), 2)
            for role in measures(FAMILY_RANK) for q in ("families", "noise", "mixing")
        )  # fmt: skip
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CertificateError(f"{path}: cannot be read: {error!r}. Make it again with --published.") from error
    needed = {"version": __version__, "settings": settings()}
    for key in needed:
        if given[key] != needed[key]:
            raise CertificateError(f"{path}: {key} {given[key]}; needed {needed[key]}. Make it again with --published.")
    if not complete:
        raise CertificateError(
            f"{path}: not one pair of numbers a seed, metric and quantity. Make it again with --published."
        )
    return dict(made)
