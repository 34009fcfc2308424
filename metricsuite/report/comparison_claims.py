"""What became of the claims from one certificate to another, by the words of the verdicts that decide them.

A claim is **lost** where the reference kept it and the other certificate still makes it and does not keep it (broken, inconclusive,
an error, planned and not run); **waived** where that is excused now; **withdrawn** where the other no longer makes it. These are losses,
as are a broken part of the contract and a status fallen to failed or inconclusive. All the rest is a warning or a note: also a claim
**not run**, none of whose cases the other run set out to decide, for a narrowed run says nothing of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from metricsuite.certificate import Certificate
from metricsuite.report.comparison_changes import Change
from metricsuite.verdict import FAILING, Verdict

CLAIMS = {"axioms": "axiom", "invariant_to": "invariant", "sensitive_to": "sensitive"}
WORSE = {"kept": 0, "yes": 0, "waived": 1, "no": 2, "unclear": 2, "not applicable": 2, "inconclusive": 3}  # else 4
UNDECIDED, HELD = "not decided", ("kept", "waived")


def claims_of(certificate: Certificate) -> dict[str, str]:
    """Every claimed property, and how it is claimed: "axiom", "invariant", "sensitive"."""
    spec = certificate.body["metric"]["spec"]
    return {name: direction for which, direction in CLAIMS.items() for name in spec[which]}


def claims_compared(a: Certificate, b: Certificate) -> Iterator[Change]:
    """Every change of a claim, the reference first."""
    then, now = claims_of(a), claims_of(b)
    was = {name: entry["kept"] for name, entry in a.body["claims"].items()}
    for name, direction in then.items():
        if now.get(name) != direction:
            yield Change("claim withdrawn" if was[name] else "claim given up", name, _word(a, name), "not claimed")
        else:
            yield from _claim(name, _deciding(a, name), _deciding(b, name), {v.id for v in b.verdicts})
    for name, direction in now.items():
        if then.get(name) != direction:
            yield Change("claim added", name, "not claimed", _word(b, name))


def _claim(name: str, then: list[Verdict], now: list[Verdict], planned: set[str]) -> Iterator[Change]:
    """A claim that both make in one direction: by the verdicts that decide it, and all ids that the other run set out to reach."""
    word, word_now = _worst(then), _worst(now)
    failed = [v for v in then if v.status != "kept"]
    if word_now == UNDECIDED and then and not planned & {v.id for v in then}:
        yield Change("claim not run", name, word, "not run")
    elif word in HELD and word_now not in HELD:
        failing = [v.id for v in now if v.status in FAILING]
        if {v.status for v in now if v.status in FAILING} != {"unexpected pass"}:  # a waiver that is no longer needed
            yield Change("claim lost", name, word, word_now, "; ".join(failing))
    elif word_now == "waived" and word not in ("waived", UNDECIDED):
        waived = "; ".join(v.id for v in now if v.status == "waived")
        yield Change("claim waived" if word == "kept" else "failing claim waived", name, word, word_now, waived)
    elif word_now in HELD and word == UNDECIDED:
        yield Change("claim decided", name, word, word_now)
    elif word_now == "kept" and word != "kept":
        gone = [v.id for v in failed if v.id not in planned]
        yield Change(
            "claim not run" if gone else "claim mended", name, word, "not run" if gone else word_now, "; ".join(gone)
        )


def _deciding(certificate: Certificate, name: str) -> list[Verdict]:
    found = [v for v in certificate.verdicts if v.property == name and v.kind == "claim"]
    return [v for v in found if v.status != "not applicable"]


def _worst(deciding: list[Verdict]) -> str:
    return max((v.status for v in deciding), key=lambda status: WORSE.get(status, 4), default=UNDECIDED)


def _word(certificate: Certificate, name: str) -> str:
    return _worst(_deciding(certificate, name))
