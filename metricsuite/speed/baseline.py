"""Stored timings, as ratios to the kernel of their kind. What has doubled is warned about; nothing fails.

The kind of a phase follows from its growth on the machine that stored it: what hardly grows with the data spends its time in
Python; what grows faster than the number of units is in BLAS; the rest moves memory.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metricsuite.errors import SpeedError
from metricsuite.speed.growth import Growth, growths
from metricsuite.speed.timings import Run

OWN = Path(__file__).with_name("baseline.json")
FORMAT = 1
DOUBLED = 2.0  # two implementations were seen to differ by 26 % more or less between machines, and kernels by more
FLAT = 0.3  # an exponent below hardly grows
FASTER_THAN_UNITS = 1.3


def kind_of(growth: Mapping[str, Growth]) -> str:
    """The kernel that a phase is compared with."""
    exponents = [growth[size].exponent for size in ("n", "T", "p") if size in growth]
    if all(e < FLAT for e in exponents):
        return "python"
    return "blas" if "p" in growth and growth["p"].exponent > FASTER_THAN_UNITS else "memory"


def as_baseline(run: Run) -> dict[str, Any]:
    """Plain JSON values: the machine, and for each timing its kernel and its ratio to it."""
    found = growths(run.timings)
    ratios = {}
    for timing in run.timings:
        kind = kind_of(found[timing.metric, timing.phase])
        ratios[timing.name] = {"kernel": kind, "ratio": float(f"{timing.seconds / min(run.kernels[kind]):.3g}")}
    return {"format": FORMAT, "machine": run.machine, "ratios": ratios}


def save_baseline(run: Run, path: Path) -> None:
    """Write it."""
    stored = as_baseline(run)
    lines = ",\n".join(f"  {json.dumps(name)}: {json.dumps(entry)}" for name, entry in stored["ratios"].items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f'{{"format": {FORMAT},\n "machine": {json.dumps(stored["machine"])},\n "ratios": {{\n{lines}\n }}\n}}\n',
        encoding="utf-8",
    )


def read_baseline(path: Path) -> dict[str, Any]:
    """Read it.

    Raises
    ------
    SpeedError
        No such file, or not one that `save_baseline` wrote.
    """
    how = "Write one with: metricsuite speed --timings JSON --save-baseline FILE."
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if found["format"] != FORMAT:
            raise SpeedError(f"{path} has format {found['format']}; needed {FORMAT}. {how}")
        for entry in found["ratios"].values():
            float(entry["ratio"]), str(entry["kernel"])
    except FileNotFoundError:
        raise SpeedError(f"there is no baseline {path}. {how}") from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise SpeedError(f"{path} is no baseline ({type(error).__name__}: {error}). {how}") from error
    return dict(found)


def compare_with(run: Run, baseline: Mapping[str, Any]) -> tuple[dict[str, float], list[str]]:
    """How many times its stored ratio each timing has now, and which timings have none stored."""
    ratios = baseline["ratios"]
    times: dict[str, float] = {}
    unknown: list[str] = []
    for timing in run.timings:
        entry = ratios.get(timing.name)
        if entry is None or entry["kernel"] not in run.kernels:
            unknown.append(timing.name)
        else:
            times[timing.name] = timing.seconds / min(run.kernels[entry["kernel"]]) / entry["ratio"]
    return times, unknown
