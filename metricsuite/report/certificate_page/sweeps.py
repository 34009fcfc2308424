"""The distances of a Sweep, as curves: along each seed, against others, or classes told apart level by level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from metricsuite.criteria.sweeps import between_seeds, distances_along, distances_to_others
from metricsuite.distances import Distances
from metricsuite.report.certificate_page.markup import Markup
from metricsuite.report.certificate_page.svg import Plot, tick
from metricsuite.report.show.distance_panels import number
from metricsuite.verdict import Verdict

Array = npt.NDArray[np.float64]
Picture = tuple[Markup, str]
_LESS = "- "  # a parameter that falls along the Sweep, whose levels rise


def sweep_picture(distances: Distances, row: Verdict, parameter: str) -> Picture | None:
    """The curve of a verdict on a Sweep, with its caption; None where the distances hold none."""
    if row.criterion == "survives":
        return _auc_by_level(row, parameter)
    if row.criterion == "stays_unrelated":
        return _unrelated(row, parameter)
    blocks, positions = distances.blocks, distances.positions
    if any(distances.labels) or any(
        blocks[i] != blocks[j] and positions[i] != positions[j] for i, j in distances.pairs
    ):
        levels, found = distances_to_others(distances, row.criterion or "")
        return _along(levels, np.nanmean(found, 2).T, row, parameter, "mean distance to other seeds", None)
    levels, along = distances_along(distances, row.criterion or "")
    others = between_seeds(distances)
    return _along(
        levels[1:],
        along,
        row,
        parameter,
        f"distance from level {_level(levels[0], parameter)}",
        others if others.size else None,
    )


def _along(
    levels: Sequence[float], along: Array, row: Verdict, parameter: str, name: str, others: Array | None
) -> Picture | None:
    """One thin line a seed, their median thick; the contrast, and the threshold as a part of it, where the verdict is a ratio."""
    if not np.isfinite(along).all():
        return None
    ratio = row.criterion in ("flat", "withstands") and others is not None
    scale = (
        float(np.mean(others) if row.criterion == "withstands" else np.median(others))
        if others is not None and ratio
        else 1.0
    )
    scale = scale if scale > 0 else 1.0
    curves, middle = along / scale, np.median(along, 0) / scale
    if row.criterion == "withstands":
        middle = along.mean(0) / scale
    upper = row.details.get("ratios_high") if ratio else None
    far = [float(np.median(others)) / scale] if others is not None else []
    null = [row.details[k] for k in ("null_05", "null_95") if k in row.details] if ratio else []
    top = (
        max(float(curves.max()), *far, *(upper or [0.0]), 1.25 * (row.threshold or 0.0) if ratio else 0.0, *null) or 1.0
    )
    plot = Plot((-0.25, len(levels) - 0.75), (min(0.0, float(curves.min())), 1.12 * top))
    x = range(len(levels))
    if len(null) == 2:
        plot.box((-0.25, len(levels) - 0.75), (null[0], null[1]), "null")
    if ratio and row.threshold:
        plot.box((-0.25, len(levels) - 0.75), (0, row.threshold), "safe")
    plot.lines([list(zip(x, curve, strict=True)) for curve in curves], "seed")
    if upper and len(upper) == len(levels):
        plot.area(list(zip(x, upper, strict=True)), list(zip(x, middle, strict=True)), "bounds")
    plot.line(zip(x, middle, strict=True), "median")
    plot.dots(zip(x, middle, strict=True), "")
    left = ratio and _left(middle, row.threshold or 0.0)
    if far:
        plot.across(far[0], "level", "median, different systems", not left)
    if ratio and row.threshold:
        plot.across(row.threshold, "limit", f"needs below {row.threshold:g}", left)
    plot.y_axis(f"{name.split(' from')[0]} / contrast" if ratio else name)
    _axis(plot, levels, parameter)
    kind = "mean" if row.criterion == "withstands" else "median"
    curve = ", ".join(f"{number(float(v))} at {_level(at, parameter)}" for v, at in zip(middle, levels, strict=True))
    words = f"{name[:1].upper()}{name[1:]}{' as a part of the contrast' if ratio else ''}, {kind} of {len(along)} seeds: {curve}"
    words += f"; different systems: {number(far[0])}" if far else ""
    bounds = " The shade above the curve ends at the upper 99 % bound." if upper else ""
    band = " The band holds nine tenths of the pairs of systems that differ." if len(null) == 2 else ""
    return plot.svg(words + "."), f"Thin: one seed; thick: their {kind}.{bounds}{band} Levels stand at equal distances."


def _axis(plot: Plot, levels: Sequence[float], parameter: str) -> None:
    plot.x_axis(parameter.removeprefix(_LESS) or "level", [(k, _level(at, parameter)) for k, at in enumerate(levels)])


def _level(level: float, parameter: str) -> str:
    """A level as it is read: of "- trials", a parameter that falls, -48 is 48 trials."""
    return tick(-level if parameter.startswith(_LESS) else level)


def _left(curve: Sequence[float] | Array, limit: float) -> bool:
    """Whether there is more room for the limit's label at the left, where the curve is farther from it."""
    return abs(float(curve[0]) - limit) > abs(float(curve[-1]) - limit)


def _auc_by_level(row: Verdict, parameter: str) -> Picture | None:
    levels, auc, low = (row.details.get(k) or [] for k in ("levels", "auc", "auc_low"))
    if not levels or len(levels) != len(auc) or any(v is None for v in auc):
        return None
    plot = Plot((-0.25, len(levels) - 0.75), (min(0.3, *(v for v in low if v is not None)), 1.04))
    x = range(len(levels))
    if row.threshold is not None:
        plot.box((-0.25, len(levels) - 0.75), (row.threshold, 1.04), "safe")
    plot.area(
        list(zip(x, auc, strict=True)),
        [(k, a if v is None else v) for k, a, v in zip(x, auc, low, strict=True)],
        "bounds",
    )
    plot.line(zip(x, auc, strict=True), "median")
    plot.dots(zip(x, auc, strict=True), "")
    plot.across(0.5, "level", "chance")
    if row.threshold is not None:
        plot.across(row.threshold, "limit", f"needs above {row.threshold:g}", _left(auc, row.threshold))
    plot.y_axis("AUC")
    _axis(plot, levels, parameter)
    curve = ", ".join(f"{a:.2f} at {_level(at, parameter)}" for a, at in zip(auc, levels, strict=True))
    words = (
        f"AUC of the classes by level: {curve}; needed above {row.threshold:g}."
        if row.threshold is not None
        else f"AUC by level: {curve}."
    )
    return (
        plot.svg(words),
        "How well the classes are told apart at each level; the shade ends at the lower 99 % bound. Levels stand at equal distances.",
    )


def _unrelated(row: Verdict, parameter: str) -> Picture | None:
    levels, mean, low, high = (row.details.get(k) or [] for k in ("levels", "null_mean", "null_05", "null_95"))
    if not levels or any(len(v) != len(levels) for v in (mean, low, high)):
        return None
    plot = Plot((-0.25, len(levels) - 0.75), (0, 1.1 * max(high) or 1.0))
    x = range(len(levels))
    plot.area(list(zip(x, high, strict=True)), list(zip(x, low, strict=True)), "null")
    plot.line(zip(x, mean, strict=True), "median")
    plot.dots(zip(x, mean, strict=True), "")
    plot.y_axis("distance")
    _axis(plot, levels, parameter)
    curve = ", ".join(
        f"{number(m)} [{number(a)}, {number(b)}] at {_level(at, parameter)}"
        for m, a, b, at in zip(mean, low, high, levels, strict=True)
    )
    return plot.svg(f"Distances between unrelated systems by level, mean and 90 % band: {curve}."), (
        "Systems with nothing in common: mean distance, and the band of nine tenths of the pairs. It should stay level."
    )
