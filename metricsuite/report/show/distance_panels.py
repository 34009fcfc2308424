"""Distances of one metric, drawn: a matrix by class, a curve along a parameter, images beside others.

Each function draws into axes that it is given (matplotlib's, which is never imported here).
"""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.distances import Distances
from metricsuite.report.show.exhibits import Exhibits
from metricsuite.verdict import Verdict

Array = npt.NDArray[np.float64]
WITHIN, BETWEEN, THRESHOLD = "#999999", "#000000", "#D55E00"
_LINE = 42  # characters across a panel


def heading(row: Verdict) -> str:
    """The metric and its verdict, the statistic with its bounds and threshold, and the best control of a contrast."""
    lines = [f"{row.metric}: {row.status}" + ("  (outside its scope)" if row.outside else "")]
    if row.statistic is not None and row.what:
        exact = row.low == row.high
        bounds = "" if exact else f" [{number(row.low)}, {number(row.high)}]"
        lines += [f"{row.what}: {number(row.statistic)}{bounds}", f"needs {needs(row)}"]
    if row.control:
        lines.append(f"best control: AUC {row.control['statistic']:.2f} ({row.control['name']})")
    return "\n".join(lines)


def needs(row: Verdict) -> str:
    """Which side of the threshold is asked for: "above 0.7"."""
    low, high, threshold, margin = (getattr(row, n) or 0.0 for n in ("low", "high", "threshold", "margin"))
    above = "AUC" in (row.what or "") or abs(low - threshold - margin) < abs(threshold - high - margin)
    return f"{'above' if above else 'at most' if low == high else 'below'} {number(threshold)}"


def number(value: float | None) -> str:
    """Two digits after the point, or a power of ten where these would be 0."""
    if value is None:
        return "-"
    return f"{value:.1e}" if 0 < abs(value) < 0.005 else f"{value:.2f}"


def draw_nothing(axes: Any, why: str) -> None:
    """Where no distance was reached: the reason, in words."""
    axes.set_axis_off()
    axes.text(0.5, 0.6, textwrap.fill(why, _LINE), ha="center", va="center", fontsize=8, transform=axes.transAxes)


def draw_matrix(axes: Any, distances: Distances, colours: Mapping[str, str], metric: str) -> None:
    """All distances of a contrast, ordered by class, with a bar of the class's colour along two sides."""
    order = [i for label in colours for i, own in enumerate(distances.labels) if own == label]
    matrix = distances.mean[np.ix_(order, order)].copy()
    np.fill_diagonal(matrix, np.nan if distances.self_value is None else distances.self_value)
    axes.set_facecolor("#dddddd")
    image = axes.imshow(matrix, cmap="cividis", interpolation="nearest")
    bar = axes.figure.colorbar(image, cax=axes.inset_axes([1.03, 0, 0.05, 1]))
    bar.ax.tick_params(labelsize=7)
    bar.set_label(f"distance by {metric}", fontsize=8)
    sorted_labels = [distances.labels[i] for i in order]
    ends = [sorted_labels.index(label) for label in dict.fromkeys(sorted_labels)] + [len(order)]
    for edge in ends[1:-1]:
        axes.axhline(edge - 0.5, color="white", linewidth=1.5)
        axes.axvline(edge - 0.5, color="white", linewidth=1.5)
    middles = [(a + b - 1) / 2 for a, b in itertools.pairwise(ends)]
    names = list(dict.fromkeys(sorted_labels))
    axes.set_xticks(middles, names, fontsize=7, rotation=0 if sum(map(len, names)) < 26 else 30)
    axes.set_yticks(middles, names, fontsize=7, rotation=90 if len(names) < 4 else 0, va="center")
    for ticks in (axes.get_xticklabels(), axes.get_yticklabels()):
        for tick, name in zip(ticks, names, strict=True):
            tick.set_color(colours[name])
            tick.set_fontweight("bold")
    axes.tick_params(length=0)


def draw_histogram(axes: Any, distances: Distances) -> None:
    """How far apart systems of one class are, beside systems of two: what the AUC compares."""
    same = np.array([distances.labels[i] == distances.labels[j] for i, j in distances.pairs])
    values = distances.of(distances.pairs)
    bins = np.linspace(values.min(), values.max(), 26) if np.ptp(values) > 0 else 10
    shared = {"bins": bins, "density": True}
    axes.hist(values[same], **shared, color=WITHIN, label="within one class")
    axes.hist(values[~same], **shared, histtype="step", color=BETWEEN, linewidth=1.4, label="between classes")
    axes.set_xlabel("distance", fontsize=8)
    axes.set_ylabel("density of pairs", fontsize=8)
    axes.set_yticks([])
    axes.tick_params(labelsize=7)
    axes.margins(y=0.75)
    axes.legend(fontsize=7, frameon=False, loc="upper left", handlelength=1.2, borderaxespad=0.2)


def draw_orbit(axes: Any, distances: Distances, row: Verdict, colours: Mapping[str, str]) -> None:
    """Distances from systems to their images, beside those to systems that do differ."""
    labels, blocks = distances.labels, distances.blocks
    own = [p for p in distances.pairs if {labels[p[0]], labels[p[1]]} == {"original", "image"} and blocks[p[0]] == blocks[p[1]]]  # fmt: skip
    others = [p for p in distances.pairs if "image" not in (labels[p[0]], labels[p[1]])]
    unrelated = "other" if "other" in labels else "original"
    sets = (("image of itself", own, "image"), ("a system that\ndoes differ", others, unrelated))
    for at, (_, pairs, label) in enumerate(sets):
        values = distances.of(pairs)
        spread = at + 0.16 * np.linspace(-1, 1, len(values)) if len(values) > 1 else np.array([float(at)])
        axes.plot(spread, values, "o", markersize=4, color=colours.get(label, WITHIN), alpha=0.8)
        axes.plot([at - 0.28, at + 0.28], [np.median(values)] * 2, color="black", linewidth=2.5)
    line = (row.threshold or 0.0) * float(np.median(distances.of(others)))
    if row.what and "ratio" in row.what and row.threshold and row.threshold > 1e-3:
        axes.axhline(line, color=THRESHOLD, linestyle="--", linewidth=1.2)
        axes.annotate(f"{row.threshold:g} of the median", (0.5, line), xytext=(0, 3), textcoords="offset points", ha="center",
                      fontsize=7, color=THRESHOLD)  # fmt: skip
    axes.set_xticks([0, 1], [name for name, _, _ in sets], fontsize=8)
    axes.set_xlim(-0.6, 1.6)
    _ends_at_zero(axes)
    axes.set_ylabel(f"distance by {row.metric}", fontsize=8)
    axes.tick_params(labelsize=7)


def draw_curve(axes: Any, distances: Distances, row: Verdict, seen: Exhibits) -> None:
    """Distance from the first level along a Sweep: every seed thin, their median thick, different systems dashed."""
    levels = sorted(set(distances.positions))
    where = {(b, p): i for i, (b, p) in enumerate(zip(distances.blocks, distances.positions, strict=True))}
    blocks = sorted(set(distances.blocks))
    along = np.array([distances.of([(where[b, levels[0]], where[b, p]) for p in levels[1:]]) for b in blocks])
    x = np.arange(1, len(levels))
    axes.plot(x, along.T, color=WITHIN, linewidth=0.7, alpha=0.8)
    axes.plot(x, np.median(along, 0), color=BETWEEN, linewidth=2.6, marker="o", markersize=4, label="median of seeds")
    axes.plot([], [], color=WITHIN, linewidth=0.7, label="one seed")
    others = distances.of([p for p in distances.pairs if distances.blocks[p[0]] != distances.blocks[p[1]]])
    if others.size:
        axes.axhline(float(np.median(others)), color="#0072B2", linestyle=":", label="median, different systems")
    if row.criterion in ("withstands", "flat") and row.threshold and others.size:
        average = np.mean(others) if row.criterion == "withstands" else np.median(others)
        axes.axhline(
            row.threshold * float(average), color=THRESHOLD, linestyle="--", label=f"{row.threshold:g} of that"
        )
    _ends_at_zero(axes)
    _levels_axis(axes, levels, x, seen.parameter)
    axes.set_ylabel(f"{row.metric}: distance from level {levels[0]:g}", fontsize=8)
    axes.legend(fontsize=7, frameon=False, loc="upper left")
    axes.set_ylim(top=1.45 * axes.get_ylim()[1])


def draw_breakdown(axes: Any, distances: Distances, row: Verdict, seen: Exhibits) -> None:
    """AUC of the classes at every level: over all systems thick, over the pairs of one system thin."""
    levels = sorted(set(distances.positions))
    single = np.array([_auc_of_each(distances.at(p)) for p in levels])
    x = np.arange(len(levels))
    axes.plot(x, single, color=WITHIN, linewidth=0.6, alpha=0.6)
    axes.plot([], [], color=WITHIN, linewidth=0.7, label="pairs of one system")
    if len(row.details["auc"]) == len(levels):
        axes.fill_between(x, row.details["auc_low"], row.details["auc"], color="#0072B2", alpha=0.25, linewidth=0,
                          label="to the lower bound")  # fmt: skip
        axes.plot(x, row.details["auc"], color=BETWEEN, linewidth=2.6, marker="o", markersize=4, label="all pairs")
    if row.threshold is not None:
        axes.axhline(
            row.threshold, color=THRESHOLD, linestyle="--", linewidth=1.2, label=f"threshold {row.threshold:g}"
        )
    axes.axhline(0.5, color=WITHIN, linestyle=":", linewidth=1, label="chance")
    axes.set_ylim(0, 1.03)
    _levels_axis(axes, levels, x, seen.parameter)
    axes.set_ylabel(f"{row.metric}: AUC, between against within", fontsize=8)
    axes.legend(fontsize=7, frameon=False, loc="lower left")


def draw_levels(axes: Any, distances: Distances, row: Verdict, seen: Exhibits) -> None:
    """Distances between the classes of every level: one dot a pair, and their median."""
    levels = sorted(set(distances.positions))
    parts = [distances.at(p) for p in levels]
    between = [part.of([(i, j) for i, j in part.pairs if part.labels[i] != part.labels[j]]) for part in parts]
    for at, values in enumerate(between):
        axes.plot(at + 0.12 * np.linspace(-1, 1, len(values)), values, "o", color=WITHIN, markersize=3, alpha=0.6)
    x = np.arange(len(levels))
    axes.plot([], [], "o", color=WITHIN, markersize=3, label="one pair of different classes")
    axes.plot(x, [np.median(v) for v in between], color=BETWEEN, linewidth=2.6, label="median")
    _ends_at_zero(axes)
    axes.set_ylim(top=1.3 * axes.get_ylim()[1])
    _levels_axis(axes, levels, x, seen.parameter)
    axes.set_ylabel(f"distance by {row.metric}", fontsize=8)
    axes.legend(fontsize=7, frameon=False, loc="upper left")


def _auc_of_each(distances: Distances) -> list[float]:
    """P(between > within) over the pairs that one system is in, for every system."""
    out, labels, matrix = [], np.array(distances.labels), distances.mean
    for i, label in enumerate(labels):
        own = np.delete(matrix[i][labels == label], np.flatnonzero(np.flatnonzero(labels == label) == i))
        gap = matrix[i][labels != label][:, None] - own[None]
        out.append(float(np.mean((gap > 0) + 0.5 * (gap == 0))))
    return out


def _levels_axis(axes: Any, levels: list[float], x: Any, parameter: str) -> None:
    """Levels at equal distances, since they often rise by factors."""
    names = [f"{level:g}" for level in levels[-len(x) :]]
    axes.set_xticks(x, names, fontsize=7, rotation=0 if sum(map(len, names)) < 26 else 40)
    axes.set_xlabel(textwrap.fill(parameter, _LINE), fontsize=8)
    axes.tick_params(labelsize=7)


def _ends_at_zero(axes: Any) -> None:
    low, high = axes.get_ylim()
    axes.set_ylim(min(0.0, low) if low < -0.1 * high else 0.0, high if high > 0 else 1.0)
