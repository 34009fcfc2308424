"""Lorenz systems exactly as Guilhot et al. 2024 made them, flaws included: for the replication, and for no case.

Euler steps from starts of each system's own, no transient dropped, and every trial squeezed into [0, 1] by itself. What the suite
makes of the same equations is `metricsuite.systems.lorenz`.
"""

from __future__ import annotations

import numpy as np

from metricsuite.errors import CaseError
from metricsuite.systems.streams import Array, stream

FAMILIES = {"origin": (0.25, 0.5, 0.75), "foci": (5.0, 10.0, 15.0), "chaos": (30.0, 40.0, 50.0)}
PATTERNS = (0.5, 5.0, 10.0, 15.0, 30.0, 40.0, 50.0)  # what was disturbed by noise, and mixed with one another
SIGMA, B, DT = 10.0, 2.667, 0.01


def published_lorenz(seed: int, r: float, trials: int = 200, steps: int = 200) -> Array:
    """x' = 10 (y - x), y' = r x - y - x z, z' = x y - 2.667 z, in Euler steps of .01, each trial scaled into [0, 1].

    Parameters
    ----------
    seed : int
        Starts, uniform in [0, 1)^3, come from (seed, r): systems of different r share none, so their trials do not correspond.
    r : float
    trials, steps : int

    Returns
    -------
    float array (trials, steps, 3)
        Of each trial (x - min) / (max - min + 1e-6), min and max over its time and coordinates together.

    References
    ----------
    Guilhot et al. 2024 (arXiv:2410.24070), public code, ``lorenz_class.py``.
    """
    if min(trials, steps) < 2 or not 0 < r < np.inf:
        raise CaseError(
            f"published_lorenz: {trials} trials of {steps} steps, r={r}; needed 2 of 2 or more, r positive."
        )
    x = np.empty((trials, steps, 3))
    x[:, 0] = stream(seed, f"published lorenz, r = {r:g}").random((trials, 3))
    for t in range(1, steps):
        a, b, c = x[:, t - 1].T
        x[:, t] = x[:, t - 1] + DT * np.stack([SIGMA * (b - a), r * a - b - a * c, a * b - B * c], axis=1)
    low, high = x.min(axis=(1, 2), keepdims=True), x.max(axis=(1, 2), keepdims=True)
    return np.asarray((x - low) / (high - low + 1e-6))


def perturbed(x: Array, level: float, rng: np.random.Generator) -> Array:
    """sqrt(1 - level^2) x + level e, e standard normal for each trial, step and coordinate; any shape, and the same back."""
    if not 0 <= level <= 1:
        raise CaseError(f"perturbed: level={level}; needed a number from 0 to 1.")
    return np.asarray(np.sqrt(1 - level**2) * x + level * rng.standard_normal(x.shape))


def mixed_in(x: Array, second: Array, share: float) -> Array:
    """x(t) + share (second(t) - second(0)), trial by trial; arrays (trials, steps, units) of one shape."""
    if x.shape != second.shape or not 0 <= share < np.inf:
        raise CaseError(
            f"mixed_in: patterns of shapes {x.shape} and {second.shape}, share={share}; needed one shape, 0 or more."
        )
    return np.asarray(x + share * (second - second[:, :1]))
