"""The contract: what a measurement must do to be one. Held against every metric, claimed or not.

A metric returns one finite float that is not negative, the same one when asked again, alone or in a batch, and leaves alone what it
was given. It says 0 for a system and its copy, and not the same for all systems. The systems are random recurrent networks on one
input, so that they pair, have equal numbers of units, and come with inputs, conditions and dt: inside every scope.
"""

from dataclasses import replace

import pytest

from metricsuite import Contrast, Orbit, pairwise
from metricsuite.criteria import identical, obeys, repeats, varies
from metricsuite.systems import random_networks


@pytest.fixture(scope="module")
def networks(seeds):
    chaotic = random_networks(seeds[:2], gain=1.8, trials=24, steps=120)
    return Contrast(
        {"calm": random_networks(seeds[2:4], gain=0.8, trials=24, steps=120), "chaotic": chaotic}, paired=True
    )


@pytest.fixture(scope="module")
def copies(seeds):
    systems = random_networks(seeds[:4], trials=24, steps=120)
    return Orbit(systems, [replace(s, array=s.array.copy()) for s in systems], paired=True)


@pytest.mark.decides("finite", pairs=6)
def test_returns_a_finite_float(metric, networks, verdict):
    verdict(obeys(pairwise(metric, networks, strict=False), "finite"))


@pytest.mark.decides("non-negative", pairs=6)
def test_is_not_negative(metric, networks, verdict):
    verdict(obeys(pairwise(metric, networks, strict=False), "non-negative"))


@pytest.mark.decides("input-untouched", pairs=6)
def test_leaves_its_input_alone(metric, networks, verdict):
    verdict(obeys(pairwise(metric, networks, strict=False), "input-untouched"))


@pytest.mark.decides("stateless", pairs=6)
def test_leaves_global_random_state_alone(metric, networks, verdict):
    verdict(obeys(pairwise(metric, networks, strict=False), "stateless"))


@pytest.mark.decides("repeatable", pairs=6)
def test_gives_the_same_answer_twice(metric, networks, verdict):
    first = pairwise(metric, networks, strict=False)
    again = pairwise(metric.afresh(), networks, strict=False, backwards=True)
    redrawn = pairwise(metric, networks, strict=False, draw=1) if metric.spec.random else None
    alone = pairwise(metric, networks, strict=False, alone=True) if first.batched else None
    verdict(repeats(first, again, redrawn, alone))


@pytest.mark.decides("identity", pairs=8)
def test_is_zero_for_a_copy(metric, copies, verdict):
    verdict(identical(pairwise(metric, copies, strict=False)))


@pytest.mark.decides("not-constant", pairs=6)
def test_is_not_one_value(metric, networks, verdict):
    verdict(varies(pairwise(metric, networks, strict=False)))
