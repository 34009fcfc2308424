"""Speed is no verdict: what preparing systems and comparing them costs, over their number and their sizes.

One size grows at a time, trials n, time points T, units p or systems N, while the others are held; `metricsuite speed --timings`
fits how fast the time grows and prints it beside what each metric's documentation says. Kernels, work that never changes, are timed
in the same run, once before and once after, so that a time can be told as so many kernels and a restless machine shows.

Only with ``--benchmark-only``, as in ``tox run -e speed``, and never beside other tests: ``-n`` is refused.
"""

import itertools

import numpy as np
import pytest
import scipy

from metricsuite import Trajectories, load_metric
from metricsuite.bench import Local
from metricsuite.session import RUN
from metricsuite.speed.kernels import KERNELS

BASE = {"n": 20, "T": 100, "p": 40}
LARGER = {"n": (40, 80, 160), "T": (200, 400, 800), "p": (80, 160, 320)}
SYSTEMS = (4, 8, 12, 20)  # of a smaller size: 190 pairs at most
SMALL = {"n": 10, "T": 60, "p": 10}

DESIGNS = [{**BASE, "N": 2}] + [{**BASE, size: value, "N": 2} for size in LARGER for value in LARGER[size]]
DESIGNS += [{**SMALL, "N": number} for number in SYSTEMS]
pytestmark = pytest.mark.filterwarnings("default")


def pytest_generate_tests(metafunc):
    if "name" in metafunc.fixturenames:  # every metric of the run: --metric, or the built-in ones
        found = metafunc.config.stash[RUN].subjects.found
        metafunc.parametrize("name", [subject.target for subject in found.values()], ids=list(found))


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel(kernel, benchmark):
    benchmark.group = "kernels"
    benchmark.extra_info.update(kernel=kernel, libraries={"numpy": np.__version__, "scipy": scipy.__version__})
    benchmark(KERNELS[kernel]())


@pytest.mark.parametrize("design", DESIGNS, ids=lambda d: "x".join(map(str, d.values())))
@pytest.mark.parametrize("phase", ["prepare", "compare", "compare_many"])
def test_phase(name, phase, design, benchmark):
    metric = load_metric(name)
    if phase == "prepare" and metric.kind != "prepare":
        pytest.skip(f"{name} has no prepare: comparing does all the work")
    if phase == "compare_many" and not metric.batched:
        pytest.skip(f"{name} has no compare_many: a batch costs what its pairs cost")
    benchmark.group = f"{phase} {'x'.join(map(str, design.values()))}"
    benchmark.extra_info.update(
        metric=metric.label,
        phase=phase,
        **{size: design[size] for size in "nTp"},
        systems=design["N"],
        complexity=getattr(metric.spec, "complexity", ""),
    )
    benchmark(work(metric, phase, design))


def work(metric, phase, design):
    """A function of nothing that does the phase once, for all systems of the design or all their pairs."""
    rng = np.random.default_rng(0)
    n, t, p, number = design.values()
    given = {"inputs": rng.normal(size=(n, t, 2)), "conditions": np.arange(n) % 2}
    systems = [Trajectories(rng.normal(size=(n, t, p)).cumsum(1), **given) for _ in range(number)]
    ready = Local(metric).open(systems)

    def prepare():
        for i in range(number):
            ready.prepare(i, 0)

    if phase == "prepare":
        return prepare
    for i in range(number):
        ready.prepare(i, 0)
    pairs = list(itertools.combinations(range(number), 2))

    def compare():
        for i, j in pairs:
            ready.compare(i, j, 0)

    return compare if phase == "compare" else lambda: ready.compare_many(pairs, 0)


@pytest.mark.parametrize("kernel", KERNELS)
def test_kernel_again(kernel, benchmark):
    test_kernel(kernel, benchmark)
