"""Criteria for the axioms of a metric: symmetry and the triangle inequality."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metricsuite.criteria.decision import Decision, within_rounding
from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances


def symmetric(distances: Distances) -> Decision:
    """d(x, y) = d(y, x), to rounding: the largest difference as a part of the median distance.

    Parameters
    ----------
    distances : Distances
        With both directions.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        One direction only.
    """
    if not distances.both:
        raise CaseError("symmetric: distances in one direction; needed both. Use pairwise(metric, design, both=True).")
    worst = distances.asymmetry
    reason = f"directions differ by up to {worst:.2g} of the median distance"
    return within_rounding("symmetric", "axiom", worst, "largest asymmetry", reason, distances)


def triangular(distances: Distances) -> Decision:
    """d(x, z) <= d(x, y) + d(y, z) for every triple of which all three distances are known, to rounding.

    The statistic is the largest excess d(x, z) - d(x, y) - d(y, z), as a part of the median distance.

    Parameters
    ----------
    distances : Distances
        Of a Sweep against="all", or of any design with triples.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        No triple at all.
    """
    d = np.full(distances.mean.shape, np.nan)
    for (i, j), value in zip(distances.pairs, distances.beyond_self(distances.pairs), strict=True):
        d[i, j] = d[j, i] = value
    excess = [d[i, j] - (d[i] + d[j]) for i, j in distances.pairs]
    table = np.array(excess)
    if not np.isfinite(table).any():
        raise CaseError(
            "triangular: no three systems of which all distances are known; needed triples, such as Sweep(..., against='all')."
        )
    rounding = max(1e-6, distances.tolerance)
    worst = float(np.nanmax(table) / distances.scale) if distances.scale > 0 else 0.0
    longest = np.where(np.isfinite(table), table, -np.inf).max(axis=1)
    broken = int((longest > rounding * distances.scale).sum())
    reason = f"no triple exceeds rounding; the tightest is {worst:.2g} of the median distance"
    if broken:
        reason = (
            f"the long side exceeds the two short ones by up to {worst:.2g} of the median distance "
            f"({broken} of {len(excess)} pairs)"
        )
    return within_rounding("triangular", "axiom", worst, "largest excess", reason, distances)
