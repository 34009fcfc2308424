"""HTML and SVG written safely: everything that is not markup already is escaped here, and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

# What HTML cannot hold, not even as a reference: control characters, halves of surrogate pairs, and non-characters
_FOREIGN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_VOID = {"meta", "img", "br", "input"}
_SHORT = {"path", "rect", "line", "circle", "image"}  # of SVG, which have no content

Value = str | int | float | bool | None


class Markup(str):
    """Text that is HTML already."""


def escaped(value: object) -> Markup:
    """Any text as HTML; markup as it is."""
    if isinstance(value, Markup):
        return value
    return Markup(escape(_FOREIGN.sub("\ufffd", str(value)), quote=True))


def element(name: str, /, *children: object, **attributes: Value) -> Markup:
    """An element with its children, one after another.

    Parameters
    ----------
    name : str
    *children
        Markup, or anything else as text.
    **attributes
        ``class_`` is class, ``data_v`` is data-v; None and False leave the attribute out, True gives its name alone.
    """
    parts = []
    for key, value in attributes.items():
        if value is None or value is False:
            continue
        key = key.rstrip("_").replace("_", "-")
        parts.append(f" {key}" if value is True else f' {key}="{escaped(value)}"')
    head = f"<{name}{''.join(parts)}"
    if name in _VOID:
        return Markup(f"{head}>")
    if name in _SHORT and not children:
        return Markup(f"{head}/>")
    return Markup(f"{head}>{joined(children)}</{name}>")


def joined(parts: Iterable[object], between: str = "") -> Markup:
    """Parts one after another, each escaped unless it is markup."""
    return Markup(escaped(between).join(escaped(p) for p in parts))
