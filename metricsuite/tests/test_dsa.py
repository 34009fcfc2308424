"""DSA: embedding, operator, spectrum, and the two metrics made of them."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite.arrays import Trajectories
from metricsuite.builtin import BUILTIN
from metricsuite.designs import Contrast
from metricsuite.distances import pairwise
from metricsuite.errors import InputError
from metricsuite.metrics.dsa.conjugacy import align_operators
from metricsuite.metrics.dsa.dsa import DSA, EXACTLY, DSASpectrum
from metricsuite.metrics.dsa.embedding import delay_embedding, leading_components
from metricsuite.metrics.dsa.operator import fit_operator, whitened_coordinates
from metricsuite.metrics.dsa.spectrum import wasserstein_distance
from metricsuite.metrics.dsa.tuned import TunedDSA, TunedDSASpectrum
from metricsuite.metrics.dsa.tuning import choose_setting
from metricsuite.registry import load_metric

TOO_SHORT = (
    "dsa: 40 time points leave 2 rows after 20 delays of 2; need at least 21. "
    "Shorten n_delays or pass longer trajectories."
)
QUICK = settings(max_examples=25, deadline=None, derandomize=True)


def haar(rng: np.random.Generator, n: int) -> np.ndarray:
    q, r = np.linalg.qr(rng.standard_normal((n, n)))
    return np.asarray(q * np.sign(np.diagonal(r)))


def noisy_linear(seed: int, trials: int = 6, time: int = 60, units: int = 8, noise: float = 0.3) -> np.ndarray:
    """A stable random linear system with process noise: every direction of its embedding is determined."""
    rng = np.random.default_rng(seed)
    law = 0.9 * rng.standard_normal((units, units)) / np.sqrt(units)
    state = rng.standard_normal((trials, units))
    states = []
    for _ in range(time):
        state = state @ law.T + noise * rng.standard_normal(state.shape)
        states.append(state)
    return np.stack(states, axis=1)


def rotation(angle: float) -> np.ndarray:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def orbit(law: np.ndarray, time: int, seed: int = 0, trials: int = 5) -> np.ndarray:
    """Noise-free trials of x(t + 1) = law x(t)."""
    states = [np.random.default_rng(seed).standard_normal((trials, len(law)))]
    for _ in range(time - 1):
        states.append(states[-1] @ law.T)
    return np.stack(states, axis=1)


def message(error: pytest.ExceptionInfo[InputError]) -> str:
    return str(error.value)


# --- embedding ----------------------------------------------------------------------------------------------


def test_embedding_puts_the_newest_block_first():
    x = np.arange(6.0).reshape(1, 6, 1)
    expected = [[[4.0, 2.0, 0.0], [5.0, 3.0, 1.0]]]
    assert expected == delay_embedding(x, n_delays=3, delay_interval=2).tolist()


def test_embedding_never_mixes_trials():
    x = np.arange(24.0).reshape(2, 6, 2)
    together = delay_embedding(x, 3)
    apart = np.concatenate([delay_embedding(x[:1], 3), delay_embedding(x[1:], 3)])
    assert apart.tolist() == together.tolist()


def test_one_delay_leaves_the_data():
    x = np.random.default_rng(0).standard_normal((2, 5, 3))
    assert x.tolist() == delay_embedding(x, 1).tolist()


def test_embedding_says_what_is_too_short():
    with pytest.raises(InputError) as error:
        delay_embedding(np.zeros((1, 40, 3)), n_delays=20, delay_interval=2, min_rows=21)
    assert TOO_SHORT == message(error)


def test_embedding_longer_than_a_trial_leaves_no_rows():
    with pytest.raises(InputError) as error:
        delay_embedding(np.zeros((1, 5, 3)), n_delays=6)
    expected = (
        "dsa: 5 time points leave no rows after 6 delays of 1; need at least 2. "
        "Shorten n_delays or pass longer trajectories."
    )
    assert expected == message(error)


def test_components_keep_the_largest_directions():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, 50, 4)) * [10.0, 5.0, 0.1, 0.1]
    expected = np.sum(np.linalg.svd(x.reshape(-1, 4), compute_uv=False)[:2] ** 2)
    assert expected == pytest.approx(np.sum(leading_components(x, 2) ** 2))


def test_more_components_than_units_only_rotate():
    x = np.random.default_rng(0).standard_normal((3, 50, 4))
    expected = (3, 50, 4)
    assert expected == leading_components(x, 9).shape


# --- operator -----------------------------------------------------------------------------------------------


def test_operator_has_the_eigenvalues_of_a_linear_law():
    law = scipy.linalg.block_diag(0.95 * rotation(0.4), 0.99 * rotation(1.1))
    operator = fit_operator(delay_embedding(orbit(law, 40), 5), rank=4)
    assert np.sort_complex(np.linalg.eigvals(law)) == pytest.approx(
        np.sort_complex(np.linalg.eigvals(operator)), abs=1e-9
    )


def test_rank_above_the_numerical_rank_is_truncated():
    law = scipy.linalg.block_diag(0.95 * rotation(0.4), 0.99 * rotation(1.1))
    expected = (4, 4)
    assert expected == fit_operator(delay_embedding(orbit(law, 40), 5), rank=10).shape


def test_rank_that_cuts_equal_singular_values_is_lowered():
    u = haar(np.random.default_rng(0), 12)[:, :3]
    expected = (12, 1)
    assert expected == whitened_coordinates(u * [2.0, 1.0, 1.0] @ haar(np.random.default_rng(1), 3), rank=2).shape


def test_rank_that_only_cuts_equal_singular_values_is_refused():
    with pytest.raises(InputError, match="rank 1 cuts through directions of equal size"):
        whitened_coordinates(haar(np.random.default_rng(0), 12)[:, :2], rank=1)


def test_whitened_coordinates_are_orthonormal():
    u = whitened_coordinates(np.random.default_rng(0).standard_normal((200, 12)), rank=7)
    assert np.eye(7) == pytest.approx(u.T @ u, abs=1e-12)


def test_wide_and_tall_give_the_same_coordinates():
    wide = np.random.default_rng(0).standard_normal((12, 40))
    tall = wide @ np.linalg.svd(wide, full_matrices=False)[2].T[:, :11]
    first, second = whitened_coordinates(wide, 5), whitened_coordinates(tall, 5)
    assert (12, 5) == first.shape == second.shape


def test_pairs_never_cross_trials():
    """Two trials that jump from one to the other: a pair across the border would add an eigenvalue of its own."""
    law = 0.9 * np.eye(1)
    x = np.concatenate([orbit(law, 30, trials=1), -50 * orbit(law, 30, trials=1)])
    assert [[pytest.approx(0.9)]] == fit_operator(delay_embedding(x, 1), rank=1).tolist()


def test_ridge_shrinks_the_operator():
    embedded = delay_embedding(noisy_linear(0), 3)
    assert np.linalg.norm(fit_operator(embedded, 5, ridge=0.5)) < np.linalg.norm(fit_operator(embedded, 5))


def test_ridge_is_the_normal_equation():
    embedded = delay_embedding(noisy_linear(0), 3)
    trials, rows, _ = embedded.shape
    u = whitened_coordinates(embedded.reshape(trials * rows, -1), 5).reshape(trials, rows, 5)
    now, after = u[:, :-1].reshape(-1, 5), u[:, 1:].reshape(-1, 5)
    expected = np.linalg.solve(now.T @ now + 0.1 * np.eye(5), now.T @ after).T
    assert expected == pytest.approx(fit_operator(embedded, 5, ridge=0.1), abs=1e-12)


def test_fewer_pairs_than_rank_is_refused():
    with pytest.raises(InputError) as error:
        fit_operator(np.random.default_rng(0).standard_normal((1, 5, 8)), rank=5)
    expected = (
        "dsa: 4 pairs of successive rows, 1 trials of 5, cannot determine an operator of rank 5; need at least 5. "
        "Lower rank or pass more data."
    )
    assert expected == message(error)


def test_zero_trajectories_are_refused():
    with pytest.raises(InputError, match="the trajectories are zero everywhere"):
        fit_operator(np.zeros((2, 5, 3)), rank=2)


# --- spectrum -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ([0], [1], 1.0),
        ([0, 1], [1, 0], 0.0),
        ([0, 1], [0, 2], math.sqrt(1 / 2)),
        ([1j, -1j], [1, -1], math.sqrt(2)),
        ([0], [1, -1], 1.0),
        ([0, 1], [0, 0, 1], math.sqrt(1 / 6)),
        ([0, 3], [1, 1, 1], math.sqrt((1 + 4) / 2)),
        ([1, 1, 2], [1, 2, 2], math.sqrt(1 / 3)),
        ([0, 0], [0, 0, 0], 0.0),
    ],
)
def test_wasserstein_by_hand(a, b, expected):
    assert expected == pytest.approx(wasserstein_distance(a, b), abs=1e-12)


def test_wasserstein_beats_every_permutation():
    a, b = np.random.default_rng(0).standard_normal((2, 5)) + 1j * np.random.default_rng(1).standard_normal((2, 5))
    expected = min(np.sqrt(np.mean(np.abs(a - b[list(p)]) ** 2)) for p in itertools.permutations(range(5)))
    assert expected == pytest.approx(wasserstein_distance(a, b))


def test_wasserstein_of_different_counts_is_that_of_repeated_numbers():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal(4) + 1j * rng.standard_normal(4), rng.standard_normal(6) + 1j * rng.standard_normal(6)
    assert wasserstein_distance(np.repeat(a, 3), np.repeat(b, 2)) == pytest.approx(
        wasserstein_distance(a, b), rel=1e-12
    )


POINTS = st.lists(st.complex_numbers(max_magnitude=2, allow_nan=False), min_size=1, max_size=4)


@given(POINTS, POINTS, POINTS)
@QUICK
def test_wasserstein_keeps_the_triangle_inequality(a, b, c):
    assert wasserstein_distance(a, c) <= wasserstein_distance(a, b) + wasserstein_distance(b, c) + 1e-9


def test_squared_wasserstein_breaks_the_triangle_inequality():
    a, b, c = [0], [0.5], [1]
    assert wasserstein_distance(a, c) ** 2 > wasserstein_distance(a, b) ** 2 + wasserstein_distance(b, c) ** 2


@given(POINTS, POINTS)
@QUICK
def test_wasserstein_is_symmetric(a, b):
    assert wasserstein_distance(a, b) == pytest.approx(wasserstein_distance(b, a), abs=1e-12)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_wasserstein_scales(scale):
    assert scale == pytest.approx(wasserstein_distance([0.0], [scale]))


@pytest.mark.parametrize(
    ("bad", "said"),
    [([], "a has shape"), ([[1.0]], "a has shape"), ([np.nan], "a is not finite")],
    ids=["empty", "2-D", "nan"],
)
def test_spectra_that_cannot_be_compared_are_refused(bad, said):
    with pytest.raises(InputError, match=said):
        wasserstein_distance(bad, [1.0])


# --- the metrics --------------------------------------------------------------------------------------------

METRICS = [DSA, DSASpectrum]
X, Y = noisy_linear(1), noisy_linear(2)


def transformed(name: str, x: np.ndarray) -> np.ndarray:
    rng = np.random.default_rng(7)
    return {
        "orthogonal": lambda: x @ haar(rng, x.shape[2]),
        "permutation": lambda: x[:, :, rng.permutation(x.shape[2])],
        "isotropic-scaling": lambda: 3.7 * x,
        "silent-unit": lambda: np.concatenate([x, np.zeros((*x.shape[:2], 3))], axis=2),
        "duplicated-units": lambda: np.concatenate([x, x], axis=2),
        "trial-order": lambda: x[rng.permutation(len(x))],
        "translation": lambda: x + 2 * rng.standard_normal(x.shape[2]),
    }[name]()


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("name", sorted(EXACTLY))
def test_claimed_invariance_is_exact(kind, name):
    metric = kind(n_delays=4, rank=6)
    assert metric(X, transformed(name, X)) < 1e-9 * metric(X, Y)


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("name", sorted(EXACTLY))
def test_claimed_invariance_survives_ridge_and_components(kind, name):
    metric = kind(n_delays=4, rank=6, ridge=0.1, n_components=4)
    assert metric(X, transformed(name, X)) < 1e-9 * metric(X, Y)


@pytest.mark.parametrize("kind", METRICS)
def test_an_offset_is_part_of_the_dynamics(kind):
    metric = kind(n_delays=4, rank=6)
    assert metric(X, transformed("translation", X)) > 0.1 * metric(X, Y)


@pytest.mark.parametrize("kind", METRICS)
def test_centring_removes_offsets(kind):
    metric = kind(n_delays=4, rank=6, centre=True)
    assert metric(X, transformed("translation", X)) < 1e-9 * metric(X, Y)


def test_an_offset_adds_an_eigenvalue_one():
    law = 0.9 * rotation(0.5)
    spectrum = DSASpectrum(n_delays=3, rank=6).prepare(np.add(orbit(law, 40), [3.0, -1.0]))
    assert np.sort_complex([1.0, *np.linalg.eigvals(law)]) == pytest.approx(np.sort_complex(spectrum), abs=1e-8)


@pytest.mark.parametrize("kind", METRICS)
def test_same_law_from_other_initial_states_is_the_same(kind):
    """The spectrum is that of the law; the operator in whitened coordinates also depends on where the trials went."""
    law = scipy.linalg.block_diag(0.98 * rotation(0.4), 0.99 * rotation(1.1))
    metric = kind(n_delays=5, rank=4)
    other = scipy.linalg.block_diag(0.98 * rotation(0.9), 0.99 * rotation(2.0))
    same, different = metric(orbit(law, 80, 0), orbit(law, 80, 1)), metric(orbit(law, 80, 0), orbit(other, 80, 1))
    assert same < 0.3 * different


@pytest.mark.parametrize("kind", METRICS)
def test_units_may_differ(kind):
    assert kind(n_delays=4, rank=5)(X, noisy_linear(2, units=5)) > 0


@pytest.mark.parametrize("kind", METRICS)
def test_trajectories_are_at_distance_zero_from_themselves(kind):
    expected = 0.0
    assert expected == kind()(X, X.copy())


@pytest.mark.parametrize("kind", METRICS)
def test_calling_is_preparing_and_comparing(kind):
    metric = kind(n_delays=3, rank=5)
    assert metric.compare(metric.prepare(X), metric.prepare(Y)) == metric(X, Y)


@pytest.mark.parametrize("kind", METRICS)
def test_exchanged_trajectories_give_the_same_number(kind):
    metric = kind(n_delays=3, rank=5)
    assert metric(X, Y) == metric(Y, X)


@pytest.mark.parametrize("kind", METRICS)
def test_input_is_untouched(kind):
    x = X.astype(np.float32)
    before = x.copy()
    kind(centre=True).prepare(x)
    assert before.tolist() == x.tolist()


@pytest.mark.parametrize("kind", METRICS)
def test_global_random_state_is_left_alone(kind):
    before = np.random.get_state()[1].tolist()  # noqa: NPY002
    kind(n_delays=3, rank=5)(X, Y)
    assert before == np.random.get_state()[1].tolist()  # noqa: NPY002


@pytest.mark.parametrize("kind", METRICS)
def test_single_precision_is_enough(kind):
    metric = kind(n_delays=4, rank=6)
    assert metric(X, Y) == pytest.approx(metric(X.astype(np.float32), Y.astype(np.float32)), rel=1e-4)


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300])
def test_extreme_scales_change_nothing(kind, scale):
    metric = kind(n_delays=4, rank=6)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert metric(X, Y) == pytest.approx(metric(X, scale * Y), rel=1e-7)


@pytest.mark.parametrize("kind", METRICS)
def test_one_trial_is_enough(kind):
    assert math.isfinite(kind(n_delays=3, rank=5)(X[0], Y[0]))


@pytest.mark.parametrize("kind", METRICS)
def test_short_trajectories_are_refused(kind):
    with pytest.raises(InputError) as error:
        kind(n_delays=20, delay_interval=2, rank=20).prepare(X[0, :40])
    assert TOO_SHORT == message(error)


@pytest.mark.parametrize("kind", METRICS)
def test_constant_trajectories_are_refused(kind):
    with pytest.raises(InputError, match="constant"):
        kind().prepare(np.ones((3, 40, 4)))


@pytest.mark.parametrize("kind", METRICS)
def test_one_impulse_at_the_end_is_refused(kind):
    x = np.zeros((1, 40, 3))
    x[0, -1, 0] = 1.0
    with pytest.raises(InputError, match="the operator is zero"):
        kind(n_delays=1, rank=1).prepare(x)


def test_systems_of_different_rank_are_refused_by_the_angle():
    metric = DSA(n_delays=5, rank=4)
    with pytest.raises(InputError, match="needed operators of one size"):
        metric(orbit(0.9 * rotation(0.4), 40), X)


def test_systems_of_different_rank_are_compared_by_the_spectrum():
    """Two eigenvalues against four: each of the two is shared by two of the four."""
    two, four = 0.9 * rotation(0.4), scipy.linalg.block_diag(0.9 * rotation(0.4), 0.9 * rotation(0.6))
    expected = 0.9 * abs(np.exp(0.4j) - np.exp(0.6j)) / math.sqrt(2)
    assert expected == pytest.approx(DSASpectrum(n_delays=5)(orbit(two, 60), orbit(four, 60)), abs=1e-8)


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize(
    ("keyword", "said"),
    [
        ({"n_delays": 0}, "dsa: n_delays=0; needed a whole number, 1 or more."),
        ({"delay_interval": 1.5}, "dsa: delay_interval=1.5; needed a whole number, 1 or more."),
        ({"rank": True}, "dsa: rank=True; needed a whole number, 1 or more."),
        ({"n_components": -1}, "dsa: n_components=-1; needed a whole number, 1 or more."),
        ({"ridge": -0.1}, "dsa: ridge=-0.1; needed a finite number, 0 or more."),
        ({"ridge": math.inf}, "dsa: ridge=inf; needed a finite number, 0 or more."),
        ({"centre": 1}, "dsa: centre=1; needed True or False."),
    ],
    ids=str,
)
def test_parameters_out_of_range_are_refused(kind, keyword, said):
    with pytest.raises(InputError) as error:
        kind(**keyword)
    assert said == message(error)


def test_axes_in_another_order_are_asked_for():
    with pytest.raises(InputError, match=r"With 90 units and 12 time points: are the axes \(trials, time, units\)\?$"):
        DSA()(np.random.default_rng(0).standard_normal((5, 12, 90)), X)


# --- scores, batches and tuning -----------------------------------------------------------------------------


def test_euclidean_is_the_length_of_what_is_left():
    a, b = DSA(n_delays=4, rank=6).prepare(X), DSA(n_delays=4, rank=6).prepare(Y)
    c = align_operators(a, b).rotation
    expected = np.linalg.norm(a - c @ b @ c.T)
    assert expected == pytest.approx(DSA(score_method="euclidean").compare(a, b), rel=1e-9)


def test_euclidean_tells_an_operator_from_its_double():
    a = DSA(n_delays=4, rank=6).prepare(X)
    assert np.linalg.norm(a) == pytest.approx(DSA(score_method="euclidean").compare(a, 2 * a))
    assert DSA().compare(a, 2 * a) < 1e-12


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("cosine", 'dsa: score_method=\'cosine\'; needed "angular" or "euclidean".'),
        (
            "wasserstein",
            'dsa: score_method=\'wasserstein\'; needed "angular" or "euclidean". '
            'The distance between eigenvalues is the metric "dsa-spectrum".',
        ),
    ],
)
def test_other_scores_are_refused(given, said):
    with pytest.raises(InputError) as error:
        DSA(score_method=given)
    assert said == message(error)


@pytest.mark.parametrize("score_method", ["angular", "euclidean"])
def test_many_at_once_are_as_one_by_one(score_method):
    metric = DSA(n_delays=4, rank=6, score_method=score_method)
    states = [metric.prepare(noisy_linear(seed)) for seed in (1, 2, 4, 5)]
    pairs = np.array([[0, 1], [3, 2], [2, 0], [1, 1]])
    assert [metric.compare(states[i], states[j]) for i, j in pairs] == metric.compare_many(states, pairs).tolist()


@pytest.mark.parametrize(("kind", "tuned_kind"), [(DSA, TunedDSA), (DSASpectrum, TunedDSASpectrum)])
def test_tuned_metrics_compare_at_the_setting_of_the_rule(kind, tuned_kind):
    calibration = [orbit(0.98 * rotation(angle), 60, seed) for seed, angle in enumerate((0.3, 0.5, 0.7, 0.9))]
    calibration = [x + 0.05 * np.random.default_rng(k).standard_normal(x.shape) for k, x in enumerate(calibration)]
    setting, rows = choose_setting(calibration)
    tuned = tuned_kind().tuned(calibration)
    by_hand = kind(setting.n_delays, setting.delay_interval, setting.rank)
    assert by_hand(calibration[0], calibration[1]) == tuned(calibration[0], calibration[1])
    assert [row["rank"] for row in rows] == [row["rank"] for row in tuned.tuning]
    assert not tuned_kind().tuning


@pytest.mark.parametrize(("kind", "tuned_kind"), [(DSA, TunedDSA), (DSASpectrum, TunedDSASpectrum)])
def test_tuned_metrics_claim_what_the_algebra_says_and_nothing_that_hangs_on_a_setting(kind, tuned_kind):
    assert EXACTLY == tuned_kind.spec.invariant_to
    assert EXACTLY < kind.spec.invariant_to


@pytest.mark.parametrize("name", ["dsa-tuned", "dsa-spectrum-tuned"])
def test_tuned_metrics_are_found_by_name_and_are_no_column_of_the_table(name):
    assert name == load_metric(name).spec.name
    assert load_metric(name).tunable
    assert name not in BUILTIN


def test_the_table_of_a_tuning_stands_in_the_verdict():
    systems = [orbit(0.98 * rotation(angle), 60, seed) for seed, angle in enumerate((0.3, 0.32, 0.7, 0.72))]
    systems = [x + 0.05 * np.random.default_rng(k).standard_normal(x.shape) for k, x in enumerate(systems)]
    design = Contrast({"slow": systems[:2], "fast": systems[2:]}, paired=False)
    calibration = [Trajectories(x) for x in systems]
    object.__setattr__(design, "calibration", lambda: calibration)
    distances = pairwise(load_metric("dsa-spectrum-tuned"), design)
    _, rows = choose_setting(systems)
    assert list(rows[0]) == distances.tuning["columns"]
    assert len(rows) == len(distances.tuning["rows"])
    best = dict(zip(distances.tuning["columns"], distances.tuning["rows"][0], strict=True))
    assert {name: best[name] for name in ("rank", "n_delays", "delay_interval")} == {
        name: distances.setting[name] for name in ("rank", "n_delays", "delay_interval")
    }


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("name", sorted(EXACTLY))
@pytest.mark.parametrize("rank", [4, 10, 16])
def test_claimed_invariance_holds_between_systems(kind, name, rank):
    """Both moved: the distance between them stays, whichever way the search goes."""
    metric = kind(n_delays=4, rank=rank, n_components=None)
    moved = metric(transformed(name, X), transformed(name, Y))
    assert metric(X, Y) == pytest.approx(moved, rel=1e-6)


@pytest.mark.parametrize("whole", [np.int8, np.uint8, np.int16, np.int64])
def test_small_integers_do_not_overflow(whole):
    by_numpy = DSASpectrum(n_delays=whole(30), delay_interval=whole(1), rank=whole(4), n_components=whole(8))
    expected = DSASpectrum(n_delays=30, delay_interval=1, rank=4, n_components=8)
    assert expected(X, Y) == by_numpy(X, Y)


@pytest.mark.parametrize("ridge", [True, 1j, np.complex64(1), "1", math.nan])
def test_what_is_no_ridge_is_refused(ridge):
    with pytest.raises(InputError) as error:
        DSA(ridge=ridge)
    assert f"dsa: ridge={ridge!r}; needed a finite number, 0 or more." == message(error)


def test_a_ridge_that_leaves_nothing_is_named():
    with pytest.raises(InputError, match="Or lower ridge=1e\\+300, which shrinks it"):
        DSA(ridge=1e300).prepare(X)


@pytest.mark.parametrize("scale", [1e-200, 1e200])
def test_euclidean_of_extreme_operators(scale):
    metric = DSA(score_method="euclidean")
    a, b = np.random.default_rng(0).standard_normal((2, 4, 4))
    assert scale * metric.compare(a, b) == pytest.approx(metric.compare(scale * a, scale * b), rel=1e-9)
