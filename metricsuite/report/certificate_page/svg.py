"""A small plot in SVG: two axes, lines, dots, bands. Colours come from the page's style, by class, so that they follow its scheme."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from metricsuite.report.certificate_page.markup import Markup, element, joined

Point = tuple[float, float]
WIDTH, HEIGHT = 320, 214
LETTER = 6.1  # width of a letter of the plots' 11 px, about


class Scale:
    """From values to pixels, `low` at `start`; logarithmic where asked, zero then standing at the lower end."""

    def __init__(self, low: float, high: float, start: float, end: float, log: bool = False) -> None:
        if high == low:
            low, high = low - 0.5, low + 0.5
        self.low, self.high, self.start, self.end, self.log = low, high, start, end, log

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            value, low, high = (math.log10(max(v, self.low)) for v in (value, low, high))
        part = min(max((value - low) / (high - low), -0.02), 1.02)
        return self.start + (self.end - self.start) * part

    def ticks(self, most: int = 5) -> list[float]:
        """A few round values, from the lower end to the upper one."""
        if self.log:
            first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
            return [10.0**k for k in range(first, last + 1, max(1, -(-(last - first) // most)))]
        step = 10.0 ** math.floor(math.log10((self.high - self.low) / most))
        step *= next(f for f in (1, 2, 2.5, 5, 10) if (self.high - self.low) / (step * f) <= most)
        return [k * step for k in range(math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9) + 1)]


class Plot:
    """Parts of one plot, drawn in the order in which they are added."""

    def __init__(
        self, x: Point, y: Point, *, log: bool = False, width: int = WIDTH, height: int = HEIGHT, left: int = 48, bottom: int = 40,
        top: int = 10,
    ) -> None:  # fmt: skip
        self.width, self.height = width, height
        self.x, self.y = Scale(*x, left, width - 10), Scale(*y, height - bottom, top, log)
        self.parts: list[Markup] = []

    def line(self, points: Iterable[Point], kind: str) -> None:
        """Through points, which may have gaps (NaN)."""
        self.parts.append(element("path", class_=f"line {kind}", d=path([(self.x(a), self.y(b)) for a, b in points])))

    def lines(self, many: Iterable[Iterable[Point]], kind: str) -> None:
        """Several lines of one kind, as one path."""
        d = "".join(path([(self.x(a), self.y(b)) for a, b in points]) for points in many)
        self.parts.append(element("path", class_=f"line {kind}", d=d))

    def dots(self, points: Iterable[Point], kind: str) -> None:
        """Round dots; their size is the stroke's."""
        self.dots_at(((round(self.x(a)), round(self.y(b))) for a, b in points if math.isfinite(b)), kind)

    def dots_at(self, places: Iterable[tuple[int, int]], kind: str) -> None:
        """Round dots at pixels."""
        d = "".join(f"M{x} {y}h0" for x, y in places)
        self.parts.append(element("path", class_=f"dots {kind}", d=d))

    def area(self, upper: Sequence[Point], lower: Sequence[Point], kind: str) -> None:
        """Between two lines."""
        around = [*upper, *reversed(lower)]
        self.parts.append(
            element("path", class_=f"area {kind}", d=path([(self.x(a), self.y(b)) for a, b in around]) + "z")
        )

    def box(self, x: Point, y: Point, kind: str) -> None:
        """A rectangle."""
        left, right = sorted(map(self.x, x))
        top, bottom = sorted(map(self.y, y))
        self.parts.append(
            element(
                "rect", class_=f"area {kind}", x=_n(left), y=_n(top), width=_n(right - left), height=_n(bottom - top)
            )
        )

    def across(self, y: float, kind: str, label: str = "", left: bool = False) -> None:
        """A horizontal line, with its label above its right end, or its left one."""
        self.line([(self.x.low, y), (self.x.high, y)], kind)
        if label:
            x, anchor = (self.x.start + 4, "start") if left else (self.width - 12, "end")
            self.write(x, self.y(y) - 4, label, "halo", anchor)

    def write(self, x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> None:
        """Text at pixels, kept inside the picture."""
        half = LETTER * len(text)
        before = {"start": 0.0, "middle": half / 2, "end": half}[anchor]
        x = min(max(x, before + 2), self.width - half + before - 2) if half < self.width - 4 else before + 2
        anchor_ = None if anchor == "start" else anchor
        self.parts.append(element("text", text, x=_n(x), y=_n(y), class_=kind or None, text_anchor=anchor_))

    def x_axis(self, name: str, ticks: Sequence[tuple[float, str]] | None = None) -> None:
        """Ticks, and the name below them."""
        values = self.x.ticks()
        ticks = list(zip(values, told_apart(values), strict=True)) if ticks is None else list(ticks)
        floor = self.y.start
        marks = "".join(f"M{_n(self.x(v))} {_n(floor)}v4" for v, _ in ticks)
        self.parts.append(element("path", class_="axis", d=f"M{_n(self.x.start)} {_n(floor)}H{_n(self.x.end)}{marks}"))
        room = -1.0
        for value, text in ticks:
            at, half = self.x(value), LETTER * len(text) / 2
            if at - half > room:
                self.write(at, floor + 15, text, "", "middle")
                room = at + half + 3
        if name:
            self.write((self.x.start + self.x.end) / 2, floor + 31, shortened(name, 50), "name", "middle")

    def y_axis(self, name: str) -> None:
        """Ticks with light lines across, and the name along the axis."""
        values = self.y.ticks()
        d = "".join(f"M{_n(self.x.start)} {_n(self.y(v))}H{_n(self.x.end)}" for v in values)
        self.parts.insert(0, element("path", class_="grid", d=d))
        for value, text in zip(values, told_apart(values), strict=True):
            self.write(self.x.start - 5, self.y(value) + 4, text, "", "end")
        middle = _n((self.y.start + self.y.end) / 2)
        self.parts.append(
            element("text", shortened(name, 32), class_="name", transform=f"translate(11 {middle}) rotate(-90)", text_anchor="middle")
        )  # fmt: skip

    def svg(self, words: str) -> Markup:
        """The picture; `words` say what is seen to who does not see it."""
        return picture(self.width, self.height, self.parts, words)


def picture(width: float, height: float, parts: Iterable[Markup], words: str, kind: str = "plot") -> Markup:
    """An SVG of this size, with what is seen in words."""
    return element(
        "svg", joined(parts), class_=kind, viewBox=f"0 0 {_n(width)} {_n(height)}", width=_n(width), height=_n(height), role="img",
        aria_label=words,
    )  # fmt: skip


def path(points: Iterable[Point]) -> str:
    """Absolute start and relative steps, to a tenth of a pixel; a gap at what is not finite."""
    out: list[str] = []
    last: tuple[int, int] | None = None
    for x, y in points:
        if not (math.isfinite(x) and math.isfinite(y)):
            last = None
            continue
        here = (round(10 * x), round(10 * y))
        out.append(
            f"M{_n(x)} {_n(y)}" if last is None else f"l{_tenths(here[0] - last[0])} {_tenths(here[1] - last[1])}"
        )
        last = here
    return "".join(out)


def shortened(text: str, most: int) -> str:
    """Cut, with a mark that it was."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def tick(value: float) -> str:
    """A short number: 0.25, 1e-8."""
    value = 0.0 if abs(value) < 1e-300 else value
    return (
        f"{value:.0e}".replace("e-0", "e-").replace("e+0", "e")
        if 0 < abs(value) < 1e-3 or abs(value) >= 1e5
        else f"{value:.4g}"
    )


def told_apart(ticks: Sequence[float]) -> list[str]:
    """Ticks as short numbers, or with as many digits as it takes to tell each from the next: 0.99915, 0.9992."""
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 0.0
    texts = [tick(v) for v in ticks]
    if any(abs(float(text) - v) > 0.01 * step for text, v in zip(texts, ticks, strict=True)):
        digits = max(0, 1 - math.floor(math.log10(step))) if step else 0
        texts = [f"{v:.{digits}f}".rstrip("0").removesuffix(".") if digits else f"{v:.0f}" for v in ticks]
    return texts


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _tenths(value: int) -> str:
    return _n(value / 10)
