"""Irreversible and reversible motion: van der Pol's relaxation oscillator, and rotations that nothing damps.

Read backwards, van der Pol's oscillator jumps where it should creep. Undamped linear motion is the mirror image of itself: S and -S are
orthogonally similar for every skew S. So the arrow of time shows in the one and cannot show in the other.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError

PERIOD, PERIOD_JITTER = 40.0, 0.15  # steps; |log| at most, between systems
DRIFT = 0.02  # radians of phase a step


def relaxation_oscillators(
    seeds: Sequence[int],
    mu: float = 3.0,
    *,
    backwards: bool = False,
    family: int = 0,
    noise: float = 0.02,
    trials: int = 30,
    steps: int = 160,
    units: int = 24,
) -> list[Trajectories]:
    """x'' = mu (1 - x^2) x' - x on its limit cycle (van der Pol 1926): states (x, x'), each of variance 1, in a plane of its own.

    Parameters
    ----------
    seeds : sequence of int
        Period, start phases, drift of the phase, plane and noise come from (seed, "van der Pol", family).
    mu : float
        0 a circle; above, up to 10, the longer it creeps before it jumps. The transient is dropped.
    backwards : bool
        Read from its end.
    family : int
        Systems of two families have nothing in common.
    noise : float
        Observation noise, a part of the signal's standard deviation.
    trials, steps, units : int

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        Sizes below 2, mu outside (0, 10], negative noise.
    """
    if min(trials, steps, units) < 2 or not 0 < mu <= 10 or not noise >= 0:
        raise CaseError(
            f"relaxation_oscillators(mu={mu}, noise={noise}, trials={trials}, steps={steps}, units={units}); needed 0 < mu <= 10, "
            "noise of 0 or more and sizes of at least 2."
        )
    phases, states = _limit_cycle(float(mu))
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(b"van der Pol"), family])
        pace = 2 * np.pi / PERIOD * np.exp(rng.uniform(-PERIOD_JITTER, PERIOD_JITTER))
        phase = rng.uniform(0, 2 * np.pi, (trials, 1)) + pace * np.arange(steps)
        phase += DRIFT * rng.normal(size=(trials, steps)).cumsum(1)
        plane = np.linalg.qr(rng.normal(size=(units, 2)))[0]
        x = np.stack([np.interp(phase, phases, s, period=2 * np.pi) for s in states], axis=-1) @ plane.T
        x += noise * x.std() * rng.normal(size=x.shape)
        out.append(Trajectories(np.ascontiguousarray(x[:, ::-1]) if backwards else x))
    return out


def rotations(
    seeds: Sequence[int], *, backwards: bool = False, trials: int = 30, steps: int = 160, units: int = 24
) -> list[Trajectories]:
    """z_k[t + 1] = exp(i w_k) z_k[t], k = 1, 2, 3, nothing damped and nothing added; w_k of its system, up to .7 radians a step.

    Every other trial is the mirror image of the one before it, read backwards: it starts at conj(z[T]). So backwards, and with the
    two of each pair exchanged, trial i is exactly the mirror image of what it was forwards, and what ignores rotations must return 0.

    Parameters
    ----------
    seeds : sequence of int
        Frequencies, starts and readout come from (seed, "rotation").
    backwards : bool
        Read from its end, the two trials of each pair exchanged.
    trials, steps, units : int
        An even number of trials; 6 units or more.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        An odd number of trials, fewer than 2 steps or 6 units.
    """
    if trials < 2 or trials % 2 or steps < 2 or units < 6:
        raise CaseError(
            f"rotations(trials={trials}, steps={steps}, units={units}); needed an even number of trials, 2 steps and 6 units or more."
        )
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(b"rotation")])
        w = np.array([0.1, 0.25, 0.55]) * np.exp(rng.uniform(-0.25, 0.25, 3))
        axes = np.linalg.qr(rng.normal(size=(units, 6)))[0].T
        first = rng.normal(size=(trials // 2, 3)) + 1j * rng.normal(size=(trials // 2, 3))
        starts = np.stack([first, (first * np.exp(1j * w * (steps - 1))).conj()], axis=1).reshape(trials, 1, 3)
        z = starts * np.exp(1j * w * np.arange(steps)[:, None])
        x = np.concatenate([z.real, z.imag], axis=-1) @ axes
        if backwards:
            x = np.ascontiguousarray(x[:, ::-1].reshape(trials // 2, 2, steps, units)[:, ::-1]).reshape(x.shape)
        out.append(Trajectories(x))
    return out


@cache
def _limit_cycle(mu: float) -> tuple[np.ndarray, np.ndarray]:
    """Phases in [0, 2 pi), and x and x' there, (2, 2000), each of mean 0 and variance 1."""
    from scipy.integrate import solve_ivp

    def law(_: float, s: np.ndarray) -> list[float]:
        return [s[1], mu * (1 - s[0] ** 2) * s[1] - s[0]]

    def upwards(_: float, s: np.ndarray) -> float:
        return float(s[0])

    upwards.direction = 1  # type: ignore[attr-defined]
    settled = solve_ivp(law, (0, 100 + 20 * mu), [2.0, 0.0], rtol=1e-10, atol=1e-12, events=upwards, dense_output=True)
    if settled.t_events is None or settled.sol is None:
        raise CaseError(f"relaxation_oscillators(mu={mu}): no limit cycle was found; needed mu up to 10.")
    begin, end = settled.t_events[0][-2:]
    share = np.arange(2000) / 2000
    states = settled.sol(begin + share * (end - begin))
    states -= states.mean(1, keepdims=True)
    return 2 * np.pi * share, states / states.std(1, keepdims=True)
