"""What no metric can have, each checked once by numbers: two sides of a claim that are the same data, or the same law."""

import numpy as np
import pytest

from metricsuite import MetricSpec, Orbit, load_metric, pairwise
from metricsuite.criteria import invariant
from metricsuite.errors import SpecError
from metricsuite.metrics.controls import CONTROLS
from metricsuite.systems import (
    clean_operators,
    driven_networks,
    graded_clouds,
    loops,
    noisy_operators,
    resonators,
    rotations,
    sparse_codes,
    with_shuffled_trials,
)


def mirrored(x, y):
    """|X Q - Y| / |Y| at the best orthogonal Q: 0 where y is an orthogonal image of x."""
    a, b = x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
    u, _, vt = np.linalg.svd(a.T @ b)
    return np.linalg.norm(a @ u @ vt - b) / np.linalg.norm(b)


def linearly(x, y):
    """|X M - Y| / |Y| at the best M: 0 where y is a linear image of x."""
    a, b = x.reshape(-1, x.shape[-1]), y.reshape(-1, y.shape[-1])
    return np.linalg.norm(a @ np.linalg.lstsq(a, b, rcond=1e-9)[0] - b) / np.linalg.norm(b)


def sorted_rows(x):
    flat = x.reshape(len(x), -1)
    return flat[np.lexsort(flat.T[:1])]


def autocovariance(x, lags):
    flat = x - x.mean(axis=(0, 1))
    n = x.shape[1]
    return np.array(
        [np.einsum("ati,atj->ij", flat[:, lag:], flat[:, : n - lag]) / len(x) / (n - lag) for lag in range(lags)]
    )


def test_a_rotated_sparse_code_is_an_orthogonal_image():
    (code,), (rotated,) = sparse_codes([3]), sparse_codes([3], rotated=True)
    assert mirrored(code.array, rotated.array) < 1e-12


def test_shuffled_trials_are_the_same_set_of_trials():
    (cloud,) = graded_clouds([3])
    shuffled = with_shuffled_trials(cloud, np.random.default_rng(0))
    np.testing.assert_array_equal(sorted_rows(cloud.array), sorted_rows(shuffled.array))


def test_none_of_the_shuffled_trials_keeps_its_place():
    (cloud,) = graded_clouds([3])
    shuffled = with_shuffled_trials(cloud, np.random.default_rng(0))
    assert not (cloud.array == shuffled.array).all(axis=(1, 2)).any()


def test_without_noise_a_sheared_operator_moves_in_a_linear_image():
    (normal,), (sheared,) = clean_operators([3]), clean_operators([3], shear=1.0)
    assert linearly(normal.array, sheared.array) < 1e-9
    assert mirrored(normal.array, sheared.array) > 0.3


def test_with_noise_it_does_not():
    """Noise has a shape of its own: what whitens the motion leaves A's singular values, which no linear map of states changes."""

    def gain(system):
        flat = system.array.reshape(-1, 24)
        axes = np.linalg.svd(flat, full_matrices=False)[2][:6]
        white = system.array @ axes.T
        now, lagged = autocovariance(white, 2)
        root = np.linalg.inv(np.linalg.cholesky(now))
        return np.linalg.norm(root @ lagged @ root.T, 2)

    normal = [gain(s) for s in noisy_operators(range(3))]
    sheared = [gain(s) for s in noisy_operators(range(3), True)]
    assert max(normal) < 0.85 < 0.95 < min(sheared)


@pytest.mark.parametrize("name", sorted(CONTROLS))
def test_one_spectrum_behind_a_white_covariance_is_one_number_for_every_control(name):
    normal, sheared = (
        np.mean([CONTROLS[name](s.array) for s in noisy_operators(range(6), kind, trials=200)])
        for kind in (False, True)
    )
    assert pytest.approx(normal, rel=0.02) == sheared


def test_undamped_motion_backwards_is_its_mirror_image():
    (x,), (back,) = rotations([3]), rotations([3], backwards=True)
    swapped = back.array.reshape(15, 2, 160, 24)[:, ::-1].reshape(30, 160, 24)
    assert mirrored(x.array, swapped) < 1e-9


@pytest.mark.parametrize("name", ["dsa", "dsa-spectrum"])
def test_so_without_pairs_and_with_rotations_ignored_its_distance_is_0(name):
    design = Orbit(rotations([3, 4]), rotations([3, 4], backwards=True), paired=False)
    assert "yes" == invariant(pairwise(load_metric(name), design), exactly=True).answer


def test_an_uneven_circle_backwards_is_the_mirror_image_of_a_circle_at_another_uneven_speed():
    """One path, and a mirror of it: whoever ignores speed along a path has nothing left to see."""
    (x,), (back,) = loops([3], uneven=0.9), loops([3], uneven=0.9, backwards=True)

    def radii(system):
        flat = system.array.reshape(-1, 24)
        return np.linalg.norm(flat @ np.linalg.svd(flat, full_matrices=False)[2][:2].T, axis=1)

    assert np.ptp(np.concatenate([radii(x), radii(back)])) < 0.2 * radii(x).mean()


def test_without_dt_sampled_at_half_the_rate_is_twice_the_frequency():
    """In z[t + 1] = exp((-1 / tau + i w) dt) z[t] + noise only products of rate and time appear."""
    slow = resonators([3], rate=2, steps=400, trials=200)[0].array
    kept = slow[:, ::2]
    a, b = autocovariance(slow, 9), autocovariance(kept, 5)
    assert np.abs(b - a[::2]).max() < 0.05 * np.abs(a[0]).max()


def test_filters_commute():
    """From outputs alone a resonance of the network and one of its input's colour swap roles."""
    push = np.random.default_rng(0).normal(size=(4, 500))

    def filtered(x, pole):
        y = np.zeros_like(x)
        for t in range(1, x.shape[1]):
            y[:, t] = pole * y[:, t - 1] + x[:, t]
        return y

    np.testing.assert_allclose(filtered(filtered(push, 0.9), 0.5), filtered(filtered(push, 0.5), 0.9), atol=1e-9)


def test_second_order_measures_cannot_see_a_phase_surrogate():
    """Random phases, one set for all units, leave every circular autocovariance as it was."""
    x = driven_networks([3], trials=2)[0].array ** 3
    spectrum = np.fft.rfft(x, axis=1)
    turn = np.exp(2j * np.pi * np.random.default_rng(0).random((2, spectrum.shape[1], 1)))
    turn[:, [0, -1]] = 1
    surrogate = np.fft.irfft(spectrum * turn, x.shape[1], axis=1)

    def circular(y, lag):
        return np.einsum("ati,atj->aij", np.roll(y, lag, axis=1), y)

    for lag in (0, 1, 7):
        np.testing.assert_allclose(circular(x, lag), circular(surrogate, lag), atol=1e-8 * np.abs(circular(x, 0)).max())
    assert np.abs(x - surrogate).max() > 0.1 * np.abs(x).max()


@pytest.mark.parametrize("group", ["invertible-linear", "affine"])
def test_a_claim_that_implies_one_side_is_refused_like_the_side_itself(group):
    with pytest.raises(SpecError, match="privileged-axes"):
        MetricSpec(name="mine", invariant_to={group}, sensitive_to={"privileged-axes"})
