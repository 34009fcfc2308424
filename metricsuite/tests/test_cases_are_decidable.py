"""A case that nothing can pass decides nothing: for each of the hard ones, a small metric that was told the answer keeps it.

They know the number of dimensions, or which statistic to take, so they certify nothing but the case.
"""

import numpy as np
import pytest

from metricsuite import Contrast, Orbit, metric, pairwise
from metricsuite.criteria import invariant, sensitive, separates, stays_unrelated
from metricsuite.designs import Sweep
from metricsuite.systems import (
    clean_operators,
    driven_networks,
    graded_clouds,
    loops,
    noisy_operators,
    relaxation_oscillators,
    resonators,
    unrelated_clouds,
    without_minor,
    without_task,
)

SEEDS = range(16)
LAW = {"spread": 0.5}


def fitted(x, dimensions, u=None):
    """White coordinates (trials, steps, dimensions), and the operator that moves them on, input taken out where there is one."""
    flat = (x - x.mean((0, 1))).reshape(-1, x.shape[-1])
    left, _, _ = np.linalg.svd(flat, full_matrices=False)
    z = np.sqrt(len(flat)) * left[:, :dimensions].reshape(*x.shape[:2], dimensions)
    known = z[:, :-1] if u is None else np.concatenate([z[:, :-1], u[:, 1:]], axis=-1)
    found = np.linalg.lstsq(known.reshape(-1, known.shape[-1]), z[:, 1:].reshape(-1, dimensions), rcond=None)[0]
    return found[:dimensions].T


def frequencies(operator):
    return np.sort(np.abs(np.log(np.linalg.eigvals(operator)).imag))


class Compares:
    def compare(self, a, b):
        return float(np.linalg.norm(a - b))


@metric("frequency-of-6", pairing="none", needs={"dt"}, axioms={"symmetry"}, sensitive_to={"frequency"})
class Frequencies(Compares):
    def prepare(self, x, dt):
        return frequencies(fitted(np.asarray(x), 6)) / dt


@metric("later-trials", pairing="none", axioms={"symmetry"}, sensitive_to={"all-trials"})
class OfAllTrials(Compares):
    def prepare(self, x):
        return frequencies(fitted(np.asarray(x), 6))


@metric("first-trial", pairing="none", axioms={"symmetry"}, sensitive_to={"all-trials"})
class OfTheFirstTrial(Compares):
    def prepare(self, x):
        return frequencies(fitted(np.asarray(x)[:1], 6))


@metric("gains", pairing="none", axioms={"symmetry"}, sensitive_to={"non-normality"})
class Gains(Compares):
    def prepare(self, x):
        return np.linalg.svd(fitted(np.asarray(x), 6), compute_uv=False)


@metric("recurrence", pairing="none", needs={"inputs"}, axioms={"symmetry"}, invariant_to={"input-colour"})
class Recurrence(Compares):
    def prepare(self, x, inputs):
        return frequencies(fitted(np.asarray(x), 6, np.asarray(inputs)))


@metric("hurry", pairing="none", axioms={"symmetry"}, sensitive_to={"arrow-of-time"})
class Hurry(Compares):
    """Skew in time of how fast the state goes: E[s(t)^2 s(t + k)] - E[s(t) s(t + k)^2], its sign turned by reading backwards."""

    def prepare(self, x):
        step = np.linalg.norm(np.asarray(x)[:, 3:] - np.asarray(x)[:, :-3], axis=-1)
        s = step / step.mean() - 1
        return np.array([[np.mean(s[:, :-k] ** 2 * s[:, k:] - s[:, :-k] * s[:, k:] ** 2) for k in range(2, 9)]]).mean(1)


def frequency_contrast(noise):
    return Contrast(
        {"a": resonators(SEEDS, noise=noise), "b": resonators(SEEDS, 1.1, family=1, noise=noise)}, paired=False
    )


@pytest.mark.parametrize("noise", [0.0, 0.1])
def test_frequency(noise):
    assert "yes" == separates(pairwise(Frequencies(), frequency_contrast(noise))).answer


def test_sampling_rate_by_a_metric_that_is_given_dt():
    design = Orbit(resonators(SEEDS, **LAW), resonators(SEEDS, rate=2, **LAW), paired=False)
    assert "yes" == invariant(pairwise(Frequencies(), design)).answer


def test_non_normality():
    design = Contrast({"a": noisy_operators(SEEDS), "b": noisy_operators(SEEDS, True)}, paired=False)
    assert "yes" == separates(pairwise(Gains(), design)).answer


def test_what_ignores_linear_maps_does_not_see_a_shear_without_noise():
    design = Orbit(clean_operators(SEEDS), clean_operators(SEEDS, shear=1.0), paired=True)
    assert "no" == sensitive(pairwise(Gains(), design)).answer


@pytest.mark.parametrize("recurrence, other", [("slow", "fast"), ("fast", "slow")])
def test_input_colour_by_a_metric_that_is_given_inputs(recurrence, other):
    images = driven_networks(SEEDS, recurrence, 0.9)
    design = Orbit(driven_networks(SEEDS, recurrence), images, others=driven_networks(SEEDS, other), paired=False)
    assert invariant(pairwise(Recurrence(), design), below=1.0).high < 0.1


def test_arrow_of_a_relaxation_oscillator():
    backwards = relaxation_oscillators(SEEDS, backwards=True, family=1)
    design = Contrast({"on": relaxation_oscillators(SEEDS), "back": backwards}, paired=False)
    assert "yes" == separates(pairwise(Hurry(), design)).answer


def test_arrow_of_an_uneven_loop():
    backwards = loops(SEEDS, 0.9, False, backwards=True, family=1)
    design = Contrast({"on": loops(SEEDS, 0.9, False), "back": backwards}, paired=False)
    assert "yes" == separates(pairwise(Hurry(), design)).answer


@pytest.mark.parametrize("reads, expected", [(OfAllTrials, "yes"), (OfTheFirstTrial, "no")])
def test_all_trials(reads, expected):
    later = resonators(SEEDS, 1.25, shift_from=1, family=1)
    design = Contrast({"as at first": resonators(SEEDS), "later": later}, paired=False)
    assert expected == separates(pairwise(reads(), design)).answer


def white_rank(x, y):
    """The share of whitened dimensions that are not shared: every direction counts the same, however small."""
    a, b = (np.linalg.svd((z - z.mean((0, 1))).reshape(-1, z.shape[-1]), full_matrices=False) for z in (x, y))
    u, v = (part.U[:, part.S > 1e-9 * part.S[0]] for part in (a, b))
    return float(1 - np.square(u.T @ v).sum() / max(u.shape[1], v.shape[1]))


@pytest.mark.parametrize("spoil, dimensions", [(without_minor, 20), (without_task, 6)])
def test_small_dimensions(spoil, dimensions):
    clouds = graded_clouds(SEEDS, dimensions=dimensions)
    design = Orbit(clouds, [spoil(s) for s in clouds], paired=True)
    assert "yes" == sensitive(pairwise(white_rank, design)).answer


def test_a_measure_without_bias_stays_unrelated():
    """U-centred kernels (Szekely & Rizzo 2014): unrelated kernels have similarity 0 in the mean, whatever n and p."""

    def unbiased(x, y):
        kernels = []
        for z in (x, y):
            k = z.reshape(-1, z.shape[-1]) @ z.reshape(-1, z.shape[-1]).T
            np.fill_diagonal(k, 0)
            n = len(k)
            row = k.sum(1) / (n - 2)
            k = k - row[:, None] - row + k.sum() / ((n - 1) * (n - 2))
            np.fill_diagonal(k, 0)
            kernels.append(k / np.linalg.norm(k))
        return float(1 - (kernels[0] * kernels[1]).sum())

    levels = {
        p: {
            "some": unrelated_clouds(range(4), trials=1, units=p),
            "others": unrelated_clouds(range(4, 8), trials=1, units=p),
        }
        for p in (10, 200, 1000)
    }
    assert "yes" == stays_unrelated(pairwise(unbiased, Sweep("units", levels, paired=True))).answer
