"""The table that the figures of `compare_dsa` make, and its place in README. Needs neither DSA package."""

import json
from pathlib import Path
from typing import Any

from metricsuite.report.readme import marks, placed

FIGURES = Path(__file__).with_name("dsa_comparison.json")
README = Path(__file__).parents[3] / "README.md"
MARK = "dsa-comparison"
BEGIN, END = marks(MARK)

FASTER = {10: 1000, 20: 500, 50: 200, 100: 200}  # goals, times theirs
FIT_FASTER, FIT_LESS_MEMORY = 10, 10
NOT_ABOVE, RECOVERED = 0.99, 0.995  # shares


def markdown(figures: dict[str, Any]) -> str:
    """What stands in README between the two marks."""
    return "\n\n".join([_head(figures), _pairs(figures), _fits(figures), _missed(figures)])


def missed(figures: dict[str, Any]) -> list[str]:
    """The goals that these figures do not reach."""
    out = []
    for real, planted in zip(figures["real"], figures["planted"], strict=True):
        n = real["n"]
        if real["faster"] < FASTER[n]:
            out.append(f"{FASTER[n]:,}x at n = {n} ({real['faster']:,.0f}x)")
        if real["not_above"] < NOT_ABOVE * real["compared"]:
            out.append(f"never above theirs at n = {n} ({real['not_above']} of {real['compared']})")
        if planted["recovered"] < RECOVERED * planted["pairs"]:
            which = ", ".join(f"{count} {kind}" for kind, count in planted["missed"].items())
            out.append(f"planted recovered at n = {n} (not {which})")
    for fit in figures["fits"]:
        name = f"{_shape(fit)}, {fit['data']}"
        if fit["faster"] < FIT_FASTER:
            out.append(f"{FIT_FASTER}x for {name} ({fit['faster']:.1f}x)")
        if fit["less_memory"] < FIT_LESS_MEMORY:
            out.append(f"a tenth of the memory for {name} (1/{fit['less_memory']:.1f})")
    return out


def written(text: str, figures: dict[str, Any]) -> str:
    """README's text with the table of these figures."""
    return placed(text, MARK, markdown(figures))


def write(figures: dict[str, Any]) -> None:
    lines = json.dumps(figures, indent=1)
    FIGURES.write_text(lines + "\n")
    README.write_text(written(README.read_text(), figures))


def _head(figures: dict[str, Any]) -> str:
    versions, machine = figures["versions"], figures["machine"]
    return (
        f"metricsuite {versions['metricsuite']} and dsa-metric {versions['dsa-metric']} (numpy {versions['numpy']}, "
        f"torch {versions['torch']}), one thread of {machine['processor']}, {machine['cores']} cores:"
    )


def _pairs(figures: dict[str, Any]) -> str:
    rows = [
        "| n | a pair, ours in a batch (alone) | theirs | faster | objective, ours / theirs | not above theirs | gap to bound | planted recovered |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for real, planted in zip(figures["real"], figures["planted"], strict=True):
        rows.append(
            f"| {real['n']} | {_ms(real['ours_ms'])} ({_ms(real['alone_ms'])}) | {_ms(real['theirs_ms'])} "
            f"| {real['faster']:,.0f}x | {real['objective_ratio']:.3f} | {real['not_above']} of {real['compared']} "
            f"| {real['gap']:.0%} | {planted['recovered']} of {planted['pairs']} |"
        )
    return "\n".join(rows)


def _fits(figures: dict[str, Any]) -> str:
    rows = [
        "| operator of (trials x time x units, delays, rank) | ours | theirs | faster | peak memory, ours | theirs | less |",
        "|---|---|---|---|---|---|---|",
    ]
    for fit in figures["fits"]:
        rows.append(
            f"| {_shape(fit)}, {fit['n_delays']}, {fit['rank']}: {fit['data']} | {_ms(fit['ours_ms'])} "
            f"| {_ms(fit['theirs_ms'])} | {fit['faster']:.1f}x | {fit['ours_mb']:.1f} MB | {fit['theirs_mb']:.1f} MB "
            f"| {fit['less_memory']:.1f}x |"
        )
    return "\n".join(rows)


def _missed(figures: dict[str, Any]) -> str:
    found = missed(figures)
    return f"Goals missed: {'; '.join(found)}." if found else "Every goal is met."


def _shape(fit: dict[str, Any]) -> str:
    return " x ".join(map(str, fit["shape"]))


def _ms(milliseconds: float) -> str:
    return f"{milliseconds / 1e3:.3g} s" if milliseconds >= 1000 else f"{milliseconds:.3g} ms"
