"""Criteria that read an Orbit: do images stay where their originals are, or move away?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metricsuite.criteria.decision import Decision, decide, expect, within_rounding
from metricsuite.criteria.resampling import Vector, ratio_bounds
from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances

Pairs = list[tuple[int, int]]


def invariant(distances: Distances, below: float = 0.25, exactly: bool = False) -> Decision:
    """Do the images of an Orbit stay near their originals?

    The statistic is d(x, image of x), as a part of the median distance between systems that do differ: its median over systems, or
    the largest where `exactly`, since one counterexample ends an exact invariance.

    Parameters
    ----------
    distances : Distances
        Of an Orbit.
    below : float
        For what may move a little, such as a deformation: below a quarter of the contrast.
    exactly : bool
        For a group action, where the algebra says 0: below ``max(1e-6, spec.tolerance)``.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not an Orbit.
    """
    images, others = (distances.beyond_self(p) for p in _orbit_pairs(distances, "invariant"))
    if is_degenerate(others):
        return nothing_moves("invariant", "invariant", below, distances)
    ratios = np.abs(images) / float(np.median(others))
    if exactly:
        worst, rounding = float(ratios.max()), max(1e-6, distances.tolerance)
        reason = f"an image moved by {worst:.2g} of the distance between unrelated systems; rounding is {rounding:.0e}"
        return within_rounding("invariant", "invariant", worst, "largest ratio", reason, distances)
    found = ratio_bounds(images, others)
    decision = stays_below("invariant", *found, below, "median ratio", "images moved by", distances)
    return replace(decision, details=null_of(others))


def sensitive(distances: Distances, above: float = 0.1) -> Decision:
    """Do the images of an Orbit move away from their originals?

    The statistic is that of `invariant`: the median of d(x, image of x) over the median distance between unrelated systems. Between
    rounding and `above` a metric is neither invariant nor sensitive in any useful sense.

    Parameters
    ----------
    distances : Distances
        Of an Orbit.
    above : float
        A tenth of the distance between unrelated systems.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not an Orbit.
    """
    images, others = (distances.beyond_self(p) for p in _orbit_pairs(distances, "sensitive"))
    if is_degenerate(others):
        return nothing_moves("sensitive", "sensitive", above, distances)
    ratio, low, high = ratio_bounds(images, others)
    answer = "yes" if low > above else "no" if high < above else "unclear"
    reason = f"images moved by {ratio:.2g} [{low:.2g}, {high:.2g}] of the contrast; needed above {above:g}"
    return decide(
        "sensitive", "sensitive", answer, (ratio, low, high), above, low - above, "median ratio", reason, distances, null_of(others)
    )  # fmt: skip


def identical(distances: Distances) -> Decision:
    """Is a system at distance 0 from its copy? Reads an Orbit under the identity.

    The statistic is the largest |d(x, copy of x) - self_value|, as a part of the median distance between different systems; where
    self_value is None, the largest d(x, copy of x) - min over y of d(x, y).

    Parameters
    ----------
    distances : Distances
        Of an Orbit.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not an Orbit.
    """
    images, unrelated = _orbit_pairs(distances, "identical")
    selves, others = distances.of(images), distances.of(unrelated)
    missing = distances.faults.get("finite")
    if missing:
        return decide("identical", "contract", "no", (1.0, 1.0, 1.0), 0.5, -0.5, "breaches", missing, distances)
    scale = float(np.median(np.abs(distances.beyond_self(unrelated)))) or float(np.abs(selves).max()) or 1.0
    expected = distances.self_value
    excess = np.abs(selves - expected) if expected is not None else selves - _nearest(distances, images, unrelated)
    needed = f"{expected:g}" if expected is not None else "no more than to any other system"
    self_distance = selves[int(excess.argmax())]
    reason = f"d(x, x) is {self_distance:.3g} where {needed} is promised; other systems are at {scale:.3g}"
    decision = within_rounding(
        "identical", "contract", float(excess.max()) / scale, "largest self-distance", reason, distances
    )
    if decision.answer == "no" and np.median(selves) > np.median(others):
        hint = "Larger for a copy than for another system: this looks like a similarity; say --orientation similarity"
        return replace(decision, reason=f"{reason}. {hint}, or in its spec")
    if decision.answer == "no" and expected is not None and decision.statistic < 0.01:
        hint = f"If that is the error of its arithmetic or optimiser, its spec can say so: tolerance={2 * decision.statistic:.0e}"
        return replace(decision, reason=f"{reason}. {hint}")
    return decision


def _nearest(distances: Distances, images: Pairs, unrelated: Pairs) -> Vector:
    """For each original with an image, its distance to the nearest other system."""
    originals = [i if distances.labels[i] == "original" else j for i, j in images]
    return np.array([distances.of([p for p in unrelated if i in p]).min() for i in originals])


def _orbit_pairs(distances: Distances, criterion: str) -> tuple[Pairs, Pairs]:
    """Pairs of originals with their images, one a block, and of systems that differ."""
    expect(distances, criterion, "Orbit")
    labels, blocks = distances.labels, distances.blocks
    images = [
        p
        for p in distances.pairs
        if {labels[p[0]], labels[p[1]]} == {"original", "image"} and blocks[p[0]] == blocks[p[1]]
    ]
    others = [p for p in distances.pairs if "image" not in (labels[p[0]], labels[p[1]])]
    if not images or not others:
        raise CaseError(
            f"{criterion}: the labels {sorted(set(labels))}; needed originals, their images and something to compare with, as in an Orbit."
        )
    return images, others


def is_degenerate(others: Vector) -> bool:
    """Whether there is nothing to measure an image against."""
    return not np.median(others) > 0


def null_of(others: Vector) -> dict[str, float]:
    """What the ratio is between systems that do differ: its mean and .05 and .95 quantiles, to be read beside the statistic."""
    low, high = np.quantile(others, [0.05, 0.95])
    scale = float(np.median(others))
    return {"null_mean": float(others.mean()) / scale, "null_05": float(low) / scale, "null_95": float(high) / scale}


def nothing_moves(criterion: str, direction: str, threshold: float, distances: Distances) -> Decision:
    """Where different systems are at distance 0, nothing can be said of images: that counts against the metric."""
    reason = "unrelated systems are at distance 0, so there is nothing to measure an image against"
    return decide(criterion, direction, "no", (0.0, 0.0, 0.0), threshold, -threshold, "ratio", reason, distances)


def stays_below(
    criterion: str, ratio: float, low: float, high: float, below: float, what: str, words: str, distances: Distances
) -> Decision:  # fmt: skip
    """The decision of an invariance that allows a little: the whole interval below a part of the contrast."""
    answer = "yes" if high < below else "no" if low > below else "unclear"
    reason = f"{words} {ratio:.2g} [{low:.2g}, {high:.2g}] of the contrast; needed below {below:g}"
    return decide(criterion, "invariant", answer, (ratio, low, high), below, below - high, what, reason, distances)
