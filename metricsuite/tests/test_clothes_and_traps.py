"""Resonators, loops, relaxation oscillators, operators, driven networks, clouds: the same numbers for a seed, and what is refused."""

import numpy as np
import pytest

from metricsuite import MetricSpec, Orbit, load_metric
from metricsuite.criteria import invariant, stays_unrelated
from metricsuite.distances import Distances, pairwise
from metricsuite.errors import CaseError
from metricsuite.properties import PROPERTIES
from metricsuite.systems import (
    clean_operators,
    driven_networks,
    graded_clouds,
    loops,
    noisy_operators,
    relaxation_oscillators,
    resonators,
    rotations,
    sparse_codes,
    unrelated_clouds,
    with_outlier,
    with_shifted_subset,
    without_task,
)
from metricsuite.verdict import blank, judge

KINDS = [
    clean_operators, driven_networks, graded_clouds, loops, noisy_operators, relaxation_oscillators, resonators, rotations, sparse_codes,
    unrelated_clouds,
]  # fmt: skip
SMALL = {"trials": 4, "steps": 30}
each_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


@each_kind
def test_a_seed_decides_its_system_whatever_the_company_and_the_order(kind):
    alone = kind([5], **SMALL)[0].array
    np.testing.assert_array_equal(alone, kind([7, 5], **SMALL)[1].array)


@each_kind
def test_no_two_seeds_share_their_numbers(kind):
    first, second = (s.array for s in kind([0, 1], **SMALL))
    assert np.isclose(first, second).mean() < 0.5  # a sparse code is silent nearly everywhere


@each_kind
def test_the_shape_is_what_was_asked_for(kind):
    assert (4, 30) == kind([0], **SMALL)[0].array.shape[:2]


@pytest.mark.parametrize("kind", [loops, resonators, relaxation_oscillators, unrelated_clouds])
def test_families_share_nothing(kind):
    first, second = (kind([3], family=f, **SMALL)[0].array for f in (0, 1))
    assert not np.isclose(first, second).all(axis=(0, 1)).any()


def test_another_rate_samples_the_same_motion():
    (slow,), (fast,) = resonators([3], **SMALL), resonators([3], rate=2, **SMALL)
    np.testing.assert_array_equal(slow.array, fast.array[:, ::2])
    assert (1.0, 0.5) == (slow.dt, fast.dt)


def test_the_first_trial_is_of_the_old_law():
    (old,), (late,) = resonators([3], **SMALL), resonators([3], 1.25, shift_from=1, **SMALL)
    np.testing.assert_array_equal(old.array[0], late.array[0])
    assert not np.isclose(old.array[1:], late.array[1:]).all(axis=(1, 2)).any()


def test_an_unevenly_run_loop_keeps_its_path_and_its_period():
    (even,), (uneven,) = (loops([3], u, steps=400, trials=4) for u in (0.0, 0.9))
    together = np.concatenate([even.array.reshape(-1, 24), uneven.array.reshape(-1, 24)])
    plane = together @ np.linalg.svd(together, full_matrices=False)[2][:2].T
    assert np.ptp(np.linalg.norm(plane, axis=1)) < 0.2 * np.linalg.norm(plane, axis=1).mean()


def test_the_input_has_the_memory_that_was_asked_for_and_variance_1():
    u = driven_networks([3], memory=0.9, trials=100)[0].inputs
    assert pytest.approx(1, rel=0.1) == u.var()
    assert pytest.approx(0.9, abs=0.02) == np.mean(u[:, 1:] * u[:, :-1]) / u.var()


def test_fewer_units_of_a_cloud_are_the_first_of_more():
    np.testing.assert_array_equal(unrelated_clouds([3])[0].array, unrelated_clouds([3], units=20)[0].array[..., :16])


def test_one_outlier_is_one_point():
    (cloud,) = graded_clouds([3])
    changed = (with_outlier(cloud, np.random.default_rng(0)).array != cloud.array).any(-1)
    assert 1 == changed.sum()


def test_a_fifth_of_the_trials_is_moved():
    (cloud,) = graded_clouds([3])
    moved = (with_shifted_subset(cloud, np.random.default_rng(0)).array != cloud.array).all(axis=(1, 2))
    assert 4 == moved.sum()


def test_the_closest_copy_lacks_one_dimension():
    (cloud,) = graded_clouds([3], dimensions=6)
    centred = [(s.array - s.array.mean((0, 1))).reshape(-1, 30) for s in (cloud, without_task(cloud))]
    assert [6, 5] == [np.linalg.matrix_rank(x, tol=1e-8) for x in centred]


@pytest.mark.parametrize(
    ("kind", "wrong", "needed"),
    [
        (resonators, {"shift": 0.0}, "a positive shift"),
        (resonators, {"rate": 3}, "a rate of 1 or 2"),
        (resonators, {"noise": float("nan")}, "noise of 0 or more"),
        (loops, {"uneven": 1.0}, "0 <= uneven < 1"),
        (loops, {"harmonics": 20}, "two units for each"),
        (relaxation_oscillators, {"mu": 0.0}, "0 < mu <= 10"),
        (rotations, {"trials": 3}, "an even number of trials"),
        (noisy_operators, {"units": 5}, "6 units, or more"),
        (clean_operators, {"shear": -1.0}, "0 or more"),
        (driven_networks, {"recurrence": "loop"}, "one of slow, fast"),
        (driven_networks, {"memory": 1.0}, "0 <= memory < 1"),
        (unrelated_clouds, {"trials": 0}, "sizes of 1"),
        (graded_clouds, {"dimensions": 7}, "an even number of dimensions"),
        (sparse_codes, {"units": 1}, "sizes of at least 2"),
    ],
)
def test_what_makes_no_system_is_refused(kind, wrong, needed):
    with pytest.raises(CaseError, match=needed) as refused:
        kind([0], **wrong)
    name, value = next(iter(wrong.items()))
    assert f"{name}={value!r}" in str(refused.value)


def levels(*medians, n=4):
    size = n * len(medians)
    matrix = np.full((size, size), np.nan)
    for k, median in enumerate(medians):
        matrix[k * n : (k + 1) * n, k * n : (k + 1) * n] = median
    pairs = tuple((k * n + i, k * n + j) for k in range(len(medians)) for i in range(n) for j in range(i + 1, n))
    return Distances.by_hand(
        matrix, ["a", "b"] * (size // 2), pairs=pairs, blocks=tuple(range(n)) * len(medians),
        positions=tuple(float(k) for k in range(len(medians)) for _ in range(n)),
    )  # fmt: skip


@pytest.mark.parametrize(("medians", "answer", "statistic"), [((1.0, 0.9), "yes", 0.1), ((1.0, 0.9, 0.2), "no", 0.8)])
def test_unrelated_systems_that_come_nearer(medians, answer, statistic):
    decision = stays_unrelated(levels(*medians))
    assert (answer, pytest.approx(statistic)) == (decision.answer, decision.statistic)


def test_the_null_stands_beside_its_statistic():
    assert [1.0, 0.5] == stays_unrelated(levels(1.0, 0.5)).details["null_mean"]


def test_where_nothing_moves_unrelated_systems_were_never_apart():
    assert "no" == stays_unrelated(levels(0.0, 0.0)).answer


def test_levels_without_groups_are_refused():
    with pytest.raises(CaseError, match="needed a Sweep with groups"):
        stays_unrelated(Distances.by_hand(np.ones((4, 4)), [""] * 4, positions=(0.0, 0.0, 1.0, 1.0)))


def test_undamped_motion_says_nothing_of_a_claim_to_see_rotations():
    """Reading backwards is one reflection among many: who sees rotations need not see that one."""
    row = blank("test_arrow_of_time/test_undamped_motion_has_no_arrow", "mine", PROPERTIES["orthogonal"], MetricSpec(name="mine", sensitive_to={"orthogonal"}))  # fmt: skip
    design = Orbit(rotations(range(3)), rotations(range(3), backwards=True), paired=False)
    judge(row, PROPERTIES["orthogonal"], (invariant(pairwise(load_metric("dsa"), design), exactly=True),))

    assert ("measurement", "yes", "invariant") == (row.kind, row.status, row.direction)
    assert "outside the claim: sensitive is claimed, and this case decides only invariant" == row.outside
