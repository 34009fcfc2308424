"""One training step of an ensemble of 16 seeds beside a step of each of the same seeds alone, in one run: `tox -e speed` runs this.

A step is all of it: trials drawn, forward, backward, clipping, Adam. A benchmark warns where the ensemble is less than `SHARE` of the times as fast
that it was when `TIMES` was measured.
"""

import time
import warnings

import numpy as np
import pytest

from metricsuite.networks import zoo
from metricsuite.networks.architecture import select
from metricsuite.networks.tasks import TARGET
from metricsuite.networks.training_run import Plan, Settings, TrainingRun
from metricsuite.threads import one_torch_thread

SEEDS = tuple(range(16))
TIMES = {"relu": 1.9, "gru": 1.4, "mamba": 2.6}  # one core of two; a network alone keeps a core half busy as it is
SHARE = 0.6
ROUNDS = 5
pytestmark = pytest.mark.filterwarnings("default")


def run_of(architecture, seeds):
    kind = zoo.ARCHITECTURES[architecture]
    plan = Plan(kind, "decision", (TARGET,), seeds, (0.003,) * len(seeds), "speed", None, Settings(), "cpu")
    return TrainingRun(plan, select(zoo.untrained(kind, "decision"), list(seeds)))


@pytest.mark.parametrize("architecture", TIMES)
def test_a_step_of_an_ensemble(architecture, benchmark):
    benchmark.group = f"a training step of {len(SEEDS)} {architecture} networks"
    together, alone = run_of(architecture, SEEDS), [run_of(architecture, (seed,)) for seed in SEEDS]

    def one_by_one():
        for run in alone:
            run.step()

    fastest = {together.step: np.inf, one_by_one: np.inf}
    with one_torch_thread():
        for _ in range(ROUNDS):  # a round of each in turn, so that both see the same machine
            for step in fastest:
                start = time.perf_counter()
                step()
                fastest[step] = min(fastest[step], time.perf_counter() - start)
        times = fastest[one_by_one] / fastest[together.step]
        benchmark.extra_info["times as fast"] = round(times, 2)
        print(
            f"\n{architecture}: {fastest[one_by_one]:.3f} s one by one, {fastest[together.step]:.3f} s together: {times:.1f} times as fast"
        )
        benchmark.pedantic(together.step, rounds=ROUNDS)
    if times <= SHARE * TIMES[architecture]:
        warnings.warn(f"{times:.2g} times as fast, {TIMES[architecture]:.2g} when it was measured last", stacklevel=2)
