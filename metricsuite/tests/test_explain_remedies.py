"""Causes and cures: every property and criterion has some, for each direction of its claim, and none is left over."""

import re

import pytest

from metricsuite.metrics.kernel_alignment import CKA
from metricsuite.properties import PROPERTIES
from metricsuite.report.explain.case_files import CRITERIA
from metricsuite.report.explain.pictures import picture_of
from metricsuite.report.explain.remedies import Remedy, causes, criterion_cures, cures

EXACT = {"equals", "identical", "obeys", "repeats", "symmetric", "triangular", "varies"}  # answered without an interval
ALL = [
    (n, r)
    for kind, look in (("property", cures), ("criterion", criterion_cures))
    for n in causes()[kind]
    for r in look(n)
]


class TestTable:
    def test_holds_these_two_kinds(self) -> None:
        assert ["property", "criterion"] == list(causes())

    def test_every_property_and_no_other(self) -> None:
        assert sorted(PROPERTIES) == sorted(causes()["property"])

    def test_every_criterion_and_no_other(self) -> None:
        assert sorted(CRITERIA) == sorted(causes()["criterion"])

    @pytest.mark.parametrize("name", PROPERTIES)
    def test_every_direction_and_no_other(self, name: str) -> None:
        assert sorted(PROPERTIES[name].directions) == sorted(causes()["property"][name])

    @pytest.mark.parametrize("name", CRITERIA)
    def test_unclear_where_there_is_an_interval(self, name: str) -> None:
        assert (["no"] if name in EXACT else ["no", "unclear"]) == list(causes()["criterion"][name])

    @pytest.mark.parametrize("kind", ["property", "criterion"])
    def test_one_to_four_for_each(self, kind: str) -> None:
        sizes = {f"{n}, {of}": len(pairs) for n, groups in causes()[kind].items() for of, pairs in groups.items()}
        assert {} == {where: size for where, size in sizes.items() if not 1 <= size <= 4}


class TestEach:
    def test_is_two_phrases_without_a_full_stop(self) -> None:
        phrase = re.compile(r"\S.{6,250}[^\s.]", re.DOTALL)
        texts = [(name, text) for name, r in ALL for text in (r.cause, r.cure)]
        assert [] == [(name, text) for name, text in texts if not phrase.fullmatch(text)]

    def test_what_it_refers_to_can_be_explained(self) -> None:
        named = [w for _, r in ALL for w in re.findall(r"metricsuite explain ([a-z][a-z_-]*)", f"{r.cause} {r.cure}")]
        assert set() == set(named) - PROPERTIES.keys() - set(CRITERIA)

    def test_no_cause_is_given_twice(self) -> None:
        texts = [(name, r.of, r.cause) for name, r in ALL]
        assert len(texts) == len(set(texts))


class TestLookingUp:
    def test_of_both_directions(self) -> None:
        assert {"invariant", "sensitive"} == {r.of for r in cures("translation")}

    def test_of_one(self) -> None:
        expected = [
            Remedy(
                "sensitive",
                "the metric centres, by itself or in its preparation",
                "claim invariant_to instead, or compare the means beside the rest",
            )
        ]
        assert expected == cures("translation", "sensitive")

    def test_of_a_labs_property_there_are_none(self) -> None:
        assert [] == cures("my-lab/replay")

    @pytest.mark.parametrize("name", CRITERIA)
    def test_every_criterion_has_a_picture(self, name: str) -> None:
        assert picture_of(name).endswith((".", "compares."))


class TestHonest:
    """Cures that name a built-in metric or a figure are held against the code."""

    def test_one_outlier_ruins_cka(self) -> None:
        import numpy as np

        from metricsuite.systems import graded_clouds, with_outlier

        (cloud,) = graded_clouds([0])
        spoilt = with_outlier(cloud, np.random.default_rng(0))
        assert CKA()(cloud.array, spoilt.array) < 0.1

    def test_more_units_than_samples_look_alike_to_cka(self) -> None:
        import numpy as np

        x, y = np.random.default_rng(0).normal(size=(2, 1, 50, 1000))
        assert pytest.approx(0.95, abs=0.01) == CKA()(x, y)

    def test_dsa_can_be_told_to_centre(self) -> None:
        from metricsuite import load_metric

        assert load_metric("dsa(centre=True)").setting["centre"] is True
