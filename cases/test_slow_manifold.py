"""One ring, three flows: nowhere, slowly round, slowly to one of four points.

No ring attractor is exact; perturbed, it becomes a slow limit cycle or a ring of fixed points (Ságodi and Park 2025). All three look
like a ring, and here agree in norm, speed, dimension and autocorrelation time. What differs is the drift, a quarter of a degree a
step. Each pair is a decision of its own: a metric that sees the cycle alone would tell three kinds apart, on average. As the drift
vanishes, so should the distance, where starts and noise are the same; where every recording has its own, it should still grow with the drift.
"""

from itertools import combinations

import pytest

from metricsuite import Contrast, Sweep, pairwise
from metricsuite.criteria import rises, separates, vanishes
from metricsuite.systems.slow_manifolds import FLOWS, slow_rings

SIZES = (0, 0.000625, 0.00125, 0.0025, 0.005)  # radians a step


@pytest.fixture(scope="module", params=combinations(FLOWS, 2), ids=" and ".join)
def two_flows(request):
    return request.param


@pytest.fixture(scope="module", params=["same-start", "own-start"])
def one_ring(request, two_flows, seeds):
    same = request.param == "same-start"
    return Contrast({flow: slow_rings(seeds, flow, same_start=same) for flow in two_flows}, paired=same)


@pytest.fixture(scope="module", params=FLOWS[1:])
def growing(request, seeds):
    return Sweep("eps (radians a step)", {eps: slow_rings(seeds, request.param, eps) for eps in SIZES}, paired=True)


@pytest.fixture(scope="module", params=FLOWS[1:])
def recorded_anew(request, seeds):
    levels = {eps: slow_rings(seeds, request.param, eps, False, draw=k) for k, eps in enumerate(SIZES, 1)}
    return Sweep("eps (radians a step), each recorded anew", levels, paired=False)


@pytest.mark.decides("flow-on-the-manifold", pairs=496)
def test_tells_two_flows_on_one_ring(metric, one_ring, verdict):
    verdict(separates(pairwise(metric, one_ring)))


@pytest.mark.decides("flow-on-the-manifold", pairs=80)
def test_vanishes_with_the_flow(metric, growing, verdict):
    verdict(vanishes(pairwise(metric, growing)))


@pytest.mark.decides("flow-on-the-manifold", pairs=80)
def test_grows_with_the_flow(metric, recorded_anew, verdict):
    verdict(rises(pairwise(metric, recorded_anew)))
