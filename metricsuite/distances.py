"""`pairwise(metric, design)`: prepare every system once, compare the pairs that the design needs, keep what happened on the way.

The metric may live here or in a process of its own: both offer ``open(systems, calibration)``, which gives a bench with
``prepare(i)``, ``compare(i, j, draw)`` and ``audit()``.
"""

from __future__ import annotations

import random
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from metricsuite.arrays import Trajectories
from metricsuite.designs import Contrast, Design, Pair, Sweep
from metricsuite.errors import MetricError, MetricKilled, NotApplicable
from metricsuite.spec import Metric, MetricSpec, adapt

Matrix = npt.NDArray[np.float64]
NOT_NEGATIVE = 1e-6  # of the median distance: a sound CKA gives 1 - s = -4e-15 at identity


class Bench(Protocol):
    """A metric with the systems of one design in front of it."""

    setting: dict[str, Any]

    def prepare(self, i: int) -> float: ...
    def compare(self, i: int, j: int, draw: int) -> tuple[float, float]: ...
    def audit(self) -> dict[str, str]: ...


class Benchable(Protocol):
    """What `pairwise` takes beside a plain plugin: a metric that can open a bench."""

    label: str
    spec: MetricSpec
    declared: bool

    def open(self, systems: Sequence[Trajectories], calibration: Sequence[Trajectories] | None) -> Bench: ...


@dataclass(frozen=True, eq=False)
class Distances:
    """What a metric made of a design.

    `matrix` holds a distance for each pair in `pairs`, in both directions where `both`, and NaN elsewhere; `mean` is the mean of
    both directions. `labels`, `positions` and `blocks` are those of the design, one for each system. `faults` maps broken parts
    of the contract to what happened; `outside` says why the design is outside the metric's scope, if it is. `seconds` has
    "prepare" and "compare" apart.
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

    @cached_property
    def scale(self) -> float:
        """The median distance: what tolerances are relative to."""
        values = np.abs(self.of(self.pairs))
        return float(np.median(values[np.isfinite(values)])) if np.isfinite(values).any() else 0.0

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
    N systems cost N prepares and one compare a pair and direction. Each metric works on copies of its own.
    """
    if not hasattr(metric, "open"):
        metric = (
            adapt(metric, name=getattr(metric, "__name__", type(metric).__name__))
            if not isinstance(metric, Metric)
            else metric
        )
        metric = Local(metric)
    outside = scope_gap(metric.spec, design)
    try:
        return _run(metric, design, outside, both, strict, backwards, draw)
    except MetricKilled:
        raise
    except MetricError as error:
        if not outside and not metric.declared:
            outside = scope_gap(replace(metric.spec, units="equal"), design)  # a plain callable never said "any"
        if outside:
            raise NotApplicable(f"{outside}; and {error}") from error
        raise


def _run(
    metric: Benchable, design: Design, outside: str, both: bool | None, strict: bool, backwards: bool, draw: int
) -> Distances:
    spec, systems = metric.spec, design.systems
    both = "symmetry" not in spec.axioms if both is None else both
    bench = metric.open(systems, design.calibration() if design.calibration else None)
    faults: dict[str, str] = {}

    def note(which: str, message: str) -> None:
        if strict:
            raise MetricError(f"{metric.label} {message}")
        faults.setdefault(which, message)

    seconds, unprepared = {"prepare": 0.0, "compare": 0.0}, set()
    for i in range(len(systems)):
        try:
            seconds["prepare"] += bench.prepare(i)
        except MetricKilled:
            raise
        except MetricError as error:
            note("finite", f"{error}, given {systems[i]!r} ({design.labels[i] or f'system {i}'})")
            unprepared.add(i)
    matrix = np.full((len(systems), len(systems)), np.nan)
    ordered = [(j, i) for i, j in design.pairs] if both else []
    ordered = [p for pair in zip(design.pairs, ordered, strict=True) for p in pair] if both else list(design.pairs)
    for i, j in reversed(ordered) if backwards else ordered:
        if i in unprepared or j in unprepared:
            continue
        try:
            value, spent = bench.compare(i, j, draw)
        except MetricKilled:
            raise
        except MetricError as error:
            note("finite", f"{error}, for systems {i} and {j} ({design.labels[i]}, {design.labels[j]})")
            continue
        seconds["compare"] += spent
        matrix[i, j] = value
        if not np.isfinite(value):
            note("finite", f"returned {value} for systems {i} and {j} ({design.labels[i]}, {design.labels[j]})")
    if not both:
        index = np.asarray(ordered).T
        matrix[index[1], index[0]] = matrix[index[0], index[1]]
    for which, message in bench.audit().items():
        note(which, message)
    out = Distances(
        matrix, design.labels, design.pairs, design.blocks, design.positions, metric.label, both, spec.self_value, spec.tolerance,
        faults, outside, seconds, bench.setting, design,
    )  # fmt: skip
    lowest = np.nanmin(matrix) if np.isfinite(matrix).any() else 0.0
    if lowest < -out.rounding and spec.self_value is not None:
        note(
            "non-negative",
            f"returned {lowest:.6g}, below 0 by more than rounding; needed a distance (a similarity says orientation='similarity')",
        )
    elif spec.self_value is not None:
        np.clip(matrix, 0.0, None, out=matrix)
    return out


def scope_gap(spec: MetricSpec, design: Design) -> str:
    """Why a design lies outside the scope that a metric declares; empty where it does not."""
    if spec.pairing == "samples" and not design.paired:
        return "outside its scope: pairing='samples', and these trials do not correspond"
    if spec.units == "equal" and len({s.units for s in design.systems}) > 1:
        return "outside its scope: units='equal', and these systems differ in their number of units"
    fewest = min(s.trials * s.time for s in design.systems)
    if fewest < spec.min_samples:
        return f"outside its scope: min_samples={spec.min_samples}, and a system has {fewest}"
    for need in sorted(spec.needs - {"dt"}):
        if any(getattr(s, need) is None for s in design.systems):
            return f"outside its scope: needs {need}, and the systems have none"
    return ""


class Local:
    """A metric in this process, ready to open benches."""

    def __init__(self, metric: Metric) -> None:
        self.metric, self.label, self.spec, self.declared = metric, metric.label, metric.spec, metric.declared

    def open(self, systems: Sequence[Trajectories], calibration: Sequence[Trajectories] | None = None) -> LocalBench:
        def copies(of: Sequence[Trajectories]) -> list[Trajectories]:
            return [replace(s, array=s.array.copy()) for s in of]

        return LocalBench(
            self.metric, copies(systems), lambda i: systems[i], copies(calibration) if calibration is not None else None
        )


class LocalBench:
    """One metric, its own copies of the systems, and the originals to hold them against afterwards."""

    def __init__(
        self, metric: Metric, systems: list[Trajectories], original: Callable[[int], Trajectories], calibration: list[Trajectories] | None = None
    ) -> None:  # fmt: skip
        self.systems, self.original = systems, original
        self.state = _random_state()
        if metric.tunable and calibration:
            metric = _guarded(lambda: metric.tuned(calibration))
        self.metric, self.setting = metric, metric.setting
        self.ready: dict[int, Any] = {}

    def prepare(self, i: int) -> float:
        """Prepare system i; returns the seconds it took."""
        start = time.perf_counter()
        self.ready[i] = _guarded(lambda: self.metric.prepare(self.systems[i], np.random.default_rng([i])))
        return time.perf_counter() - start

    def compare(self, i: int, j: int, draw: int) -> tuple[float, float]:
        """Distance from system i to system j, and the seconds it took."""
        rng = np.random.default_rng([draw, i, j])
        start = time.perf_counter()
        value = _guarded(lambda: self.metric.compare(self.ready[i], self.ready[j], rng))
        return value, time.perf_counter() - start

    def audit(self) -> dict[str, str]:
        """What the calls left behind: changed input, touched global random state (which is put back)."""
        faults = {}
        for i, system in enumerate(self.systems):
            if not np.array_equal(system.array, self.original(i).array):
                faults["input-untouched"] = f"changed its input (system {i})"
                break
        touched = []
        for name, (before, now, restore) in self.state.items():
            if not _same(before, now()):
                touched.append(name)
                restore(before)
        if touched:
            faults["stateless"] = (
                f"used or seeded the global random state of {', '.join(touched)}; needed a Generator of its own (random=True gives one)"
            )
        return faults


def _random_state() -> dict[str, tuple[Any, Callable[[], Any], Callable[[Any], Any]]]:
    """For each library with a global random state: the state, how to read it, how to put it back."""
    out: dict[str, tuple[Any, Callable[[], Any], Callable[[Any], Any]]] = {
        "python's random": (random.getstate(), random.getstate, random.setstate),
        "numpy.random": (np.random.get_state(), np.random.get_state, np.random.set_state),  # noqa: NPY002 - what plugins must not use
    }
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_rng_state"):
        out["torch"] = (torch.get_rng_state().clone(), torch.get_rng_state, torch.set_rng_state)
    return out


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, tuple):
        return len(a) == len(b) and all(_same(x, y) for x, y in zip(a, b, strict=True))
    return bool(np.array_equal(a, b))


def _guarded(call: Callable[[], Any]) -> Any:
    """Whatever a plugin raises becomes a MetricError that says where; `sys.exit` too."""
    try:
        return call()
    except MetricError:
        raise
    except SystemExit as error:
        raise MetricError(f"tried to exit the interpreter (SystemExit {error.code!r})") from error
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{last.filename.rsplit('/', 1)[-1]}:{last.lineno} in {last.name}"
        raise MetricError(f"raised {type(error).__name__}: {error} ({where})") from error
