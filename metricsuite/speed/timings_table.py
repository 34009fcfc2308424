"""``metricsuite speed --timings``: growth beside the documented complexity, and what has moved against a baseline."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from metricsuite.errors import SpeedError
from metricsuite.speed.baseline import DOUBLED, OWN, compare_with, read_baseline, save_baseline
from metricsuite.speed.growth import Growth, growths
from metricsuite.speed.timings import SIZES, Run, read_timings

PAIRS = "N (N - 1) / 2 pairs"  # what a design costs beyond one system or one pair
HEAD = "growth exponents, with 95 % intervals, in trials n, time points T, units p and systems N"


def show(timings: Path, baseline: Path | None = None, save: Path | None = None) -> int:
    """Print it; 0. A baseline warns and never fails.

    Raises
    ------
    SpeedError
        Timings or baseline that are missing or cannot be read, or a baseline that was named and holds none of the timings.
    """
    run = read_timings(timings)
    print("\n".join(growth_lines(run)))
    print()
    print(run.line)
    if save is not None:
        save_baseline(run, save)
        print(f"{len(run.timings)} ratios stored in {save}")
        return 0
    print("\n".join(baseline_lines(run, baseline)))
    return 0


def growth_lines(run: Run) -> Iterator[str]:
    """A line for each metric and phase."""
    found = growths(run.timings)
    documented = {(t.metric, t.phase): _documented(t.complexity, t.phase) for t in run.timings}
    width = max(len(f"{metric} {phase}") for metric, phase in found)
    yield HEAD
    yield f"{'':{width}}  " + "  ".join(f"{size:>21}" for size in SIZES) + "  documented"
    for (metric, phase), growth in found.items():
        cells = "  ".join(f"{_cell(growth.get(size)):>21}" for size in SIZES)
        yield f"{metric + ' ' + phase:{width}}  {cells}  {documented[metric, phase]}"


def _cell(growth: Growth | None) -> str:
    if growth is None:
        return ""
    exponent, low, high = (round(e, 2) + 0.0 for e in (growth.exponent, growth.low, growth.high))  # never -0
    return f"{exponent:.2f} ({low:.2f} to {high:.2f})"


def _documented(complexity: str, phase: str) -> str:
    """The part of the spec's text for a phase, times how often a design does it."""
    own = {part.partition(":")[0].strip(): part.partition(":")[2].strip() for part in complexity.split(";")}
    text = own.get(phase) or (own.get("compare") if phase == "compare_many" else None)
    times = "N" if phase == "prepare" else PAIRS
    return f"{text}; {times}" if text else f"not stated; {times}"


def baseline_lines(run: Run, path: Path | None) -> Iterator[str]:
    """What has at least doubled, slowest first; and how many timings the baseline knows."""
    stored = read_baseline(path or OWN)
    times, unknown = compare_with(run, stored)
    if path is not None and not times:
        raise SpeedError(f"{path} holds none of these {len(unknown)} timings. Store them: --save-baseline FILE.")
    machine = stored.get("machine", {})
    yield f"baseline of {machine.get('cpu', 'an unknown processor')}, python {machine.get('python')}: {len(times)} of {len(run.timings)} timings are in it"
    for name in sorted((n for n in times if times[n] > DOUBLED), key=lambda n: -times[n]):
        kernel = stored["ratios"][name]["kernel"]
        yield f"warning: {name} takes {times[name]:.1f} times as many {kernel} kernels as were stored"
