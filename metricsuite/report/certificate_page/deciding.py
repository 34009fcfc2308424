"""The number that decides, drawn on a line: the statistic with its bounds against the threshold, beside controls and the null."""

from __future__ import annotations

import math

from metricsuite.report.certificate_page.markup import Markup
from metricsuite.report.certificate_page.svg import LETTER, WIDTH, Plot, shortened
from metricsuite.report.certificate_page.words import interval
from metricsuite.report.show.distance_panels import needs, number
from metricsuite.verdict import Verdict

_ROW = 27
_ROUNDING = 1e-3  # thresholds below it ask for equality to rounding: a number in words says as much


def deciding_line(row: Verdict) -> tuple[Markup, str] | None:
    """The picture and its caption; None where nothing was decided by an interval."""
    if row.statistic is None or row.low is None or row.high is None or row.threshold is None:
        return None
    if row.threshold < _ROUNDING:
        return None
    controls = sorted(row.details.get("controls", {}).items(), key=lambda pair: -pair[1]["statistic"])
    null = _null(row)
    values = [
        row.statistic,
        row.low,
        row.high,
        row.threshold,
        *(v for _, c in controls for v in (c["statistic"], c["low"])),
        *(null or ()),
    ]
    values = [v for v in values if v is not None and math.isfinite(v)]
    ranks = "AUC" in (row.what or "") or "rho" in (row.what or "")
    low, high = min(values), max(values)
    room = 0.06 * (high - low)
    low = min(low - room, 0.35) if "AUC" in (row.what or "") else min(low - room, 0.0) if low > 0 else low - room
    high = 1.0 if ranks else high + room
    rows = 1 + len(controls) + (null is not None)
    plot = Plot((low, high), (rows, 0), height=58 + _ROW * rows, left=10, top=22)
    above = needs(row).startswith("above")
    plot.box((row.threshold, high) if above else (low, row.threshold), (0, rows), "safe")
    texts = [f"{row.metric}: {interval(row)}"]
    texts += [f"control, {name}: {number(control['statistic'])}" for name, control in controls]
    if null is not None:
        texts.append(f"systems that differ: {number(null[1])} [{number(null[0])}, {number(null[2])}]")
    texts = [shortened(text, int((WIDTH - 20) / LETTER)) for text in texts]
    _limit(plot, row.threshold, f"needs {needs(row)}", texts)
    _one(plot, 0, texts[0], (row.low, row.high), row.statistic, "interval", "")
    said = [f"{row.metric}: {row.what} {interval(row)}, needs {needs(row)}"]
    for k, (name, control) in enumerate(controls, start=1):
        _one(plot, k, texts[k], (control["low"], control["statistic"]), control["statistic"], "lesser", "lesser")
        said.append(f"control, {name}: {number(control['statistic'])}")
    if null is not None:
        below, mean, beyond = null
        at = rows - 0.28
        plot.box((below, beyond), (at - 0.13, at + 0.13), "null")
        plot.line([(mean, at - 0.2), (mean, at + 0.2)], "edge")
        plot.write(plot.x.start + 2, plot.y(rows - 0.55) - 3, texts[-1], "halo")
        said.append(f"{texts[-1]} (mean, 5 % and 95 % of pairs)")
    plot.x_axis(row.what or "statistic")
    caption = "The interval (one-sided 99 % bounds) decides: whole on the shaded side, it holds; whole on the other, it does not."
    if controls:
        caption += (
            " Controls see one number of each system, and their whiskers end at the lower bound; they prove nothing."
        )
    if null is not None:
        caption += " The band holds nine tenths of the pairs of systems that do differ."
    return plot.svg("; ".join(said)), caption


def _one(plot: Plot, k: int, text: str, bounds: tuple[float, float], value: float, line: str, dot: str) -> None:
    at = k + 0.72
    plot.line([(bounds[0], at), (bounds[1], at)], line)
    plot.dots([(value, at)], dot)
    plot.write(plot.x.start + 2, plot.y(k + 0.45) - 3, text, f"halo{' strong' if k == 0 else ''}")


def _limit(plot: Plot, threshold: float, label: str, texts: list[str]) -> None:
    """The threshold from top to bottom, which stands back where the text of a row is written."""
    plot.write(plot.x(threshold), plot.y.end - 4, label, "", "middle")
    free = [
        (k + 0.47 if plot.x.start + 2 + LETTER * len(text) > plot.x(threshold) - 4 else k - 0.07, k + 0.93)
        for k, text in enumerate(texts)
    ]
    plot.lines([[(threshold, max(0.0, low)), (threshold, high)] for low, high in free], "limit")


def _null(row: Verdict) -> tuple[float, float, float] | None:
    """The 5 % quantile, mean and 95 % quantile of systems that differ, where a criterion gives one of each."""
    low, mean, high = (row.details.get(name) for name in ("null_05", "null_mean", "null_95"))
    if not isinstance(low, float) or not isinstance(mean, float) or not isinstance(high, float):
        return None
    return low, mean, high
