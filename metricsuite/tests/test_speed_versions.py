"""The gate from end to end, on versions of a tiny package; and what it refuses."""

import base64
import hashlib
import subprocess
import zipfile
from pathlib import Path

import pytest

from metricsuite.cli import main
from metricsuite.errors import SpeedError
from metricsuite.speed.gate import compare_versions
from metricsuite.speed.sides import Version
from metricsuite.speed.versions import installed
from metricsuite.tests.helpers import pytest_in

METRIC = """
import time

from metricsuite import metric


@metric("tiny")
class Tiny:
    def prepare(self, x):
        time.sleep(0.001)
        return float(x.sum())

    def compare(self, a, b):
        time.sleep(0.001)
        return abs(a - b)
"""
SLOWER = METRIC.replace("time.sleep(0.001)\n        return abs", "time.sleep(0.003)\n        return abs")
BACKEND = '''
"""The smallest build backend: the package and its metadata in a zip file."""
import zipfile
from pathlib import Path


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    name = "tiny-1.0-py3-none-any.whl"
    info = "tiny-1.0.dist-info"
    with zipfile.ZipFile(Path(wheel_directory) / name, "w") as wheel:
        for file in Path("tiny").glob("*.py"):
            wheel.writestr(str(file), file.read_text())
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: tiny\\nVersion: 1.0\\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(f"{info}/RECORD", "")
    return name
'''
PROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]
"""


def git(*words):
    who = ["-c", "user.name=A", "-c", "user.email=a@b.c", "-c", "commit.gpgsign=false"]
    return subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path, monkeypatch):
    """A repository of the package tiny, with the tag v1; the current directory. Not under the xdist of this suite's own run."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("tiny").mkdir()
    for name, text in {
        "tiny/__init__.py": "",
        "tiny/m.py": METRIC,
        "backend.py": BACKEND,
        "pyproject.toml": PROJECT,
    }.items():
        Path(name).write_text(text)
    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "one")
    git("tag", "v1")
    return tmp_path


def speed(capsys, *words):
    code = main(["speed", *words])
    said = capsys.readouterr()
    return code, said.out.splitlines(), said.err


def words_at_the_end(lines):
    return {
        " ".join(line.split()[:2]): line.partition("%")[2].strip() for line in lines if line.startswith("tiny.m:Tiny")
    }


def test_a_slower_source_tree_fails_and_stays_untouched(repository, capsys):
    Path("tiny/m.py").write_text(SLOWER)
    Path("tiny/new.py").write_text("")
    before = git("status", "--porcelain"), sorted(Path(".git").glob("*")), git("diff")
    code, out, _ = speed(capsys, "--against", "v1", "--candidate", ".", "--metric", "tiny.m:Tiny")
    commit = git("rev-parse", "v1")[:10]
    assert [f"reference  tiny 1.0 (v1, {commit})", "candidate  tiny 1.0 (the source tree .)"] == out[:2]
    assert {"tiny.m:Tiny prepare": "", "tiny.m:Tiny compare": "slower than 1.25x, twice"} == words_at_the_end(out)
    assert ("2 measured, A/A control +-", " %", 1) == (out[-1][:26], out[-1][-2:], code)
    assert before == (git("status", "--porcelain"), sorted(Path(".git").glob("*")), git("diff"))


def test_an_unchanged_wheel_passes(repository, capsys):
    wheel = wheel_of(METRIC, repository)
    code, out, _ = speed(capsys, "--against", wheel, "--candidate", wheel, "--metric", "tiny.m:Tiny")
    assert {"tiny.m:Tiny prepare": "", "tiny.m:Tiny compare": ""} == words_at_the_end(out)
    assert ("2 measured, A/A control +-", 0) == (out[-1][:26], code)


def version_of(text, folder):
    """Installed, as it were."""
    (folder / "tiny").mkdir(parents=True)
    (folder / "tiny" / "__init__.py").write_text("")
    (folder / "tiny" / "m.py").write_text(text)
    return Version(folder.name, folder, "tiny")


def test_a_phase_that_fails_and_one_of_the_candidate_alone_say_so(tmp_path):
    more = (
        METRIC.replace("return abs(a - b)", "raise ValueError('no')")
        + "\n    def compare_many(self, states, pairs): ...\n"
    )
    versions = version_of(METRIC, tmp_path / "old"), version_of(more, tmp_path / "new")
    outcome = compare_versions(*versions, ["tiny.m:Tiny"])
    found = [(e.phase, e.status, e.note) for e in outcome.entries]
    expected = [
        ("prepare", "fine", ""),
        ("compare", "failed", "new: ValueError: no"),
        ("compare_many", "only here", ""),
    ]
    assert (expected, 1, 4) == (found, len(outcome.measured), outcome.code)


def wheel_of(text, folder):
    """A wheel whose record says what is in it, as installers like it."""
    folder.mkdir(exist_ok=True)
    path, info = folder / "tiny-1.0-py3-none-any.whl", "tiny-1.0.dist-info"
    files = {
        "tiny/__init__.py": "",
        "tiny/m.py": text,
        f"{info}/METADATA": "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    digest = {
        n: base64.urlsafe_b64encode(hashlib.sha256(t.encode()).digest()).rstrip(b"=").decode() for n, t in files.items()
    }
    record = "".join(f"{n},sha256={digest[n]},{len(t)}\n" for n, t in files.items()) + f"{info}/RECORD,,\n"
    with zipfile.ZipFile(path, "w") as wheel:
        for name, content in (files | {f"{info}/RECORD": record}).items():
            wheel.writestr(name, content)
    return str(path)


# what is refused: exit code 4


NEEDED = "needed a wheel, a source folder, a requirement such as mypkg==1.2, or a git ref of the repository here"


@pytest.mark.parametrize(
    "words, expected",
    [
        (["--against", "v0"], f"v0 is no ref of a git repository here; {NEEDED}."),
        (["--against", "none.whl"], f"there is no wheel none.whl; {NEEDED}."),
        (
            ["--against", "v1", "--metric", "tiny/m.py:Tiny"],
            "tiny/m.py:Tiny is a file, the same for both versions; needed module:attr of the package that is measured.",
        ),
        (
            ["--against", "v1", "--baseline", "b.json"],
            "--baseline and --save-baseline belong to --timings; --against measures both versions itself.",
        ),
        (
            ["--timings", "t.json", "--metric", "cka"],
            "--candidate and --metric belong to --against; --timings reads what was measured already.",
        ),
    ],
)
def test_refused(words, expected, repository, capsys):
    assert (4, [], f"metricsuite speed: {expected}\n") == speed(capsys, *words)


def test_a_metric_of_another_package_is_refused(repository, capsys):
    wheel = wheel_of(METRIC, repository)
    code, _, said = speed(capsys, "--against", wheel, "--candidate", wheel, "--metric", "cka")
    expected = "(the wheel tiny-1.0-py3-none-any.whl); needed a metric of tiny. Name one with --metric module:attr.\n"
    assert (4, expected) == (code, said[-len(expected) :])


def test_a_candidate_that_is_not_installed_is_refused(repository, capsys):
    expected = "metricsuite speed: tiny is not installed here; needed a candidate. Install it, or name one: --candidate . for this source tree.\n"
    assert (4, [], expected) == speed(capsys, "--against", wheel_of(METRIC, repository))


def test_under_xdist_the_gate_is_refused(repository, capsys, monkeypatch):
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    expected = "metricsuite speed: under xdist other tests run at the same time, so no timing means anything. Run it in a job of its own.\n"
    assert (4, [], expected) == speed(capsys, "--against", "v1")


def test_benchmarks_under_xdist_are_a_usage_error(tmp_path):
    (tmp_path / "conftest.py").write_text("metricsuite_cases = True\n")
    (tmp_path / "test_nothing.py").write_text("")
    found = pytest_in(tmp_path, "-p", "pytest_benchmark.plugin", "--benchmark-only", "-n", "2")
    expected = (
        "ERROR: --benchmark-only with -n: tests that run at once disturb each other's timings, so run them serially."
    )
    assert (4, [expected]) == (found.ret, [line for line in found.errlines if line])


def test_a_build_that_fails_says_why(repository):
    Path("backend.py").write_text("raise RuntimeError('no compiler')")
    with pytest.raises(SpeedError) as caught:
        installed(".", repository / "into", repository)
    assert "RuntimeError: no compiler" in str(caught.value)
