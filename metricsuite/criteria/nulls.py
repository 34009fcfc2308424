"""The criterion for what has nothing in common: do unrelated systems stay as far apart along a Sweep of sizes as they ever were?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metricsuite.criteria.decision import Decision, expect
from metricsuite.criteria.orbits import is_degenerate, nothing_moves, stays_below
from metricsuite.criteria.resampling import _STREAM, RESAMPLES, quantiles
from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances


def stays_unrelated(distances: Distances, below: float = 0.25) -> Decision:
    """Are unrelated systems as far apart at every level of a Sweep?

    The statistic is 1 - (median distance at the level where it is least) / (median distance at the level where it is largest): 0
    where size does not matter, 1 where unrelated systems come to look the same.

    Parameters
    ----------
    distances : Distances
        Of a Sweep with groups, none of whose systems have anything in common: all distances are draws from the null.
    below : float

    Returns
    -------
    Decision
        With the mean and the .05 and .95 quantiles of the null at every level, in `details`.

    Raises
    ------
    CaseError
        Not such a Sweep.
    """
    expect(distances, "stays_unrelated", "Sweep")
    levels = sorted(set(distances.positions))
    if not any(distances.labels) or len(levels) < 2:
        raise CaseError(
            f"stays_unrelated: levels {levels}, labels {sorted(set(distances.labels))}; needed a Sweep with groups, so that all "
            "pairs of a level are compared."
        )
    parts = [distances.at(level) for level in levels]
    nulls = [part.beyond_self(part.pairs) for part in parts]
    if is_degenerate(np.concatenate(nulls)):
        return nothing_moves("stays_unrelated", "invariant", below, distances)
    medians = np.array([np.median(null) for null in nulls])
    low_at, high_at = int(medians.argmin()), int(medians.argmax())
    n = len(parts[0].labels)
    drawn = np.random.default_rng(_STREAM).integers(n, size=(RESAMPLES, n))
    draws = 1 - _resampled(parts[low_at], drawn) / _resampled(parts[high_at], drawn)
    statistic = float(1 - medians[low_at] / medians[high_at])
    details = {
        "levels": levels, "null_mean": [float(v.mean()) for v in nulls],
        "null_05": [float(np.quantile(v, 0.05)) for v in nulls], "null_95": [float(np.quantile(v, 0.95)) for v in nulls],
    }  # fmt: skip
    words = f"from {levels[high_at]:g} to {levels[low_at]:g} unrelated systems came nearer by"
    decision = stays_below("stays_unrelated", statistic, *quantiles(draws), below, "largest drop", words, distances)
    decision.details.update(details)
    return decision


def _resampled(part: Distances, drawn: np.ndarray) -> np.ndarray:
    """The median distance of every draw of systems, pairs of a system with itself left out."""
    matrix = part.mean.copy()
    np.fill_diagonal(matrix, np.nan)
    i, j = np.triu_indices(drawn.shape[1], 1)
    several = (drawn != drawn[:, :1]).any(axis=1)  # a draw of one system alone has no pair
    medians = np.full(len(drawn), np.nan)
    medians[several] = np.nanmedian(matrix[drawn[several][:, i], drawn[several][:, j]], axis=1)
    return medians
