"""Intervals and permutations: what is resampled is the block (seed, network), never the pair."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri, stdtrit

Vector = npt.NDArray[np.float64]
RESAMPLES = 2000
CONFIDENCE = 0.99  # one-sided, on either side
_STREAM = 20241031  # criteria draw from a stream of their own: one matrix, one decision


def quantiles(draws: Vector, level: float = CONFIDENCE) -> tuple[float, float]:
    """The bounds; draws without a value (so few systems that a class met only itself) do not count."""
    low, high = np.nanquantile(draws, [1 - level, level])
    return float(low), float(high)


def mean_bounds(values: Vector) -> tuple[float, float, float]:
    """A mean of one value a block, with its bounds, widened for few blocks."""
    n = len(values)
    rng = np.random.default_rng(_STREAM)
    draws = values[rng.integers(n, size=(RESAMPLES, n))].mean(axis=1)
    return float(values.mean()), *quantiles(draws, expanded(n))


def expanded(n: int) -> float:
    """The level at which to read percentile bounds of a mean over n blocks.

    They are too narrow by sqrt((n - 1) / n) and by the normal's lighter tails: expanded as if the mean were t-distributed
    (Hesterberg 2015, "expanded percentile interval").
    """
    return float(ndtr(_expanded_z(n))) if n > 1 else CONFIDENCE


def _expanded_z(n: int) -> float:
    return float(np.sqrt(n / (n - 1)) * stdtrit(n - 1, CONFIDENCE))


def skewed_mean_bounds(values: Vector) -> tuple[float, float, float]:
    """As `mean_bounds`, for values with a tail on one side, such as correlations near 1: bias-corrected and accelerated, and expanded.

    Where the tail happens to be missing, the mean is too high and the spread too small at once, and plain percentiles pass too often
    (Efron 1987, sec. 3; of correlations whose mean is .5, 2.9 % instead of 1.8 % at 16 blocks of 5 levels).
    """
    n = len(values)
    from_mean = values - values.mean()
    spread = float((from_mean**2).sum())
    if n < 2 or not spread > 0:
        return mean_bounds(values)
    index = np.random.default_rng(_STREAM).integers(n, size=(RESAMPLES, n))
    draws = values[index].mean(axis=1)
    less, equal = (draws < values.mean()).mean(), (draws == values.mean()).mean()
    bias, acceleration = ndtri(less + equal / 2), (from_mean**3).sum() / (6 * spread**1.5)
    z = bias + np.array([-1, 1]) * _expanded_z(n)
    low, high = np.quantile(draws, ndtr(bias + z / (1 - acceleration * z)))
    return float(values.mean()), float(low), float(high)


def ratio_bounds(
    images: Vector, others: Vector, average: Callable[..., Vector] = np.median
) -> tuple[float, float, float]:
    """Median (or another average) image distance over median contrast distance; blocks resampled, in both at once."""
    n, per = len(images), len(others) // len(images)
    rng = np.random.default_rng(_STREAM)
    index = rng.integers(n, size=(RESAMPLES, n))
    grouped = others[: n * per].reshape(n, per) if per else np.broadcast_to(others, (n, len(others)))
    below = average(grouped[index].reshape(RESAMPLES, -1), axis=1)
    draws = average(images[index], axis=1) / np.where(below > 0, below, np.inf)
    return float(average(images) / average(others)), *quantiles(
        draws, expanded(n) if average is np.mean else CONFIDENCE
    )


def way_bounds(near: Vector, there: Vector, far: Vector, most: float = 10.0) -> tuple[float, float, float]:
    """(mean there - mean near) / (mean far - mean near), with its bounds; each a matrix (blocks, blocks) of distances to the same systems.

    Both ends of a pair are resampled, since all blocks are held against the same few systems: resampling rows alone takes those for granted
    and passes falsely in 3.6 % instead of 1 %. The diagonal is not read, so that a block drawn twice makes no pair with itself. At most `most`
    either way, and `most` where far is not beyond near: an upper bound below c says both that (there - near) < c (far - near) and that there
    is a way to go, in as many draws (Fieller 1954, by bootstrap), and no small denominator decides.
    """
    n = len(near)
    drawn = np.random.default_rng(_STREAM).integers(n, size=(RESAMPLES, n))
    counts = np.stack([np.ones(n), *(np.bincount(row, minlength=n) for row in drawn)])  # the first: as it is
    weights = (counts[:, :, None] * counts[:, None, :] * ~np.eye(n, dtype=bool)).reshape(len(counts), -1)
    with np.errstate(invalid="ignore"):  # draws of one block alone have no pair, and no value
        start, here, end = (
            weights @ np.where(np.eye(n, dtype=bool), 0, d).ravel() / weights.sum(1) for d in (near, there, far)
        )
    part = np.divide(here - start, end - start, out=np.full_like(start, most), where=~(end <= start))
    part = np.clip(part, -most, most)
    return float(part[0]), *quantiles(part[1:], expanded(n))


def auc_with_bounds(matrix: Vector, labels: tuple[str, ...]) -> tuple[float, float, float, float]:
    """AUC of between- against within-class distances, its bounds over resampled systems, and the label-permutation p."""
    return cached_auc(np.ascontiguousarray(matrix, np.float64).tobytes(), labels)


@lru_cache(maxsize=512)  # controls are the same for every metric
def cached_auc(data: bytes, labels: tuple[str, ...]) -> tuple[float, float, float, float]:
    """`auc_with_bounds`, of a matrix as bytes."""
    matrix = np.frombuffer(data).reshape(len(labels), len(labels))
    names, classes = np.unique(labels, return_inverse=True)
    n = len(classes)
    i, j = np.triu_indices(n, 1)
    d = matrix[i, j]
    order = np.argsort(d, kind="stable")
    i, j, d = i[order], j[order], d[order]
    first = np.searchsorted(d, d, side="left")  # ties count half
    last = np.searchsorted(d, d, side="right")
    rng = np.random.default_rng(_STREAM)
    members = [np.flatnonzero(classes == c) for c in range(len(names))]
    counts = np.zeros((RESAMPLES, n), np.float32)
    for group in members:
        drawn = rng.integers(len(group), size=(RESAMPLES, len(group)))
        for k in range(len(group)):
            counts[:, group[k]] = (drawn == k).sum(1)
    between = classes[i] != classes[j]
    value = auc(between[None].astype(np.float32), (~between)[None].astype(np.float32), first, last)[0]
    weight = counts[:, i] * counts[:, j]
    low, high = quantiles(auc(weight * between, weight * ~between, first, last))
    shuffled = np.argsort(rng.random((RESAMPLES, n)), axis=1)
    mixed = classes[shuffled]
    apart = mixed[:, i] != mixed[:, j]
    null = auc(apart.astype(np.float32), (~apart).astype(np.float32), first, last)
    return float(value), low, high, float((1 + (null >= value - 1e-9).sum()) / (1 + RESAMPLES))


def auc(
    between: npt.NDArray[np.float32],
    within: npt.NDArray[np.float32],
    first: npt.NDArray[np.intp],
    last: npt.NDArray[np.intp],
) -> Vector:
    """Weighted AUC, row by row, over pairs sorted by distance; `first` and `last` bound the run of ties of each pair."""
    below = np.zeros((len(within), within.shape[1] + 1))
    np.cumsum(within, axis=1, out=below[:, 1:])
    wins = (between * (below[:, first] + below[:, last]) / 2).sum(1)
    pairs = between.sum(1, dtype=float) * below[:, -1]
    out: Vector = np.divide(wins, pairs, out=np.full(len(wins), np.nan), where=pairs > 0)
    return out
