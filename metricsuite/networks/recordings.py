"""What stored networks did on test trials: hidden states, computed on demand.

    record(load("relu", "decision", "master"), seeds, same_trials=True)

Which networks: the first for seeds that certify, the last for seeds that profile or calibrate, so that those two never meet the ones that certify.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError
from metricsuite.networks.architecture import select
from metricsuite.networks.tasks import TARGET, TESTING, Trials, make_trials
from metricsuite.networks.zoo import SEEDS, Networks
from metricsuite.seeds import CERTIFY
from metricsuite.threads import one_torch_thread

TRIALS = 40  # five of each of two choices and four coherences


def members(seeds: Sequence[int]) -> list[int]:
    """Which networks of the zoo the seeds of a case stand for.

    Raises
    ------
    CaseError
        More seeds than there are networks.
    """
    n = len(seeds)
    if n > len(SEEDS):
        raise CaseError(
            f"the zoo has {len(SEEDS)} networks of each group, and {n} seeds were asked for; needed at most {len(SEEDS)}."
        )
    certifies = getattr(seeds, "kind", CERTIFY) == CERTIFY
    return list(range(n)) if certifies else list(range(len(SEEDS) - 1, len(SEEDS) - 1 - n, -1))


def trials_for(family: str, seed: int, what: str = "", n: int = TRIALS) -> Trials:
    """Test trials of the target: every combination of choice and coherence as often, noise and order from the seed and `what`."""
    return _trials(family, int(seed), what, n)


@lru_cache(maxsize=256)
def _trials(family: str, seed: int, what: str, n: int) -> Trials:
    rng = np.random.default_rng([seed, zlib.crc32(f"trials {family} {what}".encode())])
    trials = make_trials(family, [TARGET], n, rng, TESTING, balanced=True)
    if not what:
        return trials
    order = rng.permutation(n)  # trials of one's own come in an order of their own
    return Trials(*(getattr(trials, name)[order] for name in Trials.__dataclass_fields__))


@torch.no_grad()
@one_torch_thread()
def record(networks: Networks, seeds: Sequence[int], same_trials: bool) -> list[Trajectories]:
    """The hidden states of one network for each seed.

    Parameters
    ----------
    networks : Networks
    seeds : sequence of int
        As the fixture `seeds` gives them.
    same_trials : bool
        All networks on one set of trials, so that row i belongs to row i; otherwise each on trials of its own.

    Returns
    -------
    list of Trajectories
        (40 trials, 52 steps, units), with the inputs and the right choice of every trial, dt in seconds.
    """
    which = members(seeds)
    chosen = select(networks.weights, which)
    if same_trials:
        batches = [trials_for(networks.family, seeds[0])] * len(which)
    else:
        kind = f"{networks.architecture.name} {networks.group} {networks.freezing} {networks.checkpoint}"
        batches = [trials_for(networks.family, seed, kind) for seed in seeds]
    inputs = torch.from_numpy(np.stack([trials.inputs for trials in batches]))
    states = networks.architecture.run(chosen, inputs).states
    return [recorded(state, trials) for state, trials in zip(states, batches, strict=True)]


def recorded(states: torch.Tensor, trials: Trials) -> Trajectories:
    """One network's states (trials, time, units) with what is known of its trials."""
    return Trajectories(
        states.double().numpy(), inputs=trials.inputs.astype(float), conditions=trials.choices, dt=TESTING.dt / 1000
    )


def lost(networks: Networks, seeds: Sequence[int]) -> list[float]:
    """The part of the test trials that each seed's network gets wrong."""
    return [1 - networks.accuracies[i] for i in members(seeds)]
