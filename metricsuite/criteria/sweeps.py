"""Criteria that read a Sweep: does the distance to the first level grow along a parameter, or stay small?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from metricsuite.criteria.decision import Decision, decide, expect
from metricsuite.criteria.orbits import is_degenerate, nothing_moves, stays_below
from metricsuite.criteria.resampling import Vector, mean_bounds, ratio_bounds
from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances


def rises(distances: Distances, rho_above: float = 0.5) -> Decision:
    """Does the distance from the first level grow along a Sweep?

    The statistic is Spearman's rho between level and distance to the first level, within each seed, averaged over seeds: -1 to 1.

    Parameters
    ----------
    distances : Distances
        Of a Sweep without groups, at least three levels.
    rho_above : float

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not such a Sweep.
    """
    levels, along = _distances_along(distances, "rises")
    if len(levels) < 3 or len(along) < 2:
        raise CaseError(
            f"rises: a Sweep of {len(levels)} levels and {len(along)} seeds; needed at least 3 levels, to have two distances to rank, "
            "and 2 seeds."
        )
    from scipy.stats import rankdata  # which costs a second to import, in every worker

    x = rankdata(levels[1:]) - len(levels) / 2
    y = np.apply_along_axis(rankdata, 1, along) - len(levels) / 2
    spread = np.sqrt((x**2).sum() * (y**2).sum(1))
    rho = np.divide(y @ x, spread, out=np.zeros(len(y)), where=spread > 0)
    value, low, high = mean_bounds(rho)
    answer = "yes" if low > rho_above else "no" if high < rho_above else "unclear"
    reason = f"Spearman {value:.2f} [{low:.2f}, {high:.2f}]; needed above {rho_above:g}"
    details = {"levels": levels, "medians": np.median(along, 0).tolist()}
    return decide(
        "rises",
        "sensitive",
        answer,
        (value, low, high),
        rho_above,
        low - rho_above,
        "Spearman's rho",
        reason,
        distances,
        details,
    )


def flat(distances: Distances, below: float = 0.25) -> Decision:
    """Does the distance from the first level stay small along a Sweep?

    The statistic is the median distance to the first level, at the level where it is largest, as a part of the median distance
    between different systems at the first level.

    Parameters
    ----------
    distances : Distances
        Of a Sweep without groups.
    below : float

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not such a Sweep.
    """
    levels, along = _distances_along(distances, "flat")
    neighbours = distances.of([p for p in distances.pairs if distances.blocks[p[0]] != distances.blocks[p[1]]])
    if not neighbours.size:
        raise CaseError("flat: a Sweep of one seed; needed at least two, for the distance between different systems.")
    if is_degenerate(neighbours):
        return nothing_moves("flat", "invariant", below, distances)
    worst = int(np.argmax(np.median(along, 0)))
    decision = stays_below(
        "flat",
        *ratio_bounds(along[:, worst], neighbours),
        below,
        "median ratio",
        f"at {levels[worst + 1]:g} systems moved by",
        distances,
    )
    decision.details.update(levels=levels, medians=np.median(along, 0).tolist())
    return decision


def _distances_along(distances: Distances, criterion: str) -> tuple[list[float], Vector]:
    """Levels, and the distances to the first level: one row a block, one column for each later level."""
    expect(distances, criterion, "Sweep")
    levels = sorted(set(distances.positions))
    if any(distances.labels) or len(levels) < 2:
        raise CaseError(
            f"{criterion}: levels {levels}, labels {sorted(set(distances.labels))}; needed a Sweep without groups."
        )
    where = {(b, p): i for i, (b, p) in enumerate(zip(distances.blocks, distances.positions, strict=True))}
    rows = [
        distances.of([(where[b, levels[0]], where[b, p]) for p in levels[1:]]) for b in sorted(set(distances.blocks))
    ]
    return levels, np.array(rows)
