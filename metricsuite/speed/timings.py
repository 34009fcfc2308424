"""What pytest-benchmark wrote, as rows: `cases/test_speed.py` says in ``extra_info`` what each benchmark timed."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metricsuite.errors import SpeedError

SIZES = ("n", "T", "p", "N")  # trials, time points, units, systems


@dataclass(frozen=True)
class Timing:
    """The shortest time of one phase of one metric on N systems of n trials, T time points and p units."""

    metric: str
    phase: str
    sizes: tuple[int, int, int, int]
    seconds: float
    complexity: str = ""  # as its spec states it

    @property
    def name(self) -> str:
        """As baselines call it."""
        return f"{self.metric} {self.phase} " + " ".join(f"{s}={v}" for s, v in zip(SIZES, self.sizes, strict=True))


@dataclass(frozen=True)
class Run:
    """All of one run: timings, the seconds of each kernel (measured at the start, and again at the end), the machine."""

    timings: list[Timing]
    kernels: dict[str, list[float]]
    machine: dict[str, Any]

    @property
    def control(self) -> float:
        """How far a kernel is from itself at most, as a part of 1."""
        return max((max(t) / min(t) - 1 for t in self.kernels.values()), default=float("nan"))

    @property
    def line(self) -> str:
        """As the gate's: how much was measured, and what the machine cannot tell apart."""
        return f"{len(self.timings)} measured, A/A control +-{100 * self.control:.1f} %"


def read_timings(path: Path) -> Run:
    """Read the JSON of ``pytest cases/test_speed.py --benchmark-only --benchmark-json FILE``.

    Raises
    ------
    SpeedError
        No such file, not of pytest-benchmark, or without timings of metrics or kernels.
    """
    how = "Write it with: pytest cases/test_speed.py --benchmark-only --benchmark-json FILE."
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        benchmarks = found["benchmarks"]
    except FileNotFoundError:
        raise SpeedError(f"there are no timings {path}. {how}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise SpeedError(
            f"{path} is not what pytest-benchmark writes ({type(error).__name__}: {error}). {how}"
        ) from error
    timings, kernels = [], dict[str, list[float]]()
    for benchmark in benchmarks:
        info, seconds = benchmark["extra_info"], float(benchmark["stats"]["min"])
        if "kernel" in info:
            kernels.setdefault(info["kernel"], []).append(seconds)
        elif "metric" in info:
            sizes = tuple(int(info[s]) for s in ("n", "T", "p", "systems"))
            timings.append(Timing(info["metric"], info["phase"], sizes, seconds, info.get("complexity", "")))  # type: ignore[arg-type]
    if not timings or not kernels:
        lacking = "timings of metrics" if not timings else "kernels"
        raise SpeedError(f"{path} has no {lacking}. {how}")
    return Run(timings, kernels, _machine(found.get("machine_info", {}), benchmarks))


def _machine(info: dict[str, Any], benchmarks: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What a ratio may depend on; no name of the computer."""
    cpu = info.get("cpu", {})
    libraries: dict[str, Any] = next(
        (b["extra_info"]["libraries"] for b in benchmarks if "libraries" in b["extra_info"]), {}
    )
    return {
        "cpu": cpu.get("brand_raw", "unknown"),
        "cores": cpu.get("count"),
        "system": info.get("system"),
        "machine": info.get("machine"),
        "python": info.get("python_version"),
        **libraries,
    }
