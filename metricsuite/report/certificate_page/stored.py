"""What lies beside a certificate: the distances of each verdict, and the drawing of its systems."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metricsuite.distances import Distances

Arrays = Mapping[str, Any]
_NEEDED = ("distances", "labels", "blocks", "positions", "pairs")


def by_verdict(arrays: Arrays) -> dict[str, dict[str, Any]]:
    """Arrays keyed ``verdict id|name`` as one mapping a verdict."""
    out: dict[str, dict[str, Any]] = {}
    for key in arrays:
        verdict, _, name = key.rpartition("|")
        out.setdefault(verdict, {})[name] = arrays[key]
    return out


def distances_in(own: Mapping[str, Any], metric: str, self_value: float | None) -> Distances | None:
    """The distances of one verdict; None where none were stored (it raised, or was not run)."""
    if any(name not in own for name in _NEEDED):
        return None
    matrix, labels, blocks, positions, pairs = (own[name] for name in _NEEDED)
    return Distances.by_hand(
        matrix, [str(v) for v in labels], blocks=tuple(map(int, blocks)), positions=tuple(map(float, positions)),
        pairs=tuple((int(i), int(j)) for i, j in pairs), metric=metric, self_value=self_value,
    )  # fmt: skip
