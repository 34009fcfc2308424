"""One ring, three flows: a ring attractor, a slow limit cycle, and four pairs of fixed points.

Seen for a short while, with noise, the three are the same cloud of points. What differs is where a point drifts: nowhere, round,
or to the nearest of four. Ságodi and Park (2025) showed that every ring attractor, perturbed, becomes one of the latter, and
that the slower the drift, the better it remembers. `flow` is the drift, `eps` its size.
"""

from collections.abc import Iterable

import numpy as np

from metricsuite.systems.streams import Array, checked, factor, readout, recorded, stream

FLOWS = ("none", "round", "to four points")
RELAXATION, OFF_NOISE = 0.3, 0.02  # of the distance to the ring lost in a step; radii a step
SIZE_JITTER, NOISE_JITTER = 0.1, 0.1


def slow_rings(
    seeds: Iterable[int],
    flow: str = "none",
    eps: float = 0.005,
    same_start: bool = True,
    noise: float = 0.0,
    *,
    draw: int = 0,
    trials: int = 60,
    steps: int = 200,
    units: int = 24,
    process_noise: float = 0.02,
) -> list[Array]:
    """States on a ring with a slow flow along it: a[t + 1] = a[t] + f(a[t]) + s e[t], the radius kept near 1.

        f(a) = 0   ("none")        eps   ("round")        eps sin(4 a)   ("to four points")

    s is `process_noise`, less by as much as the flow adds to the mean square step, so that all three run at one speed. With
    eps <= .005 a point goes little more than a radian in 200 steps: over trials that start all round the ring, norm,
    dimension and autocorrelation time agree as well. Every system has its own size, noise and readout, and these stay along
    `eps` and `flow`.

    Parameters
    ----------
    seeds : one integer per system
    flow : "none", "round" (either way, by system) or "to four points" (at any phase)
    eps : radians a step
    same_start : True: trial i starts at the same angle and gets the same noise in all systems, and a seed has one
        readout and size in all flows. False: each its own.
    noise : observation noise, as a fraction of the signal's standard deviation
    draw : which recording of a system: any but 0 has starts and noise of its own
    trials, steps, units : shape
    process_noise : radians a step, more than eps

    Returns
    -------
    list of float arrays (trials, steps, units), one per seed

    Raises
    ------
    CaseError : a flow of no such name; sizes, eps, noise or seeds that make no system

    Source: Ságodi and Park 2025 (back to the continuous attractor), sec. 3.
    """
    needs = {
        f"flow={flow!r}; need one of {', '.join(map(repr, FLOWS))}": flow in FLOWS,
        f"eps={eps}, process_noise={process_noise}; need 0 <= eps < process_noise": 0 <= eps < process_noise < np.inf,
        f"{trials} trials of {steps} steps; need at least 1 of 2": trials >= 1 and steps >= 2,
        f"{units} units cannot show a plane; need at least 2": units >= 2,
        f"noise={noise}; need a finite fraction of the signal, not negative": 0 <= noise < np.inf,
        f"draw={draw}; need a number from 0": draw >= 0,
    }
    return [
        _slow_ring(seed, flow, eps, same_start, noise, draw, (trials, steps, units), process_noise)
        for seed in checked("slow_rings", seeds, needs)
    ]


def _slow_ring(
    seed: int,
    flow: str,
    eps: float,
    same: bool,
    noise: float,
    draw: int,
    shape: tuple[int, int, int],
    process_noise: float,
) -> Array:
    trials, steps, units = shape
    kind = "" if same else f", {flow}"  # own trials: nothing in common between kinds
    rng = stream(seed, f"slow ring{kind}")
    seen, size, jitter = readout(rng, units, 2), factor(rng, SIZE_JITTER), factor(rng, NOISE_JITTER)
    phase, way = rng.uniform(0, 2 * np.pi), rng.choice([-1.0, 1.0])
    if draw:
        rng = stream(seed, f"draw {draw} of a slow ring{kind}")
    trial = stream(0, "trials of all slow rings") if same and not draw else rng
    start = (
        2 * np.pi * (trial.permutation(trials) + trial.uniform()) / trials
    )  # evenly, or chance would tell dimensions
    pushes = trial.standard_normal((steps, trials))
    left = jitter * np.sqrt(process_noise**2 - {"none": 0.0, "round": eps**2, "to four points": eps**2 / 2}[flow])
    angle, off = np.empty((trials, steps)), OFF_NOISE * rng.standard_normal((trials, steps))
    a = start
    for t in range(steps):
        angle[:, t] = a
        off[:, t] += (1 - RELAXATION) * off[:, t - 1] if t else 0.0
        drift = {"none": 0.0, "round": way * eps, "to four points": eps * np.sin(4 * a + phase)}[flow]
        a = a + drift + left * pushes[t]
    radius = size * (1 + off)
    state = np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=-1)
    return recorded(
        state @ seen.T,
        noise,
        stream(seed, f"noise on draw {draw} of a slow ring{kind}" if draw else f"noise on a slow ring{kind}"),
    )
