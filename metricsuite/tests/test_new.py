"""``metricsuite new``: what it writes, what it refuses, and that what it writes works as it stands."""

import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from metricsuite.cli import main
from metricsuite.new.new_command import FILES, NewError, names_of, write_start
from metricsuite.tests.helpers import pytest_in

KINDS = sorted(FILES)


def files_in(folder: Path) -> set[str]:
    return {str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file()}


def refusal(*arguments: str, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["new", *arguments]) == 4
    return capsys.readouterr().err.removeprefix("metricsuite new: ").rstrip("\n")


# names


@pytest.mark.parametrize(
    ("name", "module", "made"),
    [("my-metric", "my_metric", "MyMetric"), ("CKA_fast2", "cka_fast2", "CKAFast2"), ("x", "x", "X")],
)
def test_names_for_python_are_made_from_the_name(name: str, module: str, made: str) -> None:
    assert names_of("metric", name) == {"name": name, "module": module, "type": made}


@pytest.mark.parametrize("name", ["", "2nd", "a.b", "a b", "../up", "-x", "x-", "é"])
def test_a_name_that_makes_no_name_is_refused(name: str) -> None:
    with pytest.raises(NewError) as caught:
        names_of("case", name)
    expected = (
        f"{name!r} given; needed a letter, then letters, digits, - and _, a letter or digit last (it names a folder, a package and a "
        "column)."
    )
    assert expected == str(caught.value)


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("metric", "class", "'class' given; it makes 'class', a word of Python. Choose another name."),
        ("case", "none", "'none' given; it makes 'None', a word of Python. Choose another name."),
        (
            "metric",
            "dsa",
            "'dsa' is the name of a built-in metric, and two of one name cannot be told apart. Choose another.",
        ),
        (
            "metric",
            "numpy",
            "'numpy' given; Python already has a module 'numpy' here, which it would hide. Choose another name.",
        ),
        (
            "case",
            "ring-line",
            "'ring-line' given; the suite has a case file test_ring_line.py, and two of one name are refused. Choose another.",
        ),
    ],
)
def test_a_name_that_is_taken_is_refused(
    kind: str, name: str, expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert expected == refusal(kind, name, "--directory", str(tmp_path), capsys=capsys)
    assert files_in(tmp_path) == set()


# what is written


def test_files_of_a_metric(tmp_path: Path) -> None:
    expected = {
        "pyproject.toml",
        "README.md",
        "src/my_metric/__init__.py",
        "tests/test_my_metric.py",
        ".github/workflows/metricsuite.yml",
    }
    assert expected == files_in(write_start("metric", "my-metric", tmp_path))


def test_files_of_a_case(tmp_path: Path) -> None:
    expected = {
        "pyproject.toml",
        "README.md",
        "cases/conftest.py",
        "cases/test_my_case.py",
        "tests/test_cases.py",
        "tests/told_and_blind.py",
    }
    assert expected == files_in(write_start("case", "my-case", tmp_path / "not" / "there"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_template_is_used(kind: str) -> None:
    folder = Path(__file__).parents[1] / "new" / "templates" / kind
    assert {f"{name}.template" for name in FILES[kind].values()} == files_in(folder)


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_left_to_fill_in(kind: str, tmp_path: Path) -> None:
    folder = write_start(kind, "my-own", tmp_path)
    assert [f for f in files_in(folder) if "$" in (folder / f).read_text(encoding="utf-8")] == []


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_there_is_not_overwritten(kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    for name in "gfedcba":
        (folder / name).write_text("kept", encoding="utf-8")
    expected = (
        f"{folder} is there already, and holds a, b, c, d, e and 2 more; nothing was written. Choose another name or --directory, or "
        "move it away."
    )
    assert expected == refusal(kind, "mine", "--directory", str(tmp_path), capsys=capsys)
    assert files_in(folder) == set("abcdefg")


def test_a_file_in_the_way_is_not_overwritten(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine").write_text("kept", encoding="utf-8")
    expected = f"{tmp_path / 'mine'} is there already, and is a file; nothing was written. Choose another name or --directory, or move it away."
    assert expected == refusal("case", "mine", "--directory", str(tmp_path), capsys=capsys)


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    assert "README.md" in files_in(write_start("case", "mine", tmp_path))


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    said = refusal("case", "mine", "--directory", str(tmp_path / "file"), capsys=capsys)
    assert said.startswith(f"{tmp_path / 'file' / 'mine'} cannot be written: ")
    assert said.endswith(" Choose another --directory.")


def test_what_to_do_next_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "metric", "my-metric", "--directory", str(tmp_path)]) == 0
    expected = [
        f"{tmp_path / 'my-metric'}: a metric to start from, 5 files. Next:",
        f"  1. cd {tmp_path / 'my-metric'} && python -m pip install -e . && pytest",
        "  2. pytest --pyargs metricsuite.cases --metric my-metric --certificate certificates    # some minutes",
        "  3. put your own metric into src/my_metric/__init__.py, and what it claims into its spec",
    ]
    assert expected == capsys.readouterr().out.splitlines()


def test_the_metric_is_offered_by_its_name(tmp_path: Path) -> None:
    text = (write_start("metric", "my-metric", tmp_path) / "pyproject.toml").read_text(encoding="utf-8")
    expected = {"metricsuite.metrics": {"my-metric": "my_metric:MyMetric"}}
    assert expected == tomllib.loads(text)["project"]["entry-points"]


def test_the_workflow_gives_the_action_what_it_takes(tmp_path: Path) -> None:
    path = write_start("metric", "my-metric", tmp_path) / ".github" / "workflows" / "metricsuite.yml"
    (job,) = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    given = next(step["with"] for step in job["steps"] if "metricsuite" in step["uses"])
    action = yaml.safe_load((Path(__file__).parents[2] / "action.yml").read_text(encoding="utf-8"))
    assert given["metric"] == "my-metric"
    assert set(given) - set(action["inputs"]) == set()


@pytest.mark.skipif(shutil.which("ruff") is None, reason="ruff is the environment lint's")
@pytest.mark.parametrize("kind", KINDS)
def test_ruff_has_nothing_to_say(kind: str, tmp_path: Path) -> None:
    folder = write_start(kind, "my-own", tmp_path)
    for command in (["check", "--select", "E,F,W,I,B,UP,SIM,RUF,PT"], ["format", "--check"]):
        done = subprocess.run(["ruff", *command, "."], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


# it works as it stands


def test_the_tests_of_a_new_metric_pass(tmp_path: Path) -> None:
    result = pytest_in(write_start("metric", "my-metric", tmp_path), "-q")
    result.assert_outcomes(passed=6)


@pytest.fixture
def case(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p metricsuite")  # for the runs that its tests start
    return write_start("case", "my-case", tmp_path)


def test_the_tests_of_a_new_case_pass(case: Path) -> None:
    pytest_in(case, "-q").assert_outcomes(passed=2)


def test_the_tests_of_a_new_case_fail_where_nothing_is_there_to_be_seen(case: Path) -> None:
    path = case / "cases" / "test_my_case.py"
    path.write_text(path.read_text(encoding="utf-8").replace(", backwards=True", ""), encoding="utf-8")
    result = pytest_in(case, "-q", "-k", "told")
    result.stdout.fnmatch_lines(["E       AssertionError: assert {'broken'} == {'kept'}"])
