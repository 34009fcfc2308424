"""What a metric can do wrong, each with a plugin of its own: it gets an error verdict that says so, and the run goes on.

Each plugin is one file with one line that misbehaves. They run in groups, always beside one well-behaved metric: serially, on two
workers, and in the process of the run. What one of them does must not show in the verdicts of another.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metricsuite.certificate import read_certificate
from metricsuite.tests.helpers import pytest_in

CASES = """
from dataclasses import replace

import numpy as np
import pytest
from metricsuite import Contrast, Orbit, Trajectories, pairwise
from metricsuite.criteria import identical, obeys, repeats, separates, varies


def cloud(seed, scale):
    return Trajectories(scale * np.random.default_rng([seed, scale]).normal(size=(3, 8, 4)))


@pytest.fixture(scope="module")
def few(seeds):
    return Contrast({"small": [cloud(s, 1) for s in seeds[:2]], "large": [cloud(s, 3) for s in seeds[2:4]]}, paired=True)


@pytest.fixture(scope="module")
def copies(seeds):
    systems = [cloud(s, k) for k, s in enumerate(seeds[:4], start=1)]
    return Orbit(systems, [replace(s, array=s.array.copy()) for s in systems], paired=True)


@pytest.fixture(scope="module")
def many(seeds):
    return Contrast({"small": [cloud(s, 1) for s in seeds[:6]], "large": [cloud(s, 3) for s in seeds[:6]]}, paired=True)


@pytest.mark.decides("finite")
def test_finite(metric, few, verdict):
    verdict(obeys(pairwise(metric, few, strict=False), "finite"))


@pytest.mark.decides("non-negative")
def test_non_negative(metric, few, verdict):
    verdict(obeys(pairwise(metric, few, strict=False), "non-negative"))


@pytest.mark.decides("input-untouched")
def test_input_untouched(metric, few, verdict):
    verdict(obeys(pairwise(metric, few, strict=False), "input-untouched"))


@pytest.mark.decides("stateless")
def test_stateless(metric, few, verdict):
    verdict(obeys(pairwise(metric, few, strict=False), "stateless"))


@pytest.mark.decides("repeatable")
def test_repeatable(metric, few, verdict):
    verdict(repeats(pairwise(metric, few, strict=False), pairwise(metric, few, strict=False, backwards=True)))


@pytest.mark.decides("identity")
def test_identity(metric, copies, verdict):
    verdict(identical(pairwise(metric, copies, strict=False)))


@pytest.mark.decides("not-constant")
def test_not_constant(metric, few, verdict):
    verdict(varies(pairwise(metric, few, strict=False)))


@pytest.mark.decides("regime")
def test_regime(metric, many, verdict):
    verdict(separates(pairwise(metric, many)))
"""
PLUGIN = """
import numpy as np
from metricsuite import metric
{head}

@metric("{name}", sensitive_to={{"regime"}})
def {name}(x, y):
    size = abs(np.linalg.norm(x) - np.linalg.norm(y))
    {body}
    return size
"""
STATE = "used or seeded the global random state of {}; needed a Generator of its own (random=True gives one)"
NEEDED = "needed one float, for systems 0 and 1 (small, small)"
BELOW = "returned -{}, below 0 by more than rounding; needed a distance (a similarity says orientation='similarity')"

# name: (imports, the line that misbehaves, which part of the contract breaks, what its verdict says)
QUIET = {
    "raises": (
        "",
        "raise ValueError('no luck')",
        "finite",
        "raised ValueError: no luck (raises.py:9 in raises), for systems 0 and 1 (small, small)",
    ),
    "nan": ("", "return float('nan')", "finite", "returned nan for systems 0 and 1 (small, small)"),
    "inf": ("", "return float('inf')", "finite", "returned inf for systems 0 and 1 (small, small)"),
    "now_and_then": (
        "",
        "return float('inf') if x.sum() > y.sum() else size",
        "finite",
        "returned inf for systems 1 and 0 (small, small)",
    ),
    "text": ("", "return 'far'", "finite", f"returned 'far' (str); {NEEDED}"),
    "array": ("", "return np.array([size, size])", "finite", f"returned an array of shape (2,); {NEEDED}"),
    "none": ("", "return None", "finite", f"returned None (NoneType); {NEEDED}"),
    "truth": ("", "return bool(size)", "finite", f"returned True (bool); {NEEDED}"),
    "complex_number": ("", "return 1j", "finite", f"returned 1j (complex); {NEEDED}"),
    "negative": ("", "return -1.5 - (size > 1)", "non-negative", BELOW.format("2.5")),
    "changes": ("", "x += 1", "input-untouched", "changed its input (system 0)"),
    "seeds_numpy": ("", "np.random.seed(0)  # noqa: NPY002", "stateless", STATE.format("numpy.random")),
    "draws_numpy": ("", "np.random.rand()  # noqa: NPY002", "stateless", STATE.format("numpy.random")),
    "seeds_python": ("import random", "random.seed(0)", "stateless", STATE.format("python's random")),
    "exits": (
        "import sys",
        "sys.exit(3)",
        "finite",
        "tried to exit the interpreter (SystemExit 3), for systems 0 and 1 (small, small)",
    ),
}
TORCH = {
    "seeds_torch": ("import torch", "torch.manual_seed(0)", "stateless", STATE.format("torch")),
    "imports_torch_late": ("", "import torch; torch.manual_seed(0)", "stateless", STATE.format("torch")),
}
HUNG = "hung: one call took longer than 1 s and was killed"
DEADLY = {
    "backtracks": ("import re", "re.match('(a+)+$', 'a' * 60 + 'b')", "finite", HUNG),
    "exits_at_once": ("import os", "os._exit(3)", "finite", "exited the interpreter with status 3"),
    "segfaults": ("import ctypes", "ctypes.string_at(0)", "finite", "died of SIGSEGV"),
}
FORGIVEN = {
    "chatters": ("import os", "print('x' * 100_000); os.write(1, b'y' * 100_000); os.write(2, b'z' * 100_000)"),
    "reads_input": ("import sys", "sys.stdin.read()"),
}
ALL = QUIET | TORCH | DEADLY


def furnish(folder: Path, names: list[str]) -> Path:
    (folder / "cases").mkdir()
    (folder / "cases" / "conftest.py").write_text("metricsuite_cases = True\n", encoding="utf-8")
    (folder / "cases" / "test_all.py").write_text(CASES, encoding="utf-8")
    for name in ["good", *names]:
        head, body = (ALL | FORGIVEN).get(name, ("", "pass"))[:2]
        (folder / f"{name}.py").write_text(PLUGIN.format(name=name, head=head, body=body), encoding="utf-8")
    return folder


def targets(*names: str) -> list[str]:
    return [word for name in names for word in ("--metric", f"{name}.py:{name}")]


def exit_code(folder: Path, *args: str) -> int:
    """Of a run of the cases there, which writes certificates."""
    return int(pytest_in(folder, "cases", "--certificate", "out", *args).ret)


def certificate(folder: Path, metric: str) -> dict[str, Any]:
    return read_certificate(folder / "out" / metric / "certificate.json").body


def verdict_on(folder: Path, metric: str, part: str) -> tuple[str, str]:
    """Status and reason of the verdict on one part of the contract."""
    (found,) = [v for v in certificate(folder, metric)["verdicts"] if v["property"] == part]
    return found["status"], found["reason"]


def whole(body: dict[str, Any]) -> tuple[str, int, int, set[str]]:
    return body["status"], body["counts"]["planned"], body["counts"]["ran"], {v["status"] for v in body["verdicts"]}


WHOLE = ("certified", 8, 8, {"kept"})
Outcome = tuple[Path, int]
GROUPS = {"quiet": [*QUIET, *FORGIVEN], "torch": [*TORCH], "deadly": [*DEADLY]}
KILLED = ("--metric-timeout", "1")


@pytest.fixture(scope="module")
def serially(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Outcome]:
    """The run that a bad metric was in, each metric in a process of its own."""

    @functools.cache
    def group(which: str) -> Outcome:
        names = GROUPS[which]
        folder = furnish(tmp_path_factory.mktemp(which), names)
        return folder, exit_code(folder, *targets(*names, "good"), *(KILLED if which == "deadly" else ()))

    return lambda name: group(next(which for which, names in GROUPS.items() if name in (which, *names)))


SOME = ["raises", "nan", "seeds_numpy", *DEADLY]


@pytest.fixture(scope="module")
def on_two_workers(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Some of each kind, in processes that the workers start."""
    names = [*SOME, *FORGIVEN]
    folder = furnish(tmp_path_factory.mktemp("workers"), names)
    return folder, exit_code(folder, *targets(*names, "good"), *KILLED, "-n", "2")


@pytest.fixture(scope="module", params=["0", "2"], ids=["serially", "on two workers"])
def in_process(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All that leave the process alive, in the process of the run or of its worker."""
    names = [*QUIET, "chatters"]
    folder = furnish(tmp_path_factory.mktemp("process"), names)
    return folder, exit_code(folder, *targets(*names, "good"), "--no-isolation", "-n", request.param)


Serially = Callable[[str], Outcome]


@pytest.mark.parametrize("name", ALL)
def test_the_verdict_names_the_misbehaviour(serially: Serially, name: str) -> None:
    folder, code = serially(name)
    part, reason = ALL[name][2:]
    expected = f"{name} {reason}" if name in DEADLY else reason
    assert (1, ("error", expected)) == (code, verdict_on(folder, name, part))


@pytest.mark.parametrize("group", GROUPS)
def test_the_good_metric_is_untouched_and_complete(serially: Serially, group: str) -> None:
    assert WHOLE == whole(certificate(serially(group)[0], "good"))


@pytest.mark.parametrize("name", ALL)
def test_every_planned_verdict_of_the_bad_metric_is_there(serially: Serially, name: str) -> None:
    body = certificate(serially(name)[0], name)
    assert ("failed", 8, 8, 8) == (
        body["status"],
        body["counts"]["planned"],
        body["counts"]["ran"],
        len(body["verdicts"]),
    )


@pytest.mark.parametrize("name", ALL)
def test_a_claim_is_never_kept_by_a_metric_that_breaks_the_contract(serially: Serially, name: str) -> None:
    assert "error" == verdict_on(serially(name)[0], name, "regime")[0]


@pytest.mark.parametrize("name", FORGIVEN)
def test_what_does_no_harm_is_no_misbehaviour(serially: Serially, name: str) -> None:
    assert WHOLE == whole(certificate(serially(name)[0], name))


@pytest.mark.parametrize("name", DEADLY)
def test_after_three_kills_the_other_verdicts_are_errors_at_once(serially: Serially, name: str) -> None:
    reasons = [v["reason"] for v in certificate(serially(name)[0], name)["verdicts"]]
    why = DEADLY[name][3]
    expected = [f"{name} {why}"] * 3 + [f"{name} was not run: it {why}, after 3 kills"] * 5
    assert sorted(expected) == sorted(reasons)


def test_metrics_that_hang_cost_three_limits_each_and_no_more(serially: Serially) -> None:
    body = certificate(serially("backtracks")[0], "backtracks")
    spent = sorted(round(timing.get("total", 0.0)) for timing in body["timings"]["verdicts"].values())
    assert [0, 0, 0, 0, 0] == spent[:5]


def test_a_torch_that_is_imported_late_is_watched_from_the_first_call(tmp_path: Path) -> None:
    furnish(tmp_path, ["imports_torch_late"])
    exit_code(tmp_path, *targets("imports_torch_late"), "-k", "stateless")
    assert ("error", STATE.format("torch")) == verdict_on(tmp_path, "imports_torch_late", "stateless")


@pytest.mark.parametrize("name", SOME)
def test_on_two_workers_the_verdicts_are_those_of_a_serial_run(
    serially: Serially, on_two_workers: Outcome, name: str
) -> None:
    assert certificate(serially(name)[0], name)["verdicts"] == certificate(on_two_workers[0], name)["verdicts"]


@pytest.mark.parametrize("name", ["good", *FORGIVEN])
def test_on_two_workers_the_good_ones_are_untouched_and_complete(on_two_workers: Outcome, name: str) -> None:
    assert (1, WHOLE) == (on_two_workers[1], whole(certificate(on_two_workers[0], name)))


@pytest.mark.parametrize("name", QUIET)
def test_in_process_the_verdicts_are_those_of_an_isolated_run(
    serially: Serially, in_process: Outcome, name: str
) -> None:
    assert certificate(serially(name)[0], name)["verdicts"] == certificate(in_process[0], name)["verdicts"]


@pytest.mark.parametrize("name", ["good", "chatters"])
def test_in_process_the_good_ones_are_untouched_and_complete(in_process: Outcome, name: str) -> None:
    assert (1, WHOLE) == (in_process[1], whole(certificate(in_process[0], name)))


# at import


AT_IMPORT = {
    "raises": ("raise RuntimeError('no luck')", "bad.py cannot be imported: RuntimeError: no luck"),
    "exits": ("import sys; sys.exit(3)", "bad.py cannot be imported: SystemExit: 3"),
    "is not python": ("def bad(", "bad.py cannot be imported: SyntaxError: '(' was never closed (bad.py, line 1)"),
    "is a number": (
        "bad = 3",
        "bad is int; needed a function of (x, y), or an object with prepare and compare, or with fit and score.",
    ),
    "takes one system": (
        "def bad(x): return 0.0",
        "bad: cannot be called with two systems (x, y): too many positional arguments.",
    ),
    "has half a pair": (
        "class bad:\n    def prepare(self, x): return x",
        "bad: bad has prepare but no compare; needed both.",
    ),
}


@pytest.mark.parametrize(
    ("what", "isolation"),
    [*((what, []) for what in AT_IMPORT), ("raises", ["--no-isolation"]), ("exits", ["--no-isolation"])],
    ids=lambda value: value if isinstance(value, str) else "in process" if value else "isolated",
)
def test_what_is_no_metric_exits_4_and_says_why(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, what: str, isolation: list[str]
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    furnish(pytester.path, [])
    text, message = AT_IMPORT[what]
    (pytester.path / "bad.py").write_text(text, encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "metricsuite", "cases", *targets("bad", "good"), *isolation)
    prefix = "bad.py:bad: " if "imported" in message else ""
    assert (4, [f"ERROR: --metric: {prefix}{message}"]) == (
        result.ret,
        [text for text in result.errlines if text.startswith("ERROR")],
    )


def test_a_process_that_ends_at_import_exits_4_and_says_how(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    furnish(pytester.path, [])
    (pytester.path / "bad.py").write_text("import os\nos._exit(3)\n", encoding="utf-8")
    result = pytester.runpytest_subprocess("-p", "metricsuite", "cases", *targets("bad", "good"))
    message = "ERROR: --metric: bad.py:bad exited the interpreter with status 3"
    assert (4, [message]) == (result.ret, [text for text in result.errlines if text.startswith("ERROR")])


# what is left behind, and what is accepted


LEAVES = """
import os, subprocess, sys
from metricsuite import metric

@metric("leaves", sensitive_to={"regime"})
def leaves(x, y):
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    with open("children", "a") as log:
        print(child.pid, file=log)
    return 1.0
"""


@pytest.mark.parametrize("workers", ["0", "2"])
def test_no_child_of_a_metric_outlives_the_run(tmp_path: Path, workers: str) -> None:
    furnish(tmp_path, [])
    (tmp_path / "leaves.py").write_text(LEAVES, encoding="utf-8")
    exit_code(tmp_path, *targets("leaves", "good"), "-k", "finite", "-n", workers)
    children = (tmp_path / "children").read_text(encoding="utf-8").split()
    assert [] == [pid for pid in children if _runs(pid)]
    assert len(children) >= 12  # two calls for each of 6 pairs: the plugin did leave some


def _runs(pid: str) -> bool:
    try:
        return Path("/proc", pid, "stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


NUMBERS = """
import numpy as np
import torch
from metricsuite import metric


def size(x, y):
    return abs(np.linalg.norm(x) - np.linalg.norm(y))


for name, as_number in {
    "float32": np.float32, "float64": np.float64, "integer": lambda v: np.int64(1000 * v), "whole": lambda v: int(1000 * v),
    "array": np.array, "tensor": torch.tensor, "tensor_with_a_gradient": lambda v: torch.tensor(v, requires_grad=True),
}.items():
    def one(x, y, _as_number=as_number):
        return _as_number(size(x, y))

    globals()[name] = metric(name, sensitive_to={"regime"})(one)
"""
KINDS = ("float32", "float64", "integer", "whole", "array", "tensor", "tensor_with_a_gradient")


@pytest.fixture(scope="module")
def numbers(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = furnish(tmp_path_factory.mktemp("numbers"), [])
    (folder / "kinds.py").write_text(NUMBERS, encoding="utf-8")
    chosen = [word for kind in KINDS for word in ("--metric", f"kinds.py:{kind}")]
    return folder, exit_code(folder, *chosen, "--no-isolation")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_number_is_taken(numbers: Outcome, kind: str) -> None:
    assert WHOLE == whole(certificate(numbers[0], kind))


def test_a_tensor_comes_out_of_a_process_as_a_number(tmp_path: Path) -> None:
    furnish(tmp_path, [])
    (tmp_path / "kinds.py").write_text(NUMBERS, encoding="utf-8")
    code = exit_code(tmp_path, "--metric", "kinds.py:tensor")
    assert (0, WHOLE) == (code, whole(certificate(tmp_path, "tensor")))


UNUSUAL = """
from metricsuite import metric
import numpy as np


@metric("unusual", sensitive_to={"regime"})
def unusual(x, y, order=float("inf"), weight=float("nan"), shape=(1, 2)):
    return abs(np.linalg.norm(x) - np.linalg.norm(y))
"""


def test_parameters_that_are_not_finite_are_no_harm(tmp_path: Path) -> None:
    furnish(tmp_path, [])
    (tmp_path / "unusual.py").write_text(UNUSUAL, encoding="utf-8")
    code = exit_code(tmp_path, *targets("unusual"))
    assert (0, WHOLE) == (code, whole(certificate(tmp_path, "unusual")))
