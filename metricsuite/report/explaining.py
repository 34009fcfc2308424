"""``metricsuite explain``: what a property, a track, a criterion or a metric means, what excludes it, and who decides it."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import metricsuite
from metricsuite import criteria
from metricsuite.errors import CaseError, MetricNotFound
from metricsuite.properties import EXCLUDES, IMPLIES, LIMITS, PROPERTIES, TRACKS, Exclusion, Property, nearest
from metricsuite.registry import BUILTIN, ON_DEMAND, load_metric
from metricsuite.spec import MetricSpec, impossible

WIDTH = 100
CRITERIA = [name for name in criteria.__all__ if name != "Decision"]
_FIELD = {"axiom": "axioms", "invariant": "invariant_to", "sensitive": "sensitive_to"}
_RULE = (
    '"yes" where the whole interval lies beyond the threshold, "no" where the whole of it lies short, else "unclear"; bounds are '
    "one-sided 99 % bootstrap bounds over independent systems."
)
_ROUNDING = (
    "No interval: one counterexample decides, beyond rounding, max(1e-6, spec.tolerance) of the median distance."
)
_EXACT = ("identical", "symmetric", "triangular", "repeats")


@dataclass(frozen=True)
class Deciding:
    """A test that decides a property, ``file::test``, and the criteria that it calls, with what they are given beside distances."""

    property: str
    test: str
    criteria: tuple[str, ...]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Names, and folders of cases beside the suite's own."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help="a property, a track, a criterion or a metric; none: the whole vocabulary",
    )
    parser.add_argument(
        "--cases", action="append", default=[], type=Path, metavar="DIR", help="cases of your own, beside the suite's"
    )


def run(args: argparse.Namespace) -> int:
    """Print an entry for each name; 0."""
    print("\n\n".join(explained(args.names, args.cases)))
    return 0


def explained(names: Iterable[str], folders: Iterable[Path] = ()) -> list[str]:
    """One text a name, no line longer than `WIDTH`; the vocabulary where no name is given.

    Parameters
    ----------
    names : iterable of str
        Properties, tracks, criteria, and metrics as `load_metric` takes them.
    folders : iterable of paths
        Cases beside the suite's own.

    Raises
    ------
    MetricNotFound
        Nothing is called so (with the nearest).
    CaseError
        A folder that holds no cases, or a file that cannot be read.
    """
    folders = list(folders)
    for folder in folders:
        if not any(folder.glob("test_*.py")):
            raise CaseError(f"--cases {folder}: there is no test_*.py; needed a folder of cases.")
    own = {p.name: p for folder in folders for p in own_properties(folder)}
    known = PROPERTIES | own
    decided = [d for folder in [suites_cases(), *folders] for d in deciding_tests(folder)]
    names = list(names)
    if not names:
        return [_track(track, known) for track in TRACKS if any(p.track == track for p in known.values())]
    return [_explained(name, known, decided) for name in names]


def _explained(name: str, known: dict[str, Property], decided: list[Deciding]) -> str:
    if name in known:
        return _property(known[name], [d for d in decided if d.property == name])
    if name in TRACKS:
        return _track(name, known)
    if name in CRITERIA:
        users = {d.test.partition("::")[0] for d in decided if any(c.startswith(f"{name}(") for c in d.criteria)}
        return _criterion(name, sorted(users))
    try:
        metric = load_metric(name)
    except MetricNotFound as error:
        if any(sign in name for sign in ":(."):
            raise
        words = [*known, *TRACKS, *CRITERIA, *BUILTIN, *ON_DEMAND]
        near = nearest(name, words)
        hint = near if near.startswith("nearest") else "metricsuite explain, without a name, lists the vocabulary"
        raise MetricNotFound(f"nothing is called {name!r}; {hint}.") from error
    return _metric(metric.spec, metric.setting)


def deciding_tests(folder: Path) -> list[Deciding]:
    """What the case files of a folder say by ``@pytest.mark.decides(property)``: read, not run.

    Raises
    ------
    CaseError
        A file that is no Python.
    """
    out = []
    for path in sorted(folder.glob("test_*.py")):
        tree = _parsed(path)
        for test in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
            calls = [c for c in ast.walk(test) if isinstance(c, ast.Call) and ast.unparse(c.func) in CRITERIA]
            how = tuple(dict.fromkeys(map(_call, calls)))
            marks = [(m, c) for m in test.decorator_list for c in ast.walk(m) if isinstance(c, ast.Call)]
            for mark, call in marks:
                if ast.unparse(call.func) == "pytest.mark.decides" and call.args:
                    names = _values(call.args[0], mark, tree)
                    out += [Deciding(name, f"{path.stem}::{test.name}", how) for name in names]
    return out


def own_properties(folder: Path) -> list[Property]:
    """The properties that a folder's conftest.py writes down as literals, ``Property("my-lab/replay", "dynamics", ...)``."""
    path = folder / "conftest.py"
    calls = [c for c in ast.walk(_parsed(path)) if isinstance(c, ast.Call)] if path.is_file() else []
    own = [c for c in calls if ast.unparse(c.func).rpartition(".")[2] == "Property"]
    try:
        return [
            Property(*map(ast.literal_eval, c.args), **{str(k.arg): ast.literal_eval(k.value) for k in c.keywords})
            for c in own
        ]
    except (ValueError, TypeError) as error:
        raise CaseError(f"{path}: a Property cannot be read: {error}; needed literal arguments.") from error


def _parsed(path: Path) -> ast.Module:
    try:
        return ast.parse(path.read_text(encoding="utf-8"))
    except SyntaxError as error:
        raise CaseError(f"{path}: cannot be read: {error}.") from error


def _call(call: ast.Call) -> str:
    given = [ast.unparse(a) for a in call.args if isinstance(a, ast.Constant)]
    return f"{ast.unparse(call.func)}({', '.join(given + [ast.unparse(k) for k in call.keywords])})"


def _values(node: ast.expr, mark: ast.expr, tree: ast.Module) -> list[str]:
    """A literal, or what a name in a comprehension runs through: a literal of the file, or something that metricsuite exports."""
    if isinstance(node, ast.Constant):
        return [str(node.value)]
    runs = [g.iter for c in ast.walk(mark) if isinstance(c, ast.ListComp) for g in c.generators]
    through = {ast.unparse(r) for r in runs if isinstance(r, ast.Name)}
    for made in tree.body:
        if isinstance(made, ast.Assign) and through & {ast.unparse(t) for t in made.targets}:
            return list(ast.literal_eval(made.value))
        if isinstance(made, ast.ImportFrom) and (made.module or "").startswith("metricsuite"):
            for name in through & {alias.name for alias in made.names}:
                return list(getattr(import_module(str(made.module)), name))
    return []


def _property(entry: Property, decided: list[Deciding]) -> str:
    lines = _fold(f"{entry.name}: {entry.meaning}")
    what = [d for d in entry.directions if d in _FIELD]
    lines += _fold(f"track {entry.track}; source: {entry.source or 'none given'}", "  ")
    for direction in what:
        lines.append(f"  claimed so: {_FIELD[direction]}={{{json.dumps(entry.name)}}}")
    if not what:
        lines += _fold("part of the contract: held against every metric, claimed or not", "  ")
    lines += ["", "decided by"] if decided else ["", "no case decides it yet"]
    for d in decided:
        lines += _fold(f"{d.test}: {', '.join(d.criteria) or 'no criterion of metricsuite'}", "  ")
    sections: dict[str, list[str]] = {
        "what follows from what": [
            f"{' and '.join(i.invariances)}, so {i.implied}: {i.reason}"
            for i in IMPLIES
            if entry.name in (*i.invariances, i.implied)
        ],
        "cannot be claimed together": [
            _together(e) for e in EXCLUDES if entry.name in [value for _, value in e.claims]
        ],
        "no claim says so, but it cannot be seen by": [
            f"{limit.kind}: {limit.reason}." for limit in LIMITS if limit.property == entry.name
        ],
    }
    for head, items in sections.items():
        if items:
            lines += ["", head]
            lines += [line for item in items for line in _fold(item, "  ")]
    return "\n".join(lines)


def _together(exclusion: Exclusion) -> str:
    where = f" (in {exclusion.where}; its other tests escape)" if exclusion.where else ""
    return f"{exclusion.said}: {exclusion.reason}{where}"


def _track(track: str, known: dict[str, Property]) -> str:
    lines = _fold(f"{track}: {TRACKS[track]}")
    for entry in known.values():
        if entry.track == track:
            way = {"invariant": "=", "sensitive": "~"}
            sign = "".join(way.get(d, "") for d in entry.directions)
            lines += _fold(f"{entry.name + ' ':<22}{sign:<4}{entry.meaning}", "  ", " " * 28)
    return "\n".join(lines)


def _criterion(name: str, files: list[str]) -> str:
    criterion: Callable[..., Any] = getattr(criteria, name)
    doc = inspect.cleandoc(criterion.__doc__ or "")
    told, _, rest = doc.partition("\nParameters\n")
    parameters = rest.partition("\nReturns\n")[0].strip("-\n")
    defaults = {k: p.default for k, p in inspect.signature(criterion).parameters.items() if p.default is not p.empty}
    lines = _fold(f"{name}: {told.strip().split(chr(10) * 2)[0]}")
    for paragraph in told.strip().split("\n\n")[1:]:
        lines += ["", *_fold(paragraph, "  ", "  ")]
    lines += ["", *[f"  {line}".rstrip() for raw in parameters.splitlines() for line in _kept(raw)], ""]
    module = criterion.__module__.rpartition(".")[2]
    if name in _EXACT:
        lines += _fold(_ROUNDING, "  ", "  ")
    elif module != "contract":
        lines += _fold(_RULE, "  ", "  ")
    if defaults:
        lines += _fold(f"defaults: {', '.join(f'{k}={v}' for k, v in defaults.items())}", "  ")
    simulated = resources.files("metricsuite").joinpath("criteria", "error_rates.json").read_text(encoding="utf-8")
    rates = [row for row in json.loads(simulated) if row.get("criterion") == name]
    lines += ["", "simulated, in percent of seed sets" if rates else "error rates are not simulated"]
    if rates:
        lines.append(
            f"  {'seeds':>5}  {'threshold':>9}  {'truth':>5}  {'yes':>5}  {'no':>5}  {'unclear':>7}  {'of':>5}"
        )
    for row in rates:
        shares = [100 * row[word] / row["runs"] for word in ("yes", "no", "unclear")]
        note = "  (yes: false pass)" if row["truth"] == row["threshold"] else ""
        lines.append(
            f"  {row['blocks']:>5}  {row['threshold']:>9g}  {row['truth']:>5g}  {shares[0]:>5.1f}  {shares[1]:>5.1f}  "
            f"{shares[2]:>7.1f}  {row['runs']:>5}{note}"
        )
    lines += ["", *(_fold(f"used by {', '.join(files)}") if files else ["no case uses it"])]
    return "\n".join(lines)


def _kept(raw: str) -> list[str]:
    """A line of a docstring, its indent kept, folded where it is too long."""
    indent = " " * (len(raw) - len(raw.lstrip()))
    return textwrap.wrap(raw.strip(), WIDTH - 2, initial_indent=indent, subsequent_indent=indent) or [""]


def _metric(spec: MetricSpec, setting: dict[str, Any]) -> str:
    lines = _fold(f"{spec.name}: {spec.source or 'no source given'}")
    scope = [f"orientation {spec.orientation}", f"pairing {spec.pairing}", f"units {spec.units}"]
    scope += [f"min_samples {spec.min_samples}"] * bool(spec.min_samples)
    scope += [f"needs {', '.join(sorted(spec.needs))}"] * bool(spec.needs)
    scope += ["random"] * spec.random + [f"self_value {spec.self_value}"] * (spec.self_value != 0)
    scope += [f"tolerance {spec.tolerance:g}"] * bool(spec.tolerance)
    lines += _fold(f"scope: {', '.join(scope)}", "  ")
    if setting:
        lines += _fold(f"setting: {', '.join(f'{k} {v}' for k, v in setting.items())}", "  ")
    for which in _FIELD.values():
        claimed = getattr(spec, which)
        ordered = [n for n in PROPERTIES if n in claimed] + sorted(set(claimed) - set(PROPERTIES))
        lines += _fold(f"{which}: {', '.join(ordered) or 'nothing claimed'}", "  ")
    lines += ["", "cannot have, beside what it claims"]
    found = impossible(spec)
    for (name, direction), exclusion in found.items():
        where = f" (in {exclusion.where}; its other tests escape)" if exclusion.where else ""
        lines += _fold(f"{_FIELD[direction]} {name!r}, with {exclusion.said}: {exclusion.reason}{where}", "  ")
    if not found:
        lines.append("  nothing is ruled out")
    return "\n".join(lines)


def suites_cases() -> Path:
    """The suite's cases, in the package or beside it."""
    return next(p for p in (Path(folder, "cases") for folder in metricsuite.__path__) if p.is_dir())


def _fold(text: str, indent: str = "", hanging: str = "") -> list[str]:
    """Lines of at most `WIDTH`; what goes on is set in."""
    words = text.replace("\n", " ")
    return textwrap.wrap(
        words, WIDTH, initial_indent=indent, subsequent_indent=hanging or indent + "    ", break_on_hyphens=False
    )
