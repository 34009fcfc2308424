"""Operators of one spectrum: normal ones, and non-normal ones whose eigenvectors lean on each other.

What is made to differ is non-normality alone. Noisy motion has the identity for its stationary covariance in either kind, so the
autocovariance at lag k is A^k, whose trace is a function of the spectrum: norm, speed, dimension and autocorrelation time are the same
in law. Motion without noise cannot be matched like that; there the non-normal system is an invertible linear image of the normal one.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError

MODULUS, FREQUENCIES = 0.8, (0.15, 0.4, 0.9)  # of every eigenvalue; radians a step
LARGEST = 0.98  # singular value of the non-normal operator; 1 is where covariance 1 ends


def noisy_operators(
    seeds: Sequence[int],
    non_normal: bool = False,
    *,
    trials: int = 40,
    steps: int = 200,
    units: int = 24,
) -> list[Trajectories]:
    """z[t + 1] = A z[t] + (1 - A A')^.5 e[t], stationary with covariance 1; A 6 x 6, of eigenvalues .8 exp(+-i w).

    Parameters
    ----------
    seeds : sequence of int
        A's frame and its shear, the noise and the readout come from (seed, kind).
    non_normal : bool
        Couple the three planes one way, as strongly as keeps A's largest singular value at .98 (normal: .8).
    trials, steps, units : int
        6 units or more.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        Sizes that are too small.
    """
    _check("noisy_operators", trials, steps, units)
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(b"non-normal operator" if non_normal else b"normal operator")])
        a = _block_diagonal(MODULUS)
        if non_normal:
            coupling = np.triu(rng.normal(size=(6, 6)), 1) * np.kron(1 - np.eye(3), np.ones((2, 2)))
            low, high = 0.0, 10.0
            for _ in range(60):
                middle = (low + high) / 2
                low, high = (middle, high) if np.linalg.norm(a + middle * coupling, 2) < LARGEST else (low, middle)
            a = a + low * coupling
        push = np.linalg.cholesky(np.eye(6) - a @ a.T)
        readout = np.linalg.qr(rng.normal(size=(units, 6)))[0]
        z = np.empty((trials, steps, 6))
        z[:, 0] = rng.normal(size=(trials, 6))
        for t in range(1, steps):
            z[:, t] = z[:, t - 1] @ a.T + rng.normal(size=(trials, 6)) @ push.T
        out.append(Trajectories(z @ readout.T))
    return out


def clean_operators(
    seeds: Sequence[int], shear: float = 0.0, *, trials: int = 40, steps: int = 120, units: int = 24
) -> list[Trajectories]:
    """z[t + 1] = A z[t] without noise; x = z M: sheared, the same motion of an operator M^-1 A M of the same spectrum.

    Parameters
    ----------
    seeds : sequence of int
        Frequencies (up to a quarter apart), starts, readout and shear come from (seed, "clean operator"), at every `shear` the same.
    shear : float
        Size of what lies above the diagonal of M, 0 or more; at 0 M is the identity and the operator normal.
    trials, steps, units : int
        6 units or more.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units)

    Raises
    ------
    CaseError
        Sizes that are too small, a negative shear.
    """
    _check("clean_operators", trials, steps, units)
    if not shear >= 0:
        raise CaseError(f"clean_operators(shear={shear}); needed 0 or more.")
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, zlib.crc32(b"clean operator")])
        a = _block_diagonal(0.99, np.exp(rng.uniform(-0.25, 0.25, 3)))
        readout = np.linalg.qr(rng.normal(size=(units, 6)))[0]
        mapped = np.eye(6) + shear * np.triu(rng.normal(size=(6, 6)), 1)
        z = np.empty((trials, steps, 6))
        z[:, 0] = rng.normal(size=(trials, 6))
        for t in range(1, steps):
            z[:, t] = z[:, t - 1] @ a.T
        out.append(Trajectories(z @ mapped @ readout.T))
    return out


def _block_diagonal(modulus: float, factors: np.ndarray | None = None) -> np.ndarray:
    a = np.zeros((6, 6))
    for k, w in enumerate(FREQUENCIES * (np.ones(3) if factors is None else factors)):
        a[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = modulus * np.array([[np.cos(w), -np.sin(w)], [np.sin(w), np.cos(w)]])
    return a


def _check(name: str, trials: int, steps: int, units: int) -> None:
    if min(trials, steps) < 2 or units < 6:
        raise CaseError(
            f"{name}(trials={trials}, steps={steps}, units={units}); needed sizes of 2, and 6 units, or more."
        )
