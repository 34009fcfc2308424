"""Ring to line in a network: a bump attractor whose ends are joined, then cut.

A hill of activity in a ring of neurons holds an angle. Weaken the weights that pass one seam, and at some point the hill no longer
gets across: the ring has become a line. Ostrow et al. (2023, fig. 4) took a network along that path, and another through a sigmoid
that bends all rates and keeps the ring a ring. A metric of dynamics should follow the first and ignore the second.

Half a hill at an end is no hill, so a cut network fills fewer dimensions; in the contrast the line has narrower hills, which makes up for
it in the four controls, and in them alone: the cloud of states has another shape, whatever moves in it. Along the sweep nothing makes up for it, and a bump that cannot pass waits.
"""

import pytest

from metricsuite import Contrast, Orbit, Sweep, pairwise
from metricsuite.criteria import invariant, rises, separates
from metricsuite.systems import bumps

LINE_WIDTHS = (0.31, 0.37)  # where the ring has .40 to .46: so the line, which has ends, fills as many dimensions
CUT = (0, 0.1, 0.2, 0.3, 0.4)  # a pushed bump makes 3.4, 3.3, 2.8, 1.5 and less than 1 turns; beyond .5 it never passes


@pytest.fixture(scope="module", params=["same-input", "own-input"])
def ring_and_line(request, seeds):
    same = request.param == "same-input"
    line = bumps(seeds, same, joined=0, turning=True, widths=LINE_WIDTHS)
    return Contrast({"ring": bumps(seeds, same), "line": line}, paired=same)


@pytest.fixture(scope="module", params=["same-input", "own-input"])
def cut_open(request, seeds):
    same = request.param == "same-input"
    return Sweep("cut (part of the weights across the seam)", {c: bumps(seeds, same, 1 - c) for c in CUT}, paired=same)


@pytest.fixture(scope="module")
def deformed(seeds):
    return Orbit(bumps(seeds), bumps(seeds, deformation=4), others=bumps(seeds, joined=0, turning=True), paired=True)


@pytest.mark.decides("topology", pairs=496)
def test_tells_a_joined_network_from_a_cut_one(metric, ring_and_line, verdict):
    verdict(separates(pairwise(metric, ring_and_line)))


@pytest.mark.decides("topology", pairs=80)
def test_grows_as_the_ring_is_cut_open(metric, cut_open, verdict):
    verdict(rises(pairwise(metric, cut_open)))


@pytest.mark.decides("deformation", pairs=48)
def test_a_sigmoid_keeps_the_ring_a_ring(metric, deformed, verdict):
    verdict(invariant(pairwise(metric, deformed), below=0.25))
