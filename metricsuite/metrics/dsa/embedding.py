"""Delay embedding: the recent past of every unit, side by side, as one row for each moment.

    row t of a trial = [x(t), x(t - interval), ..., x(t - (n_delays - 1) interval)]

Rows never reach across the end of a trial.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.errors import InputError

Array = npt.NDArray[np.float64]


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
    oldest = (n_delays - 1) * delay_interval
    rows = time - oldest
    if rows < min_rows:
        raise InputError(
            f"dsa: {_counted(time, 'time point')} leave {_counted(max(rows, 0), 'row')} "
            f"after {_counted(n_delays, 'delay')} of {delay_interval}; need at least {min_rows}. "
            "Shorten n_delays or pass longer trajectories."
        )
    out = np.empty((trials, rows, n_delays, units))
    for delay in range(n_delays):
        start = oldest - delay * delay_interval
        out[:, :, delay] = x[:, start : start + rows]
    return out.reshape(trials, rows, n_delays * units)


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
