"""A small certificate with a verdict by every criterion, real distances and drawings, in under a second; for tests of its page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from metricsuite.certificate import Certificate, environment, make_certificate
from metricsuite.criteria import (
    Decision,
    arrives,
    equals,
    flat,
    follows,
    invariant,
    rises,
    sensitive,
    separates,
    stays_unrelated,
    survives,
    symmetric,
    triangular,
    vanishes,
    withstands,
)
from metricsuite.designs import Contrast, Design, Orbit, Sweep
from metricsuite.distances import Distances, pairwise
from metricsuite.properties import PROPERTIES
from metricsuite.spec import MetricSpec
from metricsuite.verdict import Verdict, blank, judge
from metricsuite.verdicts import gather, save_arrays

SEEDS = 6
SPEC = MetricSpec(
    name="mean-gap", pairing="none", axioms={"symmetry"}, invariant_to={"translation", "sampling-rate"}, sensitive_to={"topology", "frequency"},
)  # fmt: skip


def mean_gap(x: np.ndarray, y: np.ndarray) -> float:
    """The distance between the spreads of two systems, whatever they are."""
    return float(np.linalg.norm(x.std((0, 1)) - y.std((0, 1))))


def nearly(x: np.ndarray, y: np.ndarray) -> float:
    """The same in other arithmetic."""
    return 1.01 * mean_gap(x, y)


def circles(size: float, key: int = 0, units: int = 3) -> list[np.ndarray]:
    """Noisy circles, six systems of four trials."""
    out = []
    for seed in range(SEEDS):
        rng = np.random.default_rng([seed, key])
        phase = np.linspace(0, 6, 30) + rng.uniform(0, 6, (4, 1))
        plane = np.stack([np.cos(phase), np.sin(phase)] + [0 * phase] * (units - 2), axis=-1)
        out.append(size * plane + 0.05 * rng.normal(size=plane.shape))
    return out


def _along(parameter: str, levels: dict[float, float], against: str = "first", key: int = 0) -> Sweep:
    return Sweep(parameter, {at: circles(size, key) for at, size in levels.items()}, against=against, paired=True)  # type: ignore[arg-type]


def cases() -> dict[str, tuple[str, Design, Callable[[Distances], Decision]]]:
    """By verdict id: the property, the design, the criterion."""
    contrast = Contrast({"small <b>": circles(1.0), "large & round": circles(2.0, 1)}, paired=False)
    orbit = Orbit(circles(1.0), circles(1.1, 2), circles(3.0, 3), paired=False)
    growing = _along("size", {0: 1.0, 1: 1.5, 2: 2.0, 3: 3.0})
    classes = Sweep(
        "noise", {at: {"a": circles(1.0, 5), "b": circles(2.0 - at, 6)} for at in (0.0, 0.2, 0.9)}, paired=True
    )
    unrelated = Sweep(
        "units", {n: {"some": circles(1.0, 7, n), "others": circles(2.0, 8, n)} for n in (3, 6)}, paired=True
    )
    others = _along("training", {0: 1.0, 1: 1.2, 2: 3.0}, "others")
    path = _along("size", {0: 1.0, 1: 1.5, 2: 2.0}, "all", 9)
    ported = Contrast({"small": circles(1.0, 10), "large": circles(2.0, 11)}, paired=True)
    same = Orbit(circles(1.0), [x + 1 for x in circles(1.0)], paired=True)
    return {
        "test_a/test_tells_classes[x/y]": ("topology", contrast, separates),
        "test_a/test_again": ("frequency", contrast, lambda d: separates(d, 0.9)),
        "test_a/test_moves": ("readout", orbit, invariant),
        "test_a/test_moved": ("non-normality", orbit, sensitive),
        "test_a/test_exact": ("translation", same, lambda d: invariant(d, exactly=True)),
        "test_b/test_rises": ("motifs", growing, rises),
        "test_b/test_vanishes": ("learning-progress", _along("size", {0: 1.0, 0.1: 1.05, 2: 3.0}), vanishes),
        "test_b/test_flat": ("sampling-rate", _along("rate", {0: 1.0, 1: 2.0}), flat),
        "test_b/test_withstands": ("observation-noise", _along("noise", {0: 1.0, 0.1: 1.05, 0.2: 1.1, 1: 2.0}), withstands),
        "test_b/test_follows": ("composition", growing, lambda d: follows(d, {at: [at] * SEEDS for at in (1, 2, 3)})),
        "test_b/test_arrives": ("trained", others, arrives),
        "test_b/test_survives": ("process-noise", classes, survives),
        "test_b/test_unrelated": ("width", unrelated, stays_unrelated),
        "test_c/test_symmetric": ("symmetry", contrast, symmetric),
        "test_c/test_triangular": ("triangle", path, triangular),
        "test_c/test_same_as": ("same-as", ported, lambda d: equals(d, pairwise(nearly, ported, both=d.both))),
    }  # fmt: skip


def write_sample(
    folder: Path, label: str = "mean-gap", change: Callable[[list[Verdict]], object] | None = None
) -> Path:
    """Write ``certificate.json`` and ``distances.npz`` into a folder below `folder`, and return that; `change` may alter the rows first."""
    rows = []
    for verdict, (name, design, criterion) in cases().items():
        row = blank(verdict, label, PROPERTIES[name], SPEC)
        distances = pairwise(mean_gap, design)
        judge(row, PROPERTIES[name], (criterion(distances),))
        row.seeds, row.reproduce = (
            f"{SEEDS} of the certify set",
            f"pytest cases/{verdict.split('/')[0]}.py --metric {label}",
        )
        save_arrays(folder, row, distances, False)
        rows.append(row)
    rows.append(_contract(label))
    if change is not None:
        change(rows)
    (own,) = {path.parent.parent for path in folder.glob("*/parts/*.npz")}
    gather(own / "parts", own / "distances.npz")
    (own / "certificate.json").write_text(sample_certificate(rows, label).to_json(), encoding="utf-8")
    return own


def _contract(label: str) -> Verdict:
    row = blank("test_contract/test_finite", label, PROPERTIES["finite"], SPEC)
    row.status, row.reason = "kept", "no breach"
    return row


def sample_certificate(rows: list[Verdict], label: str, **metric: Any) -> Certificate:
    """A certificate of these rows."""
    origin = {"target": label, "module": "mine", "file": "mine.py", "sha256": "0" * 64, "distribution": None}
    return make_certificate(
        metric={"name": label, "spec": SPEC.to_dict(), "origin": origin, "setting": {"rank": 4}, **metric}, rows=rows, whole=len(rows),
        planned=len(rows), left_out=[], profiled=False, seeds=SEEDS, cases="0" * 64, environment=environment(),
        timings={"created": "2026-01-01T00:00:00+00:00", "seconds": 1.5},
    )  # fmt: skip
