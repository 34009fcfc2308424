"""The replication as one HTML page: every statement with its lines and a picture, nothing loaded from elsewhere, for light and dark screens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from metricsuite.report.page_parts import document, html_rows
from metricsuite.report.page_parts import write_page as write_page
from metricsuite.report.replicate import network_pictures
from metricsuite.report.replicate.pictures import Picture, differences
from metricsuite.report.replicate.statistics import FAILS, HOLDS, UNDECIDED
from metricsuite.report.replicate.table import TITLE, Block, Grid

CLASSES = {HOLDS: "holds", FAILS: "fails", UNDECIDED: "open"}


def page_of(
    blocks: Sequence[Block], grids: Sequence[Grid], notes: Sequence[str], found: Mapping[str, Any] | None
) -> str:
    """The page as text.

    Parameters
    ----------
    blocks : sequence of Block
    grids : sequence of Grid
    notes : sequence of str
    found : mapping, optional
        What `network_design.remake` found.

    Raises
    ------
    PlotsMissing
        matplotlib is not installed.
    """
    parts = [f"<h1>Replication</h1><p>{escape(TITLE)}</p>", _summary(blocks)]
    for k, block in enumerate(blocks):
        parts.append(f'<section id="s{k}"><h2>{escape(block.statement)}</h2>{_block_table(block)}')
        drawn = differences(block)
        parts.append((_image(drawn) if drawn else "") + "</section>")
    parts += [f"<section><h2>{escape(grid.title)}</h2>{_table(grid.heads, grid.cells)}</section>" for grid in grids]
    if found is not None:
        parts += _network_sections(found)
    parts.append("<section><h2>How it was done</h2>" + "".join(f"<p>{escape(n)}</p>" for n in notes) + "</section>")
    return document("metricsuite: replication", "".join(parts))


def _summary(blocks: Sequence[Block]) -> str:
    rows = "".join(
        f'<tr><td><a href="#s{k}">{escape(block.statement)}</a></td><td>{_published(block)}</td>'
        f"<td>{_words(block, 'published design')}</td><td>{_words(block, 'strict')}</td></tr>"
        for k, block in enumerate(blocks)
    )
    heads = "".join(
        f'<th scope="col">{h}</th>' for h in ("statement", "published", "published design, ours", "strict, ours")
    )
    return f'<div class="scrolls"><table><tr>{heads}</tr>{rows}</table></div>'


def _published(block: Block) -> str:
    line = block.lines[0]
    if line.first is None or line.second is None:
        return escape(line.note)
    first, second = (escape(block.heads[k]) for k in (2, 3))
    return f"{first} {line.first:g}, {second} {line.second:g}"


def _words(block: Block, design: str) -> str:
    """The words of a design's lines, the most frequent first; the metrics beside DSA are not counted."""
    words = Counter(line.word for line in block.lines if line.design == design and line.word)
    one = sum(words.values()) == 1
    return ", ".join(_word(w, "" if one else f" ({n})") for w, n in words.most_common()) or "not measured"


def _word(word: str, more: str = "") -> str:
    return f'<span class="{CLASSES.get(word, "open")}">{escape(word + more)}</span>'


def _block_table(block: Block) -> str:
    rows = []
    for line in block.lines:
        *cells, word = line.cells()
        note = f'<div class="note">{escape(line.note)}</div>' if line.note else ""
        cells = [escape(c) for c in cells]
        cells[1] += note
        rows.append("".join(f"<td>{c}</td>" for c in [*cells, _word(word) if word else ""]))
    return html_rows(block.heads, rows)


def _table(heads: Sequence[str], cells: Sequence[Sequence[str]]) -> str:
    return html_rows(heads, ["".join(f"<td>{escape(c)}</td>" for c in row) for row in cells])


def _image(one: Picture) -> str:
    return (
        f'<picture><source media="(prefers-color-scheme: dark)" srcset="{one.dark}">'
        f'<img src="{one.light}" alt="{escape(one.alt, quote=True)}"></picture>'
    )


def _network_sections(found: Mapping[str, Any]) -> list[str]:
    p = network_pictures
    parts = ["<section><h2>Networks after learning: distance to masters</h2>"]
    for design, words in (("published", "the published design"), ("strict", "the strict design, same trials")):
        for mamba in (False, True):
            parts.append(
                f"<h3>{'Mamba' if mamba else 'RNN and GRU'}, {words}</h3>{_image(p.after_learning(found, design, mamba))}"
            )
    parts.append("</section><section><h2>Networks over learning: distance to the master's matched checkpoint</h2>")
    for design, words in (("published", "The published design"), ("strict", "The strict design, same trials")):
        if found["learning"]["dsa"][design]:
            parts.append(f"<h3>{words}</h3>{_image(p.over_learning(found, design))}")
    parts.append("</section>")
    for role in found["matrices"]:
        for what, heats in (
            (
                f"All groups with one another, by {p.NAMES[role]} (dark is 0, bright the largest of a matrix)",
                p.group_heats(found, role),
            ),
            (
                f"Groups of two architectures, by {p.NAMES[role]} (dark is 0, bright the largest of a matrix)",
                p.across_heats(found, role),
            ),
        ):
            grids = [p.heat_grid(heat) for row in heats for heat in row]
            tables = "".join(f"<h3>{escape(g.title)}</h3>{_table(g.heads, g.cells)}" for g in grids)
            if grids:
                parts.append(
                    f"<section><h2>{escape(what)}</h2>{_image(p.heat_picture(heats, what))}"
                    f"<details><summary>The numbers</summary>{tables}</details></section>"
                )
    return parts
