"""The verdict ids that are promised, held against the cases.

python -m metricsuite.tests.verdict_ids            add the new ones to verdict_ids.json; never drops one
python -m metricsuite.tests.verdict_ids --list     print those of the cases
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping
from contextlib import redirect_stdout
from pathlib import Path

import pytest

from metricsuite.session import ROW
from metricsuite.stability import verdict_ids
from metricsuite.version import __version__

CASES = Path(__file__).parents[2] / "cases"
FILE = Path(__file__).parents[1] / "verdict_ids.json"
MINOR = ".".join(__version__.split(".")[:2])


class Ids:
    """A plugin of pytest: the verdict ids of what was collected."""

    def __init__(self) -> None:
        self.found: set[str] = set()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.found |= {item.stash[ROW].id for item in session.items if ROW in item.stash}


def collected() -> set[str]:
    """The verdict ids of the cases, in this process; pytest's own words are dropped unless it fails."""
    ids = Ids()
    options = ["--collect-only", "-q", "-p", "no:cacheprovider", "--metric", "cka", "--no-isolation"]
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        code = pytest.main([str(CASES), *options], plugins=[ids])
    if code != pytest.ExitCode.OK:
        sys.exit(f"pytest {CASES} {' '.join(options)} ended with {int(code)}; run it to see why.")
    return ids.found


def differences(promised: Mapping[str, Mapping[str, str]], found: Iterable[str]) -> list[str]:
    """What is wrong between the file and the cases, and what to do about it."""
    found, wrong = set(found), []
    for name in sorted({*promised, *found}):
        gone = "retired" in promised.get(name, {})
        if name not in promised:
            wrong.append(f"{name} is new: python -m metricsuite.tests.verdict_ids adds it to verdict_ids.json.")
        elif name not in found and not gone:
            wrong.append(
                f"{name} is promised, and no case decides it. Restore it, or retire it in verdict_ids.json: add "
                f'"retired": "{MINOR}" and "why", and say so in the changelog.'
            )
        elif name in found and gone:
            wrong.append(f"{name} is retired, and a case decides it again. Give the case another name.")
    return wrong


def written(promised: Mapping[str, Mapping[str, str]], found: Iterable[str]) -> str:
    """The file, new ids added: one line each, in order."""
    whole = {**{name: {"since": MINOR} for name in found}, **promised}
    return "{\n" + ",\n".join(f" {json.dumps(name)}: {json.dumps(whole[name])}" for name in sorted(whole)) + "\n}\n"


if __name__ == "__main__":
    ids = collected()
    if sys.argv[1:] == ["--list"]:
        print(json.dumps(sorted(ids)))
    else:
        known = verdict_ids() if FILE.exists() else {}
        FILE.write_text(written(known, ids), encoding="utf-8")
        print(f"{FILE.name}: {len(ids - known.keys())} new, {len(known)} were there")
