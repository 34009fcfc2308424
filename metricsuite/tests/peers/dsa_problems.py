"""What the two packages are given: operators of simulated systems, planted conjugacies, and recordings to fit.

The seeds are used here only; nothing in `metricsuite.metrics.dsa` was chosen on them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg import block_diag
from scipy.stats import ortho_group

from metricsuite.metrics.dsa.dsa import DelayOperator
from metricsuite.systems import cut_rings, lines, oscillators, random_networks, rings

Array = npt.NDArray[np.float64]

FIRST_SEED = 4000
KINDS: tuple[Callable[[list[int]], list[Any]], ...] = (rings, lines, cut_rings, random_networks, oscillators)
NOISE = 0.02  # of the standard deviation: enough that the data determine every rank
N_DELAYS = 20


def noisy(x: Any, rng: np.random.Generator) -> Array:
    """What was recorded of a system: its trajectories and a little noise."""
    clean = np.asarray(getattr(x, "array", x))
    return np.asarray(clean + NOISE * clean.std() * rng.standard_normal(clean.shape))


def real_operators(n: int, systems: int) -> list[Array]:
    """Operators (n, n) of rings, lines, cut rings, random networks and oscillators, in turn."""
    fit = DelayOperator(n_delays=N_DELAYS, delay_interval=1, rank=n, n_components=10)
    operators = []
    for k in range(systems):
        seed = FIRST_SEED + k // len(KINDS)
        (system,) = KINDS[k % len(KINDS)]([seed])
        operators.append(fit.operator(noisy(system, np.random.default_rng([seed, k]))))
        if operators[-1].shape != (n, n):
            raise ValueError(f"system {k} determines rank {len(operators[-1])}, not {n}; it needs more noise")
    return operators


def all_pairs(count: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(count) for j in range(i + 1, count)]


class Planted(NamedTuple):
    """B = Q A Q' for a uniform Q in O(n), and what A is."""

    kind: str
    a: Array
    b: Array


def degenerate(kind: str, n: int, rng: np.random.Generator) -> Array:
    """Operators whose eigenvectors do not tell the rotation: eigenvalues repeat, or vectors are missing. n is even."""
    if kind == "cyclic":
        return np.roll(np.eye(n), 1, axis=0)
    if kind == "repeated rotations":
        angles = rng.choice(rng.uniform(0.1, 3, 2), n // 2)
        return block_diag(*(np.array([[np.cos(t), -np.sin(t)], [np.sin(t), np.cos(t)]]) for t in angles))
    if kind == "symmetric, repeated eigenvalues":
        return np.diag(rng.choice([-0.5, 0.2, 0.9], n))
    if kind == "Jordan block":
        return float(rng.choice([0.0, 0.5, 0.9])) * np.eye(n) + np.eye(n, k=1)
    if kind == "rank one":
        return np.outer(*rng.standard_normal((2, n)))
    raise ValueError(kind)


DEGENERATE = ("cyclic", "repeated rotations", "symmetric, repeated eigenvalues", "Jordan block", "rank one")


def planted(operators: list[Array], count: int) -> list[Planted]:
    """So many conjugacies, in turn of a simulated system's operator and of a degenerate one."""
    n = len(operators[0])
    rng = np.random.default_rng([FIRST_SEED, n])
    found = []
    for k in range(count):
        kind = DEGENERATE[k // 2 % len(DEGENERATE)] if k % 2 else "simulated system"
        a = degenerate(kind, n, rng) if k % 2 else operators[k // 2 % len(operators)]
        q = ortho_group.rvs(n, random_state=rng)
        found.append(Planted(kind, a, q @ a @ q.T))
    return found


class Recording(NamedTuple):
    """Trajectories (trials, time, units) and how their operator is fitted."""

    data: str
    x: Array
    n_delays: int
    rank: int = 20


def smooth(trials: int, time: int, units: int) -> Array:
    """Four slow oscillations through tanh, without noise: singular values fall to rounding."""
    rng = np.random.default_rng(FIRST_SEED)
    phase, readout = rng.uniform(0, 2 * np.pi, (trials, 1, 4)), rng.standard_normal((4, units)) / 3
    frequencies = np.array([0.01, 0.017, 0.023, 0.03])
    return np.asarray(np.tanh(np.cos(np.arange(time)[:, None] * frequencies + phase) @ readout))


def recordings() -> list[Recording]:
    rng = np.random.default_rng(FIRST_SEED)
    (oscillator,) = oscillators([FIRST_SEED], trials=200, steps=200)
    (network,) = random_networks([FIRST_SEED], trials=64, steps=150, units=20)
    return [
        Recording("oscillators, noisy", noisy(oscillator, rng)[:, :, :3], 33),
        Recording("network, noisy", noisy(network, rng), 20),
        Recording("smooth to rounding", smooth(200, 200, 3), 33),
        Recording("smooth to rounding", smooth(64, 150, 20), 20, rank=40),
    ]
