"""The distances of a Contrast: the matrix by class, and how distances within classes lie beside those between."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from metricsuite.distances import Distances
from metricsuite.report.certificate_page.markup import Markup, element
from metricsuite.report.certificate_page.png import png_uri
from metricsuite.report.certificate_page.svg import LETTER, Plot, picture, shortened
from metricsuite.report.show.distance_panels import number

Array = npt.NDArray[np.float64]
_SIDE, _BAR, _LEFT, _TOP = 228, 8, 22, 20
_BINS = 26


def matrix_picture(distances: Distances) -> tuple[Markup, str]:
    """All distances, systems ordered by class, with a bar of the class's colour along two sides; and its caption."""
    names = list(dict.fromkeys(distances.labels))
    order = [i for name in names for i, own in enumerate(distances.labels) if own == name]
    matrix = distances.mean[np.ix_(order, order)].copy()
    if distances.self_value is not None:
        np.fill_diagonal(matrix, np.nan)  # known beforehand, and it would take half of the colours for itself
    known = matrix[np.isfinite(matrix)]
    low, high = (float(known.min()), float(known.max())) if known.size else (0.0, 1.0)
    left, top, step = _LEFT + _BAR + 2, _TOP + _BAR + 2, _SIDE / len(order)
    parts = [
        element(
            "image",
            x=left,
            y=top,
            width=_SIDE,
            height=_SIDE,
            href=png_uri(matrix, low, high),
            preserveAspectRatio="none",
        ),
    ]
    start = 0
    for k, name in enumerate(names):
        count = distances.labels.count(name)
        at, long = start * step, count * step - (1 if k < len(names) - 1 else 0)
        kind = f"class c{k % 8}"
        parts += [
            element("rect", class_=kind, x=f"{left + at:.1f}", y=_TOP, width=f"{long:.1f}", height=_BAR),
            element("rect", class_=kind, x=_LEFT, y=f"{top + at:.1f}", width=_BAR, height=f"{long:.1f}"),
        ]
        text = shortened(name, max(3, int(long / LETTER)))
        middle = at + long / 2
        parts += [
            element("text", text, x=f"{left + middle:.1f}", y=_TOP - 6, text_anchor="middle"),
            element(
                "text", text, transform=f"translate({_LEFT - 7} {top + middle:.1f}) rotate(-90)", text_anchor="middle"
            ),
        ]
        start += count
    parts += _colour_bar(left + _SIDE + 12, top, low, high)
    words = (
        f"Matrix of the distances between {len(order)} systems, from {number(low)} to {number(high)}, ordered by class. "
        + _blocks(distances, names)
    )
    caption = "Every pair of systems, ordered by class: dark is near, bright is far" + (
        "; blank was not compared, as a system with itself." if known.size < matrix.size else "."
    )
    return picture(left + _SIDE + 62, top + _SIDE + 6, parts, words, "plot matrix"), caption


def _colour_bar(x: float, top: float, low: float, high: float) -> list[Markup]:
    ramp = np.linspace(1, 0, 48)[:, None]
    return [
        element("image", x=x, y=top, width=9, height=_SIDE, href=png_uri(ramp, 0.0, 1.0), preserveAspectRatio="none"),
        element("text", f"{high:.3g}", x=x + 13, y=top + 9),
        element("text", f"{low:.3g}", x=x + 13, y=top + _SIDE),
    ]


def _blocks(distances: Distances, names: Sequence[str]) -> str:
    """The medians within and between classes, as words."""
    found = []
    for one, other in itertools.combinations_with_replacement(names[:4], 2):
        values = distances.of(
            [p for p in distances.pairs if {distances.labels[p[0]], distances.labels[p[1]]} == {one, other}]
        )
        if values.size:
            where = f"within {one}" if one == other else f"between {one} and {other}"
            found.append(f"median {where}: {number(float(np.nanmedian(values)))}")
    return "; ".join(found) + "."


def spread_picture(distances: Distances) -> tuple[Markup, str] | None:
    """How far apart systems of one class are, beside systems of two: the AUC measures how far apart the two are."""
    same = np.array([distances.labels[i] == distances.labels[j] for i, j in distances.pairs])
    values = distances.of(distances.pairs)
    within, between = values[same & np.isfinite(values)], values[~same & np.isfinite(values)]
    if not within.size or not between.size:
        return None
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    if high - low >= high / 2:  # else the axis would be empty up to where the distances begin
        low = min(0.0, low)
    edges = np.linspace(low, high if high > low else low + 1, _BINS + 1)
    parts = [np.histogram(v, edges)[0] / v.size for v in (within, between)]
    plot = Plot((edges[0], edges[-1]), (0, 1.28 * float(max(p.max() for p in parts))), left=30)
    steps = [_steps(p, edges) for p in parts]
    plot.area(steps[0], [(edges[0], 0.0), (edges[-1], 0.0)], "within")
    plot.line([(edges[0], 0.0), *steps[1], (edges[-1], 0.0)], "edge")
    medians = [float(np.median(v)) for v in (within, between)]
    plot.write(36, 20, f"■ within a class, median {number(medians[0])}", "within-key halo")
    plot.write(36, 35, f"□ between classes, median {number(medians[1])}", "halo")
    plot.x_axis("distance")
    plot.parts.append(
        element(
            "text", "part of the pairs", class_="name", transform="translate(14 92) rotate(-90)", text_anchor="middle"
        )
    )
    words = (
        f"Distribution of distances: {within.size} pairs within a class, median {number(medians[0])}, from {number(float(within.min()))} to "
        f"{number(float(within.max()))}; {between.size} pairs between classes, median {number(medians[1])}, from "
        f"{number(float(between.min()))} to {number(float(between.max()))}."
    )
    return (
        plot.svg(words),
        "Distances within a class (filled) and between classes (outline): the further right the outline lies, the larger the AUC.",
    )


def _steps(heights: Array, edges: Array) -> list[tuple[float, float]]:
    return [(float(x), float(h)) for k, h in enumerate(heights) for x in (edges[k], edges[k + 1])]
