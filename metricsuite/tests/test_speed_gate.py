"""The gate's decisions on synthetic timings: what is slower fails, what is not does not, whatever the noise."""

import itertools

import numpy as np
import pytest

from metricsuite.speed.gate import FIRST, SECOND, Entry, Outcome, decide, last_word
from metricsuite.speed.gate_table import lines_of
from metricsuite.speed.ratios import Ratio, geometric_mean, rank_of_bound, ratio_of
from metricsuite.speed.sides import Version

LIGHT, HEAVY = "light-tailed", "heavy-tailed"


def gate(factor, noise, seed, control=1.0):
    """Both stages on one entry whose candidate takes `factor` times as long; its status."""
    rng = np.random.default_rng(seed)

    def sample(entry, side):
        slow = {"reference": 1.0, "control": control, "candidate": factor}[side]
        disturbed = rng.exponential(0.03) if noise == LIGHT else 0.03 * (1 + rng.pareto(1.2))
        return 0.008 * slow * (1 + disturbed)

    entry = Entry("m", "compare", (2, 3, 4))
    for stage in (FIRST, SECOND):
        decide([entry], stage, sample)
        if entry.status == "fine":
            return "fine"
    return last_word(entry)


@pytest.mark.parametrize("noise", [LIGHT, HEAVY])
def test_a_regression_of_1_3_is_slower(noise):
    assert ["slower"] * 50 == [gate(1.3, noise, seed) for seed in range(50)]


@pytest.mark.parametrize("noise", [LIGHT, HEAVY])
@pytest.mark.parametrize("factor", [0.7, 1.0, 1.1])
def test_what_is_not_slower_is_fine(factor, noise):
    assert ["fine"] * 50 == [gate(factor, noise, seed) for seed in range(50)]


def test_a_reference_unlike_itself_is_too_noisy():
    assert "too noisy" == gate(1.0, LIGHT, 0, control=1.5)


def test_what_is_slower_once_only_is_fine():
    entry = Entry("m", "compare", (2, 3, 4))
    decide([entry], FIRST, lambda entry, side: 1.5 if side == "candidate" else 1.0)
    once = entry.status
    decide([entry], SECOND, lambda entry, side: 1.0)
    assert ("flagged", "fine") == (once, entry.status)


def test_every_order_of_the_sides_is_taken():
    asked = []
    decide([Entry("m", "compare", (2, 3, 4))], FIRST, lambda entry, side: asked.append(side) or 1.0)
    rounds = [tuple(asked[k : k + 3]) for k in range(0, 18, 3)]
    assert sorted(itertools.permutations(["reference", "control", "candidate"])) == sorted(rounds)


def test_what_is_clear_takes_few_rounds():
    entry = Entry("m", "compare", (2, 3, 4))
    decide([entry], FIRST, lambda entry, side: 1.0)
    assert FIRST.fewest == entry.rounds


@pytest.mark.parametrize("n, expected", [(7, 0), (8, 1), (24, 6), (48, 15)])
def test_the_interval_lies_between_order_statistics(n, expected):
    assert expected == rank_of_bound(n)


def test_the_interval_holds_the_median_in_99_of_100():
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(2000):
        ratio = ratio_of(1.1 * np.exp(0.01 * rng.standard_cauchy(12)), [1.0] * 12)
        held += ratio.low <= 1.1 <= ratio.high
    assert 0.99 <= held / 2000


def test_a_ratio_of_few_rounds_has_no_interval():
    assert Ratio(2.0, 0.0, float("inf")) == ratio_of([2.0, 4.0, 8.0], [1.0, 2.0, 4.0])


def test_two_measurements_count_alike():
    assert [4.0] == geometric_mean([2.0], [8.0])


# what is said


def entry(status, estimate, control, **more):
    return Entry(
        "cka", "prepare", (4, 5, 6), seconds=0.001, status=status, rounds=8,
        ratio=Ratio(estimate, estimate - 0.1, estimate + 0.1), control=Ratio(control, 0.9, 1.1), **more,
    )  # fmt: skip


def outcome(*statuses):
    return Outcome([entry(status, 1.3, 1.02) for status in statuses])


@pytest.mark.parametrize(
    "statuses, code",
    [
        (["fine", "fine"], 0),
        (["fine", "slower"], 1),
        (["too noisy", "slower"], 1),
        (["fine", "too noisy"], 4),
        (["fine", "failed"], 4),
        (["fine", "only here"], 0),
        ([], 4),
    ],
)
def test_exit_codes(statuses, code):
    assert code == outcome(*statuses).code


def test_a_run_that_broke_off_has_code_4():
    assert 4 == Outcome([entry("fine", 1.0, 1.0)], problem="its process ended").code


def test_the_table():
    found = Outcome(
        [
            entry("fine", 1.01, 1.004),
            entry("slower", 1.5, 0.98),
            Entry("new", "compare", (0, 0, 0), status="only here", note="why"),
        ]
    )
    expected = """\
reference  pkg 1.0 (v1)
candidate  pkg 1.1 (here)

                        reference               candidate       A/A
cka prepare 4 x 5 x 6        1 ms      x 1.01 (0.91-1.11)    +0.4 %
cka prepare 4 x 5 x 6        1 ms      x 1.50 (1.40-1.60)    -2.0 %  slower than 1.25x, twice
new compare                                                          only in the candidate

new compare: why
2 measured, A/A control +-2.0 %"""
    versions = [Version(f"pkg {label}", None, "pkg") for label in ("1.0 (v1)", "1.1 (here)")]
    assert expected == "\n".join(lines_of(found, *versions))


def test_too_noisy_is_said():
    versions = [Version("a", None, "pkg"), Version("b", None, "pkg")]
    expected = (
        "1 too noisy to tell: the reference differed from itself by more than 1.25x, twice. Nothing is known about them; run again on a "
        "quieter machine."
    )
    assert expected == list(lines_of(Outcome([entry("too noisy", 1.3, 1.4)]), *versions))[-2]
