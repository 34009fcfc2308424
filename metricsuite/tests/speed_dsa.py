"""The speed of DSA, beside a kernel of the same size in the same run, so that machines may differ: `tox -e speed` runs this.

A benchmark warns where it costs twice as many kernels as it did when `KERNELS` was measured; it does not fail, since kernels do not scale
alike across machines. What fails is `metricsuite speed --against`.
"""

import time
import warnings

import numpy as np
import pytest

from metricsuite.metrics.dsa.conjugacy import align_pairs
from metricsuite.metrics.dsa.dsa import DelayOperator
from metricsuite.metrics.dsa.embedding import delay_embedding
from metricsuite.tests.peers.dsa_problems import all_pairs, real_operators, recordings
from metricsuite.threads import one_thread

SYSTEMS = {10: 15, 20: 15, 50: 7}
FITS = {"x".join(map(str, r.x.shape)): r for r in recordings() if "noisy" in r.data}
KERNELS = {10: 110, 20: 78, 50: 160, "200x200x3": 0.06, "64x150x20": 0.065}
SLIPPED = 2.0
pytestmark = pytest.mark.filterwarnings("default")


@pytest.fixture(autouse=True)
def _one_thread():
    with one_thread():
        yield


def alignment(n):
    operators, pairs = real_operators(n, SYSTEMS[n]), all_pairs(SYSTEMS[n])
    return lambda: align_pairs(operators, pairs)


def svd_of_every_pair(n):
    matrices = np.random.default_rng(0).standard_normal((len(all_pairs(SYSTEMS[n])), n, n))
    return lambda: np.linalg.svd(matrices)


def fit(size):
    _, x, n_delays, rank = FITS[size]
    return lambda: DelayOperator(n_delays, 1, rank, n_components=None).operator(x)


def svd_of_the_embedding(size):
    _, x, n_delays, _ = FITS[size]
    embedded = delay_embedding(x, n_delays)
    stacked = embedded.reshape(-1, embedded.shape[2])
    return lambda: np.linalg.svd(stacked, full_matrices=False)


def hold(benchmark, function, kernel, key):
    """The best times of the two, a round of each in turn."""
    fastest = {function: np.inf, kernel: np.inf}
    for _ in range(7):
        for each in fastest:
            start = time.perf_counter()
            each()
            fastest[each] = min(fastest[each], time.perf_counter() - start)
    kernels = fastest[function] / fastest[kernel]
    benchmark.extra_info["kernels"] = round(kernels, 3)
    benchmark(function)
    if kernels >= SLIPPED * KERNELS[key]:
        warnings.warn(f"{kernels:.3g} kernels, {KERNELS[key]:.3g} when it was measured last", stacklevel=2)


@pytest.mark.parametrize("n", SYSTEMS)
def test_align_pairs(n, benchmark):
    benchmark.group = f"{len(all_pairs(SYSTEMS[n]))} pairs of operators, {n} x {n}"
    hold(benchmark, alignment(n), svd_of_every_pair(n), n)


@pytest.mark.parametrize("n", SYSTEMS)
def test_kernel_svd_of_every_pair(n, benchmark):
    benchmark.group = f"{len(all_pairs(SYSTEMS[n]))} pairs of operators, {n} x {n}"
    benchmark(svd_of_every_pair(n))


@pytest.mark.parametrize("size", FITS)
def test_fit_operator(size, benchmark):
    benchmark.group = f"operator of {size}, {FITS[size].n_delays} delays"
    hold(benchmark, fit(size), svd_of_the_embedding(size), size)


@pytest.mark.parametrize("size", FITS)
def test_kernel_svd_of_the_embedding(size, benchmark):
    benchmark.group = f"operator of {size}, {FITS[size].n_delays} delays"
    benchmark(svd_of_the_embedding(size))
