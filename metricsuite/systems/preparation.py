"""Preparation that predicts movement, or not: two systems that look the same at every moment.

Each trial prepares one of many movements, rests, and moves. In one kind what is moved is what was prepared; in the other it is
drawn again, from the same distribution. At every time the distribution over trials is the same in both. Only who looks from
one time to another, across the rest, can tell.
"""

from collections.abc import Iterable

import numpy as np

from metricsuite.systems.streams import Array, checked, factor, readout, recorded, stream

UNTIL, FROM, EDGE = 0.4, 0.5, 0.1  # of the trial: preparation ends, movement begins, and how long either takes to
TURNS = 1.5  # of the movement in a trial
TEMPO_JITTER, SIZE_JITTER = 0.1, 0.1
FLUCTUATION, MEMORY = 0.15, 0.8  # of a trial's course: size, and what a step keeps


def preparations(
    seeds: Iterable[int],
    predictive: bool,
    same_plans: bool = True,
    noise: float = 0.0,
    *,
    trials: int = 100,
    steps: int = 120,
    units: int = 24,
) -> list[Array]:
    """State = (a(t) p, b(t) R(t) q) with fluctuations: p what is prepared, q what is moved, R a rotation, each in a plane of its own.

    q = p where `predictive`, else the p of another trial; both have mean square 1 along either axis of the plane. a falls to 0 at half the trial, where b begins to
    rise: at no time are both above 0, so the distribution over trials at any one time is the same in both kinds, and so
    are all functions of it and of the autocovariance within a plane.

    Parameters
    ----------
    seeds : one integer per system
    predictive : whether movement follows preparation
    same_plans : True: all systems have the same p (and the same q) in trial i. False: each its own.
    noise : observation noise, as a fraction of the signal's standard deviation
    trials, steps, units : shape

    Returns
    -------
    list of float arrays (trials, steps, units), one per seed

    Raises
    ------
    CaseError : sizes, noise or seeds that make no system

    Source: Galgali, Sahani and Mante 2023; Elsayed et al. 2016 (planes of preparation and movement).
    """
    needs = {
        f"{trials} trials of {steps} steps; need at least 5 of 20": trials >= 5 and steps >= 20,
        f"{units} units cannot show two planes; need at least 4": units >= 4,
        f"noise={noise}; need a finite fraction of the signal, not negative": 0 <= noise < np.inf,
    }
    return [
        _prepared(seed, bool(predictive), same_plans, noise, (trials, steps, units))
        for seed in checked("preparations", seeds, needs)
    ]


def _prepared(seed: int, predictive: bool, same: bool, noise: float, shape: tuple[int, int, int]) -> Array:
    trials, steps, units = shape
    kind = f"preparation, {'predictive' if predictive else 'idle'}"
    rng = stream(seed, kind)
    seen, size, tempo = readout(rng, units, 4), factor(rng, SIZE_JITTER), factor(rng, TEMPO_JITTER)
    plans = stream(0, "plans of all preparations") if same else rng
    prepared = np.sqrt(trials) * np.linalg.qr(plans.standard_normal((trials, 2)))[0]
    # the same plans, each moved in another trial: marginals are equal in the sample too, which all systems may share
    order, again = plans.permutation(trials), np.empty_like(prepared)
    again[order] = prepared[np.roll(order, 1)]
    moved = prepared if predictive else again
    t = np.arange(steps) / steps
    a, b = np.clip((UNTIL + EDGE - t) / EDGE, 0, 1), np.clip((t - FROM) / EDGE, 0, 1)
    turn = 2 * np.pi * TURNS * tempo * np.clip(t - FROM, 0, None)
    rotations = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    course = np.concatenate(
        [prepared[:, None] * a[:, None], np.einsum("ijt,nj->nti", rotations, moved) * b[:, None]], axis=-1
    )
    wander = rng.standard_normal((trials, steps, 4))
    for k in range(1, steps):
        wander[:, k] = MEMORY * wander[:, k - 1] + np.sqrt(1 - MEMORY**2) * wander[:, k]
    return recorded(size * (course + FLUCTUATION * wander) @ seen.T, noise, stream(seed, f"noise on {kind}"))
