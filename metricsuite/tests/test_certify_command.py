"""`metricsuite certify`: a front to certify(), which has tests of its own; here what it hands on, prints and returns."""

from pathlib import Path
from typing import Any

import pytest

from metricsuite.certificate import Certificate
from metricsuite.cli import main
from metricsuite.report import certify_command
from metricsuite.tests.test_certificate import REASONS, certificate, rows_with

Given = dict[str, Any]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Given:
    """What certify() was called with; it returns ``given["returns"]``."""
    calls: Given = {"returns": certificate()}

    def certify(metric: str, **options: Any) -> Certificate:
        calls.update(metric=metric, **options)
        made: Certificate = calls["returns"]
        return made

    monkeypatch.setattr(certify_command, "certify", certify)
    return calls


def test_hands_its_options_on(given: Given, tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text("")
    options = ["--seeds", "8", "--track", "contract", "--track", "noise", "--waivers", str(tmp_path / "w.toml")]
    options += ["--orientation", "similarity", "--processes", "2", "--cases", str(tmp_path), "--certificate", "out"]
    main(["certify", "lab:mine", *options])
    del given["returns"]
    expected = {
        "metric": "lab:mine", "seeds": 8, "tracks": ["contract", "noise"], "waivers": tmp_path / "w.toml", "orientation": "similarity",
        "processes": 2, "cases": [tmp_path], "directory": Path("out"),
    }  # fmt: skip
    assert expected == given


def test_without_options(given: Given) -> None:
    main(["certify", "cka"])
    del given["returns"]
    expected = {
        "metric": "cka", "seeds": None, "tracks": [], "waivers": None, "orientation": None, "processes": 0, "cases": [],
        "directory": Path("certificates"),
    }  # fmt: skip
    assert expected == given


@pytest.mark.parametrize(
    ("status", "expected"),
    [("certified", 0), ("profiled", 0), ("conditional", 0), ("incomplete", 0), ("inconclusive", 1), ("failed", 1)],
)
def test_exits_as_pytest_does(given: Given, status: str, expected: int) -> None:
    fields = dict(REASONS.get(status, {}))
    made = certificate(rows_with(*fields.pop("rows", [])), **fields)
    given["returns"] = made
    assert (status, expected) == (made.status, main(["certify", "lab:mine"]))


def test_prints_headline_and_where_it_lies(given: Given, capsys: pytest.CaptureFixture[str]) -> None:
    main(["certify", "lab:mine", "--certificate", "out"])
    lines = capsys.readouterr().out.splitlines()
    assert (f"mine: {given['returns'].headline}", "certificate: out/mine/certificate.json") == (lines[-3], lines[-1])


@pytest.mark.parametrize(("option", "what"), [("--cases", "folder"), ("--waivers", "file")])
def test_a_place_that_does_not_exist(given: Given, capsys: pytest.CaptureFixture[str], option: str, what: str) -> None:
    code = main(["certify", "lab:mine", option, "nowhere"])
    assert (4, f"metricsuite certify: {option} nowhere: there is no such {what}.\n") == (code, capsys.readouterr().err)
