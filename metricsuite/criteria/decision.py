"""What a criterion returns, and the parts that all criteria share."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances


@dataclass(frozen=True)
class Decision:
    """What a criterion found.

    `answer` is "yes", "no" or "unclear" to the statement that the criterion tests; `direction` says which kind of claim that is
    ("sensitive", "invariant", "axiom", "contract"). `margin` is the signed distance from the bound that decides to the threshold,
    positive where the answer is yes. `blocks` is the number of independent systems, `enough` how many would probably decide
    (None where it is decided, or where no number would).
    """

    criterion: str
    direction: str
    answer: str
    statistic: float
    low: float
    high: float
    threshold: float
    margin: float
    what: str
    reason: str
    blocks: int
    enough: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    distances: Distances | None = field(default=None, repr=False, compare=False)


def decide(
    criterion: str, direction: str, answer: str, bounds: tuple[float, float, float], threshold: float, margin: float, what: str, reason: str,
    distances: Distances, details: dict[str, Any] | None = None,
) -> Decision:  # fmt: skip
    """A `Decision` from (statistic, low, high) and the rest."""
    blocks = len(set(distances.blocks))
    needed = enough(bounds, threshold, blocks) if answer == "unclear" else None
    return Decision(
        criterion, direction, answer, *bounds, threshold, margin, what, reason, blocks, needed, details or {}, distances
    )


def within_rounding(
    criterion: str, direction: str, worst: float, what: str, reason: str, distances: Distances
) -> Decision:
    """For what one counterexample ends: is the worst within rounding, ``max(1e-6, tolerance)``?"""
    threshold = max(1e-6, distances.tolerance)
    answer = "yes" if worst <= threshold else "no"
    return decide(criterion, direction, answer, (worst,) * 3, threshold, threshold - worst, what, reason, distances)


def enough(bounds: tuple[float, float, float], threshold: float, blocks: int) -> int | None:
    """How many blocks would probably decide, were the statistic to stay: intervals shrink with the root of their number."""
    value, low, high = bounds
    width, gap = (value - low if value > threshold else high - value), abs(value - threshold)
    if gap == 0 or width == 0:
        return None
    needed = int(np.ceil(blocks * max(1.0, 1.1 * width / gap) ** 2))
    return needed if needed <= 100 * blocks else None


def expect(distances: Distances, criterion: str, kind: str) -> None:
    """A criterion says which design it reads."""
    design = distances.design
    if design is not None and type(design).__name__ != kind:
        given = type(design).__name__
        article = {"O": "an"}
        raise CaseError(
            f"{criterion} reads the distances of {article.get(kind[0], 'a')} {kind}; given those of "
            f"{article.get(given[0], 'a')} {given}."
        )
    sizes = {label: distances.labels.count(label) for label in sorted(set(distances.labels))}
    if kind == "Contrast" and (len(sizes) < 2 or min(sizes.values()) < 2):
        raise CaseError(f"{criterion}: classes {sizes}; needed at least two classes of at least two systems.")
