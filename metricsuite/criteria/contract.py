"""Criteria for the contract: what a measurement must do to be one. (`identical` reads an Orbit and lives there.)"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metricsuite.criteria.decision import Decision, decide, within_rounding
from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances

PARTS = ("finite", "non-negative", "input-untouched", "stateless")


def obeys(distances: Distances, part: str) -> Decision:
    """Was a part of the contract kept throughout? Reads `Distances.faults` of ``pairwise(..., strict=False)``.

    Parameters
    ----------
    distances : Distances
    part : str
        A property of the track "contract": "finite", "non-negative", "input-untouched", "stateless".

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        No such part.
    """
    if part not in PARTS:
        raise CaseError(f"obeys: {part!r} is no part of the contract that is noted; needed one of {', '.join(PARTS)}.")
    fault = distances.faults.get(part)
    count = float(fault is not None)
    return decide(
        "obeys", "contract", "no" if fault else "yes", (count, count, count), 0.5, 0.5 - count, "breaches", fault or "no breach", distances
    )  # fmt: skip


def repeats(
    first: Distances, second: Distances, redrawn: Distances | None = None, alone: Distances | None = None
) -> Decision:
    """Does a metric give the same answers twice, and in a batch as alone? The largest difference, relative to the median.

    Parameters
    ----------
    first, second : Distances
        Of one design, taken in different orders, with the same draw.
    redrawn : Distances, optional
        With another draw, for a random metric: how far that moves its answers is reported, and decides nothing.
    alone : Distances, optional
        ``pairwise(..., alone=True)``, where `first` is what ``compare_many`` returned.

    Returns
    -------
    Decision

    Notes
    -----
    Asked again, a metric has its first answer to give: `spec.tolerance` is no excuse, since an error of the arithmetic is then the
    same error. A batch is another way to the answer: sums round in another order, an optimiser stops elsewhere. So
    ``compare_many`` may differ from ``compare`` by `Distances.rounding`, ``max(1e-6, tolerance)`` of the median distance.
    """
    breach = _breach(first) or _breach(second)
    if alone is not None and not breach:
        breach = _breach(alone) and f"compare {_breach(alone)}; compare_many returned a number"
    if breach:
        return decide("repeats", "contract", "no", (1.0, 1.0, 1.0), 0.5, -0.5, "breaches", breach, first)
    scale = first.scale or second.scale or (alone.scale if alone is not None else 0.0)
    gaps = {"again": first.matrix - second.matrix}
    if alone is not None:
        gaps["alone"] = first.matrix - alone.matrix
    worst = {how: float(np.nanmax(np.abs(gap))) / scale if scale > 0 else 0.0 for how, gap in gaps.items()}
    if alone is not None:
        batch = within_rounding("repeats", "contract", worst["alone"], "largest difference", "", first)
        if batch.answer == "no":
            i, j = np.unravel_index(np.nanargmax(np.abs(gaps["alone"])), gaps["alone"].shape)
            reason = (
                f"compare_many and compare differ by up to {worst['alone']:.2g} of the median distance (systems {i} and {j}: "
                f"{first.matrix[i, j]:.6g} and {alone.matrix[i, j]:.6g}); needed the answer of compare, in the order of pairs"
            )
            return replace(batch, reason=reason)
    reason = f"answers differ by up to {worst['again']:.2g} of the median distance when asked again, in another order"
    if alone is not None:
        reason += f"; in a batch and alone, by {worst['alone']:.2g}"
    details = {}
    if redrawn is not None:
        spread = float(np.nanmedian(np.abs(first.matrix - redrawn.matrix))) / scale if scale > 0 else 0.0
        reason += f"; another rng moves them by {spread:.2g} (median)"
        details = {"spread_over_draws": spread}
    exactly = replace(first, tolerance=0.0)
    decision = within_rounding("repeats", "contract", worst["again"], "largest difference", reason, exactly)
    return replace(decision, details=details)


def _breach(distances: Distances) -> str:
    """Why there is no answer to hold another against."""
    return distances.faults.get("finite") or distances.faults.get("repeatable") or ""


def varies(distances: Distances) -> Decision:
    """Does a metric give more than one value? The spread of distances, as a part of their median.

    Parameters
    ----------
    distances : Distances

    Returns
    -------
    Decision
    """
    values = distances.of(distances.pairs)
    values = values[np.isfinite(values)]
    spread = float(np.ptp(values)) if values.size else 0.0
    relative = spread / distances.scale if distances.scale > 0 else float(spread > 0)
    answer = "yes" if relative > 1e-9 else "no"
    value = f"{values[0]:.6g}" if values.size else "no number"
    reason = (
        f"distances spread over {relative:.2g} of their median"
        if answer == "yes"
        else f"returned {value} for every pair of different systems"
    )
    return decide(
        "varies",
        "contract",
        answer,
        (relative, relative, relative),
        1e-9,
        relative - 1e-9,
        "relative spread",
        reason,
        distances,
    )
