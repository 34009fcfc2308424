"""Matched averages: bistable, line and point attractor behind the same condition averages.

An input can steer a system that forgets, one that keeps and one that amplifies along the same course, on average. What differs is how
a single trial comes back, stays off or runs away (Galgali et al. 2023). A metric of dynamics tells the three apart in single trials,
also through noise on the recording; from averages alone there is nothing to tell, and a metric that does is reading noise.
"""

from itertools import combinations

import pytest

from metricsuite import Contrast, Orbit, Sweep, pairwise
from metricsuite.criteria import invariant, separates, survives
from metricsuite.systems.matched_averages import PULLS, steered

SHOWN = {  # by `metricsuite show`, never a verdict
    "two_pulls": {
        f"process noise {p:g}": lambda seeds, p=p: Contrast(
            {pull: steered(seeds, pull, process_noise=p) for pull in PULLS}, paired=True
        )
        for p in (0.05, 2)
    }
}
LEVELS = (0, 0.05, 0.1, 0.2, 0.5)  # of the signal's standard deviation


@pytest.fixture(scope="module", params=combinations(PULLS, 2), ids="-".join)
def two_pulls(request, seeds):
    return Contrast({pull: steered(seeds, pull) for pull in request.param}, paired=True)


@pytest.fixture(scope="module")
def noisy(seeds):
    return Sweep(
        "observation noise (signal SD)",
        {s: {pull: steered(seeds, pull, noise=s) for pull in PULLS} for s in LEVELS},
        paired=True,
    )


@pytest.fixture(scope="module", params=combinations(PULLS, 2), ids="-".join)
def averages(request, seeds):
    one, other = request.param
    return Orbit(
        steered(seeds, one, averaged=True),
        steered(seeds, other, averaged=True),
        others=steered(seeds, one, averaged=True, course=1),
        paired=True,
    )


@pytest.mark.decides("matched-averages", pairs=496)
def test_tells_the_pull_behind_equal_averages(metric, two_pulls, verdict):
    verdict(separates(pairwise(metric, two_pulls)))


@pytest.mark.decides("matched-averages", pairs=5640)
def test_tells_the_pull_through_noise(metric, noisy, verdict):
    verdict(survives(pairwise(metric, noisy), level=0.2, direction="sensitive"))


@pytest.mark.decides("process-noise", pairs=48)
def test_finds_nothing_in_the_averages(metric, averages, verdict):
    verdict(invariant(pairwise(metric, averages), below=0.25))
