"""What no metric can have, each argument checked once by numbers on the systems of the suite's own cases.

Four parts: what an invariance implies, claims that exclude each other, limits of a kind of measure, and two pairs of claims that
look as if they excluded each other and can be kept.
"""

import numpy as np
import pytest

from metricsuite import Contrast, MetricSpec, Orbit, Trajectories, load_metric, pairwise
from metricsuite.criteria import invariant, sensitive, separates
from metricsuite.metrics.controls import CONTROLS
from metricsuite.properties import EXCLUDES, LIMITS
from metricsuite.systems import (
    clean_operators,
    closed_windows,
    graded_clouds,
    loops,
    lorenz,
    noisy_operators,
    phase_surrogates,
    relaxation_oscillators,
    resonators,
    rotations,
    sparse_codes,
    unrelated_clouds,
    with_shuffled_trials,
)
from metricsuite.systems.matched_averages import steered
from metricsuite.systems.preparation import preparations
from metricsuite.transformations import TRANSFORMATIONS, haar

SEEDS = list(range(100, 116))  # 16, as in a case
FEW = SEEDS[:4]


def flat(x):
    return x.reshape(-1, x.shape[-1])


def arrays(systems):
    return [s.array if isinstance(s, Trajectories) else s for s in systems]


def mirrored(x, y):
    """|X Q - Y| / |Y| at the best orthogonal Q: 0 where y is an orthogonal image of x."""
    a, b = flat(x), flat(y)
    u, _, vt = np.linalg.svd(a.T @ b)
    return np.linalg.norm(a @ u @ vt - b) / np.linalg.norm(b)


def linearly(x, y):
    """|X M - Y| / |Y| at the best M: 0 where y is a linear image of x."""
    a, b = flat(x), flat(y)
    return np.linalg.norm(a @ np.linalg.lstsq(a, b, rcond=1e-9)[0] - b) / np.linalg.norm(b)


def subspaces(x, y):
    """The root mean square sine between the spaces that the columns of x and y span: no invertible map of units changes it."""

    def basis(a):
        u, s, _ = np.linalg.svd(a, full_matrices=False)
        return u[:, s > 1e-9 * s[0]]

    cosines = np.linalg.svd(basis(flat(x)).T @ basis(flat(y)), compute_uv=False)
    return float(np.sqrt(np.clip(1 - np.square(cosines), 0, None).mean()))


def set_of_trials(x, y):
    """The distance between two sets of trials: of each trial to the nearest one of the other system."""
    a, b = x.reshape(len(x), -1), y.reshape(len(y), -1)
    apart = np.linalg.norm(a[:, None] - b[None], axis=-1)
    return float(apart.min(1).sum() + apart.min(0).sum())


def plane(x):
    """The motion in the two largest principal components, (trials, time, 2)."""
    centred = x - x.mean(axis=(0, 1))
    return centred @ np.linalg.svd(flat(centred), full_matrices=False)[2][:2].T


def fitted(x, rank):
    """The operator of one step, in the principal components; and the covariance of the states there."""
    z = x @ np.linalg.svd(flat(x), full_matrices=False)[2][:rank].T
    before, after = flat(z[:, :-1]), flat(z[:, 1:])
    return np.linalg.lstsq(before, after, rcond=None)[0], before.T @ before / len(before)


def circular(x, lag):
    """The circular autocovariance of each trial, (trials, units, units)."""
    return np.einsum("ati,atj->aij", np.roll(x, lag, axis=1), x) / x.shape[1]


class TestImplications:
    def test_a_rotation_a_scaling_and_a_rotation_make_any_invertible_map(self):
        x = np.random.default_rng(0).normal(size=(3, 5, 6))
        image = TRANSFORMATIONS["invertible-linear"](x, np.random.default_rng(1))
        u, s, vt = np.linalg.svd(np.linalg.lstsq(flat(x), flat(image), rcond=None)[0])
        np.testing.assert_allclose(x @ u * s @ vt, image, atol=1e-12)

    def test_an_affine_image_is_a_linear_one_moved(self):
        x = np.random.default_rng(0).normal(size=(3, 9, 6))
        image = TRANSFORMATIONS["affine"](x, np.random.default_rng(1))
        assert linearly(x - x.mean(axis=(0, 1)), image - image.mean(axis=(0, 1))) < 1e-12

    def test_duplicated_units_are_silent_ones_turned_and_scaled(self):
        x, one = np.random.default_rng(0).normal(size=(3, 5, 6)), np.eye(6)
        turn = np.block([[one, one], [-one, one]]) / np.sqrt(2)
        silent = np.concatenate([x, 0 * x], axis=-1)
        np.testing.assert_allclose(np.sqrt(2) * silent @ turn, TRANSFORMATIONS["duplicated-units"](x, None), atol=1e-12)
        np.testing.assert_allclose(np.eye(12), turn @ turn.T, atol=1e-12)

    def test_a_permutation_is_a_rotation(self):
        x = np.random.default_rng(0).normal(size=(3, 9, 6))
        assert mirrored(x, TRANSFORMATIONS["permutation"](x, np.random.default_rng(1))) < 1e-12


class TestExclusions:
    """orthogonal, trial-order, invertible-linear, time-reversal: the case's image is an image under the group."""

    def test_privileged_axes_a_rotated_code_is_an_orthogonal_image(self):
        for code, rotated in zip(sparse_codes(FEW), sparse_codes(FEW, rotated=True), strict=True):
            assert mirrored(code.array, rotated.array) < 1e-12

    @pytest.mark.parametrize("name", ["procrustes", "cka", "dsa"])
    def test_privileged_axes_so_a_metric_that_ignores_rotations_says_no(self, name):
        design = Orbit(sparse_codes(FEW), sparse_codes(FEW, rotated=True), paired=True)
        assert "no" == sensitive(pairwise(load_metric(name), design)).answer

    def test_shuffled_pairs_without_pairs_there_is_one_set_of_trials(self):
        rng = np.random.default_rng(0)
        for cloud in graded_clouds(FEW):
            assert 0 == set_of_trials(cloud.array, with_shuffled_trials(cloud, rng).array)

    def test_shuffled_pairs_the_image_is_the_trials_in_another_order(self):
        (cloud,) = graded_clouds([3])
        shuffled = with_shuffled_trials(cloud, np.random.default_rng(0)).array
        order = [int(np.abs(cloud.array - trial).sum(axis=(1, 2)).argmin()) for trial in shuffled]
        assert sorted(order) == list(range(cloud.trials))
        np.testing.assert_array_equal(cloud.array[order], shuffled)
        assert all(place != now for now, place in enumerate(order))

    def test_non_normality_without_noise_a_sheared_operator_moves_in_a_linear_image(self):
        for normal, sheared in zip(clean_operators(FEW), clean_operators(FEW, shear=1.0), strict=True):
            assert linearly(normal.array, sheared.array) < 1e-9
            assert subspaces(normal.array, sheared.array) < 1e-6
            assert mirrored(normal.array, sheared.array) > 0.3

    def test_non_normality_through_noise_it_does_not_so_that_test_is_free(self):
        """Noise has a shape of its own: what whitens the motion leaves A's singular values, which no linear map of states changes."""

        def gain(system):
            image = TRANSFORMATIONS["invertible-linear"](system.array, np.random.default_rng(0))
            operator, covariance = fitted(image, 6)
            root = np.linalg.cholesky(covariance).T
            return np.linalg.norm(root @ operator @ np.linalg.inv(root), 2)

        normal = [gain(s) for s in noisy_operators(range(3))]
        sheared = [gain(s) for s in noisy_operators(range(3), True)]
        assert max(normal) < 0.85 < 0.95 < min(sheared)

    def test_arrow_of_time_backwards_is_forwards_read_from_its_end(self):
        """One system forwards and backwards: each trial is the other's reverse, so who ignores that has one law in both classes."""
        both = [(relaxation_oscillators(FEW), relaxation_oscillators(FEW, backwards=True))]
        both.append(
            (loops(FEW, uneven=0.9, same_start=False), loops(FEW, uneven=0.9, same_start=False, backwards=True))
        )
        for forwards, backwards in both:
            for x, back in zip(forwards, backwards, strict=True):
                np.testing.assert_array_equal(x.array[:, ::-1], back.array)

    @pytest.mark.parametrize("uneven", [False, True], ids=["van der Pol", "loops"])
    def test_arrow_of_time_so_a_metric_that_ignores_reversal_is_at_chance(self, uneven):
        def speeds(x, y):  # any function of how fast each step is, whatever the order
            a, b = (np.quantile(np.linalg.norm(np.diff(v, axis=1), axis=-1), np.linspace(0, 1, 21)) for v in (x, y))
            return float(np.abs(a - b).sum())

        spec = MetricSpec(name="speeds", pairing="none", invariant_to={"time-reversal"}, axioms={"symmetry"})
        speeds.spec = spec
        make = (lambda **k: loops(SEEDS, uneven=0.9, same_start=False, **k)) if uneven else (
            lambda **k: relaxation_oscillators(SEEDS, **k)
        )  # fmt: skip
        design = Contrast({"forwards": make(), "backwards": make(backwards=True, family=1)}, paired=False)
        assert "no" == separates(pairwise(speeds, design)).answer

    @pytest.mark.parametrize(
        "size",
        [{"trials": 1, "units": 1000}, {"units": 1024}, {"trials": 1, "units": 64}],
        ids=["bias", "width", "minibatch"],
    )
    def test_bias_width_minibatch_unrelated_clouds_are_linear_images_of_each_other(self, size):
        one, other = arrays(unrelated_clouds([3, 4], **size))
        assert linearly(one, other) < 1e-9
        assert subspaces(one, other) < 1e-6

    @pytest.mark.parametrize(
        "size",
        [{"trials": 1, "units": 10}, {"units": 16}, {"trials": 48, "units": 64}],
        ids=["bias", "width", "minibatch"],
    )
    def test_bias_width_minibatch_and_are_not_with_more_samples(self, size):
        one, other = arrays(unrelated_clouds([3, 4], **size))
        assert linearly(one, other) > 0.5
        assert subspaces(one, other) > 0.5


class TestLimits:
    """Each: a measure of that kind gives one answer for both sides of the case."""

    @pytest.mark.parametrize("r", [28.0, 220.0], ids=["chaos", "periodic"])
    def test_nonlinearity_every_circular_autocovariance_stays(self, r):
        windows = closed_windows(lorenz(FEW, r, False, trials=5, steps=600), 200)
        for x, surrogate in zip(windows, phase_surrogates(windows, FEW), strict=True):
            scale = np.abs(circular(x, 0)).max()
            for lag in (0, 1, 7, 50):
                np.testing.assert_allclose(circular(x, lag), circular(surrogate, lag), atol=1e-9 * scale)
            assert np.abs(x - surrogate).max() > 0.1 * np.abs(x).max()

    @pytest.mark.parametrize("other", ["line", "point"])
    def test_matched_averages_are_the_same_to_the_noise_of_so_many_trials(self, other):
        one, two = (steered(FEW, pull, averaged=True, trials=4000) for pull in ("bistable", other))
        for x, y in zip(arrays(one), arrays(two), strict=True):
            size = np.linalg.norm(x) / np.linalg.norm(y)
            assert mirrored(size * y, x) < 0.03

    def test_history_the_distribution_at_each_time_stays(self):
        """Covariances at equal times agree to rounding but for what wanders; covariances across the rest do not."""

        def covariances(predictive):
            x = arrays(preparations([3], predictive, trials=4000))[0]
            z = x @ np.linalg.svd(flat(x), full_matrices=False)[2][:4].T
            t = (10, 90)  # prepared, and moving
            now = [np.linalg.eigvalsh(z[:, k].T @ z[:, k] / 4000) for k in t]
            across = np.linalg.norm(z[:, t[0]].T @ z[:, t[1]] / 4000, 2)
            size = np.sqrt(now[0].max() * now[1].max())
            return [n / n.sum() for n in now], across / size

        (predictive, linked), (idle, free) = covariances(True), covariances(False)
        np.testing.assert_allclose(predictive, idle, atol=0.02)
        assert free < 0.1 < 0.8 < linked

    def test_all_trials_the_first_trial_is_the_same_to_the_last_digit(self):
        for x, later in zip(resonators(FEW), resonators(FEW, 1.25, shift_from=1), strict=True):
            np.testing.assert_array_equal(x.array[0], later.array[0])
            assert np.abs(x.array[1:] - later.array[1:]).max() > 0.1

    def test_non_normality_eigenvalues_stay_and_singular_values_do_not(self):
        for normal, sheared in zip(clean_operators(FEW), clean_operators(FEW, shear=1.0), strict=True):
            a, b = fitted(normal.array, 6)[0], fitted(sheared.array, 6)[0]
            moduli = [np.sort_complex(np.linalg.eigvals(m)) for m in (a, b)]
            np.testing.assert_allclose(*moduli, atol=1e-7)
            assert np.linalg.norm(b, 2) > 1.2 * np.linalg.norm(a, 2)

    @pytest.mark.parametrize("name", sorted(CONTROLS))
    def test_non_normality_behind_a_white_covariance_no_control_sees_it(self, name):
        normal, sheared = (
            np.mean([CONTROLS[name](s.array) for s in noisy_operators(range(6), kind, trials=200)])
            for kind in (False, True)
        )
        assert pytest.approx(normal, rel=0.02) == sheared

    def test_arrow_of_time_undamped_motion_backwards_is_its_mirror_image(self):
        for x, back in zip(rotations(FEW), rotations(FEW, backwards=True), strict=True):
            assert mirrored(x.array, back.array) < 1e-9

    @pytest.mark.parametrize("name", ["dsa", "dsa-spectrum"])
    def test_arrow_of_time_so_without_pairs_and_with_rotations_ignored_its_distance_is_0(self, name):
        design = Orbit(rotations(FEW), rotations(FEW, backwards=True), paired=False)
        assert "yes" == invariant(pairwise(load_metric(name), design), exactly=True).answer

    def test_arrow_of_time_one_circle_and_one_mirrored_at_speeds_that_differ_in_where_they_are_slow(self):
        """Radii agree to the noise, and speeds from sample to sample, their order aside, to rounding."""

        def course(x):
            y = x @ np.linalg.svd(flat(x), full_matrices=False)[2][:2].T  # about the circle's own centre
            angle = np.unwrap(np.angle(y[..., 0] + 1j * y[..., 1]), axis=1)
            angle *= np.sign(angle[0, -1] - angle[0, 0])  # a mirror, where it runs the other way
            radius = np.linalg.norm(y, axis=-1)
            return radius / radius.mean(), np.diff(angle, axis=1)

        (x,), (back,) = loops([3], uneven=0.9), loops([3], uneven=0.9, backwards=True)
        (radii, pace), (radii_back, pace_back) = course(x.array), course(back.array)
        assert np.ptp(np.concatenate([radii, radii_back])) < 0.35
        assert pace.mean() > 0
        np.testing.assert_allclose(np.sort(pace.ravel()), np.sort(pace_back.ravel()), atol=1e-9)

    def test_frequency_a_law_sped_up_and_sampled_as_much_more_often_gives_the_same_numbers(self):
        """Of z' = (-1 / tau + i w) z, with noise, samples dt apart know dt / tau and w dt."""

        def samples(tau, w, dt):
            rng, z = np.random.default_rng(0), np.zeros(400, complex)
            turn = np.exp((-1 / tau + 1j * w) * dt)
            for t in range(1, 400):
                z[t] = turn * z[t - 1] + np.sqrt(1 - np.exp(-2 * dt / tau)) * complex(*rng.normal(size=2))
            return z

        np.testing.assert_allclose(samples(100, 0.25, 1), samples(100 / 1.1, 1.1 * 0.25, 1 / 1.1), atol=1e-12)
        assert (
            np.abs(samples(100, 0.25, 1) - samples(100, 1.1 * 0.25, 1)).max() > 0.1
        )  # the suite's shift leaves the damping

    def test_frequency_what_is_dropped_between_samples_leaves_every_second_autocovariance(self):
        slow = resonators([3], rate=2, steps=400, trials=200)[0].array

        def autocovariance(x, lag):
            return np.einsum("ati,atj->ij", x[:, lag:], x[:, : x.shape[1] - lag]) / len(x) / (x.shape[1] - lag)

        half = [autocovariance(slow[:, ::2], k) for k in range(5)]
        whole = [autocovariance(slow, 2 * k) for k in range(5)]
        np.testing.assert_allclose(half, whole, atol=0.05 * np.abs(whole[0]).max())

    def test_input_colour_filters_commute(self):
        push = np.random.default_rng(0).normal(size=500)

        def filtered(x, pole):
            y = np.zeros(len(x), complex)
            for t in range(len(x)):
                y[t] = pole * y[t - 1] + x[t]
            return y

        network, colour = 0.9 * np.exp(0.25j), 0.9 * np.exp(0.6j)
        swapped = filtered(filtered(push, network), colour)
        np.testing.assert_allclose(filtered(filtered(push, colour), network), swapped, atol=1e-9)


class Cycles:
    """How power is spread over cycles a trial, in directions brought to one size. It knows no dt, and no pairs.

    Who counts cycles a trial gets the same count of samples twice as dense.
    """

    spec = MetricSpec(
        name="cycles", pairing="none", invariant_to={"orthogonal", "sampling-rate"}, sensitive_to={"frequency"}
    )

    def prepare(self, x):
        u, s, _ = np.linalg.svd(flat(x - x.mean(axis=(0, 1))), full_matrices=False)
        white = u[:, : min(6, int((s > 1e-6 * s[0]).sum()))].reshape(*x.shape[:2], -1)
        power = np.square(np.abs(np.fft.rfft(white, axis=1))).sum(axis=(0, 2))[1:60]
        return np.cumsum(power / power.sum())

    def compare(self, a, b):
        return float(np.abs(a - b).sum())


class Hurry:
    """The log turns a trial, and how skewed changes of speed are (in the plane of the motion; below .1 it is taken for noise).

    Neither knows pairs or axes. Skewness changes its sign where time does.
    """

    spec = MetricSpec(
        name="hurry", pairing="none", invariant_to={"orthogonal", "uneven-speed"}, sensitive_to={"arrow-of-time"}
    )

    def prepare(self, x):
        y = plane(x)
        angle = np.unwrap(np.angle(y[..., 0] + 1j * y[..., 1]), axis=1)
        speed = np.linalg.norm(np.diff(y, axis=1), axis=-1)
        smooth = speed[:, :-2] + speed[:, 1:-1] + speed[:, 2:]
        change = np.diff(smooth, axis=1)
        skew = float((change**3).mean() / (change**2).mean() ** 1.5)
        return np.log(np.abs(angle[:, -1] - angle[:, 0]).mean()), np.sign(skew) * max(abs(skew) - 0.1, 0)

    def compare(self, a, b):
        return float(abs(a[0] - b[0]) + 2 * abs(a[1] - b[1]))


class TestNoTheorems:
    """Claims that look as if they excluded each other, and one small metric that keeps both: they must not be refused."""

    def test_the_sampling_rate_is_ignored_without_dt(self):
        law = {"spread": 0.5}
        design = Orbit(resonators(SEEDS, **law), resonators(SEEDS, rate=2, **law), paired=False)
        assert "yes" == invariant(pairwise(Cycles(), design), below=0.25).answer

    @pytest.mark.parametrize("noise", [0.0, 0.1], ids=["clean", "noisy"])
    def test_and_a_shift_of_frequency_is_seen(self, noise):
        slow, fast = resonators(SEEDS, noise=noise), resonators(SEEDS, 1.1, family=1, noise=noise)
        assert "yes" == separates(pairwise(Cycles(), Contrast({"slow": slow, "fast": fast}, paired=False))).answer

    def test_speed_along_a_path_is_ignored_within_a_quarter(self):
        design = Orbit(loops(SEEDS, harmonics=3), loops(SEEDS, uneven=0.6, harmonics=3), paired=True)
        assert "yes" == invariant(pairwise(Hurry(), design), below=0.25).answer

    def test_and_the_arrow_of_an_uneven_circle_is_seen_without_pairs_or_axes(self):
        forwards = loops(SEEDS, uneven=0.9, same_start=False)
        backwards = loops(SEEDS, uneven=0.9, same_start=False, backwards=True, family=1)
        design = Contrast({"forwards": forwards, "backwards": backwards}, paired=False)
        assert "yes" == separates(pairwise(Hurry(), design)).answer

    def test_and_that_of_a_relaxation_oscillator(self):
        back = relaxation_oscillators(SEEDS, backwards=True, family=1)
        design = Contrast({"forwards": relaxation_oscillators(SEEDS), "backwards": back}, paired=False)
        assert "yes" == separates(pairwise(Hurry(), design)).answer

    @pytest.mark.parametrize("metric", [Cycles(), Hurry()], ids=["cycles", "hurry"])
    def test_rotations_and_trial_order_are_ignored(self, metric):
        x = loops([3], uneven=0.6)[0].array
        turned = x[::-1] @ haar(24, np.random.default_rng(0))
        assert metric.compare(metric.prepare(x), metric.prepare(turned)) < 1e-9


ARGUED = [(TestExclusions, e.claims[-1 if e.claims[-1][1] else 1][1]) for e in EXCLUDES]
ARGUED += [(TestLimits, limit.property) for limit in LIMITS]


@pytest.mark.parametrize("tests, name", ARGUED, ids=lambda v: v if isinstance(v, str) else v.__name__)
def test_each_argument_has_its_numbers(tests, name):
    assert [] != [test for test in vars(tests) if test.startswith("test_") and name.replace("-", "_") in test]
