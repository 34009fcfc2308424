"""A property in words: definition, source, who decides it and by which picture, what made it, theorems, common causes and cures."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

from metricsuite.certifying import own_cases
from metricsuite.properties import EXCLUDES, IMPLIES, LIMITS, TRACKS, Exclusion, Property
from metricsuite.report.explain.case_files import CRITERIA, Deciding
from metricsuite.report.explain.folding import fold
from metricsuite.report.explain.generators import generators_of, title_of
from metricsuite.report.explain.pictures import picture_of
from metricsuite.report.explain.remedies import Remedy, cures

FIELD = {"axiom": "axioms", "invariant": "invariant_to", "sensitive": "sensitive_to"}


def property_text(entry: Property, decided: list[Deciding]) -> str:
    """Everything about one property."""
    lines = fold(f"{entry.name}: {entry.meaning}")
    what = [d for d in entry.directions if d in FIELD]
    lines += fold(f"track {entry.track}; source: {entry.source or 'none given'}", "  ")
    for direction in what:
        how = 'same_as="cka"' if entry.name == "same-as" else f"{FIELD[direction]}={{{json.dumps(entry.name)}}}"
        lines.append(f"  claimed so: {how}")
    if not what:
        lines += fold("part of the contract: held against every metric, claimed or not", "  ")
    lines += ["", "decided by"] if decided else ["", "no case decides it yet"]
    for d in decided:
        lines += fold(f"{d.test}: {', '.join(d.criteria) or 'no criterion of metricsuite'}", "  ")
    sections = {
        "made by": _generators(decided),
        "seen in": _pictures(decided),
        "what follows from what": _bullets(
            f"{' and '.join(i.invariances)}, so {i.implied}: {i.reason}"
            for i in IMPLIES
            if entry.name in (*i.invariances, i.implied)
        ),
        "cannot be claimed together": _bullets(
            excluded(e) for e in EXCLUDES if entry.name in [value for _, value in e.claims]
        ),
        "no claim says so, but it cannot be seen by": _bullets(
            f"{limit.kind}: {limit.reason}." for limit in LIMITS if limit.property == entry.name
        ),
        "common causes and cures": _causes(entry),
    }
    for head, section in sections.items():
        if section:
            lines += ["", head, *section]
    return "\n".join(lines)


def excluded(exclusion: Exclusion) -> str:
    """Claims that no metric can keep together, why, and where that is so."""
    where = f" (in {exclusion.where}; its other tests escape)" if exclusion.where else ""
    return f"{exclusion.said}: {exclusion.reason}{where}"


def track_text(track: str, known: dict[str, Property]) -> str:
    """A track and its properties, a line each."""
    lines = fold(f"{track}: {TRACKS[track]}")
    for entry in known.values():
        if entry.track == track:
            way = {"invariant": "=", "sensitive": "~"}
            sign = "".join(way.get(d, "") for d in entry.directions)
            lines += fold(f"{entry.name + ' ':<22}{sign:<4}{entry.meaning}", "  ", " " * 28)
    return "\n".join(lines)


def _bullets(items: Iterable[str]) -> list[str]:
    return [line for item in items for line in fold(item, "  ")]


def _generators(decided: list[Deciding]) -> list[str]:
    """By case file: its title, and what makes each design."""
    lines = []
    for path in dict.fromkeys(d.path for d in decided):
        tests = [d.test.partition("::")[2] for d in decided if d.path == path]
        words = dict.fromkeys(g.in_words() for test in tests for g in generators_of(path, test))
        if words:
            lines += fold(f"{path.stem}: {title_of(path)}", "  ", "  ")
            lines += [line for text in words for line in fold(text, "    ")]
    return lines


def _pictures(decided: list[Deciding]) -> list[str]:
    """The commands that draw it, and what decides in the picture of each criterion."""
    files = list(dict.fromkeys(d.path for d in decided))
    lines = [f"  metricsuite show {show_name(path)}" for path in files]
    lines += ["  index.html beside the certificate (--certificate DIR)"] * bool(files)
    used = [name for name in CRITERIA if any(c.startswith(f"{name}(") for d in decided for c in d.criteria)]
    pictures: dict[str, list[str]] = {}
    for name in used:
        pictures.setdefault(picture_of(name), []).append(name)
    return lines + [line for text, names in pictures.items() for line in fold(f"{', '.join(names)}: {text}", "  ")]


def show_name(path: Path) -> str:
    """What ``metricsuite show`` takes for a case file: the name of one of the suite's, the path of any other."""
    return path.stem if path.parent == own_cases() else os.path.relpath(path)


def _causes(entry: Property) -> list[str]:
    several = len(entry.directions) > 1
    lines = []
    for remedy in cures(entry.name):
        lines += remedy_lines(remedy, f"claimed {FIELD[remedy.of]}: " if several else "")
    return lines


def remedy_lines(remedy: Remedy, when: str = "") -> list[str]:
    """A cause, and under it what to do."""
    return fold(f"- {when}{remedy.cause}", "  ", "    ") + fold(f"-> {remedy.cure}", "    ", "       ")
