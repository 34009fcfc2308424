"""Damped oscillators: linear systems whose decay is a parameter, for paths through the space of dynamics."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError


def oscillators(
    seeds: Sequence[int], decay: float = 0.0, *, trials: int = 20, steps: int = 60, units: int = 10, noise: float = 0.02
) -> list[Trajectories]:
    """Three planar oscillators, mixed by a random orthonormal readout: z[t+1] = exp(-decay + i w) z[t] + noise, x = R z.

    Parameters
    ----------
    seeds : sequence of int
        Frequencies, initial conditions, noise and readout of one system come from (seed, "oscillator"): along `decay`, they stay.
    decay : float
        Rate a step, 0 or more.
    trials, steps, units : int
        At least 6 units.
    noise : float
        Standard deviation of what each step adds, where initial conditions have 1.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        A negative decay, or fewer than 6 units.
    """
    if decay < 0 or units < 6:
        raise CaseError(f"oscillators(decay={decay}, units={units}); needed a decay of 0 or more and at least 6 units.")
    return [_oscillator(seed, decay, trials, steps, units, noise) for seed in seeds]


def _oscillator(seed: int, decay: float, trials: int, steps: int, units: int, noise: float) -> Trajectories:
    rng = np.random.default_rng([seed, zlib.crc32(b"oscillator")])
    turn = np.exp(-decay + 1j * np.array([0.15, 0.4, 0.9]) * rng.uniform(0.8, 1.25, size=3))
    readout = np.linalg.qr(rng.normal(size=(units, units)))[0][:, :6]
    z = rng.normal(size=(trials, 3)) + 1j * rng.normal(size=(trials, 3))
    pushes = noise * (rng.normal(size=(steps, trials, 3)) + 1j * rng.normal(size=(steps, trials, 3)))
    states = np.empty((trials, steps, 3), complex)
    for t in range(steps):
        states[:, t] = z
        z = turn * z + pushes[t]
    return Trajectories(np.concatenate([states.real, states.imag], axis=-1) @ readout.T)
