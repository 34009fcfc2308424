"""Steps and equivalences between kinds of network: p, effect size, and the word for an interval."""

from typing import Any

import numpy as np
import pytest

from metricsuite.report.replicate.network_statistics import Equivalence, Step, equivalence, sign_flip, step


class TestSignFlip:
    def test_of_three_that_rise(self) -> None:
        assert 1 / 8 == sign_flip(np.array([1.0, 2.0, 3.0]))

    def test_counts_sums_as_large(self) -> None:
        assert 3 / 4 == sign_flip(np.array([-1.0, 1.0]))

    def test_of_sixteen_that_rise(self) -> None:
        assert 2**-16 == sign_flip(np.arange(1.0, 17.0))

    def test_of_more_is_drawn(self) -> None:
        assert 1 / 20001 == sign_flip(np.ones(32))


class TestStep:
    def made(self, low: float, high: float, p: float = 0.001, n: int = 8) -> Step:
        return Step(1.0, 0.9, (low + high) / 2, low, high, p, 1.0, 0.5, 1.5, n, n)

    @pytest.mark.parametrize(
        "low, high, p, n, expected",
        [
            (0.02, 0.3, 0.001, 8, "holds"),
            (0.02, 0.3, 0.02, 8, "undecided"),
            (-0.3, -0.2, 0.9, 8, "does not hold"),
            (0.02, 0.09, 0.001, 8, "does not hold"),
            (-0.02, 0.3, 0.04, 8, "undecided"),
            (0.02, 0.3, 0.001, 3, "undecided"),
        ],
        ids=["above", "p too large", "below", "within the margin", "open", "too few"],
    )
    def test_word(self, low: float, high: float, p: float, n: int, expected: str) -> None:
        assert expected == self.made(low, high, p, n).word

    def test_is_paired(self) -> None:
        seeds = np.random.default_rng(0).normal(0, 1, 16)
        s = step(seeds + 0.1, seeds)
        assert (0.1, 0.1, 0.1) == pytest.approx((s.value, s.low, s.high))

    def test_effect_size_is_over_the_spread(self) -> None:
        s = step(np.array([1.0, 2.0, 3.0, 2.0]), np.zeros(4))
        assert 2 / np.std([1, 2, 3, 2], ddof=1) == pytest.approx(s.size)

    def test_in_words(self) -> None:
        expected = "8 of 8 networks, p 0.001, effect size 1.0 [0.5, 1.5]"
        assert expected == self.made(0.02, 0.3).in_words


class TestEquivalence:
    def made(self, low: float, high: float, floor: float = 0.1, seen_low: float = 0.2, n: int = 8) -> Equivalence:
        return Equivalence(0.0, low, high, 0.1, floor, 0.4, 0.3, seen_low, n)

    @pytest.mark.parametrize(
        "given, expected",
        [
            ({"low": -0.05, "high": 0.05}, "holds"),
            ({"low": -0.05, "high": 0.15}, "undecided"),
            ({"low": 0.12, "high": 0.2}, "does not hold"),
            ({"low": -0.2, "high": -0.12}, "does not hold"),
            ({"low": -0.05, "high": 0.05, "floor": 0.4}, "undecided"),
            ({"low": 0.12, "high": 0.2, "floor": 0.4}, "does not hold"),
            ({"low": -0.05, "high": 0.05, "seen_low": 0.1}, "undecided"),
            ({"low": -0.05, "high": 0.05, "n": 3}, "undecided"),
        ],
        ids=["within", "open", "above", "below", "floor as large", "changed all the same", "no control", "too few"],
    )
    def test_word(self, given: dict[str, Any], expected: str) -> None:
        assert expected == self.made(**given).word

    def test_bound_is_a_quarter_of_the_effect(self) -> None:
        assert 0.1 == equivalence(np.zeros(4), np.ones(4), 0.0, 0.4).bound

    def test_says_that_the_floor_hides_a_change(self) -> None:
        expected = (
            "no change: within 0.100; floor 0.400; relu networks: distance 0.400, change +0.300: the floor is as large as the distance "
            "that a change is measured by"
        )
        assert expected == self.made(-0.05, 0.05, floor=0.4).in_words
