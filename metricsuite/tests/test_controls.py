"""Controls against closed forms: what a sine, a rotation, a random walk and equal directions must give."""

import numpy as np
import pytest

from metricsuite.designs import Contrast, Orbit
from metricsuite.distances import pairwise
from metricsuite.metrics import controls
from metricsuite.metrics.controls import (
    CONTROLS,
    autocorrelation_time,
    control_values,
    norm,
    participation_ratio,
    relative_speed,
)
from metricsuite.transformations import haar

each = pytest.mark.parametrize("control", CONTROLS.values(), ids=CONTROLS)


def rotation(period, cycles=10, trials=3):
    """A point going round the unit circle in whole cycles, each trial from another angle: mean 0, radius 1."""
    angle = 2 * np.pi * (np.arange(period * cycles) / period + np.arange(trials)[:, None] / trials)
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def autoregression(memory, trials=200, steps=1000, units=1, seed=0):
    """x(t + 1) = memory x(t) + noise, stationary from its first step."""
    noise = np.random.default_rng(seed).normal(size=(steps, trials, units))
    x = np.empty_like(noise)
    x[0] = noise[0] / np.sqrt(1 - memory**2)
    for t in range(1, steps):
        x[t] = memory * x[t - 1] + noise[t]
    return x.transpose(1, 0, 2)


def equal_directions(k, units, scale=1.0):
    """k orthogonal directions of equal variance in a space of more units, turned at random."""
    hadamard = np.array([[1.0]])
    while len(hadamard) <= k:
        hadamard = np.block([[hadamard, hadamard], [hadamard, -hadamard]])
    columns = scale * hadamard[:, 1 : k + 1]  # orthogonal, of mean 0
    return (columns @ haar(units, np.random.default_rng(k))[:k])[None]


# --- all of them ---


@each
def test_a_control_is_one_python_float(control):
    assert float is type(control(rotation(20)))


@each
def test_a_control_leaves_its_input_alone(control):
    x = rotation(20).astype("f4")
    control(x)
    np.testing.assert_array_equal(rotation(20).astype("f4"), x)


@each
def test_single_precision_is_enough(control):
    assert pytest.approx(control(rotation(20)), rel=1e-5) == control(rotation(20).astype("f4"))


@each
def test_a_rotation_of_units_changes_no_control(control):
    x = autoregression(0.8, trials=4, steps=100, units=5)
    assert pytest.approx(control(x)) == control(x @ haar(5, np.random.default_rng(1)))


@each
def test_the_order_of_trials_changes_no_control(control):
    x = autoregression(0.8, trials=4, steps=100, units=5)
    assert pytest.approx(control(x)) == control(x[::-1])


@pytest.mark.parametrize("name", sorted(set(CONTROLS) - {"norm"}))
def test_all_but_the_norm_ignore_size_and_place(name):
    x = autoregression(0.8, trials=4, steps=100, units=5)
    assert pytest.approx(CONTROLS[name](x)) == CONTROLS[name](7 * x + 3)


# --- norm ---


def test_norm_of_a_sine_is_its_amplitude_over_root_2():
    x = 3 * np.sin(2 * np.pi * np.arange(200) / 20)[None, :, None]
    assert pytest.approx(3 / np.sqrt(2)) == norm(x)


def test_norm_is_in_the_units_of_the_data():
    assert pytest.approx(5 * norm(rotation(20))) == norm(5 * rotation(20))


def test_norm_does_not_grow_with_units():
    assert pytest.approx(norm(rotation(20))) == norm(np.concatenate([rotation(20)] * 3, axis=-1))


# --- relative speed ---


@pytest.mark.parametrize("period", [4, 20, 100])
def test_relative_speed_of_a_rotation_is_a_chord(period):
    assert pytest.approx(2 * np.sin(np.pi / period)) == relative_speed(rotation(period))


def test_relative_speed_of_white_noise_is_root_2():
    assert pytest.approx(np.sqrt(2), rel=0.01) == relative_speed(autoregression(0))


def test_relative_speed_of_an_autoregression():
    """The mean square step is 2 (1 - memory) variances."""
    assert pytest.approx(np.sqrt(2 * (1 - 0.9)), rel=0.01) == relative_speed(autoregression(0.9))


def test_one_time_point_has_no_speed():
    assert 0.0 == relative_speed(rotation(20)[:, :1])


# --- participation ratio ---


@pytest.mark.parametrize("k", [1, 3, 7])
def test_participation_ratio_of_k_equal_directions_is_k(k):
    assert pytest.approx(k) == participation_ratio(equal_directions(k, units=20))


def test_participation_ratio_is_the_same_with_more_units_than_samples():
    assert pytest.approx(3) == participation_ratio(equal_directions(3, units=50))


def test_participation_ratio_of_two_unequal_directions():
    """Variances 4 and 1: (4 + 1)^2 / (16 + 1)."""
    x = rotation(20) * [2, 1]
    assert pytest.approx(25 / 17) == participation_ratio(x)


def test_participation_ratio_ignores_a_constant_offset():
    assert pytest.approx(3) == participation_ratio(equal_directions(3, units=20) + np.arange(20))


# --- autocorrelation time ---


@pytest.mark.parametrize("period", [20, 100])
def test_autocorrelation_time_of_a_rotation(period):
    """The autocorrelation is cos(2 pi t / period), whatever the lag: a full cycle has nothing at its ends."""
    expected = np.arccos(1 / np.e) * period / (2 * np.pi)
    assert pytest.approx(expected, abs=0.05) == autocorrelation_time(rotation(period))


@pytest.mark.parametrize("time_constant", [2, 5, 10])
def test_autocorrelation_time_of_an_autoregression(time_constant):
    assert pytest.approx(time_constant, rel=0.03) == autocorrelation_time(autoregression(np.exp(-1 / time_constant)))


def test_autocorrelation_time_of_white_noise_is_below_one_step():
    """From 1 to 0 in one step: 1/e is crossed at 1 - 1/e."""
    assert pytest.approx(1 - 1 / np.e, abs=0.01) == autocorrelation_time(autoregression(0))


def test_an_autocorrelation_that_never_falls_lasts_as_long_as_the_data():
    """Each trial stays where it is: only the trials differ."""
    x = np.broadcast_to(np.array([-1.0, 1.0])[:, None, None], (2, 30, 1))
    assert 30.0 == autocorrelation_time(x)


def test_fast_and_slow_units_are_weighed_by_their_variance():
    slow, fast = autoregression(0.9), autoregression(0.0, seed=1)
    assert pytest.approx(autocorrelation_time(slow), rel=0.01) == autocorrelation_time(
        np.concatenate([slow, 1e-3 * fast], axis=-1)
    )


# --- the values of a design ---


def contrast():
    return Contrast({"slow": [rotation(100, 1)] * 2, "fast": [rotation(20, 5)] * 2}, paired=True)


def test_control_values_are_one_a_system():
    speeds = [2 * np.sin(np.pi / period) for period in (100, 100, 20, 20)]
    assert pytest.approx(speeds) == control_values(contrast())["relative speed"]


def test_control_values_are_computed_once_a_design(monkeypatch):
    calls = []

    def counted(x):
        calls.append(x)
        return 0.0

    monkeypatch.setattr(controls, "CONTROLS", {"counted": counted})
    design = contrast()
    control_values(design)
    control_values(design)
    assert 4 == len(calls)


def a_metric(x, y):
    return float(np.abs(np.asarray(x) - np.asarray(y)).mean())


def test_distances_of_a_control_are_absolute_differences():
    slow, fast = (2 * np.sin(np.pi / period) for period in (100, 20))
    expected = (fast - slow) * np.array([[0, 0, 1, 1], [0, 0, 1, 1], [1, 1, 0, 0], [1, 1, 0, 0]])
    np.testing.assert_allclose(expected, pairwise(a_metric, contrast()).controls["relative speed"], atol=1e-12)


def test_an_orbit_has_no_controls():
    systems = [rotation(20, 5), rotation(100, 1)]
    assert {} == pairwise(a_metric, Orbit(systems, systems[::-1], paired=True)).controls
