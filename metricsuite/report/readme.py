"""Text between two marks of a Markdown file: ``<!-- name -->`` and ``<!-- /name -->``. What stands there is generated, never typed."""

from __future__ import annotations

from metricsuite.errors import CaseError


def marks(name: str) -> tuple[str, str]:
    """``<!-- name -->`` and ``<!-- /name -->``."""
    return f"<!-- {name} -->", f"<!-- /{name} -->"


def between(text: str, name: str) -> str:
    """What stands between the marks of that name, without the line breaks next to them.

    Raises
    ------
    CaseError
        The marks are not there, in that order, once each.
    """
    return _parts(text, name)[1].strip("\n")


def placed(text: str, name: str, body: str) -> str:
    """The text with `body` between the marks of that name, each mark on a line of its own.

    Raises
    ------
    CaseError
        As `between`.
    """
    begin, end = marks(name)
    before, _, after = _parts(text, name)
    return f"{before}{begin}\n{body}\n{end}{after}"


def _parts(text: str, name: str) -> tuple[str, str, str]:
    begin, end = marks(name)
    before, begun, rest = text.partition(begin)
    inside, ended, after = rest.partition(end)
    if not begun or not ended or (text.count(begin), text.count(end)) != (1, 1):
        raise CaseError(
            f"marks: {text.count(begin)} of {begin} and {text.count(end)} of {end}; needed one of each, in that order."
        )
    return before, inside, after
