"""What stays as it is, so that a certificate can be cited and a waiver or a spec still means what it meant.

Promised:

- **Verdict ids**: ``test_ring_line/test_tells_a_ring_from_a_line[same-input]`` names the same question for good. None is renamed, and none
  is given to another question. One that is taken away is retired: it stays in ``verdict_ids.json`` with the release and the reason,
  and a waiver that still names it is told so.
- **Claims**: a new property is a measurement in the minor release that brings it and can be claimed from the next one on, so that its
  case is seen at work on everybody's metrics before anybody's certificate depends on it. What can be claimed is not taken away
  or given another meaning; a lab's own properties (``lab/name``) are the lab's affair.
- **Exit codes**: 0, 1, 2, 4 and 5, as README lists them.
- **The schema**: a certificate carries the version of its schema, and a later release still reads it.
- **Seeds**: within a minor release (0.1.0, 0.1.1, ...) every design is made from the same seeds by the same systems, so the same metric
  on the same machine keeps its verdicts.

May change with a minor release, under "changes verdicts" in the changelog:

- new cases, which bring new verdict ids; a metric that claims their property is then held against them too;
- how a case decides: its systems, its criterion, its threshold;
- the zoo of trained networks, which has a version of its own.

What a verdict says in words (its reason), its figures' last digits and how long it took are not promised. Nor is anything private.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Any

from metricsuite.properties import FIRST, Property
from metricsuite.version import __version__


def _minor(version: str) -> tuple[int, int]:
    major, minor = version.split(".")[:2]
    return int(major), int(minor)


def claimable(entry: Property) -> bool:
    """Whether a metric may claim `entry` in this release. The contract is held against all, so nobody claims it."""
    if entry.track == "contract":
        return False
    return "/" in entry.name or entry.since == FIRST or _minor(entry.since) < _minor(__version__)


def claimable_from(entry: Property) -> str:
    """The first release in which `entry` may be claimed: that of its arrival for those of the first one, else the next minor one."""
    major, minor = _minor(entry.since)
    return FIRST if entry.since == FIRST else f"{major}.{minor + 1}"


@functools.cache
def verdict_ids() -> dict[str, dict[str, Any]]:
    """Every verdict id that the suite ever promised: {"since": ...}, with "retired" and "why" where it is gone."""
    text = resources.files("metricsuite").joinpath("verdict_ids.json").read_text(encoding="utf-8")
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


def retired(verdict_id: str) -> str | None:
    """Why a verdict id is no longer among the suite's own: ``retired with metricsuite 0.2: ...``; None where it is, or never was."""
    entry = verdict_ids().get(verdict_id, {})
    return f"retired with metricsuite {entry['retired']}: {entry['why']}" if "retired" in entry else None
