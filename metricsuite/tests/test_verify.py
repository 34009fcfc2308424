"""`metricsuite verify`: the same run again, what came of it, and what differs between then and now."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metricsuite import certify
from metricsuite.certificate import Certificate, read_certificate
from metricsuite.certifying import _no_certificate, own_cases
from metricsuite.cli import main
from metricsuite.errors import CertificateError, MetricNotFound, MetricsuiteError
from metricsuite.report import verifying
from metricsuite.report.comparison_changes import Change
from metricsuite.report.reproduction import reproduction
from metricsuite.report.verifying import CARRIED, case_paths, flags_of, told
from metricsuite.tests.test_certificate import RUN, SCHEMA_1, certificate, rows_with, verdict
from metricsuite.verdict import Verdict
from metricsuite.version import __version__
from metricsuite.waivers import Waiver, read_waivers

ASKED: dict[str, Any] = {**RUN, "waivers": []}
TOPOLOGY = "test_topology.py/test_it"


def made(*rows: Verdict, **fields: Any) -> Certificate:
    return certificate(rows_with(*rows), **{"run": ASKED, **fields})


def figures(**values: float | None) -> Certificate:
    return made(verdict("topology", **{"statistic": 0.8, "low": 0.75, "threshold": 0.7, "margin": 0.05, **values}))


class TestReproduction:
    def test_the_same(self) -> None:
        found = reproduction(figures(), figures())
        assert (True, "reproduced: 4 verdicts, all figures the same") == (found.reproduced, found.summary)

    @pytest.mark.parametrize(
        ("values", "expected"),
        [
            ({"statistic": 0.8 + 8e-9}, f"reproduced: 4 verdicts, figures the same to 1.0e-08 ({TOPOLOGY})"),
            (
                {"margin": 0.05 + 8e-9},
                f"reproduced: 4 verdicts, figures the same to 1.0e-08 ({TOPOLOGY})",
            ),  # of the statistic
            ({"low": 0.75 - 8e-3}, f"reproduced in words, 4 verdicts; figures moved by up to 1.0e-02 ({TOPOLOGY})"),
            ({"high": 0.9}, f"reproduced in words, 4 verdicts; figures of {TOPOLOGY} came or went"),
        ],
        ids=["statistic", "margin", "bound", "only one has it"],
    )
    def test_figures_that_differ(self, values: dict[str, float], expected: str) -> None:
        found = reproduction(figures(), figures(**values))
        assert (True, expected) == (found.reproduced, found.summary)

    def test_an_exact_statistic_is_held_against_its_threshold(self) -> None:
        then, now = (figures(statistic=s, low=s, threshold=1e-6, margin=1e-6 - s) for s in (0.0, 2e-10))
        assert pytest.approx(2e-4) == reproduction(then, now).figures[0]

    def test_another_word(self) -> None:
        found = reproduction(figures(), made(verdict("topology", "inconclusive", margin=-0.01)))
        words = "not reproduced: 1 of 4 verdicts came out otherwise"
        differing = ((TOPOLOGY, "kept +0.05", "inconclusive -0.01"),)
        assert (False, words, differing) == (found.reproduced, found.summary, found.differing)

    def test_a_verdict_that_is_gone(self) -> None:
        found = reproduction(made(verdict("history", "yes")), made())
        assert (("test_history.py/test_it", "yes", "not there"),) == found.differing

    def test_a_verdict_that_is_new_does_not_count(self) -> None:
        found = reproduction(made(), made(verdict("history", "no")))
        assert (True, ("test_history.py/test_it",)) == (found.reproduced, found.new)

    def test_timings_do_not_count(self) -> None:
        one, two = (made(verdict("topology", seconds={"compare": s})) for s in (1.0, 50.0))
        assert ((0.0, ""), ()) == ((found := reproduction(one, two)).figures, found.circumstances)

    def test_names_what_may_explain_it(self) -> None:
        body = copy.deepcopy(made().body)
        body["metric"]["origin"].update(sha256="1" * 64, distribution="lab 2.0")
        body["suite"].update(version="9.0", cases_sha256="b" * 64, seeds=32)
        body["environment"].update(processor="another", packages={"numpy": "2.0"}, blas=["mkl 1"])
        expected = [
            Change("source", "distribution", "not known", "lab 2.0"),
            Change("source", "sha256", "000000000000", "111111111111"),
            Change("suite", "cases", "aaaaaaaaaaaa", "bbbbbbbbbbbb"),
            Change("suite", "seeds", "16", "32"),
            Change("suite", "version", __version__, "9.0"),
            Change("environment", "blas", "none", "mkl 1"),
            Change("environment", "numpy", "absent", "2.0"),
            Change("environment", "processor", "any", "another"),
        ]
        assert expected == list(reproduction(made(), Certificate(body)).circumstances)


class TestTold:
    @staticmethod
    def lines(then: Certificate, now: Certificate) -> list[str]:
        return told(then, now, reproduction(then, now))

    def test_the_same(self) -> None:
        expected = [
            "mine: reproduced: 4 verdicts, all figures the same",
            "source, suite, seeds and environment are the same.",
        ]
        assert expected == self.lines(made(), made())

    def test_another_result(self) -> None:
        then, now = made(), made(verdict("topology", "broken", margin=-0.2), cases="b" * 64)
        expected = [
            "mine: not reproduced: 1 of 4 verdicts came out otherwise",
            f"  {TOPOLOGY}: kept then, broken -0.2 now",
            f"  the certificate was {then.brief}",
            f"  and is now {now.brief}",
            "what differs between then and now:",
            "  suite: cases: aaaaaaaaaaaa then, bbbbbbbbbbbb now",
        ]
        assert expected == self.lines(then, now)

    @pytest.mark.parametrize(
        ("cases", "expected"),
        [
            ("a", "test_history.py/test_it[a]"),
            ("abcde", ", ".join(f"test_history.py/test_it[{c}]" for c in "abc") + " and 2 more"),
        ],
    )
    def test_what_is_new(self, cases: str, expected: str) -> None:
        lines = self.lines(made(), made(*(verdict("history", "yes", case) for case in cases)))
        text = " ".join(line.strip() for line in lines[1:-1])
        assert f"only now, and not counted: {expected}" == text

    def test_of_schema_1(self) -> None:
        old = read_certificate(SCHEMA_1)
        expected = "what the run was asked for (waivers, orientation, how it was narrowed) is not in the certificate."
        assert expected == " ".join(self.lines(old, old)[-2:]).replace("     ", " ").split(". ", 1)[1]

    def test_a_waiver_with_an_end(self) -> None:
        then = made(run=RUN)
        expected = "honoured as it was then: the waiver of test_a/test_b, which ends on 2030-01-31."
        assert expected == self.lines(then, then)[-1]


class TestFlags:
    def test_of_a_plain_run(self, tmp_path: Path) -> None:
        asked = {**ASKED, "orientation": None, "markers": "", "tracks": []}
        expected = ["--seeds", "16", "--max-pairs", "30000", "--metric-timeout", "60"]
        assert expected == flags_of(made(run=asked), tmp_path)

    @pytest.mark.parametrize(
        ("asked", "expected"),
        [
            ({"markers": "(not learning) and (noise)"}, ["-m", "(not learning) and (noise)"]),
            ({"tracks": ["noise", "contract"]}, ["--track", "noise", "--track", "contract"]),
            ({"keyword": "ring"}, ["-k", "ring"]),
            ({"orientation": "similarity"}, ["--orientation", "similarity"]),
            ({"quick": True}, ["--quick"]),
        ],
        ids=["markers", "tracks", "keyword", "orientation", "quick"],
    )
    def test_as_it_was_asked(self, tmp_path: Path, asked: dict[str, Any], expected: list[str]) -> None:
        plain = {**ASKED, "orientation": None, "markers": "", "tracks": []}
        assert expected == flags_of(made(run={**plain, **asked}), tmp_path)[6:]

    def test_of_schema_1_are_the_tracks_that_it_has(self, tmp_path: Path) -> None:
        expected = ["--seeds", "16", "--track", "contract", "--track", "axioms", "--track", "invariance"]
        assert expected == flags_of(read_certificate(SCHEMA_1), tmp_path)

    def test_waivers_are_honoured_as_they_were(self, tmp_path: Path) -> None:
        old = {
            "metric": "mine",
            "verdict": "test_a/test_b[c]",
            "reason": 'a "known" \\ one',
            "source": "",
            "expires": "2001-01-31",
        }
        cited = {**old, "verdict": "test_a/test_d", "source": "theorem: é", "expires": None}
        flags = flags_of(made(run={**ASKED, "waivers": [old, cited]}), tmp_path)
        expected = [
            Waiver("mine", "test_a/test_b[c]", 'a "known" \\ one', "expires 2001-01-31"),
            Waiver("mine", "test_a/test_d", 'a "known" \\ one', "theorem: é"),
        ]
        assert expected == read_waivers(Path(flags[flags.index("--waivers") + 1]))


class TestCases:
    @staticmethod
    def of(files: list[str], *, left_out: bool = False, folders: tuple[str, ...] = ()) -> Certificate:
        asked = {**ASKED, "files": files, "folders": list(folders)}
        return made(run=asked, left_out=["something"] * left_out)

    def test_the_suite_s_own(self) -> None:
        assert [own_cases()] == case_paths(Path("c.json"), self.of(["test_contract.py", "test_noise.py"]), [])

    def test_of_a_narrowed_run_are_the_files_that_it_collected(self) -> None:
        found = case_paths(Path("c.json"), self.of(["test_contract.py"], left_out=True), [])
        assert [own_cases() / "test_contract.py"] == found

    def test_of_one_s_own_beside(self, tmp_path: Path) -> None:
        (tmp_path / "test_mine.py").write_text("")
        found = case_paths(Path("c.json"), self.of(["test_contract.py", "test_mine.py"]), [tmp_path])
        assert [own_cases(), tmp_path] == found

    def test_of_one_s_own_alone(self, tmp_path: Path) -> None:
        (tmp_path / "test_mine.py").write_text("")
        assert [tmp_path] == case_paths(Path("c.json"), self.of(["test_mine.py"]), [tmp_path])

    def test_of_schema_1_are_told_by_the_verdicts(self) -> None:
        assert [own_cases()] == case_paths(SCHEMA_1, read_certificate(SCHEMA_1), [])

    def test_that_are_not_there(self) -> None:
        with pytest.raises(CertificateError) as raised:
            case_paths(Path("c.json"), self.of(["test_contract.py", "test_mine.py"], folders=("my_cases",)), [])
        expected = (
            f"c.json: test_mine.py: not among the cases of metricsuite {__version__} (it was made by {__version__}), nor under --cases. "
            "Name the folder of cases that it was made with: --cases DIR (it was made with my_cases)."
        )
        assert expected == str(raised.value)


METRIC = """
import numpy as np


def size(x, y, base=1.0):
    return abs(np.linalg.norm(x) - np.linalg.norm(y)) * base + {more}
"""
Again = Callable[[str], tuple[int, list[str]]]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("home")
    (folder / "size.py").write_text(METRIC.format(more="0"))
    certify(f"{folder / 'size.py'}:size(base=2.0)", seeds=4, tracks=["contract"], directory=folder / "out")
    return folder


@pytest.fixture
def again(home: Path, capsys: pytest.CaptureFixture[str]) -> Again:
    def again(more: str) -> tuple[int, list[str]]:
        (home / "size.py").write_text(METRIC.format(more=more))
        code = main(["verify", str(home / "out" / "size_base=2.0"), "--certificate", str(home / "again")])
        return code, capsys.readouterr().out.splitlines()

    return again


def test_the_same_metric_reproduces(again: Again, home: Path) -> None:
    code, lines = again("0")
    first, kept = (read_certificate(home / out / "size_base=2.0" / "certificate.json") for out in ("out", "again"))
    expected = [
        "size(base=2.0): reproduced: 7 verdicts, all figures the same",
        "source, suite, seeds and environment are the same.",
    ]
    assert (0, expected, first.without_timings()) == (code, lines[1:], kept.without_timings())


def test_a_metric_that_changed_does_not(again: Again) -> None:
    code, lines = again("0.5")
    expected = [
        "size(base=2.0): not reproduced: 1 of 7 verdicts came out otherwise",
        "  test_contract/test_is_zero_for_a_copy: kept +1e-06 then, error",
        "  source: sha256",
    ]
    assert (1, expected) == (code, [lines[1], lines[2].partition(" -")[0], lines[-1][:16]])


def test_a_certificate_says_what_was_given_and_asked_for(home: Path) -> None:
    body = read_certificate(home / "out" / "size_base=2.0" / "certificate.json").body
    asked = {name: body["suite"]["run"][name] for name in ("orientation", "tracks", "markers", "folders", "waivers")}
    expected = {"orientation": None, "tracks": ["contract"], "markers": "", "folders": [], "waivers": []}
    assert (expected, {"base": 2.0}, {"base": 1.0}) == (asked, body["metric"]["parameters"], body["metric"]["defaults"])


def refused(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert 4 == main(["verify", str(path)])
    return capsys.readouterr().err


def rewritten(path: Path, target: str) -> Path:
    body = json.loads(SCHEMA_1.read_text())
    body["metric"]["origin"]["target"] = target
    path.write_text(json.dumps(body))
    return path


def test_what_certify_carried_cannot_be_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rewritten(tmp_path / "c.json", CARRIED)
    expected = (
        f"metricsuite verify: {path}: the metric was a function or object without a module, carried by certify(), so there is no "
        "source to run again. Put it into a module, and name it: --metric module:attr.\n"
    )
    assert expected == refused(path, capsys)


def test_a_metric_that_is_gone_cannot_be_run_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gone = f"{tmp_path}/gone.py"
    expected = (
        f"metricsuite verify: {gone}:mine: there is no file {gone}; looked in {Path.cwd()}. "
        "Where it lies elsewhere now, name it: --metric TARGET.\n"
    )
    assert expected == refused(rewritten(tmp_path / "c.json", f"{gone}:mine"), capsys)


@pytest.mark.parametrize(
    ("code", "said", "expected"),
    [
        (4, "ERROR: --metric: x.py:f: there is no file x.py.", (MetricNotFound, "x.py:f: there is no file x.py.")),
        (4, "ERROR: w.toml: no such verdict.", (MetricsuiteError, "w.toml: no such verdict.")),
        (3, "ERROR: lost", (MetricsuiteError, "pytest ended with 3 and wrote no certificate: ERROR: lost")),
    ],
    ids=["metric", "usage", "anything else"],
)
def test_the_cause_is_told_once(code: int, said: str, expected: tuple[type, str]) -> None:
    error = _no_certificate(code, said)
    assert expected == (type(error), str(error))


def test_the_metric_may_lie_elsewhere_now(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def run_cases(target: str, *rest: object) -> Certificate:
        asked.append(target)
        return read_certificate(SCHEMA_1)

    monkeypatch.setattr(verifying, "run_cases", run_cases)
    code = main(["verify", str(rewritten(tmp_path / "c.json", CARRIED)), "--metric", "new/place.py:mine"])
    assert (0, ["new/place.py:mine"]) == (code, asked)
