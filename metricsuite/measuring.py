"""From a bench to a matrix: prepare every system, compare the pairs, note every breach of the contract on the way."""

from __future__ import annotations

import contextlib

import numpy as np
import numpy.typing as npt

from metricsuite.bench import Bench
from metricsuite.designs import Design
from metricsuite.errors import MetricError, MetricKilled

Matrix = npt.NDArray[np.float64]


class Faults:
    """Broken parts of the contract: the first of each is kept, or ends it all where the caller is strict."""

    def __init__(self, label: str, strict: bool) -> None:
        self.label, self.strict, self.found = label, strict, dict[str, str]()

    def note(self, which: str, message: str) -> None:
        if self.strict:
            raise MetricError(f"{self.label} {message}")
        self.found.setdefault(which, message)


def measure(
    bench: Bench, design: Design, faults: Faults, *, both: bool, backwards: bool, draw: int, self_value: float | None, alone: bool
) -> tuple[Matrix, dict[str, float], bool]:  # fmt: skip
    """Prepare every system, compare the pairs: all in one call where the metric offers that, and not `alone`.

    A batch that fails cannot say which pair it failed on. Then the pairs are compared one by one: whichever fails is named, and
    the others are measured, as for a metric without ``compare_many``. If none fails, it was the batch, and that is noted.

    Returns
    -------
    tuple
        The matrix, NaN where there is no distance; seconds; whether one call gave all distances.
    """
    systems, labels, seconds = design.systems, design.labels, {"prepare": 0.0, "compare": 0.0}
    unprepared = set()
    for i in range(len(systems)):
        try:
            seconds["prepare"] += bench.prepare(i, draw)
        except MetricKilled:
            raise
        except MetricError as error:
            faults.note("finite", f"{error}, given {systems[i]!r} ({labels[i] or f'system {i}'})")
            unprepared.add(i)
    ordered = [p for i, j in design.pairs for p in ((i, j), (j, i))] if both else list(design.pairs)
    wanted = [p for p in (reversed(ordered) if backwards else ordered) if unprepared.isdisjoint(p)]
    batch, refused = None, ""
    if bench.batched and wanted and not alone:
        try:
            batch, seconds["compare"] = bench.compare_many(wanted, draw)
        except MetricKilled:
            raise
        except MetricError as error:
            refused = str(error)
    matrix, failed = np.full((len(systems), len(systems)), np.nan), False
    for entry, (i, j) in enumerate(wanted):
        where = f"for systems {i} and {j}" + (f" ({labels[i]}, {labels[j]})" if labels[i] else "")
        if batch is not None:
            matrix[i, j] = batch[entry]
        else:
            try:
                matrix[i, j], spent = bench.compare(i, j, draw)
            except MetricKilled:
                raise
            except MetricError as error:
                faults.note("finite", f"{error}, {where}")
                failed = True
                continue
            seconds["compare"] += spent
        if not np.isfinite(matrix[i, j]):
            faults.note("finite", f"returned {matrix[i, j]} {where}")
            failed = True
    if refused and not failed:  # every pair has its float, so "finite" is kept: the answer depends on how it is asked
        faults.note(
            "repeatable", f"answers alone and not in a batch: {refused}. compare failed for none of these pairs"
        )
    if self_value is None:  # then d(x, x) is what other distances are measured from
        for i in set(range(len(systems))) - unprepared:
            with contextlib.suppress(MetricError):
                matrix[i, i] = bench.compare(i, i, draw)[0]
    if not both:
        first, second = np.asarray(ordered).T
        matrix[second, first] = matrix[first, second]
    return matrix, seconds, batch is not None
