"""Growth exponents: how a time grows with one size while the others are held.

    log t = a + e log size        least squares; e is 1 where twice the size takes twice as long

An exponent belongs to the sizes it was measured at: where a constant part or a lower order weighs, it lies below the order of growth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import scipy.special

from metricsuite.speed.timings import SIZES, Timing

FEWEST = 3  # sizes: two give a slope without an interval


@dataclass(frozen=True)
class Growth:
    """An exponent with its 95 % interval, and the sizes that it was fitted to."""

    exponent: float
    low: float
    high: float
    sizes: tuple[int, ...]


def exponent_of(sizes: Sequence[float], seconds: Sequence[float]) -> Growth:
    """Least squares in logarithms, with Student's interval.

    Parameters
    ----------
    sizes, seconds : sequence of float, of one length, 3 or more
        Sizes must not all be the same.

    Returns
    -------
    Growth

    Raises
    ------
    ValueError
        Fewer than three, or one size only.
    """
    if len(sizes) < FEWEST or len(set(sizes)) < 2:
        raise ValueError(
            f"{len(sizes)} timings of {len(set(sizes))} sizes; needed {FEWEST} or more, of different sizes."
        )
    x, y = np.log(np.asarray(sizes, dtype=float)), np.log(np.asarray(seconds, dtype=float))
    x, y = x - x.mean(), y - y.mean()
    exponent = float(x @ y / (x @ x))
    free = len(x) - 2
    error = float(np.sqrt(np.square(y - exponent * x).sum() / free / (x @ x)))
    reach = float(scipy.special.stdtrit(free, 0.975)) * error
    return Growth(exponent, exponent - reach, exponent + reach, tuple(int(s) for s in sizes))


def growths(timings: Iterable[Timing]) -> dict[tuple[str, str], dict[str, Growth]]:
    """For each metric and phase, an exponent in each size that varies in at least three designs while the others are held.

    Where several designs vary a size, the one with most sizes counts.
    """
    out: dict[tuple[str, str], dict[str, Growth]] = {}
    held: dict[tuple[str, str, str, tuple[int, ...]], dict[int, float]] = defaultdict(dict)
    for t in timings:
        out.setdefault((t.metric, t.phase), {})
        for k, size in enumerate(SIZES):
            held[t.metric, t.phase, size, t.sizes[:k] + t.sizes[k + 1 :]][t.sizes[k]] = t.seconds
    for (metric, phase, size, _), times in sorted(held.items(), key=lambda item: len(item[1])):
        if len(times) >= FEWEST:
            out[metric, phase][size] = exponent_of(sorted(times), [times[s] for s in sorted(times)])
    return out
