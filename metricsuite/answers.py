"""What a metric returned, made plain: one float for a pair, or one for each pair of a batch."""

from __future__ import annotations

from typing import Any

import numpy as np

from metricsuite.errors import MetricError


def as_float(value: Any) -> float:
    """One real number, whatever it came in: python, a numpy scalar, a 0-d array or tensor.

    Raises
    ------
    MetricError
        Text, booleans, complex numbers, arrays and anything else.
    """
    found = _number(value)
    if found is None:
        raise MetricError(f"returned {_described(value)}; needed one float")
    return found


def as_floats(values: Any, count: int) -> list[float]:
    """So many real numbers: a list, a 1-D array or tensor, each entry what `as_float` takes.

    Raises
    ------
    MetricError
        Another shape, another number of them, or an entry that is no real number.
    """
    length = (len(values),) if isinstance(values, list | tuple) else tuple(getattr(values, "shape", ()))
    needed = f"needed {count} floats, one for each pair"
    if length != (count,):
        what = f"a {type(values).__name__} of {len(values)}" if isinstance(values, list | tuple) else _described(values)
        raise MetricError(f"returned {what}; {needed}")
    found = []
    for entry, value in enumerate(values):
        number = _number(value)
        if number is None:
            raise MetricError(f"returned {_described(value)} at entry {entry}; {needed}")
        found.append(number)
    return found


def _number(value: Any) -> float | None:
    """None for what is no real number, or an integer beyond every float."""
    if isinstance(value, float | int | np.floating | np.integer) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return None
    shape = getattr(value, "shape", None)
    if shape is not None and tuple(shape) == () and hasattr(value, "item"):
        item = value.item()
        if isinstance(item, float | int) and not isinstance(item, bool):
            return float(item)
    return None


def _described(value: Any) -> str:
    shape = getattr(value, "shape", None)
    if shape is not None and tuple(shape) != ():
        return f"an array of shape {tuple(shape)}"
    if isinstance(value, int) and value.bit_length() > 64:
        return f"an integer of {value.bit_length()} bits"
    return f"{value!r:.60} ({type(value).__name__})"
