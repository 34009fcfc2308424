"""`pairwise(metric, design)`: prepare every system once, compare the pairs that the design needs, keep what happened on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from metricsuite.adapting import Metric, adapt
from metricsuite.bench import Benchable, Local
from metricsuite.designs import Contrast, Design, Pair, Sweep
from metricsuite.errors import CaseError, MetricError, MetricKilled, NotApplicable
from metricsuite.measuring import Faults, Matrix, measure
from metricsuite.spec import MetricSpec

NOT_NEGATIVE = 1e-6  # of the median distance: a sound CKA gives 1 - s = -4e-15 at identity


@dataclass(frozen=True, eq=False)
class Distances:
    """What a metric made of a design.

    `matrix` holds a distance for each pair in `pairs`, in both directions where `both`, and NaN elsewhere (its diagonal holds
    d(x, x) where `self_value` is None); `mean` is the mean of both directions. `labels`, `positions` and `blocks` are those of the design, one for each system. `faults` maps broken parts
    of the contract to what happened; `outside` says why the design is outside the metric's scope, if it is. `seconds` has
    "prepare" and "compare" apart, each the total of its calls; `batched` says that one call of ``compare_many`` compared all pairs. `tuning`
    is the table that led to `setting`, where the metric was tuned and gives one.
    """

    matrix: Matrix
    labels: tuple[str, ...]
    pairs: tuple[Pair, ...]
    blocks: tuple[int, ...]
    positions: tuple[float, ...] = ()
    metric: str = "by hand"
    both: bool = False
    self_value: float | None = 0.0
    tolerance: float = 0.0
    faults: dict[str, str] = field(default_factory=dict)
    outside: str = ""
    seconds: dict[str, float] = field(default_factory=lambda: {"prepare": 0.0, "compare": 0.0})
    setting: dict[str, Any] = field(default_factory=dict)
    tuning: dict[str, Any] = field(default_factory=dict)
    batched: bool = False
    design: Design | None = None

    @classmethod
    def by_hand(cls, matrix: Any, labels: Sequence[str], **fields: Any) -> Distances:
        """Distances written down, for the tests of criteria: every system a block, all pairs, unless given."""
        n = len(labels)
        defaults: dict[str, Any] = {
            "pairs": tuple((i, j) for i in range(n) for j in range(i + 1, n)),
            "blocks": tuple(range(n)),
        }
        return cls(np.asarray(matrix, float), tuple(labels), **{**defaults, "positions": (0.0,) * n, **fields})

    @cached_property
    def mean(self) -> Matrix:
        """Mean of both directions."""
        both: Matrix = (self.matrix + self.matrix.T) / 2
        return both

    def of(self, pairs: Sequence[Pair]) -> Matrix:
        """The mean distances of some pairs, in their order."""
        index = np.asarray(pairs, int).reshape(-1, 2)
        found: Matrix = self.mean[index[:, 0], index[:, 1]]
        return found

    def beyond_self(self, pairs: Sequence[Pair]) -> Matrix:
        """The mean distances of some pairs, less what the metric gives for a system and itself."""
        if self.self_value is not None:
            return self.of(pairs) - self.self_value
        own = np.nan_to_num(np.diag(self.mean))
        index = np.asarray(pairs, int).reshape(-1, 2)
        less: Matrix = self.of(pairs) - own[index].mean(axis=1)
        return less

    @cached_property
    def scale(self) -> float:
        """The median distance beyond d(x, x), or the largest where that is 0: what tolerances are relative to."""
        values = np.abs(self.beyond_self(self.pairs))
        values = values[np.isfinite(values)]
        return float(np.median(values) or values.max()) if values.size else 0.0

    @property
    def rounding(self) -> float:
        """What counts as zero: ``max(1e-6, tolerance)`` times the median distance."""
        return max(NOT_NEGATIVE, self.tolerance) * self.scale

    @property
    def asymmetry(self) -> float:
        """The largest |d(x, y) - d(y, x)|, as a part of the median distance."""
        gap = np.abs(self.matrix - self.matrix.T)
        return float(np.nanmax(gap) / self.scale) if self.both and self.scale > 0 else 0.0

    @cached_property
    def controls(self) -> dict[str, Matrix]:
        """|c_i - c_j| for each one-number control, where the design is a contrast."""
        if not isinstance(self.design, Contrast) and not (isinstance(self.design, Sweep) and self.design.grouped):
            return {}
        from metricsuite.metrics.controls import control_values  # a metric may be replaced; the controls never are

        values = control_values(self.design)
        return {name: np.abs(v[:, None] - v[None, :]) for name, v in values.items()}

    def at(self, position: float) -> Distances:
        """One level of a Sweep, as the distances of a contrast."""
        keep = [i for i, p in enumerate(self.positions) if p == position]
        new = {old: k for k, old in enumerate(keep)}
        pairs = tuple((new[i], new[j]) for i, j in self.pairs if i in new and j in new)
        part = replace(
            self, matrix=self.matrix[np.ix_(keep, keep)], labels=tuple(self.labels[i] for i in keep), pairs=pairs,
            blocks=tuple(range(len(keep))), positions=tuple(position for _ in keep), design=None,
        )  # fmt: skip
        part.__dict__["controls"] = {name: c[np.ix_(keep, keep)] for name, c in self.controls.items()}
        return part


def pairwise(
    metric: Any,
    design: Design,
    *,
    both: bool | None = None,
    strict: bool = True,
    backwards: bool = False,
    draw: int = 0,
    alone: bool = False,
) -> Distances:
    """All distances that a design needs.

    Parameters
    ----------
    metric : Metric, metric in a process of its own, or any plugin that `metricsuite.spec.adapt` takes
    design : Contrast, Orbit or Sweep
    both : bool, optional
        Compare in both directions. Unless given: where the metric does not claim symmetry.
    strict : bool
        Raise at the first breach of the contract; otherwise note it in `Distances.faults` and go on.
    backwards : bool
        Take the pairs in reverse order (to see whether a call depends on those before it).
    draw : int
        Which stream of random numbers a random metric is given.
    alone : bool
        One call for each pair, also where the metric offers ``compare_many`` (to see whether the two agree).

    Returns
    -------
    Distances

    Raises
    ------
    MetricError
        The metric broke the contract (where `strict`), hung or died.
    NotApplicable
        The design is outside the scope that the metric declared, and it could not be run on it.

    Notes
    -----
    N systems cost N prepares and one compare a pair and direction, or one ``compare_many`` for all pairs where the metric offers it
    (where that fails, the pairs are compared one by one all the same). Each metric works on copies of its own.
    """
    if not isinstance(design, Design):
        raise CaseError(f"pairwise: given {type(design).__name__}; needed a Contrast, an Orbit or a Sweep.")
    if isinstance(metric, str):
        raise CaseError(f"pairwise: given the name {metric!r}; needed a metric. Use load_metric({metric!r}).")
    if not hasattr(metric, "open"):
        metric = (
            adapt(metric, name=getattr(metric, "__name__", type(metric).__name__))
            if not isinstance(metric, Metric)
            else metric
        )
        metric = Local(metric)
    outside = scope_gap(metric.spec, design)
    try:
        return _run(metric, design, outside, both, strict, backwards, draw, alone)
    except MetricKilled:
        raise
    except MetricError as error:
        if not outside and not metric.declared:
            outside = scope_gap(replace(metric.spec, units="equal"), design)  # a plain callable never said "any"
        if outside:
            raise NotApplicable(f"{outside}; and {error}") from error
        if _unequal_units(design):
            advice = "These systems differ in their number of units: take that, or declare units='equal'"
            raise MetricError(f"{error}. {advice}") from error
        raise


def _run(
    metric: Benchable, design: Design, outside: str, both: bool | None, strict: bool, backwards: bool, draw: int, alone: bool
) -> Distances:  # fmt: skip
    spec = metric.spec
    both = "symmetry" not in spec.axioms if both is None else both
    bench = metric.open(design.systems, design.calibration() if metric.tunable and design.calibration else None)
    faults = Faults(metric.label, strict)
    try:
        matrix, seconds, batched = measure(
            bench, design, faults, both=both, backwards=backwards, draw=draw, self_value=spec.self_value, alone=alone
        )
    except MetricKilled:
        raise
    except MetricError:
        bench.audit()  # which puts the global random state back
        raise
    for which, message in bench.audit().items():
        faults.note(which, message)
    out = Distances(
        matrix, design.labels, design.pairs, design.blocks, design.positions, metric.label, both, spec.self_value, spec.tolerance,
        faults.found, outside, seconds, bench.setting, bench.tuning, batched, design,
    )  # fmt: skip
    lowest = np.nanmin(matrix) if np.isfinite(matrix).any() else 0.0
    if spec.self_value is None or lowest >= 0:
        return out
    if lowest >= -out.rounding:
        return replace(out, matrix=np.maximum(matrix, 0.0))
    advice = "needed a distance (a similarity says orientation='similarity')"
    faults.note("non-negative", f"returned {lowest:.6g}, below 0 by more than rounding; {advice}")
    return out


def _unequal_units(design: Design) -> bool:
    """Whether systems that are compared differ in their number of units; levels of a Sweep of contrasts may, and are not."""
    units = [system.units for system in design.systems]
    return any(units[i] != units[j] for i, j in design.pairs)


def scope_gap(spec: MetricSpec, design: Design) -> str:
    """Why a design lies outside the scope that a metric declares; empty where it does not."""
    if spec.pairing == "samples" and not design.paired:
        return "outside its scope: pairing='samples', and these trials do not correspond"
    if spec.units == "equal" and _unequal_units(design):
        return "outside its scope: units='equal', and these systems differ in their number of units"
    fewest = min(s.trials * s.time for s in design.systems)
    if fewest < spec.min_samples:
        return f"outside its scope: min_samples={spec.min_samples}, and a system has {fewest}"
    for need in sorted(spec.needs - {"dt"}):
        if any(getattr(s, need) is None for s in design.systems):
            return f"outside its scope: needs {need}, and the systems have none"
    return ""
