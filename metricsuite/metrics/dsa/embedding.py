"""Delay embedding: the recent past of every unit, side by side, as one row for each moment.

    row t of a trial = [x(t), x(t - interval), ..., x(t - (n_delays - 1) interval)]

Rows never reach across the end of a trial. All rows together are the Hankel matrix H, n_delays times the data;
`embedding_blocks` makes it a piece at a time, and `embedding_gram` gives H'H without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from metricsuite.errors import InputError

Array = npt.NDArray[np.float64]

BLOCK = 2**17  # numbers in one block of the embedding: 1 MB, so that what is done with it happens in the cache


def delay_embedding(x: npt.NDArray[Any], n_delays: int, delay_interval: int = 1, min_rows: int = 2) -> Array:
    """Stack `n_delays` copies of each trial, each `delay_interval` steps older than the one before.

    Parameters
    ----------
    x : ndarray, shape (trials, time, units)
    n_delays : int, 1 or more
        1 leaves the data as they are.
    delay_interval : int, 1 or more
        In time points.
    min_rows : int
        Rows that each trial must leave; 2 make one step.

    Returns
    -------
    ndarray, shape (trials, time - (n_delays - 1) * delay_interval, n_delays * units), float64, in the units of x
        The newest block first.

    Raises
    ------
    InputError
        Trials too short.

    Cost
    ----
    O(trials * time * units * n_delays), memory too.

    Source
    ------
    Takens 1981; as in Ostrow et al. 2023 and Brunton et al. 2017 (HAVOK).
    """
    trials, time, units = x.shape
    rows = embedded_rows(time, n_delays, delay_interval, min_rows)
    oldest = time - rows
    out = np.empty((trials, rows, n_delays, units))
    for delay in range(n_delays):
        start = oldest - delay * delay_interval
        out[:, :, delay] = x[:, start : start + rows]
    return out.reshape(trials, rows, n_delays * units)


def embedded_rows(time: int, n_delays: int, delay_interval: int = 1, min_rows: int = 2) -> int:
    """How many rows of the embedding a trial of `time` points leaves: time - (n_delays - 1) * delay_interval.

    Raises
    ------
    InputError
        Fewer than `min_rows`.
    """
    rows = time - (n_delays - 1) * delay_interval
    if rows < min_rows:
        raise InputError(
            f"dsa: {_counted(time, 'time point')} leave {_counted(max(rows, 0), 'row')} "
            f"after {_counted(n_delays, 'delay')} of {delay_interval}; need at least {min_rows}. "
            "Shorten n_delays or pass longer trajectories."
        )
    return rows


def embedding_blocks(x: Array, n_delays: int, delay_interval: int = 1, shared: int = 0) -> Iterator[Array]:
    """The embedding in pieces of about `BLOCK` numbers, **the oldest delay first**: a row is then one stretch of memory.

    Parameters
    ----------
    x : ndarray, shape (trials, time, units), float64
    n_delays, delay_interval : int
        As in `delay_embedding`.
    shared : int, 0 or 1
        Rows that successive pieces of a trial have in common; with 1 every pair of successive rows is whole in one piece.

    Yields
    ------
    ndarray, shape (some trials, some rows, n_delays * units), float64, in the units of x
        All rows of some trials, or, where those are too long, some rows of one trial.

    Cost
    ----
    O(trials * time * units * n_delays) time; memory that of one piece.
    """
    trials, time, units = x.shape
    rows = embedded_rows(time, n_delays, delay_interval, 1 + shared)
    oldest, columns = time - rows, n_delays * units
    step = min(max(BLOCK // columns, 1), rows)
    together = max(BLOCK // (columns * rows), 1)
    for trial in range(0, trials, together):
        for start in range(0, rows - shared, step):
            stop = min(start + step + shared, rows)
            piece = x[trial : trial + together, start : stop + oldest]
            windows = sliding_window_view(piece, oldest + 1, axis=1)[..., ::delay_interval]
            yield windows.swapaxes(2, 3).reshape(len(piece), stop - start, columns)


def embedding_gram(x: Array, n_delays: int, delay_interval: int = 1) -> Array:
    """H'H of the Hankel matrix H from lagged covariances, without H.

        G[i, j] = sum over t in 0 .. rows - 1 of x(t + i interval) x(t + j interval)'     blocks (units, units)
        G[i + 1, j + 1] - G[i, j] = (interval moments at the end of each trial) - (interval moments at its start)

    so only the first row of blocks needs all the data. Rounding is as in a product of matrices, about 1e-15 of the
    largest eigenvalue; what that leaves of the small ones is for the caller to judge.

    Parameters
    ----------
    x : ndarray, shape (trials, time, units), float64
    n_delays, delay_interval : int
        As in `delay_embedding`.

    Returns
    -------
    ndarray, shape (n_delays * units, n_delays * units), float64, in squared units of x
        Symmetric; rows and columns as in `embedding_blocks`, the oldest delay first.

    Raises
    ------
    InputError
        Trials too short.

    Cost
    ----
    O(trials * time * units^2 * n_delays), a factor n_delays less than from H; memory O((n_delays * units)^2).
    """
    trials, time, units = x.shape
    rows = embedded_rows(time, n_delays, delay_interval, 1)
    columns = n_delays * units
    gram = np.zeros((columns, columns))
    if n_delays == 1 or 2 * delay_interval >= rows:  # the two ends together are as long as H itself
        _add_moments(gram, x, n_delays, delay_interval)
        return gram
    changes = gram[units:, units:]
    _add_moments(changes, x[:, rows:], n_delays - 1, delay_interval)
    _add_moments(changes, x[:, : time - rows], n_delays - 1, delay_interval, sign=-1.0)
    by_block = gram.reshape(n_delays, units, n_delays, units)
    together = max(BLOCK // (time * units), 1)
    for trial in range(0, trials, together):
        # Time first: a stretch of time of all these trials is then one matrix, not a copy.
        by_time = np.ascontiguousarray(x[trial : trial + together].swapaxes(0, 1))
        first = by_time[:rows].reshape(-1, units).T
        for lag in range(n_delays):
            start = lag * delay_interval
            by_block[0, :, lag] += first @ by_time[start : start + rows].reshape(-1, units)
    for i in range(n_delays - 1):
        by_block[i + 1, :, i + 1 :] += by_block[i, :, i:-1]
    for i in range(n_delays):
        by_block[i + 1 :, :, i] = by_block[i, :, i + 1 :].transpose(1, 2, 0)
    return gram


def _add_moments(total: Array, x: Array, n_delays: int, delay_interval: int, sign: float = 1.0) -> None:
    """Add H'H of a short piece, from H itself in blocks."""
    for block in embedding_blocks(x, n_delays, delay_interval):
        flat = block.reshape(-1, len(total))
        total += (sign * flat).T @ flat


def leading_components(x: npt.NDArray[Any], n_components: int) -> Array:
    """Project units on the `n_components` directions of largest mean square (of variance, if x is centred).

    Parameters
    ----------
    x : ndarray, shape (trials, time, units)
    n_components : int, 1 or more
        With as many units or fewer, all directions stay and x is only rotated.

    Returns
    -------
    ndarray, shape (trials, time, min(n_components, units)), float64, in the units of x

    Cost
    ----
    O(trials * time * units^2).
    """
    trials, time, units = x.shape
    flat = x.reshape(-1, units).astype(np.float64)
    triangle = np.linalg.qr(flat, mode="r") if len(flat) > units else flat
    axes = np.linalg.svd(triangle, full_matrices=False)[2][:n_components]
    return np.asarray((flat @ axes.T).reshape(trials, time, -1))


def _counted(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
