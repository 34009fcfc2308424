"""A comparison as one HTML page: what was lost first, nothing loaded from elsewhere, for light and dark screens."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from html import escape

from metricsuite.report.comparison import Comparison
from metricsuite.report.comparison_changes import KINDS, LOSS, WARNING
from metricsuite.report.comparison_text import SAME, Row, letters, rows_of, titles
from metricsuite.report.page_parts import document, html_rows

_HEADS = {LOSS: "Lost", WARNING: "Warnings"}
_CLASSES = {LOSS: "fails", WARNING: "open"}


def comparison_page(comparisons: Sequence[Comparison], paths: Sequence[str]) -> str:
    """The page as text.

    Parameters
    ----------
    comparisons, paths
        As `metricsuite.report.comparison_text.as_text`.
    """
    names = letters(len(paths))
    items = "".join(f"<li>{escape(title)}</li>" for title in titles(comparisons, paths))
    parts = [f"<h1>Certificates compared</h1><p>{names[0]} is the reference.</p><ul>{items}</ul>"]
    for name, comparison in zip(names[1:], comparisons, strict=True):
        look = "fails" if comparison.fails() else "holds"
        parts.append(f'<p class="{look}">{name} against {names[0]}: {escape(comparison.summary)}</p>')
        parts += [f'<p class="open">Warning: {escape(comparison.warning)}</p>'] if comparison.warning else []
        parts += [f'<p class="note">{escape(caution)}</p>' for caution in comparison.cautions]
    rows = rows_of(comparisons)
    for weight, group in itertools.groupby(rows, key=lambda row: KINDS[row.kind][0]):
        cells = [_cells(row, _CLASSES.get(weight, "")) for row in group]
        head = _HEADS.get(weight, "What else changed")
        parts.append(f"<section><h2>{head}</h2>{html_rows(['change', 'of', *names], cells)}</section>")
    return document("metricsuite: certificates compared", "".join(parts))


def _cells(row: Row, look: str) -> str:
    subject = escape(row.subject) + (f'<div class="note">{escape(row.note)}</div>' if row.note else "")
    first, *others = row.cells
    looks = ["open" if cell == SAME else look for cell in others]
    marked = "".join(f'<td class="{one}">{escape(cell)}</td>' for one, cell in zip(looks, others, strict=True))
    return f"<td>{escape(row.kind)}</td><td>{subject}</td><td>{escape(first)}</td>{marked}"
