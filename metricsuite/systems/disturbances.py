"""What disturbs a recording without being the system: noise in proportion to the signal, and a second pattern mixed in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metricsuite.errors import CaseError
from metricsuite.systems.streams import Array, stream


def multiplied(systems: Sequence[Array], seeds: Sequence[int], level: float) -> list[Array]:
    """x (1 + level e), white e of its own for each trial, time and unit, from (seed, "multiplicative noise").

    Parameters
    ----------
    systems : sequence of arrays (trials, time, units)
    seeds : sequence of int
        One a system; at another level the same noise in another size.
    level : float
        Standard deviation of the factor; 0 leaves the recording as it is.

    Returns
    -------
    list of float arrays of the same shapes

    Raises
    ------
    CaseError
        A negative or infinite level, or seeds that are not one for each system, or negative.
    """
    if not 0 <= level < np.inf:
        raise CaseError(f"multiplied: level={level}; needed a finite number, not negative.")
    if len(seeds) != len(systems) or min(seeds, default=-1) < 0:
        raise CaseError(f"multiplied: {len(systems)} systems, seeds {list(seeds)}; needed one for each, none negative.")
    streams = [stream(seed, "multiplicative noise") for seed in seeds]
    return [x * (1 + level * rng.standard_normal(x.shape)) for x, rng in zip(systems, streams, strict=True)]


def mixed(systems: Sequence[Array], seconds: Sequence[Array], share: float) -> list[Array]:
    """x + share y (SD of x / SD of y): a second pattern, in the same units, `share` times as large as the first.

    Parameters
    ----------
    systems, seconds : sequences of arrays (trials, time, units)
        As many, of the same shapes. Standard deviations are over trials and time, of all units together.
    share : float
        0 leaves the recording as it is; 1 makes both equally large.

    Returns
    -------
    list of float arrays of the same shapes

    Raises
    ------
    CaseError
        A negative or infinite share, or patterns that do not fit together.

    References
    ----------
    Guilhot et al. 2024, fig. 2 (shares .25, .5 and 1).
    """
    if not 0 <= share < np.inf:
        raise CaseError(f"mixed: share={share}; needed a finite number, not negative.")
    shapes = [x.shape for x in systems], [y.shape for y in seconds]
    if shapes[0] != shapes[1]:
        raise CaseError(f"mixed: patterns of shapes {shapes[0]} and {shapes[1]}; needed the same.")
    return [x + share * y * (_size(x) / _size(y)) for x, y in zip(systems, seconds, strict=True)]


def _size(x: Array) -> float:
    return float(np.sqrt(x.var(axis=(0, 1)).mean()))
