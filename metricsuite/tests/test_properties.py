"""The vocabulary: every entry well formed, every exclusion about claims that can be made."""

import dataclasses
import re

import pytest

from metricsuite.certifying import own_cases
from metricsuite.metrics.kernel_alignment import CKA
from metricsuite.properties import (
    CONTAINS,
    EITHER,
    EXCLUDES,
    IMPLIES,
    LIMITS,
    PROPERTIES,
    TRACKS,
    Exclusion,
    Implication,
    Limit,
    Property,
    nearest,
)
from metricsuite.report.explaining import deciding_tests
from metricsuite.spec import MetricSpec
from metricsuite.transformations import TRANSFORMATIONS

FIELDS = {"axioms": "axiom", "invariant_to": "invariant", "sensitive_to": "sensitive"}
DECIDED = deciding_tests(own_cases())
PAIRS = [(group, member) for group, members in CONTAINS.items() for member in members]

each_property = pytest.mark.parametrize("entry", PROPERTIES.values(), ids=list(PROPERTIES))
each_exclusion = pytest.mark.parametrize(
    "exclusion", EXCLUDES, ids=lambda e: "-and-".join(value for _, value in e.claims)
)


class TestEachEntry:
    @each_property
    def test_stands_under_its_name(self, entry: Property) -> None:
        assert entry is PROPERTIES[entry.name]

    @each_property
    def test_name_is_words_joined_by_hyphens(self, entry: Property) -> None:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", entry.name)

    @each_property
    def test_has_a_meaning(self, entry: Property) -> None:
        assert re.fullmatch(r"\S.{9,}\S", entry.meaning)

    @each_property
    def test_meaning_is_a_phrase_without_a_full_stop(self, entry: Property) -> None:
        assert not entry.meaning.endswith(".")

    @each_property
    def test_source_is_an_author_and_a_year_or_the_suite(self, entry: Property) -> None:
        assert re.fullmatch(r"metricsuite|[A-Z].* (19|20)\d\d(, .+)?", entry.source)

    @each_property
    def test_track_is_known(self, entry: Property) -> None:
        assert entry.track in TRACKS

    @each_property
    def test_directions_are_those_of_its_track(self, entry: Property) -> None:
        allowed = {"contract": [("contract",)], "axioms": [("axiom",)], "invariance": [EITHER]}
        assert entry.directions in allowed.get(entry.track, [("invariant",), ("sensitive",)])

    @each_property
    def test_cannot_be_changed(self, entry: Property) -> None:
        with pytest.raises(dataclasses.FrozenInstanceError):
            entry.meaning = "anything"  # type: ignore[misc]


class TestTheWhole:
    def test_every_track_holds_something(self) -> None:
        assert list(TRACKS) == list(dict.fromkeys(p.track for p in PROPERTIES.values()))

    def test_no_meaning_is_given_twice(self) -> None:
        meanings = [p.meaning for p in PROPERTIES.values()]
        assert sorted(set(meanings)) == sorted(meanings)

    def test_contract_and_axioms(self) -> None:
        expected = {
            "contract": {
                "finite",
                "non-negative",
                "repeatable",
                "input-untouched",
                "stateless",
                "identity",
                "not-constant",
            },
            "axioms": {"symmetry", "triangle", "same-as"},
        }
        assert expected == {track: {p.name for p in PROPERTIES.values() if p.track == track} for track in expected}

    def test_every_transformation_is_a_property_of_invariance(self) -> None:
        assert {p.name for p in PROPERTIES.values() if p.track == "invariance"} == set(TRANSFORMATIONS)

    def test_every_track_is_a_word_that_can_be_a_marker(self) -> None:
        assert [] == [track for track in TRACKS if not track.isidentifier()]


class TestExclusions:
    @each_exclusion
    def test_fields_exist(self, exclusion: Exclusion) -> None:
        assert {f for f, _ in exclusion.claims} <= {f.name for f in dataclasses.fields(MetricSpec)} | {
            "a number as self_value"
        }

    @each_exclusion
    def test_claims_can_be_made(self, exclusion: Exclusion) -> None:
        made = [(value, FIELDS[f]) for f, value in exclusion.claims if f in FIELDS]
        assert [] == [claim for claim in made if claim[1] not in PROPERTIES[claim[0]].directions]

    @each_exclusion
    def test_a_property_that_is_no_group_action_is_among_them(self, exclusion: Exclusion) -> None:
        assert [] != [v for _, v in exclusion.claims if v in PROPERTIES and PROPERTIES[v].track != "invariance"]

    @each_exclusion
    def test_the_one_test_that_it_speaks_of_decides_the_property(self, exclusion: Exclusion) -> None:
        properties = [d.property for d in DECIDED if d.test.replace("::", "/") == exclusion.where]
        assert bool(exclusion.where) == bool(set(properties) & {value for _, value in exclusion.claims})

    @each_exclusion
    def test_reason_is_a_phrase_without_a_full_stop(self, exclusion: Exclusion) -> None:
        assert re.fullmatch(r"[a-z]\S* .{20,}[^.]", exclusion.reason)

    def test_said(self) -> None:
        claims = (("pairing", "none"), ("invariant_to", "bias"), ("a number as self_value", ""))
        assert "pairing 'none' and invariant_to 'bias' and a number as self_value" == Exclusion(claims, "so").said

    @pytest.mark.parametrize("group, member", PAIRS, ids=lambda name: name)
    def test_what_contains_and_what_is_contained_are_properties(self, group: str, member: str) -> None:
        assert (EITHER, EITHER) == (PROPERTIES[group].directions, PROPERTIES[member].directions)

    @pytest.mark.parametrize("group, member", PAIRS, ids=lambda name: name)
    def test_containment_is_transitive(self, group: str, member: str) -> None:
        assert set(CONTAINS.get(member, ())) <= set(CONTAINS[group])

    def test_containment_is_no_circle(self) -> None:
        assert [] == [pair for pair in PAIRS if pair[::-1] in PAIRS or pair[0] == pair[1]]


class TestImplications:
    @pytest.mark.parametrize("implication", IMPLIES, ids=lambda i: f"{'-and-'.join(i.invariances)}-so-{i.implied}")
    def test_every_part_can_be_claimed_as_an_invariance(self, implication: Implication) -> None:
        parts = [*implication.invariances, implication.implied]
        assert [] == [name for name in parts if "invariant" not in PROPERTIES[name].directions]

    def test_premises_are_sorted_so_that_messages_are_too(self) -> None:
        assert [tuple(sorted(i.invariances)) for i in IMPLIES] == [i.invariances for i in IMPLIES]


class TestLimits:
    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.property)
    def test_is_about_a_property(self, limit: Limit) -> None:
        assert limit.property in PROPERTIES

    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.property)
    def test_is_about_functions_or_measures_of_a_kind(self, limit: Limit) -> None:
        assert re.fullmatch(r"(functions of|measures) .*[^.]", limit.kind)

    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.property)
    def test_reason_is_a_phrase_without_a_full_stop(self, limit: Limit) -> None:
        assert re.fullmatch(r"\S.{20,}[^.]", limit.reason)


class TestNearest:
    def test_names_what_is_near(self) -> None:
        assert "nearest: orthogonal" == nearest("ortogonal", ["orthogonal", "symmetry"])

    def test_names_three_at_most_best_first(self) -> None:
        assert "nearest: abcd, abcx, abxx" == nearest("abcd", ["xxxd", "abxx", "abcx", "abcd", "axxx"])

    def test_names_all_where_nothing_is_near(self) -> None:
        assert "known: symmetry, triangle" == nearest("xyz", ["symmetry", "triangle"])


def test_a_built_in_claim_leads_to_its_entry() -> None:
    assert "axiom" == CKA.spec.claim(PROPERTIES["symmetry"])
