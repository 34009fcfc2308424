"""Mamba: a selective state-space network that learned a task, told from an untrained one by its recurrent states.

Guilhot et al. (2024, fig. 6) report no change in the recurrent dynamics with learning. Untrained networks differ among themselves, and so do
trained ones; only beside these two floors does a distance between them mean anything, and they are what the classes are told apart by. The
systems are the states of the selective recurrence, all 256 of them. (Whether nothing changes is an equivalence, in `metricsuite replicate`.)
"""

import pytest

from metricsuite import Contrast, networks, pairwise
from metricsuite.criteria import separates


@pytest.fixture(scope="module", params=["decision", "go-nogo"])
def family(request):
    return request.param


@pytest.fixture(scope="module", params=["same-trials", "own-trials"])
def same(request):
    return request.param == "same-trials"


@pytest.fixture(scope="module")
def trained_and_untrained(family, same, seeds):
    groups = {"trained": "master", "untrained": "untrained_second"}
    return Contrast(
        {label: networks.record(networks.load("mamba", family, name), seeds, same) for label, name in groups.items()},
        paired=same,
    )


@pytest.mark.decides("trained", pairs=496)
def test_tells_trained_from_untrained(metric, trained_and_untrained, verdict):
    verdict(separates(pairwise(metric, trained_and_untrained)))
