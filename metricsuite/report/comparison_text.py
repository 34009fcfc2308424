"""A comparison in words: as a table of at most 100 columns, and as Markdown for a comment on a pull request."""

from __future__ import annotations

import itertools
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from string import ascii_uppercase

from metricsuite.report.comparison import Comparison
from metricsuite.report.comparison_changes import KINDS, NOTE, Change

WIDTH = 100
SAME = "="
SIDE_BY_SIDE = 2  # others beside the reference, in one table of text
_FIRST = 42  # columns of characters of what changed


@dataclass(frozen=True)
class Row:
    """What changed in at least one certificate: in the reference, in each of the others (`SAME` where it did not), and why."""

    kind: str
    subject: str
    cells: tuple[str, ...]
    note: str


def letters(count: int) -> list[str]:
    """A, B, ..., Z, A1, B1, ...: what certificates are called in a table."""
    return [f"{ascii_uppercase[i % 26]}{i // 26 or ''}" for i in range(count)]


def rows_of(comparisons: Sequence[Comparison]) -> list[Row]:
    """The rows of one table for several comparisons with the same reference, the gravest first."""
    found: dict[tuple[str, str], list[Change | None]] = {}
    for k, comparison in enumerate(comparisons):
        for change in comparison.changes:
            found.setdefault((change.kind, change.subject), [None] * len(comparisons))[k] = change
    out = []
    for (kind, subject), changes in sorted(found.items(), key=lambda item: (list(KINDS).index(item[0][0]), item[0][1])):
        made = [c for c in changes if c is not None]
        cells = (made[0].then, *(SAME if c is None else c.now for c in changes))
        out.append(Row(kind, subject, cells, "; ".join(dict.fromkeys(c.note for c in made if c.note))))
    return out


def titles(comparisons: Sequence[Comparison], paths: Sequence[str]) -> list[str]:
    """For each certificate: its letter, path, metric, headline in brief."""
    certificates = [comparisons[0].reference, *(c.other for c in comparisons)]
    named = zip(letters(len(certificates)), paths, certificates, strict=True)
    return [f"{letter}  {path}: {c.metric}, {c.brief}" for letter, path, c in named]


def as_text(comparisons: Sequence[Comparison], paths: Sequence[str]) -> list[str]:
    """All lines, none longer than `WIDTH`.

    Parameters
    ----------
    comparisons : sequence of Comparison
        With one reference.
    paths : sequence of str
        Of the reference, and of the other of each comparison.
    """
    names = letters(len(paths))
    lines = [line for title in titles(comparisons, paths) for line in _fold(title, "", "   ")]
    lines.append("")
    for name, comparison in zip(names[1:], comparisons, strict=True):
        lines += _fold(f"{name} against {names[0]}: {comparison.summary}", "", "   ")
        lines += _fold(f"warning: {comparison.warning}", "   ", "      ") if comparison.warning else []
        lines += [line for caution in comparison.cautions for line in _fold(f"note: {caution}", "   ", "      ")]
    for start in range(0, len(comparisons), SIDE_BY_SIDE):
        block = comparisons[start : start + SIDE_BY_SIDE]
        lines += _table(rows_of(block), [names[0], *names[1 + start : 1 + start + len(block)]])
    return lines


def _table(rows: list[Row], heads: list[str]) -> list[str]:
    if not rows:
        return []
    widths = [_FIRST, *[(WIDTH - _FIRST) // len(heads)] * len(heads)]
    lines = ["", *_side_by_side(["", *heads], widths)]
    for kind, group in itertools.groupby(rows, key=lambda row: row.kind):
        lines.append(kind)
        for row in group:
            beside = len(row.subject) + 4 <= _FIRST
            lines += [] if beside else _fold(row.subject, "  ", "      ")
            lines += _side_by_side([f"  {row.subject}" if beside else "", *row.cells], widths)
            lines += _fold(row.note, "      ", "      ") if row.note else []
    return lines


def _side_by_side(cells: list[str], widths: list[int]) -> list[str]:
    """Cells beside each other, each folded within its column."""
    first, *others = cells
    folded = [textwrap.wrap(cell, width - 2) or [""] for cell, width in zip(others, widths[1:], strict=True)]
    parts = itertools.zip_longest([first], *folded, fillvalue="")
    return ["".join(f"{text:<{width}}" for text, width in zip(line, widths, strict=True)).rstrip() for line in parts]


def as_markdown(comparisons: Sequence[Comparison], paths: Sequence[str]) -> list[str]:
    """Short: the summary first, what was lost or warns as a table, the rest folded away; nothing of what stayed.

    Parameters
    ----------
    comparisons, paths
        As `as_text`.
    """
    names = letters(len(paths))
    summaries = [f"{name} against {names[0]}: {c.summary}" for name, c in zip(names[1:], comparisons, strict=True)]
    lines = [f"**metricsuite compare**: {marked('; '.join(summaries))}", ""]
    warnings = [(name, c.warning) for name, c in zip(names[1:], comparisons, strict=True) if c.warning]
    lines += [line for name, text in warnings for line in (f"Warning: {name}: {marked(text)}", "")]
    rows = rows_of(comparisons)
    grave = [row for row in rows if KINDS[row.kind][0] != NOTE]
    lines += [*_marked_table(grave, names), ""] if grave else []
    rest = [row for row in rows if KINDS[row.kind][0] == NOTE]
    lines += ["<details><summary>The certificates, and what else changed</summary>", ""]
    lines += [f"- {marked(title)}" for title in titles(comparisons, paths)]
    lines += [
        f"- {name}: {marked(caution)}" for name, c in zip(names[1:], comparisons, strict=True) for caution in c.cautions
    ]
    lines += ["", *_marked_table(rest, names)] if rest else []
    return [*lines, "", "</details>"]


def _marked_table(rows: list[Row], names: list[str]) -> list[str]:
    lines = [f"| | | {' | '.join(names)} |", f"|---|---|{'---|' * len(names)}"]
    for row in rows:
        subject = f"{row.subject}: {row.note}" if row.note else row.subject
        lines.append(f"| {' | '.join(marked(cell) for cell in (row.kind, subject, *row.cells))} |")
    return lines


def marked(text: str) -> str:
    """Text that Markdown leaves as it is, within a cell of a table."""
    for sign in "\\`*_[]|~":
        text = text.replace(sign, f"\\{sign}")
    return escape(" ".join(text.split()), quote=False).replace("@", "&#64;")  # nobody is called


def _fold(text: str, first: str, rest: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=rest, break_on_hyphens=False) or [""]
