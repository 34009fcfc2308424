"""One figure a design: what the systems do, and what each metric makes of them, for a reader who has not seen the code.

Needs matplotlib, the extra ``plots``. Figures are objects of their own: no pyplot, no global settings.
"""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from metricsuite.errors import MetricsuiteError
from metricsuite.properties import PROPERTIES
from metricsuite.report.show import distance_panels
from metricsuite.report.show.exhibits import Exhibit, Exhibits
from metricsuite.report.show.recording import Recorded

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Okabe & Ito's colours, which the colour-blind can tell apart; the class that comes first in a file has the first
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#8B6914", "#000000")
OF_AN_ORBIT = {"original": "#000000", "image": "#E69F00", "other": "#56B4E9"}
WIDTH = 14.0  # inches
_A_ROW = 5  # metrics side by side
_CAPTION = 190  # characters in a line of the caption
COURSES = 4  # trials whose course is drawn


class PlotsMissing(MetricsuiteError, ImportError):
    """matplotlib is not installed."""


def new_figure(width: float, height: float) -> Figure:
    """An empty figure that draws itself to PNG.

    Raises
    ------
    PlotsMissing
        matplotlib is not installed.
    """
    try:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotsMissing(f'plots need matplotlib ({error}): pip install "metricsuite[plots]"') from error
    figure = Figure(figsize=(width, height), layout="constrained", dpi=110)
    FigureCanvasAgg(figure)
    return figure


def class_colours(seen: Sequence[Exhibits]) -> dict[str, str]:
    """A colour for every class of a case file, in the order in which they appear."""
    labels = dict.fromkeys(label for one in seen for label in one.labels if label and one.kind != "Orbit")
    return OF_AN_ORBIT | {label: PALETTE[k % len(PALETTE)] for k, label in enumerate(labels)}


def design_figure(records: Sequence[Recorded], colours: Mapping[str, str]) -> Figure:
    """The figure of one design.

    Parameters
    ----------
    records : sequence of Recorded
        The verdicts of all metrics on one design, seen through `exhibits_of` (`Recorded.seen`; None where a metric reached none).
    colours : mapping of str to str
        By class, from `class_colours`.

    Raises
    ------
    PlotsMissing
        matplotlib is not installed.
    """
    seen: Exhibits | None = next((r.seen for r in records if r.seen is not None), None)
    head, caption = _title(records[0], seen), _caption(records, seen)
    rows = math.ceil(len(records) / _A_ROW)
    kind = seen.kind if seen is not None else ""
    tall = 4.3 if kind == "Contrast" else 3.2
    heights = [0.65, 4.3 if seen else 0.01, tall * rows, 0.25 + 0.185 * (caption.count("\n") + 1)]
    figure = new_figure(WIDTH, sum(heights))
    areas: Any = figure.subfigures(4, 1, height_ratios=heights)
    top, systems, distances, bottom = areas
    first, _, rest = head.partition("\n")
    top.text(0.01, 0.85, first, fontsize=14, fontweight="bold", va="top")
    top.text(0.01, 0.3, rest, fontsize=10, va="top")
    if seen is not None:
        _draw_systems(systems, seen, colours)
    _draw_metrics(distances, records, seen, colours, rows)
    bottom.text(0.01, 0.98, caption, fontsize=8.5, va="top", color="#333333", linespacing=1.25)
    return figure


def _title(record: Recorded, seen: Exhibits | None) -> str:
    row = record.row
    test, _, case = row.id.split("/", 1)[1].partition("[")
    words = test.removeprefix("test_").replace("_", " ")
    words = words[:1].upper() + words[1:] + (f"  [{case}" if case else "")
    known = PROPERTIES.get(row.property)
    wanted = {
        "sensitive": "A metric that claims it should react to",
        "invariant": "A metric that claims it should not react to",
    }
    meaning = f" {wanted.get(row.direction, 'Asked')}: {known.meaning}." if known else ""
    decides = (
        f"As for {row.property}, but only shown: no verdict."
        if record.only_shown
        else f"Decides {row.property} (track {row.track})."
    )
    return f"{words}\n{decides}{meaning}"


def _caption(records: Sequence[Recorded], seen: Exhibits | None) -> str:
    first = records[0]
    title, _, rest = first.case.partition("\n\n")
    paragraph = rest.split("\n\n")[0].replace("\n", " ")
    drawn = ""
    if seen is not None:
        which = "components common to all that are drawn" if seen.common else "each system's own components"
        drawn = (
            f"{seen.contents} Above: the paths of up to 24 trials in two principal components ({which}; the share of the variance "
            f"that they hold in brackets), dark where a trial begins and bright where it ends; below each, the first component of "
            f"{COURSES} trials over time."
        )
    about = {
        "Contrast": " Matrices: all pairs of systems, ordered by class; below each, distances within a class and between classes, whose "
        "overlap the AUC measures (1: none, .5: chance). The control is the best of norm, relative speed, participation ratio and "
        "autocorrelation time: what one number can do proves nothing about a metric.",
        "Orbit": " Dots: distances from a system to its image, and to a system that does differ; bars: medians.",
        "Sweep": " Curves: levels stand at equal distances, whatever their values.",
    }.get(seen.kind if seen else "", "")
    seeds = " and ".join(dict.fromkeys(r.row.seeds for r in records))
    lines = [title.replace("\n", " "), paragraph, drawn + about, f"Verdict {first.row.id}; seeds: {seeds}."]
    return "\n".join(textwrap.fill(line, _CAPTION) for line in lines if line)


def _draw_systems(area: Any, seen: Exhibits, colours: Mapping[str, str]) -> None:
    columns = len(seen.shown)
    axes = area.subplots(2, columns, squeeze=False, gridspec_kw={"height_ratios": [2.2, 1]})
    longest = max(e.path.shape[1] for e in seen.shown)
    levels = sorted({e.position for e in seen.shown})
    for k, one in enumerate(seen.shown):
        colour = colours.get(one.label) or _level_colour(levels, one.position)
        _draw_path(axes[0, k], one)
        axes[0, k].set_title(
            f"{textwrap.fill(one.title, 26)}\n({one.share:.0%})", fontsize=9, color=colour, fontweight="bold"
        )
        for spine in axes[0, k].spines.values():
            spine.set_color(colour)
            spine.set_linewidth(1.8)
        axes[1, k].plot(one.path[:COURSES, :, 0].T, color=colour, linewidth=0.9, alpha=0.85)
        axes[1, k].set_xlim(0, max(longest - 1, 1))
        axes[1, k].set_xlabel("time step", fontsize=8)
        for ax in axes[:, k]:
            ax.tick_params(labelsize=7)
    own = "" if seen.common else " (own)"
    axes[0, 0].set_ylabel(f"component 2{own}", fontsize=8)
    axes[1, 0].set_ylabel(f"component 1{own}", fontsize=8)
    for ax in axes[0]:
        ax.set_xlabel(f"component 1{own}", fontsize=8)
    if seen.common:
        _share_limits(axes, np.concatenate([e.path.reshape(-1, 2) for e in seen.shown]))


def _share_limits(axes: Any, points: Any) -> None:
    """One square for all paths, and the same height for all courses; the farthest hundredth of the points may lie outside."""
    low, high = np.quantile(points, [0.005, 0.995], axis=0)
    middle, half = (low + high) / 2, 0.58 * float((high - low).max())
    for ax in axes[0]:
        ax.set_aspect("equal", adjustable="box")  # limits that are given cannot make room
        ax.set_xlim(middle[0] - half, middle[0] + half)
        ax.set_ylim(middle[1] - half, middle[1] + half)
    for ax in axes[1]:
        ax.set_ylim(middle[0] - half, middle[0] + half)


def _draw_path(axes: Any, one: Exhibit) -> None:
    """Paths in the plane, coloured by time; points where there is no path to follow."""
    from matplotlib.collections import LineCollection

    trials, steps = one.path.shape[:2]
    if steps < 3:
        axes.plot(*one.path.reshape(-1, 2).T, "o", markersize=2.5, color="#365c8d", alpha=0.7)
    else:
        segments = np.stack([one.path[:, :-1], one.path[:, 1:]], axis=2).reshape(-1, 2, 2)
        when = np.tile(np.linspace(0, 1, steps - 1), trials)
        width = 0.9 if trials > 6 else 1.3
        axes.add_collection(LineCollection(segments.tolist(), array=when, cmap="viridis", linewidths=width, alpha=0.75))
        axes.plot(*one.path[:, 0].T, "o", markersize=2.5, color="#440154")
    axes.autoscale_view()
    axes.set_aspect("equal", adjustable="datalim")


def _level_colour(levels: Sequence[float], at: float) -> str:
    """Dark to light along a Sweep without classes."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return to_hex(colormaps["viridis"](0.8 * levels.index(at) / max(len(levels) - 1, 1)))


def _draw_metrics(
    area: Any, records: Sequence[Recorded], seen: Exhibits | None, colours: Mapping[str, str], rows: int
) -> None:  # fmt: skip
    columns = min(_A_ROW, max(len(records), 3))
    contrast = seen is not None and seen.kind == "Contrast"
    depth = 2 if contrast else 1
    ratios = [2.4, 1] * rows if contrast else [1] * rows
    axes = area.subplots(depth * rows, columns, squeeze=False, gridspec_kw={"height_ratios": ratios})
    for k in range(columns * rows):
        own = [axes[depth * (k // columns) + d, k % columns] for d in range(depth)]
        if k >= len(records):
            for ax in own:
                ax.set_axis_off()
            continue
        own[0].set_title(distance_panels.heading(records[k].row), fontsize=7.5, loc="left")
        _draw_one(own, records[k], seen, colours)


def _draw_one(axes: list[Any], record: Recorded, seen: Exhibits | None, colours: Mapping[str, str]) -> None:
    distances = record.decision.distances if record.decision is not None else None
    if distances is None or seen is None or not np.isfinite(distances.of(distances.pairs)).all():
        distance_panels.draw_nothing(axes[0], record.row.reason or "no distances")
        for ax in axes[1:]:
            ax.set_axis_off()
    elif seen.kind == "Contrast":
        own = {label: colours[label] for label in seen.labels}
        distance_panels.draw_matrix(axes[0], distances, own, record.row.metric)
        distance_panels.draw_histogram(axes[1], distances)
    elif seen.kind == "Orbit":
        distance_panels.draw_orbit(axes[0], distances, record.row, colours)
    elif seen.grouped and "auc" not in record.row.details:
        distance_panels.draw_levels(axes[0], distances, record.row, seen)
    elif seen.grouped:
        distance_panels.draw_breakdown(axes[0], distances, record.row, seen)
    else:
        distance_panels.draw_curve(axes[0], distances, record.row, seen)
