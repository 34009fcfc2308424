"""``metricsuite list``: what there is, one a line and names first, so that it can be grepped; an overview where nothing is named.

metricsuite list                       an overview
metricsuite list properties | grep noise
"""

from __future__ import annotations

import argparse
import ast
import inspect
import textwrap
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from metricsuite import criteria
from metricsuite.builtin import BUILTIN, ON_DEMAND
from metricsuite.certifying import own_cases
from metricsuite.errors import CaseError
from metricsuite.properties import PROPERTIES, TRACKS, Property
from metricsuite.registry import GROUP
from metricsuite.report.explaining import CRITERIA, deciding_tests, own_properties

WIDTH = 100
_SIGNS = {"invariant": "=", "sensitive": "~"}


@dataclass(frozen=True)
class Entry:
    """A line: the name, what stands in columns behind it, and the group of an overview that it belongs to."""

    name: str
    columns: tuple[str, ...]
    group: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to list, and folders of cases beside the suite's own."""
    parser.add_argument("what", nargs="?", choices=list(LISTS), help="none: a short overview of each")
    parser.add_argument(
        "--cases", action="append", default=[], type=Path, metavar="DIR", help="cases of your own, beside the suite's"
    )


def run(args: argparse.Namespace) -> int:
    """Print it; 0."""
    for folder in args.cases:
        if not any(folder.glob("test_*.py")):
            raise CaseError(f"--cases {folder}: there is no test_*.py; needed a folder of cases.")
    if args.what:
        print("\n".join(in_columns(list(LISTS[args.what](args.cases)))))
    else:
        print("\n".join(overview(args.cases)))
    return 0


def in_columns(entries: Sequence[Entry]) -> list[str]:
    """A line for each entry, however long the last column is."""
    rows = [(entry.name, *entry.columns) for entry in entries]
    widths = [max(map(len, column)) + 2 for column in zip(*rows, strict=True)]
    return ["".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def overview(folders: Sequence[Path] = ()) -> list[str]:
    """The names alone, by group, no line longer than `WIDTH`."""
    lines: list[str] = []
    for what, entries_of in LISTS.items():
        entries = list(entries_of(folders))
        lines.append(f"{what} ({len(entries)})")
        for group in dict.fromkeys(entry.group for entry in entries):
            names = ", ".join(entry.name for entry in entries if entry.group == group)
            text = f"{group}: {names}" if group else names
            lines += textwrap.wrap(
                text,
                WIDTH,
                initial_indent="  ",
                subsequent_indent="    ",
                break_on_hyphens=False,
                break_long_words=False,
            )
    return [*lines, "metricsuite list WHAT says more of each; metricsuite explain NAME all there is to say."]


def _metrics(folders: Sequence[Path]) -> Iterator[Entry]:
    """Nothing is imported: a plugin that is broken is listed all the same."""
    for name, where in BUILTIN.items():
        yield Entry(name, ("built in", where), "built in")
    for name, where in ON_DEMAND.items():
        yield Entry(name, ("on demand", where), "built in, on demand")
    for point in sorted(metadata.entry_points(group=GROUP), key=lambda p: p.name):
        owner = f"{point.dist.name} {point.dist.version}" if point.dist else "no distribution"
        yield Entry(point.name, (owner, point.value), "installed")


def _properties(folders: Sequence[Path]) -> Iterator[Entry]:
    own = [entry for folder in folders for entry in own_properties(folder)]
    for track in TRACKS:
        for entry in [*PROPERTIES.values(), *own]:
            if entry.track == track:
                yield Entry(entry.name, (track, _sign(entry), entry.meaning), track)


def _sign(entry: Property) -> str:
    """``=`` where it can be claimed as an invariance, ``~`` as a sensitivity."""
    return "".join(_SIGNS.get(direction, "") for direction in entry.directions)


def _criteria(folders: Sequence[Path]) -> Iterator[Entry]:
    for name in CRITERIA:
        told = inspect.cleandoc(getattr(criteria, name).__doc__ or "").split("\n")[0]
        yield Entry(name, (told,))


def _cases(folders: Sequence[Path]) -> Iterator[Entry]:
    for folder in [own_cases(), *folders]:
        decided: dict[str, list[str]] = {}
        for test in deciding_tests(folder):
            decided.setdefault(test.test.partition("::")[0], []).append(test.property)
        for stem, names in decided.items():
            title = (ast.get_docstring(ast.parse((folder / f"{stem}.py").read_text(encoding="utf-8"))) or "").split(
                "\n"
            )[0]
            yield Entry(stem, (title, ", ".join(dict.fromkeys(names))), "" if folder == own_cases() else str(folder))


def _tracks(folders: Sequence[Path]) -> Iterator[Entry]:
    for track, meaning in TRACKS.items():
        yield Entry(track, (f"{sum(p.track == track for p in PROPERTIES.values())} properties", meaning))


LISTS: dict[str, Callable[[Sequence[Path]], Iterator[Entry]]] = {
    "metrics": _metrics,
    "properties": _properties,
    "criteria": _criteria,
    "cases": _cases,
    "tracks": _tracks,
}
