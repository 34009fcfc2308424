"""The Lorenz equations, from rest to chaos: one equation, and a parameter that decides its regime.

Below r = 1 all motion dies away at the origin; up to 24.74 it ends in one of two foci (by way of chaos that does not last, from
13.93); beyond lies the butterfly, broken by windows of periodic motion (152; all above 214). What differs between regimes in
size, dimension and speed is taken out: each recording is whitened, and sampled so that its steps are equally long.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import cycle
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from metricsuite.systems.streams import Array, checked, factor, readout, recorded, stream

SIGMA, B = 10.0, 8 / 3  # Lorenz 1963
MOVING = SIGMA * (SIGMA + B + 3) / (SIGMA - B - 1)  # 24.74: from here on both foci are unstable, and motion lasts
TRANSIENT = 500  # steps that are dropped where motion lasts: ten time units at r = 28, two at r = 220
TOLERANCE = 1e-9  # relative and absolute, of DOP853
PACE = 0.1  # root mean square step over root mean square distance from the mean state
R_JITTER, SIZE_JITTER, STRETCH_JITTER, TEMPO_JITTER = 0.01, 0.1, 0.2, 0.15  # largest |log| of each system's own factor


def lorenz(
    seeds: Sequence[int],
    r: float | Sequence[float] = 28.0,
    same_start: bool = True,
    noise: float = 0.0,
    *,
    process: float = 0.0,
    seen: int = 0,
    trials: int = 40,
    steps: int = 200,
    units: int = 12,
) -> list[Array]:
    """x' = 10 (y - x), y' = x (r - z) - y, z' = x y - 8/3 z, whitened and seen through an orthonormal readout.

    Parameters
    ----------
    seeds : sequence of int
        Readout, slight differences in r (1 %), size, stretch and tempo, and own starts come from (seed, "lorenz").
    r : float, or several
        Positive. Several are dealt out in turn: (30, 40, 50) is a family of three configurations.
    same_start : bool
        True: trial i of every system starts at the same point, in units of its foci, and is recorded from there, so that rows
        correspond (in chaos not for long). False: starts of its own, and 500 steps dropped where motion lasts
        (r > 24.74). Where the regime is a fixed point they are kept, under either: the transient is all the motion there is.
    noise : float
        Observation noise, as a fraction of the signal's standard deviation over all units.
    process : float
        Process noise: the standard deviation of what one unit of time adds to each coordinate, as a fraction of its own.
    seen : int
        By which units; every number has a readout of its own, of the same system.
    trials, steps, units : int
        At least 2, 2 and 3.

    Returns
    -------
    list of float arrays (trials, steps, units), one per seed

    Raises
    ------
    CaseError
        Sizes, noise, r or seeds that make no system.

    Notes
    -----
    DOP853 (Hairer, Norsett & Wanner 1993) at a tolerance of 1e-9; process noise kicks the state between samples. 10 to 150 ms a system,
    .2 s with process noise.

    References
    ----------
    Lorenz 1963; Sparrow 1982 (the regimes); Guilhot et al. 2024, fig. 2 (families).
    """
    values = [float(v) for v in np.atleast_1d(r)]
    needs = {
        f"{trials} trials of {steps} steps; need at least 2 of 2": min(trials, steps) >= 2,
        f"{units} units cannot show three dimensions; need at least 3": units >= 3,
        f"r={r}; need positive numbers": bool(values) and all(0 < v < np.inf for v in values),
        f"noise={noise}; need a finite fraction of the signal, not negative": 0 <= noise < np.inf,
        f"seen={seen}; need a number from 0": seen >= 0,
        f"process={process}; need a finite fraction of the state, not negative": 0 <= process < np.inf,
    }
    chosen = checked("lorenz", seeds, needs)
    shape = trials, steps, units
    return [_system(s, v, same_start, noise, process, seen, shape) for s, v in zip(chosen, cycle(values), strict=False)]


def _system(
    seed: int, r: float, same_start: bool, noise: float, process: float, seen: int, shape: tuple[int, int, int]
) -> Array:
    trials, steps, units = shape
    rng = stream(seed, "lorenz")
    seen_through = readout(rng, units, 3)
    if seen:
        seen_through = readout(stream(seed, f"units {seen} of lorenz"), units, 3)
    own_r, size, tempo = (factor(rng, jitter) for jitter in (R_JITTER, SIZE_JITTER, TEMPO_JITTER))
    stretch = np.exp(rng.uniform(-STRETCH_JITTER, STRETCH_JITTER, 3))
    start = (stream(0, "start of all lorenz systems") if same_start else rng).standard_normal((trials, 3))
    lasting = r > MOVING and not same_start
    dt, spread = _sampling(r, lasting, steps)
    kicks = None
    if process:
        kicks = process * spread * np.sqrt(dt * tempo) * stream(seed, "kicks").standard_normal((steps, trials, 3))
    states = _recorded(_placed(start, r * own_r), r * own_r, dt * tempo, steps, TRANSIENT * lasting * dt, kicks)
    clean = size * (_white(states) * stretch) @ seen_through.T
    return recorded(clean, noise, stream(seed, "noise on lorenz"))


@lru_cache(maxsize=64)
def _sampling(r: float, lasting: bool, steps: int) -> tuple[float, Array]:
    """The time between samples at which a recording has the pace, from pilot recordings; and its spread, a coordinate."""
    dt = 0.02
    start = _placed(stream(0, "pilot of lorenz").standard_normal((20, 3)), r)
    for _ in range(4):
        states = _recorded(start, r, dt, steps, TRANSIENT * lasting * dt)
        white = _white(states)
        speed = np.sqrt(np.square(np.diff(white, axis=1)).sum(-1).mean() / 3)
        dt = float(np.clip(dt * PACE / speed, 1e-3, 0.2))
    return dt, states.std(axis=(0, 1))


def _recorded(start: Array, r: float, dt: float, steps: int, dropped: float, kicks: Array | None = None) -> Array:
    """States (trials, steps, 3) from starts (trials, 3), `dropped` time units later; kicked between samples."""

    def flow(_: float, flat: Array) -> Array:
        x, y, z = flat.reshape(3, -1)
        return np.concatenate([SIGMA * (y - x), x * (r - z) - y, x * y - B * z])

    def run(state: Array, times: Any) -> Array:
        found = solve_ivp(
            flow,
            (times[0], times[-1]),
            state,
            "DOP853",
            times,
            rtol=TOLERANCE,
            atol=TOLERANCE,
            first_step=min(0.005, dt),
        )
        states: Array = found.y.T
        return states

    state = start.T.ravel()
    if dropped:
        state = run(state, np.array([0.0, dropped]))[-1]
    if kicks is None:
        states = run(state, dt * np.arange(steps))
    else:
        states = np.empty((steps, state.size))
        for t in range(steps):
            states[t] = state
            state = run(state, np.array([0.0, dt]))[-1] + kicks[t].T.ravel()
    return np.asarray(states.reshape(steps, 3, -1).transpose(2, 0, 1))


def _placed(start: Array, r: float) -> Array:
    """Standard normal points placed about both foci (about the origin, where there are none)."""
    side, height = np.sqrt(B * max(r - 1, 1)), max(r - 1, 0.0)
    placed: Array = start * [side, side, max(height / 2, 1)] + [0, 0, height]
    return placed


def _white(states: Array) -> Array:
    """Centred, and of unit variance in every direction."""
    flat = states.reshape(-1, 3) - states.mean(axis=(0, 1))
    power, axes = np.linalg.eigh(flat.T @ flat / len(flat))
    white: Array = (flat @ (axes / np.sqrt(power)) @ axes.T).reshape(states.shape)
    return white
