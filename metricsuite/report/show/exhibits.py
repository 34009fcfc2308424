"""Which systems of a design are drawn, and as what: a few recordings, in their leading principal components.

A design of many systems is let go once a handful was taken from it; what stays is a few hundred kilobytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metricsuite.arrays import Trajectories
from metricsuite.designs import Contrast, Design, Orbit, Sweep

Array = npt.NDArray[np.float64]
COLUMNS = 6  # systems side by side
TRIALS = 24  # of a system, that are drawn
COMMON = 0.8  # of what its own components show, that common ones must show of every system


@dataclass(frozen=True)
class Exhibit:
    """One system: its class ("" where there are none), its level along a Sweep, and up to 24 trials (trials, time, 2) in two
    principal components, which hold `share` of its variance."""

    title: str
    label: str
    position: float
    path: Array
    share: float


@dataclass(frozen=True)
class Exhibits:
    """A few systems of a design, and what the design is.

    `kind` is "Contrast", "Orbit" or "Sweep"; `common` says that all systems are drawn in the same components. `labels` are the
    classes, in their order; `contents` is a sentence.
    """

    kind: str
    parameter: str
    grouped: bool
    common: bool
    labels: tuple[str, ...]
    contents: str
    shown: tuple[Exhibit, ...]


def exhibits_of(design: Design) -> Exhibits:
    """What is drawn of a design: one or two systems a class, one a level, or an original with its image and another system."""
    rows = _chosen(design)
    systems = [design.systems[i] for i, _ in rows]
    common = _common_basis(systems)
    shown = []
    for (i, title), system in zip(rows, systems, strict=True):
        flat = _flat(system)
        mean, basis = common if common is not None else (flat.mean(0), _basis(flat))
        path = (system.array[:TRIALS].astype(np.float64) - mean) @ basis
        total = float(np.square(flat - flat.mean(0)).sum())
        kept = (flat - flat.mean(0)) @ basis
        share = float(np.square(kept).sum()) / total if total > 0 else 0.0
        shown.append(Exhibit(title, design.labels[i], design.positions[i], path, share))
    trials, steps, units = (
        _range([s.array.shape[axis] for s in design.systems], thing)
        for axis, thing in enumerate(("trial", "step", "unit"))
    )
    pairing = "trials correspond" if design.paired else "trials do not correspond"
    contents = (
        f"{type(design).__name__} of {len(design.systems)} systems, {len(design.pairs)} pairs; {trials} of "
        f"{steps}, {units}; {pairing}."
    )
    sweep = design if isinstance(design, Sweep) else None
    return Exhibits(
        type(design).__name__, sweep.parameter if sweep else "", sweep is not None and sweep.grouped, common is not None,
        tuple(dict.fromkeys(design.labels)), contents, tuple(shown),
    )  # fmt: skip


def _range(sizes: Sequence[int], thing: str) -> str:
    """``1 unit``, ``6 trials``, ``10 to 150 units``."""
    low, high = min(sizes), max(sizes)
    return f"{low if low == high else f'{low} to {high}'} {thing}{'' if high == 1 else 's'}"


def _chosen(design: Design) -> list[tuple[int, str]]:
    """Indexes of the systems to draw, each with its title."""
    labels, positions = design.labels, design.positions
    if isinstance(design, Orbit):
        n = len(design.originals)
        third = (2 * n, "other (does differ)") if design.others is not None else (1, "another original")
        return [(0, "original"), (n, "its image"), third]
    if isinstance(design, Sweep):
        levels = sorted(set(positions))
        classes = list(dict.fromkeys(labels))
        few = _spread(levels, max(2, (COLUMNS if design.grouped else COLUMNS - 1) // len(classes)))
        return [
            (next(i for i, row in enumerate(zip(labels, positions, strict=True)) if row == (label, at)), _level(label, at))
            for at in few
            for label in classes
        ]  # fmt: skip
    assert isinstance(design, Contrast)
    classes = list(design.groups)[:COLUMNS]
    each = 2 if 2 * len(classes) <= COLUMNS - 2 else 1
    return [
        (i, label if each == 1 else f"{label}, system {k + 1}")
        for label in classes
        for k, i in enumerate([i for i, own in enumerate(labels) if own == label][:each])
    ]


def _level(label: str, at: float) -> str:
    return f"{label}, at {at:g}" if label else f"at {at:g}"


def _spread(levels: Sequence[float], most: int) -> list[float]:
    """The first, the last, and some between."""
    where = np.unique(np.linspace(0, len(levels) - 1, min(most, len(levels))).round().astype(int))
    return [levels[k] for k in where]


def _flat(system: Trajectories) -> Array:
    return system.array.reshape(-1, system.units).astype(np.float64)


def _basis(flat: Array, components: int = 2) -> Array:
    """Leading principal directions (units, components), signed so that the long tail of each lies on the positive side."""
    centred = flat - flat.mean(0)
    if len(centred) > centred.shape[1]:  # many samples of few units: the same directions, many times as fast
        scaled = centred / (np.abs(centred).max() or 1.0)
        directions = np.linalg.eigh(scaled.T @ scaled)[1][:, ::-1][:, :components]
    else:
        directions = np.linalg.svd(centred, full_matrices=False)[2][:components].T
    skew = (centred @ directions) ** 3
    signed: Array = directions * np.where(skew.sum(0) < 0, -1.0, 1.0)
    if signed.shape[1] < components:  # one unit, or one sample
        signed = np.hstack([signed, np.zeros((signed.shape[0], components - signed.shape[1]))])
    return signed


def _common_basis(systems: Sequence[Trajectories]) -> tuple[Array, Array] | None:
    """Mean and directions that show every system nearly as well as its own would; None where there are none."""
    if len({s.units for s in systems}) > 1:
        return None
    flats = [_flat(s) for s in systems]
    mean = np.concatenate(flats).mean(0)
    norms = [np.linalg.norm(f - mean) or 1.0 for f in flats]
    basis = _basis(np.concatenate([(f - mean) / n for f, n in zip(flats, norms, strict=True)]))
    for flat in flats:
        centred = flat - flat.mean(0)
        if np.square(centred @ basis).sum() < COMMON * np.square(centred @ _basis(flat)).sum():
            return None
    return mean, basis
