"""The plan of a run, and the ledger of what became of it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from metricsuite.subjects import Subject
from metricsuite.verdict import Verdict


@dataclass
class Plan:
    """What a run set out to do, as plain values: a worker writes it down, the controller reads it."""

    whole: dict[str, int]
    rows: dict[str, dict[str, Any]]
    left_out: list[str]
    cases: str
    own_properties: list[str]
    problems: list[str]
    waivers: list[str]
    files: list[str] = field(default_factory=list)  # names of the case files that were collected
    folders: list[str] = field(default_factory=list)  # names of the folders of cases beside the suite's own

    def to_json(self) -> str:
        return json.dumps(asdict(self))


class Ledger:
    """Every planned verdict, and what became of it."""

    def __init__(self, subjects: Mapping[str, Subject]) -> None:
        self.subjects = subjects
        self.whole: dict[str, int] = {}
        self.rows: dict[str, Verdict] = {}
        self.left_out: list[str] = []
        self.cases = ""
        self.own_properties: list[str] = []
        self.problems: list[str] = []
        self.files: list[str] = []
        self.folders: list[str] = []
        self.crashed: dict[str, str] = {}

    def take(self, plan: Plan) -> None:
        self.whole, self.left_out, self.cases, self.own_properties = (
            plan.whole,
            plan.left_out,
            plan.cases,
            plan.own_properties,
        )
        self.problems, self.files, self.folders = plan.problems, plan.files, plan.folders
        self.rows = {nodeid: Verdict(**row) for nodeid, row in plan.rows.items()}

    def note(self, nodeid: str, row: dict[str, Any]) -> None:
        self.rows[nodeid] = Verdict(**row)

    def of(self, label: str) -> list[Verdict]:
        return [r for r in self.rows.values() if r.metric == label]

    def estimate(self, seeds: int) -> tuple[int, float | None]:
        """Planned pairs, and the seconds that they may take on one core; None where a metric could not be timed."""
        pairs, seconds = 0, 0.0
        known = True
        for row in self.rows.values():
            subject = self.subjects[row.metric]
            n = round(row.pairs * (seeds / 16) ** (2 if row.pairs > 100 else 1))
            pairs += n
            if subject.seconds_a_pair is None:
                known = False
            else:
                seconds += n * subject.seconds_a_pair * (1 if "symmetry" in subject.spec["axioms"] else 2)
        return pairs, seconds if known else None
