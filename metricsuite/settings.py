"""What a run was asked for: flags before ini keys before defaults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from metricsuite.properties import TRACKS, nearest

DEFAULT_SEEDS = 16
QUICK_SEEDS = 5  # a class: the fewest whose labels can be told apart at p < .01
QUICK_PAIRS = 1000  # a case of more, at 16 seeds, is left out of a quick run
MOST_PAIRS = 30_000  # of one design: DSA takes about six minutes for them
OPTIONS: dict[str, dict[str, Any]] = {
    "--seeds": {
        "type": int,
        "default": None,
        "metavar": "N",
        "help": "seeds that each design is made of (16; fewer never certify)",
    },
    "--max-pairs": {
        "type": int,
        "default": MOST_PAIRS,
        "metavar": "N",
        "help": f"the most pairs that one design may compare ({MOST_PAIRS})",
    },
    "--certificate": {
        "default": None,
        "metavar": "DIR",
        "help": "write DIR/<metric>/certificate.json and distances.npz",
    },
    "--track": {
        "action": "append",
        "default": [],
        "metavar": "TRACK",
        "help": "only this track, as -m TRACK; repeatable",
    },
    "--waivers": {"default": None, "metavar": "FILE", "help": "TOML file of expected failures"},
    "--metric-timeout": {
        "type": float,
        "default": None,
        "metavar": "S",
        "help": "seconds that one call of a metric may take (60)",
    },
    "--orientation": {
        "choices": ["distance", "similarity"],
        "default": None,
        "help": "of plain callables, which have no spec to say so",
    },
    "--no-isolation": {"action": "store_true", "default": False, "help": "run named metrics in this process"},
    "--quick": {
        "action": "store_true",
        "default": False,
        "help": f"{QUICK_SEEDS} seeds, a first look; never certifies",
    },
    "--explore": {
        "action": "store_true",
        "default": False,
        "help": "also search for counterexamples to what is claimed, by Hypothesis",
    },
    "--dump": {
        "default": None,
        "metavar": "DIR",
        "help": "write the trajectories and distances behind each verdict, as npz",
    },
}


@dataclass(frozen=True)
class Settings:
    """Flags before ini keys before defaults; woken late (a nested conftest.py), the flags were never parsed and defaults hold."""

    metrics: tuple[str, ...]
    seeds: int
    certificate: Path | None
    tracks: tuple[str, ...]
    waivers: Path | None
    timeout: float
    orientation: str | None
    isolate: bool
    quick: bool
    explore: bool
    dump: Path | None
    max_pairs: int = MOST_PAIRS

    @classmethod
    def of(cls, config: pytest.Config) -> Settings:
        def flag(name: str) -> Any:
            return config.getoption(f"metricsuite_{name.strip('-').replace('-', '_')}", OPTIONS[name]["default"])

        def path(value: str | None) -> Path | None:
            return Path(config.invocation_params.dir, value) if value else None

        def ini(name: str, kind: Callable[[str], Any], default: Any) -> Any:
            text = config.getini(name)
            try:
                return kind(text) if text else default
            except ValueError:
                raise pytest.UsageError(f"{name} = {text!r}; needed a number.") from None

        quick = flag("--quick")
        seeds, timeout = flag("--seeds"), flag("--metric-timeout")
        if seeds is None:
            seeds = QUICK_SEEDS if quick else ini("metricsuite_seeds", int, DEFAULT_SEEDS)
        if timeout is None:
            timeout = ini("metricsuite_metric_timeout", float, 60.0)
        if seeds < 4 or timeout <= 0:
            raise pytest.UsageError(
                f"--seeds {seeds} --metric-timeout {timeout}; needed at least 4 seeds and a positive time."
            )
        for track in flag("--track"):
            if track not in TRACKS:
                raise pytest.UsageError(f"--track {track}: no such track; {nearest(track, list(TRACKS))}.")
        waivers = config.getini("metricsuite_waivers")
        return cls(
            metrics=tuple(config.getoption("metricsuite_metric") or config.getini("metricsuite_metrics")),
            seeds=seeds, certificate=path(flag("--certificate")), tracks=tuple(flag("--track")),
            waivers=path(flag("--waivers")) or (config.rootpath / waivers if waivers else None),
            timeout=timeout, orientation=flag("--orientation"), isolate=not (flag("--no-isolation") or config.getoption("usepdb", False)),
            quick=quick, explore=flag("--explore"), dump=path(flag("--dump")), max_pairs=flag("--max-pairs"),
        )  # fmt: skip
