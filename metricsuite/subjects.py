"""The metrics of a run: found, introduced, opened when first needed, closed at the end."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.bench import Benchable, Local
from metricsuite.builtin import BUILTIN
from metricsuite.errors import MetricsuiteError, SpecError
from metricsuite.introducing import introduction
from metricsuite.isolation import Isolated
from metricsuite.registry import load_with_origin
from metricsuite.spec import MetricSpec

PROBE = (60, 200, 24)  # trials, time, units: about what the cases hold
BATCH = [(0, 1), (1, 0)] * 8
LONG = 0.1  # seconds: a metric that takes longer alone is not asked for a batch, only to be timed


@dataclass
class Subject:
    """One metric of a run, as plain values that can travel to a worker."""

    label: str
    target: str
    spec: dict[str, Any]
    origin: dict[str, Any]
    setting: dict[str, Any]
    parameters: dict[str, Any]
    defaults: dict[str, Any]
    isolated: bool
    declared: bool
    tunable: bool
    seconds_a_pair: float | None = None

    @property
    def states(self) -> MetricSpec:
        return MetricSpec.from_dict(self.spec)

    @property
    def seed_set(self) -> str:
        """Profiling has seeds of its own, so that the spec it suggests is then tested on others."""
        return "profile" if self.states.profiled else "certify"


def slug(name: str) -> str:
    """A folder's or a file's name for a metric or a verdict."""
    return re.sub(r"[^A-Za-z0-9._=,-]+", "_", name).strip("_.") or "_"


class Subjects:
    """All metrics of a run, by label.

    Parameters
    ----------
    targets : list of str
        Empty: every built-in metric, in this process.
    isolate : bool
        Whether named metrics get a process of their own.
    orientation, limit
        As `Isolated`.
    """

    def __init__(self, targets: Sequence[str], isolate: bool, orientation: str | None, limit: float) -> None:
        self.orientation, self.limit = orientation, limit
        self.found: dict[str, Subject] = {}
        self._open: dict[str, Benchable] = {}
        for target in targets or list(BUILTIN):
            self._introduce(target, bool(targets) and isolate)
        if orientation is not None and all(s.declared for s in self.found.values()):
            stated = ", ".join(f"{s.label} says {s.states.orientation!r}" for s in self.found.values())
            raise SpecError(
                f"an orientation was given, and no metric of this run is without a spec: {stated}. Change the spec instead."
            )

    def _introduce(self, target: str, isolated: bool) -> None:
        metric: Benchable
        if isolated:
            child = Isolated(target, self.orientation, self.limit)
            hello = child.introduce()
            subject = Subject(isolated=True, target=target, **asdict(hello))
            metric = child
        else:
            loaded, origin = load_with_origin(target, self.orientation)
            subject = Subject(isolated=False, target=target, **asdict(introduction(loaded, origin)))
            metric = Local(loaded)
        if subject.label in self.found:
            other = self.found[subject.label].target
            raise SpecError(
                f"two metrics of this run are called {subject.label!r}: {other} and {target}. Rename one in its spec, or run them apart."
            )
        same = [o for o in self.found if slug(o).casefold() == slug(subject.label).casefold()]
        if same:
            raise SpecError(
                f"the metrics {same[0]!r} and {subject.label!r} would write into one folder, {slug(same[0])!r}. Rename one."
            )
        self.found[subject.label], self._open[subject.label] = subject, metric

    def open(self, label: str) -> Benchable:
        """The metric, ready to open benches; its process starts when the first one is opened."""
        if label not in self._open:
            subject = self.found[label]
            if subject.isolated:
                child = Isolated(subject.target, self.orientation, self.limit)
                child.label, child.spec = label, subject.states
                child.declared, child.tunable = subject.declared, subject.tunable
                self._open[label] = child
            else:
                self._open[label] = Local(load_with_origin(subject.target, self.orientation)[0])
        return self._open[label]

    def probe(self) -> None:
        """Time one pair of each metric, in a batch where it takes batches, for the estimate alone.

        What goes wrong here says so later, where it counts.
        """
        rng = np.random.default_rng(0)
        systems = [Trajectories(rng.normal(size=PROBE).cumsum(1)) for _ in range(2)]
        for label, subject in self.found.items():
            metric = self._open[label]
            try:
                if isinstance(metric, Isolated):
                    metric.limit = min(self.limit, 5.0)
                bench = metric.open(systems, None)
                prepare = bench.prepare(0, 0) + bench.prepare(1, 0)
                spent = bench.compare(0, 1, 0)[1]
                if bench.batched and spent < LONG:
                    spent = bench.compare_many(BATCH, 0)[1] / len(BATCH)
                subject.seconds_a_pair = spent + prepare / 16
                bench.audit()
            except MetricsuiteError:
                subject.seconds_a_pair = None
            finally:
                if isinstance(metric, Isolated):
                    metric.limit = self.limit
                    metric.kills.clear()

    def close(self) -> None:
        """End every process."""
        for metric in self._open.values():
            closing: Callable[[], None] | None = getattr(metric, "close", None)
            if closing:
                closing()
        self._open.clear()

    def to_list(self) -> list[dict[str, Any]]:
        return [asdict(s) for s in self.found.values()]

    @classmethod
    def from_list(cls, values: list[dict[str, Any]], orientation: str | None, limit: float) -> Subjects:
        """In a worker: as the controller introduced them; nothing is imported or started yet."""
        new = cls.__new__(cls)
        new.orientation, new.limit, new._open = orientation, limit, {}
        new.found = {v["label"]: Subject(**v) for v in values}
        return new
