"""Group actions: each does what its name says, to a copy, and the same to the same numbers."""

import numpy as np
import pytest

from metricsuite.arrays import Trajectories
from metricsuite.properties import PROPERTIES
from metricsuite.transformations import TRANSFORMATIONS, haar, transform

TRIALS, TIME, UNITS = 6, 7, 5
SEEDS = range(20)
MORE_UNITS = {"silent-unit": UNITS + 2, "duplicated-units": 2 * UNITS}

each = pytest.mark.parametrize("name", TRANSFORMATIONS)


def rng(seed=0):
    return np.random.default_rng(seed)


def data(dtype=float):
    return rng(100).normal(size=(TRIALS, TIME, UNITS)).astype(dtype)


def image(name, x=None, seed=0):
    return TRANSFORMATIONS[name](data() if x is None else x, rng(seed))


def rms(x):
    return np.sqrt(np.square(x).sum(-1).mean())


def linear_part(name, seed=0):
    """The matrix of a linear map, from its action on a basis laid along time."""
    return image(name, np.eye(UNITS)[None], seed)[0]


def distances_within(x):
    flat = x.reshape(-1, x.shape[-1])
    return np.linalg.norm(flat[:, None] - flat, axis=-1)


# --- all of them ---


@each
def test_shape_changes_in_units_only(name):
    assert (TRIALS, TIME, MORE_UNITS.get(name, UNITS)) == image(name).shape


@each
def test_doubles_stay_doubles(name):
    assert np.float64 == image(name).dtype


@each
def test_floats_stay_numbers_of_at_least_their_precision(name):
    assert image(name, data("f4")).dtype in (np.float32, np.float64)


@each
def test_input_is_left_alone(name):
    x = data()
    image(name, x)
    np.testing.assert_array_equal(data(), x)


@each
def test_an_image_shares_no_memory_with_its_original(name):
    x = data()
    assert not np.shares_memory(x, image(name, x))


@each
def test_the_same_generator_gives_the_same_image(name):
    np.testing.assert_array_equal(image(name, seed=3), image(name, seed=3))


@pytest.mark.parametrize("name", sorted(set(TRANSFORMATIONS) - {"duplicated-units", "time-reversal"}))
def test_other_generators_give_other_images(name):
    assert 1 < len({image(name, seed=seed).tobytes() for seed in SEEDS})


@each
def test_no_image_is_its_original(name):
    assert not any(np.array_equal(data(), image(name, seed=seed)) for seed in SEEDS)


@each
def test_global_random_state_is_left_alone(name):
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    image(name)
    assert before == np.random.get_state()[1].tolist()  # noqa: NPY002


@each
def test_every_transformation_is_a_property(name):
    assert name in PROPERTIES


# --- one by one ---


def test_translation_adds_one_vector_to_every_state():
    moved = image("translation") - data()
    np.testing.assert_allclose(np.broadcast_to(moved[0, 0], moved.shape), moved, atol=1e-12)


def test_translation_is_twice_as_long_as_states_are():
    assert pytest.approx(2 * rms(data())) == np.linalg.norm((image("translation") - data())[0, 0])


def test_isotropic_scaling_multiplies_everything_by_one_number():
    ratio = image("isotropic-scaling") / data()
    np.testing.assert_allclose(np.full(ratio.shape, ratio[0, 0, 0]), ratio)


def test_factors_of_isotropic_scaling_are_far_from_1_and_within_a_decade():
    factors = [image("isotropic-scaling", seed=seed)[0, 0, 0] / data()[0, 0, 0] for seed in range(200)]
    assert all(0.1 <= f <= 0.5 or 2 <= f <= 10 for f in factors)


def test_isotropic_scaling_shrinks_as_often_as_it_stretches():
    shrunk = sum(image("isotropic-scaling", seed=seed)[0, 0, 0] / data()[0, 0, 0] < 1 for seed in range(200))
    assert 70 < shrunk < 130


def test_unit_scaling_multiplies_each_unit_by_a_number_of_its_own():
    ratio = image("unit-scaling") / data()
    np.testing.assert_allclose(np.broadcast_to(ratio[0, 0], ratio.shape), ratio)


def test_factors_of_unit_scaling_differ():
    assert UNITS == len(set((image("unit-scaling") / data())[0, 0].round(9)))


def test_factors_of_unit_scaling_stay_within_a_decade():
    factors = np.array([(image("unit-scaling", seed=seed) / data())[0, 0] for seed in range(50)])
    assert np.sqrt(0.1) <= factors.min() < 0.4 < 2.5 < factors.max() <= np.sqrt(10)


def test_permutation_keeps_every_unit():
    assert sorted(map(tuple, data().reshape(-1, UNITS).T)) == sorted(
        map(tuple, image("permutation").reshape(-1, UNITS).T)
    )


def test_permutation_of_two_units_swaps_them():
    x = data()[..., :2]
    assert all(np.array_equal(x[..., ::-1], image("permutation", x, seed)) for seed in SEEDS)


def test_orthogonal_is_a_linear_map():
    np.testing.assert_allclose(data() @ linear_part("orthogonal"), image("orthogonal"), atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_orthogonal_keeps_all_distances(seed):
    np.testing.assert_allclose(distances_within(data()), distances_within(image("orthogonal", seed=seed)), atol=1e-12)


def test_orthogonal_reflects_as_often_as_it_rotates():
    rotations = sum(np.linalg.det(linear_part("orthogonal", seed)) > 0 for seed in range(200))
    assert 70 < rotations < 130


def test_invertible_linear_is_a_linear_map():
    np.testing.assert_allclose(data() @ linear_part("invertible-linear"), image("invertible-linear"), atol=1e-12)


def test_invertible_linear_spreads_its_singular_values_over_a_decade():
    values = np.linalg.svd(linear_part("invertible-linear"), compute_uv=False)
    np.testing.assert_allclose(np.logspace(0.5, -0.5, UNITS), values)


def test_affine_keeps_the_middle_of_two_states():
    x = rng(1).normal(size=(1, 2, UNITS))
    x = np.concatenate([x, x.mean(1, keepdims=True)], axis=1)
    first, second, middle = image("affine", x)[0]
    np.testing.assert_allclose((first + second) / 2, middle, atol=1e-12)


def test_affine_can_be_undone():
    """Original states are an affine function of their images."""
    moved = np.column_stack([image("affine").reshape(-1, UNITS), np.ones(TRIALS * TIME)])
    back = moved @ np.linalg.lstsq(moved, data().reshape(-1, UNITS), rcond=None)[0]
    np.testing.assert_allclose(data().reshape(-1, UNITS), back, atol=1e-10)


def test_affine_moves_the_origin():
    x = np.concatenate([np.zeros((1, 1, UNITS)), np.ones((1, 1, UNITS))], axis=1)
    assert 1 < np.linalg.norm(image("affine", x)[0, 0])


def test_silent_unit_adds_two_units_that_are_always_zero():
    silent = [unit for unit in np.moveaxis(image("silent-unit"), -1, 0) if not unit.any()]
    assert 2 == len(silent)


def test_silent_unit_keeps_the_others_in_their_order():
    found = image("silent-unit")
    np.testing.assert_array_equal(data(), found[..., found.any(axis=(0, 1))])


def test_silent_units_come_at_any_place():
    places = {k for seed in range(200) for k in np.flatnonzero(~image("silent-unit", seed=seed).any(axis=(0, 1)))}
    assert set(range(UNITS + 2)) == places


def test_duplicated_units_has_every_unit_twice():
    found = image("duplicated-units")
    np.testing.assert_array_equal([data(), data()], [found[..., :UNITS], found[..., UNITS:]])


@pytest.mark.parametrize("seed", SEEDS)
def test_trial_order_leaves_no_trial_in_place(seed):
    assert not any(np.array_equal(a, b) for a, b in zip(data(), image("trial-order", seed=seed), strict=True))


@pytest.mark.parametrize("seed", range(3))
def test_trial_order_keeps_every_trial(seed):
    assert sorted(t.tobytes() for t in data()) == sorted(t.tobytes() for t in image("trial-order", seed=seed))


def test_two_trials_are_swapped():
    np.testing.assert_array_equal(data()[:2][::-1], image("trial-order", data()[:2]))


def test_time_reversal_reads_each_trial_backwards():
    np.testing.assert_array_equal([trial[::-1] for trial in data()], image("time-reversal"))


def test_time_reversal_twice_is_nothing():
    np.testing.assert_array_equal(data(), image("time-reversal", image("time-reversal")))


# --- haar ---


@pytest.mark.parametrize("n", [1, 2, 20])
def test_haar_is_orthogonal(n):
    q = haar(n, rng())
    np.testing.assert_allclose(np.eye(n), q @ q.T, atol=1e-12)


def test_haar_prefers_no_direction():
    """Under Haar, each entry has mean 0 and mean square 1 / n; QR without its signs fixed would give a biased diagonal."""
    draws = np.array([haar(3, np.random.default_rng(k)) for k in range(2000)])
    moments = np.concatenate([draws.mean(0), (draws**2).mean(0) - 1 / 3])
    np.testing.assert_allclose(np.zeros((6, 3)), moments, atol=0.06)


# --- transform ---


@each
def test_transform_gives_the_image_of_the_array(name):
    np.testing.assert_array_equal(image(name, seed=4), transform(Trajectories(data()), name, rng(4)).array)


@each
def test_transform_gives_memory_in_order(name):
    assert transform(Trajectories(data()), name, rng()).array.flags.c_contiguous


@each
def test_transform_keeps_the_time_step(name):
    assert 0.1 == transform(Trajectories(data(), dt=0.1), name, rng()).dt


def test_inputs_are_reversed_with_time():
    inputs = rng(1).normal(size=(TRIALS, TIME, 2))
    np.testing.assert_array_equal(
        inputs[:, ::-1], transform(Trajectories(data(), inputs=inputs), "time-reversal", rng()).inputs
    )


@pytest.mark.parametrize("name", sorted(set(TRANSFORMATIONS) - {"time-reversal", "trial-order"}))
def test_inputs_stay_where_trials_and_time_do(name):
    inputs = rng(1).normal(size=(TRIALS, TIME, 2))
    np.testing.assert_array_equal(inputs, transform(Trajectories(data(), inputs=inputs), name, rng()).inputs)


# --- reported, not yet mended ---


def test_inputs_follow_their_trials():
    found = transform(Trajectories(data(), inputs=data()), "trial-order", rng())
    np.testing.assert_array_equal(found.array, found.inputs)


def test_conditions_follow_their_trials():
    x = np.arange(TRIALS)[:, None, None] + 0.1 * data()
    found = transform(Trajectories(x, conditions=np.arange(TRIALS)), "trial-order", rng())
    np.testing.assert_array_equal(found.array.mean(axis=(1, 2)).round(), found.conditions)
