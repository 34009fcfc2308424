"""The systems of a design as small drawings, side by side."""

from __future__ import annotations

import numpy as np

from metricsuite.report.certificate_page.drawings import Drawing, Drawn
from metricsuite.report.certificate_page.markup import Markup, element, joined
from metricsuite.report.certificate_page.svg import picture
from metricsuite.report.certificate_page.words import several, share

_SIDE, _EDGE = 120, 4
_OF_AN_ORBIT = {"original": 7, "image": 4, "other": 0}


def systems_figure(drawing: Drawing) -> Markup:
    """All drawn systems of a design, with what they are."""
    which = "in components common to all" if drawing.common else "each in its own two principal components"
    text = (
        f"The systems. {drawing.contents} Drawn: up to three trials of each, {which}, with the share of the variance that these hold. A dot "
        "marks where a trial begins."
    )
    return element(
        "figure", element("div", *(_one(drawing, k) for k in range(len(drawing.shown))), class_="row"), element("figcaption", text),
        class_="wide systems",
    )  # fmt: skip


def _one(drawing: Drawing, k: int) -> Markup:
    one = drawing.shown[k]
    trials, steps = one.points.shape[:2]
    places = _EDGE + one.points.astype(float) * (_SIDE - 2 * _EDGE) / 255
    places[..., 1] = _SIDE - places[..., 1]
    at: list[list[list[int]]] = places.round().astype(int).tolist()
    parts = [element("rect", class_="frame", x=0.5, y=0.5, width=_SIDE - 1, height=_SIDE - 1)]
    if steps < 3:
        parts.append(
            element("path", class_="trials points", d="".join(f"M{x} {y}h0" for trial in at for x, y in trial))
        )
    else:
        parts += [
            element("path", class_="trials", d="".join(map(_polyline, at))),
            element("path", class_="starts", d="".join(f"M{trial[0][0]} {trial[0][1]}h0" for trial in at)),
        ]
    when = f"first {one.first} steps" if one.first else ""
    shape = f"{several(steps, 'step')} of each" if steps < 3 else "each about " + _extent(one)
    words = f"{one.title}: {several(trials, 'trial')} in two principal components that hold {share(one.share)} of its variance, {shape}"
    note = ", ".join(filter(None, [share(one.share), when]))
    return element(
        "figure", picture(_SIDE, _SIDE, parts, words, "plot drawn"), element("span", element("strong", one.title), note),
        class_=f"system {_class(drawing, one)}",
    )  # fmt: skip


def _class(drawing: Drawing, one: Drawn) -> str:
    if drawing.kind == "Orbit":
        return f"c{_OF_AN_ORBIT.get(one.label, 7)}"
    return f"c{drawing.labels.index(one.label) % 8}" if one.label in drawing.labels and one.label else "c7"


def _extent(one: Drawn) -> str:
    width, height = (np.ptp(one.points.reshape(-1, 2).astype(int), axis=0) / 2.55).round().astype(int).tolist()
    return f"{width} % wide and {height} % high of the frame"


def _polyline(points: list[list[int]]) -> str:
    """Relative steps on whole pixels; points that stay where they were are left out."""
    (x, y), *rest = points
    steps = ""
    for a, b in rest:
        if (a, b) != (x, y):
            steps += f"{' ' if steps and a >= x else ''}{a - x}{' ' if b >= y else ''}{b - y}"
            x, y = a, b
    return f"M{points[0][0]} {points[0][1]}l{steps or '0 0'}"


def systems_of(drawing: Drawing | None, already: str, anchor: str) -> Markup:
    """The figure, a link to where it stands already, or a sentence where nothing was stored."""
    if drawing is None:
        return joined([element("p", "No drawing of the systems is stored with these distances.", class_="note")])
    if already:
        link = element("a", already, href=f"#{anchor}")
        return element("p", "The drawing of the systems is the one at ", link, ".", class_="note")
    return systems_figure(drawing)
