"""The distances that an axiom is about, one dot each: both directions, both ways, or those of both metrics."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from metricsuite.distances import Distances
from metricsuite.report.certificate_page.markup import Markup
from metricsuite.report.certificate_page.svg import Plot
from metricsuite.report.show.distance_panels import number
from metricsuite.verdict import Verdict

Array = npt.NDArray[np.float64]
Picture = tuple[Markup, str]
_ALIKE = "the dashed line"


def symmetry_picture(distances: Distances, row: Verdict) -> Picture | None:
    """The distance of every pair in one direction against the other, with the line of equal ones."""
    pairs = np.asarray(distances.pairs)
    there, back = distances.matrix[pairs[:, 0], pairs[:, 1]], distances.matrix[pairs[:, 1], pairs[:, 0]]
    words = f"Distances of {{}} in both directions: {_gap(there, back)}."
    caption = f"One dot a pair of systems. Where directions agree, dots lie on {_ALIKE}."
    return _scatter(there, back, ("d(x, y)", "d(y, x)"), words, caption, "pair")


def triangle_picture(distances: Distances, row: Verdict) -> Picture | None:
    """Every direct distance against the way round by a third system: dots above the line break the triangle inequality."""
    d = np.full(distances.mean.shape, np.nan)
    for (i, j), value in zip(distances.pairs, distances.beyond_self(distances.pairs), strict=True):
        d[i, j] = d[j, i] = value
    rows, columns = np.asarray(distances.pairs).T
    around = d[rows] + d[columns]
    direct = np.broadcast_to(d[rows, columns][:, None], around.shape)
    known = np.isfinite(around) & np.isfinite(direct)
    over = direct[known] - around[known]
    beyond = f"{number(float(over.max()))} at most" if over.size else "unknown"
    words = f"Direct distances against the way round by a third system, {{}}: direct less round is {beyond}."
    caption = f"One dot a pair and a third system. Where the triangle inequality holds, no dot lies above {_ALIKE}."
    return _scatter(
        around[known], direct[known], ("d(x, y) + d(y, z)", "d(x, z)"), words, caption, "way", below=True
    )  # fmt: skip


def equality_picture(distances: Distances, row: Verdict) -> Picture | None:
    """The distance of every pair against what the other metric gives, with the line of equal ones."""
    found, wanted = (np.asarray(row.details[name], float) for name in ("found", "wanted"))
    words = f"Distances of {{}} by this metric against those wanted: {_gap(found, wanted)}."
    caption = f"One dot a pair of systems. Where the metric equals the other one, dots lie on {_ALIKE}."
    return _scatter(wanted, found, ("wanted", "found"), words, caption, "pair")


AXIOMS: dict[str, Callable[[Distances, Verdict], Picture | None]] = {
    "symmetric": symmetry_picture, "triangular": triangle_picture, "equals": equality_picture,
}  # fmt: skip


def _gap(one: Array, other: Array) -> str:
    gaps = np.abs(one - other)
    gaps = gaps[np.isfinite(gaps)]
    largest = float(gaps.max()) if gaps.size else 0.0
    return "all the same" if largest == 0 else f"they differ by {number(largest)} at most"


def _scatter(
    x: Array, y: Array, names: tuple[str, str], words: str, caption: str, thing: str, below: bool = False
) -> Picture | None:
    """Dots and the line of equal values, one scale on both axes; with the side `below` it shaded, where all of that side holds."""
    known = np.isfinite(x) & np.isfinite(y)
    x, y = x[known], y[known]
    if not x.size:
        return None
    low, high = min(0.0, float(x.min()), float(y.min())), 1.05 * max(float(x.max()), float(y.max()), 0.0) or 1.0
    plot = Plot((low, high), (low, high), width=290, height=272, left=58)
    if below:
        plot.area([(low, low), (high, high)], [(low, low), (high, low)], "safe")
    places = dict.fromkeys((round(plot.x(a)), round(plot.y(b))) for a, b in zip(x, y, strict=True))
    plot.dots_at(places, "pair" if x.size > 60 else "lesser")
    plot.line([(low, low), (high, high)], "limit")
    plot.x_axis(names[0])
    plot.y_axis(names[1])
    count = f"{x.size} {thing}{'' if x.size == 1 else 's'}"
    range_ = f" From {number(float(y.min()))} to {number(float(y.max()))}."
    return plot.svg(words.format(count) + range_), caption
