"""Ring or line: attractors that differ in topology alone.

A ring attractor holds an angle. Cut it open and it is a line attractor, bent round the same circle: of the same norm, speed and
dimension, but one who keeps going comes to an end instead of coming round. (Ostrow et al. 2023, fig. 4, took a network along that
path.) None of the four controls tells these two apart. Autocorrelation at the one lag of half a turn would, since that is where being
joined shows, and so would what the gap itself leaves: the spread of the radius about the mean state. The straight line differs in dimension as well, so that a single number tells it from the ring. Noise on the
recording, and a squeeze that keeps the ring a ring, should not matter.
"""

import pytest

from metricsuite import Contrast, Orbit, Sweep, pairwise
from metricsuite.criteria import invariant, separates, survives
from metricsuite.systems import cut_rings, lines, rings

LEVELS = (0, 0.05, 0.1, 0.2, 0.5)  # of the signal's standard deviation


@pytest.fixture(scope="module", params=["same-input", "own-input"])
def ring_and_cut_ring(request, seeds):
    same = request.param == "same-input"
    return Contrast({"ring": rings(seeds, same), "cut ring": cut_rings(seeds, same)}, paired=same)


@pytest.fixture(scope="module", params=["same-input", "own-input"])
def ring_and_line(request, seeds):
    same = request.param == "same-input"
    return Contrast({"ring": rings(seeds, same), "line": lines(seeds, same)}, paired=same)


@pytest.fixture(scope="module", params=["same-input", "own-input"])
def noisy(request, seeds):
    same = request.param == "same-input"
    return Sweep(
        "observation noise (signal SD)",
        {s: {"ring": rings(seeds, same, noise=s), "cut ring": cut_rings(seeds, same, noise=s)} for s in LEVELS},
        paired=same,
    )


@pytest.fixture(scope="module")
def squeezed(seeds):
    return Orbit(rings(seeds), rings(seeds, squeeze=0.4), others=lines(seeds), paired=True)


@pytest.mark.decides("topology", pairs=496)
def test_tells_a_ring_from_a_cut_ring(metric, ring_and_cut_ring, verdict):
    verdict(separates(pairwise(metric, ring_and_cut_ring)))


@pytest.mark.decides("topology", pairs=496)
def test_tells_a_ring_from_a_line(metric, ring_and_line, verdict):
    verdict(separates(pairwise(metric, ring_and_line)))


@pytest.mark.decides("observation-noise", pairs=2480)
def test_tells_a_ring_from_a_cut_ring_through_noise(metric, noisy, verdict):
    verdict(survives(pairwise(metric, noisy), level=0.2))


@pytest.mark.decides("deformation", pairs=48)
def test_a_squeezed_ring_is_still_a_ring(metric, squeezed, verdict):
    verdict(invariant(pairwise(metric, squeezed), below=0.25))
