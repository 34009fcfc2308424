"""Controls: one number a system. What the difference of one number can do proves nothing about a metric.

Each takes trajectories ``(trials, time, units)`` and gives a float; computed for every Contrast and shown beside the metric.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.arrays import Array
from metricsuite.designs import Design


def norm(x: Array) -> float:
    """Root mean square over all samples and units, in the units of the data."""
    return float(np.sqrt(np.mean(np.square(x, dtype=np.float64))))


def relative_speed(x: Array) -> float:
    """Root mean square step, over the root mean square distance from the mean state; per time step."""
    x = x.astype(np.float64)
    spread = np.sqrt(np.square(x - x.mean(axis=(0, 1))).sum(-1).mean())
    step = np.sqrt(np.square(np.diff(x, axis=1)).sum(-1).mean()) if x.shape[1] > 1 else 0.0
    return float(step / spread)


def participation_ratio(x: Array) -> float:
    """(sum l)^2 / sum l^2 over the eigenvalues l of the covariance: the number of dimensions in use, 1 to units (Gao et al. 2017)."""
    flat = x.reshape(-1, x.shape[-1]).astype(np.float64)
    flat = flat - flat.mean(0)
    gram = flat.T @ flat if flat.shape[1] <= flat.shape[0] else flat @ flat.T
    return float(np.trace(gram) ** 2 / np.square(gram).sum())


def autocorrelation_time(x: Array) -> float:
    """Time steps until the autocorrelation, over all units and trials, falls below 1/e (interpolated; the length if it never does)."""
    centred = x.astype(np.float64) - x.astype(np.float64).mean(axis=(0, 1))
    n = x.shape[1]
    power = np.abs(np.fft.rfft(centred, 2 * n, axis=1)) ** 2
    raw = np.fft.irfft(power.sum(axis=(0, 2)), 2 * n)[:n] / (n - np.arange(n))
    r = raw / raw[0]
    below = np.flatnonzero(r < 1 / np.e)
    if not below.size:
        return float(n)
    k = int(below[0])
    return float(k - 1 + (r[k - 1] - 1 / np.e) / (r[k - 1] - r[k]))


CONTROLS: dict[str, Callable[[Array], float]] = {
    "norm": norm,
    "relative speed": relative_speed,
    "participation ratio": participation_ratio,
    "autocorrelation time": autocorrelation_time,
}


def control_values(design: Design) -> dict[str, npt.NDArray[np.float64]]:
    """Every control of every system of a design, computed once for all metrics."""
    memo: dict[str, Any] = design.__dict__
    if "_controls" not in memo:
        memo["_controls"] = {
            name: np.array([control(s.array) for s in design.systems]) for name, control in CONTROLS.items()
        }
    found: dict[str, npt.NDArray[np.float64]] = memo["_controls"]
    return found
