"""A few systems of a design, small enough to be stored beside its distances: written at verdict time, read by the page.

Two arrays: ``drawn_about`` (JSON text: what the design is, and for each system its title, class, level, share of variance, trials and
points) and ``drawn_points`` (uint8, (points of all systems, 2)), in the squares that the systems are drawn in.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from metricsuite.designs import Design
from metricsuite.report.show.exhibits import Exhibit, exhibits_of

Array = npt.NDArray[np.float64]
TRIALS, POINTS = 3, 32  # of a system
MOST = 5  # systems
INNER = (0.005, 0.995)  # quantiles that must lie inside the square: one outlier would shrink all else to a dot
_drawn: WeakKeyDictionary[Design, dict[str, Any]] = WeakKeyDictionary()  # tests and metrics share designs


@dataclass(frozen=True)
class Drawn:
    """One system: `points` (trials, points, 2) from 0 to 255, y upwards; `first` says that only its first steps are drawn."""

    title: str
    label: str
    share: float
    first: int
    points: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Drawing:
    """The systems of a design that are drawn; `common` where all are seen in the same components."""

    kind: str
    parameter: str
    common: bool
    labels: tuple[str, ...]
    contents: str
    shown: tuple[Drawn, ...]


def drawing_arrays(design: Design) -> dict[str, Any]:
    """What is stored of a design, ``drawn_about`` and ``drawn_points``; made once for each design object."""
    if design not in _drawn:
        with np.errstate(all="ignore"):  # a drawing decides nothing, and never ends a run
            _drawn[design] = _made(design)
    return _drawn[design]


def _made(design: Design) -> dict[str, Any]:
    seen = exhibits_of(design)
    shown = seen.shown[:MOST] if len(seen.shown) <= MOST else (*seen.shown[: MOST - 1], seen.shown[-1])
    thinned = [_thinned(one) for one in shown]
    every = np.concatenate([path.reshape(-1, 2) for path, _ in thinned])
    points = [_in_square(path, every if seen.common else path.reshape(-1, 2)) for path, _ in thinned]
    about = {
        "kind": seen.kind, "parameter": seen.parameter, "common": seen.common, "labels": seen.labels, "contents": seen.contents,
        "shown": [
            {"title": one.title, "label": one.label, "share": round(one.share, 4), "first": first, "shape": path.shape[:2]}
            for one, (path, first) in zip(shown, thinned, strict=True)
        ],
    }  # fmt: skip
    return {
        "drawn_about": np.array(json.dumps(about)),
        "drawn_points": np.concatenate([p.reshape(-1, 2) for p in points]),
    }


def _thinned(one: Exhibit) -> tuple[Array, int]:
    """A few trials of a few points; the first steps alone (and how many) where thinning would cut the corners off."""
    trials, steps = one.path.shape[:2]
    few = np.linspace(0, trials - 1, min(trials, TRIALS if steps > 2 else POINTS // steps)).round().astype(int)
    path = one.path[few]
    if steps <= POINTS:
        return path, 0
    thin = path[:, np.linspace(0, steps - 1, POINTS).round().astype(int)]
    return (thin, 0) if _length(thin) > 0.6 * _length(path) else (path[:, :POINTS], POINTS)


def _length(path: Array) -> float:
    return float(np.linalg.norm(np.diff(path, axis=1), axis=-1).sum())


def _in_square(path: Array, every: Array) -> npt.NDArray[np.uint8]:
    low, high = np.quantile(every, INNER, axis=0)
    middle, side = (low + high) / 2, 1.12 * float((high - low).max()) or 1.0
    scaled: npt.NDArray[np.uint8] = (
        np.nan_to_num(((path - middle) / side + 0.5) * 255).round().clip(0, 255).astype(np.uint8)
    )
    return scaled


def drawing_of(arrays: Mapping[str, Any]) -> Drawing | None:
    """The drawing of one verdict, by the names of its arrays; None where an older version stored none."""
    if "drawn_about" not in arrays or "drawn_points" not in arrays:
        return None
    about = json.loads(str(arrays["drawn_about"]))
    points, shown, start = arrays["drawn_points"], [], 0
    for one in about["shown"]:
        trials, steps = one["shape"]
        end = start + trials * steps
        shown.append(
            Drawn(one["title"], one["label"], one["share"], one["first"], points[start:end].reshape(trials, steps, 2))
        )
        start = end
    return Drawing(
        about["kind"], about["parameter"], about["common"], tuple(about["labels"]), about["contents"], tuple(shown)
    )
