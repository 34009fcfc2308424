"""The axioms of a metric: symmetry, and the triangle inequality on triples that are made to break it.

Random triples never break the triangle inequality: in many dimensions every distance is about the same. Systems on a path do, since
the way round by the middle must not be shorter than the way through. One path interpolates between the trajectories of two
networks, the other turns up the decay of oscillators, so that eigenvalues move on a line. (Williams et al. 2021, sec. 2, on why it
matters: without the axioms, clustering and embedding by distances mislead.)
"""

from dataclasses import replace

import pytest

from metricsuite import Contrast, Sweep, pairwise
from metricsuite.criteria import symmetric, triangular
from metricsuite.systems import oscillators, random_networks


@pytest.fixture(scope="module")
def networks(seeds):
    half = len(seeds) // 2
    return Contrast(
        {"calm": random_networks(seeds[:half], gain=0.8), "chaotic": random_networks(seeds[half:], gain=1.8)},
        paired=True,
    )


@pytest.fixture(scope="module")
def interpolations(seeds):
    starts, ends = random_networks(seeds), random_networks([*seeds[1:], seeds[0]])
    return Sweep(
        "share of the second network",
        {
            t: [replace(a, array=(1 - t) * a.array + t * b.array) for a, b in zip(starts, ends, strict=True)]
            for t in (0, 0.25, 0.5, 0.75, 1)
        },
        against="all",
        paired=True,
    )


@pytest.fixture(scope="module")
def decays(seeds):
    return Sweep(
        "decay (1 / step)",
        {d: oscillators(seeds, decay=d) for d in (0, 0.02, 0.04, 0.06, 0.08)},
        against="all",
        paired=True,
    )


@pytest.mark.decides("symmetry", pairs=120)
def test_is_symmetric(metric, networks, verdict):
    verdict(symmetric(pairwise(metric, networks, both=True)))


@pytest.mark.decides("triangle", pairs=176)
def test_triangle_along_interpolated_trajectories(metric, interpolations, verdict):
    verdict(triangular(pairwise(metric, interpolations)))


@pytest.mark.decides("triangle", pairs=176)
def test_triangle_along_a_parameter_of_the_dynamics(metric, decays, verdict):
    verdict(triangular(pairwise(metric, decays)))
