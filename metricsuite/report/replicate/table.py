"""How a replication is printed: blocks of lines, as text of less than 120 columns or as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from metricsuite.report.replicate.published_figures import SOURCE

WIDTH = 118
TITLE = f"Published statements, and what stands of them here. Published: {SOURCE}."
_COLUMNS = (18, 37, 10, 12, 26)  # characters: design, what, DSA, the other, advantage; then the word


@dataclass(frozen=True)
class Line:
    """One design's answer to a statement; what it does not have stays None or empty."""

    design: str
    what: str
    first: float | None = None
    second: float | None = None
    difference: float | None = None
    bounds: tuple[float, float] | None = None
    word: str = ""
    note: str = ""

    def cells(self) -> list[str]:
        """As text: design, what, both figures, advantage with its bounds, the word."""
        ahead = "" if self.difference is None else _rounded(self.difference, "+")
        if self.bounds is not None:
            ahead += f" [{', '.join(_rounded(v, '+') for v in self.bounds)}]"
        figures = ["" if v is None else _rounded(v) for v in (self.first, self.second)]
        return [self.design, self.what, *figures, ahead, self.word]


@dataclass(frozen=True)
class Block:
    """A statement, the name of the metric that DSA is compared with, and one line a design.

    `columns` names both figures and their difference where they are not those of two metrics.
    """

    statement: str
    other: str
    lines: tuple[Line, ...]
    columns: tuple[str, str, str] | None = None

    @property
    def heads(self) -> list[str]:
        """Names of the columns."""
        return ["design", "what is compared", *(self.columns or ("DSA", self.other, "advantage of DSA")), ""]


@dataclass(frozen=True)
class Grid:
    """Figures without a statement: a title, the columns' names, and rows of words and numbers (None: nothing to show)."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str | float | None, ...], ...]

    @property
    def cells(self) -> list[list[str]]:
        """As text."""
        return [["" if v is None else v if isinstance(v, str) else _rounded(v) for v in row] for row in self.rows]


def as_text(blocks: Sequence[Block | Grid], notes: list[str]) -> list[str]:
    """All lines, none longer than `WIDTH`, but for commands to copy and wide grids."""
    out = textwrap.wrap(TITLE, WIDTH)
    for block in blocks:
        if isinstance(block, Grid):
            rows = [list(block.heads), *block.cells]
            widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
            out += ["", block.title]
            out += [("  " + "".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True))).rstrip() for row in rows]
            continue
        out += ["", block.statement, _row(block.heads)]
        for line in block.lines:
            out.append(_row(line.cells()))
            if line.note:
                out += textwrap.wrap(line.note, WIDTH, initial_indent=" " * 20, subsequent_indent=" " * 20)
    for note in notes:
        command = note.startswith("missing:")
        out += ["", *([note] if command else textwrap.wrap(note, WIDTH, subsequent_indent="  "))]
    return out


def as_markdown(blocks: Sequence[Block | Grid], notes: list[str]) -> list[str]:
    """The same as Markdown: one table a statement; notes of a line in its second cell."""
    out = [TITLE]
    for block in blocks:
        if isinstance(block, Grid):
            out += ["", f"**{block.title}**", "", _piped(list(block.heads)), "|" + " --- |" * len(block.heads)]
            out += [_piped(row) for row in block.cells]
            continue
        out += ["", f"**{block.statement}**", "", _piped(block.heads), "|" + " --- |" * len(block.heads)]
        for line in block.lines:
            design, what, *rest = line.cells()
            out.append(_piped([design, f"{what} ({line.note})" if line.note else what, *rest]))
    for note in notes:
        out += ["", note]
    return out


def _row(cells: list[str]) -> str:
    return ("  " + "".join(f"{cell:<{width}}" for cell, width in zip(cells, (*_COLUMNS, 0), strict=True))).rstrip()


def _piped(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _rounded(value: float, sign: str = "") -> str:
    return format(round(value, 3) + 0.0, f"{sign}.3f")  # + 0.0 makes -0.000 a plain 0
