"""Is one metric better than another? A difference of two statistics, its bounds from a paired bootstrap, and the word for it.

Both metrics saw the same systems, so both statistics are read on the same resampled seeds (or systems): what a seed does to both
cancels. A statistic is a function of weights, shape (draws, units): how often each independent unit was drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from metricsuite.criteria import sweeps
from metricsuite.criteria.resampling import RESAMPLES, Vector, auc, expanded, quantiles
from metricsuite.distances import Distances

Statistic = Callable[[Vector], Vector]
_STREAM = 20241107  # one stream, so that one set of distances gives one table
HOLDS, FAILS, UNDECIDED = "holds", "does not hold", "undecided"


@dataclass(frozen=True)
class Advantage:
    """How far a metric is ahead of another: positive where the statement says so. `first` and `second` are the two statistics."""

    first: float
    second: float
    value: float
    low: float
    high: float
    margin: float

    @property
    def none(self) -> bool:
        """Whether all of [low, high] lies within the margin: no difference."""
        return -self.margin < self.low and self.high < self.margin

    @property
    def word(self) -> str:
        """Holds: all of [low, high] lies above 0, and not all of it within the margin. Does not: all below 0, or all within it."""
        if self.none:
            return FAILS
        return HOLDS if self.low > 0 else FAILS if self.high < 0 else UNDECIDED


def advantage(
    first: Statistic, second: Statistic, strata: Sequence[str], margin: float, larger_is_better: bool
) -> Advantage:
    """The difference of two statistics with one-sided 99 % bounds on either side, over the same 2,000 resamples for both.

    Parameters
    ----------
    first, second : functions of weights (draws, units), giving (draws,)
    strata : sequence of str
        One label a unit: units are redrawn among those of their label. Percentile bounds are widened for few units, as if t-distributed
        (Hesterberg 2015, "expanded percentile interval"), by the size of the smallest stratum.
    margin : float
        A difference all of whose interval lies within +-margin is none.
    larger_is_better : bool
    """
    names = np.asarray(strata)
    rng = np.random.default_rng(_STREAM)
    weights = np.zeros((RESAMPLES, len(names)))
    smallest = len(names)
    for name in sorted(set(strata)):
        members = np.flatnonzero(names == name)
        smallest = min(smallest, len(members))
        drawn = members[rng.integers(len(members), size=(RESAMPLES, len(members)))]
        np.add.at(weights, (np.arange(RESAMPLES)[:, None], drawn), 1)
    sign = 1 if larger_is_better else -1
    low, high = quantiles(sign * (first(weights) - second(weights)), expanded(smallest))
    one, two = (float(f(np.ones((1, len(names))))[0]) for f in (first, second))
    return Advantage(one, two, sign * (one - two), low, high, margin)


def mean_of(values: Vector) -> Statistic:
    """The mean of one value a seed."""
    return lambda weights: weights @ values / weights.sum(1)


def moved_ratio(distances: Distances, level: float) -> Statistic:
    """What `withstands` reads at a level of a Sweep: mean distance to oneself disturbed over mean distance to the next system."""
    own, neighbours = along(distances)[level], sweeps.between_seeds(distances)
    return lambda weights: (weights @ own) / (weights @ neighbours)


def rank_correlations(distances: Distances) -> Vector:
    """What `rises` reads: Spearman's rho between level and distance to the first level, one a seed."""
    return sweeps.rank_correlations(*sweeps.distances_along(distances, "rises"))


def along(distances: Distances) -> dict[float, Vector]:
    """Distances to the first level of a Sweep, (seeds,) for each later level."""
    levels, rows = sweeps.distances_along(distances, "replicate")
    return dict(zip(levels[1:], rows.T, strict=True))


def separation(distances: Distances) -> Statistic:
    """What `separates` reads of a contrast: AUC of between- against within-class distances, systems weighted."""
    classes = np.asarray(distances.labels)
    i, j = np.triu_indices(len(classes), 1)
    order = np.argsort(distances.mean[i, j], kind="stable")
    i, j = i[order], j[order]
    d = distances.mean[i, j]
    first, last = np.searchsorted(d, d, side="left"), np.searchsorted(d, d, side="right")
    between = classes[i] != classes[j]

    def statistic(weights: Vector) -> Vector:
        both = (weights[:, i] * weights[:, j]).astype(np.float32)
        return auc(both * between, both * ~between, first, last)

    return statistic
