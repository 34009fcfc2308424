"""DSA against the authors' package, dsa-metric 2.0.2. Runs in the tox environment `peers` only.

Where they differ, and why: the package computes in float32, so spectra agree to its precision; it reports the
Wasserstein distance squared; and its alignment is Adam from two random starts, so its angle is an upper bound of ours.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from DSA import DSA as ReferenceDSA
from DSA.dmd import DMD as ReferenceDMD
from DSA.simdist import SimilarityTransformDist

from metricsuite.metrics.dsa.conjugacy import align_operators
from metricsuite.metrics.dsa.dsa import DSA, DSASpectrum
from metricsuite.metrics.dsa.embedding import delay_embedding
from metricsuite.metrics.dsa.operator import fit_operator, whitened_coordinates
from metricsuite.metrics.dsa.spectrum import wasserstein_distance

N_DELAYS, RANK = 4, 6
SETTING = {"n_delays": N_DELAYS, "delay_interval": 1, "rank": RANK, "n_components": None}  # what the reference does
SEEDS = [0, 1, 2]


def noisy_linear(seed: int, trials: int = 6, time: int = 60, units: int = 8) -> np.ndarray:
    rng = np.random.default_rng(seed)
    law = 0.9 * rng.standard_normal((units, units)) / np.sqrt(units)
    state = rng.standard_normal((trials, units))
    states = []
    for _ in range(time):
        state = state @ law.T + 0.3 * rng.standard_normal(state.shape)
        states.append(state)
    return np.stack(states, axis=1)


def reference_fit(x: np.ndarray, ridge: float = 0.0) -> ReferenceDMD:
    model = ReferenceDMD(x, n_delays=N_DELAYS, rank=RANK, lamb=ridge)
    model.fit()
    return model


def reference_operator(x: np.ndarray, ridge: float = 0.0) -> np.ndarray:
    return np.asarray(reference_fit(x, ridge).A_v.numpy().astype(np.float64))


def reference_score(x: np.ndarray, y: np.ndarray, method: str) -> float:
    torch.manual_seed(0)
    return float(
        ReferenceDSA(x, y, n_delays=N_DELAYS, rank=RANK, lamb=0.0, score_method=method, iters=800, lr=1e-2).fit_score()
    )


def ours(x: np.ndarray, ridge: float = 0.0) -> np.ndarray:
    return fit_operator(delay_embedding(x, N_DELAYS), RANK, ridge)


def one_step_error(operator: np.ndarray, coordinates: np.ndarray) -> float:
    return float(np.sum((coordinates[:, 1:] - coordinates[:, :-1] @ operator.T) ** 2))


def nearest_orthogonal(c: np.ndarray) -> np.ndarray:
    u, _, v = np.linalg.svd(c)
    return np.asarray(u @ v)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ridge", [0.0, 0.1])
def test_spectra_agree(seed, ridge):
    x = noisy_linear(seed)
    assert (
        wasserstein_distance(np.linalg.eigvals(reference_operator(x, ridge)), np.linalg.eigvals(ours(x, ridge))) < 1e-5
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ridge", [0.0, 0.1])
def test_operators_agree_up_to_rotation(seed, ridge):
    x = noisy_linear(seed)
    assert align_operators(reference_operator(x, ridge), ours(x, ridge)).objective < 1e-9


@pytest.mark.parametrize("seed", SEEDS)
def test_norms_agree(seed):
    """A rotation keeps the norm, and the angle would not notice another one."""
    x = noisy_linear(seed)
    assert np.linalg.norm(reference_operator(x)) == pytest.approx(np.linalg.norm(ours(x)), rel=1e-5)


@pytest.mark.parametrize("seed", SEEDS)
def test_one_step_prediction_is_no_worse(seed):
    """In the same whitened coordinates, theirs turned into ours by the rotation between the two sets."""
    x = noisy_linear(seed)
    embedded = delay_embedding(x, N_DELAYS)
    coordinates = whitened_coordinates(embedded.reshape(-1, embedded.shape[2]), RANK)
    turn = nearest_orthogonal(coordinates.T @ reference_fit(x).V.numpy()[:, :RANK].astype(np.float64))
    by_trial = coordinates.reshape(*embedded.shape[:2], RANK)
    theirs = one_step_error(turn @ reference_operator(x) @ turn.T, by_trial)
    assert one_step_error(ours(x), by_trial) <= theirs * (1 + 1e-9)


@pytest.mark.parametrize("seed", SEEDS)
def test_wasserstein_score_is_the_square_of_ours(seed):
    x, y = noisy_linear(seed), noisy_linear(seed + 10)
    theirs = reference_score(x, y, "wasserstein")
    assert DSASpectrum(**SETTING)(x, y) ** 2 == pytest.approx(theirs, rel=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_angle_is_never_above_theirs(seed):
    x, y = noisy_linear(seed), noisy_linear(seed + 10)
    objective = (2 * math.sin(DSA(**SETTING)(x, y) / 2)) ** 2
    theirs = (2 * math.sin(reference_score(x, y, "angular") / 2)) ** 2
    assert objective <= theirs + 1e-6


@pytest.mark.parametrize("n", [3, 6, 10])
@pytest.mark.parametrize("seed", SEEDS)
def test_objective_is_never_above_theirs(seed, n):
    """On the same operators, theirs evaluated in float64 at the orthogonal matrix nearest to the one it found."""
    a, b = np.random.default_rng([seed, n]).standard_normal((2, n, n))
    torch.manual_seed(seed)
    reference = SimilarityTransformDist(iters=800, lr=1e-2, score_method="angular")
    reference.fit_score(torch.tensor(a).float(), torch.tensor(b).float())
    c = nearest_orthogonal(reference.C_star.numpy().astype(np.float64))
    theirs = float(np.sum((a / np.linalg.norm(a) - c @ (b / np.linalg.norm(b)) @ c.T) ** 2))
    assert align_operators(a, b).objective <= theirs + 1e-6


@pytest.mark.parametrize("seed", SEEDS)
def test_conjugate_operators_are_nearer_than_theirs(seed):
    rng = np.random.default_rng(seed)
    a = rng.standard_normal((8, 8))
    q, _ = np.linalg.qr(rng.standard_normal((8, 8)))
    torch.manual_seed(seed)
    reference = SimilarityTransformDist(iters=800, lr=1e-2, score_method="angular")
    theirs = float(reference.fit_score(torch.tensor(a).float(), torch.tensor(q @ a @ q.T).float()))
    assert DSA().compare(a, q @ a @ q.T) <= theirs + 1e-8
