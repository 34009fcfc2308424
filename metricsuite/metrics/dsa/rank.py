"""How many singular values of the Hankel matrix to keep: so many, so much of the sum of squares, or what noise is not.

    rank=10                         ten
    rank=0.95                       the fewest that hold 95 % of the sum of squares
    rank="optimal-hard-threshold"   those above omega(beta) times the median (Gavish & Donoho 2014)

What is chosen here is asked for; the data may determine less, see `determined_rank`.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.integrate import quad
from scipy.optimize import brentq

from metricsuite.errors import InputError

OPTIMAL = "optimal-hard-threshold"
Rank = int | float | str

Array = npt.NDArray[np.float64]

TIE = 1e-9  # a fraction that falls between two equal directions is met by both ways of rounding


def check_rank(rank: Any) -> None:
    """Refuse what is no rank.

    Raises
    ------
    InputError
        Not a whole number from 1 on, nor a fraction in (0, 1), nor "optimal-hard-threshold".
    """
    if isinstance(rank, bool | np.bool_ | int | np.integer):
        if isinstance(rank, bool | np.bool_) or rank < 1:
            raise InputError(f"dsa: rank={rank!r}; needed a whole number, 1 or more.")
    elif not (rank == OPTIMAL if isinstance(rank, str) else isinstance(rank, float | np.floating) and 0 < rank < 1):
        raise InputError(
            f"dsa: rank={rank!r}; needed a whole number, 1 or more, a fraction of the sum of squares between 0 and 1, "
            f"or {OPTIMAL!r}."
        )


def chosen_rank(rank: Rank, singular_values: Array, rows: int, columns: int) -> int:
    """The number of singular values to keep.

    Parameters
    ----------
    rank : int, float or str
        int: itself, at most the number of singular values. float in (0, 1), as scikit-learn's
        ``PCA(n_components=0.95)``: the smallest k with s_1^2 + ... + s_k^2 >= rank * sum s^2 (of the matrix as it is:
        a variance only where that is centred). "optimal-hard-threshold": the number above
        ``optimal_threshold(beta) * median(s)``.
    singular_values : ndarray, shape (min(rows, columns),), largest first
    rows, columns : int
        Of the matrix.

    Returns
    -------
    int, 1 to min(rows, columns)

    Raises
    ------
    InputError
        As `check_rank`; no singular value above the threshold.

    Notes
    -----
    The threshold is optimal for a low-rank matrix in white noise. A Hankel matrix holds each moment up to n_delays
    times, so its noise is not white: it repeats along the diagonals, its singular values spread wider than
    Marchenko & Pastur's, and a few of pure noise may pass. Take the number as a rule that needs no tuning, not as a test.
    """
    check_rank(rank)
    if isinstance(rank, str):
        median = float(np.median(singular_values))
        threshold = optimal_threshold(min(rows, columns) / max(rows, columns)) * median
        kept = int(np.count_nonzero(singular_values > threshold))
        if kept == 0:
            raise InputError(
                f"dsa: no singular value of the Hankel matrix, {singular_values[0]:.6g} the largest, lies above the "
                f"threshold for noise, {threshold:.6g}. Give rank as a number, or average more."
            )
        return kept
    if rank < 1:
        squares = np.cumsum(singular_values**2)
        return int(np.searchsorted(squares, (rank - TIE) * squares[-1])) + 1
    return min(int(rank), len(singular_values))


@lru_cache
def optimal_threshold(beta: float) -> float:
    """Where to cut singular values under white noise of unknown level, in units of their median: omega(beta).

        omega(beta) = lambda(beta) / sqrt(mu(beta))
        lambda(beta) = sqrt(2 (beta + 1) + 8 beta / (beta + 1 + sqrt(beta^2 + 14 beta + 1)))
        mu(beta) = the median of the Marchenko-Pastur law

    Parameters
    ----------
    beta : float, 0 < beta <= 1
        The shorter side of the matrix over the longer.

    Returns
    -------
    float
        2.858 for a square matrix; towards sqrt(2) for a very long one.

    Raises
    ------
    InputError
        beta outside (0, 1].

    Cost
    ----
    A few ms, once for each beta.

    Source
    ------
    Gavish & Donoho 2014, "The optimal hard threshold for singular values is 4/sqrt(3)", eqs. 11 and 5; table IV.
    """
    if not 0 < beta <= 1:
        raise InputError(f"dsa: beta={beta!r}; needed the shorter side over the longer, above 0 and at most 1.")
    root = math.sqrt(beta**2 + 14 * beta + 1)
    cut = math.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + root))
    return cut / math.sqrt(_marchenko_pastur_median(beta))


def _marchenko_pastur_median(beta: float) -> float:
    """The median of the density sqrt((b - t)(t - a)) / (2 pi beta t) on a, b = (1 -+ sqrt(beta))^2.

    With t = 1 + beta - 2 sqrt(beta) cos(angle) the density is smooth, also where beta is small or 1.
    """
    side = math.sqrt(beta)

    def value(angle: float) -> float:
        return (1 - side) ** 2 + 4 * side * math.sin(angle / 2) ** 2  # 1 + beta - 2 side cos(angle), digits kept

    def density(angle: float) -> float:
        at = value(angle)
        return 2 / math.pi * (math.cos(angle / 2) ** 2 if beta == 1 else math.sin(angle) ** 2 / at)

    def excess(angle: float) -> float:
        return quad(density, 0, angle, epsabs=1e-13, epsrel=1e-13)[0] - 0.5

    return value(brentq(excess, 0, math.pi, xtol=1e-13))


def determined_rank(singular_values: Array, rank: int, determined: float) -> int:
    """The largest r <= rank whose subspace is determined: s_r - s_(r + 1) > `determined` * s_1.

    Raises
    ------
    InputError
        There is none: rank cuts equal singular values with no larger one above.
    """
    s = singular_values
    gaps = s - np.append(s[1:], 0.0)
    fitting = np.flatnonzero(gaps[:rank] > determined * s[0])
    if not len(fitting):
        raise InputError(
            f"dsa: rank {rank} cuts through directions of equal size, singular values {s[0]:.6g} "
            f"to {s[min(rank, len(s) - 1)]:.6g}, so no subspace of that rank is determined. "
            "Raise rank to keep them together."
        )
    return int(fitting[-1]) + 1
