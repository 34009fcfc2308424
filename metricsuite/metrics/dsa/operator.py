"""The linear operator that best carries a delay embedding one step on: dynamic mode decomposition at a fixed rank.

    H = U S V'        H (rows, columns): all trials' embeddings, one below the other
    A = argmin sum_t ||u(t + 1) - A u(t)||^2 + ridge ||A||^2        u(t): row t of the leading r columns of U

Coordinates are whitened: U has orthonormal columns, so the scale of the data, and any rotation of its units, is gone
before the regression. (The reference implementation transposes H and calls the same coordinates V.) Pairs (t, t + 1)
never cross trials.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.errors import InputError

Array = npt.NDArray[np.float64]

# Of the largest singular value: across a smaller gap rounding begins to pick the subspace, by 1e-16 / 1e-9 and more.
DETERMINED = 1e-9


def fit_operator(embedded: npt.NDArray[Any], rank: int, ridge: float = 0.0, determined: float = DETERMINED) -> Array:
    """Fit the one-step operator in the leading `rank` whitened coordinates of an embedding.

    Parameters
    ----------
    embedded : ndarray, shape (trials, rows, columns)
        As `delay_embedding` returns it. Only its shape matters, not its scale.
    rank : int, 1 or more
        The rank asked for. What the data cannot determine is truncated: the operator has the largest size r <= rank
        whose subspace is determined, that is s_r - s_(r + 1) > `determined` * s_1. Singular values at rounding level,
        and pairs of equal ones that `rank` would cut in two, are left out; read r from the shape.
    ridge : float, 0 or more
        In units of the whitened coordinates, whose squares sum to 1: 0.01 is a hundredth of the data's second moment.
    determined : float

    Returns
    -------
    ndarray, shape (r, r), float64, no unit
        Its eigenvalues are multipliers of one time step.

    Raises
    ------
    InputError
        An embedding without any motion to fit, fewer pairs of successive rows than r, or a rank that cuts equal
        singular values with no larger one above.

    Cost
    ----
    O(rows * columns * min(rows, columns)) for all rows together: 0.6 s for 12,000 x 640 on one core.

    Source
    ------
    Ostrow et al. 2023; Brunton et al. 2017 (HAVOK).
    """
    trials, rows, _ = embedded.shape
    coordinates = whitened_coordinates(embedded.reshape(trials * rows, -1), rank, determined)
    r = coordinates.shape[1]
    pairs = trials * (rows - 1)
    if pairs < r:
        raise InputError(
            f"dsa: {pairs} pairs of successive rows, {trials} trials of {rows}, "
            f"cannot determine an operator of rank {r}; need at least {r}. Lower rank or pass more data."
        )
    by_trial = coordinates.reshape(trials, rows, r)
    now, after = by_trial[:, :-1].reshape(pairs, r), by_trial[:, 1:].reshape(pairs, r)
    if ridge:
        now = np.concatenate([now, np.sqrt(ridge) * np.eye(r)])
        after = np.concatenate([after, np.zeros((r, r))])
    operator = np.ascontiguousarray(np.linalg.lstsq(now, after, rcond=determined)[0].T)
    if not np.abs(operator).max() > determined:
        raise InputError(
            f"dsa: the operator is zero: nothing of a row is left one step later, {trials} trials of {rows} rows. "
            "Check that time is the second axis, (trials, time, units), or pass longer trials."
        )
    return operator


def whitened_coordinates(stacked: npt.NDArray[Any], rank: int, determined: float = DETERMINED) -> Array:
    """The leading left singular vectors of a matrix (rows, columns): shape (rows, r), r as `fit_operator` says."""
    largest = np.abs(stacked).max()
    if largest == 0:
        raise InputError(
            "dsa: the trajectories are zero everywhere, perhaps after centring; needed some motion. "
            "Check the recording."
        )
    scaled = stacked.astype(np.float64) / largest
    tall = scaled.shape[0] > scaled.shape[1]
    square = np.linalg.qr(scaled, mode="r") if tall else scaled
    u, s, vt = np.linalg.svd(square, full_matrices=False)
    gaps = s - np.append(s[1:], 0.0)
    fitting = np.flatnonzero(gaps[:rank] > determined * s[0])
    if not len(fitting):
        raise InputError(
            f"dsa: rank {rank} cuts through directions of equal size, singular values {s[0]:.6g} "
            f"to {s[min(rank, len(s) - 1)]:.6g}, so no subspace of that rank is determined. "
            "Raise rank to keep them together."
        )
    r = int(fitting[-1]) + 1
    return np.asarray(scaled @ (vt[:r].T / s[:r]) if tall else u[:, :r])
