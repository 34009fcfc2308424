"""The suite's own cases: what they plan is what they run, and nothing that knows nothing keeps a track of them."""

import ast
from collections import Counter
from pathlib import Path

import pytest

from metricsuite.certificate import Certificate
from metricsuite.ports import NO_PORT
from metricsuite.tests.measure_null_metrics import BY_CHANCE, TABLE, measure, read_table, table
from metricsuite.tests.null_metrics import NULLS
from metricsuite.tests.track_rates import DECISIONS
from metricsuite.waivers import read_waivers

CASES = Path(__file__).parents[2] / "cases"


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Certificate]:
    """Of all null metrics, on all cases: two minutes, most of which goes into the systems."""
    return measure(tmp_path_factory.mktemp("nulls"))


@pytest.fixture(params=NULLS)
def certificate(request: pytest.FixtureRequest, certificates: dict[str, Certificate]) -> Certificate:
    return certificates[request.param]


@pytest.mark.parametrize("track", ["dynamics", "noise", "learning"])
def test_nothing_that_knows_nothing_keeps_a_whole_track(certificate: Certificate, track: str) -> None:
    assert {v.status for v in certificate.verdicts if v.track == track} - {"kept", "yes"}


def test_every_decision_is_reached(certificate: Certificate) -> None:
    """What is not applicable or ends in an error would count as not kept, and look like a good case; no null metric is a port."""
    assert [] == [(v.id, v.status) for v in certificate.verdicts if v.criterion is None and v.reason != NO_PORT]


def planned_pairs() -> dict[str, set[int]]:
    """The pairs in the marks `decides` of every ``file/test``, as they are written: pytest knows that mark only in runs about metrics."""
    planned: dict[str, set[int]] = {}
    for path in sorted(CASES.glob("test_*.py")):
        for test in ast.parse(path.read_text(encoding="utf-8")).body:
            for call in (
                c for d in getattr(test, "decorator_list", []) for c in ast.walk(d) if isinstance(c, ast.Call)
            ):
                if isinstance(call.func, ast.Attribute) and call.func.attr == "decides":
                    pairs = [ast.literal_eval(k.value) for k in call.keywords if k.arg == "pairs"]
                    planned.setdefault(f"{path.stem}/{test.name}", set()).update(pairs)
    return planned


def test_the_cases_run_the_pairs_that_they_plan(certificates: dict[str, Certificate]) -> None:
    run: dict[str, set[int]] = {}
    for v in certificates["random"].verdicts:
        run.setdefault(v.id.split("[")[0], set()).add(v.pairs)
    assert planned_pairs() == run


@pytest.mark.parametrize("track", BY_CHANCE)
def test_tracks_are_decided_by_the_criteria_that_the_error_rates_count(
    certificates: dict[str, Certificate], track: str
) -> None:
    """A case was added, taken away or decided otherwise: count again in `track_rates.DECISIONS` and simulate again."""
    found = Counter(
        "invariant below 1" if (v.criterion, v.threshold) == ("invariant", 1.0) else v.criterion
        for v in certificates["random"].verdicts
        if v.track == track
    )
    assert DECISIONS[track] == found


def test_the_published_table_is_that_of_the_cases(certificates: dict[str, Certificate]) -> None:
    """Fails? ``python -m metricsuite.tests.measure_null_metrics``, then ``python -m metricsuite.report.rates README.md``."""
    assert read_table(TABLE)["decisions"] == table(certificates)["decisions"]


@pytest.mark.parametrize("track", BY_CHANCE)
def test_published_counts_are_those_of_the_cases(certificate: Certificate, track: str) -> None:
    """One decision at its threshold may fall the other way on another machine."""
    name = certificate.metric
    published = read_table(TABLE)["kept"][name][track]["decisions"]
    assert pytest.approx(published, abs=1) == table({name: certificate})["kept"][name][track]["decisions"]


def test_no_built_in_metric_is_waived() -> None:
    assert [] == read_waivers(CASES / "waivers.toml")
