"""The gate: does the candidate take more than 1.25 times as long as the reference, anywhere?

Three sides work in turn: the reference, the reference again (the A/A control, what this machine cannot tell apart), and the
candidate. An entry is one phase of one metric at one size. It is *fine* once the interval of its ratio lies below 1.25. What is not
fine is flagged and measured again: new processes, more rounds. Only what is flagged again, with an estimate above 1.25, is slower.

Where the control itself is off by more than 1.25 the second time too, the entry is *too noisy*: nothing is known about it.
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from metricsuite.errors import SpeedError
from metricsuite.speed.ratios import FEWEST, Ratio, geometric_mean, ratio_of
from metricsuite.speed.sides import Refusal, Side, Version

THRESHOLD = 1.25
BATCH = 0.008  # seconds of one sample: long beside the clock, short beside what disturbs the machine
SIZES = ((10, 60, 10), (15, 80, 20), (25, 120, 30), (40, 200, 40))  # trials, time, units
WORTH_TIMING = 0.0002  # seconds
AT_MOST = 0.02  # seconds of a call at the second size
GROWS = 2.0  # a second size tells more where a call takes at least so many times as long
ORDERS = list(itertools.permutations(("reference", "control", "candidate")))
Times = dict[str, list[float]]  # of each side, one a round


@dataclass(frozen=True)
class Stage:
    """How long an entry is measured: at least, and at most, so many rounds."""

    fewest: int
    most: int


FIRST, SECOND = Stage(FEWEST, 24), Stage(16, 48)


@dataclass
class Entry:
    """One phase of one metric at one size, and what was found."""

    metric: str
    phase: str
    size: tuple[int, int, int]
    calls: int = 1
    seconds: float = 0.0  # of one call by the reference
    ratio: Ratio | None = None
    control: Ratio | None = None
    status: str = "open"
    rounds: int = 0
    note: str = ""

    @property
    def name(self) -> str:
        return f"{self.metric} {self.phase}" + (f" {' x '.join(map(str, self.size))}" if self.size[0] else "")


@dataclass
class Outcome:
    """What the gate found; `code` is what its process should end with."""

    entries: list[Entry] = field(default_factory=list)
    problem: str = ""  # what ended it early

    @property
    def measured(self) -> list[Entry]:
        return [e for e in self.entries if e.rounds]

    def of(self, status: str) -> list[Entry]:
        return [e for e in self.entries if e.status == status]

    @property
    def code(self) -> int:
        """1 where anything is slower; 4 where something could not be told, or nothing was measured; else 0."""
        if self.of("slower"):
            return 1
        untold = self.problem or self.of("too noisy") or self.of("failed") or not self.measured
        return 4 if untold else 0

    @property
    def line(self) -> str:
        """How much was measured, and how far the reference was from itself at most."""
        off = max((e.control.off - 1 for e in self.measured if e.control), default=float("nan"))
        return f"{len(self.measured)} measured, A/A control +-{100 * off:.1f} %"


def compare_versions(reference: Version, candidate: Version, targets: Sequence[str] = ()) -> Outcome:
    """Measure two installed versions in turn.

    Parameters
    ----------
    reference, candidate : Version
    targets : sequence of str
        Metrics, as `metricsuite.load_metric` takes them; the built-in ones of both versions if empty.

    Returns
    -------
    Outcome

    Raises
    ------
    SpeedError
        A metric that the candidate does not have although it was asked for, or that did not come from the version under test; a
        process that ended or hung before anything was measured (afterwards: `Outcome.problem`).

    Cost
    ----
    Three processes (imports, a second or two), then at least 8 rounds of 3 samples of 8 ms for each entry.
    """
    outcome = Outcome()
    try:
        with sides_of(reference, candidate) as sides:
            outcome.entries = _entries(sides, list(targets))
            _race(sides, outcome.of("open"), FIRST)
        flagged = outcome.of("flagged")
        if flagged:
            with sides_of(reference, candidate) as sides:
                _load(sides, list(dict.fromkeys(e.metric for e in flagged)))
                _race(sides, flagged, SECOND)
        for entry in outcome.of("flagged"):
            entry.status = last_word(entry)
    except SpeedError as error:
        if not outcome.measured:
            raise
        outcome.problem = str(error)
    return outcome


@contextlib.contextmanager
def sides_of(reference: Version, candidate: Version) -> Iterator[dict[str, Side]]:
    """The three sides, closed at the end."""
    with Side(reference) as first, Side(reference) as control, Side(candidate) as second:
        yield {"reference": first, "control": control, "candidate": second}


def _load(sides: dict[str, Side], targets: list[str]) -> None:
    for side in sides.values():
        for target in targets:
            side.ask("load", target=target)


def _entries(sides: dict[str, Side], asked: list[str]) -> list[Entry]:
    """What there is to measure; entries of one side alone, or that fail, say so in their status."""
    there, control, here = sides.values()
    targets = asked or list(dict.fromkeys(name for side in (there, here) for name in side.ask("builtin")))
    out: list[Entry] = []
    for target in targets:
        phases: dict[Side, list[str]] = {}
        missing: dict[Side, str] = {}
        for side in (there, here):
            try:
                found = side.ask("load", target=target)
            except Refusal as refusal:
                if refusal.kind != "MetricNotFound" or "cannot be imported" in str(refusal) or (asked and side is here):
                    raise
                missing[side] = str(refusal)
            else:
                _check_origin(target, found["file"], side.version)
                phases[side] = found["phases"]
        if there in missing and here in missing:
            raise Refusal(f"{missing[there]}\n{missing[here]}", "MetricNotFound")
        if not missing:
            control.ask("load", target=target)
        both = {phase: None for side in (there, here) for phase in phases.get(side, [])}
        for phase in both:
            lacks = [side for side in (there, here) if phase not in phases.get(side, [])]
            if lacks:
                status = "only here" if lacks[0] is there else "only there"
                out.append(Entry(target, phase, (0, 0, 0), status=status, note=missing.get(lacks[0], "")))
            else:
                out += _sizes(sides, target, phase)
    return out


def _check_origin(target: str, file: str | None, version: Version) -> None:
    """The same code measured twice would always pass."""
    if file is None or version.folder.resolve() not in Path(file).resolve().parents:
        raise Refusal(
            f"{target} comes from {file or 'nowhere that can be seen'}, not from what was installed of {version.label}; needed a metric "
            f"of {version.distribution}. Name one with --metric module:attr.", "Elsewhere",
        )  # fmt: skip


def _sizes(sides: dict[str, Side], target: str, phase: str) -> list[Entry]:
    """The smallest size that is worth timing, and the largest that does not take long, if it takes longer."""
    times: dict[tuple[int, int, int], float] = {}
    try:
        for size in SIZES:
            entry = Entry(target, phase, size)
            took = [
                _prepared(sides["reference"], entry),
                *(sides["reference"].ask("time", entry=entry.name, calls=1) for _ in range(3)),
            ]
            times[size] = min(took)
            if times[size] > AT_MOST:
                break
        smallest = next((s for s in times if times[s] >= WORTH_TIMING), list(times)[-1])
        largest = max((s for s in times if times[s] <= AT_MOST), default=smallest)
        chosen = [smallest, *([largest] if times[largest] >= GROWS * times[smallest] else [])]
        out = [Entry(target, phase, s, calls=max(1, round(BATCH / times[s])), seconds=times[s]) for s in chosen]
        for entry in out:
            _prepared(sides["control"], entry)
            _prepared(sides["candidate"], entry)
    except Refusal as refusal:
        if refusal.kind == "Ended":
            raise
        return [Entry(target, phase, (0, 0, 0), status="failed", note=str(refusal))]
    return out


def _prepared(side: Side, entry: Entry) -> float:
    return float(side.ask("ready", entry=entry.name, target=entry.metric, phase=entry.phase, size=entry.size))


def _race(sides: dict[str, Side], entries: list[Entry], stage: Stage) -> None:
    """Measure in rounds, all open entries a round, until each is decided or the rounds are over; sets their status."""
    for entry in entries:
        for side in sides.values():
            _prepared(side, entry)

    def sample(entry: Entry, side: str) -> float:
        return float(sides[side].ask("time", entry=entry.name, calls=entry.calls))

    decide(entries, stage, sample)


def decide(entries: Sequence[Entry], stage: Stage, sample: Callable[[Entry, str], float]) -> None:
    """`sample(entry, side)` gives seconds of a call; rounds go over all entries, so that one disturbance costs each of them a round at most."""
    times: dict[str, Times] = {e.name: {side: [] for side in ORDERS[0]} for e in entries}
    open_ = list(entries)
    for number in range(stage.most):
        for entry in open_:
            for side in ORDERS[number % len(ORDERS)]:
                times[entry.name][side].append(sample(entry, side))
            _judge(entry, times[entry.name])
        if number + 1 >= stage.fewest:
            open_ = [e for e in open_ if not _settled(e)]
    for entry in entries:
        entry.status = "fine" if _is_fine(entry) else "flagged"


def _judge(entry: Entry, times: Times) -> None:
    entry.rounds += 1
    entry.ratio = ratio_of(times["candidate"], geometric_mean(times["reference"], times["control"]))
    entry.control = ratio_of(times["control"], times["reference"])
    entry.seconds = sorted(times["reference"])[len(times["reference"]) // 2]


def _is_fine(entry: Entry) -> bool:
    assert entry.ratio is not None
    assert entry.control is not None
    return entry.ratio.high < THRESHOLD and entry.control.off <= THRESHOLD


def _settled(entry: Entry) -> bool:
    assert entry.ratio is not None
    return _is_fine(entry) or entry.ratio.low > THRESHOLD


def last_word(entry: Entry) -> str:
    """Of what was flagged twice, and measured for as long as it is."""
    assert entry.ratio is not None
    assert entry.control is not None
    if entry.control.off > THRESHOLD:
        return "too noisy"
    return "slower" if entry.ratio.estimate > THRESHOLD else "fine"
