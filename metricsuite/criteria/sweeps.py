"""Criteria that read a Sweep: does the distance to the first level grow along a parameter, or stay small?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metricsuite.criteria.decision import Decision, decide, expect
from metricsuite.criteria.orbits import is_degenerate, nothing_moves, null_of, stays_below
from metricsuite.criteria.resampling import Vector, mean_bounds, ratio_bounds, skewed_mean_bounds, way_bounds
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
    levels, along = distances_along(distances, "rises")
    if len(levels) < 3 or len(along) < 2:
        raise CaseError(
            f"rises: a Sweep of {len(levels)} levels and {len(along)} seeds; needed at least 3 levels, to have two distances to rank, "
            "and 2 seeds."
        )
    value, low, high = mean_bounds(rank_correlations(levels, along))
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


def follows(distances: Distances, values: Mapping[float, Sequence[float]], rho_above: float = 0.5) -> Decision:
    """Does the distance along a Sweep follow something that was measured of each system, such as the accuracy it lost?

    The statistic is Spearman's rho between distance and value over the levels, within each seed, averaged over seeds: -1 to 1. A seed
    whose values are all equal counts 0: there is nothing to follow.

    Parameters
    ----------
    distances : Distances
        Of a Sweep without groups: distances to its first level, which needs no value. Of one against others: mean distances at every level.
    values : mapping of float to sequence of float
        For each level, what was measured, one number a seed, in the order of the level's systems.
    rho_above : float

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not such a Sweep, fewer than two distances a seed or two seeds, or values that are missing or not finite.
    """
    if _against_others(distances):
        levels, others = distances_to_others(distances, "follows")
        along = np.nanmean(others, 2).T
    else:
        levels, along = distances_along(distances, "follows")
        levels = levels[1:]
    given = {at: len(values.get(at, ())) for at in levels}
    if len(levels) < 2 or len(along) < 2 or any(n != len(along) for n in given.values()):
        raise CaseError(
            f"follows: {len(along)} seeds, and values by level {given}; needed at least two levels and two seeds, and one value for each seed "
            "at each level."
        )
    measured = np.array([values[at] for at in levels], float).T
    if not np.isfinite(measured).all():
        raise CaseError("follows: values that are not finite; needed a number for each system.")
    value, low, high = skewed_mean_bounds(_row_correlations(measured, along))
    answer = "yes" if low > rho_above else "no" if high < rho_above else "unclear"
    medians, typical = np.median(along, 0).tolist(), np.median(measured, 0).tolist()
    curve = ", ".join(f"{d:.3g} at {v:.2g}" for d, v in zip(medians, typical, strict=True))
    reason = f"Spearman {value:.2f} [{low:.2f}, {high:.2f}] between distance and what was measured; needed above {rho_above:g}; medians {curve}"
    details = {"levels": levels, "medians": medians, "values": typical}
    return decide(
        "follows", "sensitive", answer, (value, low, high), rho_above, low - rho_above, "Spearman's rho", reason, distances, details
    )  # fmt: skip


def arrives(distances: Distances, below: float = 0.25) -> Decision:
    """Do systems lie as near to those of a Sweep's first level as these lie to one another, seen from how far the last level is?

    The first level is where to arrive, the second what should have arrived there, the third what should not. Of mean distances to the
    first level's systems of other seeds the statistic is (mean d2 - mean d1) / (mean d3 - mean d1): 0 at the floor, which is the first level's own,
    1 where nothing arrived, and at most 10, which also stands for a last level that lies no farther than the floor: there is no way to go
    then, and nothing can have arrived.

    Parameters
    ----------
    distances : Distances
        Of a Sweep of three levels, without groups, against others.
    below : float

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not such a Sweep.
    """
    levels, others = distances_to_others(distances, "arrives")
    if len(levels) != 3 or any(distances.labels) or others.shape[1] < 2:
        raise CaseError(
            f"arrives: a Sweep over {levels} of {others.shape[1]} seeds; needed three levels (where to arrive, arrived, not arrived) without "
            "groups, and two seeds."
        )
    ratio, low, high = way_bounds(*others)
    along = np.nanmean(others, 2)
    floor, there, far = along.mean(1)
    answer = "yes" if high < below else "no" if low > below else "unclear"
    reason = (
        f"mean distances {floor:.3g} at the floor, {there:.3g} arrived, {far:.3g} not: {ratio:.2f} [{low:.2f}, {high:.2f}] of the way from the "
        f"floor; needed below {below:g}"
    )
    details = {"levels": levels, "medians": np.median(along, 1).tolist()}
    return decide(
        "arrives", "sensitive", answer, (ratio, low, high), below, below - high, "part of the way", reason, distances, details
    )  # fmt: skip


def vanishes(distances: Distances, below: float = 0.25, *, direction: str = "sensitive") -> Decision:
    """Does the distance from the first level vanish as the parameter does?

    The statistic is the median distance from the first level to the second, as a part of that to the last: 0 where what is near in
    the parameter is near, 1 where any difference is as good as the largest.

    Parameters
    ----------
    distances : Distances
        Of a Sweep without groups, at least three levels; the second so near the first that the ratio of levels lies below `below`.
    below : float
    direction : {"sensitive", "invariant"}
        "sensitive" decides whether the distance is one of the parameter, "invariant" whether what the second level changes does not matter.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not such a Sweep.
    """
    if direction not in ("sensitive", "invariant"):
        raise CaseError(f"vanishes(direction={direction!r}); needed 'sensitive' or 'invariant'.")
    levels, along = distances_along(distances, "vanishes")
    if len(levels) < 3 or (levels[1] - levels[0]) >= below * (levels[-1] - levels[0]):
        raise CaseError(
            f"vanishes(below={below:g}): a Sweep over {levels}; needed at least 3 levels, the second of them nearer to the first than "
            f"{below:g} of the way to the last."
        )
    if is_degenerate(along[:, -1]):
        return nothing_moves("vanishes", direction, below, distances)
    ratio, low, high = ratio_bounds(along[:, 0], along[:, -1])
    answer = "yes" if high < below else "no" if low > below else "unclear"
    reason = f"at {levels[1]:g} the distance is {ratio:.2g} [{low:.2g}, {high:.2g}] of that at {levels[-1]:g}; needed below {below:g}"
    details = {"levels": levels, "medians": np.median(along, 0).tolist()}
    return decide(
        "vanishes", direction, answer, (ratio, low, high), below, below - high, "median ratio", reason, distances, details
    )  # fmt: skip


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
    levels, along = distances_along(distances, "flat")
    neighbours = between_seeds(distances)
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
    decision.details.update(levels=levels, medians=np.median(along, 0).tolist(), **null_of(neighbours))
    return decision


def withstands(distances: Distances, level: float = 0.2, below: float = 0.25) -> Decision:
    """Up to which level of a disturbance do systems stay where they are?

    The statistic at a level is the mean distance from a system to itself disturbed, as a part of the mean distance between
    different systems, undisturbed: a ratio, so that metrics of different range and floor can be read side by side. The breakdown
    level is the highest up to which the upper bound of every level is below `below`. What is decided is `level`: the lowest level
    tested that is not less, and all before it; the worst of them speaks. (A mean, since half of the systems may be of a family that
    moves and half of one that does not: a median would jump from one to the other.)

    Parameters
    ----------
    distances : Distances
        Of a Sweep without groups, from 0 to at least `level`. Systems dealt in turn from two families make the neighbours that it is
        judged against across-family pairs (of an odd number of systems, all but one).
    level : float
        What must be withstood, in the sweep's unit.
    below : float
        As for `invariant`: a quarter of the contrast.

    Returns
    -------
    Decision
        With the ratio at every level, its upper bounds, and the breakdown level, in `details`.

    Notes
    -----
    A ratio does not survive a rescaling that is not linear: 1 - CKA grows with the square of its angle, and breaks down later. Two
    metrics may be compared by it only where both are linear in the displacement; otherwise by `survives`, which ranks.

    Raises
    ------
    CaseError
        Not such a Sweep, or it does not reach `level`.
    """
    levels, along = distances_along(distances, "withstands")
    if levels[-1] < level:
        raise CaseError(f"withstands(level={level:g}): a Sweep over {levels}; needed levels that reach it.")
    others = between_seeds(distances)
    if not others.size:
        raise CaseError(
            "withstands: a Sweep of one seed; needed at least two, for the distance between different systems."
        )
    if is_degenerate(others):
        return nothing_moves("withstands", "invariant", below, distances)
    bounds = dict(zip(levels[1:], (ratio_bounds(column, others, np.mean) for column in along.T), strict=True))
    passed = [at for k, at in enumerate(levels[1:]) if all(bounds[b][2] < below for b in levels[1 : k + 2])]
    needed = [at for at in levels[1:] if at <= min(b for b in levels if b >= level)]
    worst = max(needed, key=lambda at: bounds[at][2])
    answers = ["yes" if bounds[at][2] < below else "no" if bounds[at][1] > below else "unclear" for at in needed]
    answer = "no" if "no" in answers else "unclear" if "unclear" in answers else "yes"
    breakdown = f"breaks down above {passed[-1]:g}" if passed else "breaks down at the first level"
    if len(passed) == len(bounds):
        breakdown = f"stays at every level, up to {passed[-1]:g}"
    curve = ", ".join(f"{ratio:.2g} at {at:g}" for at, (ratio, _, _) in bounds.items())
    details = {
        "breakdown": passed[-1] if passed else 0.0, "levels": levels[1:], "ratios": [b[0] for b in bounds.values()],
        "ratios_high": [b[2] for b in bounds.values()], **null_of(others),
    }  # fmt: skip
    return decide(
        "withstands", "invariant", answer, bounds[worst], below, below - bounds[worst][2], f"mean ratio up to {needed[-1]:g}",
        f"{breakdown}; moved by {curve} of the contrast", distances, details,
    )  # fmt: skip


def rank_correlations(levels: list[float], along: Vector) -> Vector:
    """Spearman's rho between level and distance to the first level, one a seed; 0 where all distances are equal."""
    return _row_correlations(np.broadcast_to(np.array(levels[1:]), along.shape), along)


def _row_correlations(values: Vector, along: Vector) -> Vector:
    """Spearman's rho of each row of one with the same row of the other; 0 where a row is constant."""
    from scipy.stats import rankdata  # which costs a second to import, in every worker

    x, y = (np.apply_along_axis(rankdata, 1, rows) - (rows.shape[1] + 1) / 2 for rows in (values, along))
    spread = np.sqrt((x**2).sum(1) * (y**2).sum(1))
    rho: Vector = np.divide((x * y).sum(1), spread, out=np.zeros(len(y)), where=spread > 0)
    return rho


def between_seeds(distances: Distances) -> Vector:
    """Distances between different systems, at the first level."""
    return distances.of([(i, j) for i, j in distances.pairs if distances.blocks[i] != distances.blocks[j]])


def distances_along(distances: Distances, criterion: str) -> tuple[list[float], Vector]:
    """Levels, and the distances to the first level: one row a block, one column for each later level."""
    expect(distances, criterion, "Sweep")
    levels = sorted(set(distances.positions))
    if any(distances.labels) or len(levels) < 2 or _against_others(distances):
        raise CaseError(
            f"{criterion}: levels {levels}, labels {sorted(set(distances.labels))}; needed a Sweep without groups, along each seed."
        )
    where = {(b, p): i for i, (b, p) in enumerate(zip(distances.blocks, distances.positions, strict=True))}
    rows = [
        distances.of([(where[b, levels[0]], where[b, p]) for p in levels[1:]]) for b in sorted(set(distances.blocks))
    ]
    return levels, np.array(rows)


def distances_to_others(distances: Distances, criterion: str) -> tuple[list[float], Vector]:
    """Of a Sweep against others: levels, and for each the distances (seeds, seeds) of its systems to the others'; NaN to one's own seed."""
    expect(distances, criterion, "Sweep")
    levels = sorted(set(distances.positions))
    if not _against_others(distances):
        raise CaseError(f"{criterion}: a Sweep along each seed; needed one against others.")
    blocks = {block: k for k, block in enumerate(sorted(set(distances.blocks)))}
    found = np.full((len(levels), len(blocks), len(blocks)), np.nan)
    for (i, j), d in zip(distances.pairs, distances.of(distances.pairs), strict=True):
        one, other = blocks[distances.blocks[i]], blocks[distances.blocks[j]]
        level = levels.index(distances.positions[j])
        if any(distances.labels):  # i of the first group, j of the second
            found[level, one, other] = d
        else:  # i of the first level
            found[level, other, one] = d
            if level == 0:
                found[level, one, other] = d
    return levels, found


def _against_others(distances: Distances) -> bool:
    """Whether systems were compared with those of other seeds: at other levels, or two groups and never within one."""
    blocks, positions, labels = distances.blocks, distances.positions, distances.labels
    if any(labels):
        return all(labels[i] != labels[j] and blocks[i] != blocks[j] for i, j in distances.pairs)
    return any(blocks[i] != blocks[j] and positions[i] != positions[j] for i, j in distances.pairs)
