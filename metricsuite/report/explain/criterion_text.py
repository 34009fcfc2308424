"""A criterion in words: its formula, how its interval is made, simulated error rates, its picture, common causes and cures."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

from metricsuite import criteria
from metricsuite.criteria import resampling
from metricsuite.report.explain.folding import fold, fold_line
from metricsuite.report.explain.pictures import picture_of
from metricsuite.report.explain.property_text import remedy_lines
from metricsuite.report.explain.remedies import criterion_cures

_RULE = (
    '"yes" where the whole interval lies beyond the threshold, "no" where the whole of it lies short, else "unclear"; bounds are '
    "one-sided 99 % bootstrap bounds over independent systems."
)
_ROUNDING = (
    "No interval: one counterexample decides, beyond rounding, max(1e-6, spec.tolerance) of the median distance."
)
_EXACT = ("equals", "identical", "symmetric", "triangular", "repeats")
_ANSWERS = {"no": 'where it says "no"', "unclear": 'where it says "unclear"'}


def criterion_text(name: str, files: list[str]) -> str:
    """Everything about one criterion; `files` are the cases that use it."""
    criterion: Callable[..., Any] = getattr(criteria, name)
    doc = inspect.cleandoc(criterion.__doc__ or "")
    told, _, rest = doc.partition("\nParameters\n")
    parameters = rest.partition("\nReturns\n")[0].strip("-\n")
    notes = rest.partition("\nNotes\n")[2].partition("\nRaises\n")[0].strip("-\n")
    lines = fold(f"{name}: {told.strip().split(chr(10) * 2)[0]}")
    for paragraph in [*told.strip().split("\n\n")[1:], *filter(None, notes.split("\n\n"))]:
        lines += ["", *fold(paragraph, "  ", "  ")]
    lines += ["", *[f"  {line}".rstrip() for raw in parameters.splitlines() for line in fold_line(raw)], ""]
    lines += _interval(name, criterion)
    defaults = {k: p.default for k, p in inspect.signature(criterion).parameters.items() if p.default is not p.empty}
    if defaults:
        lines += fold(f"defaults: {', '.join(f'{k}={v}' for k, v in defaults.items())}", "  ")
    lines += ["", *_rates(name), "", "seen in (metricsuite show CASE)", *fold(picture_of(name), "  ", "  ")]
    lines += ["", "common causes and cures"]
    for remedy in criterion_cures(name):
        lines += remedy_lines(remedy, f"{_ANSWERS[remedy.of]}: ")
    lines += ["", *(fold(f"used by {', '.join(files)}") if files else ["no case uses it"])]
    return "\n".join(lines)


def _interval(name: str, criterion: Callable[..., Any]) -> list[str]:
    """How it is decided, and what the bounds are: the words of the functions of `resampling` that it calls."""
    if name in _EXACT:
        return fold(_ROUNDING, "  ", "  ")
    if criterion.__module__.endswith(".contract"):
        return []
    called = [n.id for n in ast.walk(ast.parse(inspect.getsource(criterion))) if isinstance(n, ast.Name)]
    bounds = [b for b in dict.fromkeys(called) if b.endswith("_bounds") and hasattr(resampling, b)]
    lines = fold(_RULE, "  ", "  ")
    for bound in bounds:
        doc = inspect.getdoc(getattr(resampling, bound)) or ""
        lines += fold(f"Its interval: {doc.split(chr(10) * 2)[0]}", "  ", "  ")
    return lines


def _rates(name: str) -> list[str]:
    simulated = resources.files("metricsuite").joinpath("criteria", "error_rates.json").read_text(encoding="utf-8")
    rates = [row for row in json.loads(simulated) if row.get("criterion") == name]
    if not rates:
        return ["error rates are not simulated"]
    lines = ["simulated, in percent of seed sets"]
    lines.append(f"  {'seeds':>5}  {'threshold':>9}  {'truth':>5}  {'yes':>5}  {'no':>5}  {'unclear':>7}  {'of':>5}")
    for row in rates:
        shares = [100 * row[word] / row["runs"] for word in ("yes", "no", "unclear")]
        note = "  (yes: false pass)" if row["truth"] == row["threshold"] else ""
        lines.append(
            f"  {row['blocks']:>5}  {row['threshold']:>9g}  {row['truth']:>5g}  {shares[0]:>5.1f}  {shares[1]:>5.1f}  "
            f"{shares[2]:>7.1f}  {row['runs']:>5}{note}"
        )
    return lines
