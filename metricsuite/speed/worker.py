"""One version at work: started by path in a process of its own, asked in lines of JSON, answers in lines of JSON.

It stands alone and keeps to what every version of metricsuite had (`load_metric`, ``prepare``, ``compare``), since it is run with
older versions than its own on the import path.
"""

import gc
import itertools
import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

Size = tuple[int, ...]
SYSTEMS = 6  # of which compare_many is given all pairs

PARTS = 3  # of a sample


class Worker:
    """What was loaded, and the calls that are ready to be timed."""

    def __init__(self) -> None:
        self.metrics: dict[str, Any] = {}
        self.systems: dict[Size, list[Any]] = {}
        self.states: dict[tuple[str, Size], list[Any]] = {}
        self.calls: dict[str, Callable[[], object]] = {}

    def builtin(self) -> list[str]:
        """Names of the metrics that this version brings."""
        from metricsuite import registry  # where every version has them

        return list(vars(registry)["BUILTIN"])

    def load(self, target: str) -> dict[str, Any]:
        """Find a metric; say which file it came from and which phases it has."""
        import metricsuite

        metric = self.metrics[target] = metricsuite.load_metric(target)
        phases = ["prepare"] if hasattr(metric.plugin, "prepare") else []  # elsewhere preparing does nothing
        phases += ["compare"] + ["compare_many"] * bool(getattr(metric, "batched", False))
        return {"file": file_of(target, metric), "phases": phases}

    def ready(self, entry: str, target: str, phase: str, size: list[int]) -> float:
        """Make the call, run it twice (imports, caches), and say what the second took."""
        call = self.calls[entry] = self.call(target, phase, tuple(size))
        call()
        return self.time(entry, 1)

    def time(self, entry: str, calls: int) -> float:
        """Seconds of a call by the wall clock (a metric that sleeps is slow too): the fastest of three parts of a batch.

        What interrupts a process makes it slower, never faster, and seldom hits all three.
        """
        call, parts = self.calls[entry], min(PARTS, calls)
        each = calls // parts
        gc.collect(0)
        gc.disable()
        try:
            return min(seconds_of(call, each) for _ in range(parts)) / each
        finally:
            gc.enable()

    def call(self, target: str, phase: str, size: Size) -> Callable[[], object]:
        """A function of nothing that does the phase once."""
        import numpy as np

        metric, rng = self.metrics[target], np.random.default_rng(0)
        first, *_ = systems = self.walks(size)
        if phase == "prepare":
            return lambda: metric.prepare(first, rng)
        if (target, size) not in self.states:
            self.states[target, size] = [metric.prepare(system, rng) for system in systems]
        states = self.states[target, size]
        if phase == "compare":
            return lambda: metric.compare(states[0], states[1], rng)
        pairs = np.array(list(itertools.combinations(range(SYSTEMS), 2)))
        rngs = [rng] * len(pairs) if metric.spec.random else []
        return lambda: metric.compare_many(states, pairs, rngs)

    def walks(self, size: Size) -> list[Any]:
        """Random walks, the same in every version."""
        if size not in self.systems:
            import numpy as np

            from metricsuite import Trajectories

            rng = np.random.default_rng(0)
            self.systems[size] = [
                Trajectories(
                    rng.normal(size=size).cumsum(1),
                    inputs=rng.normal(size=(*size[:2], 2)),
                    conditions=np.arange(size[0]) % 2,
                )
                for _ in range(SYSTEMS)
            ]
        return self.systems[size]


def seconds_of(call: Callable[[], object], calls: int) -> float:
    """So many calls, one after the other."""
    start = time.perf_counter()
    for _ in range(calls):
        call()
    return time.perf_counter() - start


def file_of(target: str, metric: Any) -> str | None:
    """The file that the target names, by which it shows whether the version under test was loaded at all."""
    where, colon, _ = target.partition("(")[0].partition(":")
    if not colon:
        plugin = getattr(metric.plugin, "func", metric.plugin)
        where = getattr(plugin, "__module__", None) or type(plugin).__module__
    file: str | None = getattr(sys.modules.get(where), "__file__", None)
    return file


def main() -> None:
    """Answer until the questions end. What metrics print goes nowhere."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    worker = Worker()
    for line in sys.stdin:
        question = json.loads(line)
        try:
            answer = {"answer": getattr(worker, question.pop("ask"))(**question)}
        except (Exception, SystemExit) as error:
            answer = {"error": f"{type(error).__name__}: {error}", "kind": type(error).__name__}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
