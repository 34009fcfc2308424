"""Training: Adam, clipping, stops and divergence network by network; interruptions; frozen weights."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
import torch

from metricsuite.errors import CaseError
from metricsuite.networks import training_run
from metricsuite.networks.architecture import initial_weights, select
from metricsuite.networks.curriculum import FREEZINGS, RULE_COLUMN, learns
from metricsuite.networks.optimiser import CLIP, adam, clip
from metricsuite.networks.rnn import LeakyRNN
from metricsuite.networks.tasks import CHANNELS, CHOICES
from metricsuite.networks.training import CHECKPOINTS, FINAL, Settings, train
from metricsuite.networks.training_run import Plan, TrainingRun

KIND = LeakyRNN(8)
SETTINGS = Settings(batch=8, most=20, every=5, early=5, validation=16, saves=7)
SEEDS, RATES = (0, 1, 2), (0.01, 0.02, 0.03)
DIVERGED = "diverged at update {}: loss, gradient or weights not finite"


def untrained(n=3):
    return initial_weights(KIND, [np.random.default_rng(seed) for seed in range(n)], CHANNELS, CHOICES["decision"])


def trained(weights=None, seeds=SEEDS, rates=RATES, settings=SETTINGS, **more):
    return train(KIND, weights or untrained(), "decision", ["basic"], seeds, rates, settings=settings, **more)


def differing(expected, actual, networks=slice(None)):
    """The names of weights that are not the same to the bit."""
    assert expected.keys() == actual.keys()
    return [k for k in expected if not torch.equal(expected[k][networks], actual[k][networks])]


@pytest.fixture(scope="module")
def plain():
    return trained()


# --- the optimiser ---


@pytest.fixture
def two_networks():
    """Two networks' weights and 20 gradients, in double precision."""
    rng = np.random.default_rng(0)
    return tuple(torch.from_numpy(rng.standard_normal(shape)) for shape in [(2, 4, 3), (20, 2, 4, 3)])


@pytest.mark.parametrize("network", [0, 1])
def test_adam_is_torchs_with_each_networks_rate(two_networks, network):
    weights, gradients = two_networks
    rates = torch.tensor([0.01, 0.3], dtype=torch.double)
    theirs = weights[network].clone().requires_grad_()
    optimiser = torch.optim.Adam([theirs], lr=float(rates[network]))
    ours, first, second = weights.clone(), torch.zeros_like(weights), torch.zeros_like(weights)
    for update, gradient in enumerate(gradients, 1):
        theirs.grad = gradient[network].clone()
        optimiser.step()
        ours += adam(gradient, first, second, update, rates)
    assert float((theirs.detach() - ours[network]).abs().max()) <= 1e-12  # measured: 6.7e-16


def test_clipping_is_torchs_for_each_network(two_networks):
    _, gradients = two_networks
    ours = {"a": gradients[0].clone(), "b": gradients[1].clone()}
    expected = [[gradients[i][network].clone().requires_grad_() for i in (0, 1)] for network in (0, 1)]
    for parameters in expected:
        for p in parameters:
            p.grad = p.detach().clone()
        torch.nn.utils.clip_grad_norm_(parameters, CLIP)
    clip(ours)
    theirs = [torch.stack([parameters[i].grad for parameters in expected]) for i in (0, 1)]
    apart = max(float((a - b).abs().max()) for a, b in zip(theirs, ours.values(), strict=True))
    assert apart <= 2e-6  # torch adds 1e-6 to the norm; measured: 1.2e-7


def test_clipping_leaves_short_gradients_alone(two_networks):
    short = two_networks[1][0] / 100
    given = {"a": short.clone()}
    clip(given)
    assert torch.equal(short, given["a"])


def test_clipping_tells_the_norms_before(two_networks):
    _, gradients = two_networks
    expected = torch.stack([gradients[:2, network].norm() for network in (0, 1)])
    torch.testing.assert_close(clip({"a": gradients[0].clone(), "b": gradients[1].clone()}), expected)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_clipping_lets_one_networks_gradient_spoil_no_other(two_networks, value):
    good = two_networks[1][0]
    expected = {"a": good.clone()}
    clip(expected)
    bad = good.clone()
    bad[1, 0, 0] = value
    given = {"a": bad}
    clip(given)
    expected["a"][1] = 0
    assert torch.equal(expected["a"], given["a"])


# --- seeds ---


def test_same_seeds_same_bits(plain):
    assert [] == differing(plain.checkpoints[FINAL], trained().checkpoints[FINAL])


def test_training_does_something(plain):
    assert [] == [k for k, v in untrained().items() if bool((v == plain.checkpoints[FINAL][k]).flatten(1).all(1).any())]


def test_another_name_another_seed_other_trials(plain):
    others = trained(name="other"), trained(seeds=(3, 4, 5))
    assert [[], []] == [
        [k for k in other.checkpoints[FINAL] if k not in differing(plain.checkpoints[FINAL], other.checkpoints[FINAL])]
        for other in others
    ]


@pytest.mark.parametrize("i", range(3))
def test_a_network_of_an_ensemble_learns_as_it_would_alone(plain, i):
    alone = trained(select(untrained(), [i]), SEEDS[i : i + 1], RATES[i : i + 1]).checkpoints[FINAL]
    apart = max(float((v[0] - plain.checkpoints[FINAL][k][i]).abs().max()) for k, v in alone.items())
    assert apart <= 1e-4  # after 20 updates; measured: 0


def test_the_weights_given_stay_as_they_are():
    given = untrained()
    trained(given)
    assert [] == differing(untrained(), given)


def test_the_number_of_threads_stays_as_it_is():
    before = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        trained(settings=replace(SETTINGS, most=1))
        assert 2 == torch.get_num_threads()
    finally:
        torch.set_num_threads(before)


def test_looks_are_reported_and_logged():
    told = []
    log = trained(report=lambda update, active, accuracy: told.append(update)).log
    assert ([5, 10, 15, 20], [0, 5, 10, 15, 20]) == (told, [entry["update"] for entry in log])


def test_a_network_whose_batch_has_no_delay_learns_beside_one_whose_batch_has():
    both = train(
        KIND, untrained(), "decision", ["basic", "delay"], SEEDS, RATES, settings=replace(SETTINGS, batch=1)
    )  # twenty times three trials, each with or without one
    assert ["stopped after 20 updates short of 0.97"] * 3 == both.reasons


# --- stops ---


def test_who_does_not_learn_is_stopped_with_the_reason(plain):
    assert ["stopped after 20 updates short of 0.97"] * 3 == plain.reasons


def test_checkpoints_never_reached_are_the_final_weights(plain):
    late = [c for c in CHECKPOINTS if plain.updates[c] == [20] * 3]
    assert (["0.25", "0.5", FINAL], []) == (
        late,
        [k for c in late for k in differing(plain.checkpoints[FINAL], plain.checkpoints[c])],
    )


def test_the_early_checkpoint_is_what_training_was_then(plain):
    then = trained(settings=replace(SETTINGS, most=5)).checkpoints[FINAL]
    assert [] == differing(then, plain.checkpoints["early"])


@pytest.fixture
def first_stops_early(monkeypatch):
    """The same run, its first network ended at update 5 as if it had learned."""
    look = TrainingRun.look

    def look_and_end(run):
        look(run)
        if run.update == 5:
            run.end(0, "learned")

    monkeypatch.setattr(TrainingRun, "look", look_and_end)
    return trained()


def test_a_stop_of_one_does_not_change_the_others(plain, first_stops_early):
    assert [] == differing(plain.checkpoints[FINAL], first_stops_early.checkpoints[FINAL], slice(1, None))


def test_who_stopped_keeps_its_weights(plain, first_stops_early):
    assert [] == differing(plain.checkpoints["early"], first_stops_early.checkpoints[FINAL], 0)


def test_who_reaches_the_goal_has_learned(monkeypatch):
    monkeypatch.setattr(training_run, "GOAL", 0.0)
    run = trained()
    assert (["learned"] * 3, [0] * 3) == (run.reasons, run.updates[FINAL])


# --- divergence ---


@pytest.fixture(scope="module")
def nan_in_the_second():
    weights = untrained()
    weights["recurrent"][1, 0, 0] = torch.nan
    return trained(weights)


@pytest.fixture(scope="module")
def huge_rate_for_the_second():
    return trained(rates=(RATES[0], 1e38, RATES[2]))


def test_nan_ends_a_network_with_the_reason(nan_in_the_second):
    assert DIVERGED.format(1) == nan_in_the_second.reasons[1]


def test_a_huge_rate_ends_a_network_with_the_reason(huge_rate_for_the_second):
    assert re.fullmatch(re.escape(DIVERGED.format("N")).replace("N", "[1-5]"), huge_rate_for_the_second.reasons[1])


@pytest.mark.parametrize("diverging", ["nan_in_the_second", "huge_rate_for_the_second"])
def test_divergence_of_one_does_not_change_the_others(plain, diverging, request):
    run = request.getfixturevalue(diverging)
    assert [] == differing(plain.checkpoints[FINAL], run.checkpoints[FINAL], [0, 2])


def test_who_diverged_before_any_checkpoint_has_the_weights_of_the_start(huge_rate_for_the_second):
    assert [] == differing(untrained(), huge_rate_for_the_second.checkpoints[FINAL], 1)


def test_who_diverged_later_has_the_weights_of_the_last_checkpoint(plain, monkeypatch):
    step = TrainingRun.step

    def step_and_poison(run):
        if run.update == 12:
            run.weights["recurrent"][1, 0, 0] = torch.nan
        step(run)

    monkeypatch.setattr(TrainingRun, "step", step_and_poison)
    run = trained()
    assert (DIVERGED.format(13), 5, []) == (
        run.reasons[1],
        run.updates[FINAL][1],
        differing(plain.checkpoints["early"], run.checkpoints[FINAL], 1),
    )


def test_an_ensemble_that_diverged_whole_ends():
    assert [DIVERGED.format(1)] * 3 == trained({k: v * torch.nan for k, v in untrained().items()}).reasons


# --- interruptions ---


def interrupted_at(update, path):
    def report(at, active, accuracy):
        if at == update:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(saved=path, report=report)


@pytest.mark.parametrize("update", [5, 10, 15])
def test_an_interrupted_run_goes_on_to_the_same_bits(plain, tmp_path, update):
    interrupted_at(update, tmp_path / "run.state")
    again = trained(saved=tmp_path / "run.state")
    assert [] == [(c, k) for c in CHECKPOINTS for k in differing(plain.checkpoints[c], again.checkpoints[c])]


def test_an_interrupted_run_goes_on_to_the_same_log(plain, tmp_path):
    interrupted_at(15, tmp_path / "run.state")
    again = trained(saved=tmp_path / "run.state")
    assert (plain.updates, plain.reasons, plain.log) == (again.updates, again.reasons, again.log)


def test_an_interrupted_run_does_not_begin_again(tmp_path):
    interrupted_at(15, tmp_path / "run.state")
    told = []
    trained(saved=tmp_path / "run.state", report=lambda at, *_: told.append(at))
    assert [15, 20] == told  # saved at 14


def plan(**changes):
    given = Plan(KIND, "decision", ("basic",), SEEDS, RATES, "", None, SETTINGS, "cpu")
    return replace(given, **changes)


@pytest.mark.parametrize(
    "changes",
    [{"seeds": (0, 1, 3)}, {"rates": (0.1, 0.02, 0.03)}, {"name": "other"}, {"variants": ("anti",)}, {"family": "go-nogo"},
     {"settings": replace(SETTINGS, batch=9)}, {"architecture": LeakyRNN(8, leak=0.4)}, {"learns": learns(untrained(), "rule")}],
    ids=lambda changes: next(iter(changes)),
)  # fmt: skip
def test_the_saved_state_of_another_run_is_refused(tmp_path, changes):
    path = tmp_path / "run.state"
    TrainingRun(plan(**changes), untrained()).save(path)
    message = (
        f"train: {path} holds an unfinished run of {plan(**changes).identity(untrained())}; this is "
        f"{plan().identity(untrained())}. Delete it to begin again, or ask for the same run."
    )
    with pytest.raises(CaseError, match=f"^{re.escape(message)}$"):
        trained(saved=path)


def test_a_saved_state_from_other_weights_is_refused(tmp_path):
    TrainingRun(plan(), {k: v + 1 for k, v in untrained().items()}).save(tmp_path / "run.state")
    with pytest.raises(CaseError, match="holds an unfinished run of"):
        trained(saved=tmp_path / "run.state")


def test_a_damaged_saved_state_is_refused(tmp_path):
    path = tmp_path / "run.state"
    path.write_bytes(b"")
    with pytest.raises(
        CaseError, match=rf"^train: {re.escape(str(path))} is no unfinished run: .+ Delete it to begin again\.$"
    ):
        trained(saved=path)


# --- frozen weights ---


@pytest.fixture(params=FREEZINGS)
def freezing(request):
    return request.param


@pytest.fixture
def where_it_changed(freezing):
    final = trained(learns=learns(untrained(), freezing)).checkpoints[FINAL]
    return {k: v != final[k] for k, v in untrained().items()}


def test_frozen_weights_stay_the_same_to_the_bit(freezing, where_it_changed):
    mask = learns(untrained(), freezing)
    assert {} == {k: int(n) for k, v in where_it_changed.items() if (n := (v & (mask[k] == 0)).sum())}


def test_what_is_not_frozen_learns(freezing, where_it_changed):
    columns = where_it_changed["input"].any(1)  # (networks, channels)
    # With the rules of other variants off all along, their columns have no gradient: basic's is the first.
    expected = [True] * 4 + [False] * 3 if freezing == "input" else [False] * CHANNELS
    assert [expected] * 3 == columns.tolist()


def test_rule_freezing_changes_one_column():
    start = untrained()
    run = train(KIND, start, "decision", ["delay-anti"], SEEDS, RATES, learns=learns(start, "rule"), settings=SETTINGS)
    changed = (start["input"] != run.checkpoints[FINAL]["input"]).any(1)
    assert [[c == RULE_COLUMN for c in range(CHANNELS)]] * 3 == changed.tolist()


def test_one_seed_and_rate_for_each_network():
    message = "train: 3 networks, 2 seeds and 3 rates; needed one of each for each network."
    with pytest.raises(CaseError, match=f"^{re.escape(message)}$"):
        trained(seeds=(0, 1))
