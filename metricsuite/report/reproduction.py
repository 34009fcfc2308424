"""Whether a certificate came out again: verdict by verdict, and what differs between then and now."""

from __future__ import annotations

import math
from dataclasses import dataclass

from metricsuite.certificate import Certificate
from metricsuite.report.comparison import cell, circumstances
from metricsuite.report.comparison_changes import Change
from metricsuite.verdict import Verdict

_FIGURES = ("statistic", "low", "high", "threshold", "margin")
_ROUNDING = 1e-6  # up to which figures are called the same: other processors and libraries round so
_SMALLEST = 1e-9  # figures are written to ten decimals: what is smaller is digits of rounding


@dataclass(frozen=True)
class Reproduction:
    """`verdicts` were there then; `differing` are those whose word is another, (id, then, now); `new` are only there now.

    `figures` is the largest difference of a statistic, bound, threshold or margin, relative to the larger of statistic and threshold,
    with the verdict that has it; 0 where all are the same to the last digit.
    """

    verdicts: int
    differing: tuple[tuple[str, str, str], ...]
    new: tuple[str, ...]
    figures: tuple[float, str]
    circumstances: tuple[Change, ...]

    @property
    def reproduced(self) -> bool:
        """Every verdict has the same word."""
        return not self.differing

    @property
    def summary(self) -> str:
        many = f"{self.verdicts} verdict{'s' * (self.verdicts != 1)}"
        most, where = self.figures
        if self.differing:
            return f"not reproduced: {len(self.differing)} of {many} came out otherwise"
        if most == 0:
            return f"reproduced: {many}, all figures the same"
        if most <= _ROUNDING:
            return f"reproduced: {many}, figures the same to {most:.1e} ({where})"
        moved = f"moved by up to {most:.1e} ({where})" if math.isfinite(most) else f"of {where} came or went"
        return f"reproduced in words, {many}; figures {moved}"


def reproduction(then: Certificate, now: Certificate) -> Reproduction:
    """Hold a second run against the first.

    Parameters
    ----------
    then, now : Certificate
        What `now` has beside the verdicts of `then` does not count.
    """
    first, second = ({v.id: v for v in c.verdicts} for c in (then, now))
    differing = []
    figures = (0.0, "")
    for name, one in first.items():
        two = second.get(name)
        if two is None or two.status != one.status:
            differing.append((name, cell(one), cell(two) if two else "not there"))
        if two is not None:
            figures = max(figures, (_apart(one, two), name), key=lambda pair: pair[0])
    return Reproduction(
        len(first),
        tuple(differing),
        tuple(sorted(second.keys() - first.keys())),
        figures,
        tuple(circumstances(then, now)),
    )


def _apart(one: Verdict, two: Verdict) -> float:
    """The largest difference of two verdicts' figures, relative to statistic or threshold; infinite where only one has it."""
    sizes = [abs(value) for v in (one, two) for value in (v.statistic, v.threshold) if value is not None]
    scale, most = max([*sizes, _SMALLEST]), 0.0
    for name in _FIGURES:
        a, b = getattr(one, name), getattr(two, name)
        if (a is None) != (b is None):
            return float("inf")
        if a is not None:
            most = max(most, abs(a - b) / scale)
    return most
