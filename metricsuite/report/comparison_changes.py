"""The kinds of change between two certificates, each with its weight: what makes ``metricsuite compare`` fail, what warns, what is told."""

from __future__ import annotations

from dataclasses import dataclass

LOSS, WARNING, NOTE = "loss", "warning", "note"
KINDS = {  # in the order of a table: weight, and the word for one and for several
    "claim lost": (LOSS, "claim lost", "claims lost"),
    "claim waived": (LOSS, "claim waived", "claims waived"),
    "claim withdrawn": (LOSS, "claim withdrawn", "claims withdrawn"),
    "contract broken": (LOSS, "part of the contract broken", "parts of the contract broken"),
    "status fell": (LOSS, "status fell", "statuses fell"),
    "claim not run": (WARNING, "claim not run", "claims not run"),
    "failing claim waived": (WARNING, "failing claim waived", "failing claims waived"),
    "verdict worse": (WARNING, "verdict worse", "verdicts worse"),
    "margin halved": (WARNING, "margin halved", "margins halved"),
    "status lower": (WARNING, "status lower", "statuses lower"),
    "claim added": (NOTE, "claim added", "claims added"),
    "claim mended": (NOTE, "claim kept again", "claims kept again"),
    "claim decided": (NOTE, "claim decided that was not", "claims decided that were not"),
    "claim given up": (NOTE, "claim given up that was not kept", "claims given up that were not kept"),
    "status better": (NOTE, "status better", "statuses better"),
    "verdict better": (NOTE, "verdict better", "verdicts better"),
    "verdict changed": (NOTE, "verdict changed", "verdicts changed"),
    "case new": (NOTE, "new case", "new cases"),
    "case gone": (NOTE, "case gone", "cases gone"),
    "criterion": (NOTE, "criterion changed", "criteria changed"),
    "setting": (NOTE, "setting changed", "settings changed"),
    "default": (NOTE, "default changed", "defaults changed"),
    "given": (NOTE, "given parameter changed", "given parameters changed"),
    "spec": (NOTE, "entry of the spec changed", "entries of the spec changed"),
    "source": (NOTE, "change of the source", "changes of the source"),
    "suite": (NOTE, "change of the suite or run", "changes of the suite or run"),
    "environment": (NOTE, "change of the environment", "changes of the environment"),
    "time": (NOTE, "time changed", "times changed"),
}


@dataclass(frozen=True)
class Change:
    """One thing that differs; `then` and `now` in words, `note` what more there is to say."""

    kind: str
    subject: str
    then: str
    now: str
    note: str = ""

    @property
    def weight(self) -> str:
        return KINDS[self.kind][0]
