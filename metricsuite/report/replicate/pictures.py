"""Pictures of a replication, each drawn for a light page and for a dark one.

Needs matplotlib, the extra ``plots``. Figures are objects of their own: no pyplot, no global settings.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from metricsuite.report.replicate.statistics import FAILS, HOLDS
from metricsuite.report.replicate.table import Block
from metricsuite.report.show.plots import PALETTE, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Kind = Literal["svg+xml", "png"]


@dataclass(frozen=True)
class Theme:
    """The colours of a page: what is behind, what is written, and lines of a grid."""

    name: str
    paper: str
    ink: str
    faint: str


LIGHT, DARK = Theme("light", "#ffffff", "#1b1b1b", "#d5d5d5"), Theme("dark", "#16181c", "#e6e6e6", "#43474e")
MOST_TOLD = 4  # rows of a matrix up to which its numbers are written into it
BY_WORD = {HOLDS: PALETTE[2], FAILS: PALETTE[1]}


@dataclass(frozen=True)
class Picture:
    """One picture in both themes, as data URIs, and its text for those who do not see it."""

    light: str
    dark: str
    alt: str


def picture(draw: Callable[[Theme], Figure], alt: str, kind: Kind = "svg+xml") -> Picture:
    """Draw both themes.

    Raises
    ------
    PlotsMissing
        matplotlib is not installed.
    """
    return Picture(_uri(draw(LIGHT), kind), _uri(draw(DARK), kind), alt)


def _uri(figure: Figure, kind: Kind) -> str:
    import matplotlib

    buffer = io.BytesIO()
    with matplotlib.rc_context(
        {"svg.hashsalt": "metricsuite", "svg.fonttype": "none"}
    ):  # the same bytes every time; text as text
        figure.savefig(
            buffer, format=kind.partition("+")[0], facecolor=figure.get_facecolor(), metadata={"Date": None} if kind == "svg+xml" else None
        )  # fmt: skip
    return f"data:image/{kind};base64,{base64.b64encode(buffer.getvalue()).decode()}"


def blank(theme: Theme, width: float, height: float, rows: int = 1, columns: int = 1) -> tuple[Figure, Any]:
    """A figure in the colours of a theme, and its axes (rows, columns)."""
    figure = new_figure(width, height)
    figure.set_facecolor(theme.paper)
    axes = figure.subplots(rows, columns, squeeze=False)
    for ax in axes.ravel():
        ax.set_facecolor(theme.paper)
        ax.tick_params(colors=theme.ink, labelsize=8)
        for item in (ax.title, ax.xaxis.label, ax.yaxis.label):
            item.set_color(theme.ink)
            item.set_fontsize(9)
        for spine in ax.spines.values():
            spine.set_color(theme.faint)
    return figure, axes


def differences(block: Block) -> Picture | None:
    """The difference in every line of a statement, with its interval; None where there is none to draw."""
    lines = [line for line in block.lines if line.difference is not None]
    if not lines:
        return None

    def draw(theme: Theme) -> Figure:
        figure, axes = blank(theme, 7.5, 0.75 + 0.21 * len(lines))
        ax = axes[0, 0]
        for y, line in enumerate(lines):
            colour = BY_WORD.get(line.word, theme.ink)
            value = float(line.difference or 0.0)
            low, high = line.bounds or (value, value)
            ax.plot([low, high], [y, y], color=colour, linewidth=1.6)
            ax.plot([value], [y], "D" if line.bounds is None else "o", color=colour, markersize=4.5)
        ax.axvline(0, color=theme.ink, linewidth=0.8)
        ax.set_yticks(range(len(lines)), [f"{line.design}: {line.what}" for line in lines], fontsize=7.5)
        ax.set_ylim(len(lines) - 0.5, -0.5)
        ax.set_xlabel(block.heads[4], fontsize=8)
        ax.grid(axis="x", color=theme.faint, linewidth=0.5)
        ax.set_axisbelow(True)
        return figure

    told = "; ".join(
        f"{line.design}, {line.what}: {line.difference:+.3f}" + (f", {line.word}" if line.word else "") for line in lines
    )  # fmt: skip
    return picture(draw, f"{block.statement}. Dots with intervals, {block.heads[4]} by line: {told}.")


@dataclass(frozen=True)
class Curve:
    """One line of a panel: values along named places; without a colour it is drawn as the page writes."""

    label: str
    values: Sequence[float]
    colour: str = ""
    style: str = "-"


@dataclass(frozen=True)
class Panel:
    """Curves over the same places; `floors` are curves of one value, drawn all the way."""

    title: str
    places: Sequence[str]
    curves: Sequence[Curve]
    floors: Sequence[Curve] = ()


def curves(panels: Sequence[Sequence[Panel]], unit: str, alt: str) -> Picture:
    """Rows and columns of panels; every place with a tick, one legend a panel."""

    def draw(theme: Theme) -> Figure:
        columns = max(map(len, panels))
        figure, axes = blank(theme, 4.2 * columns, 3.3 * len(panels), len(panels), columns)
        for ax, panel in zip(axes.ravel(), (p for row in panels for p in row), strict=True):
            for curve in panel.curves:
                how = {"color": curve.colour or theme.ink, "linestyle": curve.style, "label": curve.label}
                ax.plot(range(len(curve.values)), curve.values, marker="o", markersize=3.5, **how)
            for floor in panel.floors:
                how = {"color": floor.colour or theme.ink, "linestyle": floor.style, "label": floor.label}
                ax.axhline(floor.values[0], linewidth=0.9, **how)
            ax.set_title(panel.title)
            ax.set_xticks(
                range(len(panel.places)), [p.replace(" ", "\n").replace("_", "\n") for p in panel.places], fontsize=7
            )
            ax.set_ylim(bottom=0)
            ax.set_ylabel(unit, fontsize=8)
            ax.grid(axis="y", color=theme.faint, linewidth=0.5)
            if panel.curves:
                legend = ax.legend(fontsize=6.5, facecolor=theme.paper, edgecolor=theme.faint)
                for text in legend.get_texts():
                    text.set_color(theme.ink)
        return figure

    return picture(draw, alt)


@dataclass(frozen=True)
class Heat:
    """A matrix of mean distances, its rows and columns named."""

    title: str
    matrix: Sequence[Sequence[float]]
    rows: Sequence[str]
    columns: Sequence[str]


def matrices(heats: Sequence[Sequence[Heat]], alt: str) -> Picture:
    """Rows and columns of matrices, each with a scale of its own; small ones with their numbers."""

    def draw(theme: Theme) -> Figure:
        columns = max(map(len, heats))
        each = 3.8 if max(len(h.matrix) for row in heats for h in row) > MOST_TOLD else 3.0
        figure, axes = blank(theme, each * columns, each * len(heats), len(heats), columns)
        for i, row in enumerate(heats):
            for j in range(columns):
                if j < len(row):
                    _heat(axes[i, j], row[j])
                else:
                    axes[i, j].set_axis_off()
        return figure

    return picture(draw, alt, "png")


def _heat(ax: Any, heat: Heat) -> None:
    values = np.asarray(heat.matrix, float)
    ax.imshow(values, cmap="viridis", vmin=min(0.0, float(np.nanmin(values))))
    ax.set_title(f"{heat.title}\n{np.nanmin(values):.3f} to {np.nanmax(values):.3f}", fontsize=8)
    if len(values) <= MOST_TOLD:
        middle = np.nanmax(values) / 2
        for (i, j), v in np.ndenumerate(values):
            ax.text(j, i, f"{v:.2f}", ha="center", va="center", fontsize=7, color="#000" if v > middle else "#fff")
    ax.set_xticks(range(len(heat.columns)), heat.columns, rotation=90, fontsize=6.5)
    ax.set_yticks(range(len(heat.rows)), heat.rows, fontsize=6.5)
