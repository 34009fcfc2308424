"""Is one kind of network farther from masters than another, or equally far? Paired by network: what a network's seed does to both cancels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from metricsuite.criteria.resampling import RESAMPLES, Vector, expanded, mean_bounds, quantiles
from metricsuite.report.replicate.statistics import FAILS, HOLDS, UNDECIDED

ALPHA = 0.01
EXACT = 16  # networks up to which all sign-flips are gone through
FLIPS = 20_000  # drawn beyond that
LEAST = 4  # networks below which nothing is decided
NEAR = 0.1  # a difference of less than this part of the larger mean is none
QUARTER = 0.25
_STREAM = 20241108


@dataclass(frozen=True)
class Step:
    """A paired difference of two kinds of network, first less second.

    first, second : means
    value, low, high : the mean difference with one-sided 99 % bootstrap bounds on either side
    p : of a sign-flip test over networks, that the difference is not above 0
    size, size_low, size_high : the mean difference over its standard deviation, with bounds alike
    larger, n : networks whose difference is above 0, and all
    """

    first: float
    second: float
    value: float
    low: float
    high: float
    p: float
    size: float
    size_low: float
    size_high: float
    larger: int
    n: int

    @property
    def margin(self) -> float:
        """Below it a difference is none."""
        return NEAR * max(self.first, self.second)

    @property
    def none(self) -> bool:
        """Whether all of [low, high] lies within the margin: no difference."""
        return -self.margin < self.low and self.high < self.margin

    @property
    def word(self) -> str:
        """Holds: the interval lies above 0, not all of it within the margin, and p < .01. Does not: it lies below 0, or within the margin."""
        if self.n < LEAST:
            return UNDECIDED
        if self.high < 0 or self.none:
            return FAILS
        return HOLDS if self.low > 0 and self.p < ALPHA else UNDECIDED

    @property
    def in_words(self) -> str:
        """n, p and effect size."""
        return f"{self.larger} of {self.n} networks, p {self.p:.2g}, effect size {self.size:.1f} [{self.size_low:.1f}, {self.size_high:.1f}]"


def step(first: Vector, second: Vector) -> Step:
    """The paired difference; one number a network in each."""
    d = np.asarray(first, float) - np.asarray(second, float)
    n = len(d)
    value, low, high = mean_bounds(d)
    rng = np.random.default_rng(_STREAM)
    draws = d[rng.integers(n, size=(RESAMPLES, n))]
    size = _size(d[None])[0]
    size_low, size_high = quantiles(_size(draws), expanded(n)) if n > 1 else (np.nan, np.nan)
    return Step(
        float(np.mean(first)), float(np.mean(second)), value, low, high, sign_flip(d), float(size), size_low, size_high,
        int((d > 0).sum()), n,
    )  # fmt: skip


def sign_flip(d: Vector) -> float:
    """One-sided p that a mean is not above 0: the part of all sign-flips whose sum is as large (drawn, for more than `EXACT` values)."""
    n = len(d)
    if n <= EXACT:
        signs = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        return float(np.mean(signs @ d >= d.sum() - 1e-12 * np.abs(d).sum()))
    signs = np.random.default_rng(_STREAM).choice([-1, 1], size=(FLIPS, n))
    return float((1 + np.sum(signs @ d >= d.sum() - 1e-12 * np.abs(d).sum())) / (1 + FLIPS))


def _size(rows: Vector) -> Vector:
    """Mean over standard deviation, row by row; no value where there is no spread."""
    spread = rows.std(1, ddof=1) if rows.shape[1] > 1 else np.zeros(len(rows))
    found: Vector = np.divide(rows.mean(1), spread, out=np.full(len(rows), np.nan), where=spread > 0)
    return found


@dataclass(frozen=True)
class Equivalence:
    """Whether a mean is 0 within a bound: two one-sided tests at 1 %, by bootstrap bounds, with a positive control.

    value, low, high : the mean with its bounds
    bound : what counts as none
    floor : the distance between networks of one kind
    effect : the distance of which the bound is a part
    seen, seen_low : the same mean where a change is said to be, and its lower bound
    n : networks
    """

    value: float
    low: float
    high: float
    bound: float
    floor: float
    effect: float
    seen: float
    seen_low: float
    n: int

    @property
    def blind(self) -> str:
        """Why an absence of change would tell nothing; empty where it would tell something."""
        if self.floor >= self.effect:
            return "the floor is as large as the distance that a change is measured by"
        return "" if self.seen_low > self.bound else "in relu networks no change beyond it is shown either"

    @property
    def word(self) -> str:
        """Does not hold: the interval lies beyond the bound. Holds: within it, and a change would have been seen. Else undecided."""
        if self.n < LEAST or not self.bound > 0:
            return UNDECIDED
        if self.low > self.bound or self.high < -self.bound:
            return FAILS
        within = -self.bound < self.low and self.high < self.bound
        return HOLDS if within and not self.blind else UNDECIDED

    @property
    def in_words(self) -> str:
        """Bound, floor, control, and why nothing is decided where it is not."""
        text = f"no change: within {self.bound:.3f}; floor {self.floor:.3f}; relu networks: distance {self.effect:.3f}, change {self.seen:+.3f}"
        return text + (f": {self.blind}" if self.blind and self.word == UNDECIDED else "")


def equivalence(values: Vector, control: Vector, floor: float, effect: float) -> Equivalence:
    """Of one number a network that is 0 where nothing changed; `control` is the same of networks that are said to change."""
    seen, seen_low, _ = mean_bounds(np.asarray(control, float))
    own = mean_bounds(np.asarray(values, float))
    return Equivalence(*own, QUARTER * effect, floor, effect, seen, seen_low, len(values))
