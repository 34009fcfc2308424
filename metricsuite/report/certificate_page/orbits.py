"""The distances of an Orbit: from systems to their images, beside those to systems that do differ."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metricsuite.distances import Distances
from metricsuite.report.certificate_page.markup import Markup
from metricsuite.report.certificate_page.svg import Plot
from metricsuite.report.show.distance_panels import needs, number
from metricsuite.verdict import Verdict

Array = npt.NDArray[np.float64]
_FLOOR = 1e-17  # where a logarithmic axis ends, as part of the larger median: what lies below is drawn there


def orbit_picture(distances: Distances, row: Verdict) -> tuple[Markup, str] | None:
    """Dots, a median each, and the threshold as a part of the contrast; with its caption."""
    labels, blocks = distances.labels, distances.blocks
    own = [
        p
        for p in distances.pairs
        if {labels[p[0]], labels[p[1]]} == {"original", "image"} and blocks[p[0]] == blocks[p[1]]
    ]
    apart = [p for p in distances.pairs if "image" not in (labels[p[0]], labels[p[1]])]
    images, others = (np.abs(v[np.isfinite(v)]) for v in (distances.beyond_self(own), distances.beyond_self(apart)))
    if not images.size or not others.size:
        return None
    middle = float(np.median(others))
    exactly = row.threshold is not None and row.threshold < 1e-3 and middle > 0
    limit = (row.threshold or 0.0) * middle
    largest = float(max(images.max(), others.max(), limit)) or 1.0
    if exactly:
        plot = Plot((-0.6, 1.6), (_FLOOR * middle, 5 * largest), log=True, left=56, bottom=24, height=198)
    else:
        plot = Plot((-0.6, 1.6), (0, 1.08 * largest), left=56, bottom=24, height=198)
    above = needs(row).startswith("above")
    if limit > 0:
        plot.box((-0.6, 0.5), (limit, plot.y.high) if above else (plot.y.low, limit), "safe")
    for at, values, kind in ((0, images, "image"), (1, others, "other")):
        plot.dots(zip(at + 0.2 * _spread(values.size), values, strict=True), kind)
        plot.line([(at - 0.3, float(np.median(values))), (at + 0.3, float(np.median(values)))], "median")
    if limit > 0:
        plot.across(limit, "limit", f"{row.threshold:g} of the contrast")
    plot.y_axis("distance")
    unlike = "a system that differs" if "other" in labels else "another original"
    plot.x_axis("", [(0, "its image"), (1, unlike)])
    medians = [float(np.median(v)) for v in (images, others)]
    words = (
        f"Distances from {images.size} systems to their images: median {number(medians[0])}, largest {number(float(images.max()))}; to "
        f"{unlike}, {others.size} pairs: median {number(medians[1])}, from {number(float(others.min()))} to {number(float(others.max()))}"
        + (f"; the threshold lies at {number(limit)}." if limit > 0 else ".")
    )
    scale = " The axis is logarithmic; exact zeros lie at its foot." if exactly else ""
    return (
        plot.svg(words),
        f"One dot a pair, bars are medians. Where it holds, images lie {'above' if above else 'below'} the dashed line.{scale}",
    )


def _spread(count: int) -> Array:
    """Places beside one another, the same for every page."""
    places: Array = np.linspace(-1, 1, count) if count > 1 else np.zeros(1)
    return places
