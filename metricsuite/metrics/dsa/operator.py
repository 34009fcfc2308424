"""The linear operator that best carries a delay embedding one step on: dynamic mode decomposition at a fixed rank.

    H = U S V'        H (rows, columns): all trials' embeddings, one below the other
    A = argmin sum_t ||u(t + 1) - A u(t)||^2 + ridge ||A||^2        u(t): row t of the leading r columns of U

Coordinates are whitened: U has orthonormal columns, so the scale of the data, and any rotation of its units, is gone
before the regression. (The reference implementation transposes H and calls the same coordinates V.) Pairs (t, t + 1)
never cross trials.

H is never held. V and S come from H'H, which `embedding_gram` has without H, where its squared spectrum tells the
leading r directions from the rest; from a QR decomposition of H, a block at a time, where it does not. Then U passes
by in blocks and leaves two r x r matrices of moments.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.linalg
from scipy.linalg.lapack import dtpqrt

from metricsuite.errors import InputError
from metricsuite.metrics.dsa.embedding import embedded_rows, embedding_blocks, embedding_gram
from metricsuite.metrics.dsa.rank import OPTIMAL, Rank, check_rank, chosen_rank, determined_rank

Array = npt.NDArray[np.float64]

# Of the largest singular value: across a smaller gap rounding begins to pick the subspace, by 1e-16 / 1e-9 and more.
DETERMINED = 1e-9

# Of the largest eigenvalue of H'H, several times what rounding does to it: up to 3e-15 was seen, against long doubles.
ROUNDING = 1e-14

# Bound on the part of U that comes from directions left out. Measured, it was 60 times smaller than the bound and more
# (Lorenz and random networks, with noise and without); claims of invariance are held to 1e-6.
LEAK = 1e-8

# Of the largest eigenvalue of H'H: below, rounding leaves fewer than four digits.
RESOLVED = 1e-10

# Of the moments of U(t), eigenvalues of 1 at most: below, normal equations lose more digits than they save time.
WELL_CONDITIONED = 1e-4


QR_WIDTH = 32  # columns that LAPACK reflects together


class Hankel(NamedTuple):
    """A Hankel matrix by the data it is made of: x (trials, time, units), float64, and how they are embedded."""

    x: Array
    n_delays: int
    delay_interval: int

    @property
    def shape(self) -> tuple[int, int]:
        """Rows of all trials together, and columns."""
        trials, time, units = self.x.shape
        return trials * embedded_rows(time, *self[1:], min_rows=1), self.n_delays * units


def fit_operator(
    x: npt.NDArray[Any],
    rank: Rank,
    ridge: float = 0.0,
    determined: float = DETERMINED,
    n_delays: int = 1,
    delay_interval: int = 1,
) -> Array:
    """Fit the one-step operator in the leading `rank` whitened coordinates of a delay embedding.

    Parameters
    ----------
    x : ndarray, shape (trials, time, units)
        Trajectories (as `as_trajectories` returns them, real and finite); or their embedding, as `delay_embedding`
        returns it, with n_delays=1. Its scale does not matter.
    rank : int, float or str
        The rank asked for: a number from 1 on, a fraction of H's sum of squares, or "optimal-hard-threshold"; see
        `chosen_rank`. What the data cannot determine is truncated: the operator has the largest size r <= rank
        whose subspace is determined, that is s_r - s_(r + 1) > `determined` * s_1. Singular values at rounding level,
        and pairs of equal ones that `rank` would cut in two, are left out; read r from the shape.
    ridge : float, 0 or more
        In units of the whitened coordinates, whose squares sum to 1: 0.01 is a hundredth of the data's second moment.
    determined : float
    n_delays, delay_interval : int
        The embedding; see `delay_embedding`.

    Returns
    -------
    ndarray, shape (r, r), float64, no unit
        Its eigenvalues are multipliers of one time step. The basis is any orthonormal one of the r coordinates.

    Raises
    ------
    InputError
        A rank or ridge out of range, trajectories that are not finite, trials too short, trajectories without any
        motion to fit, fewer pairs of successive rows than r, or a rank that cuts equal singular values with no larger
        one above.

    Cost
    ----
    With m rows and D = n_delays * units columns of H: O(m D (units + r) + D^3), about 20 ms on one core for
    8,000 x 400; O(m D^2), 130 ms, where QR is needed. Memory O(x + D^2).

    Source
    ------
    Ostrow et al. 2023; Brunton et al. 2017 (HAVOK).
    """
    check_rank(rank)
    check_ridge(ridge)
    trials, time, _ = x.shape
    rows = embedded_rows(time, n_delays, delay_interval, min_rows=1)
    hankel = Hankel(_scaled(x), n_delays, delay_interval)
    directions = whitening_directions(hankel, rank, determined)
    r = directions.shape[1]
    pairs = trials * (rows - 1)
    if pairs < r:
        raise InputError(
            f"dsa: {pairs} pairs of successive rows, {trials} trials of {rows}, "
            f"cannot determine an operator of rank {r}; need at least {r}. Lower rank or pass more data."
        )
    operator = _regression(hankel, directions, ridge, determined)
    if not np.abs(operator).max() > determined:
        shrunk = f" Or lower ridge={ridge:g}, which shrinks it." if ridge else ""
        raise InputError(
            f"dsa: the operator is zero: nothing of a row is left one step later, {trials} trials of {rows} rows."
            f"{shrunk} Check that time is the second axis, (trials, time, units), or pass longer trials."
        )
    return operator


def check_ridge(ridge: Any) -> None:
    """Refuse what is no penalty: InputError unless a finite real number, 0 or more."""
    real = isinstance(ridge, int | float | np.integer | np.floating) and not isinstance(ridge, bool)
    if not (real and math.isfinite(ridge) and ridge >= 0):
        raise InputError(f"dsa: ridge={ridge!r}; needed a finite number, 0 or more.")


def whitening_directions(hankel: Hankel, rank: Rank, determined: float = DETERMINED) -> Array:
    """V / S, shape (columns, r), so that H V / S = U, the leading r left singular vectors; r as `fit_operator` says."""
    rows, columns = hankel.shape
    found = directions_by_gram(hankel, rank, determined) if rows > columns else None
    return directions_by_qr(hankel, rank, determined) if found is None else found


def directions_by_gram(hankel: Hankel, rank: Rank, determined: float = DETERMINED) -> Array | None:
    """`whitening_directions` from H'H; None where its rounding may show, by a bound on how much.

    Rounding, a symmetric E with |E| <= rho s_1^2, mixes E_ij / (s_i^2 - s_j^2) of direction j into direction i, and so
    s_j / s_i times that of column j into column i of U. Within the leading r that only turns the basis. From beyond it
    leaks at most

        rho s_1^2 s_(r + 1) / (s_r (s_r^2 - s_(r + 1)^2))
    """
    rows, columns = hankel.shape
    gram = embedding_gram(*hankel)
    if isinstance(rank, int | np.integer):
        r = min(int(rank), columns)
        wanted = (max(columns - r - 1, 0), columns - 1)
        squares, v = scipy.linalg.eigh(gram.T, subset_by_index=wanted, overwrite_a=True, check_finite=False)
        squares, v = squares[::-1], v[:, ::-1]
    else:
        squares, v = (part[..., ::-1] for part in np.linalg.eigh(gram))
        if rank == OPTIMAL and squares[columns // 2] < RESOLVED * squares[0]:
            return None
        r = chosen_rank(rank, np.sqrt(np.maximum(squares, 0.0)), rows, columns)
    rounding = ROUNDING * squares[0]
    if squares[r - 1] < RESOLVED * squares[0]:
        return None
    beyond = squares[r] + rounding if r < columns else 0.0
    s, s_beyond = np.sqrt(squares[:r]), np.sqrt(max(beyond, 0.0))
    gap = s[-1] - s_beyond
    if gap <= determined * s[0] or rounding * s_beyond > LEAK * s[-1] * gap * (s[-1] + s_beyond):
        return None
    return np.asarray(_signed(v[:, :r]) / s)


def directions_by_qr(hankel: Hankel, rank: Rank, determined: float = DETERMINED) -> Array:
    """`whitening_directions` from H itself, as exact as rounding allows: H = Q R a block at a time, R = (.) S V'."""
    rows, columns = hankel.shape
    blocks = (block.reshape(-1, columns) for block in embedding_blocks(*hankel))
    if rows > columns:
        square = np.zeros((columns, columns), order="F")
        for block in blocks:
            square = dtpqrt(0, min(QR_WIDTH, columns), square, block, overwrite_a=True)[0]
    else:
        square = np.concatenate([*blocks])
    _, s, vt = np.linalg.svd(square, full_matrices=False)
    r = determined_rank(s, chosen_rank(rank, s, rows, columns), determined)
    return np.asarray(_signed(vt[:r].T) / s[:r])


def whitened_coordinates(stacked: npt.NDArray[Any], rank: Rank, determined: float = DETERMINED) -> Array:
    """The leading left singular vectors of a matrix (rows, columns): shape (rows, r), r as `fit_operator` says."""
    scaled = _scaled(stacked)
    coordinates: Array = scaled @ directions_by_qr(Hankel(scaled[None], 1, 1), rank, determined)
    return coordinates


def _regression(hankel: Hankel, directions: Array, ridge: float, determined: float) -> Array:
    x, n_delays, delay_interval = hankel
    r = directions.shape[1]
    now_now, now_after = np.zeros((2, r, r))
    for now, after in _steps(hankel, directions):
        now_now += now.T @ now
        now_after += now.T @ after
    oldest = (n_delays - 1) * delay_interval
    ends = np.concatenate([*embedding_blocks(x[:, -oldest - 1 :], n_delays, delay_interval)])[:, 0] @ directions
    # U'U is the identity but for rounding in S and V; its Cholesky factor takes that out of the basis.
    basis = np.linalg.inv(np.linalg.cholesky(now_now + ends.T @ ends)).T
    now_now, now_after = basis.T @ now_now @ basis, basis.T @ now_after @ basis
    sizes = np.linalg.eigvalsh(now_now) + ridge
    if sizes[0] > WELL_CONDITIONED * sizes[-1]:
        return np.ascontiguousarray(np.linalg.solve(now_now + ridge * np.eye(r), now_after).T)
    steps = [*_steps(hankel, directions @ basis)]
    now = np.concatenate([now for now, _ in steps] + [np.sqrt(ridge) * np.eye(r)])
    after = np.concatenate([after for _, after in steps] + [np.zeros((r, r))])
    return np.ascontiguousarray(np.linalg.lstsq(now, after, rcond=determined)[0].T)


def _steps(hankel: Hankel, directions: Array) -> Iterator[tuple[Array, Array]]:
    """The rows of U that have a next one in their trial, and those next ones, a block at a time."""
    columns, r = directions.shape
    for block in embedding_blocks(*hankel, shared=1):
        u = (block.reshape(-1, columns) @ directions).reshape(*block.shape[:2], r)
        yield u[:, :-1].reshape(-1, r), u[:, 1:].reshape(-1, r)


def _signed(v: Array) -> Array:
    """Columns with their largest entry positive: eigenvectors come with either sign, by LAPACK's ways inside."""
    largest = v[np.abs(v).argmax(axis=0), np.arange(v.shape[1])]
    signed: Array = v * np.sign(largest)
    return signed


def _scaled(x: npt.NDArray[Any]) -> Array:
    """In float64, the largest entry 1, so that squares neither overflow nor vanish."""
    largest = max(float(x.max()), -float(x.min()))
    if not math.isfinite(largest):
        raise InputError("dsa: the trajectories are not finite; needed finite numbers. Check the recording.")
    if largest == 0:
        raise InputError(
            "dsa: the trajectories are zero everywhere, perhaps after centring; needed some motion. "
            "Check the recording."
        )
    if largest == 1 and x.dtype == np.float64:
        return x
    return np.asarray(np.divide(x, largest, dtype=np.float64))
