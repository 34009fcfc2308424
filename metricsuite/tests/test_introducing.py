"""What a metric says about itself: the setting in force, what was given, what the signature says."""

import functools
from collections.abc import Callable
from typing import Any

import pytest

from metricsuite.adapting import Metric, adapt
from metricsuite.introducing import introduction
from metricsuite.isolation import Isolated
from metricsuite.subjects import Subjects


def distance(x: Any, y: Any, rank: Any = 10, ridge: float = 0.0) -> float:
    return 0.0


class Distance:
    def __init__(self, rank: Any = 10, ridge: float = 0.0) -> None:
        self.rank, self.ridge = rank, ridge

    def prepare(self, x: Any) -> Any:
        return x

    def compare(self, a: Any, b: Any) -> float:
        return 0.0


def told(metric: Metric) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    hello = introduction(metric, {})
    return hello.setting, hello.parameters, hello.defaults


DEFAULTS = {"rank": 10, "ridge": 0.0}
WAYS: dict[str, Callable[[], Metric]] = {  # of giving rank=3
    "a function's keyword": lambda: adapt(distance, name="d", parameters={"rank": 3}),
    "a class's keyword": lambda: adapt(Distance, name="d", parameters={"rank": 3}),
    "an instance": lambda: adapt(Distance(rank=3), name="d"),
    "a partial": lambda: adapt(functools.partial(distance, rank=3), name="d"),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_is_given_stands_beside_the_default(way: str) -> None:
    assert ({"rank": 3, "ridge": 0.0}, {"rank": 3}, DEFAULTS) == told(WAYS[way]())


@pytest.mark.parametrize("plugin", [distance, Distance, Distance()], ids=["function", "class", "instance"])
def test_nothing_given(plugin: Any) -> None:
    assert (DEFAULTS, {}, DEFAULTS) == told(adapt(plugin, name="d"))


def test_a_default_that_was_given_by_name_was_given() -> None:
    assert {"rank": 10} == told(adapt(Distance, name="d", parameters={"rank": 10}))[1]


def test_without_parameters() -> None:
    assert ({}, {}, {}) == told(adapt(lambda x, y: 0.0, name="d"))


def test_a_random_metric_s_generator_is_no_parameter() -> None:
    def drawn(x: Any, y: Any, rng: Any = None, size: int = 2) -> float:
        return 0.0

    assert {"size": 2} == told(adapt(drawn, name="d"))[2]


def test_values_that_json_does_not_have_are_told_in_words() -> None:
    metric = adapt(Distance, name="d", parameters={"rank": (1, 2), "ridge": float("inf")})
    assert {"rank": "(1, 2)", "ridge": "inf"} == told(metric)[1]


TARGET = "metricsuite.tests.test_introducing:Distance(rank=3)"


def test_they_come_through_from_a_process_of_its_own() -> None:
    metric = Isolated(TARGET)
    try:
        hello = metric.introduce()
        assert ({"rank": 3}, DEFAULTS) == (hello.parameters, hello.defaults)
    finally:
        metric.close()


def test_they_travel_to_a_worker() -> None:
    subjects = Subjects([TARGET], isolate=False, orientation=None, limit=60.0)
    (subject,) = Subjects.from_list(subjects.to_list(), None, 60.0).found.values()
    assert ({"rank": 3}, DEFAULTS) == (subject.parameters, subject.defaults)
