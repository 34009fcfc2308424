"""The statistics in README: how often criteria err, and what a sound metric and metrics that know nothing keep of each track.

    python -m metricsuite.report.rates README.md

writes them between the marks ``<!-- error-rates -->`` and ``<!-- /error-rates -->``, from `error_rates.json` (simulated) and
`null_metrics.json` (measured), both beside the criteria.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from typing import Any

from metricsuite.report.readme import placed

MARK = "error-rates"
# The effect at which power is stated: the truth of the statistic, clearly beyond its threshold, and what the statistic is.
EFFECTS = {
    "separates": (0.9, "AUC"),
    "survives": (0.9, "AUC"),
    "rises": (0.9, "Spearman's rho"),
    "follows": (0.9, "Spearman's rho"),
    "sensitive": (0.3, "ratio"),
    "invariant": (0.12, "ratio"),
    "invariant below 1": (0.5, "ratio"),
    "flat": (0.12, "ratio"),
    "vanishes": (0.125, "ratio"),
    "arrives": (0.05, "part of the way"),
    "withstands": (0.12, "ratio"),
    "stays_unrelated": (0.0, "drop"),
}
SEEDS = {"stays_unrelated": 8}  # all others 16
REST = (
    "`contract`, `axioms` and `invariance` are decided to rounding, with nothing left to chance. The ideal metric is "
    "simulated (independent decisions), the others are measured on the cases. What one of them keeps whole, its cases give away."
)

Rows = list[dict[str, Any]]


def markdown() -> str:
    """What stands in README between the two marks."""
    rows, nulls = _read("error_rates.json"), _read("null_metrics.json")
    return "\n\n".join([criteria_table(rows), tracks_table(rows, nulls), REST])


def criteria_table(rows: Rows) -> str:
    """One line a criterion: false passes with the truth at the threshold, power at the stated effect."""
    lines = [
        "| criterion | seeds | statistic | passes falsely, truth at the threshold | power, truth beyond it | runs |",
        "|---|---|---|---|---|---|",
    ]
    for name, (effect, statistic) in EFFECTS.items():
        found = {r["truth"]: r for r in rows if (r.get("criterion"), r["blocks"]) == (name, SEEDS.get(name, 16))}
        at, beyond = next(r for r in found.values() if r["truth"] == r["threshold"]), found[effect]
        lines.append(
            f"| `{name.split()[0]}` | {at['blocks']} | {statistic} | {_percent(at)} at {at['threshold']:g} "
            f"| {_percent(beyond)} at {effect:g} | {at['runs']:,}; {beyond['runs']:,} |"
        )
    return "\n".join(lines)


def tracks_table(rows: Rows, nulls: dict[str, Any]) -> str:
    """One line a metric: how often the ideal one passes a whole track, and what each null metric keeps of the cases."""
    decisions, ideal = nulls["decisions"], {r["track"]: r for r in rows if r.get("metric", "").startswith("ideal")}
    heads = [f"{track}: of {number} decisions" for track, number in decisions.items()]
    passes = [
        f"all, in {100 * ideal[t]['pass_together']:.2f} % (at least {100 * ideal[t]['at_least']:.1f} %) of seed sets"
        for t in decisions
    ]
    lines = [
        f"| metric | {' | '.join(heads)} | properties kept whole |",
        "|---" * (len(heads) + 2) + "|",
        f"| {next(iter(ideal.values()))['metric']} | {' | '.join(passes)} | all |",
    ]
    for name, kept in nulls["kept"].items():
        counts = [str(kept[track]["decisions"]) for track in decisions]
        whole = ", ".join(p for track in decisions for p in kept[track]["properties"]) or "none"
        lines.append(f"| {name} | {' | '.join(counts)} | {whole} |")
    return "\n".join(lines)


def _percent(row: dict[str, Any]) -> str:
    return f"{100 * row['yes'] / row['runs']:.1f} %"


def _read(name: str) -> Any:
    return json.loads(resources.files("metricsuite").joinpath("criteria", name).read_text(encoding="utf-8"))


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the tables into a file that has the marks."""
    parser = argparse.ArgumentParser(
        prog="python -m metricsuite.report.rates", description="Write README's tables of error rates."
    )
    parser.add_argument(
        "file", type=Path, help="a Markdown file with the marks <!-- error-rates --> and <!-- /error-rates -->"
    )
    path = parser.parse_args(arguments).file
    path.write_text(placed(path.read_text(encoding="utf-8"), MARK, markdown()), encoding="utf-8")


if __name__ == "__main__":
    main()
