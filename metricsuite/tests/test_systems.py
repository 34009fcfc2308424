"""Random networks and oscillators: deterministic by seed, what they say they are, and errors for what cannot be made."""

import re

import numpy as np
import pytest

from metricsuite.errors import CaseError
from metricsuite.systems import oscillators, random_networks

MAKERS = [random_networks, oscillators]


@pytest.mark.parametrize("make", MAKERS)
def test_a_seed_decides_a_system_whatever_else_is_made(make):
    alone, among = make([5])[0], make([3, 5, 7])[1]
    np.testing.assert_array_equal(alone.array, among.array)


@pytest.mark.parametrize("make", MAKERS)
def test_seeds_make_different_systems(make):
    first, second = make([5, 6])
    assert np.abs(first.array - second.array).max() > 0.1


def test_networks_come_with_what_drove_them():
    system = random_networks([1], trials=8, steps=30, units=5)[0]
    assert ((8, 30, 5), (8, 30, 2), (8,)) == (system.array.shape, system.inputs.shape, system.conditions.shape)


@pytest.mark.parametrize("same_input", [True, False])
def test_same_input_is_the_same_for_all(same_input):
    first, second = random_networks([1, 2], same_input=same_input)
    assert same_input is np.array_equal(first.inputs, second.inputs)


@pytest.mark.parametrize("decay", [0.0, 0.05, 0.2])
def test_oscillations_decay_at_the_rate_that_they_were_given(decay):
    x = oscillators([1], decay, trials=200, steps=20, noise=0.0)[0].array
    size = np.sqrt((x**2).sum(-1).mean(0))
    np.testing.assert_allclose(np.exp(-decay), size[1:] / size[:-1], rtol=1e-10)


def test_along_the_decay_the_start_stays():
    np.testing.assert_array_equal(oscillators([1], 0.0)[0].array[:, 0], oscillators([1], 0.1)[0].array[:, 0])


@pytest.mark.parametrize(
    ("make", "given", "message"),
    [
        (random_networks, {"trials": 1}, "random_networks(trials=1, steps=80, units=16, gain=1.4); needed sizes of at least 2 and a positive gain."),
        (random_networks, {"gain": 0.0}, "random_networks(trials=12, steps=80, units=16, gain=0.0); needed sizes of at least 2 and a positive gain."),
        (oscillators, {"decay": -1.0}, "oscillators(decay=-1.0, units=10); needed a decay of 0 or more and at least 6 units."),
        (oscillators, {"units": 5}, "oscillators(decay=0.0, units=5); needed a decay of 0 or more and at least 6 units."),
    ],
)  # fmt: skip
def test_what_makes_no_system_is_refused(make, given, message):
    with pytest.raises(CaseError, match=re.escape(message)):
        make([1], **given)
