"""What is promised to stay: verdict ids, and when something new can be claimed."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from metricsuite import MetricSpec, Property, spec, stability
from metricsuite.errors import SpecError
from metricsuite.properties import PROPERTIES
from metricsuite.report.suggestion import suggested_spec
from metricsuite.stability import claimable, claimable_from, retired, verdict_ids
from metricsuite.tests.verdict_ids import MINOR, differences, written
from metricsuite.verdict import Verdict, blank
from metricsuite.waivers import Waiver, refuse_waivers

GONE = {"retired": "0.2", "why": "two networks were one."}
RELEASES = ["0.1.0", "0.1.7", "0.2.0", "0.2.1", "0.3.0", "0.10.0", "1.0.0"]


@pytest.fixture
def an_id_is_retired(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = {"test_a/test_b": {"since": "0.1"}, "test_a/test_old": {"since": "0.1", **GONE}}
    monkeypatch.setattr(stability, "verdict_ids", lambda: ids)


class TestVerdictIds:
    def test_the_file_is_that_of_the_cases(self) -> None:
        """Fails? Its message says what to write."""
        command = [sys.executable, "-m", "metricsuite.tests.verdict_ids", "--list"]
        found = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        assert [] == differences(verdict_ids(), found)

    @pytest.mark.parametrize("name", verdict_ids())
    def test_every_entry_says_when_it_came_and_if_it_went_why(self, name: str) -> None:
        entry = verdict_ids()[name]
        said = {"since"} if "retired" not in entry else {"since", "retired", "why"}
        releases = [entry[word] for word in ("since", "retired") if word in entry]
        assert (said, True) == (set(entry), all(re.fullmatch(r"\d+\.\d+", release) for release in releases))

    @pytest.mark.parametrize(
        ("promised", "found", "expected"),
        [
            ({"a/b": {"since": "0.1"}}, ["a/b"], []),
            ({"a/b": {"since": "0.1", **GONE}}, [], []),
            ({}, ["a/b"], ["a/b is new: python -m metricsuite.tests.verdict_ids adds it to verdict_ids.json."]),
            (
                {"a/b": {"since": "0.1"}},
                [],
                [
                    "a/b is promised, and no case decides it. Restore it, or retire it in verdict_ids.json: add "
                    f'"retired": "{MINOR}" and "why", and say so in the changelog.'
                ],
            ),
            (
                {"a/b": {"since": "0.1", **GONE}},
                ["a/b"],
                ["a/b is retired, and a case decides it again. Give the case another name."],
            ),
        ],
        ids=["as promised", "retired", "new", "lost", "given again"],
    )
    def test_differences(self, promised: dict[str, Any], found: list[str], expected: list[str]) -> None:
        assert expected == differences(promised, found)

    def test_new_ids_are_added_and_none_is_dropped(self) -> None:
        promised = {"a/c": {"since": "0.0", **GONE}, "a/b": {"since": "0.0"}}
        expected = {"a/a": {"since": MINOR}, "a/b": {"since": "0.0"}, "a/c": {"since": "0.0", **GONE}}
        assert list(expected.items()) == list(json.loads(written(promised, {"a/a", "a/b"})).items())

    def test_the_file_is_as_it_would_be_written(self) -> None:
        found = {"python": json.dumps(verdict_ids()), "written": json.dumps(json.loads(written(verdict_ids(), ())))}
        assert found["written"] == found["python"]


@pytest.mark.usefixtures("an_id_is_retired")
class TestRetired:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("test_a/test_old", "retired with metricsuite 0.2: two networks were one."),
            ("test_a/test_b", None),
            ("test_lab/test_own", None),
        ],
    )
    def test_says_why(self, name: str, expected: str | None) -> None:
        assert expected == retired(name)

    def test_a_waiver_is_told(self) -> None:
        row = blank("test_a/test_b", "mine", PROPERTIES["topology"], MetricSpec(name="mine"))
        wrong = refuse_waivers([Waiver("mine", "test_a/test_old", "known", "theorem: so")], [row], ran_all=True)
        expected = "it was retired with metricsuite 0.2: two networks were one. Remove the waiver"
        assert [f"waiver of mine test_a/test_old: {expected}"] == wrong

    def test_a_lab_may_have_a_case_of_that_name(self) -> None:
        claims = MetricSpec(name="mine", sensitive_to={"topology"})
        row = blank("test_a/test_old", "mine", PROPERTIES["topology"], claims)
        waiver = Waiver("mine", "test_a/test_old", "known", "theorem: so")
        assert [] == refuse_waivers([waiver], [row], ran_all=True)


class TestClaimable:
    @pytest.mark.parametrize(
        ("since", "expected"),
        [
            ("0.1", RELEASES),
            ("0.2", ["0.3.0", "0.10.0", "1.0.0"]),
            ("0.9", ["0.10.0", "1.0.0"]),
            ("0.10", ["1.0.0"]),
            ("1.0", []),
        ],
    )
    def test_from_the_next_minor_release_on(
        self, monkeypatch: pytest.MonkeyPatch, since: str, expected: list[str]
    ) -> None:
        entry, found = Property("replay", "dynamics", "replayed", since=since), []
        for release in RELEASES:
            monkeypatch.setattr(stability, "__version__", release)
            found += [release] * claimable(entry)
        assert expected == found

    @pytest.mark.parametrize(("since", "expected"), [("0.1", "0.1"), ("0.2", "0.3"), ("0.9", "0.10"), ("1.0", "1.1")])
    def test_says_from_when(self, since: str, expected: str) -> None:
        assert expected == claimable_from(Property("replay", "dynamics", "replayed", since=since))

    def test_a_labs_own_at_once(self) -> None:
        assert claimable(Property("lab/replay", "dynamics", "replayed", since="99.0"))

    def test_the_contract_never(self) -> None:
        assert not claimable(PROPERTIES["finite"])

    def test_this_release_counts_what_can_be_claimed(self) -> None:
        assert 52 == sum(map(claimable, PROPERTIES.values()))

    @pytest.mark.parametrize("entry", PROPERTIES.values(), ids=list(PROPERTIES))
    def test_nothing_comes_from_a_later_release(self, entry: Property) -> None:
        assert stability._minor(entry.since) <= stability._minor(stability.__version__)


@pytest.fixture
def replay(monkeypatch: pytest.MonkeyPatch) -> Property:
    """A property that came with 0.2, in 0.2."""
    entry = Property("replay", "dynamics", "what was seen comes back", ("sensitive",), "metricsuite", "0.2")
    monkeypatch.setattr(stability, "__version__", "0.2.3")
    monkeypatch.setitem(PROPERTIES, "replay", entry)
    return entry


@pytest.mark.usefixtures("replay")
class TestWhatIsNew:
    def test_is_refused_as_a_claim(self) -> None:
        with pytest.raises(SpecError) as raised:
            MetricSpec(name="mine", sensitive_to={"replay", "topology"})
        expected = (
            "mine: sensitive_to: 'replay' came with metricsuite 0.2 and is measured only until 0.3: what is new is seen on everybody's "
            "metrics before it can be claimed. Remove it."
        )
        assert expected == str(raised.value)

    def test_can_be_claimed_in_the_next_release(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(stability, "__version__", "0.3.0")
        assert {"replay"} == MetricSpec(name="mine", sensitive_to={"replay"}).claims

    def test_is_not_offered_to_who_misspells(self) -> None:
        with pytest.raises(SpecError) as raised:
            MetricSpec(name="mine", sensitive_to={"reply"})
        assert "replay" not in str(raised.value)

    def test_is_a_measurement(self, replay: Property) -> None:
        row = blank("test_a/test_b", "mine", replay, MetricSpec(name="mine", sensitive_to={"topology"}))
        assert "measurement" == row.kind

    @pytest.mark.parametrize(("release", "expected"), [("0.2.3", {"topology"}), ("0.3.0", {"replay", "topology"})])
    def test_is_not_suggested(self, monkeypatch: pytest.MonkeyPatch, release: str, expected: set[str]) -> None:
        monkeypatch.setattr(stability, "__version__", release)
        rows = [measured(PROPERTIES[name]) for name in ("replay", "topology")]
        namespace: dict[str, Any] = {}
        exec(pasted(suggested_spec(MetricSpec(name="mine"), rows)), namespace)
        assert expected == namespace["mine"].spec.sensitive_to

    def test_a_suggestion_does_not_speak_of_it(self, replay: Property) -> None:
        assert "replay" not in suggested_spec(MetricSpec(name="mine"), [measured(replay)])

    def test_is_in_the_vocabulary_of_the_spec(self) -> None:
        assert "replay" in spec.PROPERTIES


def measured(entry: Property) -> Verdict:
    row = blank(f"test_a/test_{entry.name}", "mine", entry, MetricSpec(name="mine"))
    row.status = "yes"
    return row


def pasted(suggestion: str) -> str:
    """What its author would run: without the sentence at the top."""
    return suggestion[suggestion.index("from metricsuite") :] + "\ndef mine(x, y): ..."
