"""Loops: one closed path, run at an even or an uneven speed, forwards or backwards.

    time at phase p = p + a sin p - (b / 2) cos 2p,   a, b = uneven (.5, .4)        slow where that is steep

With a and b both there is no phase about which slow and fast lie alike, so that the unevenly run circle is no mirror image of itself
read backwards. Run evenly it is.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError

PERIOD = 40.0  # steps
PERIOD_JITTER = 0.3  # |log| at most, between systems
DRIFT, NOISE = (
    0.03,
    0.02,
)  # radians a step, of the phase; and on the recording, in parts of the signal's standard deviation


def loops(
    seeds: Sequence[int],
    uneven: float = 0.0,
    same_start: bool = True,
    *,
    harmonics: int = 1,
    backwards: bool = False,
    family: int = 0,
    trials: int = 30,
    steps: int = 160,
    units: int = 24,
) -> list[Trajectories]:
    """Closed paths of a few harmonics, run round with a drifting phase.

    Parameters
    ----------
    seeds : sequence of int
        Path, period, drift and noise come from (seed, "loop", family); a seed has the same at every `uneven`: an image.
    uneven : float
        0 an even speed; below 1.
    same_start : bool
        Trials start at evenly spaced phases, in every system the same, so that rows correspond; otherwise each at one of its own.
    harmonics : int
        1 a circle; more add to the path, harmonic k with size 1 / k.
    backwards, family : bool, int
        Read from its end; systems of two families have nothing in common.
    trials, steps, units : int
        At least two units a harmonic.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        An unevenness outside [0, 1), or sizes that hold no loop.
    """
    if not 0 <= uneven < 1 or harmonics < 1 or min(trials, steps) < 2 or units < 2 * harmonics:
        raise CaseError(
            f"loops(uneven={uneven}, harmonics={harmonics}, trials={trials}, steps={steps}, units={units}); needed 0 <= uneven < 1, "
            "a harmonic or more, two units for each, and two trials and steps or more."
        )
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(b"loop"), family])
        axes = np.linalg.qr(rng.normal(size=(units, 2 * harmonics)))[0].T
        pace = 2 * np.pi / PERIOD * np.exp(rng.uniform(-PERIOD_JITTER, PERIOD_JITTER))
        own_start = rng.uniform(0, 2 * np.pi, (trials, 1))  # drawn in either case, so that all the rest is the same
        start = 2 * np.pi * np.arange(trials)[:, None] / trials if same_start else own_start
        clock = start + pace * np.arange(steps) + DRIFT * rng.normal(size=(trials, steps)).cumsum(1)
        phase = _phase(clock, uneven)
        k = np.arange(1, harmonics + 1)
        angle = k * phase[..., None] + rng.uniform(0, 2 * np.pi, harmonics) * (k > 1)
        x = np.concatenate([np.cos(angle) / k, np.sin(angle) / k], axis=-1) @ axes
        x += NOISE * x.std() * rng.normal(size=x.shape)
        out.append(Trajectories(np.ascontiguousarray(x[:, ::-1]) if backwards else x))
    return out


def _phase(clock: np.ndarray, uneven: float) -> np.ndarray:
    """The phase at a time, both in radians: the inverse of time at phase, on a fine grid of one turn."""
    p = np.linspace(0, 2 * np.pi, 4097)
    time = p + uneven * (0.5 * np.sin(p) + 0.2 * (1 - np.cos(2 * p)))
    turns, rest = np.divmod(clock, 2 * np.pi)
    phase: np.ndarray = 2 * np.pi * turns + np.interp(rest, time, p)
    return phase
