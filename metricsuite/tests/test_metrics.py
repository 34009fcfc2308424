"""Procrustes, CKA and its angle: against scipy, against closed forms, and every claim of their specs."""

from collections.abc import Callable
from itertools import permutations
from typing import Any

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite.adapting import adapt
from metricsuite.errors import InputError
from metricsuite.metrics.kernel_alignment import CKA, AngularCKA
from metricsuite.metrics.orthogonal_procrustes import Procrustes
from metricsuite.spec import MetricSpec
from metricsuite.transformations import TRANSFORMATIONS, haar

RNG = np.random.default_rng(22)
X, Y = RNG.normal(size=(2, 4, 10, 3))  # two systems of 4 trials, 10 time points, 3 units
PLUGINS: dict[str, Any] = {"procrustes": Procrustes, "cka": CKA, "cka-angular": AngularCKA}
SPECS: dict[str, MetricSpec] = {name: plugin.spec for name, plugin in PLUGINS.items()}
DISTANCE = {name: adapt(plugin, name=name) for name, plugin in PLUGINS.items()}
INVARIANCES = [(name, claim) for name in PLUGINS for claim in sorted(SPECS[name].invariant_to & set(TRANSFORMATIONS))]
SENSITIVITIES = [(name, claim) for name in PLUGINS for claim in sorted(SPECS[name].sensitive_to & set(TRANSFORMATIONS))]

each_metric = pytest.mark.parametrize("name", PLUGINS)
each_angle = pytest.mark.parametrize("name", ["procrustes", "cka-angular"])


def samples(x: Any) -> Any:
    """Centred samples, (trials * time, units)."""
    flat = np.asarray(x, float).reshape(-1, np.shape(x)[-1])
    return flat - flat.mean(0)


def unit(x: Any) -> Any:
    return samples(x) / np.linalg.norm(samples(x))


def padded(x: Any, units: int) -> Any:
    return np.pad(x, [(0, 0), (0, units - x.shape[1])])


def waves(n_samples: int, n_waves: int) -> Any:
    """Centred, orthonormal columns: (n_samples, n_waves)."""
    return np.linalg.qr(samples(np.random.default_rng(0).normal(size=(n_samples, n_waves))))[0]


A, B, C, D = waves(12, 4).T


@st.composite
def systems(draw: Callable[..., Any], count: int = 1, same_units: bool = False) -> Any:
    """Trajectories of one number of trials and time: of either precision, any scale from 1e-6 to 1e6, any memory layout."""
    trials, time = draw(st.integers(1, 4)), draw(st.integers(3, 12))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    units = draw(st.integers(1, 8))
    made = []
    for _ in range(count):
        units = units if same_units else draw(st.integers(1, 8))
        x = rng.normal(size=(units, 2 * time, trials)) * 10.0 ** draw(st.integers(-6, 6))
        made.append(
            x.astype(draw(st.sampled_from(["f4", "f8"]))).transpose(2, 1, 0)[:, :: draw(st.sampled_from([2, -2]))]
        )
    return made if count > 1 else made[0]


def rounding(*xs: Any) -> float:
    return 2e-6 if any(x.dtype == np.float32 for x in xs) else 1e-10


class TestProcrustesAgainstScipy:
    @settings(max_examples=40)
    @given(systems(2, same_units=True))
    def test_angle_from_its_scale(self, pair: Any) -> None:
        _, scale = scipy.linalg.orthogonal_procrustes(*map(unit, pair))
        assert np.arccos(min(1.0, scale)) == pytest.approx(DISTANCE["procrustes"](*pair), abs=1e-7)

    @settings(max_examples=40)
    @given(systems(2, same_units=True))
    def test_angle_from_its_rotation(self, pair: Any) -> None:
        x, y = map(unit, pair)
        rotation, _ = scipy.linalg.orthogonal_procrustes(x, y)
        assert 2 * np.arcsin(np.linalg.norm(x @ rotation - y) / 2) == pytest.approx(
            DISTANCE["procrustes"](*pair), abs=1e-8
        )

    @settings(max_examples=40)
    @given(systems(2))
    def test_silent_units_stand_in_for_missing_ones(self, pair: Any) -> None:
        units = max(x.shape[2] for x in pair)
        x, y = (padded(unit(x), units) for x in pair)
        rotation, _ = scipy.linalg.orthogonal_procrustes(x, y)
        assert 2 * np.arcsin(np.linalg.norm(x @ rotation - y) / 2) == pytest.approx(
            DISTANCE["procrustes"](*pair), abs=1e-8
        )

    def test_no_rotation_comes_nearer(self) -> None:
        angles = [np.arccos(np.sum(unit(X) @ haar(3, RNG) * unit(Y))) for _ in range(500)]
        assert min(angles) > DISTANCE["procrustes"](X, Y)


class TestProcrustesInClosedForm:
    @pytest.mark.parametrize(
        "x, y, expected",
        [
            ([A], [B], np.pi / 2),
            ([A], [A, B], np.pi / 4),
            ([A, B], [C, D], np.pi / 2),
            ([A, B], [A, B, C, D], np.pi / 4),
            ([A], [A, B, C], np.arccos(np.sqrt(1 / 3))),
            ([A, B], [A, 2 * B], np.arccos(3 / np.sqrt(10))),
            ([A, B], [B, C], np.pi / 3),
            ([A], [-3 * A], 0.0),
        ],
    )
    def test_angle_between_orthogonal_blocks(self, x: Any, y: Any, expected: float) -> None:
        assert expected == pytest.approx(DISTANCE["procrustes"](np.transpose(x), np.transpose(y)), abs=1e-12)

    def test_largest_distance_is_a_right_angle(self) -> None:
        assert np.pi / 2 == pytest.approx(DISTANCE["procrustes"](A[:, None], np.transpose([B, C, D])), abs=1e-12)


class TestCKAInClosedForm:
    @pytest.mark.parametrize(
        "x, y, expected",
        [
            ([A], [B], 0.0),
            ([A], [A, B], 1 / np.sqrt(2)),
            ([A, B], [C, D], 0.0),
            ([A, B], [A, B, C, D], 1 / np.sqrt(2)),
            ([A], [A, B, C], 1 / np.sqrt(3)),
            ([A, B], [A, 2 * B], 5 / np.sqrt(2 * 17)),
            ([A, B], [B, C], 1 / 2),
            ([A], [A + B], 1 / 2),
            ([A], [-3 * A], 1.0),
        ],
    )
    def test_orthogonal_blocks(self, x: Any, y: Any, expected: float) -> None:
        assert expected == pytest.approx(CKA()(np.transpose(x), np.transpose(y)), abs=1e-12)

    def test_of_one_unit_is_the_squared_correlation(self) -> None:
        x, y = X[0, :, :1], Y[0, :, :1]
        assert np.corrcoef(x[:, 0], y[:, 0])[0, 1] ** 2 == pytest.approx(CKA()(x, y), rel=1e-12)

    @settings(max_examples=40)
    @given(systems(2))
    def test_by_feature_covariances(self, pair: Any) -> None:
        x, y = map(unit, pair)
        expected = np.sum((x.T @ y) ** 2) / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y)
        assert expected == pytest.approx(CKA()(*pair), abs=1e-9)

    @settings(max_examples=40)
    @given(systems(2))
    def test_by_hsic_with_the_centring_matrix(self, pair: Any) -> None:
        flat = [np.asarray(x, float).reshape(-1, x.shape[2]) / np.abs(x).max() for x in pair]
        k, l = (x @ x.T for x in flat)
        h = np.eye(len(k)) - 1 / len(k)
        hsic = lambda k, l: np.trace(k @ h @ l @ h)  # noqa: E731
        assert hsic(k, l) / np.sqrt(hsic(k, k) * hsic(l, l)) == pytest.approx(CKA()(*pair), abs=1e-9)

    @settings(max_examples=40)
    @given(systems(2))
    def test_lies_between_0_and_1(self, pair: Any) -> None:
        assert -1e-12 <= CKA()(*pair) <= 1 + 1e-12

    @settings(max_examples=40)
    @given(systems(2))
    def test_distance_is_one_minus(self, pair: Any) -> None:
        assert 1 - CKA()(*pair) == DISTANCE["cka"](*pair)

    @settings(max_examples=40)
    @given(systems(2))
    def test_angle_is_its_arccos(self, pair: Any) -> None:
        assert np.arccos(min(1.0, CKA()(*pair))) == pytest.approx(DISTANCE["cka-angular"](*pair), abs=1e-7)


class TestSamples:
    @each_metric
    def test_trials_and_time_are_flattened(self, name: str) -> None:
        assert DISTANCE[name](X, Y) == DISTANCE[name](X.reshape(40, 3), Y.reshape(40, 3))

    @each_metric
    @pytest.mark.parametrize("units", [(3, 60), (60, 3), (60, 50)], ids=str)
    def test_more_units_than_samples(self, name: str, units: tuple[int, int]) -> None:
        x, y = (np.random.default_rng(n).normal(size=(2, 10, n)) for n in units)
        s = np.linalg.svd(unit(x).T @ unit(y), compute_uv=False)
        k = (
            np.sum((unit(x).T @ unit(y)) ** 2)
            / np.linalg.norm(unit(x) @ unit(x).T)
            / np.linalg.norm(unit(y) @ unit(y).T)
        )
        expected = {"procrustes": np.arccos(s.sum()), "cka": 1 - k, "cka-angular": np.arccos(k)}
        assert expected[name] == pytest.approx(DISTANCE[name](x, y), rel=1e-12)

    @each_metric
    def test_an_instance_takes_arrays_lists_and_tensors(self, name: str) -> None:
        assert PLUGINS[name]()(X, Y) == PLUGINS[name]()(X.tolist(), torch.tensor(Y))

    @each_metric
    def test_returns_a_float(self, name: str) -> None:
        assert float is type(PLUGINS[name]()(X.astype("f4"), Y))


class TestAxioms:
    @each_metric
    def test_those_claimed(self, name: str) -> None:
        expected = {"symmetry", "triangle"} - ({"triangle"} if name == "cka" else set())
        assert expected == SPECS[name].axioms

    @each_metric
    @settings(max_examples=40)
    @given(systems())
    def test_a_system_is_at_no_distance_from_itself(self, name: str, x: Any) -> None:
        assert 0.0 == pytest.approx(DISTANCE[name](x, x), abs=1e-12)

    @each_metric
    @settings(max_examples=40)
    @given(systems(2))
    def test_not_negative(self, name: str, pair: Any) -> None:
        assert DISTANCE[name](*pair) >= -1e-12

    @each_metric
    @settings(max_examples=40)
    @given(systems(2))
    def test_symmetry(self, name: str, pair: Any) -> None:
        assert DISTANCE[name](*pair) == pytest.approx(DISTANCE[name](*pair[::-1]), abs=1e-12)

    @each_angle
    @settings(max_examples=60)
    @given(systems(3))
    def test_triangle(self, name: str, triple: Any) -> None:
        long, *short = sorted(DISTANCE[name](triple[i], triple[j]) for i, j in ((0, 1), (1, 2), (0, 2)))[::-1]
        assert long <= sum(short) + 1e-9

    @each_angle
    @settings(max_examples=40)
    @given(systems(2, same_units=True), st.floats(0.01, 0.99))
    def test_triangle_through_a_blend(self, name: str, pair: Any, part: float) -> None:
        x, z = map(unit, pair)
        y = (1 - part) * x + part * z
        for a, b, c in permutations([x, y, z]):
            assert DISTANCE[name](a, c) <= DISTANCE[name](a, b) + DISTANCE[name](b, c) + 1e-9

    def test_cka_breaks_the_triangle(self) -> None:
        d = DISTANCE["cka"]
        x, y, z = A[:, None], np.transpose([A, B]), B[:, None]
        aside = 1 - 1 / np.sqrt(2)  # from y to either: .29 + .29 < 1
        assert (1.0, aside, aside) == pytest.approx((d(x, z), d(x, y), d(y, z)))


class TestInvariances:
    @pytest.mark.parametrize("name, claim", INVARIANCES)
    @settings(max_examples=25)
    @given(x=systems(), seed=st.integers(0, 2**32))
    def test_image_is_at_no_distance(self, name: str, claim: str, x: Any, seed: int) -> None:
        image = TRANSFORMATIONS[claim](x, np.random.default_rng(seed))
        assert 0.0 == pytest.approx(DISTANCE[name](x, image), abs=rounding(x, image))

    @pytest.mark.parametrize("name, claim", INVARIANCES)
    @settings(max_examples=25)
    @given(pair=systems(2), seed=st.integers(0, 2**32))
    def test_image_is_as_far_from_another(self, name: str, claim: str, pair: Any, seed: int) -> None:
        image = TRANSFORMATIONS[claim](pair[0], np.random.default_rng(seed))
        assert DISTANCE[name](*pair) == pytest.approx(DISTANCE[name](image, pair[1]), abs=rounding(*pair, image))

    @each_metric
    @settings(max_examples=25)
    @given(pair=systems(2), power=st.integers(-140, 140))
    def test_scale(self, name: str, pair: Any, power: int) -> None:
        x, y = (v.astype("f8") for v in pair)
        assert DISTANCE[name](x, y) == pytest.approx(DISTANCE[name](x * 10.0**power, y), abs=1e-9)

    @each_metric
    @pytest.mark.parametrize("scale_x, scale_y", [(1e150, 1e-150), (1e-150, 1e-150), (1e150, 1e150), (1e-300, 1e300)])
    def test_scales_whose_squares_no_float_holds(self, name: str, scale_x: float, scale_y: float) -> None:
        assert DISTANCE[name](X, Y) == pytest.approx(DISTANCE[name](X * scale_x, Y * scale_y), rel=1e-12)

    @each_metric
    def test_translation_by_a_million_standard_deviations(self, name: str) -> None:
        assert DISTANCE[name](X, Y) == pytest.approx(DISTANCE[name](X + 1e6, Y - 1e6), rel=1e-8)

    @each_metric
    def test_common_order_of_samples(self, name: str) -> None:
        order = np.random.default_rng(0).permutation(40)
        x, y = X.reshape(40, 3), Y.reshape(40, 3)
        assert DISTANCE[name](x, y) == pytest.approx(DISTANCE[name](x[order], y[order]), rel=1e-12)


class TestSensitivities:
    @pytest.mark.parametrize("name, claim", SENSITIVITIES)
    def test_image_is_far(self, name: str, claim: str) -> None:
        x = np.random.default_rng(5).normal(size=(4, 20, 6))
        image = TRANSFORMATIONS[claim](x, np.random.default_rng(6))
        assert DISTANCE[name](x, image) > 0.03

    @each_metric
    def test_everything_among_the_group_actions_is_claimed(self, name: str) -> None:
        assert set(TRANSFORMATIONS) <= SPECS[name].invariant_to | SPECS[name].sensitive_to

    def test_procrustes_sees_what_cka_barely_does(self) -> None:
        """A small direction: CKA weighs by variance squared, Procrustes by variance."""
        x, y = np.transpose([A, 0.1 * B]), A[:, None]
        assert DISTANCE["procrustes"](x, y) > 9 * DISTANCE["cka-angular"](x, y) > 0


class TestSmallAngles:
    """x turned by a known angle in sample space, out of the span of its columns: arccos would see 0, or 1e-8 of noise."""

    ANGLES = (1e-3, 1e-5, 1e-7, 1e-9, 1e-11)

    @staticmethod
    def turned(angle: float, units: int = 2) -> tuple[Any, Any]:
        basis = waves(30, 2 * units)
        x, away = basis[:, :units], basis[:, units:]
        return x, np.cos(angle) * x + np.sin(angle) * away

    @pytest.mark.parametrize("angle", ANGLES)
    def test_procrustes_gives_the_angle(self, angle: float) -> None:
        assert angle == pytest.approx(DISTANCE["procrustes"](*self.turned(angle)), rel=1e-3, abs=1e-14)

    @pytest.mark.parametrize("angle", ANGLES)
    def test_cka_angle_is_that_of_cos_squared(self, angle: float) -> None:
        expected = 2 * np.arcsin(np.sin(angle) / np.sqrt(2))  # arccos(cos^2), without its cancellation
        assert expected == pytest.approx(DISTANCE["cka-angular"](*self.turned(angle)), rel=1e-3, abs=1e-14)

    @pytest.mark.parametrize("angle", [1e-3, 1e-5, 1e-7])
    def test_cka_is_the_square_of_sin(self, angle: float) -> None:
        assert np.sin(angle) ** 2 == pytest.approx(DISTANCE["cka"](*self.turned(angle)), rel=1e-3, abs=2e-16)

    @pytest.mark.parametrize("angle", ANGLES)
    def test_procrustes_with_unequal_units(self, angle: float) -> None:
        x, y = self.turned(angle)
        y = np.hstack([y, np.zeros((30, 1))]) @ haar(3, RNG)
        assert angle == pytest.approx(DISTANCE["procrustes"](x, y), rel=1e-3, abs=1e-14)

    @pytest.mark.parametrize("angle", ANGLES)
    def test_procrustes_where_the_extra_unit_makes_the_angle(self, angle: float) -> None:
        x, y = A[:, None], np.transpose([np.cos(angle) * A, np.sin(angle) * B])
        assert angle == pytest.approx(DISTANCE["procrustes"](x, y), rel=1e-3, abs=1e-14)

    @each_angle
    def test_no_step_where_the_formula_changes(self, name: str) -> None:
        angles = np.linspace(0.0135, 0.0145, 201) if name == "procrustes" else np.linspace(0.0095, 0.0105, 201)
        distances = np.array([DISTANCE[name](*self.turned(angle)) for angle in angles])
        assert np.diff(distances) == pytest.approx(np.full(200, np.diff(distances).mean()), rel=1e-4)

    @each_angle
    def test_order_of_small_angles_is_kept(self, name: str) -> None:
        distances = [DISTANCE[name](*self.turned(angle)) for angle in np.linspace(1e-8, 1e-7, 10)]
        assert sorted(distances) == distances


class TestInput:
    @each_metric
    @settings(max_examples=30)
    @given(systems(2))
    def test_is_never_changed(self, name: str, pair: Any) -> None:
        before = [x.copy() for x in pair]
        DISTANCE[name](*pair)
        np.testing.assert_equal(before, pair)

    @each_metric
    def test_may_be_read_only(self, name: str) -> None:
        x, y = X.copy(), Y.copy()
        x.flags.writeable = y.flags.writeable = False
        assert DISTANCE[name](X, Y) == DISTANCE[name](x, y)

    @each_metric
    @pytest.mark.parametrize(
        "y, said",
        [(Y[:3], "3 of 10"), (Y[:, :9], "4 of 9"), (Y.reshape(10, 4, 3), "10 of 4")],
        ids=["trials", "time", "both"],
    )
    def test_of_other_trials_or_time(self, name: str, y: Any, said: str) -> None:
        expected = (
            f"{name}: x has 4 trials of 10 time points, y has {said}; needed the same, since row i of one is compared with "
            "row i of the other. Give both the same trials, or use a metric with pairing='none'."
        )
        with pytest.raises(InputError) as raised:
            PLUGINS[name]()(X, y)
        assert expected == str(raised.value)

    @each_metric
    def test_that_the_door_refuses(self, name: str) -> None:
        expected = (
            f"{name}: x is constant, shape (1, 5, 3): no unit ever changes, so nothing can be compared. Check the recording, "
            "or the axes (trials, time, units)."
        )
        with pytest.raises(InputError) as raised:
            PLUGINS[name]().prepare(np.ones((5, 3)))
        assert expected == str(raised.value)

    @each_metric
    def test_prepared_systems_are_not_changed_by_a_comparison(self, name: str) -> None:
        plugin = PLUGINS[name]()
        a, b = plugin.prepare(X), plugin.prepare(Y)
        assert plugin.compare(a, b) == plugin.compare(a, b)

    @each_metric
    def test_a_silent_system_but_for_one_sample(self, name: str) -> None:
        x = np.zeros((4, 10, 3))
        x[0, 0, 0] = 1e-200
        assert 0.0 == pytest.approx(DISTANCE[name](x, 5 * x), abs=1e-12)
