"""What networks of the zoo did, in the published design and in the strict one.

Published: 200 test trials of each network's own, in an order of their own; the window that the public code calls the stimulus, which begins with the
trial (it is shifted back by the length of the fixation); and time and trials changed over, so that what DSA takes for time are trials.
Strict: whole test trials, time for time, the same for all networks or each network's own (`recordings.record`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from metricsuite.networks.architecture import select
from metricsuite.networks.curriculum import GROUPS
from metricsuite.networks.recordings import record, trials_for
from metricsuite.networks.tasks import TESTING
from metricsuite.networks.training import FINAL
from metricsuite.networks.zoo import Networks, load
from metricsuite.systems.streams import Array

FAMILY = "decision"
PUBLISHED_TRIALS = 200  # DSA at 33 delays of 6 needs 194 of what it takes for time
WINDOW = TESTING.steps("stimulus")[0]  # steps from the beginning of a trial
COMMON = 20  # principal components of two networks together, over learning and across architectures


def networks_of(directory: Path, architecture: str, file: str, checkpoint: str = FINAL) -> Networks:
    """Networks of the zoo by the name of their group's file ("pretrain_anti_frozen.input"), or "untrained", "untrained_second"."""
    known = GROUPS.get(file)
    name, freezing = (known.name, known.freezing) if known else (file, "")
    return load(architecture, FAMILY, name, freezing, checkpoint, directory)


@torch.no_grad()
def published_states(networks: Networks, members: Sequence[int]) -> list[Array]:
    """The states of some networks, each (window, trials, units)."""
    kind = f"published {networks.architecture.name} {networks.group} {networks.freezing} {networks.checkpoint}"
    batches = [trials_for(networks.family, m, kind, PUBLISHED_TRIALS).inputs[:, :WINDOW] for m in members]
    chosen = select(networks.weights, list(members))
    states = networks.architecture.run(chosen, torch.from_numpy(np.stack(batches))).states
    return [state.transpose(0, 1).double().numpy() for state in states]


def strict_states(networks: Networks, count: int, same_trials: bool) -> list[Array]:
    """The states of the first networks, each (trials, time, units)."""
    return [np.asarray(one.array) for one in record(networks, range(count), same_trials)]


def in_common_components(x: Array, y: Array) -> tuple[Array, Array]:
    """Both systems in the leading principal components of the two together, as the public code has it.

    The system of more units is first reduced to as many components as the other has units. Then both are joined along the second axis,
    every (step, unit) is z-scored over it, and `COMMON` components are kept.

    Parameters
    ----------
    x, y : (steps, trials, units)
    """
    units = min(x.shape[2], y.shape[2])
    x, y = (v if v.shape[2] == units else _components(v, units) for v in (x, y))
    both = np.concatenate([x, y], axis=1)
    spread = both.std(axis=0, ddof=1)  # over the first axis, as `torch.std(data, dim=0)` there
    scaled = (both - both.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    reduced = _components(scaled, min(COMMON, units))
    return reduced[:, : x.shape[1]], reduced[:, x.shape[1] :]


def _components(x: Array, count: int) -> Array:
    flat = x.reshape(-1, x.shape[2])
    flat = flat - flat.mean(axis=0)
    _, vectors = np.linalg.eigh(flat.T @ flat)
    return np.asarray((flat @ vectors[:, ::-1][:, :count]).reshape(*x.shape[:2], count))
