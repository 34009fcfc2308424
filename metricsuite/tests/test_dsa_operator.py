"""DSA's operator without the Hankel matrix: from lagged moments, from QR in blocks, and the choice of rank."""

from __future__ import annotations

import math
import tracemalloc
import warnings

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite.errors import InputError
from metricsuite.metrics.dsa import embedding, operator
from metricsuite.metrics.dsa.dsa import DSA, EXACTLY, DelayOperator, DSASpectrum
from metricsuite.metrics.dsa.embedding import delay_embedding, embedding_blocks, embedding_gram
from metricsuite.metrics.dsa.operator import Hankel, directions_by_gram, directions_by_qr, fit_operator
from metricsuite.metrics.dsa.rank import OPTIMAL, chosen_rank, optimal_threshold
from metricsuite.tests.test_dsa import message, orbit, rotation, transformed

MANY = settings(max_examples=60, deadline=None, derandomize=True)
FOUR = scipy.linalg.block_diag(0.95 * rotation(0.4), 0.99 * rotation(1.1))  # a law of rank 4


def haar(rng: np.random.Generator, n: int) -> np.ndarray:
    return np.linalg.qr(rng.standard_normal((n, n)))[0]


@st.composite
def settings_and_data(draw: st.DrawFn) -> tuple[np.ndarray, int, int]:
    """Any shape, down to one trial and one row, and any embedding that fits."""
    trials, units = draw(st.integers(1, 5)), draw(st.integers(1, 4))
    n_delays, interval = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    time = (n_delays - 1) * interval + draw(st.integers(1, 30))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    growth = np.exp(draw(st.sampled_from([-0.3, 0.0, 0.3])) * np.arange(time))
    return rng.standard_normal((trials, time, units)) * growth[:, None], n_delays, interval


def oldest_first(x: np.ndarray, n_delays: int, interval: int) -> np.ndarray:
    """The Hankel matrix, made whole by `delay_embedding`."""
    units = x.shape[2]
    return delay_embedding(x, n_delays, interval, 1).reshape(-1, n_delays, units)[:, ::-1].reshape(-1, n_delays * units)


def explicit_operator(x: np.ndarray, n_delays: int, interval: int, rank: int, ridge: float = 0.0) -> np.ndarray:
    """By the book: the whole Hankel matrix, its SVD, least squares."""
    rows = x.shape[1] - (n_delays - 1) * interval
    u = np.linalg.svd(oldest_first(x, n_delays, interval), full_matrices=False)[0][:, :rank].reshape(-1, rows, rank)
    now, after = u[:, :-1].reshape(-1, rank), u[:, 1:].reshape(-1, rank)
    now = np.concatenate([now, np.sqrt(ridge) * np.eye(rank)])
    return np.linalg.lstsq(now, np.concatenate([after, np.zeros((rank, rank))]))[0].T


def assert_conjugate(expected: np.ndarray, actual: np.ndarray, tolerance: float) -> None:
    """Equal up to a rotation of the coordinates: every trace of a word in A and A' of up to four letters agrees."""
    assert expected.shape == actual.shape
    a, b = (m / np.linalg.norm(expected) for m in (expected, actual))
    for word in ("A", "T", "AT", "AA", "AAT", "AAA", "AATT", "ATAT", "AAAT"):
        traces = [
            np.trace(np.linalg.multi_dot([np.eye(len(m)), *({"A": m, "T": m.T}[w] for w in word)])) for m in (a, b)
        ]
        assert traces[0] == pytest.approx(traces[1], rel=tolerance, abs=tolerance)


def smooth(seed: int = 0, trials: int = 5, time: int = 80, units: int = 3) -> np.ndarray:
    """Noise-free and slow: the singular values of its embedding fall to rounding without a step."""
    rng = np.random.default_rng(seed)
    phase, read = rng.uniform(0, 2 * np.pi, (trials, 1, 4)), rng.standard_normal((4, units))
    return np.tanh(np.cos(np.arange(time)[:, None] * [0.02, 0.031, 0.05, 0.08] + phase) @ read)


def noisy(seed: int, trials: int = 6, time: int = 60, units: int = 8) -> np.ndarray:
    """A random law that never grows, with noise: no singular value of the embedding is small."""
    rng = np.random.default_rng(seed)
    law = rng.standard_normal((units, units))
    law *= 0.9 / np.linalg.norm(law, 2)
    states = [rng.standard_normal((trials, units))]
    for _ in range(time - 1):
        states.append(states[-1] @ law.T + 0.3 * rng.standard_normal((trials, units)))
    return np.stack(states, axis=1)


def hankel(x: np.ndarray, n_delays: int, interval: int = 1) -> Hankel:
    return Hankel(x / np.abs(x).max(), n_delays, interval)


# --- the embedding without the Hankel matrix ----------------------------------------------------------------


@given(settings_and_data(), st.sampled_from([1, 7, 40, 2**17]))
@MANY
def test_blocks_are_the_embedding(drawn, size):
    x, n_delays, interval = drawn
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "BLOCK", size)
        blocks = [block.reshape(-1, block.shape[2]) for block in embedding_blocks(x, n_delays, interval)]
    assert oldest_first(x, n_delays, interval).tolist() == np.concatenate(blocks).tolist()


@given(settings_and_data(), st.sampled_from([1, 7, 40, 2**17]))
@MANY
def test_blocks_that_share_a_row_hold_every_step_once(drawn, size):
    x, n_delays, interval = drawn
    x = np.concatenate([x, x[:, -1:]], axis=1)
    rows = x.shape[1] - (n_delays - 1) * interval
    whole = oldest_first(x, n_delays, interval).reshape(len(x), rows, -1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "BLOCK", size)
        blocks = [*embedding_blocks(x, n_delays, interval, shared=1)]
    steps = np.concatenate([np.concatenate([b[:, :-1], b[:, 1:]], axis=2).reshape(-1, 2 * b.shape[2]) for b in blocks])
    expected = np.concatenate([whole[:, :-1], whole[:, 1:]], axis=2).reshape(-1, 2 * whole.shape[2])
    assert expected.tolist() == steps.tolist()


@given(settings_and_data(), st.sampled_from([7, 2**17]))
@MANY
def test_gram_from_lags_is_that_of_the_hankel_matrix(drawn, size):
    x, n_delays, interval = drawn
    h = oldest_first(x, n_delays, interval)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embedding, "BLOCK", size)
        gram = embedding_gram(x, n_delays, interval)
    assert np.linalg.norm(gram - h.T @ h, 2) <= 5e-15 * np.linalg.norm(h, 2) ** 2


@pytest.mark.parametrize("drift", [-20.0, 0.0, 20.0], ids=["decays", "stays", "grows"])
def test_rounding_of_the_gram_stays_within_what_is_assumed(drift):
    """Against long doubles: thirty-two differences in a row, where trials end far from where they start."""
    x = np.random.default_rng(0).standard_normal((20, 100, 3)) * np.exp(drift * np.linspace(0, 1, 100))[:, None]
    h = oldest_first(x, 33, 1).astype(np.longdouble)
    rounding = (embedding_gram(x, 33) - h.T @ h).astype(np.float64)
    assert np.linalg.norm(rounding, 2) < 0.5 * operator.ROUNDING * np.linalg.norm(h.astype(np.float64), 2) ** 2


def test_gram_is_symmetric():
    gram = embedding_gram(noisy(0), 5, 2)
    assert gram.tolist() == gram.T.tolist()


# --- the operator -------------------------------------------------------------------------------------------


@given(
    st.integers(1, 5), st.integers(1, 6), st.integers(1, 3), st.integers(1, 4), st.integers(1, 8),
    st.sampled_from([0.0, 0.1]), st.integers(0, 10**6),
)  # fmt: skip
@MANY
def test_operator_is_that_of_the_hankel_matrix(trials, n_delays, interval, units, rank, ridge, seed):
    x = noisy(seed, trials, time=60, units=units)
    rank = min(rank, n_delays * units)
    actual = fit_operator(x, rank, ridge, n_delays=n_delays, delay_interval=interval)
    assert_conjugate(explicit_operator(x, n_delays, interval, rank, ridge), actual, 1e-8)


@pytest.mark.parametrize("rank", [3, 6])
def test_both_routes_give_one_operator(rank, monkeypatch):
    x = noisy(0)
    assert directions_by_gram(hankel(x, 4), rank) is not None
    by_gram = fit_operator(x, rank, n_delays=4)
    monkeypatch.setattr(operator, "directions_by_gram", lambda *_: None)
    assert by_gram == pytest.approx(fit_operator(x, rank, n_delays=4), abs=1e-10)


def test_many_rows_in_few_blocks_and_few_rows_in_many_give_one_operator(monkeypatch):
    x = noisy(0)
    expected = fit_operator(x, 5, n_delays=4)
    monkeypatch.setattr(embedding, "BLOCK", 300)
    assert expected == pytest.approx(fit_operator(x, 5, n_delays=4), abs=1e-11)


def test_an_embedding_is_its_own_embedding():
    x = noisy(0)
    assert_conjugate(fit_operator(delay_embedding(x, 4), 5), fit_operator(x, 5, n_delays=4), 1e-10)


def test_truncated_operator_holds_no_noise():
    x = orbit(FOUR, 40)
    assert fit_operator(x, 4, n_delays=5) == pytest.approx(fit_operator(x, 10, n_delays=5), abs=1e-11)


@pytest.mark.parametrize("rank", [19, 25, 30])
def test_gram_declines_what_its_squared_spectrum_cannot_tell(rank):
    data = hankel(smooth(), 12)
    assert directions_by_gram(data, rank, determined=0.0) is None


def test_declined_gram_would_be_wrong():
    """The leading directions of the Gram matrix span another space there; those by QR do not."""
    data, rank = hankel(smooth(), 12), 25
    h = oldest_first(data.x, 12, 1)
    expected = np.linalg.svd(h, full_matrices=False)[0][:, :rank]
    squared = np.linalg.qr(h @ np.linalg.eigh(embedding_gram(*data))[1][:, : -rank - 1 : -1])[0]
    by_qr = np.linalg.qr(h @ directions_by_qr(data, rank))[0]
    assert np.linalg.norm(by_qr - expected @ (expected.T @ by_qr)) < 1e-5
    assert np.linalg.norm(squared - expected @ (expected.T @ squared)) > 1e-3


def test_operator_of_smooth_data_is_that_of_the_hankel_matrix():
    x, rank = smooth(), 19
    assert_conjugate(explicit_operator(x, 12, 1, rank), fit_operator(x, rank, n_delays=12), 1e-6)


@given(st.integers(0, 10**6), st.integers(1, 12))
@MANY
def test_gram_answers_only_where_it_is_right(seed, rank):
    """Singular values that fall at any rate, and stop at any floor: where the Gram answers, QR agrees."""
    rng = np.random.default_rng(seed)
    rate, floor = rng.uniform(0, 3), 10 ** rng.uniform(-14, 0)
    s = np.exp(-rate * np.arange(12)) + floor * rng.uniform(0.5, 1, 12)
    x = haar(rng, 60)[:, :12] * np.sort(s)[::-1] @ haar(rng, 12)
    data = hankel(x[None], 1)
    found = directions_by_gram(data, rank)
    if found is not None:
        by_gram, by_qr = (np.linalg.qr(data.x[0] @ d)[0] for d in (found, directions_by_qr(data, rank)))
        assert np.linalg.norm(by_gram - by_qr @ (by_qr.T @ by_gram)) < operator.LEAK


def with_singular_values(s: list[float], rows: int = 60) -> np.ndarray:
    rng = np.random.default_rng(0)
    return (haar(rng, rows)[:, : len(s)] * s @ haar(rng, len(s)))[None]


def test_all_columns_by_gram_are_whitened_to_rounding():
    """Nothing is left out, so nothing leaks; but S is known to a few digits only, and U must be made orthonormal."""
    x = with_singular_values([1.0, 0.1, 2e-5])
    assert directions_by_gram(hankel(x, 1), 3) is not None
    assert_conjugate(explicit_operator(x, 1, 1, 3), fit_operator(x, 3), 1e-9)


def test_all_columns_are_left_to_qr_where_the_least_is_lost_in_rounding():
    assert directions_by_gram(hankel(with_singular_values([1.0, 0.1, 1e-8]), 1), 3) is None


def test_gram_declines_gaps_below_what_the_caller_holds_for_determined():
    data = hankel(with_singular_values([1.0, 0.5, 0.45, 0.1]), 1)
    assert directions_by_gram(data, 2, determined=0.04) is not None
    assert directions_by_gram(data, 2, determined=0.06) is None


def test_gram_answers_where_noise_makes_it_easy():
    assert [6] * 5 == [directions_by_gram(hankel(noisy(seed), 4, 2), 6).shape[1] for seed in range(5)]


def test_last_rows_that_hold_a_direction_alone_are_solved_by_least_squares():
    """A direction that shows in the last row of a trial has no next row: the moments are singular, the answer is not."""
    x = orbit(0.9 * np.eye(1), 20, trials=1)
    x = np.concatenate([x, np.zeros_like(x)], axis=2)
    x[0, -1, 1] = x.max()
    expected = explicit_operator(x, 1, 1, 2)
    assert_conjugate(expected, fit_operator(x, 2), 1e-9)


EITHER = pytest.mark.parametrize(("make", "rank"), [(noisy, 6), (smooth, 19)], ids=["gram", "qr"])


@EITHER
def test_the_two_kinds_of_data_take_the_two_routes(make, rank):
    assert (make is smooth) == (directions_by_gram(hankel(make(1), 12), rank) is None)


@EITHER
@pytest.mark.parametrize("name", sorted(EXACTLY))
def test_spectrum_is_invariant_on_either_route(make, rank, name):
    x, other = make(1), make(2)
    metric = DSASpectrum(n_delays=12, delay_interval=1, rank=rank, n_components=None)
    assert metric(x, transformed(name, x)) < 1e-7 * metric(x, other)


@EITHER
@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300])
def test_extreme_scales_give_the_same_operator(make, rank, scale):
    x = make(1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scaled = fit_operator(scale * x, rank, n_delays=12)
    assert_conjugate(fit_operator(x, rank, n_delays=12), scaled, 1e-7)


@pytest.mark.filterwarnings("error")
def test_one_number_that_dwarfs_the_rest_is_refused():
    """1e200 times the rest: the squares of all others vanish beside it, and nothing follows from it."""
    x = noisy(0)
    x[0, 0, 0] = 1e200
    with pytest.raises(InputError, match="the operator is zero: nothing of a row is left one step later"):
        fit_operator(x, 6)


def test_memory_is_far_below_that_of_the_hankel_matrix():
    x = np.random.default_rng(0).standard_normal((100, 200, 3))
    hankel_bytes = 100 * 168 * 99 * 8
    fit_operator(x, 10, n_delays=33)
    tracemalloc.start()
    fit_operator(x, 10, n_delays=33)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < hankel_bytes / 4


def test_memory_is_far_below_that_of_the_hankel_matrix_by_qr():
    x = np.tile(smooth(time=200), (20, 1, 1))
    hankel_bytes = 100 * 168 * 99 * 8
    tracemalloc.start()
    fit_operator(x, 20, n_delays=33)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < hankel_bytes / 3


# --- rank ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("rank", "expected"), [(0.3, 1), (0.64, 1), (0.65, 2), (0.9, 2), (0.99, 3), (2, 2), (9, 3)])
def test_rank_by_explained_variance_by_hand(rank, expected):
    """Squares 16, 8, 1: shares .64, .96, 1."""
    assert expected == chosen_rank(rank, np.sqrt([16.0, 8.0, 1.0]), 10, 3)


def test_fraction_that_rounding_misses_is_met():
    assert chosen_rank(0.5, np.sqrt([0.5 - 1e-13, 0.25 + 1e-13, 0.25]), 10, 3) == 1


@pytest.mark.parametrize("n_delays", [1, 4], ids=["one delay", "four delays"])
@pytest.mark.parametrize("fraction", [0.5, 0.9, 0.99, 0.999])
def test_fraction_is_the_smallest_that_explains(n_delays, fraction):
    x = noisy(0)
    s = np.linalg.svd(oldest_first(x, n_delays, 1), compute_uv=False) ** 2
    r = len(fit_operator(x, fraction, n_delays=n_delays))
    assert s[: r - 1].sum() < fraction * s.sum() <= s[:r].sum()


def test_fraction_by_qr_is_that_by_gram(monkeypatch):
    x = noisy(0)
    expected = fit_operator(x, 0.9, n_delays=4).shape
    monkeypatch.setattr(operator, "directions_by_gram", lambda *_: None)
    assert expected == fit_operator(x, 0.9, n_delays=4).shape


def test_fraction_of_noise_free_data_stops_at_what_is_determined():
    expected = (4, 4)
    assert expected == fit_operator(orbit(FOUR, 40), 1 - 1e-12, n_delays=5).shape


@pytest.mark.parametrize(
    ("beta", "expected"),
    [(0.05, 1.5194), (0.1, 1.6089), (0.15, 1.6896), (0.2, 1.7650), (0.5, 2.1711), (1.0, 2.8582)],
)
def test_optimal_threshold_of_gavish_and_donoho(beta, expected):
    """Their table IV, in the digits it was computed to."""
    assert expected == pytest.approx(optimal_threshold(beta), abs=3e-4)


def test_optimal_threshold_of_a_very_long_matrix():
    assert math.sqrt(2) == pytest.approx(optimal_threshold(1e-12), abs=1e-5)


def test_optimal_threshold_is_twice_the_noise_edge_in_squares():
    """Known noise, square matrix: 4 / sqrt(3) sqrt(n) sigma. The median of a large noise matrix says what sigma is."""
    noise = np.random.default_rng(0).standard_normal((600, 600))
    median = np.median(np.linalg.svd(noise, compute_uv=False))
    assert 4 / math.sqrt(3) * math.sqrt(600) == pytest.approx(optimal_threshold(1.0) * median, rel=5e-3)


def test_optimal_threshold_is_in_units_of_the_median():
    assert chosen_rank(OPTIMAL, np.array([2.87, 2.85, 1.0, 1.0, 1.0]), 5, 5) == 1


def test_median_that_the_gram_cannot_see_is_left_to_qr():
    """Five directions stand out of rounding, the fifth below what squares can show."""
    expected = (5, 5)
    assert expected == fit_operator(with_singular_values([1.0, 0.9, 0.5, 0.1, 5e-9, *[1e-15] * 8]), OPTIMAL).shape


@pytest.mark.parametrize("planted", [1, 5, 12])
def test_optimal_threshold_finds_the_planted_rank(planted):
    rng = np.random.default_rng(planted)
    signal = 40 * haar(rng, 400)[:, :planted] @ haar(rng, 60)[:planted]
    s = np.linalg.svd(signal + rng.standard_normal((400, 60)), compute_uv=False)
    assert planted == chosen_rank(OPTIMAL, s, 400, 60)


@pytest.mark.parametrize("noise", [1e-4, 1e-2])
def test_operator_by_optimal_threshold_keeps_the_planted_law(noise):
    x = orbit(scipy.linalg.block_diag(0.999 * rotation(0.4), 0.999 * rotation(1.1)), 200, trials=20)
    x = x + noise * np.random.default_rng(1).standard_normal(x.shape)
    assert (4, 4) == fit_operator(x, OPTIMAL, n_delays=10).shape


def test_optimal_threshold_of_noise_free_data_stops_at_what_is_determined():
    expected = (4, 4)
    assert expected == fit_operator(orbit(FOUR, 40), OPTIMAL, n_delays=10).shape


def test_optimal_threshold_of_nothing_but_noise_is_refused():
    with pytest.raises(InputError) as error:
        chosen_rank(OPTIMAL, np.array([1.0, 0.9, 0.8]), 3, 3)
    expected = (
        "dsa: no singular value of the Hankel matrix, 1 the largest, lies above the threshold for noise, 2.57253. "
        "Give rank as a number, or average more."
    )
    assert expected == message(error)


@pytest.mark.parametrize("rank", [0.9, OPTIMAL])
def test_ranks_that_the_data_choose_are_shown(rank):
    assert rank == DelayOperator(rank=rank).rank


def test_systems_of_different_rank_are_compared_by_the_spectrum_only():
    one, two = orbit(0.9 * rotation(0.4), 60), orbit(FOUR, 60)
    assert DSASpectrum(n_delays=5, rank=0.9999)(one, two) > 0.1
    with pytest.raises(InputError, match="needed operators of one size"):
        DSA(n_delays=5, rank=0.9999)(one, two)


WHOLE_OR_ELSE = (
    "needed a whole number, 1 or more, a fraction of the sum of squares between 0 and 1, or 'optimal-hard-threshold'."
)


@pytest.mark.parametrize(
    ("rank", "said"),
    [
        (0, "dsa: rank=0; needed a whole number, 1 or more."),
        (False, "dsa: rank=False; needed a whole number, 1 or more."),
        (1.0, f"dsa: rank=1.0; {WHOLE_OR_ELSE}"),
        (0.0, f"dsa: rank=0.0; {WHOLE_OR_ELSE}"),
        (-0.5, f"dsa: rank=-0.5; {WHOLE_OR_ELSE}"),
        (math.nan, f"dsa: rank=nan; {WHOLE_OR_ELSE}"),
        ("optimal", f"dsa: rank='optimal'; {WHOLE_OR_ELSE}"),
        (None, f"dsa: rank=None; {WHOLE_OR_ELSE}"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "ask", [lambda rank: DelayOperator(rank=rank), lambda rank: chosen_rank(rank, np.ones(3), 3, 3)]
)
def test_ranks_out_of_range_are_refused(ask, rank, said):
    with pytest.raises(InputError) as error:
        ask(rank)
    assert said == message(error)


# --- bad input ----------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rank", [4, 0.9, OPTIMAL])
@pytest.mark.parametrize(
    ("x", "said"),
    [
        (np.full((3, 60, 4), np.nan), "not finite"),
        (np.full((3, 60, 4), 2.0), "is constant"),
        (np.zeros((3, 60, 4)), "is constant"),
        (noisy(0)[:, :8], "8 time points leave no rows after 5 delays of 2; need at least 2"),
        (noisy(0, trials=1)[0, :9], "9 time points leave 1 row after 5 delays of 2; need at least"),
    ],
    ids=["nan", "constant", "zero", "too short", "one row"],
)
def test_bad_trajectories_are_refused(rank, x, said):
    with pytest.raises(InputError, match=said):
        DelayOperator(n_delays=5, rank=rank).operator(x)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("rank", [2, 0.9])
def test_one_trial_of_few_rows_is_enough_for_a_low_rank(rank):
    """Wider than tall: 6 rows of 40 columns."""
    x = noisy(0, trials=1, time=14)
    r = len(DelayOperator(n_delays=5, rank=rank, n_components=None).operator(x))
    assert_conjugate(
        explicit_operator(x, 5, 2, r), DelayOperator(n_delays=5, rank=rank, n_components=None).operator(x), 1e-9
    )


@pytest.mark.filterwarnings("error")
def test_a_fraction_that_asks_for_more_than_the_steps_give_is_refused():
    with pytest.raises(
        InputError, match="5 pairs of successive rows, 1 trials of 6, cannot determine an operator of rank 6"
    ):
        DelayOperator(n_delays=5, rank=0.99999, n_components=None).operator(noisy(0, trials=1, time=14))


@pytest.mark.filterwarnings("error")
def test_rank_above_the_columns_gives_all_of_them():
    expected = (8, 8)
    assert expected == fit_operator(noisy(0, units=4), 50, n_delays=2).shape


@pytest.mark.filterwarnings("error")
def test_constant_units_beside_moving_ones_are_fitted():
    x = np.concatenate([noisy(0), np.full((6, 60, 1), 5.0)], axis=2)
    assert_conjugate(explicit_operator(x, 3, 1, 6), fit_operator(x, 6, n_delays=3), 1e-9)


@pytest.mark.parametrize("rank", [0, -1, True, 1.0, "many"])
def test_a_rank_that_is_none_is_refused_before_anything_is_fitted(rank):
    with pytest.raises(InputError, match="dsa: rank="):
        fit_operator(np.random.default_rng(0).standard_normal((3, 20, 2)), rank)


@pytest.mark.parametrize("ridge", [-1.0, float("nan"), True])
def test_a_ridge_that_is_none_is_refused_before_anything_is_fitted(ridge):
    with pytest.raises(InputError, match="dsa: ridge="):
        fit_operator(np.random.default_rng(0).standard_normal((3, 20, 2)), 2, ridge)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("rank", [2, 0.9])
def test_trajectories_that_are_not_finite_are_refused(value, rank):
    x = np.random.default_rng(0).standard_normal((3, 20, 2))
    x[1, 3, 0] = value
    with pytest.raises(InputError, match="not finite"):
        fit_operator(x, rank)
