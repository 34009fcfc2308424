"""DSA: embedding, operator, alignment, spectrum, and the two metrics made of them."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite.errors import InputError
from metricsuite.metrics.dsa import conjugacy, descent, starts
from metricsuite.metrics.dsa.conjugacy import align_operators
from metricsuite.metrics.dsa.dsa import DSA, EXACTLY, DSASpectrum
from metricsuite.metrics.dsa.embedding import delay_embedding, leading_components
from metricsuite.metrics.dsa.operator import fit_operator, whitened_coordinates
from metricsuite.metrics.dsa.spectrum import wasserstein_distance

TOO_SHORT = (
    "dsa: 40 time points leave 2 rows after 20 delays of 2; need at least 21. "
    "Shorten n_delays or pass longer trajectories."
)
QUICK = settings(max_examples=25, deadline=None, derandomize=True)


def haar(rng: np.random.Generator, n: int) -> np.ndarray:
    return starts.haar(rng, 1, n)[0]


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


def jordan(n: int, eigenvalue: float) -> np.ndarray:
    return eigenvalue * np.eye(n) + np.diag(np.ones(n - 1), 1)


def orbit(law: np.ndarray, time: int, seed: int = 0, trials: int = 5) -> np.ndarray:
    """Noise-free trials of x(t + 1) = law x(t)."""
    states = [np.random.default_rng(seed).standard_normal((trials, len(law)))]
    for _ in range(time - 1):
        states.append(states[-1] @ law.T)
    return np.stack(states, axis=1)


def message(error: pytest.ExceptionInfo[InputError]) -> str:
    return str(error.value)


def distance(a: np.ndarray, b: np.ndarray) -> float:
    return DSA().compare(a, b)


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


def test_truncated_operator_holds_no_noise():
    law = scipy.linalg.block_diag(0.95 * rotation(0.4), 0.99 * rotation(1.1))
    embedded = delay_embedding(orbit(law, 40), 5)
    assert fit_operator(embedded, rank=4).tolist() == fit_operator(embedded, rank=10).tolist()


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


# --- alignment ----------------------------------------------------------------------------------------------


def degenerate(kind: str, rng: np.random.Generator, n: int) -> np.ndarray:
    half = n // 2
    return {
        "random": lambda: rng.standard_normal((n, n)),
        "repeated rotations": lambda: np.kron(np.eye(half), rotation(0.7)),
        "two rotations, repeated": lambda: scipy.linalg.block_diag(*[rotation(0.3 + i % 2) for i in range(half)]),
        "symmetric, multiple": lambda: np.diag(np.resize([1.0, 1.0, 2.0, -1.0], n)),
        "skew": lambda: rng.standard_normal((n, n)) - np.triu(np.ones((n, n))),
        "Jordan": lambda: jordan(n, 0.9),
        "two equal Jordan blocks": lambda: np.kron(np.eye(2), jordan(half, 0.5)),
        "two unequal Jordan blocks": lambda: scipy.linalg.block_diag(jordan(half, 0.2), 0.7 * jordan(half, 0.2)),
        "rank one": lambda: np.outer(rng.standard_normal(n), rng.standard_normal(n)),
        "non-normal, doubled": lambda: np.kron(rng.standard_normal((half, half)), np.eye(2)),
        "orthogonal": lambda: haar(rng, n),
        "identity": lambda: np.eye(n),
        "nilpotent": lambda: np.triu(rng.standard_normal((n, n)), 1),
        "slow": lambda: np.eye(n) + 1e-3 * rng.standard_normal((n, n)),
    }[kind]()


KINDS = [
    "random", "repeated rotations", "two rotations, repeated", "symmetric, multiple", "skew", "Jordan",
    "two equal Jordan blocks", "two unequal Jordan blocks", "rank one", "non-normal, doubled", "orthogonal", "identity",
    "nilpotent", "slow",
]  # fmt: skip


@pytest.mark.parametrize("n", [2, 4, 10])
@pytest.mark.parametrize("kind", KINDS)
def test_planted_conjugacy_comes_back(kind, n):
    rng = np.random.default_rng(KINDS.index(kind) * 100 + n)
    far = []
    for _ in range(5):
        a, q = degenerate(kind, rng, n), haar(rng, n)
        far.append(distance(a, q @ a @ q.T))
    assert max(far) < 1e-8


@given(st.integers(0, 10**6), st.integers(1, 12))
@QUICK
def test_any_planted_conjugacy_comes_back(seed, n):
    rng = np.random.default_rng(seed)
    a, q = rng.standard_normal((n, n)), haar(rng, n)
    assert distance(a, q.T @ a @ q) < 1e-8


@pytest.mark.parametrize("sign", [1, -1])
def test_both_components_of_the_group_are_reached(sign):
    rng = np.random.default_rng(3)
    q = haar(rng, 6)
    q[0] *= sign * np.sign(np.linalg.det(q))
    a = rng.standard_normal((6, 6))
    found = align_operators(a, q.T @ a @ q).rotation
    assert sign == round(np.linalg.det(found))


def test_reflections_are_needed():
    """Turning left and turning right are mirror images: distance 0 in O(2), and not in SO(2)."""
    assert distance(rotation(0.5), rotation(-0.5)) < 1e-8


def test_permuted_operators_are_the_same():
    rng = np.random.default_rng(0)
    a, order = rng.standard_normal((9, 9)), rng.permutation(9)
    assert distance(a, a[np.ix_(order, order)]) < 1e-8


def test_rotation_is_orthogonal():
    rng = np.random.default_rng(0)
    c = align_operators(rng.standard_normal((8, 8)), rng.standard_normal((8, 8))).rotation
    assert np.eye(8) == pytest.approx(c @ c.T, abs=1e-13)


def test_objective_is_that_of_the_rotation():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 7, 7))
    found = align_operators(a, b)
    residual = a / np.linalg.norm(a) - found.rotation @ (b / np.linalg.norm(b)) @ found.rotation.T
    assert np.sum(residual**2) == pytest.approx(found.objective, rel=1e-12)


def test_gradient_vanishes():
    rng = np.random.default_rng(0)
    assert align_operators(rng.standard_normal((8, 8)), rng.standard_normal((8, 8))).gradient_norm < 1e-10


def test_known_minimum_of_symmetric_operators():
    """For symmetric operators sorted eigenvalues are optimal (Hoffman & Wielandt 1953)."""
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.standard_normal((2, 8)))
    q = haar(rng, 8)
    cosine = x @ y / np.linalg.norm(x) / np.linalg.norm(y)
    assert math.acos(cosine) == pytest.approx(distance(np.diag(x), q @ np.diag(y) @ q.T), abs=1e-10)


def test_known_minimum_of_skew_operators():
    """For skew ones as well: frequencies in order."""
    x, y = np.array([3.0, 1.0]), np.array([2.0, 0.5])
    planes = [scipy.linalg.block_diag(*[f * rotation(np.pi / 2) for f in fs]) for fs in (x, y)]
    q = haar(np.random.default_rng(0), 4)
    cosine = x @ y / np.linalg.norm(x) / np.linalg.norm(y)
    assert math.acos(cosine) == pytest.approx(distance(planes[0], q @ planes[1] @ q.T), abs=1e-10)


def test_opposite_operators_are_half_a_turn_apart():
    assert math.pi == pytest.approx(distance(np.eye(3), -np.eye(3)))


def test_exchanged_arguments_give_the_same_number():
    a, b = np.random.default_rng(0).standard_normal((2, 8, 8))
    assert distance(a, b) == distance(b, a)


def test_exchanged_arguments_transpose_the_rotation():
    a, b = np.random.default_rng(0).standard_normal((2, 6, 6))
    assert align_operators(a, b).rotation.tolist() == align_operators(b, a).rotation.T.tolist()


def test_an_operator_is_at_distance_zero_from_itself():
    a = np.random.default_rng(0).standard_normal((10, 10))
    expected = 0.0
    assert expected == distance(a, a.copy())


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300])
def test_scale_of_an_operator_does_not_matter(scale):
    a, b = np.random.default_rng(0).standard_normal((2, 6, 6))
    assert distance(a, b) == pytest.approx(distance(a, scale * b), rel=1e-9)


def test_better_than_any_of_many_random_rotations():
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 5, 5))
    x, y = a / np.linalg.norm(a), b / np.linalg.norm(b)
    _, best = descent.descend(x, y, starts.haar(rng, 300, 5), steps=200)
    assert align_operators(a, b).objective <= 2 * best.min() + 1e-9


def test_gradient_is_the_slope():
    rng = np.random.default_rng(0)
    a, b, w = rng.standard_normal((3, 5, 5))
    w = w - w.T
    c = haar(rng, 5)

    def value(t: float) -> float:
        e = scipy.linalg.expm(t * w) @ c
        return float(descent.half_residual(a, (e @ b @ e.T)[None])[0])

    gradient = descent.skew_gradient(a, (c @ b @ c.T)[None])[0]
    assert (value(1e-6) - value(-1e-6)) / 2e-6 == pytest.approx(np.sum(gradient * w), rel=1e-6)


def test_newton_squares_the_error():
    rng = np.random.default_rng(1)
    a, b = (m / np.linalg.norm(m) for m in rng.standard_normal((2, 6, 6)))
    near, _ = descent.descend(a, b, haar(rng, 6)[None], steps=60)
    c = descent.newton(a, b, near[0])
    assert np.linalg.norm(descent.skew_gradient(a, (c @ b @ c.T)[None])) < 1e-13


def test_exponential_stays_orthogonal():
    w = np.random.default_rng(0).standard_normal((4, 7, 7))
    w = w - w.transpose(0, 2, 1)
    e = descent.exponential(w / np.linalg.norm(w, axis=(1, 2))[:, None, None])
    assert np.broadcast_to(np.eye(7), (4, 7, 7)) == pytest.approx(e @ e.transpose(0, 2, 1), abs=1e-9)


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3, unique=True))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_angles_keep_the_triangle_inequality(seeds):
    a, b, c = (np.random.default_rng(s).standard_normal((5, 5)) for s in seeds)
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9


def test_angles_keep_the_triangle_inequality_where_it_is_tight():
    """The middle of the shortest way: any slack of the optimiser would show."""
    a, b = np.random.default_rng(0).standard_normal((2, 8, 8))
    c = align_operators(a, b).rotation
    middle = a / np.linalg.norm(a) + c @ (b / np.linalg.norm(b)) @ c.T
    assert distance(a, b) == pytest.approx(distance(a, middle) + distance(middle, b), abs=1e-9)


def test_different_sizes_are_refused():
    with pytest.raises(InputError) as error:
        align_operators(np.eye(3), np.eye(4))
    expected = (
        "dsa: a has shape (3, 3), b has shape (4, 4); needed operators of one size. "
        "Fit both at a rank that both systems support: the lower one, or noise-free data may need fewer delays."
    )
    assert expected == message(error)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (np.zeros((2, 2)), "a is zero"),
        (np.full((2, 2), np.nan), "a is not finite"),
        (np.ones((2, 3)), r"a has shape \(2, 3\)"),
        (np.ones((0, 0)), r"a has shape \(0, 0\)"),
    ],
    ids=["zero", "nan", "oblong", "empty"],
)
def test_operators_that_cannot_be_aligned_are_refused(bad, said):
    with pytest.raises(InputError, match=said):
        align_operators(bad, np.eye(2))


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


def test_search_is_deterministic():
    a, b = np.random.default_rng(0).standard_normal((2, 8, 8))
    assert align_operators(a, b).rotation.tolist() == align_operators(a, b).rotation.tolist()


def test_large_operators_do_without_newton():
    rng = np.random.default_rng(0)
    n = conjugacy.NEWTON_UP_TO + 2
    a, q = rng.standard_normal((n, n)), haar(rng, n)
    assert distance(a, q @ a @ q.T) < 1e-8


def test_axes_in_another_order_are_asked_for():
    with pytest.raises(InputError, match=r"With 90 units and 12 time points: are the axes \(trials, time, units\)\?$"):
        DSA()(np.random.default_rng(0).standard_normal((5, 12, 90)), X)
