"""neurogym's trials under the conditions of ours: the same durations, sides and coherences, trial by trial.

A trial is what neurogym's `Dataset` would give a network: the observation `ob` (time, 3), fixation and two streams, and the right
action `gt` (time,). An environment's trial ends with its decision; ours lasts as long as the longest of the batch, so it is cut there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from neurogym.core import TrialEnv

from metricsuite.networks.tasks import PERIODS, Timing, Trials

COHERENCES = (6.4, 12.8, 25.6, 51.2, 100.0)  # neurogym's own without its 0, and ours
Environment = Callable[..., TrialEnv]


class Trial(NamedTuple):
    inputs: np.ndarray
    targets: np.ndarray


def durations_in_steps(dt: int) -> Timing:
    """Durations that differ from trial to trial, in whole steps; no fixation and no delay among them."""
    return Timing(fixation=(0, 4 * dt), stimulus=(dt, 8 * dt), delay=(0, 6 * dt), decision=(dt, 4 * dt), dt=dt)


def durations(trials: Trials, i: int, dt: int) -> dict[str, int]:
    """neurogym's timing: how long each period of trial i lasts, in ms."""
    return {period: dt * int(np.sum(trials.periods[i] == k)) for k, period in enumerate(PERIODS)}


def our_trial(trials: Trials, i: int) -> Trial:
    """Trial i of ours up to its end, without the rule inputs."""
    end = int(np.sum(trials.periods[i] < len(PERIODS)))
    return Trial(trials.inputs[i, :end, :3], trials.targets[i, :end])


def their_trial(environment: Environment, timing: dict[str, int], dt: int, **condition: float) -> Trial:
    """One trial of an environment, `condition` being what neurogym would otherwise draw."""
    env = environment(dt=dt, timing=timing)
    env.new_trial(**condition)
    return Trial(env.ob, env.gt)
