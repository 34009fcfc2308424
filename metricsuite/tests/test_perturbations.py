"""Pushes: of the size asked for, in directions that the readout sees or does not, and the same for the same seeds."""

import re

import numpy as np
import pytest
import torch

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import initial_weights
from metricsuite.networks.mamba import Mamba
from metricsuite.networks.perturbations import KINDS, _Pushed, perturb
from metricsuite.networks.recordings import members, record, trials_for
from metricsuite.networks.rnn import LeakyGRU, LeakyRNN
from metricsuite.networks.tasks import CHANNELS, CHOICES, PERIODS
from metricsuite.networks.zoo import SEEDS, Networks
from metricsuite.seeds import CERTIFY, PROFILE, Seeds

SIZES = (0.2, 0.8)
KINDS_OF = {"relu": LeakyRNN(units=16), "gru": LeakyGRU(units=16)}


def whole(message):
    return f"^{re.escape(message)}$"


def small(architecture="relu", family="decision"):
    """As many networks as the zoo has, untrained; what a push is does not depend on what was learned."""
    kind = KINDS_OF.get(architecture, Mamba(d_model=2, d_state=2))
    weights = initial_weights(kind, [np.random.default_rng(seed) for seed in SEEDS], CHANNELS, CHOICES[family])
    return Networks(kind, family, "master", "", "final", weights, (0.5,) * len(SEEDS))


def seeds(kind=CERTIFY, n=3):
    return Seeds("test_relevance", kind, n)


def arrays(pushed):
    return np.stack([system.array for system in pushed.systems])


@pytest.fixture(params=KINDS_OF)
def architecture(request):
    return request.param


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


# --- sizes ---


@pytest.mark.parametrize("same", [True, False])
def test_states_change_by_the_size_asked_for(architecture, kind, same):
    for size, pushed in zip(SIZES, perturb(small(architecture), seeds(), kind, SIZES, same), strict=True):
        assert pytest.approx([size] * 3, rel=0.01) == pushed.sizes


def test_the_size_is_that_of_the_change_beside_the_spread_of_the_states(architecture, kind):
    plain, pushed = (arrays(p) for p in perturb(small(architecture), seeds(), kind, (0, 0.4)))
    spread = np.linalg.norm((plain - plain.mean((1, 2), keepdims=True)).reshape(3, -1), axis=1)
    assert pytest.approx([0.4] * 3, rel=0.01) == (np.linalg.norm((pushed - plain).reshape(3, -1), axis=1) / spread)


def test_a_push_of_size_0_changes_nothing(architecture, kind):
    (nothing,) = perturb(small(architecture), seeds(), kind, [0])
    recorded = np.stack([system.array for system in record(small(architecture), seeds(), same_trials=True)])
    np.testing.assert_array_equal(recorded, arrays(nothing))


def test_a_push_of_size_0_has_size_0(architecture, kind):
    assert [0.0] * 3 == perturb(small(architecture), seeds(), kind, [0])[0].sizes


def test_states_are_left_alone_before_the_delay(architecture, kind):
    plain, pushed = (arrays(p) for p in perturb(small(architecture), seeds(), kind, (0, 0.8)))
    starts = (trials_for("decision", seeds()[0]).periods[0] == PERIODS.index("delay")).argmax()
    expected = (0.0, True)
    assert expected == (
        np.abs(pushed - plain)[:, :, :starts].max(),
        bool((np.abs(pushed - plain)[:, :, starts] > 0).any()),
    )


def test_trials_are_pushed_to_both_sides(architecture, kind):
    """A push to one side alone would move the mean, which any measure of means sees."""
    plain, pushed = (arrays(p) for p in perturb(small(architecture), seeds(n=1), kind, (0, 0.2)))
    change = (pushed - plain)[0, :, -12]
    sides = np.sign(change @ np.linalg.svd(change, full_matrices=False)[2][0])
    assert 8 < (sides > 0).sum() < 32


# --- directions ---


def directions(architecture, family, kind):
    networks = small(architecture, family)
    pushed = _Pushed(networks, seeds(), [trials_for(family, seeds()[0])] * 3)
    pushed.aim(pushed.candidates(kind), 0.4)
    return pushed


@pytest.mark.parametrize("family", CHOICES)
def test_irrelevant_pushes_lie_in_the_null_space_of_the_readout(architecture, family):
    pushed = directions(architecture, family, "irrelevant")
    seen = torch.einsum("scu,su->sc", pushed.weights["readout"], pushed.directions)
    assert seen.abs().max() < 1e-6


@pytest.mark.parametrize("family", CHOICES)
def test_irrelevant_pushes_leave_the_choice_alone(architecture, family):
    """At right angles to the relevant direction."""
    relevant, irrelevant = (directions(architecture, family, kind).directions for kind in KINDS)
    assert (relevant * irrelevant).sum(1).abs().max() < 1e-6


def test_directions_have_norm_1(architecture, kind):
    assert (
        pytest.approx([1.0] * 3, abs=1e-6) == directions(architecture, "decision", kind).directions.norm(dim=1).tolist()
    )


def test_the_relevant_direction_is_the_difference_between_the_choices_in_the_delay(architecture):
    trials = trials_for("decision", seeds()[0])
    delay = trials.periods[0] == PERIODS.index("delay")
    for system, found in zip(
        record(small(architecture), seeds(), same_trials=True),
        directions(architecture, "decision", "relevant").directions.numpy(),
        strict=True,
    ):
        means = [system.array[trials.choices == choice][:, delay].mean((0, 1)) for choice in (1, 2)]
        expected = (means[1] - means[0]) / np.linalg.norm(means[1] - means[0])
        np.testing.assert_allclose(expected, found, atol=1e-3)


def test_the_recurrence_hears_less_of_irrelevant_pushes_than_of_nine_in_ten_directions(architecture):
    pushed = directions(architecture, "decision", "irrelevant")
    heard = torch.einsum("sru,su->sr", pushed.weights["recurrent"], pushed.directions).norm(dim=1)
    others = torch.from_numpy(np.random.default_rng(0).normal(size=(16, 200)).astype(np.float32))
    loud = (pushed.weights["recurrent"] @ (others / others.norm(dim=0))).norm(dim=1)
    assert (heard < loud.quantile(0.1, dim=1)).all()


def test_of_the_directions_heard_least_the_cheapest_is_taken(architecture):
    pushed = directions(architecture, "decision", "irrelevant")
    candidates, costs = pushed.candidates("irrelevant"), []
    for candidate in candidates:
        pushed.directions = candidate
        costs.append(pushed.by(0.4).lost)
    pushed.aim(candidates, 0.4)
    assert np.min(costs, axis=0).tolist() == pushed.by(0.4).lost


# --- which networks and trials ---


def test_the_same_seeds_are_pushed_in_the_same_way(architecture, kind):
    first, again = (perturb(small(architecture), seeds(), kind, SIZES, False) for _ in range(2))
    for one, other in zip(first, again, strict=True):
        np.testing.assert_array_equal(arrays(one), arrays(other))


def test_profiles_push_other_networks(kind):
    networks = small()
    (certified,), (profiled,) = (perturb(networks, seeds(which), kind, [0]) for which in (CERTIFY, PROFILE))
    alone = {name: weight[members(seeds(PROFILE))] for name, weight in networks.weights.items()}
    inputs = torch.from_numpy(np.stack([s.inputs for s in profiled.systems])).float()
    np.testing.assert_allclose(networks.architecture.run(alone, inputs).states.numpy(), arrays(profiled), atol=1e-5)
    assert not np.array_equal(arrays(certified), arrays(profiled))


def test_the_same_trials_are_those_of_a_recording(kind):
    (pushed,) = perturb(small(), seeds(), kind, [0.4])
    recorded = record(small(), seeds(), same_trials=True)
    np.testing.assert_array_equal([s.inputs for s in recorded], [s.inputs for s in pushed.systems])


def test_own_trials_differ_between_networks_and_kinds():
    found = [s.inputs for kind in KINDS for s in perturb(small(), seeds(), kind, [0.4], False)[0].systems]
    assert 6 == len({trials.tobytes() for trials in found})


def test_sizes_of_one_call_share_their_trials(kind):
    """So that what differs between two sizes is the size."""
    first, second = perturb(small(), seeds(), kind, SIZES, False)
    np.testing.assert_array_equal([s.inputs for s in first.systems], [s.inputs for s in second.systems])


def test_what_is_lost_is_a_part_of_the_trials(architecture, kind):
    lost = np.array([p.lost for p in perturb(small(architecture), seeds(), kind, SIZES)])
    assert ((2, 3), True) == (lost.shape, bool(((lost >= 0) & (lost <= 1)).all()))


# --- errors ---


@pytest.mark.parametrize(("kind", "sizes"), [("both", [0.2]), ("relevant", []), ("relevant", [0.2, -0.1])])
def test_another_kind_or_size_is_refused(kind, sizes):
    message = f"perturb: kind {kind!r} of sizes {sizes}; needed one of relevant, irrelevant, and sizes of at least 0."
    with pytest.raises(CaseError, match=whole(message)):
        perturb(small(), seeds(), kind, sizes)


def test_networks_without_recurrent_weights_are_refused():
    message = 'perturb: mamba has no weights "recurrent"; needed relu or gru networks.'
    with pytest.raises(CaseError, match=whole(message)):
        perturb(small("mamba"), seeds(), "relevant", [0.2])
