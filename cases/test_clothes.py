"""The same dynamics in other clothes: what a recording happens to be, and the law that it is a recording of.

Three noisy oscillators are started afresh, recorded by other units, sampled twice as often; one closed path is run at an uneven speed.
The law stays. What does change it, by little: all frequencies up a tenth, at loudnesses that vary so much that no single number
shows it; and operators of one spectrum that are normal or not. (Trefethen & Embree 2005 on what a spectrum leaves out.)
"""

import pytest

from metricsuite import Contrast, Orbit, pairwise
from metricsuite.criteria import invariant, sensitive, separates
from metricsuite.systems import clean_operators, loops, noisy_operators, resonators

LAW = {"spread": 0.5}  # every seed has frequencies of its own


@pytest.fixture(scope="module")
def started_afresh(seeds):
    return Orbit(resonators(seeds, **LAW), resonators(seeds, draw=1, **LAW), paired=False)


@pytest.fixture(scope="module")
def seen_by_others(seeds):
    return Orbit(resonators(seeds, **LAW), resonators(seeds, readout=1, units=60, **LAW), paired=True)


@pytest.fixture(scope="module")
def sampled_twice_as_often(seeds):
    # with dt or without: a metric that needs dt is given it, every other one must do with the numbers
    return Orbit(resonators(seeds, **LAW), resonators(seeds, rate=2, **LAW), paired=False)


@pytest.fixture(scope="module")
def run_unevenly(seeds):
    return Orbit(loops(seeds, harmonics=3), loops(seeds, uneven=0.6, harmonics=3), paired=True)


@pytest.fixture(scope="module", params=[0.0, 0.1], ids=["clean", "noisy"])
def shifted_by_a_tenth(request, seeds):
    slow, fast = resonators(seeds, noise=request.param), resonators(seeds, 1.1, family=1, noise=request.param)
    return Contrast({"slow": slow, "a tenth faster": fast}, paired=False)


@pytest.fixture(scope="module")
def sheared_operators(seeds):
    return Orbit(clean_operators(seeds), clean_operators(seeds, shear=1.0), paired=True)


@pytest.fixture(scope="module")
def noisy_motion(seeds):
    return Contrast({"normal": noisy_operators(seeds), "non-normal": noisy_operators(seeds, True)}, paired=False)


@pytest.mark.decides("initial-conditions", pairs=32)
def test_fresh_initial_conditions(metric, started_afresh, verdict):
    verdict(invariant(pairwise(metric, started_afresh), below=0.25))


@pytest.mark.decides("readout", pairs=32)
def test_another_readout_to_more_units(metric, seen_by_others, verdict):
    verdict(invariant(pairwise(metric, seen_by_others), below=0.25))


@pytest.mark.decides("sampling-rate", pairs=32)
def test_twice_the_sampling_rate(metric, sampled_twice_as_often, verdict):
    verdict(invariant(pairwise(metric, sampled_twice_as_often), below=0.25))


@pytest.mark.decides("uneven-speed", pairs=32)
def test_one_path_at_uneven_speed(metric, run_unevenly, verdict):
    verdict(invariant(pairwise(metric, run_unevenly), below=0.25))


@pytest.mark.decides("frequency", pairs=496)
def test_frequencies_up_a_tenth(metric, shifted_by_a_tenth, verdict):
    verdict(separates(pairwise(metric, shifted_by_a_tenth)))


@pytest.mark.decides("non-normality", pairs=32)
def test_a_sheared_operator(metric, sheared_operators, verdict):
    verdict(sensitive(pairwise(metric, sheared_operators)))


@pytest.mark.decides("non-normality", pairs=496)
def test_noisy_motion_of_operators_of_one_spectrum(metric, noisy_motion, verdict):
    verdict(separates(pairwise(metric, noisy_motion)))
