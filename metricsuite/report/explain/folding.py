"""Lines of at most `WIDTH` columns."""

from __future__ import annotations

import textwrap

WIDTH = 100


def fold(text: str, indent: str = "", hanging: str = "") -> list[str]:
    """One paragraph as lines; what goes on is set in."""
    return textwrap.wrap(
        text.replace("\n", " "), WIDTH, initial_indent=indent, subsequent_indent=hanging or indent + "    ",
        break_on_hyphens=False,
    )  # fmt: skip


def fold_line(raw: str) -> list[str]:
    """A line of a docstring, its indent kept, folded where it is too long."""
    indent = " " * (len(raw) - len(raw.lstrip()))
    return textwrap.wrap(raw.strip(), WIDTH - 2, initial_indent=indent, subsequent_indent=indent) or [""]
