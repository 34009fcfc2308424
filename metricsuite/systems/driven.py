"""Driven networks: one of two recurrences under white or coloured input, so that one can ask which of the two a measure follows."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError

RECURRENCES = {"slow": (0.1, 0.25, 0.6), "fast": (0.15, 0.4, 0.9)}  # radians a step, of three planes
MODULUS = 0.9  # of all eigenvalues
CHANNELS = 3


def driven_networks(
    seeds: Sequence[int],
    recurrence: str = "slow",
    memory: float = 0.0,
    *,
    trials: int = 40,
    steps: int = 200,
    units: int = 24,
) -> list[Trajectories]:
    """z[t + 1] = .9 R z[t] + B u[t], R rotating three planes; u[t + 1] = m u[t] + (1 - m^2)^.5 e[t], of variance 1.

    Parameters
    ----------
    seeds : sequence of int
        B and the readout come from (seed, "driven network", recurrence), the input also from the memory: with another colour a network
        stays that network.
    recurrence : {"slow", "fast"}
        Frequencies .1, .25, .6 or .15, .4, .9 radians a step.
    memory : float
        m, 0 white, below 1.
    trials, steps, units : int
        6 units or more.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units), inputs (trials, steps, 3)

    Raises
    ------
    CaseError
        Another recurrence, a memory outside [0, 1), sizes that are too small.
    """
    if recurrence not in RECURRENCES or not 0 <= memory < 1 or min(trials, steps) < 2 or units < 6:
        raise CaseError(
            f"driven_networks(recurrence={recurrence!r}, memory={memory}, trials={trials}, steps={steps}, units={units}); needed "
            f"one of {', '.join(RECURRENCES)}, 0 <= memory < 1, sizes of 2, and 6 units, or more."
        )
    turn = MODULUS * np.exp(1j * np.array(RECURRENCES[recurrence]))
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(f"driven network, {recurrence}".encode())])
        weights = rng.normal(size=(CHANNELS, 3)) + 1j * rng.normal(size=(CHANNELS, 3))
        readout = np.linalg.qr(rng.normal(size=(units, 6)))[0]
        own = np.random.default_rng([seed, zlib.crc32(f"input, {recurrence}, {memory:g}".encode())])
        before = 100  # steps, until the start is forgotten
        u = own.normal(size=(before + steps, trials, CHANNELS))
        z = np.zeros((trials, 3), complex)
        states = np.empty((trials, steps, 3), complex)
        for t in range(1, before + steps):
            u[t] = memory * u[t - 1] + np.sqrt(1 - memory**2) * u[t]
            z = turn * z + u[t] @ weights
            if t >= before:
                states[:, t - before] = z
        x = np.concatenate([states.real, states.imag], axis=-1) @ readout.T
        out.append(Trajectories(x, inputs=np.ascontiguousarray(u[before:].swapaxes(0, 1))))
    return out
