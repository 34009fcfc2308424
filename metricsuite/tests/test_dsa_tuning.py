"""The rule that chooses delays and rank: what it finds, what it must not depend on, what it says."""

from __future__ import annotations

import json
from collections.abc import Callable

import numpy as np
import pytest

from metricsuite.errors import InputError
from metricsuite.metrics.dsa import tuning
from metricsuite.metrics.dsa.dsa import DSA
from metricsuite.metrics.dsa.operator import fit_operator
from metricsuite.metrics.dsa.tuning import GRID, Setting, choose_setting

SMALL = tuple(Setting(r, d, 1) for d in (1, 2, 5, 10) for r in (2, 4, 8, 15))


def planted(seed: int, *, trials: int = 12, time: int = 80, units: int = 12, noise: float = 0.1) -> np.ndarray:
    """Two rotations of which each unit sees the sum of both first axes only: rank 4, and no fewer than 4 delays."""
    rng = np.random.default_rng(seed)
    turn = np.array([0.25, 0.9]) * rng.uniform(0.7, 1.3, 2)
    phase = rng.uniform(0, 2 * np.pi, (trials, 1, 2))
    seen = np.cos(phase + turn * np.arange(time)[None, :, None]).sum(axis=2, keepdims=True)
    x = seen * rng.standard_normal(units)
    return x + noise * x.std() * rng.standard_normal(x.shape)


def autoregressive(seed: int, *, trials: int = 12, time: int = 80, units: int = 8) -> np.ndarray:
    """Two slow directions among noise that forgets at once."""
    rng = np.random.default_rng(seed)
    decay = np.append(rng.uniform(0.8, 0.97, 2), np.zeros(units - 2))
    state, states = rng.standard_normal((trials, units)), []
    for _ in range(time):
        state = decay * state + np.sqrt(1 - decay**2) * rng.standard_normal(state.shape)
        states.append(state * np.where(decay > 0, 2.0, 0.5))
    return np.stack(states, axis=1)


def wandering(seed: int, *, trials: int = 40, time: int = 120, units: int = 8) -> np.ndarray:
    """A rotation whose phase wanders, seen through noise: rank 2, and a little more to forecast."""
    rng = np.random.default_rng(seed)
    steps = rng.uniform(0.15, 0.3) + 0.05 * rng.standard_normal((trials, time))
    phase = rng.uniform(0, 2 * np.pi, (trials, 1)) + np.cumsum(steps, axis=1)
    x = np.stack([np.cos(phase), np.sin(phase)], axis=-1) @ np.linalg.qr(rng.standard_normal((units, 2)))[0].T
    return x + 0.1 * rng.standard_normal(x.shape)


PLANTED = [planted(seed) for seed in range(6)]


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        call()
    return str(caught.value)


# --- what it finds ------------------------------------------------------------------------------------------


def test_finds_the_rank_and_enough_delays():
    chosen, _ = choose_setting(PLANTED, SMALL)
    assert (4, True) == (chosen.rank, chosen.n_delays >= 4)


def test_finds_them_on_its_own_grid():
    chosen, _ = choose_setting(PLANTED)
    assert 4 == chosen.rank


def test_refuses_ranks_that_forecasts_alone_cannot_tell_from_the_right_one():
    chosen, rows = choose_setting([wandering(seed) for seed in range(8)], [Setting(r, 5, 1) for r in (2, 4, 8)])
    explained = [row["explained"] for row in rows]
    assert (2, True) == (chosen.rank, max(explained) - min(explained) < 0.005)


def test_spare_ranks_cost_forecasts_nothing():
    _, rows = choose_setting(PLANTED, [Setting(r, 10, 1) for r in (4, 15)])
    at = {row["rank"]: row for row in rows}
    assert (True, True) == (
        abs(at[15]["explained"] - at[4]["explained"]) < 0.02,
        at[15]["reliable"] < at[4]["reliable"] / 2,
    )


def test_the_metric_takes_what_was_chosen():
    chosen, _ = choose_setting(PLANTED)
    tuned = DSA(n_delays=chosen.n_delays, delay_interval=chosen.delay_interval, rank=chosen.rank)
    assert (chosen.rank, chosen.rank) == tuned.prepare(PLANTED[0]).shape


def test_of_equal_scores_the_simpler():
    copies = [PLANTED[0], PLANTED[0]]  # nothing between systems but noise within: every score is 0
    chosen, rows = choose_setting(copies, SMALL)
    assert ({0.0}, min(SMALL)) == ({row["score"] for row in rows}, chosen)


def test_halves_have_the_operators_of_the_metric():
    x = autoregressive(0, units=6)
    embedded = tuning.delay_embedding(x, 3, 1)
    own = np.arange(len(x)) < 6
    half = tuning._Half(embedded, x, own, 5, [1])
    expected = np.sort_complex(np.linalg.eigvals(fit_operator(embedded[own], 5)))
    np.testing.assert_allclose(expected, np.sort_complex(np.linalg.eigvals(half.operator(5))), atol=1e-9)


@pytest.mark.parametrize("narrow", [0, 10_000])
def test_errors_are_those_of_the_forecasts(narrow: int, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tuning, "NARROW", narrow)
    x = autoregressive(0, units=3, time=40)
    embedded = tuning.delay_embedding(x, 4, 2)
    own = np.arange(len(x)) < 6
    half = tuning._Half(embedded, x, own, 5, [1, 4])
    _, s, vt = np.linalg.svd(embedded[own].reshape(-1, 12), full_matrices=False)
    white = embedded[~own] @ (vt[:5].T / s[:5])
    u = embedded[own] @ (vt[:5].T / s[:5])
    now, after = u[:, :-1].reshape(-1, 5), u[:, 1:].reshape(-1, 5)
    law = np.linalg.lstsq(now, after, rcond=None)[0]
    expected = []
    for h in (1, 4):  # row k of an embedding ends at time 6 + k; targets begin at 20 + h
        ahead = white[:, 14:-h] @ np.linalg.matrix_power(law, h) @ (s[:5, None] * vt[:5, :3])
        expected.append(((ahead - x[~own, 20 + h :]) ** 2).sum(axis=2).mean() / x.var(axis=(0, 1)).sum())
    np.testing.assert_allclose(expected, half.errors(5), rtol=1e-6)


# --- what it must not depend on -----------------------------------------------------------------------------


def test_is_deterministic_and_draws_nothing():
    before = np.random.get_state()[1].tolist()  # noqa: NPY002 - that is what must not change
    first, second = choose_setting(PLANTED, SMALL), choose_setting(PLANTED, SMALL)
    assert (first, before) == (second, np.random.get_state()[1].tolist())  # noqa: NPY002


def test_leaves_the_systems_alone():
    copies = [x.copy() for x in PLANTED]
    choose_setting(PLANTED, SMALL, centre=True)
    assert all(np.array_equal(a, b) for a, b in zip(copies, PLANTED, strict=True))


@pytest.mark.parametrize("count", [6, 20])  # more than are used
def test_order_of_systems_does_not_matter(count: int):
    systems = [planted(seed, trials=6, time=60) for seed in range(count)]
    shuffled = [systems[i] for i in np.random.default_rng(0).permutation(count)]
    (chosen, rows), (again, others) = choose_setting(systems, SMALL), choose_setting(shuffled, SMALL)
    assert chosen == again
    np.testing.assert_allclose([list(row.values()) for row in rows], [list(row.values()) for row in others], rtol=1e-9)


def test_rotation_scale_and_units_do_not_matter():
    rng = np.random.default_rng(0)
    clothed = [rng.uniform(0.1, 9) * x @ np.linalg.qr(rng.standard_normal((15, 12)))[0].T for x in PLANTED]
    (chosen, rows), (again, others) = choose_setting(PLANTED, SMALL), choose_setting(clothed, SMALL)
    assert chosen == again
    np.testing.assert_allclose([row["score"] for row in rows], [row["score"] for row in others], rtol=1e-5)


@pytest.mark.parametrize("period", [2, 4])
def test_conditions_that_alternate_over_trials_fall_to_both_halves(period: int):
    x = planted(0, trials=8, units=1, time=20, noise=0.0)
    dealt = []

    class Noted(tuning._Half):
        def __init__(self, embedded, x, own, most, horizons):
            dealt.append(set((np.flatnonzero(own) % period).tolist()))

    original, tuning._Half = tuning._Half, Noted
    try:
        tuning._halves(x, 2, 1, 2, [1])
    finally:
        tuning._Half = original
    assert [set(range(period))] * 2 == dealt


# --- the table ----------------------------------------------------------------------------------------------


def test_rows_are_json_best_first():
    chosen, rows = choose_setting(PLANTED, SMALL)
    assert rows == json.loads(json.dumps(rows, allow_nan=False))
    assert sorted((row["score"] for row in rows), reverse=True) == [row["score"] for row in rows]
    assert (chosen.rank, chosen.n_delays, chosen.delay_interval) == tuple(rows[0].values())[:3]


def test_columns():
    _, rows = choose_setting(PLANTED, SMALL)
    expected = ["rank", "n_delays", "delay_interval", "score", "explained", "reliable", "error", "within", "between"]
    assert [*expected, "growing"] == list(rows[0])
    assert all(row["score"] <= min(row["explained"], row["reliable"]) for row in rows)
    assert all(0 <= row[share] <= 1 for row in rows for share in ("score", "explained", "reliable", "growing"))


def test_leaves_out_windows_longer_than_half_a_trial():
    _, rows = choose_setting([planted(seed, time=20) for seed in range(3)], [*SMALL, Setting(2, 12, 1)])
    assert {1, 2, 5, 10} == {row["n_delays"] for row in rows}


def test_leaves_out_ranks_that_are_a_lower_rank_again():
    _, rows = choose_setting([planted(seed, noise=0.0) for seed in range(3)], [Setting(r, 10, 1) for r in (2, 4, 8)])
    assert {2, 4} == {row["rank"] for row in rows}


def test_a_single_trial_is_cut_in_two():
    chosen, _ = choose_setting([planted(seed, trials=1, time=400) for seed in range(6)], SMALL)
    assert 4 == chosen.rank


def test_trials_of_different_length_and_number():
    chosen, _ = choose_setting([planted(s, trials=8 + s, time=60 + 10 * s, units=4 + s) for s in range(6)], SMALL)
    assert 4 == chosen.rank


def test_a_forecast_that_explodes_is_a_bad_one():
    growing = [np.exp(0.5 * s * np.arange(80.0)).reshape(1, 80, 1) * np.ones((4, 1, 1)) for s in (1, 1.2)]
    _, rows = choose_setting(growing, [Setting(1, 2, 1)])
    assert all(np.isfinite(list(row.values())).all() for row in rows)


def test_grid_is_ordered_from_the_simplest():
    assert Setting(2, 5, 1) == min(GRID)


# --- errors -------------------------------------------------------------------------------------------------

CHOOSE = "or choose n_delays, delay_interval and rank yourself."


@pytest.mark.parametrize(("count", "given"), [(0, "no calibration systems"), (1, "1 calibration system")])
def test_needs_two_systems(count: int, given: str):
    expected = f"dsa: {given}; needed 2 or more, to see how far apart systems lie. Pass more, {CHOOSE}"
    assert expected == refusal(lambda: choose_setting(PLANTED[:count]))


def test_needs_trials_twice_the_shortest_window():
    expected = f"dsa: trials of 7 steps; needed 8, two windows. Pass longer ones, {CHOOSE}"
    assert expected == refusal(lambda: choose_setting([planted(seed, time=7) for seed in range(2)]))


def test_needs_operators_of_one_size():
    systems = [planted(0, noise=0.0), planted(1)]
    expected = f"dsa: operators differ in size at every setting; needed like systems. Pass such, {CHOOSE}"
    assert expected == refusal(lambda: choose_setting(systems, [Setting(8, 10, 1)]))


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (np.full((4, 60, 3), np.nan), "dsa: system 1"),
        (np.zeros((4, 60, 3)), "dsa: system 1"),
        (np.zeros(5), "dsa: system 1 has 1 dimension"),
    ],
    ids=["nan", "constant", "flat"],
)
def test_systems_that_are_no_trajectories_are_refused(bad, said):
    with pytest.raises(InputError, match=said):
        choose_setting([PLANTED[0], bad])


def test_one_trial_without_an_axis_of_its_own_is_taken():
    flat = [x[0] for x in PLANTED[:3]]
    assert choose_setting([x[None] for x in flat]) == choose_setting(flat)
