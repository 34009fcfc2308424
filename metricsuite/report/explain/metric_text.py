"""A metric in words: its scope, setting and claims, and what these rule out."""

from __future__ import annotations

from typing import Any

from metricsuite.properties import PROPERTIES
from metricsuite.report.explain.folding import fold
from metricsuite.report.explain.property_text import FIELD, excluded
from metricsuite.spec import MetricSpec, impossible


def metric_text(spec: MetricSpec, setting: dict[str, Any]) -> str:
    """Everything that a metric states about itself."""
    lines = fold(f"{spec.name}: {spec.source or 'no source given'}")
    scope = [f"orientation {spec.orientation}", f"pairing {spec.pairing}", f"units {spec.units}"]
    scope += [f"min_samples {spec.min_samples}"] * bool(spec.min_samples)
    scope += [f"needs {', '.join(sorted(spec.needs))}"] * bool(spec.needs)
    scope += ["random"] * spec.random + [f"self_value {spec.self_value}"] * (spec.self_value != 0)
    scope += [f"tolerance {spec.tolerance:g}"] * bool(spec.tolerance)
    lines += fold(f"scope: {', '.join(scope)}", "  ")
    for word in ("same_as", "complexity"):
        if said := getattr(spec, word):
            lines += fold(f"{word}: {said}", "  ")
    if setting:
        lines += fold(f"setting: {', '.join(f'{k} {v}' for k, v in setting.items())}", "  ")
    for which in FIELD.values():
        claimed = getattr(spec, which)
        ordered = [n for n in PROPERTIES if n in claimed] + sorted(set(claimed) - set(PROPERTIES))
        lines += fold(f"{which}: {', '.join(ordered) or 'nothing claimed'}", "  ")
    lines += ["", "cannot have, beside what it claims"]
    found = impossible(spec)
    for (name, direction), exclusion in found.items():
        lines += fold(f"{FIELD[direction]} {name!r}, with {excluded(exclusion)}", "  ")
    if not found:
        lines.append("  nothing is ruled out")
    return "\n".join(lines)
