"""Lorenz, surrogates, disturbances and motifs: the same numbers for the same seed, and the ground truth that each name promises."""

import zlib

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.spatial import cKDTree

from metricsuite import Contrast, Sweep, pairwise
from metricsuite.criteria import rises, separates, withstands
from metricsuite.distances import Distances
from metricsuite.errors import CaseError
from metricsuite.metrics.controls import norm, participation_ratio, relative_speed
from metricsuite.systems import closed_windows, lorenz, mixed, motif_sequences, multiplied, phase_surrogates
from metricsuite.systems.lorenz import MOVING, SIGMA, B, _recorded

SMALL = {"trials": 3, "steps": 20, "units": 4}


@pytest.mark.parametrize("kind", [lorenz, motif_sequences])
def test_a_seed_decides_its_system_whatever_the_company(kind):
    np.testing.assert_array_equal(kind([5], **SMALL)[0], kind([7, 5], **SMALL)[1])


def test_lorenz_agrees_with_a_stricter_integration():
    start = np.array([[1.0, 2.0, 20.0], [-3.0, 1.0, 30.0]])
    ours = _recorded(start, 28.0, 0.02, 100, 0.0)[1]

    def flow(_, s):
        return [SIGMA * (s[1] - s[0]), s[0] * (28 - s[2]) - s[1], s[0] * s[1] - B * s[2]]

    strict = solve_ivp(flow, (0, 0.02 * 99), start[1], "LSODA", 0.02 * np.arange(100), rtol=1e-12, atol=1e-12).y.T

    np.testing.assert_allclose(ours, strict, atol=1e-5)


def test_regimes_are_dressed_alike():
    recordings = [lorenz(range(4), r, same) for r in (0.5, 10, 40) for same in (True, False)]
    for control in (norm, relative_speed, participation_ratio):
        means = [np.mean([control(x) for x in systems]) for systems in recordings]

        assert max(means) < 1.15 * min(means)


def test_motion_lasts_above_the_threshold_alone():
    late = [_recorded(np.array([[1.0, 2.0, r / 2]]), r, 0.02, 50, 60.0).std(axis=1).max() for r in (0.5, 10, 28)]

    assert late[0] < 1e-3
    assert late[1] < 1e-3
    assert late[2] > 1
    assert 24.7 < MOVING < 24.8


def test_same_start_is_the_same_until_it_is_not():
    first, second = lorenz([1, 2], 10)
    both = [(x - x.mean((0, 1))).reshape(-1, 12) for x in (first, second)]

    assert np.linalg.norm(both[0].T @ both[1], "nuc") / np.linalg.norm(both[0]) / np.linalg.norm(both[1]) > 0.9


def test_windows_that_close_and_surrogates_with_the_same_spectra():
    long = lorenz([3], 220.0, False, trials=4, steps=900, units=4)
    window = closed_windows(long, 300)
    surrogate = phase_surrogates(window, [1])[0]
    spectra = [np.fft.rfft(x, axis=1) for x in (window[0], surrogate)]

    assert surrogate.shape == (4, 300, 4)
    np.testing.assert_allclose(np.abs(spectra[0]), np.abs(spectra[1]), atol=1e-9)
    np.testing.assert_allclose(
        spectra[0][..., 0] * spectra[0][..., 1].conj(), spectra[1][..., 0] * spectra[1][..., 1].conj(), atol=1e-8
    )
    assert not np.isclose(window[0], surrogate).any()
    jump, step = (
        np.linalg.norm(x, axis=-1).mean() for x in (window[0][:, -1] - window[0][:, 0], np.diff(window[0], axis=1))
    )
    assert jump < 3 * step


def test_disturbances_have_the_size_that_was_asked_for():
    clean, other = lorenz([1], **SMALL), lorenz([2], **SMALL)
    loud = multiplied([np.ones((10, 200, 10))], [0], 0.5)[0]
    half = mixed(clean, other, 0.5)[0] - clean[0]

    assert pytest.approx(0.5, rel=0.02) == loud.std()
    assert pytest.approx(0.5) == np.sqrt(half.var((0, 1)).mean() / clean[0].var((0, 1)).mean())
    np.testing.assert_array_equal(clean[0], multiplied(clean, [0], 0)[0])


def test_motifs_begin_and_end_at_rest():
    one = motif_sequences([0], [3], noise=0, trials=2, steps=101, motif_steps=50, units=3)[0]
    speed = np.linalg.norm(np.diff(one, axis=1), axis=-1)

    assert (speed.min(1) < 0.02 * speed.max(1)).all()
    np.testing.assert_allclose(one[:, 0], one[:, 50], atol=1e-9)


def test_orders_visit_the_same_states():
    first, second = (motif_sequences([0], o, noise=0, units=3, trials=400, steps=75)[0] for o in ((0, 1, 2), (0, 2, 1)))

    np.testing.assert_allclose(np.cov(first.reshape(-1, 3).T), np.cov(second.reshape(-1, 3).T), atol=0.05)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lorenz([0], 0), "lorenz: r=0; need positive numbers."),
        (lambda: lorenz([]), "lorenz: seeds []; need at least one, and none negative."),
        (lambda: lorenz([0], units=2), "lorenz: 2 units cannot show three dimensions; need at least 3."),
        (lambda: lorenz([0], noise=-1), "lorenz: noise=-1; need a finite fraction of the signal, not negative."),
        (lambda: closed_windows([np.ones((1, 9, 2))], 8), "closed_windows: steps=8 of recordings of 9; needed 8 to 7."),
        (lambda: phase_surrogates([np.ones((1, 9, 2))], []), "phase_surrogates: 1 systems, seeds []; needed one for each, none negative."),
        (lambda: mixed([np.ones((1, 2, 2))], [], 1), "mixed: patterns of shapes [(1, 2, 2)] and []; needed the same."),
        (lambda: multiplied([], [], -1), "multiplied: level=-1; needed a finite number, not negative."),
        (lambda: motif_sequences([0], [-1]), "motif_sequences: motifs=[-1] for 1 seeds; need numbers from 0, one sequence or one a seed."),
    ],
)  # fmt: skip
def test_what_makes_no_system_is_refused(call, message):
    with pytest.raises(CaseError) as error:
        call()

    assert message == str(error.value)


def sweep_by_hand(move: dict[float, float], n: int = 16) -> Distances:
    """Distances of a Sweep whose seeds all move by `move[level]`, where neighbours are 1 apart."""
    levels = [0.0, *move]
    rng = np.random.default_rng(zlib.crc32(b"sweep by hand"))
    matrix = np.full((n * len(levels),) * 2, np.nan)
    along = [(i, k * n + i) for k in range(1, len(levels)) for i in range(n)]
    ring = [(i, (i + 1) % n) for i in range(n)]
    pairs = [(min(p), max(p)) for p in along + ring]
    for (i, j), centre in zip(
        pairs, [move[levels[k]] for k in range(1, len(levels)) for _ in range(n)] + [1.0] * n, strict=True
    ):
        matrix[i, j] = matrix[j, i] = centre * rng.uniform(0.9, 1.1)
    return Distances.by_hand(
        matrix, [""] * len(matrix), pairs=tuple(pairs), blocks=tuple(i % n for i in range(len(matrix))),
        positions=tuple(levels[i // n] for i in range(len(matrix))),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("move", "answer", "breakdown"),
    [
        ({0.1: 0.05, 0.2: 0.1, 0.5: 0.9}, "yes", 0.2),  # what lies beyond the level that decides breaks nothing
        ({0.1: 0.05, 0.2: 0.1, 0.5: 0.2}, "yes", 0.5),
        ({0.1: 0.05, 0.2: 0.5, 0.5: 0.1}, "no", 0.1),  # a later level that is low does not mend an earlier one
        ({0.1: 0.6, 0.2: 0.1, 0.5: 0.1}, "no", 0.0),
        ({0.1: 0.05, 0.3: 0.1}, "yes", 0.3),  # the level is not tested: the next above it decides
        ({0.1: 0.05, 0.2: 0.25}, "unclear", 0.1),
    ],
)
def test_withstands(move, answer, breakdown):
    decision = withstands(sweep_by_hand(move), level=0.2)

    assert (answer, breakdown) == (decision.answer, decision.details["breakdown"])


def test_withstands_does_not_depend_on_the_scale_of_a_metric():
    distances = sweep_by_hand({0.1: 0.05, 0.2: 0.1})
    larger = Distances(**{**vars(distances), "matrix": 1e6 * distances.matrix})

    assert pytest.approx(withstands(distances).statistic) == withstands(larger).statistic


def test_withstands_refuses_a_sweep_that_does_not_reach_the_level():
    with pytest.raises(
        CaseError, match=r"withstands\(level=0.2\): a Sweep over \[0.0, 0.1\]; needed levels that reach it"
    ):
        withstands(sweep_by_hand({0.1: 0.05}), level=0.2)


def test_neighbours_of_a_sweep_dealt_in_turn_are_of_different_families():
    levels = {s: lorenz(range(4), (10, 40), noise=s, **SMALL) for s in (0, 0.1)}
    sweep = Sweep("noise", levels, paired=True)
    neighbours = [p for p in sweep.pairs if sweep.blocks[p[0]] != sweep.blocks[p[1]]]

    assert all((i + j) % 2 for i, j in neighbours)


def kurtosis(x, y):
    """The difference of Mardia's kurtosis of the states: 15 for a Gaussian in three dimensions, as a surrogate nearly is."""

    def of(z):
        flat = (z - z.mean((0, 1))).reshape(-1, z.shape[-1])
        power, axes = np.linalg.eigh(flat.T @ flat / len(flat))
        return float((((flat @ axes[:, -3:]) ** 2 / power[-3:]).sum(1) ** 2).mean())

    return abs(of(x) - of(y))


def apart(x, y):
    """How far the states of either lie from the nearest states of the other."""
    a, b = (z.reshape(-1, z.shape[-1])[::5] for z in (x, y))
    return float(np.square(cKDTree(a).query(b)[0]).mean() + np.square(cKDTree(b).query(a)[0]).mean())


def test_surrogates_can_be_told_by_what_is_no_autocovariance():
    windows = closed_windows(lorenz(range(32), 28.0, False, trials=10, steps=600), 200)
    surrogates = phase_surrogates(windows[16:], range(16))
    decision = separates(pairwise(kurtosis, Contrast({"lorenz": windows[:16], "surrogate": surrogates}, paired=False)))

    assert decision.answer == "yes"


def test_shared_motifs_can_be_counted_without_pairing():
    orders = [[*range(4, 4 + n), *range(n, 4)] for n in range(5)]
    levels = {n: motif_sequences(range(16), o, False, library=None, take=n) for n, o in enumerate(orders)}
    decision = rises(pairwise(apart, Sweep("motifs not shared", levels, paired=False)))

    assert decision.answer == "yes"


def test_a_closed_window_begins_anywhere_on_its_loop():
    """Chosen windows begin all in one place; the size of the state at their ends must not show it."""
    windows = closed_windows(lorenz(range(6), 28.0, False, trials=20, steps=900), 300)
    first = [np.square(x[:, 0] - x.mean((0, 1))).mean() / x.var() for x in windows]

    assert 0.6 < np.mean(first) < 1.6


def test_other_units_see_the_same_lorenz_system():
    one, other = (lorenz([3], 28.0, seen=seen, **SMALL)[0] for seen in (0, 1))
    frames = [x.reshape(-1, 4) - x.mean((0, 1)) for x in (one, other)]

    np.testing.assert_allclose(frames[0] @ frames[0].T, frames[1] @ frames[1].T, atol=1e-9)
    assert np.abs(one - other).max() > 0.1
