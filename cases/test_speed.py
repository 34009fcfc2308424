"""Speed is no verdict: what preparing a system and comparing two of them costs, alone and in a batch, over sizes.

Only with ``--benchmark-only``, as in ``tox run -e speed``.
"""

import numpy as np
import pytest

from metricsuite import Trajectories, load_metric
from metricsuite.bench import Local
from metricsuite.registry import BUILTIN

SIZES = [(10, 50, 10), (20, 100, 20), (40, 200, 40)]  # trials, time, units
pytestmark = pytest.mark.filterwarnings("default")


def bench(name, size, number=2):
    rng = np.random.default_rng(0)
    systems = [Trajectories(rng.normal(size=size).cumsum(1)) for _ in range(number)]
    return Local(load_metric(name)).open(systems)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", BUILTIN)
def test_prepare(name, size, benchmark):
    ready = bench(name, size)
    benchmark.group = f"prepare {'x'.join(map(str, size))}"
    benchmark(ready.prepare, 0, 0)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", BUILTIN)
def test_compare(name, size, benchmark):
    ready = bench(name, size)
    ready.prepare(0, 0)
    ready.prepare(1, 0)
    benchmark.group = f"compare {'x'.join(map(str, size))}"
    benchmark(ready.compare, 0, 1, 0)


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "x".join(map(str, size)))
@pytest.mark.parametrize("name", BUILTIN)
def test_compare_many(name, size, benchmark):
    ready = bench(name, size, number=8)
    if not ready.batched:
        pytest.skip(f"{name} has no compare_many: a batch costs what its pairs cost")
    for i in range(8):
        ready.prepare(i, 0)
    pairs = [(i, j) for i in range(8) for j in range(i + 1, 8)]
    benchmark.group = f"compare_many of {len(pairs)} pairs {'x'.join(map(str, size))}"
    benchmark(ready.compare_many, pairs, 0)
