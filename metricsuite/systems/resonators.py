"""Resonators: noise rings three damped oscillators. A law of motion that can be dressed in many clothes and stays that law.

    dz_k = (-1 / tau + i w_k) z_k dt + (2 / tau)^.5 dW_k        k = 1, 2, 3;  every z_k of variance 1, from the first moment on

Frequencies make the system. How loud each oscillator is recorded, by which units, from which start and how often is clothing.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError

FREQUENCIES = np.array([0.1, 0.25, 0.6])  # radians a unit of time: periods of 63, 25 and 10
MEMORY = 100.0  # tau; a line of width 1 / tau = .01 shows a shift of a tenth in every oscillator but the slowest
LOUDNESS_JITTER = (
    0.7  # |log amplitude| at most; so that speed, dimension and autocorrelation time vary more than by the shift
)
FINEST = 2  # samples a unit of time: what is simulated, whatever is kept


def resonators(
    seeds: Sequence[int],
    shift: float = 1.0,
    *,
    shift_from: int = 0,
    family: int = 0,
    spread: float = 0.0,
    draw: int = 0,
    readout: int = 0,
    rate: int = 1,
    noise: float = 0.0,
    trials: int = 40,
    steps: int = 200,
    units: int = 24,
) -> list[Trajectories]:
    """Three noisy oscillators, each at a loudness of its system, seen through a Gaussian readout.

    Parameters
    ----------
    seeds : sequence of int
        Frequencies and loudness come from (seed, family); the motion also from `draw`, the readout also from `readout`.
    shift : float
        Factor of all frequencies, above 0.
    shift_from, family : int
        The first trial that is shifted; systems of two families have nothing in common but the equation.
    spread : float
        Largest |log factor| of each frequency of each system: 0 the same for all, .5 a law for every seed.
    draw, readout : int
        Which start and noise; which units.
    rate : {1, 2}
        Samples a unit of time; the motion is the same.
    noise : float
        Observation noise, a part of the signal's standard deviation.
    trials, steps, units : int
        `steps` counts units of time.

    Returns
    -------
    list of Trajectories, arrays (trials, rate * steps, units), dt 1 / rate

    Raises
    ------
    CaseError
        Sizes below 2, a rate other than 1 or 2, a shift that is not positive, a negative spread or noise.
    """
    given = {"shift": shift, "shift_from": shift_from, "spread": spread, "rate": rate, "noise": noise}
    _check(**given, trials=trials, steps=steps, units=units)
    out = []
    for seed in seeds:
        rng = _generator(seed, family)
        shifts = np.where(np.arange(trials) < shift_from, 1.0, shift)
        frequencies = shifts[:, None] * FREQUENCIES * np.exp(rng.uniform(-spread, spread, 3))
        loudness = np.exp(rng.uniform(-LOUDNESS_JITTER, LOUDNESS_JITTER, 3))
        z = loudness * _motion(_generator(seed, family, 1, draw), frequencies, FINEST * steps)
        plane = _generator(seed, family, 2, readout).normal(size=(6, units)) / np.sqrt(units)
        x = np.concatenate([z.real, z.imag], axis=-1)[:, :: FINEST // rate] @ plane
        disturbed = noise * x.std() * _generator(seed, family, 3, draw, readout).normal(size=x.shape)
        out.append(Trajectories(x + disturbed, dt=1 / rate))
    return out


def _check(**given: float) -> None:
    sizes, others = (
        [given[k] for k in ("trials", "steps", "units")],
        [given[k] for k in ("spread", "noise", "shift_from")],
    )
    if min(sizes) < 2 or given["rate"] not in (1, FINEST) or not given["shift"] > 0 or not all(v >= 0 for v in others):
        raise CaseError(
            f"resonators({', '.join(f'{k}={v}' for k, v in given.items())}); needed a positive shift, shift_from, spread and noise "
            "of 0 or more, a rate of 1 or 2, and sizes of at least 2."
        )


def _motion(rng: np.random.Generator, frequencies: np.ndarray, steps: int) -> np.ndarray:
    """z, (trials, steps, 3), at the finest rate, for frequencies (trials, 3): solved exactly, from the stationary law."""
    trials = len(frequencies)
    turn = np.exp((-1 / MEMORY + 1j * frequencies) / FINEST)
    kicks = rng.normal(size=(steps, trials, 3)) + 1j * rng.normal(size=(steps, trials, 3))
    z = np.empty((trials, steps, 3), complex)
    z[:, 0] = kicks[0]
    for t in range(1, steps):
        z[:, t] = turn * z[:, t - 1] + np.sqrt(1 - np.exp(-2 / MEMORY / FINEST)) * kicks[t]
    z /= np.sqrt(2)
    return z


def _generator(seed: int, *stream: int) -> np.random.Generator:
    return np.random.default_rng([seed, zlib.crc32(b"resonator"), *stream])
