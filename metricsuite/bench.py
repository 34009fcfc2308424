"""A bench: one metric with the systems of one design in front of it, watched while it works.

`Local` opens benches in this process; `metricsuite.isolation.Isolated` does so in a process of the metric's own, where the same
`LocalBench` stands.
"""

from __future__ import annotations

import contextlib
import random
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from metricsuite.adapting import Metric
from metricsuite.arrays import Trajectories
from metricsuite.errors import MetricError, MetricKilled
from metricsuite.spec import MetricSpec

_SENTINEL = 1_948_271_636


class Bench(Protocol):
    """A metric with the systems of one design in front of it."""

    setting: dict[str, Any]
    tuning: dict[str, Any]  # the table that led to the setting, where the metric was tuned and gives one
    batched: bool  # whether it can be asked to compare_many

    def prepare(self, i: int, draw: int) -> float: ...
    def compare(self, i: int, j: int, draw: int) -> tuple[float, float]: ...
    def compare_many(self, pairs: Sequence[tuple[int, int]], draw: int) -> tuple[npt.NDArray[np.float64], float]: ...
    def audit(self) -> dict[str, str]: ...


class Benchable(Protocol):
    """What `pairwise` takes beside a plain plugin: a metric that can open a bench."""

    label: str
    spec: MetricSpec
    declared: bool
    tunable: bool

    def open(self, systems: Sequence[Trajectories], calibration: Sequence[Trajectories] | None) -> Bench: ...
    def afresh(self) -> Benchable: ...


class Local:
    """A metric in this process, ready to open benches."""

    def __init__(self, metric: Metric) -> None:
        self.metric, self.label, self.spec = metric, metric.label, metric.spec
        self.declared, self.tunable = metric.declared, metric.tunable

    def open(self, systems: Sequence[Trajectories], calibration: Sequence[Trajectories] | None = None) -> LocalBench:
        """Copies of the systems, for this metric alone."""
        own = [s.copy() for s in calibration] if calibration is not None else None
        return LocalBench(self.metric, [s.copy() for s in systems], lambda i: systems[i], own)

    def afresh(self) -> Local:
        """The metric as if it had never been called: what it drew when it was made is drawn again."""
        return Local(self.metric.afresh())


class LocalBench:
    """One metric, its own copies of the systems, and the originals to hold them against afterwards."""

    def __init__(
        self, metric: Metric, systems: list[Trajectories], original: Callable[[int], Trajectories], calibration: list[Trajectories] | None = None
    ) -> None:  # fmt: skip
        self.systems, self.original = systems, original
        self.random_state = _RandomState()
        if metric.tunable and calibration:
            metric = self._tuned(metric, calibration)
        self.metric, self.setting, self.tuning, self.batched = metric, metric.setting, metric.tuning, metric.batched
        self.ready: dict[int, Any] = {}
        self.last: tuple[int, int, int, bool] | None = None  # pair, draw, whether one of many

    def _tuned(self, metric: Metric, calibration: list[Trajectories]) -> Metric:
        try:
            tuned: Metric = _guarded(lambda: metric.tuned(calibration))
        except MetricError as error:
            self.random_state.touched()
            raise MetricError(f"{metric.label}: tuned(calibration) {error}") from error
        return tuned

    def prepare(self, i: int, draw: int) -> float:
        """Prepare system i; returns the seconds it took."""
        rng = np.random.default_rng([draw, i]) if self.metric.spec.random else None
        start = time.perf_counter()
        self.ready[i] = _guarded(lambda: self.metric.prepare(self.systems[i], rng))
        return time.perf_counter() - start

    def compare(self, i: int, j: int, draw: int) -> tuple[float, float]:
        """Distance from system i to system j, and the seconds it took."""
        self.last = (i, j, draw, False)
        rng = _rng_of(i, j, draw) if self.metric.spec.random else None
        start = time.perf_counter()
        value = _guarded(lambda: self.metric.compare(self.ready[i], self.ready[j], rng))
        return value, time.perf_counter() - start

    def compare_many(self, pairs: Sequence[tuple[int, int]], draw: int) -> tuple[npt.NDArray[np.float64], float]:
        """Distances of all these pairs in one call, and the seconds it took. The plugin sees only the systems that occur."""
        self.last = (*pairs[-1], draw, True)
        used, index = np.unique(np.asarray(pairs, dtype=np.intp), return_inverse=True)
        states, index = [self.ready[k] for k in used.tolist()], index.reshape(-1, 2)
        rngs = [_rng_of(*pair, draw) for pair in pairs] if self.metric.spec.random else []
        start = time.perf_counter()
        try:
            values = _guarded(lambda: self.metric.compare_many(states, index, rngs))
        except MetricKilled:
            raise
        except MetricError as error:
            raise MetricError(f"compare_many {error}") from error
        return values, time.perf_counter() - start

    def _once_more(self, i: int, j: int, draw: int, many: bool) -> None:
        """A call again, on systems prepared again."""
        self.prepare(i, draw)
        if many:
            self.compare_many([(i, j)], draw)
        else:
            self.compare(i, j, draw)

    def audit(self) -> dict[str, str]:
        """What the calls left behind: changed input, touched global random state (which is put back)."""
        faults: dict[str, str] = {}
        for i, system in enumerate(self.systems):
            original = self.original(i)
            for part in ("array", "inputs", "conditions"):
                what = "" if part == "array" else f"{part} of "
                if not np.array_equal(getattr(system, part), getattr(original, part)):
                    faults.setdefault("input-untouched", f"changed its input ({what}system {i})")
        touched = self.random_state.touched()
        if self.random_state.outdated and self.last is not None:  # the calls imported a library: one more, watched
            self.random_state = _RandomState()
            with contextlib.suppress(MetricError):
                self._once_more(*self.last)
            touched += self.random_state.touched()
        if touched:
            faults["stateless"] = (
                f"used or seeded the global random state of {', '.join(touched)}; needed a Generator of its own (random=True gives one)"
            )
        return faults


def _rng_of(i: int, j: int, draw: int) -> np.random.Generator:
    """A pair's own random numbers: the same in both directions, whatever was compared before, alone or in a batch."""
    return np.random.default_rng([draw, min(i, j), max(i, j)])


class _RandomState:
    """The global random state of python, numpy and torch: put to a value that nobody would choose, seen again, put back.

    A value of our own, since a metric that seeds with the same number in every call leaves the state as it found it the second time.
    """

    def __init__(self) -> None:
        self.before = {name: read() for name, (read, _, _) in _libraries().items()}
        for _, write, fresh in _libraries().values():
            write(fresh(_SENTINEL))

    def touched(self) -> list[str]:
        """Names of those that were drawn from or seeded; all are put back. One imported meanwhile has no state to compare with."""
        out = []
        for name, (read, write, fresh) in _libraries().items():
            if name in self.before:
                if not _same(fresh(_SENTINEL), read()):
                    out.append(name)
                write(self.before[name])
        return out

    @property
    def outdated(self) -> bool:
        """Whether a library was imported since."""
        return set(_libraries()) != set(self.before)


def _libraries() -> dict[str, tuple[Callable[[], Any], Callable[[Any], Any], Callable[[int], Any]]]:
    """For each library that is loaded: how to read its state, how to write it, and the state after a seed."""
    out: dict[str, tuple[Callable[[], Any], Callable[[Any], Any], Callable[[int], Any]]] = {
        "python's random": (random.getstate, random.setstate, lambda seed: random.Random(seed).getstate()),
        "numpy.random": (
            np.random.get_state,
            np.random.set_state,
            lambda seed: np.random.RandomState(seed).get_state(),
        ),
    }
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "get_rng_state"):

        def fresh(seed: int) -> Any:
            return torch.Generator().manual_seed(seed).get_state()

        out["torch"] = (lambda: torch.get_rng_state().clone(), torch.set_rng_state, fresh)
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
