"""What the pages of reports share: one look for light and dark screens, tables, and a file that is written whole or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from metricsuite.errors import CertificateError
from metricsuite.whole_files import write_whole

STYLE = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1b1b; --faint: #d5d5d5; --holds: #00684b; --fails: #a34700; --open: #555; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #16181c; --ink: #e6e6e6; --faint: #43474e; --holds: #4ec9a3; --fails: #f0974f; --open: #aaa; }
}
body { background: var(--paper); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h2 { font-size: 1.1rem; margin-top: 2.5rem; } img { max-width: 100%; height: auto; }
.scrolls { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; }
th, td { border-bottom: 1px solid var(--faint); padding: .2rem .6rem; text-align: left; vertical-align: top; font-variant-numeric: tabular-nums; }
.note { color: var(--open); font-size: .8rem; } .holds { color: var(--holds); } .fails { color: var(--fails); } .open { color: var(--open); }
@media print { .scrolls { overflow: visible; } th, td { overflow-wrap: anywhere; } table { width: 100%; } }
"""


def document(title: str, body: str) -> str:
    """A page that loads nothing from elsewhere.

    Parameters
    ----------
    title : str
        As text; it is escaped.
    body : str
        As HTML.
    """
    head = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, '
        f'initial-scale=1"><title>{escape(title)}</title><style>{STYLE}</style></head>'
    )
    return f"{head}<body><main>{body}</main></body></html>\n"


def html_rows(heads: Sequence[str], rows: Sequence[str]) -> str:
    """A table from heads (text) and the insides of its rows (HTML)."""
    top = "".join(f'<th scope="col">{escape(h)}</th>' for h in heads)
    return f'<div class="scrolls"><table><tr>{top}</tr>{"".join(f"<tr>{r}</tr>" for r in rows)}</table></div>'


def write_page(path: Path, text: str, option: str = "--page") -> None:
    """Write the page, whole or not at all.

    Raises
    ------
    CertificateError
        It cannot be written there.
    """
    try:
        write_whole(path, text)
    except OSError as error:
        raise CertificateError(
            f"{option} {path}: cannot be written: {error.strerror}. Name a file in a folder that exists."
        ) from error
