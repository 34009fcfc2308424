"""Our trials against neurogym's environments. Runs in the tox environment `peers` only.

Without noise, step by step and to the last bit, for every side and coherence and for durations that differ from trial to trial:

- `decision`, basic and delay: PerceptualDecisionMakingDelayResponse in all inputs and in its ground truth (basic: its delay 0);
  PerceptualDecisionMaking with dim_ring=2 in the streams and the ground truth;
- `go-nogo`, basic and delay: GoNogo in all (basic: its delay 0);
- `decision`, anti and delay-anti: AntiReach with dim_ring=2 in fixation and ground truth; its streams are 2 x - 1 of ours at
  coherence 100. Both families: the inputs of basic and delay, the ground truth of the other side. An anti go/no-go neurogym has not.

With noise: the mean and the standard deviation of a step within 5 standard errors of the difference, the same distribution, no
correlation; sigma / sqrt(dt).

Where neurogym (2.3) differs, and why ours stays as it is:

- PerceptualDecisionMaking puts fixation out when the stimulus begins (since 2.1; until 2.0 it did so when the decision begins). Its
  other environments do what ours do. With it nothing would tell the end of a delay of unknown length: the decision has no other sign.
- A duration that is no whole number of steps is cut (`t // dt`); ours is rounded.
- Defaults only: coherence 0 is among theirs, sigma is 1 (ours .5), dt 100 ms (ours 50).
- GoNogo and AntiReach have no noise: the noise of our go/no-go is that of `decision`.
- Rule inputs they have none: one variant is one environment.
"""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import scipy.stats
from neurogym.envs.native.antireach import AntiReach
from neurogym.envs.native.gonogo import GoNogo
from neurogym.envs.native.perceptualdecisionmaking import (
    PerceptualDecisionMaking,
    PerceptualDecisionMakingDelayResponse,
)

from metricsuite.networks.tasks import PERIODS, Timing, Trials, make_trials
from metricsuite.tests.peers.neurogym_trials import (
    COHERENCES,
    Environment,
    Trial,
    durations,
    durations_in_steps,
    our_trial,
    their_trial,
)

STEPS = pytest.mark.parametrize("dt", [20, 50, 100])
Pairs = list[tuple[Trial, Trial]]


def quiet(family: str, variant: str, dt: int) -> Trials:
    """120 trials without noise: every side and coherence twelve times, or every side sixty times."""
    rng = np.random.default_rng(0)
    return make_trials(
        family, [variant], 120, rng, durations_in_steps(dt), noise=0, coherences=COHERENCES, balanced=True
    )


def side(trials: Trials, family: str, variant: str, i: int) -> int:
    """Which stream is the stronger, read off the choice."""
    choice = int(trials.choices[i]) - (family == "decision")
    return choice if variant in ("basic", "delay") else 1 - choice


def pair_up(family: str, variant: str, dt: int, environment: Environment, first: int = 0) -> Pairs:
    """Each of our trials with neurogym's of the same side, coherence and durations; `first` is neurogym's name for side 0."""
    trials = quiet(family, variant, dt)
    pairs = []
    for i in range(len(trials.choices)):
        condition = {"ground_truth": side(trials, family, variant, i) + first}
        if family == "decision":
            condition["coh"] = trials.coherences[i]
        pairs.append((their_trial(environment, durations(trials, i, dt), dt, **condition), our_trial(trials, i)))
    return pairs


def differing(pairs: Pairs, part) -> list[int]:
    """The trials in which a part of ours, of their own length, is not exactly neurogym's."""
    return [i for i, (theirs, ours) in enumerate(pairs) if not np.array_equal(part(theirs), part(ours))]


def fixation(trial: Trial) -> np.ndarray:
    return trial.inputs[:, 0]


def streams(trial: Trial) -> np.ndarray:
    return trial.inputs[:, 1:]


def inputs(trial: Trial) -> np.ndarray:
    return trial.inputs


def targets(trial: Trial) -> np.ndarray:
    return trial.targets


@STEPS
@pytest.mark.parametrize("variant", ["basic", "delay"])
@pytest.mark.parametrize("part", [inputs, targets])
def test_decision_is_perceptual_decision_making_delay_response(variant, part, dt):
    environment = partial(PerceptualDecisionMakingDelayResponse, sigma=0)
    assert [] == differing(pair_up("decision", variant, dt, environment, first=1), part)


@STEPS
@pytest.mark.parametrize("variant", ["basic", "delay"])
@pytest.mark.parametrize("part", [streams, targets])
def test_decision_has_the_streams_and_targets_of_perceptual_decision_making(variant, part, dt):
    environment = partial(PerceptualDecisionMaking, dim_ring=2, sigma=0)
    assert [] == differing(pair_up("decision", variant, dt, environment), part)


def test_perceptual_decision_making_alone_puts_fixation_out_with_the_stimulus():
    """The one difference in the inputs. Fails once neurogym turns back: then compare all inputs above, and say so."""
    timing = {"fixation": 100, "stimulus": 150, "delay": 100, "decision": 50}
    assert {
        PerceptualDecisionMaking: [1, 1, 0, 0, 0, 0, 0, 0],
        PerceptualDecisionMakingDelayResponse: [1, 1, 1, 1, 1, 1, 1, 0],
        GoNogo: [1, 1, 1, 1, 1, 1, 1, 0],
        AntiReach: [1, 1, 1, 1, 1, 1, 1, 0],
    } == {
        environment: fixation(their_trial(environment, timing, 50)).tolist()
        for environment in (PerceptualDecisionMaking, PerceptualDecisionMakingDelayResponse, GoNogo, AntiReach)
    }


@STEPS
@pytest.mark.parametrize("variant", ["basic", "delay"])
@pytest.mark.parametrize("part", [inputs, targets])
def test_go_nogo_is_go_nogo(variant, part, dt):
    assert [] == differing(pair_up("go-nogo", variant, dt, GoNogo), part)


def anti_reach(variant: str, dt: int) -> Pairs:
    """Our trials with AntiReach's of the same right answer; it has one strength, which is our coherence 100."""
    trials = make_trials(
        "decision",
        [variant],
        60,
        np.random.default_rng(0),
        durations_in_steps(dt),
        noise=0,
        coherences=[100],
        balanced=True,
    )
    environment = partial(AntiReach, dim_ring=2)
    return [
        (
            their_trial(environment, durations(trials, i, dt), dt, ground_truth=int(choice) - 1),
            our_trial(trials, i),
        )
        for i, choice in enumerate(trials.choices)
    ]


@STEPS
@pytest.mark.parametrize("variant", ["anti", "delay-anti"])
@pytest.mark.parametrize("part", [fixation, targets])
def test_anti_has_the_fixation_and_targets_of_anti_reach(variant, part, dt):
    assert [] == differing(anti_reach(variant, dt), part)


@STEPS
@pytest.mark.parametrize("variant", ["anti", "delay-anti"])
def test_anti_has_the_streams_of_anti_reach_from_0_to_1(variant, dt):
    """Theirs go from -1 to 1 while the stimulus lasts, and are 0 outside it, as ours."""
    pairs = anti_reach(variant, dt)
    assert [] == [
        i
        for i, (theirs, ours) in enumerate(pairs)
        if not np.array_equal(streams(theirs), np.where(streams(ours).any(1, keepdims=True), 2 * streams(ours) - 1, 0))
    ]


@STEPS
@pytest.mark.parametrize("variant", ["anti", "delay-anti"])
@pytest.mark.parametrize("family", ["decision", "go-nogo"])
@pytest.mark.parametrize("part", ["inputs", "targets"])
def test_anti_is_the_other_answer(family, variant, part, dt):
    """The inputs of one side, and the ground truth that neurogym gives to the other."""
    environment = partial(PerceptualDecisionMakingDelayResponse, sigma=0) if family == "decision" else GoNogo
    trials = quiet(family, variant, dt)
    differ = []
    for i in range(len(trials.choices)):
        shown = side(trials, family, variant, i)
        condition = {"coh": trials.coherences[i]} if family == "decision" else {}
        truth = (shown if part == "inputs" else 1 - shown) + (family == "decision")
        theirs = their_trial(environment, durations(trials, i, dt), dt, ground_truth=truth, **condition)
        if not np.array_equal(getattr(theirs, part), getattr(our_trial(trials, i), part)):
            differ.append(i)
    assert [] == differ


@pytest.mark.parametrize("duration, theirs, ours", [(220, 4, 4), (240, 4, 5)])
def test_a_duration_between_two_steps_is_cut_by_neurogym_and_rounded_by_us(duration, theirs, ours):
    env = PerceptualDecisionMaking(
        dt=50, timing={"fixation": 0, "stimulus": duration, "delay": 0, "decision": 50}, sigma=0
    )
    env.new_trial()
    timing = Timing(fixation=0, stimulus=duration, delay=0, decision=50, dt=50)
    trials = make_trials("decision", ["basic"], 1, np.random.default_rng(0), timing)
    assert (theirs, ours) == (len(env.gt) - 1, int(np.sum(trials.periods == PERIODS.index("stimulus"))))


# Noise: 400 trials of 16 steps of the stimulus, so 6400 draws of each stream

TRIALS, LENGTH, SIGMA, COHERENCE = 400, 16, 0.5, 25.6
DRAWS = TRIALS * LENGTH
FIVE_ERRORS_OF_A_MEAN = 5 * np.sqrt(2 / DRAWS)  # of the difference of two means, in standard deviations
FIVE_ERRORS_OF_A_DEVIATION = 5 / np.sqrt(DRAWS)  # of the ratio of two standard deviations
ENVIRONMENTS = pytest.mark.parametrize(
    "environment, first", [(PerceptualDecisionMaking, 0), (PerceptualDecisionMakingDelayResponse, 1)]
)


def noisy(family: str, dt: int) -> Trials:
    """Of the `decision` family only side 0 is kept: (trials, 16, 2)."""
    timing = Timing(fixation=2 * dt, stimulus=LENGTH * dt, delay=3 * dt, decision=2 * dt, dt=dt)
    rng = np.random.default_rng(0)
    return make_trials(family, ["delay"], 2 * TRIALS, rng, timing, noise=SIGMA, coherences=[COHERENCE], balanced=True)


def our_noise(dt: int, family: str = "decision") -> np.ndarray:
    """Both streams while side 0 is shown: (trials, 16, 2)."""
    return noisy(family, dt).inputs[::2, 2 : 2 + LENGTH, 1:3].astype(float)


def their_noise(environment: Environment, first: int, dt: int) -> np.ndarray:
    timing = {"fixation": 2 * dt, "stimulus": LENGTH * dt, "delay": 3 * dt, "decision": 2 * dt}
    env = environment(dt=dt, timing=timing, sigma=SIGMA)
    env.seed(0)
    shown = []
    for _ in range(TRIALS):
        env.new_trial(ground_truth=first, coh=COHERENCE)
        shown.append(env.ob[2 : 2 + LENGTH, 1:].astype(float))
    return np.stack(shown)


@STEPS
@ENVIRONMENTS
def test_noise_has_the_same_mean(environment, first, dt):
    difference = np.abs(their_noise(environment, first, dt).mean((0, 1)) - our_noise(dt).mean((0, 1)))
    assert (difference < FIVE_ERRORS_OF_A_MEAN * SIGMA / np.sqrt(dt)).all()


@STEPS
@ENVIRONMENTS
def test_noise_has_the_same_standard_deviation(environment, first, dt):
    ratio = their_noise(environment, first, dt).std((0, 1)) / our_noise(dt).std((0, 1))
    assert (np.abs(ratio - 1) < FIVE_ERRORS_OF_A_DEVIATION).all()


@STEPS
@ENVIRONMENTS
def test_noise_has_the_same_distribution(environment, first, dt):
    theirs, ours = their_noise(environment, first, dt), our_noise(dt)
    p = [scipy.stats.ks_2samp(theirs[..., k].ravel(), ours[..., k].ravel()).pvalue for k in range(2)]
    assert min(p) > 0.001


@STEPS
@pytest.mark.parametrize("family", ["decision", "go-nogo"])
def test_noise_is_sigma_over_the_root_of_the_step(family, dt):
    """What neurogym does with its `sigma`; go/no-go, which has no noise there, has the same."""
    ratio = our_noise(dt, family).std((0, 1)) / (SIGMA / np.sqrt(dt))
    assert (np.abs(ratio - 1) < 5 / np.sqrt(2 * DRAWS)).all()


@pytest.mark.parametrize("whose", ["ours", "theirs"])
def test_noise_is_drawn_anew_for_each_stream_and_step(whose):
    """All correlations of 16 steps x 2 streams over 400 trials; 5 standard errors."""
    shown = our_noise(50) if whose == "ours" else their_noise(PerceptualDecisionMaking, 0, 50)
    correlations = np.corrcoef(shown.reshape(TRIALS, -1), rowvar=False)
    assert np.abs(correlations - np.eye(2 * LENGTH)).max() < 5 / np.sqrt(TRIALS)


@ENVIRONMENTS
@pytest.mark.parametrize("part", ["fixation", "streams"])
def test_noise_is_on_the_streams_while_the_stimulus_lasts_and_nowhere_else(environment, first, part):
    """The deviation over trials of each step, 2 of fixation, 16, 3 of delay and 2 of decision: where it is not 0, in both."""
    timing = {"fixation": 100, "stimulus": LENGTH * 50, "delay": 150, "decision": 100}
    channels = slice(0, 1) if part == "fixation" else slice(1, 3)
    noise_free = [True, True] + LENGTH * [part == "fixation"] + 5 * [True]
    ours = noisy("decision", 50).inputs[::2, :, channels]
    theirs = [
        their_trial(partial(environment, sigma=SIGMA), timing, 50, ground_truth=first, coh=COHERENCE) for _ in range(20)
    ]
    theirs = np.stack([trial.inputs[:, channels] for trial in theirs])
    assert [noise_free, noise_free] == [(np.ptp(x, axis=0).max(-1) == 0).tolist() for x in (theirs, ours)]
