"""Clouds of states: unrelated noise, graded spectra, sparse codes; and what is done to a cloud to trap a measure of its geometry."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError
from metricsuite.transformations import haar

MEMORY = 20.0  # steps, of the latents


def unrelated_clouds(
    seeds: Sequence[int], *, family: int = 0, trials: int = 12, steps: int = 50, units: int = 16
) -> list[Trajectories]:
    """White Gaussian noise: what no two of these share is everything but their shape.

    Parameters
    ----------
    seeds : sequence of int
        Numbers come from (seed, "unrelated cloud", family); fewer units or trials of a seed are the first of more.
    family : int
        Systems of two families have nothing in common.
    trials, steps, units : int

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        A size below 1, or a single sample.
    """
    if min(trials, steps, units) < 1 or trials * steps < 2:
        raise CaseError(
            f"unrelated_clouds(trials={trials}, steps={steps}, units={units}); needed sizes of 1 and two samples."
        )
    return [
        Trajectories(
            np.stack(
                [
                    np.random.default_rng([seed, zlib.crc32(b"unrelated cloud"), family, unit]).normal(
                        size=(trials, steps)
                    )
                    for unit in range(units)
                ],
                axis=-1,
            )
        )
        for seed in seeds
    ]


def graded_clouds(
    seeds: Sequence[int],
    *,
    decay: float = 1.0,
    dimensions: int = 20,
    trials: int = 20,
    steps: int = 100,
    units: int = 30,
) -> list[Trajectories]:
    """Slow latents of standard deviation k^-decay, k = 1 ... dimensions, turned into units: many dimensions, few of them large.

    Each latent turns, at a frequency of its own, under noise with a memory of 20 steps. The smallest tenth of the variance is where
    a task may sit: `without_minor` and `without_task` take such directions away.

    Parameters
    ----------
    seeds : sequence of int
        Motion and axes come from (seed, "graded cloud").
    decay : float
        0 equal directions.
    dimensions, trials, steps, units : int
        An even number of dimensions, as many units or more.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        A negative decay, dimensions that are odd or more than units, sizes below 2.
    """
    if not decay >= 0 or not 2 <= dimensions <= units or dimensions % 2 or min(trials, steps) < 2:
        raise CaseError(
            f"graded_clouds(decay={decay}, dimensions={dimensions}, trials={trials}, steps={steps}, units={units}); needed a decay of 0 "
            "or more, an even number of dimensions, no more than units, and sizes of at least 2."
        )
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(b"graded cloud")])
        axes = np.linalg.qr(rng.normal(size=(units, dimensions)))[0].T
        turn = np.exp(-1 / MEMORY + 1j * rng.uniform(0.05, 0.6, dimensions // 2))
        kicks = rng.normal(size=(2, steps, trials, dimensions // 2))
        z = np.empty((trials, steps, dimensions // 2), complex)
        z[:, 0] = kicks[0, 0] + 1j * kicks[1, 0]
        for t in range(1, steps):
            z[:, t] = turn * z[:, t - 1] + np.sqrt(1 - np.exp(-2 / MEMORY)) * (kicks[0, t] + 1j * kicks[1, t])
        latents = np.stack([z.real, z.imag], axis=-1).reshape(trials, steps, dimensions)
        out.append(Trajectories(latents * np.arange(1, dimensions + 1) ** -decay @ axes))
    return out


def sparse_codes(
    seeds: Sequence[int], *, rotated: bool = False, trials: int = 20, steps: int = 100, units: int = 30
) -> list[Trajectories]:
    """Bumps along a wandering position: each unit fires at one place and is silent elsewhere, so that the units' axes mean something.

    Parameters
    ----------
    seeds : sequence of int
        Walk, preferred places and rotation come from (seed, "sparse code"); rotated or not, a seed has the same.
    rotated : bool
        Turned by a Haar rotation: the same geometry, spread over all units.
    trials, steps, units : int

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        A size below 2.
    """
    if min(trials, steps, units) < 2:
        raise CaseError(f"sparse_codes(trials={trials}, steps={steps}, units={units}); needed sizes of at least 2.")
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(b"sparse code")])
        place = rng.uniform(0, 1, (trials, 1)) + 0.02 * rng.normal(size=(trials, steps)).cumsum(1)
        preferred = rng.permutation(units) / units
        away = (place[..., None] - preferred + 0.5) % 1 - 0.5
        code = rng.uniform(0.7, 1.3, units) * np.exp(-((away / 0.05) ** 2) / 2)
        turn = haar(units, rng)
        out.append(Trajectories(code @ turn if rotated else code))
    return out


def with_outlier(system: Trajectories, rng: np.random.Generator) -> Trajectories:
    """One time point of one trial multiplied by 1000."""
    x = np.array(system.array)
    x[rng.integers(system.trials), rng.integers(system.time)] *= 1000
    return replace(system, array=x)


def with_shifted_subset(system: Trajectories, rng: np.random.Generator, share: float = 0.2) -> Trajectories:
    """The first `share` of the trials moved away by three root mean square norms, in a random direction."""
    x = np.array(system.array)
    direction = rng.normal(size=system.units)
    size = 3 * np.sqrt(np.square(x).sum(-1).mean())
    x[: max(1, round(share * system.trials))] += size * direction / np.linalg.norm(direction)
    return replace(system, array=x)


def without_minor(system: Trajectories, share: float = 0.5) -> Trajectories:
    """The last `share` of the principal components (of those that hold any variance) deleted."""
    mean, axes = _principal_axes(system.array)
    keep = axes[: len(axes) - round(share * len(axes))]
    return replace(system, array=(system.array - mean) @ keep.T @ keep + mean)


def without_task(system: Trajectories, component: int = 5) -> Trajectories:
    """The copy closest to a system among all that lack the task's dimension, a principal component counted from 0.

    It is the projection (Pythagoras), and so what an optimiser of any squared distance between aligned states ends at: no gradient needed.
    """
    mean, axes = _principal_axes(system.array)
    task = axes[min(component, len(axes) - 1)]
    return replace(system, array=system.array - ((system.array - mean) @ task)[..., None] * task)


def with_shuffled_trials(system: Trajectories, rng: np.random.Generator) -> Trajectories:
    """Trials in a random order in which none keeps its place: every sample pairs with a wrong one, and each trial is still whole."""
    order = rng.permutation(system.trials)
    after = np.empty(system.trials, int)
    after[order] = np.roll(order, 1)
    return replace(system, array=system.array[after])


def _principal_axes(x: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean = x.mean(axis=(0, 1))
    _, s, vt = np.linalg.svd((x - mean).reshape(-1, x.shape[-1]), full_matrices=False)
    return mean, vt[s > 1e-9 * s[0]]
