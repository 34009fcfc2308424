"""The tasks: what trials hold, what is right in them, and what accuracy and loss count. Against neurogym: peers/test_neurogym.py."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite.errors import CaseError
from metricsuite.networks.tasks import (
    CHANNELS,
    CHOICES,
    COHERENCES,
    PERIODS,
    TESTING,
    TRAINING,
    VARIANTS,
    Timing,
    Trials,
    accuracies,
    losses,
    make_trials,
)

FIELDS = ("inputs", "targets", "importance", "choices", "periods", "coherences")
each_family = pytest.mark.parametrize("family", list(CHOICES))
each_variant = pytest.mark.parametrize("variant", VARIANTS)
END = len(PERIODS)


def trials_of(family="decision", variants=VARIANTS, n=64, seed=0, timing=TRAINING, **how) -> Trials:
    return make_trials(family, list(variants), n, np.random.default_rng(seed), timing, **how)


def steps_in(trials: Trials, period: str) -> np.ndarray:
    """How many steps of a period each trial has."""
    return (trials.periods == PERIODS.index(period)).sum(1)


def variant_of(trials: Trials) -> list[str]:
    return [VARIANTS[k] for k in trials.inputs[:, 0, 3:].argmax(1)]


def same(one: Trials, other: Trials) -> list[bool]:
    return [np.array_equal(getattr(one, f), getattr(other, f), equal_nan=f == "coherences") for f in FIELDS]


def message_of(call, *args, **kwargs) -> str:
    with pytest.raises(CaseError) as error:
        call(*args, **kwargs)
    return str(error.value)


# Durations


@pytest.mark.parametrize(
    "period, steps", [("fixation", [2, 6]), ("stimulus", [10, 18]), ("delay", [2, 24]), ("decision", [4, 8])]
)
def test_training_draws_every_duration_between_the_bounds(period, steps):
    """TRAINING in steps of 50 ms; 2000 trials miss one of 23 values with a probability of 1e-37."""
    assert (
        list(range(steps[0], steps[1] + 1))
        == np.unique(steps_in(trials_of(variants=["delay"], n=2000), period)).tolist()
    )


@pytest.mark.parametrize("period, steps", [("fixation", 4), ("stimulus", 16), ("delay", 24), ("decision", 8)])
def test_testing_has_one_duration(period, steps):
    assert [steps] == np.unique(steps_in(trials_of(variants=["delay"], timing=TESTING), period)).tolist()


def test_periods_of_a_trial_are_drawn_one_by_one():
    """All correlations between two durations over 2000 trials; 5 standard errors."""
    trials = trials_of(variants=["delay"], n=2000)
    correlations = np.corrcoef([steps_in(trials, period) for period in PERIODS])
    assert np.abs(correlations - np.eye(4)).max() < 5 / np.sqrt(2000)


@each_family
@pytest.mark.parametrize("timing", [TRAINING, TESTING])
def test_only_delayed_variants_have_a_delay(family, timing):
    trials = trials_of(family, timing=timing)
    delays = dict(zip(variant_of(trials), steps_in(trials, "delay") > 0, strict=True))
    assert {"basic": False, "anti": False, "delay": True, "delay-anti": True} == delays


@pytest.mark.parametrize(
    "variants, timing, time",
    [
        (["basic"], TRAINING, 32),
        (["anti"], TESTING, 28),
        (["delay"], TRAINING, 56),
        (["delay-anti"], TESTING, 52),
        (["basic", "delay"], TRAINING, 56),
    ],
)
def test_time_reaches_to_the_longest_trial_that_the_timing_allows(variants, timing, time):
    trials = trials_of(variants=variants, timing=timing)
    assert [(64, time, CHANNELS)] + 3 * [(64, time)] == [
        x.shape for x in (trials.inputs, trials.targets, trials.importance, trials.periods)
    ]


def test_periods_follow_one_another():
    assert (np.diff(trials_of().periods, axis=1) >= 0).all()


@pytest.mark.parametrize("dt, steps", [(20.0, 40), (50.0, 16), (100.0, 8)])
def test_a_shorter_step_gives_more_of_them(dt, steps):
    timing = Timing(fixation=200, stimulus=800, delay=400, decision=400, dt=dt)
    assert [steps] == np.unique(steps_in(trials_of(timing=timing), "stimulus")).tolist()


@pytest.mark.parametrize(
    "period, duration, steps",
    [
        ("stimulus", 0, "stimulus of 0 ms in steps of 50 ms"),
        ("decision", 20, "decision of 20 ms in steps of 50 ms"),
        ("stimulus", (900, 500), "stimulus of (900, 500) ms in steps of 50 ms"),
        ("fixation", -50, "fixation of -50 ms in steps of 50 ms"),
        ("delay", (-100, 100), "delay of (-100, 100) ms in steps of 50 ms"),
    ],
)
def test_timing_refuses(period, duration, steps):
    durations = {"fixation": 100, "stimulus": 500, "delay": 100, "decision": 200, period: duration}
    assert f"Timing: {steps}; needed rising, and at least one step." == message_of(
        trials_of, timing=Timing(**durations)
    )


# What is drawn


@pytest.mark.parametrize("n", [32, 96])
def test_balanced_has_every_combination_as_often(n):
    """4 variants x 2 sides x 4 coherences."""
    trials = trials_of(n=n, balanced=True)
    found = Counter(zip(variant_of(trials), trials.choices, trials.coherences, strict=True))
    assert {(v, c, h): n / 32 for v in VARIANTS for c in (1, 2) for h in COHERENCES} == found


def test_balanced_go_nogo_has_every_combination_as_often():
    trials = trials_of("go-nogo", n=24, balanced=True)
    found = Counter(zip(variant_of(trials), trials.choices, strict=True))
    assert {(v, c): 3 for v in VARIANTS for c in (0, 1)} == found


def test_balanced_without_whole_rounds_differs_by_one():
    trials = trials_of(n=40, balanced=True)
    found = Counter(zip(variant_of(trials), trials.choices, trials.coherences, strict=True))
    assert {1: 24, 2: 8} == Counter(found.values())


def test_drawn_has_every_combination_about_as_often():
    """6400 trials, 200 expected of each of 32; 5 standard deviations of a binomial."""
    trials = trials_of(n=6400)
    found = Counter(zip(variant_of(trials), trials.choices, trials.coherences, strict=True))
    counts = np.array([found[v, c, h] for v in VARIANTS for c in (1, 2) for h in COHERENCES])
    assert np.abs(counts - 200).max() < 5 * np.sqrt(6400 / 32 * 31 / 32)


def test_go_nogo_has_no_coherence():
    assert np.isnan(trials_of("go-nogo").coherences).all()


@each_family
def test_the_same_seed_gives_the_same_trials(family):
    assert len(FIELDS) * [True] == same(trials_of(family, seed=3), trials_of(family, seed=3))


@each_family
@pytest.mark.parametrize("field", ["inputs", "targets", "choices", "periods"])
def test_another_seed_gives_other_trials(family, field):
    one, other = (getattr(trials_of(family, seed=seed), field) for seed in (3, 4))
    assert not np.array_equal(one, other)


def test_global_random_state_is_neither_read_nor_changed():
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
    before = trials_of()
    drawn = np.random.random(), torch.rand(1).item()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    torch.manual_seed(0)
    assert (drawn, True) == ((np.random.random(), torch.rand(1).item()), all(same(before, trials_of())))  # noqa: NPY002


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=2, max_size=6, unique=True), st.data())
def test_a_networks_batch_does_not_depend_on_the_other_networks(seeds, data):
    """Each network draws from a generator of its own: alone, among others and in any order, its batch is the same."""
    together = {seed: trials_of(n=8, seed=seed) for seed in data.draw(st.permutations(seeds))}
    assert [len(FIELDS) * [True] for _ in seeds] == [same(together[seed], trials_of(n=8, seed=seed)) for seed in seeds]


# Inputs


@each_family
@each_variant
def test_fixation_is_on_until_the_decision(family, variant):
    trials = trials_of(family, [variant])
    assert np.array_equal(np.where(trials.periods < PERIODS.index("decision"), 1, 0), trials.inputs[..., 0])


@each_family
@each_variant
def test_the_variants_rule_input_alone_is_on_all_trial(family, variant):
    trials = trials_of(family, [variant])
    expected = np.zeros((*trials.periods.shape, 4))
    expected[..., VARIANTS.index(variant)] = trials.periods < END
    assert np.array_equal(expected, trials.inputs[..., 3:])


@each_family
def test_streams_are_silent_outside_the_stimulus(family):
    trials = trials_of(family)
    assert [0.0] == np.unique(trials.inputs[..., 1:3][trials.periods != PERIODS.index("stimulus")]).tolist()


@pytest.mark.parametrize("coherence, streams", [(12.8, [0.564, 0.436]), (51.2, [0.756, 0.244]), (100, [1.0, 0.0])])
@pytest.mark.parametrize("choice", [1, 2])
def test_decision_shows_the_side_by_coherence(coherence, streams, choice):
    trials = trials_of(variants=["basic"], n=2, noise=0, coherences=[coherence], balanced=True)
    shown = trials.inputs[choice - 1, :, 1:3][trials.periods[choice - 1] == PERIODS.index("stimulus")]
    expected = np.float32(streams if choice == 1 else streams[::-1])
    assert (choice, [expected.tolist()]) == (trials.choices[choice - 1], np.unique(shown, axis=0).tolist())


@pytest.mark.parametrize("choice, streams", [(0, [1, 0]), (1, [0, 1])])
def test_go_nogo_shows_one_cue(choice, streams):
    trials = trials_of("go-nogo", ["basic"], n=2, noise=0, balanced=True)
    shown = trials.inputs[choice, :, 1:3][trials.periods[choice] == PERIODS.index("stimulus")]
    assert (choice, [streams]) == (trials.choices[choice], np.unique(shown, axis=0).tolist())


@each_family
@pytest.mark.parametrize("noise, dt", [(0.5, 50.0), (1.0, 50.0), (0.5, 20.0)])
def test_noise_is_divided_by_the_root_of_the_step(family, noise, dt):
    """400 trials x 16 steps x 2 streams; 5 standard errors of a standard deviation."""
    timing = Timing(fixation=0, stimulus=16 * dt, delay=0, decision=dt, dt=dt)
    with_it, without = (trials_of(family, n=400, timing=timing, noise=x).inputs[:, :16, 1:3] for x in (noise, 0))
    assert noise / np.sqrt(dt) == pytest.approx(np.std(with_it - without), rel=5 / np.sqrt(2 * 12800))


@each_family
def test_noise_is_drawn_anew_for_each_step_and_stream(family):
    """All correlations of 16 steps x 2 streams over 400 trials that show the same side; 5 standard errors."""
    timing = Timing(fixation=0, stimulus=800, delay=0, decision=50)
    streams = trials_of(family, ["basic"], n=800, timing=timing, coherences=[50], balanced=True).inputs[::2, :16, 1:3]
    correlations = np.corrcoef(streams.reshape(400, 32), rowvar=False)
    assert np.abs(correlations - np.eye(32)).max() < 5 / np.sqrt(400)


@each_family
@pytest.mark.parametrize("variant, other", [("basic", "anti"), ("delay", "delay-anti")])
def test_anti_shows_the_same_and_wants_the_other_answer(family, variant, other):
    plain, anti = trials_of(family, [variant]), trials_of(family, [other])
    turned = {1: 2, 2: 1} if family == "decision" else {0: 1, 1: 0}
    assert (True, [turned[c] for c in plain.choices]) == (
        np.array_equal(plain.inputs[..., :3], anti.inputs[..., :3]),
        anti.choices.tolist(),
    )


# Targets and what they count


@each_family
@each_variant
def test_targets_hold_still_until_the_decision_and_then_choose(family, variant):
    trials = trials_of(family, [variant])
    deciding = trials.periods == PERIODS.index("decision")
    assert np.array_equal(deciding * trials.choices[:, None], trials.targets)


@each_family
@pytest.mark.parametrize("timing", [TRAINING, Timing(fixation=0, stimulus=50, delay=0, decision=50)])
@pytest.mark.parametrize("part, total", [("waiting", 1), ("decision", 1), ("after", 0)])
def test_importance_is_1_before_the_decision_and_1_in_it(family, timing, part, total):
    trials = trials_of(family, timing=timing)
    where = {
        "waiting": trials.periods < PERIODS.index("decision"),
        "decision": trials.periods == PERIODS.index("decision"),
        "after": trials.periods == END,
    }[part]
    assert np.full(64, total) == pytest.approx((trials.importance * where).sum(1), rel=1e-6)


def test_importance_is_shared_equally():
    trials = trials_of(variants=["delay"], n=1, timing=TESTING)
    assert (44 * [np.float32(1 / 44)] + 8 * [np.float32(1 / 8)]) == trials.importance[0].tolist()


def test_types_are_what_torch_takes():
    trials = trials_of()
    assert [np.float32, np.int64, np.float32] == [x.dtype for x in (trials.inputs, trials.targets, trials.importance)]


# Refusals


@each_family
@pytest.mark.parametrize("coherences, shown", [([0, 25.6], "[0, 25.6]"), ([-5], "[-5]"), ([101], "[101]"), ([], "[]")])
def test_a_coherence_without_a_right_choice_is_refused(family, coherences, shown):
    assert (
        f"make_trials: the coherences {shown}; needed per cent above 0, up to 100 (at 0 no choice is right)."
        == message_of(trials_of, family, coherences=coherences)
    )


def test_an_unknown_family_is_refused():
    assert "make_trials: the family 'memory'; needed one of decision, go-nogo." == message_of(trials_of, "memory")


@pytest.mark.parametrize("variants, shown", [(["basic", "late"], "['basic', 'late']"), ([], "[]")])
def test_an_unknown_variant_is_refused(variants, shown):
    assert f"make_trials: the variants {shown}; needed some of basic, anti, delay, delay-anti." == message_of(
        trials_of, variants=variants
    )


# Accuracy: outputs made by hand, the largest of them (1, the others 0) at every step


def choosing(trials: Trials, family: str, fixation=0, waiting=0, decision=None, after=0) -> torch.Tensor:
    """One network that chooses so in each period, (1, trials, time, choices); `decision` is the right choice unless given."""
    decision = trials.choices[:, None] if decision is None else decision
    made = np.select([trials.periods == k for k in range(4)], [fixation, waiting, waiting, decision], after)
    return torch.nn.functional.one_hot(torch.from_numpy(made), CHOICES[family])[None].float()


def balanced(family: str) -> Trials:
    return trials_of(family, n=64, balanced=True)


@each_family
@pytest.mark.parametrize(
    "how, right",
    [
        ({}, 1.0),
        ({"waiting": 1}, 0.0),  # too early, and then right
        ({"fixation": 1}, 1.0),  # before the stimulus it is not looked at
        ({"after": 1}, 1.0),
        ({"decision": 1}, 0.5),  # the same answer always: right for one side, or for go
    ],
)
def test_accuracy_of_an_answer(family, how, right):
    trials = balanced(family)
    assert [right] == accuracies(choosing(trials, family, **how), trials).tolist()


@each_family
def test_accuracy_of_the_other_answer_is_0(family):
    trials = balanced(family)
    other = 3 - trials.choices if family == "decision" else 1 - trials.choices
    assert [0.0] == accuracies(choosing(trials, family, decision=other[:, None]), trials).tolist()


@pytest.mark.parametrize("family, right", [("decision", 0.0), ("go-nogo", 0.5)])
def test_accuracy_of_never_answering(family, right):
    """Right when the cue says to hold still, and only then."""
    trials = balanced(family)
    assert [right] == accuracies(choosing(trials, family, decision=0), trials).tolist()


def test_accuracy_asks_no_go_trials_to_hold_still_too():
    trials = balanced("go-nogo")
    early = choosing(trials, "go-nogo", waiting=(trials.choices == 0)[:, None])
    assert [0.5] == accuracies(early, trials).tolist()


@pytest.mark.parametrize("period, right", [("stimulus", 0.0), ("delay", 0.0), ("decision", 0.0), ("fixation", 1.0)])
def test_accuracy_goes_by_the_sum_over_the_steps(period, right):
    """One step of a period says the wrong thing louder than all the others together say the right one."""
    trials = trials_of(variants=["delay"], n=8)
    outputs = choosing(trials, "decision")
    step = (trials.periods == PERIODS.index(period)).argmax(1)
    outputs[0, np.arange(8), step, 3 - trials.choices] += 100
    assert [right] == accuracies(outputs, trials).tolist()


def test_accuracy_is_the_part_of_trials_for_each_network_alone():
    trials = balanced("decision")
    three_quarters = np.where(np.arange(64) < 48, trials.choices, 0)[:, None]
    networks = [choosing(trials, "decision", decision=d) for d in (None, three_quarters, 0)]
    assert [1.0, 0.75, 0.0] == accuracies(torch.cat(networks), trials).tolist()


# Loss


def ensemble(family: str, networks: int = 3) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Random outputs, and for each network targets and importance of its own."""
    trials = [trials_of(family, n=8, seed=seed) for seed in range(networks)]
    targets, importance = (torch.from_numpy(np.stack([getattr(t, f) for t in trials])) for f in FIELDS[1:3])
    outputs = np.random.default_rng(9).normal(size=(*targets.shape, CHOICES[family])).astype(np.float32)
    return torch.from_numpy(outputs).requires_grad_(), targets, importance


def cross_entropy(outputs: torch.Tensor, targets: torch.Tensor, importance: torch.Tensor) -> torch.Tensor:
    """torch's own, one network after the other."""
    by_step = [
        torch.nn.functional.cross_entropy(o.movedim(-1, 1), t, reduction="none")
        for o, t in zip(outputs, targets, strict=True)
    ]
    return torch.stack([(loss * i).sum(1).mean() for loss, i in zip(by_step, importance, strict=True)])


@each_family
def test_loss_is_the_cross_entropy_of_torch(family):
    problem = ensemble(family)
    assert cross_entropy(*problem).tolist() == pytest.approx(losses(*problem).tolist(), rel=1e-6)


@each_family
def test_gradient_is_that_of_the_cross_entropy_of_torch(family):
    problem = ensemble(family)
    expected, actual = (torch.autograd.grad(loss(*problem).sum(), problem[0])[0] for loss in (cross_entropy, losses))
    assert (expected - actual).abs().max() < 1e-6 * expected.abs().max()


@each_family
def test_loss_of_a_guess_is_two_logarithms_of_the_choices(family):
    """1 before the decision and 1 in it."""
    outputs, targets, importance = ensemble(family)
    assert 3 * [2 * np.log(CHOICES[family])] == pytest.approx(
        losses(0 * outputs, targets, importance).tolist(), rel=1e-6
    )


def test_steps_after_the_end_do_not_count():
    outputs, targets, importance = ensemble("decision")
    gradient = torch.autograd.grad(losses(outputs, targets, importance).sum(), outputs)[0]
    assert torch.equal(importance > 0, gradient.abs().sum(-1) > 0)


def test_the_loss_of_a_network_does_not_depend_on_the_others():
    problem = ensemble("decision")
    alone = [losses(*(x[i : i + 1] for x in problem)).item() for i in range(3)]
    assert alone == pytest.approx(losses(*problem).tolist(), rel=1e-6)


def test_time_has_room_for_a_delay_that_was_allowed_and_not_drawn():
    assert 56 == trials_of(variants=["basic", "delay"], n=2, seed=11).inputs.shape[1]
