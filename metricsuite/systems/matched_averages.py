"""Bistable, line and point attractor, steered to the same condition averages.

The average of a condition is what its input made of the system's own pull. Where the input makes up for that pull, three systems
that forget, keep or amplify a disturbance have the same averages; only single trials tell them apart (Galgali et al. 2023).
"""

from collections.abc import Iterable

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.systems.streams import Array, checked, factor, readout, recorded, stream

PULLS = ("bistable", "line", "point")
DT = 0.04  # of the time constant of the point attractor
HIDDEN = 400  # unrecorded trials a condition, which settle what the input has to be
TEMPO_JITTER, SIZE_JITTER = 0.2, 0.1
NOISE_JITTER, BEND_JITTER = 0.4, 0.5  # in which what is left between the kinds in speed and dimension drowns


def steered(
    seeds: Iterable[int],
    pull: str,
    process_noise: float = 0.5,
    noise: float = 0.0,
    averaged: bool = False,
    course: int = 0,
    *,
    trials: int = 100,
    steps: int = 100,
    units: int = 24,
) -> list[Trajectories]:
    """Systems of one pull, in two conditions that go to either side of a choice axis.

    With m_c the average that condition c shall have, two dimensions z, white noise e of standard deviation `process_noise`:

        z' = f(z) + (m_c' - E f(z)) + e        f(z) = (z_1 - z_1^3, -z_2)  bistable    (0, -z_2)  line    (-z_1, -z_2)  point

    The expectation is over 400 trials more than are recorded, so E z = m_c(t) in all three. m_c moves +-1 along the choice
    axis while both conditions bend along the other, by as much as the system's own factor says.

    Parameters
    ----------
    seeds : one integer per system; time constant, size, readout, bend and strength of the noise are its own; a seed bends alike
        whatever pulls, or its averages would not be matched
    pull : "bistable", "line" or "point"
    process_noise : per root of the time constant
    noise : observation noise, as a fraction of the signal's standard deviation
    averaged : record the average of each condition alone, as (2, steps, units)
    course : which averages: 0, or another number for averages of another course
    trials, steps, units : half of the trials a condition; a step is .04 time constants

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units), conditions (trials,)

    Raises
    ------
    CaseError : a pull of no such name; sizes, noise or seeds that make no system

    Source: Galgali, Sahani and Mante 2023 (residual dynamics), fig. 1.
    """
    needs = {
        f"pull={pull!r}; need one of {', '.join(map(repr, PULLS))}": pull in PULLS,
        f"process_noise={process_noise}; need a finite standard deviation above 0": 0 < process_noise < np.inf,
        f"noise={noise}; need a finite fraction of the signal, not negative": 0 <= noise < np.inf,
        f"{trials} trials of {steps} steps; need an even number of trials, and 2 steps": trials >= 2
        and trials % 2 == 0
        and steps >= 2,
        f"{units} units cannot show a plane; need at least 2": units >= 2,
    }
    return [
        _steered(seed, pull, process_noise, noise, averaged, course, (trials, steps, units))
        for seed in checked("steered", seeds, needs)
    ]


def _steered(
    seed: int, pull: str, process_noise: float, noise: float, averaged: bool, course: int, shape: tuple[int, int, int]
) -> Trajectories:
    trials, steps, units = shape
    rng = stream(seed, f"steered {pull}")
    seen = stream(seed, "readout of a steered system") if averaged else rng  # an average has its image in another pull
    vectors, size = readout(seen, units, 2), factor(seen, SIZE_JITTER)
    dt, disturbance = DT * factor(rng, TEMPO_JITTER), process_noise * factor(rng, NOISE_JITTER)
    bend = factor(stream(seed, "averages of a steered system"), BEND_JITTER)
    states = []
    for mean in _averages(steps, course, bend):
        z, kept = np.zeros((trials // 2 + HIDDEN, 2)) + mean[0], np.empty((trials // 2, steps, 2))
        for t in range(steps):
            kept[:, t] = z[: trials // 2]
            z = z + dt * _pull(z, pull) + disturbance * np.sqrt(dt) * rng.standard_normal(z.shape)
            z += mean[min(t + 1, steps - 1)] - z.mean(axis=0)
        states.append(kept.mean(axis=0, keepdims=True) if averaged else kept)
    clean = size * np.concatenate(states) @ vectors.T
    conditions = np.repeat([0, 1], len(clean) // 2)
    return Trajectories(recorded(clean, noise, stream(seed, f"noise on a steered {pull}")), conditions=conditions)


def _pull(z: Array, pull: str) -> Array:
    choice = {"bistable": z[:, 0] - z[:, 0] ** 3, "line": 0 * z[:, 0], "point": -z[:, 0]}[pull]
    return np.stack([choice, -z[:, 1]], axis=-1)


def _averages(steps: int, course: int, size_of_bend: float) -> Array:
    """The averages of both conditions, (2, steps, 2): out along the choice axis, with a bend that both share."""
    rng, t = np.random.default_rng(course), np.linspace(0, 1, steps)
    when, how_often = (0.3, 1.0) if course == 0 else rng.uniform([0.1, 1.5], [0.6, 3.0])
    choice = 1 - np.exp(-t / when)
    bend = size_of_bend * np.sin(np.pi * how_often * t)
    return np.stack([np.stack([side * choice, bend], axis=-1) for side in (1.0, -1.0)])
