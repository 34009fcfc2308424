"""Criteria that read a Contrast, or a Sweep of contrasts: are the classes told apart, and up to which level?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from metricsuite.criteria.decision import Decision, decide, expect
from metricsuite.criteria.resampling import auc_with_bounds
from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances

P_BELOW = 0.01  # p alone is not enough: an AUC of .54 reached p = .005


def separates(distances: Distances, auc_above: float = 0.7) -> Decision:
    """Are the classes of a Contrast told apart?

    The statistic is AUC = P(between > within) + P(between = within) / 2, over pairs of systems from different classes and from
    one class: 1 where every between-class distance is larger, .5 at chance.

    Parameters
    ----------
    distances : Distances
        Of a Contrast, at least two systems a class.
    auc_above : float
        "yes": the lower bound lies above it and the label-permutation p is below .01. "no": the upper bound lies below it.

    Returns
    -------
    Decision
        With p, the AUC of every one-number control, and the median distance within and between classes, in `details`.

    Raises
    ------
    CaseError
        Not a Contrast, or a threshold outside [.5, 1).
    """
    expect(distances, "separates", "Contrast")
    if not 0.5 <= auc_above < 1:
        raise CaseError(f"separates(auc_above={auc_above}); needed a number from .5 to 1.")
    auc, low, high, p = auc_with_bounds(distances.mean, distances.labels)
    controls = {name: auc_with_bounds(matrix, distances.labels)[:2] for name, matrix in distances.controls.items()}
    answer = "yes" if low > auc_above and p < P_BELOW else "no" if high < auc_above else "unclear"
    reason = f"AUC {auc:.2f} [{low:.2f}, {high:.2f}] against {auc_above:g}, p = {p:.2g}"
    details = {
        "p": p, "controls": {name: {"statistic": a, "low": lo} for name, (a, lo) in controls.items()},
        "medians": _medians(distances),
    }  # fmt: skip
    short_of_p = low > auc_above and p >= P_BELOW
    margin = P_BELOW - p if short_of_p else low - auc_above
    decision = decide(
        "separates", "sensitive", answer, (auc, low, high), auc_above, margin, "AUC", reason, distances, details
    )
    # seeds, not systems; where only p falls short, five a class are the fewest that can reach it: 2 / C(10, 5) < .01
    per_class = decision.enough and -(-decision.enough // len(set(distances.labels)))
    return replace(decision, enough=max(5, decision.blocks) if short_of_p else per_class)


def survives(
    distances: Distances, level: float = 0.2, auc_above: float = 0.7, *, direction: str = "invariant"
) -> Decision:
    """Up to which level of a Sweep of contrasts are the classes told apart?

    The breakdown level is the highest up to which every level `separates`. What is decided is `level`: the AUC at the lowest level
    tested that is not below it. Read beside level 0: what was never told apart has nothing to lose.

    Parameters
    ----------
    distances : Distances
        Of a Sweep with groups.
    level : float
        What must be survived, in the sweep's unit.
    auc_above : float
    direction : {"invariant", "sensitive"}
        "invariant" decides whether the disturbance matters, "sensitive" whether what the classes differ in is seen through it.

    Returns
    -------
    Decision
        With the AUC of every level, the controls' at the level that decides, and the breakdown level, in `details`.

    Raises
    ------
    CaseError
        Not such a Sweep, not of all pairs, it does not reach `level`, or another direction.
    """
    expect(distances, "survives", "Sweep")
    levels = sorted(set(distances.positions))
    if direction not in ("invariant", "sensitive"):
        raise CaseError(f"survives(direction={direction!r}); needed 'invariant' or 'sensitive'.")
    if not any(distances.labels) or levels[-1] < level:
        raise CaseError(
            f"survives(level={level:g}): a Sweep over {levels}; needed labelled groups at each level, and levels that reach it."
        )
    n = len(distances.labels) // len(levels)
    if len(distances.pairs) < len(levels) * n * (n - 1) // 2:
        raise CaseError("survives: a Sweep against others; needed all pairs at each level, to tell classes apart.")
    decisions = {at: separates(distances.at(at), auc_above) for at in levels}
    passed = [at for k, at in enumerate(levels) if all(decisions[b].answer == "yes" for b in levels[: k + 1])]
    needed = [at for at in levels if at <= min(b for b in levels if b >= level)]
    # every level up to the one that decides must separate; the weakest of them speaks
    weakest = min((decisions[at] for at in needed), key=lambda d: d.margin)
    answers = {decisions[at].answer for at in needed}
    answer = "no" if "no" in answers else "unclear" if "unclear" in answers else "yes"
    breakdown = (
        f"breaks down above {passed[-1]:g}" if passed else "does not tell the classes apart even at the first level"
    )
    if len(passed) == len(levels):
        breakdown = f"told apart at every level, up to {passed[-1]:g}"
    curve = ", ".join(f"{decisions[at].statistic:.2f} at {at:g}" for at in levels)
    details = {
        "breakdown": passed[-1] if passed else None, "levels": levels, "auc": [decisions[at].statistic for at in levels],
        "auc_low": [decisions[at].low for at in levels], "controls": decisions[needed[-1]].details["controls"],
    }  # fmt: skip
    return decide(
        "survives", direction, answer, (weakest.statistic, weakest.low, weakest.high), auc_above, weakest.margin,
        f"AUC up to {needed[-1]:g}", f"{breakdown}; AUC {curve}", distances, details,
    )  # fmt: skip


def _medians(distances: Distances) -> dict[str, float]:
    """The median distance within each class and between each two: the floors that a distance is read beside."""
    found: dict[str, list[float]] = {}
    for i, j in distances.pairs:
        kind = " / ".join(sorted((distances.labels[i], distances.labels[j])))
        found.setdefault(kind, []).append(float(distances.mean[i, j]))
    return {kind: float(np.median(values)) for kind, values in found.items()}
