"""Is one metric another? For ports of a metric to another framework, and what their commonest mistakes look like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from metricsuite.criteria.decision import Decision, decide
from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances

Values = npt.NDArray[np.float64]
EXACT = 1e-3  # of the median: a relation that holds no better than this may be chance
ARITHMETIC = 1e-3  # a difference below this may be one of arithmetic
_KIN: tuple[tuple[str, Callable[[Values], Values]], ...] = (
    ("what {0} gives", lambda d: d),
    ("1 - d of {0}, as if a similarity were taken for a distance: see orientation=", lambda d: 1 - d),
    ("the square of {0}", np.square),
    ("the root of {0}", np.sqrt),
    ("arccos(1 - d) of {0}, the angle of a similarity", lambda d: np.arccos(1 - d)),
    ("arccos d of {0}", np.arccos),
    ("1 - cos d of {0}, whose distance is the angle", lambda d: 1 - np.cos(d)),
    ("cos d of {0}, whose distance is the angle", np.cos),
)


def equals(distances: Distances, reference: Distances) -> Decision:
    """d(x, y) is what another metric gives for every pair, to rounding or the tolerance of the first.

    The statistic is the largest difference, as a part of the other metric's median distance. Where one formula turns
    the other's distances into those found (a constant factor, 1 - d, a square, a root, an angle), the reason names it.

    Parameters
    ----------
    distances, reference : Distances
        Of both metrics, on one design: ``pairwise(other, design, both=distances.both)``.

    Returns
    -------
    Decision
        With the distances of both, to six digits, in `details`: "found" and "wanted".

    Raises
    ------
    CaseError
        Distances of different designs, or a reference that is 0 throughout.
    """
    if distances.pairs != reference.pairs or distances.design is not reference.design:
        raise CaseError("equals: distances of two designs; needed those of both metrics on one design.")
    if not reference.scale > 0:
        raise CaseError(f"equals: {reference.metric} is 0 for every pair, which decides nothing; needed other systems.")
    pairs = [p for i, j in distances.pairs for p in ((i, j), (j, i))] if distances.both else list(distances.pairs)
    rows, columns = np.asarray(pairs).T
    found, wanted = distances.matrix[rows, columns], reference.matrix[rows, columns]
    gaps = np.abs(found - wanted) / reference.scale
    at, threshold = int(gaps.argmax()), max(1e-6, distances.tolerance)
    worst, other = float(gaps[at]), reference.metric
    reason = f"{other} gives the same for all {len(pairs)} pairs, to {worst:.2g} of its median distance"
    if worst > threshold:
        between = " and ".join(_described(distances, i) for i in pairs[at])
        reason = (
            f"differs from {other} for {int((gaps > threshold).sum())} of {len(pairs)} pairs, most between {between}: "
            f"{found[at]:.6g}, where {other} gives {wanted[at]:.6g}; by {worst:.2g} of its median distance"
            + _likely_cause(found, wanted, other, min(threshold, EXACT), worst)
        )
    if reference.outside and not distances.outside:
        distances = replace(distances, outside=f"{other}: {reference.outside}")
    answer = "yes" if worst <= threshold else "no"
    what = f"largest difference from {other}"
    details = {name: [float(f"{v:.6g}") for v in values] for name, values in (("found", found), ("wanted", wanted))}
    return decide(
        "equals", "axiom", answer, (worst,) * 3, threshold, threshold - worst, what, reason, distances, details
    )


def _described(distances: Distances, i: int) -> str:
    """``system 3 (noise, 12 x 80 x 16)``, as far as it is known."""
    size = [" x ".join(map(str, distances.design.systems[i].array.shape))] if distances.design is not None else []
    told = ", ".join([distances.labels[i]] * bool(distances.labels[i]) + size)
    return f"system {i} ({told})" if told else f"system {i}"


def _likely_cause(found: Values, wanted: Values, other: str, rounding: float, worst: float) -> str:
    """The formula that makes all of `found` from `wanted`, up to one factor; else, where little is missing, the advice to say so."""
    if len(np.unique(np.round(wanted / wanted.max(), 3))) > 2:  # else any formula fits
        for words, formula in _KIN:
            with np.errstate(invalid="ignore"):
                made = formula(wanted)
            if not np.isfinite(made).all() or not made.any():
                continue
            factor = float(found @ made / (made @ made))
            if factor > 0 and np.abs(found - factor * made).max() <= rounding * factor * np.median(np.abs(made)):
                times = f"{factor:.6g} times " if abs(factor - 1) > rounding else ""
                return f". Every distance is {times}{words.format(other)}"
    if worst <= ARITHMETIC:
        enough = 10.0 ** np.ceil(np.log10(worst))
        return f". If that is its arithmetic (float32, an optimiser), state tolerance={enough:.0e}"
    return ""
