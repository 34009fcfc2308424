"""The figure of a grid of settings: the statistic at each, and the distances that explain it. Needs matplotlib (``plots``)."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Any

from metricsuite.report.show.plots import new_figure
from metricsuite.report.show.setting_grid import Grid, reasons, verdict_line

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def setting_figure(grid: Grid) -> Figure:
    """Statistic and bounds at every setting beside the threshold, and the medians within and between classes."""
    outcomes, first = grid.outcomes, grid.outcomes[0]
    assert first.decision is not None
    why = "\n".join(textwrap.fill(line, 165) for line in [verdict_line(grid), *reasons(grid)])
    extra = 0.2 * (why.count("\n") + 2)
    figure = new_figure(12, 1.6 + 0.36 * len(outcomes) + extra)
    from matplotlib.ticker import LogLocator

    areas: Any = figure.subfigures(2, 1, height_ratios=[1.6 + 0.36 * len(outcomes), extra])
    main, below = areas
    row = grid.verdict.row
    declared = ", ".join(f"{k}={v:g}" for k, v in grid.declared.items()) or "no numeric parameters"
    title = f"{grid.target}: settings around the declared one ({declared}), on\n{row.id}, seeds: {row.seeds}"
    main.suptitle(title, fontsize=11, fontweight="bold")
    left, right = main.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": [1.4, 1]})
    colours = {"yes": "#0072B2", "no": "#D55E00", "unclear": "#777777"}
    for y, o in enumerate(outcomes):
        if o.decision is None:
            left.text(
                0.02,
                y,
                f"error: {o.error[:75]}",
                fontsize=7,
                va="center",
                color="#D55E00",
                transform=left.get_yaxis_transform(),
            )
            continue
        d, colour = o.decision, colours[o.answer]
        left.plot([d.low, d.high], [y, y], color=colour, linewidth=2.5, solid_capstyle="butt")
        left.plot(d.statistic, y, "o", color=colour, markersize=7)
        left.annotate(f"{d.statistic:.2f} {o.answer}", (d.statistic, y), xytext=(0, 6), textcoords="offset points", ha="center",
                      fontsize=7, color=colour)  # fmt: skip
        if o.within is not None and o.between is not None:
            right.plot([o.within, o.between], [y, y], color="#bbbbbb", linewidth=1.5, zorder=1)
            right.plot(o.within, y, "o", color="#999999", markersize=7, label="within one class" if y == 0 else None)
            right.plot(o.between, y, "D", color="black", markersize=6, label="between classes" if y == 0 else None)
    left.axvline(first.decision.threshold, color="black", linestyle="--", linewidth=1, label="threshold")
    left.axhspan(-0.5, 0.5, color="#eeeeee", zorder=0)
    left.set_yticks(range(len(outcomes)), [o.setting.name for o in outcomes], fontsize=8)
    left.set_ylim(len(outcomes) - 0.4, -0.7)
    left.set_xlabel(
        f"{first.decision.what}, with 99 % bounds on either side (dashed: threshold {first.decision.threshold:g})",
        fontsize=8,
    )
    if first.within is not None:
        right.set_xscale("log")
        right.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        right.xaxis.set_major_formatter(lambda value, _: f"{value:.2g}")
        right.xaxis.set_minor_formatter(lambda *_: "")
        right.set_xlabel("median distance (log scale)", fontsize=8)
        right.legend(fontsize=8, frameon=False, loc="upper center", bbox_to_anchor=(0.5, 1.09), ncols=2)
    else:
        right.set_axis_off()
    for ax in (left, right):
        ax.tick_params(labelsize=8)
    below.text(0.01, 0.97, why, fontsize=8.5, va="top")
    return figure
