"""The spec that the author of a profiled metric could paste: what was measured, written as claims."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from metricsuite.errors import SpecError
from metricsuite.properties import PROPERTIES
from metricsuite.spec import MetricSpec
from metricsuite.stability import claimable
from metricsuite.verdict import Verdict

_FIELD = {"axiom": "axioms", "invariant": "invariant_to", "sensitive": "sensitive_to"}


def suggested_spec(spec: MetricSpec, rows: Iterable[Verdict]) -> str:
    """``@metric(...)`` with every property that all its verdicts in scope answered with yes, or with no where the opposite held.

    Measured on the profile set of seeds; pasted, it is tested on the others. Claims that exclude each other are left out, with a note, and
    so is a ``same_as`` that was not kept; properties that are too new to be claimed, without one.
    """
    rows = list(rows)
    found = _claims(rows)
    if any("units='equal'" in r.reason for r in rows if r.status == "not applicable"):
        spec = replace(spec, units="equal")
    left_out: list[str] = []
    if spec.same_as and any(r.property == "same-as" and r.kind == "claim" and r.status != "kept" for r in rows):
        left_out += _comment(f"left out same_as={spec.same_as!r}: it was not kept")
        spec = replace(spec, same_as="", axioms=frozenset())
    while True:
        try:
            proposed = MetricSpec(**{**_scope(spec), **{f: frozenset(names) for f, names in found.items()}})
            break
        except SpecError as error:
            dropped = _drop(found, str(error))
            left_out += _comment(f"left out {dropped}: {error}")
    claimed = {f: getattr(proposed, f) - {"same-as"} for f in _FIELD.values()}  # which same_as claims
    shown = [line for f, names in claimed.items() if names for line in _set(f, names)]
    scope = [
        f"    {k}={{{', '.join(map(repr, sorted(v)))}}}," if isinstance(v, frozenset) else f"    {k}={v!r},"
        for k, v in _scope(spec).items()
        if k != "name" and v != MetricSpec.__dataclass_fields__[k].default
    ]
    head = f"measured on the profile set; to be held against it on the other seeds, paste above {spec.name}:"
    body = [
        *textwrap.wrap(head, 100),
        "",
        "from metricsuite import metric",
        "",
        "@metric(",
        f'    "{spec.name}",',
        *scope,
        *shown,
        '    source="...",',
        ")",
    ]
    if spec.turn is not None:
        left_out += _comment("turn= stays as it is in the present spec: add it")
    if not found["sensitive_to"]:
        left_out += _comment("no sensitivity was found: a metric without one is profiled, never certified")
    return "\n".join([*body, *left_out])


def _claims(rows: Iterable[Verdict]) -> dict[str, set[str]]:
    """Properties whose every verdict in scope says yes, by field of the spec."""
    found: dict[str, set[str]] = {f: set() for f in _FIELD.values()}
    inside = [r for r in rows if r.track != "contract" and not r.outside and r.status != "not applicable"]
    for name in sorted({r.property for r in inside}):
        own = [r for r in inside if r.property == name]
        held = {(r.status, r.direction) for r in own}
        new = name in PROPERTIES and not claimable(PROPERTIES[name])
        if len({d for _, d in held}) != 1 or new:
            continue
        direction = own[0].direction
        if {s for s, _ in held} <= {"yes", "kept"}:
            found[_FIELD[direction]].add(name)
        elif all(r.details.get("otherwise") == "yes" for r in own):
            found[_FIELD["sensitive" if direction == "invariant" else "invariant"]].add(name)
    return found


def _drop(found: dict[str, set[str]], message: str) -> str:
    """Give up one sensitivity, or else one invariance, that the refusal names: the one that it names last, which the others rule out."""
    for which in ("sensitive_to", "invariant_to", "axioms"):
        named = [name for name in found[which] if repr(name) in message]
        if named:
            name = max(named, key=lambda n: (message.index(repr(n)), n))
            found[which].remove(name)
            return name
    raise AssertionError(message)


def _scope(spec: MetricSpec) -> dict[str, Any]:
    return {
        k: getattr(spec, k)
        for k in (
            "name",
            "orientation",
            "pairing",
            "units",
            "min_samples",
            "needs",
            "random",
            "self_value",
            "tolerance",
            "same_as",
            "complexity",
        )
    }


def _set(field: str, names: Iterable[str]) -> list[str]:
    """``field={...},`` over as many lines as it takes."""
    ordered = [n for n in PROPERTIES if n in set(names)] + sorted(n for n in names if n not in PROPERTIES)
    text = f"{field}={{" + ", ".join(f'"{n}"' for n in ordered) + "},"
    return textwrap.wrap(
        text, 100, initial_indent="    ", subsequent_indent=" " * 8, break_long_words=False, break_on_hyphens=False
    )


def _comment(text: str) -> list[str]:
    return textwrap.wrap(text, 100, initial_indent="# ", subsequent_indent="#     ")
