"""The ratio of two times under noise: the median over rounds, with an interval that asks nothing of the noise.

A round measures both sides one right after the other, so whatever slows the machine down for longer than that slows both and leaves
their ratio alone; what hits one side of a few rounds moves a median little. The interval lies between order statistics (the sign
test), so it holds for noise of any shape.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

CONFIDENCE = 0.99
FEWEST = 8  # rounds: below, no two order statistics hold 99 %


@dataclass(frozen=True)
class Ratio:
    """A ratio of times, and its 99 % interval (0 to infinity where there are too few rounds)."""

    estimate: float
    low: float
    high: float

    @property
    def off(self) -> float:
        """How far from 1, as a factor of 1 or more."""
        return max(self.estimate, 1 / self.estimate)


def ratio_of(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """The ratio of the times in `above` to those in `below`, one of each a round.

    Cost: sorts as many numbers as there are rounds.
    """
    logs = sorted(math.log(a / b) for a, b in zip(above, below, strict=True))
    n, k = len(logs), rank_of_bound(len(logs))
    middle = (logs[(n - 1) // 2] + logs[n // 2]) / 2
    low, high = (math.exp(logs[k - 1]), math.exp(logs[n - k])) if k else (0.0, math.inf)
    return Ratio(math.exp(middle), low, high)


def rank_of_bound(n: int, confidence: float = CONFIDENCE) -> int:
    """The largest k for which the k-th smallest and the k-th largest of n hold the median with this confidence; 0 if none does.

    P(k-th smallest > median) = P(Binomial(n, 1/2) < k).
    """
    k, below = 0, 0.0
    while 2 * (below := below + math.comb(n, k) / 2**n) <= 1 - confidence:
        k += 1
    return k


def geometric_mean(first: Sequence[float], second: Sequence[float]) -> list[float]:
    """Round by round: two measurements of one thing made into one."""
    return [math.sqrt(a * b) for a, b in zip(first, second, strict=True)]
