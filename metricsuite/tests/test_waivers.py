"""Waivers: what a file may say, and what a run makes of it."""

import datetime
from pathlib import Path
from typing import Any

import pytest

from metricsuite.certificate import read_certificate
from metricsuite.errors import WaiverError
from metricsuite.tests.helpers import pytest_in
from metricsuite.waivers import Waiver, read_waivers

TODAY = datetime.date(2025, 6, 1)
ONE = """
[[waiver]]
metric = "cka"
verdict = "test_ring_line/test_tells[near]"
reason = "a projection"
source = "Author et al. 2024, fig. 3"
"""

# the file


def refusal(folder: Path, text: str) -> str:
    path = folder / "waivers.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(WaiverError) as caught:
        read_waivers(path, TODAY)
    assert str(caught.value).startswith(f"{path}: ")
    return str(caught.value).removeprefix(f"{path}: ")


def test_a_waiver_is_read(tmp_path: Path) -> None:
    (tmp_path / "w.toml").write_text(ONE + "expires = 2025-06-01\n", encoding="utf-8")
    expected = Waiver("cka", "test_ring_line/test_tells[near]", "a projection", "Author et al. 2024, fig. 3", TODAY)
    assert [expected] == read_waivers(tmp_path / "w.toml", TODAY)


@pytest.mark.parametrize("text", ["", "# nothing is waived\n"])
def test_an_empty_file_waives_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "w.toml").write_text(text, encoding="utf-8")
    assert [] == read_waivers(tmp_path / "w.toml", TODAY)


WHO = "the waiver of cka test_ring_line/test_tells[near]"
FILES = {
    "expired": (
        ONE + "expires = 2025-05-31\n",
        f"{WHO} expired on 2025-05-31. Mend the metric, withdraw the claim, or renew it with a reason.",
    ),
    "a time": (
        ONE + "expires = 2025-07-01T00:00:00\n",
        f"{WHO} expires datetime.datetime(2025, 7, 1, 0, 0); needed a date, such as 2027-01-31.",
    ),
    "a text for a date": (
        ONE + "expires = '2027-01-31'\n",
        f"{WHO} expires '2027-01-31'; needed a date, such as 2027-01-31.",
    ),
    "no end": (
        ONE.replace('source = "Author et al. 2024, fig. 3"', ""),
        f"{WHO} has neither an expiry date nor a source (a theorem or a paper); needed one of them.",
    ),
    "blank source": (
        ONE.replace("Author et al. 2024, fig. 3", " "),
        f"{WHO} has neither an expiry date nor a source (a theorem or a paper); needed one of them.",
    ),
    "source is no text": (ONE.replace('"Author et al. 2024, fig. 3"', "3"), f"{WHO} has the source 3; needed text."),
    "no reason": (ONE.replace('reason = "a projection"', ""), f"{WHO} has no reason; needed text."),
    "blank reason": (ONE.replace("a projection", " "), f"{WHO} has no reason; needed text."),
    "no metric": (
        ONE.replace('metric = "cka"', ""),
        "the waiver of ? test_ring_line/test_tells[near] has no metric; needed text.",
    ),
    "no verdict": (
        ONE.replace('verdict = "test_ring_line/test_tells[near]"', ""),
        "the waiver of cka ? has no verdict; needed text.",
    ),
    "a stray field": (
        ONE + "until = 2027-01-31\n",
        f"{WHO} has the fields ['until']; needed metric, verdict, reason, source, expires.",
    ),
    "twice": (ONE + ONE, "cka test_ring_line/test_tells[near] is waived twice. Remove one."),
    "a stray table": (ONE + "[other]\n", "holds ['other', 'waiver']; needed [[waiver]] tables and nothing else."),
    "one table": (
        ONE.replace("[[waiver]]", "[waiver]"),
        "holds ['waiver']; needed [[waiver]] tables and nothing else.",
    ),
    "no table": ("waiver = 3\n", "holds ['waiver']; needed [[waiver]] tables and nothing else."),
    "a list of numbers": ("waiver = [3]\n", "holds ['waiver']; needed [[waiver]] tables and nothing else."),
    "a misspelt table": (
        ONE.replace("[[waiver]]", "[[waivers]]"),
        "holds ['waivers']; needed [[waiver]] tables and nothing else.",
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_cannot_be_honoured_says_what_is_needed(tmp_path: Path, kind: str) -> None:
    text, message = FILES[kind]
    assert message == refusal(tmp_path, text)


def test_what_is_not_toml_cannot_be_read(tmp_path: Path) -> None:
    assert refusal(tmp_path, "[[waiver]\n").startswith("cannot be read: ")


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(WaiverError, match=r"nowhere\.toml: cannot be read: .*No such file"):
        read_waivers(tmp_path / "nowhere.toml", TODAY)


# the run


CASES = """
import numpy as np
import pytest
from metricsuite import Contrast, pairwise
from metricsuite.criteria import obeys, separates, symmetric


def cloud(seed, scale):
    return scale * np.random.default_rng([seed, scale]).normal(size=(3, 8, 4))


@pytest.fixture(scope="module")
def clouds(seeds):
    return Contrast({"small": [cloud(s, 1) for s in seeds[:6]], "large": [cloud(s, 3) for s in seeds[:6]]}, paired=True)


@pytest.mark.decides("finite")
def test_is_finite(metric, clouds, verdict):
    verdict(obeys(pairwise(metric, clouds, strict=False), "finite"))


@pytest.mark.decides("symmetry")
def test_is_symmetric(metric, clouds, verdict):
    verdict(symmetric(pairwise(metric, clouds, both=True)))


@pytest.mark.decides("regime")
def test_tells_sizes(metric, clouds, verdict):
    verdict(separates(pairwise(metric, clouds)))


@pytest.mark.decides("topology")
def test_is_not_claimed(metric, clouds, verdict):
    verdict(separates(pairwise(metric, clouds)))
"""
METRICS = """
import numpy as np
from metricsuite import metric

claims = {"axioms": {"symmetry"}, "sensitive_to": {"regime"}}


@metric("size", **claims)
def size(x, y):
    return abs(np.linalg.norm(x) - np.linalg.norm(y))


@metric("wrong", **claims)
def wrong(x, y):
    return 1 / (1 + size(x, y))  # nearer where sizes differ


@metric("few", **claims)
def few(x, y):
    return abs(np.log(np.linalg.norm(x.ravel()[:3])) - np.log(np.linalg.norm(y.ravel()[:3])))


@metric("raises", **claims)
def raises(x, y):
    raise ValueError("no luck")
"""
CLAIM = "test_size/test_tells_sizes"


def waiver(metric: str, verdict: str = CLAIM, end: str = 'source = "theorem: known by its makers"') -> str:
    return f'[[waiver]]\nmetric = "{metric}"\nverdict = "{verdict}"\nreason = "known"\n{end}\n'


def run_with(
    folder: Path, waivers: str, *names: str, args: tuple[str, ...] = ("--no-isolation", "--waivers", "waivers.toml")
) -> pytest.RunResult:
    """A run in a process of its own."""
    for path, text in {
        "cases/conftest.py": "metricsuite_cases = True\n",
        "cases/test_size.py": CASES,
        "metrics.py": METRICS,
        "waivers.toml": waivers,
    }.items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    targets = [word for name in names for word in ("--metric", f"metrics.py:{name}")]
    return pytest_in(folder, "cases", *targets, "--certificate", "out", *args)


def certificate(folder: Path, metric: str) -> dict[str, Any]:
    return read_certificate(folder / "out" / metric / "certificate.json").body


def row(folder: Path, metric: str, verdict: str = CLAIM) -> dict[str, Any]:
    (found,) = [v for v in certificate(folder, metric)["verdicts"] if v["id"] == verdict]
    return found


def errors(result: pytest.RunResult) -> list[str]:
    return [text.removeprefix("ERROR: ") for text in [*result.outlines, *result.errlines] if text.startswith("ERROR: ")]


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_broken_claim_that_is_waived_makes_the_certificate_conditional(tmp_path: Path, workers: str) -> None:
    result = run_with(tmp_path, waiver("wrong"), "wrong", args=("--waivers", "waivers.toml", "-n", workers))
    body = certificate(tmp_path, "wrong")
    expected = (0, "conditional", "conditional: 2 of 52 properties claimed, all kept but for 1 waived", 1)
    assert expected == (result.ret, body["status"], body["headline"], body["counts"]["waived"])
    assert ("waived", "known (theorem: known by its makers)") == (
        row(tmp_path, "wrong")["status"],
        row(tmp_path, "wrong")["waiver"],
    )


def test_the_ini_key_is_read_from_the_root_of_the_project(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\nmetricsuite_waivers = waivers.toml\n", encoding="utf-8")
    assert 0 == run_with(tmp_path, waiver("wrong"), "wrong", args=("--no-isolation",)).ret


def test_a_waiver_with_an_end_says_when(tmp_path: Path) -> None:
    run_with(tmp_path, waiver("wrong", end="expires = 2999-12-31"), "wrong")
    assert "known (until 2999-12-31)" == row(tmp_path, "wrong")["waiver"]


def test_an_unexpected_pass_fails_the_run(tmp_path: Path) -> None:
    result = run_with(tmp_path, waiver("size"), "size")
    expected = (1, "unexpected pass", "failed: 2 of 52 properties claimed, waived and kept all the same: regime")
    assert expected == (result.ret, row(tmp_path, "size")["status"], certificate(tmp_path, "size")["headline"])


@pytest.fixture(scope="module")
def all_waived(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, pytest.RunResult]:
    folder = tmp_path_factory.mktemp("all")
    names = ("size", "wrong", "few", "raises")
    return folder, run_with(folder, "".join(waiver(name) for name in names), *names)


@pytest.mark.parametrize(
    ("metric", "status", "whole"),
    [
        ("size", "unexpected pass", "failed"),
        ("wrong", "waived", "conditional"),
        ("few", "inconclusive", "inconclusive"),
        ("raises", "error", "failed"),
    ],
)
def test_only_what_is_broken_can_be_waived(
    all_waived: tuple[Path, pytest.RunResult], metric: str, status: str, whole: str
) -> None:
    assert (status, whole) == (row(all_waived[0], metric)["status"], certificate(all_waived[0], metric)["status"])


@pytest.mark.parametrize("metric", ["few", "raises"])
def test_what_was_not_waived_names_no_waiver(all_waived: tuple[Path, pytest.RunResult], metric: str) -> None:
    assert None is row(all_waived[0], metric)["waiver"]


REFUSED = {
    "an unknown verdict": (
        waiver("size", "test_size/test_nowhere"),
        "waiver of size test_size/test_nowhere: there is no such verdict",
    ),
    "an unknown metric": (waiver("sise"), f"waiver of sise {CLAIM}: no metric of that name in this run"),
    "the contract": (
        waiver("size", "test_size/test_is_finite"),
        "waiver of size test_size/test_is_finite: the contract cannot be waived",
    ),
    "an axiom": (
        waiver("size", "test_size/test_is_symmetric"),
        "waiver of size test_size/test_is_symmetric: the axioms cannot be waived",
    ),
    "what is not claimed": (
        waiver("size", "test_size/test_is_not_claimed"),
        "waiver of size test_size/test_is_not_claimed: topology is not claimed, so there is nothing to waive",
    ),
}


def test_waivers_that_may_not_be_are_refused_together(tmp_path: Path) -> None:
    result = run_with(tmp_path, "".join(text for text, _ in REFUSED.values()), "size")
    assert (4, sorted(message for _, message in REFUSED.values())) == (result.ret, sorted(errors(result)))


def test_an_unknown_verdict_alone_exits_4(tmp_path: Path) -> None:
    text, message = REFUSED["an unknown verdict"]
    result = run_with(tmp_path, text, "size")
    assert (4, [message]) == (result.ret, errors(result))


def test_a_bad_waiver_exits_4_on_two_workers(tmp_path: Path) -> None:
    text, message = REFUSED["an unknown verdict"]
    result = run_with(tmp_path, text, "size", args=("--no-isolation", "--waivers", "waivers.toml", "-n", "2"))
    assert (4, [message]) == (result.ret, errors(result))


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_bad_waiver_beside_the_cases_exits_4(tmp_path: Path, workers: str) -> None:
    text, message = REFUSED["an unknown verdict"]
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases" / "waivers.toml").write_text(text, encoding="utf-8")
    result = run_with(tmp_path, "", "size", args=("--no-isolation", "-n", workers))
    assert (4, [message]) == (result.ret, errors(result))


def test_a_bad_waiver_leaves_no_certificate_that_looks_good(tmp_path: Path) -> None:
    run_with(tmp_path, REFUSED["the contract"][0], "size")
    found = tmp_path / "out" / "size" / "certificate.json"
    assert not found.exists() or "certified" != read_certificate(found).status


def test_an_expired_waiver_exits_4_before_anything_is_run(tmp_path: Path) -> None:
    result = run_with(tmp_path, waiver("wrong", end="expires = 2020-01-01"), "wrong")
    message = f"the waiver of wrong {CLAIM} expired on 2020-01-01. Mend the metric, withdraw the claim, or renew it with a reason."
    assert (4, [f"{tmp_path / 'waivers.toml'}: {message}"], []) == (
        result.ret,
        errors(result),
        [t for t in result.outlines if t.startswith("cases")],
    )


def test_a_waiver_of_what_was_left_out_is_no_error(tmp_path: Path) -> None:
    result = run_with(
        tmp_path, waiver("wrong"), "wrong", args=("--no-isolation", "--waivers", "waivers.toml", "-k", "finite")
    )
    assert (0, []) == (result.ret, errors(result))


def test_a_waiver_of_a_built_in_metric_that_is_not_in_the_run_is_no_error(tmp_path: Path) -> None:
    result = run_with(tmp_path, waiver("wrong") + waiver("cka"), "wrong")
    assert (0, []) == (result.ret, errors(result))
