"""From decisions to verdicts: what the criterion found, what the metric claims, and whether the case is in its scope."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from metricsuite.criteria import Decision
from metricsuite.errors import CaseError
from metricsuite.properties import Property
from metricsuite.spec import MetricSpec

STATUSES = (
    "kept", "broken", "inconclusive", "yes", "no", "unclear", "error", "waived", "unexpected pass", "not applicable", "not run",
)  # fmt: skip
FAILING = ("broken", "inconclusive", "error", "unexpected pass", "not run")
_OF_A_CLAIM = {"yes": "kept", "no": "broken", "unclear": "inconclusive"}


@dataclass
class Verdict:
    """One row of a certificate.

    `id` is ``file/test[case parameters]``, the same wherever the cases are installed. `kind` is "contract", "claim" or
    "measurement"; `direction` is what was decided or claimed ("invariant", "sensitive", "axiom", "contract"). `margin` is positive
    where the statement holds. `control` is the strongest one-number control of a contrast and its AUC. Statistics are None
    where no decision was reached.
    """

    id: str
    metric: str
    property: str
    track: str
    kind: str
    direction: str
    status: str = "not run"
    reason: str = ""
    criterion: str | None = None
    what: str | None = None
    statistic: float | None = None
    low: float | None = None
    high: float | None = None
    threshold: float | None = None
    margin: float | None = None
    outside: str = ""
    blocks: int = 0
    enough: int | None = None
    seeds: str = ""
    pairs: int = 0
    setting: dict[str, Any] = field(default_factory=dict)
    control: dict[str, Any] | None = None
    details: dict[str, Any] = field(default_factory=dict)
    reproduce: str = ""
    waiver: str | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values: what is not finite becomes None."""
        values: dict[str, Any] = _finite(asdict(self))
        return values

    def fails(self, quick: bool = False) -> bool:
        """Whether it makes the run fail; a quick run, too small to decide, forgives what is inconclusive."""
        return self.status in FAILING and not (quick and self.status == "inconclusive")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def blank(verdict_id: str, metric: str, entry: Property, spec: MetricSpec) -> Verdict:
    """The verdict before anything was run: what is planned."""
    claim = spec.claim(entry)
    kind = "contract" if claim == "contract" else "claim" if claim else "measurement"
    return Verdict(verdict_id, metric, entry.name, entry.track, kind, claim or entry.directions[0])


def judge(row: Verdict, entry: Property, decisions: tuple[Decision, ...]) -> Decision:
    """Fill a blank verdict in from what the criteria found; returns the decision that counted.

    Several decisions may be given for a property that can be claimed either way: the one of the claimed direction counts, the
    first for a measurement. Where none is of the claimed direction, the claim is not decided here, and the case measures.

    Raises
    ------
    CaseError
        No decision, or none of a direction that the property has.
    """
    if not decisions or not all(isinstance(d, Decision) for d in decisions):
        raise CaseError(
            f"{row.id}: verdict({', '.join(type(d).__name__ for d in decisions)}); needed what a criterion returns, such as separates(distances)."
        )
    for d in decisions:
        if d.direction not in entry.directions:
            raise CaseError(
                f"{row.id}: {d.criterion} decides a claim of the kind {d.direction!r}, and {entry.name!r} can only be {' or '.join(entry.directions)}."
            )
    aside = ""
    if row.kind == "measurement":
        decision = decisions[0]
        row.direction = decision.direction
        row.details = {"otherwise": decisions[1].answer} if len(decisions) > 1 else {}
    else:
        found = [d for d in decisions if d.direction == row.direction]
        decision = (found or decisions)[0]
        if not found:  # a special case of the property, of which the other direction says nothing
            aside = f"outside the claim: {row.direction} is claimed, and this case decides only {decision.direction}"
            row.direction = decision.direction
    distances = decision.distances
    row.outside = (distances.outside if distances is not None else "") or aside
    if row.outside and row.kind == "claim":
        row.kind = "measurement"
    _fill(row, decision)
    if row.kind == "contract":
        row.status = "kept" if decision.answer == "yes" else "error"
    else:
        row.status = _OF_A_CLAIM[decision.answer] if row.kind == "claim" else decision.answer
    row.reason = decision.reason
    if decision.enough and row.status in ("inconclusive", "unclear"):
        row.reason += f"; about {decision.enough} seeds would decide"
    return decision


def _fill(row: Verdict, decision: Decision) -> None:
    row.criterion, row.what, row.blocks, row.enough = (
        decision.criterion,
        decision.what,
        decision.blocks,
        decision.enough,
    )
    for name in ("statistic", "low", "high", "threshold", "margin"):
        value = float(getattr(decision, name))
        setattr(row, name, round(value, 10) if math.isfinite(value) else None)
    details = dict(decision.details)
    controls = details.pop("controls", {})
    if controls:
        best = max(controls, key=lambda name: controls[name]["statistic"])
        row.control = {"name": best, **controls[best]}
        details["controls"] = controls
    distances = decision.distances
    if distances is not None:
        row.pairs, row.setting, row.seconds = len(distances.pairs), distances.setting, dict(distances.seconds)
        if distances.tuning:
            details["tuning"] = distances.tuning
        if distances.both:
            details["asymmetry"] = distances.asymmetry
    row.details = {**row.details, **details}


def kept(rows: list[Verdict]) -> dict[str, bool]:
    """For each claimed property that was decided in scope: whether every verdict that decides it is kept (or waived)."""
    out: dict[str, bool] = {}
    for row in rows:
        if row.kind == "claim" and row.status != "not applicable":  # a claim that could not be run was not decided
            out[row.property] = out.get(row.property, True) and row.status in ("kept", "waived")
    return out
