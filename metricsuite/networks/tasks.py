"""The tasks that networks learn, every trial of a batch at once.

Two families, each as `basic`, `anti` (the other answer is right), `delay` (the answer waits for the end of a delay) and `delay-anti`:

- **decision**: which of two noisy streams is the stronger? Stream i carries .5 + cos(angle_i - angle) coherence / 200, for the angles 0 and
  pi (Britten et al. 1992, as in neurogym's PerceptualDecisionMaking);
- **go-nogo**: one of two cues asks for an answer, the other to hold still (as in neurogym's GoNogo).

Inputs, in order: fixation (on until the decision), two streams, one rule input for each variant, on all trial. Targets: 0, to hold
still, until the decision; then the choice. The `delay-anti` variant is the one to be learned out of the other three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from metricsuite.errors import CaseError

VARIANTS = ("basic", "anti", "delay", "delay-anti")
CHOICES = {"decision": 3, "go-nogo": 2}  # holding still among them
CHANNELS = 3 + len(VARIANTS)
TARGET = "delay-anti"
DELAYED = ("delay", "delay-anti")
COHERENCES = (12.8, 25.6, 51.2, 100.0)  # per cent; never 0, of which half of the trials would be right by luck
PERIODS = ("fixation", "stimulus", "delay", "decision")


@dataclass(frozen=True)
class Timing:
    """How long each period lasts, in ms: a number, or a pair (shortest, longest) that each trial is drawn from.

    Variants without a delay have none, whatever `delay` says. The step `dt` is in ms too; a period lasts a whole number of steps.
    """

    fixation: float | tuple[float, float]
    stimulus: float | tuple[float, float]
    delay: float | tuple[float, float]
    decision: float | tuple[float, float]
    dt: float = 50.0

    def steps(self, period: str) -> tuple[int, int]:
        """The fewest and the most steps of a period."""
        duration = getattr(self, period)
        low, high = duration if isinstance(duration, tuple) else (duration, duration)
        steps = round(low / self.dt), round(high / self.dt)
        if low < 0 or high < low or (period in ("stimulus", "decision") and steps[0] < 1):
            raise CaseError(
                f"Timing: {period} of {duration} ms in steps of {self.dt:g} ms; needed rising, and at least one step."
            )
        return steps


TRAINING = Timing(fixation=(100, 300), stimulus=(500, 900), delay=(100, 1200), decision=(200, 400))
TESTING = Timing(fixation=200, stimulus=800, delay=1200, decision=400)


@dataclass(frozen=True)
class Trials:
    """A batch of trials.

    inputs : (trials, time, 7) float32
    targets : (trials, time) int64, what is right at every step: 0, to hold still, and the choice in the decision
    importance : (trials, time) float32, what each step counts in the loss: 1 shared by the steps before the decision, 1 by the
        decision's, 0 after the end
    choices : (trials,) the choice that is right at the decision, from 1 (`go-nogo`: 0, hold still, or 1)
    periods : (trials, time) int, the index into `PERIODS`; 4 after the end
    coherences : (trials,) per cent; nan for `go-nogo`
    """

    inputs: np.ndarray
    targets: np.ndarray
    importance: np.ndarray
    choices: np.ndarray
    periods: np.ndarray
    coherences: np.ndarray


def make_trials(
    family: str,
    variants: Sequence[str],
    n: int,
    rng: np.random.Generator,
    timing: Timing = TRAINING,
    *,
    noise: float = 0.5,
    coherences: Sequence[float] = COHERENCES,
    balanced: bool = False,
) -> Trials:
    """Trials of a family, their variants drawn at random.

    Parameters
    ----------
    family : {"decision", "go-nogo"}
    variants : of `VARIANTS`
    n : int
    rng : numpy.random.Generator
    timing : Timing
        Random durations, each trial its own, in training; fixed ones in testing.
    noise : float
        Standard deviation of the streams' noise in units of 1 / sqrt(ms), as neurogym's sigma: a step has noise / sqrt(dt).
    coherences : of the decision family, per cent
    balanced : bool
        Go through variants, choices and coherences in turn instead of drawing them: every combination as often.

    Returns
    -------
    Trials
        Time reaches to the longest trial that `timing` allows.

    Raises
    ------
    CaseError
        A family, variant or coherence that does not exist.
    """
    _check(family, variants, coherences)
    which = (len(variants), 2, len(coherences) if family == "decision" else 1)
    combination = np.arange(n) % np.prod(which) if balanced else rng.integers(np.prod(which), size=n)
    variant, side, strength = np.unravel_index(combination, which)
    rule = np.array([VARIANTS.index(v) for v in variants])[variant]
    periods = _periods(rule, timing, rng, any(v in DELAYED for v in variants))
    time = periods.shape[1]

    inputs = np.zeros((n, time, CHANNELS), np.float32)
    inputs[..., 0] = periods < PERIODS.index("decision")
    stimulus = periods == PERIODS.index("stimulus")
    sides = np.arange(2)
    if family == "decision":
        coherence = np.asarray(coherences, float)[strength]
        streams = 0.5 + np.where(sides == side[:, None], 1, -1) * coherence[:, None] / 200
    else:
        coherence = np.full(n, np.nan)
        streams = (sides == side[:, None]).astype(float)
    noisy = streams[:, None] + rng.normal(size=(n, time, 2)) * (noise / np.sqrt(timing.dt))
    inputs[..., 1:3] = noisy * stimulus[..., None]
    inputs[np.arange(n), :, 3 + rule] = periods < len(PERIODS)

    answer = np.where(np.isin(rule, [VARIANTS.index("anti"), VARIANTS.index("delay-anti")]), 1 - side, side)
    choices = answer + (family == "decision")
    targets = np.where(periods == PERIODS.index("decision"), choices[:, None], 0)
    return Trials(inputs, targets, _importance(periods), choices, periods, coherence)


def accuracies(outputs: torch.Tensor, trials: Trials) -> torch.Tensor:
    """The part of trials that each network gets right: (networks,), 0 to 1.

    A trial is right if the network holds still until the decision and then makes the right choice: the largest of the outputs
    summed over the stimulus and the delay is 0, and of those summed over the decision the right choice.

    Parameters
    ----------
    outputs : (networks, trials, time, choices)
    trials : Trials
    """
    periods = torch.from_numpy(trials.periods)
    waiting = (periods == PERIODS.index("stimulus")) | (periods == PERIODS.index("delay"))
    deciding = periods == PERIODS.index("decision")
    holds, chooses = (
        torch.einsum("sbtc,bt->sbc", outputs, where.to(outputs.dtype)).argmax(-1) for where in (waiting, deciding)
    )
    right = (holds == 0) & (chooses == torch.from_numpy(trials.choices))
    return right.double().mean(1)


def losses(outputs: torch.Tensor, targets: torch.Tensor, importance: torch.Tensor) -> torch.Tensor:
    """The cross entropy of each network: (networks,), in nats.

    Parameters
    ----------
    outputs : (networks, trials, time, choices)
    targets, importance : (networks, trials, time)
        As in `Trials`.
    """
    logits = torch.log_softmax(outputs, -1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)
    return -(logits * importance).sum((1, 2)) / outputs.shape[1]


def _periods(rule: np.ndarray, timing: Timing, rng: np.random.Generator, delays: bool) -> np.ndarray:
    """The period of every step, (trials, time); `len(PERIODS)` after the end. With `delays`, time is for one, drawn or not."""
    bounds = [timing.steps(period) for period in PERIODS]
    lengths = np.stack([rng.integers(low, high, size=len(rule), endpoint=True) for low, high in bounds], 1)
    delayed = np.isin(rule, [VARIANTS.index("delay"), VARIANTS.index("delay-anti")])
    lengths[~delayed, PERIODS.index("delay")] = 0
    ends = np.cumsum(lengths, 1)
    longest = sum(high for period, (_, high) in zip(PERIODS, bounds, strict=True) if period != "delay" or delays)
    periods: np.ndarray = (np.arange(longest)[:, None] >= ends[:, None]).sum(2)
    return periods


def _importance(periods: np.ndarray) -> np.ndarray:
    """1 shared by a trial's steps before the decision, 1 by those of the decision."""
    deciding = periods == PERIODS.index("decision")
    waiting = periods < PERIODS.index("decision")
    before = waiting / np.maximum(waiting.sum(1, keepdims=True), 1)
    return np.asarray(before + deciding / deciding.sum(1, keepdims=True), np.float32)


def _check(family: str, variants: Sequence[str], coherences: Sequence[float]) -> None:
    if family not in CHOICES:
        raise CaseError(f"make_trials: the family {family!r}; needed one of {', '.join(CHOICES)}.")
    if not variants or any(v not in VARIANTS for v in variants):
        raise CaseError(f"make_trials: the variants {list(variants)}; needed some of {', '.join(VARIANTS)}.")
    if not len(coherences) or not all(0 < c <= 100 for c in coherences):
        raise CaseError(
            f"make_trials: the coherences {list(coherences)}; needed per cent above 0, up to 100 (at 0 no choice is right)."
        )
