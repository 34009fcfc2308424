"""One ring, three flows: nowhere, slowly round, slowly to one of four points.

No ring attractor is exact; perturbed, it becomes a slow limit cycle or a ring of fixed points (Ságodi and Park 2025). All three look
like a ring, and here agree in norm, speed, dimension and autocorrelation time. What differs is the drift, a quarter of a degree a
step. As the drift vanishes, so should the distance.
"""

import pytest

from metricsuite import Contrast, Sweep, pairwise
from metricsuite.criteria import rises, separates
from metricsuite.systems.slow_manifolds import FLOWS, slow_rings

SIZES = (0, 0.000625, 0.00125, 0.0025, 0.005)  # radians a step


@pytest.fixture(scope="module", params=["same-start", "own-start"])
def three_flows(request, seeds):
    same = request.param == "same-start"
    return Contrast({flow: slow_rings(seeds, flow, same_start=same) for flow in FLOWS}, paired=same)


@pytest.fixture(scope="module", params=FLOWS[1:])
def growing(request, seeds):
    return Sweep("eps (radians a step)", {eps: slow_rings(seeds, request.param, eps) for eps in SIZES}, paired=True)


@pytest.mark.decides("flow-on-the-manifold", pairs=1128)
def test_tells_three_flows_on_one_ring(metric, three_flows, verdict):
    verdict(separates(pairwise(metric, three_flows)))


@pytest.mark.decides("flow-on-the-manifold", pairs=80)
def test_vanishes_with_the_flow(metric, growing, verdict):
    verdict(rises(pairwise(metric, growing)))
