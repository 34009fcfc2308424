"""Distances of pairs of systems, in the published way and by a metric of the suite: prepare each system once, compare many pairs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.adapting import Metric
from metricsuite.arrays import Trajectories
from metricsuite.metrics.dsa.dsa import DSA
from metricsuite.metrics.kernel_alignment import AngularCKA
from metricsuite.metrics.orthogonal_procrustes import Procrustes
from metricsuite.systems.streams import Array

Pairs = Sequence[tuple[int, int]]
N_DELAYS, DELAY_INTERVAL, RANK = 33, 6, 50  # the public code's config, for networks


@dataclass(frozen=True)
class Measure:
    """How one metric is asked: `prepare` a system, `compare` pairs of what was prepared, by index into two lists."""

    prepare: Callable[[Array], Any]
    compare: Callable[[list[Any], list[tuple[int, int]]], npt.NDArray[np.float64]]

    def between(self, first: Sequence[Any], second: Sequence[Any], pairs: Pairs) -> list[float]:
        """Distances of prepared systems, pairs (index into `first`, index into `second`)."""
        if not pairs:
            return []
        states = [*first, *second]
        found: list[float] = self.compare(states, [(i, len(first) + j) for i, j in pairs]).tolist()
        return found


def published_measures() -> dict[str, Measure]:
    """Role: as published, of systems (steps, trials, units). DSA in radians; CKA and Procrustes as angles over pi / 2."""
    dsa = DSA(n_delays=N_DELAYS, delay_interval=DELAY_INTERVAL, rank=RANK, n_components=None)

    def angle(metric: AngularCKA | Procrustes) -> Measure:
        def compare(states: list[Any], pairs: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
            return np.array([metric.compare(states[i], states[j]) for i, j in pairs]) / (np.pi / 2)

        return Measure(metric.prepare, compare)

    return {
        "dsa": Measure(dsa.prepare, lambda states, pairs: dsa.compare_many(states, np.array(pairs))),
        "cka": angle(AngularCKA()),
        "procrustes": angle(Procrustes()),
    }


def strict_measures(metrics: Mapping[str, Metric]) -> dict[str, Measure]:
    """Role: a metric of the suite, of systems (trials, time, units), in the unit of its distances."""
    return {role: _of_the_suite(metric) for role, metric in metrics.items()}


def _of_the_suite(metric: Metric) -> Measure:
    rng = np.random.default_rng(0)  # for metrics that take one

    def compare(states: list[Any], pairs: list[tuple[int, int]]) -> npt.NDArray[np.float64]:
        if metric.batched and not metric.spec.random:
            return metric.compare_many(states, np.array(pairs))
        return np.array([metric.compare(states[i], states[j], rng) for i, j in pairs])

    return Measure(lambda x: metric.prepare(Trajectories(x), rng), compare)
