"""What case files say of themselves: which tests decide which property, by which criterion. They are read, not run."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from metricsuite import criteria
from metricsuite.errors import CaseError
from metricsuite.properties import Property

CRITERIA = [name for name in criteria.__all__ if name != "Decision"]


@dataclass(frozen=True)
class Deciding:
    """A test that decides a property, ``file::test``, its file, and the criteria that it calls, with what they are given beside distances."""

    property: str
    test: str
    criteria: tuple[str, ...]
    path: Path


def deciding_tests(folder: Path) -> list[Deciding]:
    """What the case files of a folder say by ``@pytest.mark.decides(property)``.

    Raises
    ------
    CaseError
        A file that is no Python.
    """
    return [d for path in sorted(folder.glob("test_*.py")) for d in _deciding(path, path.read_text(encoding="utf-8"))]


@lru_cache(maxsize=256)
def _deciding(path: Path, text: str) -> tuple[Deciding, ...]:
    tree, out = parsed(path, text), []
    for test in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        calls = [c for c in ast.walk(test) if isinstance(c, ast.Call) and ast.unparse(c.func) in CRITERIA]
        how = tuple(dict.fromkeys(map(_call, calls)))
        marks = [(m, c) for m in test.decorator_list for c in ast.walk(m) if isinstance(c, ast.Call)]
        for mark, call in marks:
            if ast.unparse(call.func) == "pytest.mark.decides" and call.args:
                names = _values(call.args[0], mark, tree)
                out += [Deciding(name, f"{path.stem}::{test.name}", how, path) for name in names]
    return tuple(out)


def own_properties(folder: Path) -> list[Property]:
    """The properties that a folder's conftest.py writes down as literals, ``Property("my-lab/replay", "dynamics", ...)``."""
    path = folder / "conftest.py"
    calls = [c for c in ast.walk(parsed(path)) if isinstance(c, ast.Call)] if path.is_file() else []
    own = [c for c in calls if ast.unparse(c.func).rpartition(".")[2] == "Property"]
    try:
        return [
            Property(*map(ast.literal_eval, c.args), **{str(k.arg): ast.literal_eval(k.value) for k in c.keywords})
            for c in own
        ]
    except (ValueError, TypeError) as error:
        raise CaseError(f"{path}: a Property cannot be read: {error}; needed literal arguments.") from error


def parsed(path: Path, text: str | None = None) -> ast.Module:
    """The file, or the text that was read from it, as a tree; `CaseError` where it is no Python."""
    try:
        return _tree(path.read_text(encoding="utf-8") if text is None else text)
    except SyntaxError as error:
        raise CaseError(f"{path}: cannot be read: {error}.") from error


@lru_cache(maxsize=256)
def _tree(text: str) -> ast.Module:
    return ast.parse(text)


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
