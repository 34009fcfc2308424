"""What a test's design is made of: its fixture, and the functions of metricsuite that this calls. Case files are read, not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from metricsuite.report.explain.case_files import parsed

DESIGNS = ("Contrast", "Orbit", "Sweep")
_ROOMS = ("metricsuite.systems", "metricsuite.networks", "metricsuite.transformations")
Scope = Mapping[str, list[ast.AST]]


@dataclass(frozen=True)
class Generator:
    """What makes the design of a test.

    `fixture` is its name, `kinds` which of `DESIGNS` it makes, `functions` are those of metricsuite that it calls, in full, and
    `parameters` what it is made for: values by the name of the fixture that runs through them.
    """

    fixture: str
    kinds: tuple[str, ...]
    functions: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]

    def in_words(self) -> str:
        """``ring_and_line: Contrast of lines, rings (metricsuite.systems); for same-input, own-input``."""
        homes: dict[str, list[str]] = {}
        for function in self.functions:
            home, _, name = function.rpartition(".")
            homes.setdefault(home, []).append(name)
        made = "; ".join(f"{', '.join(names)} ({home})" for home, names in homes.items())
        text = f"{self.fixture}: {' and '.join(self.kinds) or 'made'} of {made or 'what the file itself makes'}"
        runs = [f"{'' if name == self.fixture else name + ' '}{values}" for name, values in self.parameters]
        return text + (f"; for {'; '.join(runs)}" if runs else "")


def title_of(path: Path) -> str:
    """The first paragraph of a case file's docstring."""
    return " ".join((ast.get_docstring(parsed(path)) or "").partition("\n\n")[0].split())


def generators_of(path: Path, test: str) -> list[Generator]:
    """One for each fixture of the file that a test takes."""
    tree = parsed(path)
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    taken = [arg.arg for arg in functions[test].args.args if _is_fixture(functions.get(arg.arg))]
    return [_generator(name, tree, functions, _key(name, functions[test])) for name in taken]


def _generator(name: str, tree: ast.Module, functions: Mapping[str, ast.FunctionDef], key: object) -> Generator:
    imported = _imported(tree)
    everywhere: Scope = _scope(tree)
    used: list[str] = []
    parameters: dict[str, str] = {}
    seen: set[int] = set()

    def follow(node: ast.AST, scope: Scope) -> None:
        """Everything that `node` names: nearest first, then in the file, then what is imported."""
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, ast.FunctionDef):
            scope = {**scope, **_scope(node)}
            for arg in node.args.args:
                if arg.arg in functions and _is_fixture(functions[arg.arg]):
                    take(arg.arg)
        for part in _names(node):
            base = part.value.id if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) else ""
            word = part.id if isinstance(part, ast.Name) else base
            if isinstance(part, ast.Name) and word in scope:
                for made in scope[word]:
                    follow(made, scope)
            elif word in imported and word not in scope:
                used.append(f"{imported[word]}.{part.attr}" if isinstance(part, ast.Attribute) else imported[word])

    def take(fixture: str, key: object = None) -> None:
        function = functions[fixture]
        if values := _parameters(function):
            parameters[fixture] = values
        chosen = _entry(function, key)
        follow(function if chosen is None else chosen, {**everywhere, **_scope(function)})

    take(name, key)
    kinds = dict.fromkeys(
        kind for u in used for kind in DESIGNS if u in (f"metricsuite.{kind}", f"metricsuite.designs.{kind}")
    )
    made = dict.fromkeys(u for u in used if u.startswith(tuple(f"{room}." for room in _ROOMS)))
    calls = sorted(u for u in made if not u.rpartition(".")[2].isupper())
    return Generator(name, tuple(kinds), tuple(calls), tuple(parameters.items()))


def _is_fixture(node: ast.FunctionDef | None) -> bool:
    return node is not None and any("pytest.fixture" in ast.unparse(d) for d in node.decorator_list)


def _imported(tree: ast.Module) -> dict[str, str]:
    """What a name of the file stands for, in full."""
    froms = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    return {alias.asname or alias.name: f"{node.module}.{alias.name}" for node in froms for alias in node.names}


def _scope(node: ast.Module | ast.FunctionDef) -> dict[str, list[ast.AST]]:
    """What a module or function makes under a name: functions and assigned values."""
    out: dict[str, list[ast.AST]] = {}
    for made in node.body:
        if isinstance(made, ast.FunctionDef):
            out.setdefault(made.name, []).append(made)
        if isinstance(made, ast.Assign):
            for target in [t for goal in made.targets for t in ast.walk(goal) if isinstance(t, ast.Name)]:
                out.setdefault(target.id, []).append(made.value)
    return out


def _names(node: ast.AST) -> Iterator[ast.Name | ast.Attribute]:
    """Names that are read, and attributes of names, in the order of the text."""
    found = [n for n in ast.walk(node) if isinstance(n, ast.Name | ast.Attribute) and isinstance(n.ctx, ast.Load)]
    yield from sorted(found, key=lambda n: (n.lineno, n.col_offset))


def _parameters(function: ast.FunctionDef) -> str:
    """``params`` of a fixture, by their ids where these are written down."""
    for decorator in function.decorator_list:
        given = {k.arg: k.value for k in decorator.keywords} if isinstance(decorator, ast.Call) else {}
        if params := given.get("params"):
            named = _literal(given["ids"]) if "ids" in given else []
            return ", ".join(map(str, named or _named(params) or _literal(params))) or ast.unparse(params)
    return ""


def _named(params: ast.expr) -> list[str]:
    """The entries of a written list in which ``pytest.param(..., id=...)`` stands."""
    entries = params.elts if isinstance(params, ast.List | ast.Tuple) else []
    return list(map(_entry_name, entries)) if any(isinstance(e, ast.Call) for e in entries) else []


def _entry_name(entry: ast.expr) -> str:
    if not isinstance(entry, ast.Call):
        return ast.unparse(entry).strip("'")
    ids = [k.value.value for k in entry.keywords if k.arg == "id" and isinstance(k.value, ast.Constant)]
    return str(ids[0]) if ids else "-".join(ast.unparse(a).strip("'") for a in entry.args)


def _literal(node: ast.expr) -> list[object]:
    try:
        return list(ast.literal_eval(node))
    except (ValueError, TypeError):
        return []


def _key(fixture: str, test: ast.FunctionDef) -> object:
    """Which entry of its fixture a test uses, where it is one: ``trapped["outlier"]``."""
    taken = [n.slice for n in ast.walk(test) if isinstance(n, ast.Subscript) and ast.unparse(n.value) == fixture]
    keys = {node.value for node in taken if isinstance(node, ast.Constant)}
    return keys.pop() if len(taken) == 1 and keys else None


def _entry(function: ast.FunctionDef, key: object) -> ast.expr | None:
    """What a fixture that returns a dictionary holds under a key."""
    returned = [n.value for n in function.body if isinstance(n, ast.Return) and isinstance(n.value, ast.Dict)]
    for table in returned:
        for name, value in zip(table.keys, table.values, strict=True):
            if key is not None and isinstance(name, ast.Constant) and name.value == key:
                return value
    return None
