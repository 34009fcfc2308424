"""Why metrics fail, and what to do: `cures` of a property, `criterion_cures` of a criterion. A leaf; the data are in causes.toml."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class Remedy:
    """One common cause, and what to do about it.

    `of` is the direction of the claim that fails for this cause ("invariant", "sensitive", "axiom", "contract"), or the answer of
    the criterion that it explains ("no", "unclear").
    """

    of: str
    cause: str
    cure: str


def cures(property_name: str, direction: str = "") -> list[Remedy]:
    """Common causes why a claim of a property is broken, with their cures; of one direction, where it is given.

    None for a property that the suite does not know.
    """
    return _listed("property", property_name, direction)


def criterion_cures(name: str) -> list[Remedy]:
    """Common causes why a criterion answers "no" or "unclear", with what to do about it."""
    return _listed("criterion", name)


def _listed(kind: str, name: str, of: str = "") -> list[Remedy]:
    groups = causes()[kind].get(name, {})
    return [Remedy(group, *pair) for group, pairs in groups.items() if of in ("", group) for pair in pairs]


@cache
def causes() -> dict[str, dict[str, dict[str, Any]]]:
    """The whole table: kind ("property", "criterion"), name, direction or answer, and [cause, cure] each."""
    text = resources.files("metricsuite").joinpath("report", "explain", "causes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
