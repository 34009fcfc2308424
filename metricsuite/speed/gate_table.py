"""What the gate found, for a terminal: an entry a line, and the line that is always there."""

from __future__ import annotations

from collections.abc import Iterator

from metricsuite.speed.gate import THRESHOLD, Entry, Outcome
from metricsuite.speed.sides import Version

SAID = {
    "fine": "",
    "slower": f"slower than {THRESHOLD:g}x, twice",
    "too noisy": "too noisy to tell",
    "flagged": "not settled",
    "failed": "could not be run",
    "only here": "only in the candidate",
    "only there": "only in the reference",
}


def lines_of(outcome: Outcome, reference: Version, candidate: Version) -> Iterator[str]:
    """The table, what it means, and last how much was measured."""
    width = max((len(e.name) for e in outcome.entries), default=0)
    yield f"reference  {reference.label}"
    yield f"candidate  {candidate.label}"
    yield ""
    yield f"{'':{width}}  {'reference':>10}  {'candidate':>22}  {'A/A':>8}"
    for entry in outcome.entries:
        yield f"{entry.name:{width}}  {_numbers(entry)}  {SAID.get(entry.status, entry.status)}".rstrip()
    yield ""
    for entry in outcome.entries:
        if entry.note:
            yield f"{entry.name}: {entry.note}"
    if noisy := outcome.of("too noisy"):
        yield (
            f"{len(noisy)} too noisy to tell: the reference differed from itself by more than {THRESHOLD:g}x, twice. Nothing is known "
            "about them; run again on a quieter machine."
        )
    yield outcome.line


def _numbers(entry: Entry) -> str:
    if entry.ratio is None or entry.control is None:
        return f"{'':44}"
    r = entry.ratio
    ratio = f"x {r.estimate:.2f} ({r.low:.2f}-{r.high:.2f})"
    return f"{1000 * entry.seconds:7.3g} ms  {ratio:>22}  {100 * (entry.control.estimate - 1):+6.1f} %"
