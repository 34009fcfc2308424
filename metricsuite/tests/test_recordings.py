"""Recordings: which networks seeds stand for, on which trials, and that the same seeds record the same states."""

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import initial_weights
from metricsuite.networks.recordings import TRIALS, lost, members, record, trials_for
from metricsuite.networks.rnn import LeakyGRU, LeakyRNN
from metricsuite.networks.tasks import CHANNELS, CHOICES, TESTING
from metricsuite.networks.zoo import SEEDS, Networks
from metricsuite.seeds import CALIBRATION, CERTIFY, PROFILE, Seeds


def whole(message):
    return f"^{re.escape(message)}$"


def small(name="master", architecture=None, family="decision", first=0, **fields):
    """As many networks as the zoo has, of 6 units and untrained; each knows its place by its accuracy."""
    architecture = architecture or LeakyRNN(units=6)
    rngs = [np.random.default_rng(first + seed) for seed in SEEDS]
    weights = initial_weights(architecture, rngs, CHANNELS, CHOICES[family])
    made = Networks(architecture, family, name, "", "final", weights, tuple(i / len(SEEDS) for i in range(len(SEEDS))))
    return replace(made, **fields)


def seeds(kind=CERTIFY, n=3, stem="test_composition"):
    return Seeds(stem, kind, n)


def arrays(recorded):
    return np.stack([system.array for system in recorded])


def inputs(recorded):
    return np.stack([system.inputs for system in recorded])


# --- which networks ---


def test_certificates_take_the_first_networks():
    assert [0, 1, 2] == members(seeds(CERTIFY))


@pytest.mark.parametrize("kind", [PROFILE, CALIBRATION])
def test_profiles_and_calibration_take_the_last_networks(kind):
    assert [31, 30, 29] == members(seeds(kind))


def test_plain_integers_certify():
    assert [0, 1] == members([7, 8])


def test_certificates_and_profiles_share_no_network():
    """At 16 seeds, as the suite takes; calibration takes 4 of those that profile."""
    certify, profile = (set(members(seeds(kind, 16))) for kind in (CERTIFY, PROFILE))
    assert (set(), set(SEEDS)) == (certify & profile, certify | profile)


def test_certificates_and_calibration_share_no_network():
    assert set() == set(members(seeds(CERTIFY, 16))) & set(members(seeds(CALIBRATION, 4)))


def test_there_are_no_more_seeds_than_networks():
    message = "the zoo has 32 networks of each group, and 33 seeds were asked for; needed at most 32."
    with pytest.raises(CaseError, match=whole(message)):
        members(seeds(n=33))


def test_every_network_may_be_asked_for():
    assert [*SEEDS] == members(seeds(n=32))


# --- which trials ---


def test_the_same_trials_are_the_same_for_every_network():
    found = inputs(record(small(), seeds(), same_trials=True))
    assert [True, True] == [np.array_equal(found[0], other) for other in found[1:]]


def test_the_same_trials_are_the_same_for_every_group_and_architecture():
    masters = record(small(), seeds(), same_trials=True)
    others = record(small("pretrain", LeakyGRU(units=5)), seeds(), same_trials=True)
    np.testing.assert_array_equal(inputs(masters), inputs(others))


def test_own_trials_differ_between_networks():
    found = inputs(record(small(), seeds(), same_trials=False))
    assert [False] * 3 == [np.array_equal(found[a], found[b]) for a, b in ((0, 1), (0, 2), (1, 2))]


@pytest.mark.parametrize(
    "other",
    [
        small("pretrain"),
        small(checkpoint="0.5"),
        small(freezing="rule"),
        small(architecture=LeakyGRU(units=6)),
        small(architecture=LeakyRNN(units=6, nonlinearity="tanh")),
    ],
    ids=["group", "checkpoint", "freezing", "architecture", "nonlinearity"],
)
def test_own_trials_differ_between_groups(other):
    """Two groups on one set of trials would be paired by chance of their seeds."""
    found, others = (inputs(record(networks, seeds(), same_trials=False)) for networks in (small(), other))
    assert [False] * 9 == [np.array_equal(a, b) for a in found for b in others]


def test_own_trials_come_in_an_order_of_their_own():
    """Row i of one would otherwise be of the condition of row i of the other."""
    first, second = (s.conditions for s in record(small(), seeds(n=2), same_trials=False))
    assert not np.array_equal(first, second)


@pytest.mark.parametrize("family", CHOICES)
@pytest.mark.parametrize("same", [True, False])
def test_each_choice_is_right_in_half_of_the_trials(family, same):
    (system,) = record(small(family=family), seeds(n=1), same_trials=same)
    assert [TRIALS // 2] * 2 == np.unique(system.conditions, return_counts=True)[1].tolist()


def test_every_coherence_comes_as_often():
    trials = trials_for("decision", 5, "own")
    assert [10] * 4 == np.unique(trials.coherences, return_counts=True)[1].tolist()


def test_trials_are_those_of_their_seed():
    assert not np.array_equal(trials_for("decision", 1).inputs, trials_for("decision", 2).inputs)


def test_trials_are_those_of_the_target():
    """The last of the four rules is on."""
    assert {(0.0, 0.0, 0.0, 1.0)} == set(map(tuple, trials_for("decision", 1).inputs[:, 0, 3:].tolist()))


# --- what is recorded ---


@pytest.mark.parametrize("same", [True, False])
@pytest.mark.parametrize("family", CHOICES)
def test_states_are_those_of_the_network_on_its_trials(family, same):
    networks = small(family=family)
    for place, system in zip(members(seeds(PROFILE)), record(networks, seeds(PROFILE), same), strict=True):
        alone = {name: weight[place : place + 1] for name, weight in networks.weights.items()}
        states = networks.architecture.run(alone, torch.from_numpy(system.inputs).float()[None]).states[0]
        np.testing.assert_allclose(states.numpy(), system.array, atol=1e-5)


def test_a_recording_knows_its_shape_its_step_and_its_right_choices():
    (system,) = record(small(), seeds(n=1), same_trials=True)
    trials = trials_for("decision", seeds(n=1)[0])
    expected = ((TRIALS, 52, 6), TESTING.dt / 1000, trials.choices.tolist())
    assert expected == (system.array.shape, system.dt, list(system.conditions))


@pytest.mark.parametrize("same", [True, False])
def test_the_same_seeds_record_the_same_states(same):
    first, again = (arrays(record(small(), seeds(), same)) for _ in range(2))
    np.testing.assert_array_equal(first, again)


def test_recording_changes_no_weight():
    networks = small()
    before = {name: weight.clone() for name, weight in networks.weights.items()}
    record(networks, seeds(), same_trials=True)
    assert [True] * len(before) == [torch.equal(before[name], networks.weights[name]) for name in before]


def test_recording_draws_from_no_global_stream():
    before = np.random.get_state()[1].copy(), torch.random.get_rng_state()  # noqa: NPY002
    record(small(), seeds(stem="never recorded before"), same_trials=False)
    after = np.random.get_state()[1], torch.random.get_rng_state()  # noqa: NPY002
    assert (True, True) == (np.array_equal(before[0], after[0]), torch.equal(before[1], after[1]))


def test_fewer_seeds_record_the_first_of_the_more():
    """So that --seeds widens a run without changing what it had."""
    few, many = (arrays(record(small(), seeds(n=n), same_trials=False)) for n in (2, 5))
    np.testing.assert_allclose(few, many[:2], atol=1e-6)


# --- what they got wrong ---


def test_lost_is_what_each_seed_s_network_gets_wrong():
    assert [1 - i / 32 for i in (31, 30, 29)] == lost(small(), seeds(PROFILE))


def test_lost_comes_in_the_order_of_the_recorded_networks():
    networks = small()
    recorded, first = record(networks, seeds(n=4), True), lost(networks, seeds(n=4))
    assert (4, [1 - i / 32 for i in members(seeds(n=4))]) == (len(recorded), first)
