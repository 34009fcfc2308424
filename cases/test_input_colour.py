"""Input colour or recurrence: which of the two does a measure follow?

Two recurrences, each under white and under coloured input (memory .9). What a network does is shaped by both, and what one wants to
know of it is the recurrence: another colour must move it by less than another recurrence does. A metric that asks for inputs gets
them. From outputs alone a filter in the network and one before it cannot be told apart in general, since linear filters commute;
here the recurrences are oscillators and the colour is not. (Huang et al. 2025: DSA with inputs.)
"""

import pytest

from metricsuite import Orbit, pairwise
from metricsuite.criteria import invariant
from metricsuite.systems import driven_networks


@pytest.fixture(scope="module", params=["slow", "fast"])
def coloured(request, seeds):
    other = {"slow": "fast", "fast": "slow"}[request.param]
    networks = driven_networks(seeds, request.param)
    return Orbit(
        networks, driven_networks(seeds, request.param, 0.9), others=driven_networks(seeds, other), paired=False
    )


@pytest.mark.decides("input-colour", pairs=48)
def test_recurrence_counts_for_more_than_input_colour(metric, coloured, verdict):
    verdict(invariant(pairwise(metric, coloured), below=1.0))
