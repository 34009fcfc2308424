"""``metricsuite new metric NAME`` and ``metricsuite new case NAME``: a working, tested starting point in a folder of its own.

What is written stands in `templates`, as `string.Template` files: ``$name`` as given, ``$module`` and ``$type`` the Python names made
from it. Nothing that is there already is overwritten.
"""

from __future__ import annotations

import argparse
import importlib.util
import keyword
import re
import sys
from importlib import resources
from pathlib import Path
from string import Template

from metricsuite.builtin import BUILTIN, ON_DEMAND
from metricsuite.certifying import own_cases
from metricsuite.errors import MetricsuiteError


class NewError(MetricsuiteError, ValueError):
    """A name that cannot be used, or a folder in which something is already."""


FILES = {  # kind: {where it goes: its template}
    "metric": {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        "src/$module/__init__.py": "metric.py",
        "tests/test_$module.py": "test_metric.py",
        ".github/workflows/metricsuite.yml": "workflow.yml",
    },
    "case": {
        "pyproject.toml": "pyproject.toml",
        "README.md": "README.md",
        "cases/conftest.py": "conftest.py",
        "cases/test_$module.py": "case.py",
        "tests/told_and_blind.py": "told_and_blind.py",
        "tests/test_cases.py": "test_cases.py",
    },
}
NEXT = {
    "metric": (
        "cd $folder && python -m pip install -e . && pytest",
        "pytest --pyargs metricsuite.cases --metric $name --certificate certificates    # some minutes",
        "put your own metric into src/$module/__init__.py, and what it claims into its spec",
    ),
    "case": (
        "cd $folder && pytest",
        "pytest cases --metric procrustes --metric tests/told_and_blind.py:Told",
        "put systems of your own into cases/test_$module.py, and what they decide into cases/conftest.py",
    ),
}
_IN_THE_WAY = (
    "{folder} is there already, and {what}; nothing was written. Choose another name or --directory, or move it away."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What to write, what it is called, where it goes."""
    parser.add_argument(
        "kind", choices=tuple(FILES), help="metric: a package with a spec, tests and CI; case: a folder of cases"
    )
    parser.add_argument("name", metavar="NAME", help="letters, digits, - and _; also the name of the folder")
    parser.add_argument(
        "--directory", type=Path, default=Path(), metavar="DIR", help="where the folder NAME is made (here)"
    )


def run(args: argparse.Namespace) -> int:
    """Write the folder, and print what to do next; 0."""
    folder = write_start(args.kind, args.name, args.directory)
    names = names_of(args.kind, args.name) | {"folder": str(folder)}
    print(f"{folder}: a {args.kind} to start from, {len(FILES[args.kind])} files. Next:")
    for number, line in enumerate(NEXT[args.kind], start=1):
        print(f"  {number}. {Template(line).substitute(names)}")
    return 0


def write_start(kind: str, name: str, directory: Path) -> Path:
    """Write the starting point into ``directory / name``, and return that folder.

    Parameters
    ----------
    kind : {"metric", "case"}
    name : str
        Letters, digits, ``-`` and ``_``.
    directory : Path
        Made where it is missing.

    Raises
    ------
    NewError
        A name that cannot be used, something in the way, or a folder that cannot be written.
    """
    names = names_of(kind, name)
    folder = directory / name
    if folder.is_dir() and (there := sorted(p.name for p in folder.iterdir())):
        raise NewError(_IN_THE_WAY.format(folder=folder, what=f"holds {_some(there)}"))
    if folder.exists() and not folder.is_dir():
        raise NewError(_IN_THE_WAY.format(folder=folder, what="is a file"))
    templates = resources.files("metricsuite") / "new" / "templates" / kind
    try:
        for where, template in FILES[kind].items():
            path = folder / Template(where).substitute(names)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = (templates / f"{template}.template").read_text(encoding="utf-8")
            path.write_text(Template(text).substitute(names), encoding="utf-8")
    except OSError as error:
        raise NewError(f"{folder} cannot be written: {error}. Choose another --directory.") from error
    return folder


def names_of(kind: str, name: str) -> dict[str, str]:
    """``name`` as given, and the Python names made from it: ``module`` for files and packages, ``type`` for the class.

    Raises
    ------
    NewError
        It makes no Python name, or a metric, a module or a file of cases is called so already.
    """
    if not re.fullmatch(r"[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?", name):
        raise NewError(
            f"{name!r} given; needed a letter, then letters, digits, - and _, a letter or digit last (it names a folder, a package "
            "and a column)."
        )
    module = name.replace("-", "_").lower()
    made = "".join(part[:1].upper() + part[1:] for part in re.split("[-_]+", name))
    if word := next((w for w in (module, made) if keyword.iskeyword(w)), ""):
        raise NewError(f"{name!r} given; it makes {word!r}, a word of Python. Choose another name.")
    if kind == "metric" and name in BUILTIN | ON_DEMAND:
        raise NewError(
            f"{name!r} is the name of a built-in metric, and two of one name cannot be told apart. Choose another."
        )
    if kind == "metric" and _is_taken(module):
        raise NewError(
            f"{name!r} given; Python already has a module {module!r} here, which it would hide. Choose another name."
        )
    if kind == "case" and (own_cases() / f"test_{module}.py").exists():
        raise NewError(
            f"{name!r} given; the suite has a case file test_{module}.py, and two of one name are refused. Choose another."
        )
    return {"name": name, "module": module, "type": made}


def _is_taken(module: str) -> bool:
    if module in sys.stdlib_module_names:
        return True
    found = importlib.util.find_spec(module)
    return found is not None and found.origin is not None  # a mere folder of that name is no module


def _some(names: list[str]) -> str:
    return ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
