"""Which delays and which rank: chosen on unlabelled systems, by what is forecast and by what is found again.

    score = mean over systems of  explained x reliable,   both shares from 0 to 1

Every system's trials are dealt to two halves, and operators of every setting are fitted to each half.

- **explained**: how much of one half's variance the other half's operator forecasts: x(t + h), from the window that
  ends at t, at the same moments for every setting. A low rank or a short window forecasts badly.
- **reliable**: 1 - d(half, other half) / median d(half, half of another system), d between eigenvalues. Too high a rank
  fits what is not found again; forecasts do not mind that, since spare eigenvalues cost them next to nothing.

What is found again need not matter: without labels, a deformation counts like any other difference between systems.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import product
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.arrays import as_trajectories
from metricsuite.errors import InputError
from metricsuite.metrics.dsa.embedding import delay_embedding, leading_components
from metricsuite.metrics.dsa.operator import DETERMINED
from metricsuite.metrics.dsa.spectrum import wasserstein_distance

Array = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Row = dict[str, float | int]

HORIZONS = (1, 2, 4, 8, 16, 32)  # time points; those up to a quarter of the shortest trial are used
MOST_SYSTEMS, MOST_TRIALS = 16, 64  # evenly spaced ones of more
NARROW, HALF_DIGITS = 128, 1e-7  # wider embeddings are factored by their moments: faster, to half the digits
OR_CHOOSE = "or choose n_delays, delay_interval and rank yourself."
WORST = 10.0  # error over variance; beyond it one forecast is as useless as another


@dataclass(frozen=True, order=True)
class Setting:
    """A candidate, by the metric's own names; the simpler of two is the smaller one: lower rank, then fewer delays."""

    rank: int
    n_delays: int
    delay_interval: int

    @property
    def oldest(self) -> int:  # time points that a window reaches back
        return (self.n_delays - 1) * self.delay_interval


GRID = tuple(Setting(r, d, i) for r, d, i in product((2, 4, 6, 8, 10, 15, 20), (5, 10, 20, 40), (1, 2, 4)))


def choose_setting(
    systems: Sequence[npt.NDArray[Any]],
    settings: Sequence[Setting] | None = None,
    n_components: int | None = 10,
    centre: bool = False,
) -> tuple[Setting, list[Row]]:
    """The setting of the highest score, one for all systems.

    Parameters
    ----------
    systems : sequence of ndarray, shape (trials, time, units)
        Two or more, some of every kind. A single trial is cut in two. Neither their order nor a rotation of units matters.
    settings : sequence of Setting, optional
        `GRID` unless given. Left out are windows longer than half of the shortest trial, and ranks at which the halves
        have operators of different sizes, or the size of a lower rank.
    n_components, centre : as for the metric

    Returns
    -------
    Setting, and a row for each setting tried, best first
        rank, n_delays, delay_interval; score, explained, reliable; error (of the longest forecast, over variance); within,
        between (medians of the distances); growing (share of eigenvalues beyond the unit circle).

    Raises
    ------
    InputError
        Fewer than two systems; systems that are no trajectories (`as_trajectories`); trials too short for every setting; no setting with operators of one size.

    Cost
    ----
    7 s for 16 systems of 60 x 200 x 24 on one core; no more for more systems.
    """
    if len(systems) < 2:
        given = "1 calibration system" if systems else "no calibration systems"
        raise InputError(f"dsa: {given}; needed 2 or more, to see how far apart systems lie. Pass more, {OR_CHOOSE}")
    systems = [as_trajectories(x, f"system {k}", "dsa") for k, x in enumerate(systems)]
    prepared = [_prepared(x, n_components, centre) for x in _spread(systems)]
    shortest = min(x.shape[1] for x in prepared)
    offered = sorted(set(GRID if settings is None else settings))
    least = max(4, 2 * min((s.oldest for s in offered), default=0))
    if shortest < least:
        raise InputError(f"dsa: trials of {shortest} steps; needed {least}, two windows. Pass longer ones, {OR_CHOOSE}")
    fitting = [s for s in offered if 2 * s.oldest <= shortest]
    horizons = [h for h in HORIZONS if 4 * h <= shortest]
    rows: dict[Setting, Row] = {}
    for window in sorted({(s.n_delays, s.delay_interval) for s in fitting}):
        ranks = [s.rank for s in fitting if (s.n_delays, s.delay_interval) == window]
        fitted = [_halves(x, *window, ranks[-1], horizons) for x in prepared]
        before = 0
        for rank in ranks:
            sizes = {half.size(rank) for pair in fitted for half in pair}
            if len(sizes) == 1 and before not in sizes:
                before = sizes.pop()
                rows[Setting(rank, *window)] = {**asdict(Setting(rank, *window)), **_measured(fitted, before)}
    if not rows:
        raise InputError(f"dsa: operators differ in size at every setting; needed like systems. Pass such, {OR_CHOOSE}")
    order = sorted(rows, key=lambda s: (-rows[s]["score"], s))
    return order[0], [rows[s] for s in order]


def _spread(systems: Sequence[npt.NDArray[Any]]) -> list[npt.NDArray[Any]]:
    """At most `MOST_SYSTEMS`, evenly spaced from the slowest to the fastest, so that their order does not matter."""
    if len(systems) <= MOST_SYSTEMS:
        return list(systems)
    speed = [round(float((np.diff(x, axis=1) ** 2).mean() / x.var(axis=(0, 1)).mean()), 9) for x in systems]
    chosen = np.linspace(0, len(systems) - 1, MOST_SYSTEMS).round().astype(int)
    return [systems[i] for i in np.argsort(speed, kind="stable")[chosen]]


def _prepared(x: npt.NDArray[Any], n_components: int | None, centre: bool) -> Array:
    """As the metric prepares a system, at least two trials, without directions at rounding level."""
    trials = np.linspace(0, len(x) - 1, min(len(x), MOST_TRIALS)).round().astype(int)
    scaled = x[trials].astype(np.float64) / np.abs(x).max()
    if centre:
        scaled -= scaled.mean(axis=(0, 1))
    kept = leading_components(scaled, n_components or scaled.shape[2])
    size = np.sqrt((kept**2).sum(axis=(0, 1)))
    kept = kept[:, :, size > HALF_DIGITS * size.max()]
    return kept if len(kept) > 1 else kept[:, : kept.shape[1] // 2 * 2].reshape(2, -1, kept.shape[2])


def _halves(x: Array, n_delays: int, interval: int, most: int, horizons: Sequence[int]) -> tuple[_Half, _Half]:
    """Dealt as in A B B A B A A B: conditions that alternate over trials, or come in blocks, fall to both halves."""
    embedded = delay_embedding(x, n_delays, interval)
    second = np.array([k.bit_count() % 2 == 1 for k in range(len(x))])
    return _Half(embedded, x, ~second, most, horizons), _Half(embedded, x, second, most, horizons)


class _Half:
    """Operators of every size up to `most` from the trials `own`, and what they forecast of the others."""

    def __init__(self, embedded: Array, x: Array, own: Mask, most: int, horizons: Sequence[int]) -> None:
        flat = embedded[own].reshape(-1, embedded.shape[2])
        if flat.shape[1] <= NARROW:
            _, s, vt = np.linalg.svd(np.linalg.qr(flat, mode="r"), full_matrices=False)
        else:
            squares, v = np.linalg.eigh(flat.T @ flat)
            s, vt = np.sqrt(np.maximum(squares[::-1], 0.0)), v[:, ::-1].T
        determined = DETERMINED if flat.shape[1] <= NARROW else HALF_DIGITS
        self.sizes = 1 + np.flatnonzero((s - np.append(s[1:], 0.0))[:most] > determined * s[0])
        r = self.size(most)
        white = embedded @ (vt[:r].T / s[:r])
        now, after = white[own, :-1].reshape(-1, r), white[own, 1:].reshape(-1, r)
        self.now, self.after = now.T @ now, now.T @ after
        self.readout = vt[:r, : x.shape[2]].T * s[:r]  # the newest block of a window
        self.variance = x.var(axis=(0, 1)).sum()
        middle, oldest = x.shape[1] // 2, x.shape[1] - embedded.shape[1]
        self.moments = []  # all that the errors of all sizes need
        for h in horizons:
            z = white[~own, middle - oldest : -h].reshape(-1, r)
            target = x[~own, middle + h :].reshape(len(z), -1)
            self.moments.append((h, z.T @ z / len(z), target.T @ z / len(z), (target**2).sum() / len(z)))

    def size(self, rank: int) -> int:
        """As `fit_operator` has it: the largest determined size up to a rank; 0 where there is none."""
        return int(self.sizes[self.sizes <= rank].max(initial=0))

    def operator(self, size: int) -> Array:
        return np.asarray(np.linalg.lstsq(self.now[:size, :size], self.after[:size, :size], rcond=1e-14)[0].T)

    def errors(self, size: int) -> Array:
        """Mean squared error over variance, for each horizon."""
        law, found = self.operator(size), []
        with np.errstate(all="ignore"):  # what grows may overflow
            for h, zz, xz, xx in self.moments:
                ahead = self.readout[:, :size] @ np.linalg.matrix_power(law, h)
                found.append(xx - 2 * (ahead * xz[:, :size]).sum() + ((ahead @ zz[:size, :size]) * ahead).sum())
            relative: Array = np.nan_to_num(np.array(found) / self.variance, nan=WORST)
        return relative.clip(0.0, WORST)


def _measured(fitted: Sequence[tuple[_Half, _Half]], size: int) -> dict[str, float]:
    errors = np.array([[half.errors(size) for half in pair] for pair in fitted])
    spectra = [[np.linalg.eigvals(half.operator(size)) for half in pair] for pair in fitted]
    crossed = np.array([[wasserstein_distance(a, b) for _, b in spectra] for a, _ in spectra])
    within, others = np.diag(crossed), ~np.eye(len(fitted), dtype=bool)
    between = np.median(((crossed + crossed.T) / 2)[others].reshape(len(fitted), -1), axis=1)
    unreliable = np.divide(within, between, out=np.ones(len(fitted)), where=between > 0)
    reliable, explained = 1 - np.minimum(unreliable, 1.0), (1 - np.minimum(errors, 1.0)).mean(axis=(1, 2))
    return {
        "score": float((explained * reliable).mean()), "explained": float(explained.mean()), "reliable": float(reliable.mean()),
        "error": float(errors[:, :, -1].mean()), "within": float(np.median(within)), "between": float(np.median(between)),
        "growing": float((np.abs(spectra) > 1 + 1e-9).mean()),
    }  # fmt: skip
