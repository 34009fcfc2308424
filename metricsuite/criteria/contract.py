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


def repeats(first: Distances, second: Distances, redrawn: Distances | None = None) -> Decision:
    """Does a metric give the same answers twice? The largest difference, as a part of the median distance.

    Parameters
    ----------
    first, second : Distances
        Of one design, taken in different orders, with the same draw.
    redrawn : Distances, optional
        With another draw, for a random metric: how far that moves its answers is reported, and decides nothing.

    Returns
    -------
    Decision
    """
    first = replace(first, tolerance=0.0)  # an error of the arithmetic is the same error when it is asked again
    missing = first.faults.get("finite") or second.faults.get("finite")
    if missing:
        return decide("repeats", "contract", "no", (1.0, 1.0, 1.0), 0.5, -0.5, "breaches", missing, first)
    scale = first.scale or second.scale
    worst = float(np.nanmax(np.abs(first.matrix - second.matrix))) / scale if scale > 0 else 0.0
    reason = f"answers differ by up to {worst:.2g} of the median distance when asked again, in another order"
    if redrawn is None:
        return within_rounding("repeats", "contract", worst, "largest difference", reason, first)
    spread = float(np.nanmedian(np.abs(first.matrix - redrawn.matrix))) / scale if scale > 0 else 0.0
    reason += f"; another rng moves them by {spread:.2g} (median)"
    decision = within_rounding("repeats", "contract", worst, "largest difference", reason, first)
    return replace(decision, details={**decision.details, "spread_over_draws": spread})


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
