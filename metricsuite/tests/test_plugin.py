"""The pytest plugin from outside: options, waking, collection, exit codes, and what it leaves alone where nobody asked for it."""

import functools
import json
import shutil
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metricsuite.builtin import BUILTIN
from metricsuite.certificate import read_certificate
from metricsuite.tests.helpers import LEAN, pytest_in

REPOSITORY = Path(__file__).parents[2]
CONFTEST = "metricsuite_cases = True\n"
CASES = """
import numpy as np
import pytest
from metricsuite import Contrast, pairwise
from metricsuite.criteria import obeys, separates


def cloud(seed, scale):
    return scale * np.random.default_rng([seed, scale]).normal(size=(3, 8, 4))


@pytest.fixture(scope="module")
def clouds(seeds):
    with open("builds", "a") as log:
        print(*seeds[:1], file=log)
    return Contrast({"small": [cloud(s, 1) for s in seeds[:6]], "large": [cloud(s, 3) for s in seeds[:6]]}, paired=True)


@pytest.mark.decides("finite", pairs=66)
def test_is_finite(metric, clouds, verdict):
    verdict(obeys(pairwise(metric, clouds, strict=False), "finite"))


@pytest.mark.decides("regime", pairs=66)
def test_tells_sizes(metric, clouds, verdict):
    verdict(separates(pairwise(metric, clouds)))
"""
METRICS = """
import numpy as np
from metricsuite import metric


@metric("size", axioms={"symmetry"}, sensitive_to={"regime"})
def with_axiom(x, y):
    return size(x, y)


@metric("size", sensitive_to={"regime"})
def size(x, y):
    return abs(np.linalg.norm(x) - np.linalg.norm(y))


@metric("wrong", sensitive_to={"regime"})
def wrong(x, y):
    return 1 / (1 + size(x, y))  # nearer where sizes differ


@metric("few", sensitive_to={"regime"})
def few(x, y):
    return abs(np.log(np.linalg.norm(x.ravel()[:3])) - np.log(np.linalg.norm(y.ravel()[:3])))


@metric("replayed", sensitive_to={"my-lab/replay"})
def replayed(x, y):
    return size(x, y)


def plain(x, y):
    return size(x, y)
"""
ODD = {
    "no_verdict": (
        "pairwise(metric, clouds)",
        "the case ended without a verdict; needed verdict(criterion(distances))",
    ),
    "twice": (
        "found = separates(pairwise(metric, clouds)); verdict(found); verdict(found)",
        "the case itself failed: CaseError: test_odd/test_twice: verdict() was called twice; needed one decision a test.",
    ),
    "nothing": (
        "verdict()",
        "the case itself failed: CaseError: test_odd/test_nothing: verdict(); needed what a criterion returns, such as separates(distances).",
    ),
    "truth": (
        "verdict(True)",
        "the case itself failed: CaseError: test_odd/test_truth: verdict(bool); needed what a criterion returns, such as separates(distances).",
    ),
    "direction": (
        "verdict(obeys(pairwise(metric, clouds), 'finite'))",
        "the case itself failed: CaseError: test_odd/test_direction: obeys decides a claim of the kind 'contract', and 'regime' can only be sensitive.",
    ),
    "bug": ("1 / 0", "the case itself failed: ZeroDivisionError: division by zero"),
    "no_design": ("pass", "the design could not be made: ZeroDivisionError: division by zero"),
}
ALONE = {"size": (0, "certified"), "plain": (0, "profiled"), "wrong": (1, "failed"), "few": (1, "inconclusive")}
Run = Callable[..., pytest.RunResult]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Run:
    """pytest in a process of its own, beside one folder of cases and one file of metrics."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    furnish(pytester.path)

    def run(*args: str) -> pytest.RunResult:
        return pytester.runpytest_subprocess(*LEAN, *args)

    return run


def furnish(folder: Path) -> Path:
    write(folder / "cases" / "conftest.py", CONFTEST)
    write(folder / "cases" / "test_size.py", CASES)
    write(folder / "metrics.py", METRICS)
    return folder


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def named(*names: str) -> list[str]:
    return [word for name in names for word in ("--metric", f"metrics.py:{name}")]


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Path, pytest.RunResult]]:
    """A whole run for one metric, isolated."""

    @functools.cache
    def alone(metric: str) -> tuple[Path, pytest.RunResult]:
        folder = furnish(tmp_path_factory.mktemp(metric))
        return folder, pytest_in(folder, "cases", *named(metric), "--certificate", "out", "-v")

    return alone


@pytest.fixture(scope="module", params=["serially", "on two workers"])
def together(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pytest.RunResult]:
    """A whole run for four metrics at once, two sets of seeds, and one more file with a parametrized design."""
    folder = furnish(tmp_path_factory.mktemp("together"))
    text = CASES.replace('scope="module")', 'scope="module", params=["near", "far"])').replace(
        "clouds(seeds)", "clouds(seeds, request)"
    )
    write(folder / "cases" / "test_apart.py", text.replace("builds", "other-builds"))
    workers = ["-n", "2"] if request.param != "serially" else []
    return folder, pytest_in(folder, "cases", *named(*ALONE), "--certificate", "out", "--dump", "dump", *workers)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pytest.RunResult]:
    """Cases that go wrong, each in its own way, beside two that do not."""
    folder = furnish(tmp_path_factory.mktemp("odd"))
    tests = [
        f"@pytest.mark.decides('regime')\ndef test_{name}(metric, clouds, verdict):\n    {body}\n"
        for name, (body, _) in ODD.items()
    ]
    broken = "@pytest.fixture(scope='module')\ndef ruins(seeds):\n    1 / 0\n"
    text = "\n\n".join([CASES, broken, *tests]).replace("test_no_design(metric, clouds", "test_no_design(metric, ruins")
    write(folder / "cases" / "test_odd.py", text)
    return folder, pytest_in(folder, "cases", *named("size"), "--certificate", "out", "--no-isolation")


def certificate(folder: Path, metric: str = "size") -> dict[str, Any]:
    return read_certificate(folder / metric / "certificate.json").body


def line(result: pytest.RunResult, start: str) -> str:
    """The one line of the output that starts so."""
    (found,) = {text for text in [*result.outlines, *result.errlines] if text.startswith(start)}
    return found


def items(result: pytest.RunResult) -> list[str]:
    """What ``--collect-only -q`` lists."""
    return [text for text in result.outlines if "::" in text]


def statuses(body: dict[str, Any]) -> dict[str, str]:
    return {v["id"]: v["status"] for v in body["verdicts"]}


# options


def test_the_option_repeats_under_both_names(run: Run) -> None:
    result = run(
        "cases", "--metric", "metrics.py:size", "--metricsuite-metric", "metrics.py:few", "--collect-only", "-q"
    )
    expected = [
        f"cases/test_size.py::{test}[{name}]"
        for test in ("test_is_finite", "test_tells_sizes")
        for name in ("size", "few")
    ]
    assert expected == items(result)


@pytest.mark.parametrize(
    ("owner", "option", "given"),
    [("conftest.py", "default='none'", "--metric=recall"), ("theirs.py", "action='store_true'", "--metric")],
)
def test_a_short_name_that_is_taken_stays_with_its_owner(
    run: Run, pytester: pytest.Pytester, owner: str, option: str, given: str
) -> None:
    write(pytester.path / owner, f"def pytest_addoption(parser):\n    parser.addoption('--metric', {option})\n")
    write(
        pytester.path / "test_theirs.py",
        "def test_metric(pytestconfig):\n    assert pytestconfig.getoption('metric') in ('recall', True)\n",
    )
    plugin = ["-p", "theirs"] if owner == "theirs.py" else []
    result = run(*plugin, given, "--metricsuite-metric", "metrics.py:size", "--no-isolation", "test_theirs.py", "cases")
    assert (0, {"passed": 3}) == (result.ret, result.parseoutcomes())


INI = """
[pytest]
addopts = --strict-config --strict-markers
metricsuite_metrics =
    metrics.py:size
    metrics.py:few
metricsuite_seeds = 5
metricsuite_waivers = waivers.toml
metricsuite_metric_timeout = 7
"""


def test_ini_keys_pass_strict_config_and_reach_the_run(run: Run, pytester: pytest.Pytester) -> None:
    pytester.makeini(INI)
    write(pytester.path / "waivers.toml", "")
    result = run("cases", "--collect-only")
    settings = line(result, "metricsuite: ").removeprefix("metricsuite: ").split(", ")
    assert (0, "5 seeds (certify set)", "7 s a call") == (result.ret, settings[0], settings[-1])
    assert "metricsuite 0.1.0: size, few (each in a process of its own)" == line(result, "metricsuite 0.1.0")


REFUSED = {
    "no metric": (["--metric", "procrustez"], "--metric: no metric is called 'procrustez'; nearest: procrustes."),
    "no metric, on two workers": (
        ["--metric", "procrustez", "-n", "2"],
        "--metric: no metric is called 'procrustez'; nearest: procrustes.",
    ),
    "one name twice": (
        named("size", "with_axiom"),
        "--metric: two metrics of this run are called 'size': metrics.py:size and metrics.py:with_axiom. Rename one in its spec, or run them apart.",
    ),
    "a claim that is none": (
        ["--metric", "bad.py:bad"],
        "--metric: bad.py:bad: bad.py cannot be imported: SpecError: bad: sensitive_to: no property 'topologie'; nearest: topology.",
    ),
    "few seeds": (["--seeds", "3"], "--seeds 3 --metric-timeout 60.0; needed at least 4 seeds and a positive time."),
    "no seeds": (["--seeds", "0"], "--seeds 0 --metric-timeout 60.0; needed at least 4 seeds and a positive time."),
    "no such track": (["--track", "dynamic"], "--track dynamic: no such track; nearest: dynamics."),
    "an ini key that is no number": (["-o", "metricsuite_seeds=many"], "metricsuite_seeds = 'many'; needed a number."),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_run_exits_4_and_says_what_was_needed(run: Run, pytester: pytest.Pytester, what: str) -> None:
    write(
        pytester.path / "bad.py",
        "from metricsuite import metric\n\n@metric('bad', sensitive_to={'topologie'})\ndef bad(x, y):\n    return 0.0\n",
    )
    args, message = REFUSED[what]
    result = run("cases", *args, *([] if "--metric" in args else [*named("size"), "--no-isolation"]))
    assert (4, f"ERROR: {message}") == (result.ret, line(result, "ERROR: "))


# other people's projects


FOREIGN_TEST = """
import sys

def test_imports():
    loaded = {name for name in sys.modules if name.partition(".")[0] in ("numpy", "scipy", "torch", "threadpoolctl", "metricsuite")}
    assert set() == loaded - {"metricsuite", "metricsuite.version", "metricsuite.pytest_plugin"}
"""
QUIET = ("-p", "no:randomly", "-p", "no:hypothesispytest")  # these import numpy themselves


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_foreign_run_imports_next_to_nothing(pytester: pytest.Pytester, workers: str) -> None:
    pytester.makepyfile(test_theirs=FOREIGN_TEST)
    assert {"passed": 1} == pytester.runpytest_subprocess(*QUIET, "-n", workers).parseoutcomes()


def test_a_foreign_project_sees_one_option_and_its_alias(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_subprocess("--help", *QUIET).outlines
    start = text.index("metricsuite: certify similarity metrics:")
    ours = text[start + 1 : text.index("", start)]
    assert ["--metricsuite-metric", "--metric"] == [
        word.split()[0].partition("=")[0] for word in ours if word.startswith("  --")
    ]


def test_a_foreign_project_sees_no_fixture_of_ours(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_subprocess("--fixtures", "-v", *QUIET).outlines
    assert [] == [words for words in text if words.startswith(("metric", "seeds", "verdict"))]


def test_a_foreign_project_sees_no_marker_of_ours(pytester: pytest.Pytester) -> None:
    text = pytester.runpytest_subprocess("--markers", *QUIET).outlines
    assert [] == [
        words
        for words in text
        if words.startswith(("@pytest.mark.decides", "@pytest.mark.explores", "@pytest.mark.noise"))
    ]


def test_foreign_fixtures_of_our_names_are_theirs(pytester: pytest.Pytester) -> None:
    names = ("metric", "seeds", "verdict")
    pytester.makeconftest(
        "import pytest\n\n" + "\n".join(f"@pytest.fixture\ndef {name}():\n    return 'theirs'\n" for name in names)
    )
    pytester.makepyfile(
        "def test_them(metric, seeds, verdict):\n    assert ('theirs',) * 3 == (metric, seeds, verdict)\n"
    )
    assert {"passed": 1} == pytester.runpytest_subprocess(*QUIET).parseoutcomes()


THEIR_SEEDS = "def pytest_addoption(parser):\n    parser.addoption('--seeds', default='theirs')\n"
THEIR_TEST = "def test_seeds(pytestconfig):\n    assert pytestconfig.getoption('seeds') == 'theirs'\n"


def test_a_foreign_project_may_define_seeds(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(THEIR_SEEDS)
    pytester.makepyfile(THEIR_TEST)
    assert {"passed": 1} == pytester.runpytest_subprocess(*QUIET, "--seeds", "theirs").parseoutcomes()


@pytest.mark.parametrize("place", [".", "cases", "tests"])
def test_a_project_with_seeds_of_its_own_may_certify(run: Run, pytester: pytest.Pytester, place: str) -> None:
    write(pytester.path / "tests" / "test_theirs.py", THEIR_TEST)
    write(pytester.path / place / "conftest.py", THEIR_SEEDS + (CONFTEST if place == "cases" else ""))
    result = run("cases", "tests", *named("size"), "--no-isolation")
    assert (0, ["3 passed"]) == (result.ret, [text.strip("= ").partition(" in ")[0] for text in result.outlines[-1:]])


def test_other_tests_run_beside_cases(run: Run, pytester: pytest.Pytester) -> None:
    write(pytester.path / "test_theirs.py", "def test_one():\n    pass\n\ndef test_two():\n    assert 0\n")
    result = run(*named("size"), "--no-isolation")
    assert (1, {"passed": 3, "failed": 1}) == (result.ret, result.parseoutcomes())


# waking


def test_no_metric_means_every_built_in_metric(run: Run) -> None:
    result = run("cases", "--collect-only")
    assert f"metricsuite 0.1.0: {', '.join(BUILTIN)} (in this process)" == line(result, "metricsuite 0.1.0")


def nested(pytester: pytest.Pytester, *metrics: str) -> None:
    """The case folder two levels down, where pytest reads its conftest.py only while it collects."""
    (pytester.path / "deep" / "down").mkdir(parents=True)
    (pytester.path / "cases").rename(pytester.path / "deep" / "down" / "cases")
    pytester.makeini(
        "\n    ".join(["[pytest]\nmetricsuite_metrics =", *(f"metrics.py:{name}" for name in metrics)]) + "\n"
    )


def test_a_nested_case_folder_wakes_the_plugin_late(run: Run, pytester: pytest.Pytester) -> None:
    nested(pytester, "size", "wrong")
    result = run()
    expected = (
        1,
        "size: certified: 1 of 52 properties claimed, all kept",
        "wrong: failed: 1 of 52 properties claimed, broken: regime",
    )
    assert expected == (result.ret, line(result, "size: "), line(result, "wrong: failed"))


@pytest.fixture
def late(run: Run, pytester: pytest.Pytester) -> pytest.RunResult:
    nested(pytester, "size", "plain")
    write(pytester.path / "deep" / "down" / "cases" / "test_more.py", CASES.replace("builds", "other-builds"))
    return run("-n", "2")


def test_a_nested_case_folder_wakes_the_plugin_late_on_two_workers(
    late: pytest.RunResult, pytester: pytest.Pytester
) -> None:
    expected = (
        0,
        "size: certified: 1 of 52 properties claimed, all kept",
        sorted([first_seed("certify"), first_seed("profile")]),
    )
    # woken after xdist has chosen how to distribute: a design may be built by both workers
    assert expected == (late.ret, line(late, "size: "), sorted(set(builds(pytester.path))))


def test_a_bad_metric_of_a_nested_folder_is_a_usage_error(run: Run, pytester: pytest.Pytester) -> None:
    nested(pytester, "sise")
    assert 4 == run().ret


def test_a_nested_folder_is_awake_from_the_start_where_a_metric_is_named(run: Run, pytester: pytest.Pytester) -> None:
    nested(pytester, "size")
    result = run(*named("few"), "--no-isolation", "-k", "finite")
    assert (0, "metricsuite 0.1.0: few (in this process)") == (result.ret, line(result, "metricsuite 0.1.0"))


def test_cases_may_lie_anywhere(run: Run, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere = pytester.mkdir("elsewhere")
    monkeypatch.chdir(elsewhere)
    result = run(
        str(pytester.path / "cases"), "--metric", f"{pytester.path / 'metrics.py'}:size", "--certificate", "out"
    )
    expected = {"test_size/test_is_finite": "kept", "test_size/test_tells_sizes": "kept"}
    assert (0, expected) == (result.ret, statuses(certificate(elsewhere / "out")))


# collection


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pytest.RunResult]:
    folder = furnish(tmp_path_factory.mktemp("collected"))
    return folder, pytest_in(
        folder, "cases", *named("size"), "--collect-only", "-q", "--certificate", "out", "--dump", "dump"
    )


def test_collect_only_writes_nothing(collected: tuple[Path, pytest.RunResult]) -> None:
    assert (0, set()) == (collected[1].ret, {"out", "dump", "builds"} & {p.name for p in collected[0].iterdir()})


def test_collect_only_prints_no_verdict(collected: tuple[Path, pytest.RunResult]) -> None:
    expected = ["cases/test_size.py::test_is_finite[size]", "cases/test_size.py::test_tells_sizes[size]", ""]
    assert expected == [text for text in collected[1].outlines[:-1] if not text.startswith("metricsuite plans")]


def test_collect_only_does_not_blame_the_metric_for_what_it_did_not_time(
    collected: tuple[Path, pytest.RunResult],
) -> None:
    assert "metricsuite plans 2 verdicts of 1 metrics, 132 pairs" == line(collected[1], "metricsuite plans")


def test_two_files_of_one_name_are_refused(run: Run, pytester: pytest.Pytester) -> None:
    for folder in ("one", "two"):
        write(pytester.path / "cases" / folder / "__init__.py", "")
        write(pytester.path / "cases" / folder / "test_same.py", CASES)
    result = run("cases", *named("size"), "--no-isolation")
    one, two = (pytester.path / "cases" / folder / "test_same.py" for folder in ("one", "two"))
    message = (
        f"two case files are called test_same.py: {one} and {two}. Verdict ids begin with the file's name: rename one."
    )
    assert (2, message) == (result.ret, line(result, "two case files"))


TYPOS = {
    "topologie": (
        "@pytest.mark.decides('topologie')",
        "decides('topologie') names no property; nearest: topology, outlier.",
    ),
    "parameter": (
        "@pytest.mark.parametrize('k', [pytest.param(1, marks=pytest.mark.decides('regimes'))])",
        "decides('regimes') names no property; nearest: regime.",
    ),
    "bare": ("@pytest.mark.decides", "decides(); needed the name of one property."),
    "empty": ("@pytest.mark.decides()", "decides(); needed the name of one property."),
    "two": (
        "@pytest.mark.decides('regime', 'topology')",
        "decides('regime', 'topology'); needed the name of one property.",
    ),
    "number": ("@pytest.mark.decides(3)", "decides(3,); needed the name of one property."),
}


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_mark_that_names_no_property_exits_2_and_says_so(run: Run, pytester: pytest.Pytester, workers: str) -> None:
    for name, (mark, _) in TYPOS.items():
        extra = ", k" if name == "parameter" else ""
        write(
            pytester.path / "cases" / f"test_{name}.py",
            f"import pytest\n\n{mark}\ndef test_it(metric{extra}, verdict):\n    pass\n",
        )
    result = run("cases", *named("size"), "--no-isolation", "-n", workers)
    messages = {
        text.strip() for text in result.outlines if text.strip().startswith("cases/test_") and ": decides(" in text
    }
    assert (2, {f"cases/test_{name}.py::test_it: {message}" for name, (_, message) in TYPOS.items()}) == (
        result.ret,
        messages,
    )


def test_what_says_not_what_it_decides_is_refused(run: Run, pytester: pytest.Pytester) -> None:
    write(
        pytester.path / "cases" / "test_size.py",
        "def test_one(metric):\n    pass\n\ndef test_two(verdict):\n    pass\n",
    )
    result = run("cases", *named("size"), "--no-isolation")
    expected = [
        f"cases/test_size.py::test_{n} takes `{what}` and does not say what it decides: add @pytest.mark.decides(property)."
        for n, what in (("one[size]", "metric"), ("two", "verdict"))
    ]
    assert (1, expected) == (result.ret, [text for text in result.outlines if text.startswith("cases/test_size.py::")])


@pytest.mark.parametrize("kind", ODD)
def test_a_case_that_goes_wrong_is_an_error_verdict(odd: tuple[Path, pytest.RunResult], kind: str) -> None:
    found = {v["id"]: (v["status"], v["reason"]) for v in certificate(odd[0] / "out")["verdicts"]}
    assert ("error", ODD[kind][1]) == found[f"test_odd/test_{kind}"]


def test_cases_that_go_wrong_leave_the_others_alone(odd: tuple[Path, pytest.RunResult]) -> None:
    found = statuses(certificate(odd[0] / "out"))
    expected = {
        f"{file}/{test}": "kept"
        for file in ("test_odd", "test_size")
        for test in ("test_is_finite", "test_tells_sizes")
    }
    assert (1, expected) == (odd[1].ret, {name: status for name, status in found.items() if status != "error"})


# exit codes


@pytest.mark.parametrize("metric", ALONE)
def test_the_exit_code_follows_the_certificate(alone: Any, metric: str) -> None:
    folder, result = alone(metric)
    assert ALONE[metric] == (result.ret, certificate(folder / "out", metric)["status"])


def test_an_inconclusive_verdict_says_how_many_seeds_would_decide(alone: Any) -> None:
    found = {v["id"]: v["reason"] for v in certificate(alone("few")[0] / "out", "few")["verdicts"]}
    expected = "AUC 0.75 [0.43, 1.00] against 0.7, p = 0.004; about 332 seeds would decide"
    assert expected == found["test_size/test_tells_sizes"]


def test_nothing_collected_exits_5(run: Run, pytester: pytest.Pytester) -> None:
    (pytester.path / "cases" / "test_size.py").unlink()
    assert 5 == run("cases", *named("size"), "--no-isolation").ret


def test_a_run_that_planned_more_than_it_ran_exits_1(run: Run, pytester: pytest.Pytester) -> None:
    swallows = "def pytest_runtest_protocol(item):\n    return True if 'sizes' in item.name else None\n"
    write(pytester.path / "cases" / "conftest.py", CONFTEST + swallows)
    result = run("cases", *named("size"), "--no-isolation", "--certificate", "out")
    expected = {"test_size/test_is_finite": "kept", "test_size/test_tells_sizes": "not run"}
    assert (1, expected) == (result.ret, statuses(certificate(pytester.path / "out")))


def test_a_run_that_stops_at_the_first_failure_says_what_was_not_run(run: Run, pytester: pytest.Pytester) -> None:
    write(
        pytester.path / "cases" / "test_size.py",
        CASES.replace('verdict(obeys(pairwise(metric, clouds, strict=False), "finite"))', "1 / 0"),
    )
    result = run("cases", *named("size"), "--no-isolation", "--certificate", "out", "-x")
    body = certificate(pytester.path / "out")
    expected = {"test_size/test_is_finite": "error", "test_size/test_tells_sizes": "not run"}
    assert (1, expected, "failed") == (result.ret, statuses(body), body["status"])


NARROW = {
    "-k": (["cases", "-k", "finite"], "1 verdicts were deselected"),
    "--track": (["cases", "--track", "contract"], "1 verdicts were deselected"),
    "a test": (["cases/test_size.py::test_is_finite"], "only some tests were named"),
}


@pytest.mark.parametrize("how", NARROW)
def test_a_narrowed_run_exits_0_and_its_certificate_says_so(run: Run, pytester: pytest.Pytester, how: str) -> None:
    args, why = NARROW[how]
    result = run(*args, *named("size"), "--no-isolation", "--certificate", "out")
    body = certificate(pytester.path / "out")
    expected = (0, "incomplete", [why, "no case in scope decided the claims regime"])
    assert expected == (result.ret, body["status"], body["left_out"])


def test_a_file_left_out_is_named(run: Run, pytester: pytest.Pytester) -> None:
    write(pytester.path / "cases" / "test_more.py", CASES)
    result = run("cases/test_size.py", *named("size"), "--no-isolation", "--certificate", "out")
    body = certificate(pytester.path / "out")
    assert (0, "incomplete", ["test_more.py was left out"]) == (result.ret, body["status"], body["left_out"])


def test_tracks_and_a_marker_expression_narrow_together(run: Run) -> None:
    tracks = ("--track", "dynamics", "--track", "contract")
    result = run(
        "cases",
        *named("size"),
        "--no-isolation",
        *tracks,
        "-m",
        "not contract",
        "--collect-only",
        "-q",
        "--strict-markers",
    )
    assert ["cases/test_size.py::test_tells_sizes[size]"] == items(result)


# what a run writes


def test_the_fewest_seeds_that_are_allowed_give_verdicts(run: Run, pytester: pytest.Pytester) -> None:
    result = run("cases", *named("size"), "--no-isolation", "--seeds", "4", "--certificate", "out")
    body = certificate(pytester.path / "out")
    expected = {
        "test_size/test_is_finite": "kept",
        "test_size/test_tells_sizes": "inconclusive",
    }  # 8 labels permute to p = .03 at best
    assert (1, expected, ["4 seeds; a certificate needs at least 16"]) == (result.ret, statuses(body), body["left_out"])


def test_quick_takes_five_seeds_and_forgives_what_is_inconclusive(run: Run, pytester: pytest.Pytester) -> None:
    result = run("cases", *named("size", "few"), "--no-isolation", "--certificate", "out", "--quick")
    bodies = [certificate(pytester.path / "out", name) for name in ("size", "few")]
    expected = [(5, "incomplete", "kept"), (5, "inconclusive", "inconclusive")]
    assert (0, expected) == (
        result.ret,
        [(b["suite"]["seeds"], b["status"], statuses(b)["test_size/test_tells_sizes"]) for b in bodies],
    )


def test_quick_never_certifies_whatever_the_seeds(run: Run, pytester: pytest.Pytester) -> None:
    run("cases", *named("size"), "--no-isolation", "--certificate", "out", "--quick", "--seeds", "16")
    assert "incomplete" == certificate(pytester.path / "out")["status"]


@pytest.mark.parametrize("metric", ALONE)
def test_certificate_and_distances_stand_in_a_folder_of_the_metric_s_name(together: Any, metric: str) -> None:
    expected = ["badge.json", "badge.svg", "certificate.json", "distances.npz", "index.html"]
    assert expected == sorted(p.name for p in (together[0] / "out" / metric).iterdir())


def test_the_distances_of_every_verdict_are_kept(together: Any) -> None:
    with np.load(together[0] / "out" / "size" / "distances.npz") as stored:
        shapes = {name: stored[name].shape for name in stored.files if name.endswith("|distances")}
    assert {f"{name}|distances": (12, 12) for name in statuses(certificate(together[0] / "out"))} == shapes


def test_the_dump_holds_the_systems_behind_each_verdict(together: Any) -> None:
    with np.load(together[0] / "dump" / "size" / "test_size_test_tells_sizes.npz") as stored:
        assert ("test_size/test_tells_sizes", (3, 8, 4)) == (str(stored["id"]), stored["system_011"].shape)


def test_a_second_run_replaces_what_the_first_wrote(alone: Any, tmp_path: Path) -> None:
    folder = shutil.copytree(alone("size")[0], tmp_path / "again")
    pytest_in(folder, "cases", *named("size"), "--no-isolation", "--certificate", "out", "-k", "sizes")
    with np.load(folder / "out" / "size" / "distances.npz") as stored:
        ids = {name.split("|")[0] for name in stored.files}
    only = {"test_size/test_tells_sizes"}
    assert (only, only) == (set(statuses(certificate(folder / "out"))), ids)


@pytest.mark.parametrize("metric", ALONE)
def test_certificates_are_json_without_nan(alone: Any, metric: str) -> None:
    def refuse(word: str) -> None:
        raise AssertionError(word)

    text = (alone(metric)[0] / "out" / metric / "certificate.json").read_text(encoding="utf-8")
    assert 2 == json.loads(text, parse_constant=refuse)["schema"]


# a lab's own properties


PROPERTY = """
from metricsuite import Property
metricsuite_cases = True
metricsuite_properties = [Property("my-lab/replay", track="dynamics", meaning="replays in order", source="a lab 2024")]
"""


def test_a_lab_brings_a_property_that_a_metric_claims(run: Run, pytester: pytest.Pytester) -> None:
    write(pytester.path / "cases" / "conftest.py", PROPERTY)
    write(pytester.path / "cases" / "test_size.py", CASES.replace('"regime"', '"my-lab/replay"'))
    result = run("cases", *named("replayed"), "--strict-markers", "--certificate", "out")
    body = certificate(pytester.path / "out", "replayed")
    tracks = {v["property"]: v["track"] for v in body["verdicts"]}
    expected = (
        0,
        "certified: 1 of 53 properties claimed, all kept",
        {"finite": "contract", "my-lab/replay": "dynamics"},
    )
    assert expected == (result.ret, body["headline"], tracks)


def test_a_claim_that_no_case_decides_leaves_the_certificate_incomplete(run: Run, pytester: pytest.Pytester) -> None:
    result = run("cases", *named("replayed"), "--no-isolation", "--certificate", "out")
    body = certificate(pytester.path / "out", "replayed")
    assert (0, "incomplete", ["no case in scope decided the claims my-lab/replay"]) == (
        result.ret,
        body["status"],
        body["left_out"],
    )


@pytest.mark.parametrize("entry", ["Property('replay', 'dynamics', '')", "Property('my-lab/replay', 'contract', '')"])
def test_a_lab_s_property_that_is_none_is_refused(run: Run, pytester: pytest.Pytester, entry: str) -> None:
    write(
        pytester.path / "cases" / "conftest.py",
        f"from metricsuite import Property\n{CONFTEST}metricsuite_properties = [{entry}]\n",
    )
    result = run("cases", *named("size"), "--no-isolation", "--collect-only")
    start = f"{pytester.path / 'cases' / 'conftest.py'}: metricsuite_properties holds "
    assert (2, "needed Property('lab/name', a track other than contract, ...).") == (
        result.ret,
        line(result, start).split("; ")[-1],
    )


# seeds, builds, ids


def first_seed(kind: str) -> str:
    return str(zlib.crc32(f"test_size:{kind}:0".encode()))


def builds(folder: Path, *, tuning: bool = False) -> list[str]:
    """The first seed of every design that was built, those made for tuning apart."""
    made = (folder / "builds").read_text(encoding="utf-8").splitlines()
    return sorted(seed for seed in made if (seed == first_seed("calibration")) == tuning)


@pytest.mark.parametrize(("metric", "kind"), [("size", "certify"), ("plain", "profile")])
def test_profiled_metrics_meet_seeds_of_their_own(alone: Any, metric: str, kind: str) -> None:
    assert [first_seed(kind)] == builds(alone(metric)[0])


def test_a_design_is_built_once_for_each_set_of_seeds(together: Any) -> None:
    assert sorted([first_seed("certify"), first_seed("profile")]) == builds(together[0])


def test_no_design_is_built_for_tuning_where_no_metric_is_tuned(alone: Any) -> None:
    assert [] == builds(alone("size")[0], tuning=True)


@pytest.mark.parametrize("metric", ALONE)
def test_a_verdict_does_not_depend_on_the_metrics_beside_it(alone: Any, together: Any, metric: str) -> None:
    own = certificate(alone(metric)[0] / "out", metric)["verdicts"]
    shared = [v for v in certificate(together[0] / "out", metric)["verdicts"] if v["id"].startswith("test_size/")]
    assert own == shared


@pytest.mark.parametrize("metric", ALONE)
def test_the_parameters_of_a_case_stand_in_its_id_and_the_metric_does_not(together: Any, metric: str) -> None:
    apart = {
        f"test_apart/{test}[{case}]" for test in ("test_is_finite", "test_tells_sizes") for case in ("near", "far")
    }
    assert {"test_size/test_is_finite", "test_size/test_tells_sizes", *apart} == set(
        statuses(certificate(together[0] / "out", metric))
    )


def test_a_metric_whose_name_is_that_of_a_seed_set_keeps_its_ids(run: Run, pytester: pytest.Pytester) -> None:
    write(pytester.path / "metrics.py", METRICS.replace("def plain", "def profile"))
    run("cases", *named("profile", "size"), "--no-isolation", "--certificate", "out")
    expected = {"test_size/test_is_finite", "test_size/test_tells_sizes"}
    assert (expected, expected) == tuple(
        set(statuses(certificate(pytester.path / "out", name))) for name in ("profile", "size")
    )


def test_the_suite_s_own_cases_run_under_pyargs_and_keep_their_verdicts_in_a_copy(
    run: Run, pytester: pytest.Pytester
) -> None:
    for source in ("conftest.py", "test_contract.py"):
        write(pytester.path / "copied" / source, (REPOSITORY / "cases" / source).read_text(encoding="utf-8"))
    args = ("-k", "contract", "--metric", "cka", "--certificate")
    codes = run("--pyargs", "metricsuite.cases", *args, "installed").ret, run("copied", *args, "copy").ret
    rows = [
        [
            {k: v for k, v in row.items() if k != "reproduce"}
            for row in certificate(pytester.path / folder, "cka")["verdicts"]
        ]
        for folder in ("installed", "copy")
    ]
    assert (0, 0, 7) == (*codes, len(rows[0]))
    assert rows[0] == rows[1]


def test_a_reproduce_line_reproduces_the_verdict(alone: Any) -> None:
    folder, _ = alone("wrong")
    (row,) = [v for v in certificate(folder / "out", "wrong")["verdicts"] if v["status"] == "broken"]
    assert "pytest cases/test_size.py -k test_tells_sizes --metric metrics.py:wrong" == row["reproduce"]
    pytest_in(folder, *row["reproduce"].split()[1:], "--certificate", "again")
    assert [row] == certificate(folder / "again", "wrong")["verdicts"]


# what a run prints


LONG = "test_tells_the_sizes_of_clouds_apart_through_thick_and_thin_and_whatever_else_may_come"
WIDE = """
import numpy as np
import pytest
from metricsuite import Orbit, pairwise
from metricsuite.criteria import invariant, sensitive
from metricsuite.transformations import TRANSFORMATIONS


@pytest.fixture(scope="module")
def copies(seeds):
    systems = [np.random.default_rng(s).normal(size=(3, 8, 4)) * (1 + s % 7) for s in seeds]
    return Orbit(systems, [s.copy() for s in systems], paired=True)


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.decides(n)) for n in TRANSFORMATIONS])
def test_copies(metric, copies, name, verdict):
    distances = pairwise(metric, copies)
    verdict(invariant(distances, exactly=True), sensitive(distances))
"""
SCREAMS = """


def a_metric_with_a_very_long_name_indeed(x, y):
    raise ValueError("no " * 60)
"""


def ours(result: pytest.RunResult) -> list[str]:
    """The lines of our part of the output, without commands to copy."""
    start = next(i for i, text in enumerate(result.outlines) if text.strip("= ") == "metricsuite")
    stop = next(
        i for i, text in enumerate(result.outlines) if i > start and text.startswith(("====", "certificates: "))
    )
    return [text for text in result.outlines[start + 1 : stop] if not text.strip().startswith("pytest ")]


@pytest.mark.parametrize("metric", ALONE)
def test_no_line_about_one_metric_is_longer_than_100_columns(alone: Any, metric: str) -> None:
    assert [] == [text for text in ours(alone(metric)[1]) if len(text) > 100]


@pytest.fixture(scope="module")
def wide(tmp_path_factory: pytest.TempPathFactory) -> pytest.RunResult:
    """Long names, long reasons, many metrics, many invariances to suggest."""
    folder = furnish(tmp_path_factory.mktemp("wide"))
    write(folder / "metrics.py", METRICS + SCREAMS)
    write(folder / "cases" / "test_a_file_with_a_long_name_too.py", CASES.replace("test_tells_sizes", LONG))
    write(folder / "cases" / "test_wide.py", WIDE)
    return pytest_in(
        folder, "cases", *named(*ALONE, "replayed", "a_metric_with_a_very_long_name_indeed"), "--no-isolation"
    )


LINES = {"ids": "    test_", "claims to paste": "    invariant_to=", "notes on claims": "# "}


@pytest.mark.parametrize("kind", LINES)
def test_no_line_of_a_kind_is_longer_than_100_columns(wide: pytest.RunResult, kind: str) -> None:
    assert [] == [text for text in ours(wide) if text.startswith(LINES[kind]) and len(text) > 100]


def test_no_other_line_is_longer_than_100_columns(wide: pytest.RunResult) -> None:
    assert [] == [text for text in ours(wide) if not text.startswith(tuple(LINES.values())) and len(text) > 100]


def test_what_profiling_suggests_can_be_pasted_and_certifies(alone: Any) -> None:
    folder, result = alone("plain")
    lines = ours(result)
    start = lines.index("@metric(")
    decorator = "\n".join(lines[start : lines.index(")", start) + 1])
    write(folder / "pasted.py", METRICS.replace("def plain(x, y)", f"{decorator}\ndef plain(x, y)"))
    again = pytest_in(folder, "cases", "--metric", "pasted.py:plain", "--certificate", "pasted", "--no-isolation")
    assert (0, "certified") == (again.ret, certificate(folder / "pasted", "plain")["status"])


def test_the_plan_counts_verdicts_and_pairs(together: Any) -> None:
    assert "metricsuite plans 24 verdicts of 4 metrics, 1584 pairs" == ", ".join(
        line(together[1], "metricsuite plans").split(", ")[:2]
    )


@pytest.mark.parametrize(
    ("metric", "words"),
    [
        ("size", ["KEPT", "KEPT"]),
        ("plain", ["KEPT", "MEASURED YES"]),
        ("wrong", ["KEPT", "BROKEN"]),
        ("few", ["KEPT", "INCONCLUSIVE"]),
    ],
)
def test_verdicts_have_words_of_their_own(alone: Any, metric: str, words: list[str]) -> None:
    said = [
        text.split("] ", 1)[1].partition("[")[0].strip()
        for text in alone(metric)[1].outlines
        if text.startswith("cases/test_size.py::") and "%]" in text
    ]
    assert words == said
