"""What a network is here: weights with a leading axis of networks, and a way to run them all at once.

An ensemble of n networks is one batched model: every weight is a tensor `(networks, ...)`, so a training step of sixteen seeds is a few
batched products, and to freeze, shuffle, slice or store weights is to handle a dictionary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import numpy as np
import torch

Weights = dict[str, torch.Tensor]  # each (networks, ...)


class Run(NamedTuple):
    """What networks did: `states` (networks, trials, time, units) after each step, `outputs` (networks, trials, time, choices), logits."""

    states: torch.Tensor
    outputs: torch.Tensor


class Architecture(Protocol):
    """A kind of network. Its weights from the task are called "input" `(networks, rows, channels)`, so that freezing all but them, or
    all but one of their columns, means the same for every kind; those to the choices "readout" and "readout_bias".
    """

    @property
    def name(self) -> str:
        """As the zoo's files call it."""

    @property
    def recurrent(self) -> tuple[str, ...]:
        """The names of the weights that make the recurrence."""

    def initial(self, rng: np.random.Generator, channels: int, choices: int) -> dict[str, np.ndarray]:
        """The untrained weights of one network, float32, without the axis of networks."""

    def run(self, weights: Weights, inputs: torch.Tensor) -> Run:
        """Run every network on its trials: inputs `(networks or 1, trials, time, channels)`."""

    def outputs(self, weights: Weights, inputs: torch.Tensor) -> torch.Tensor:
        """The outputs of `run` alone, which training needs and which may be had for less."""


def initial_weights(
    architecture: Architecture, rngs: Sequence[np.random.Generator], channels: int, choices: int
) -> Weights:
    """The untrained weights of an ensemble, one network a generator."""
    networks = [architecture.initial(rng, channels, choices) for rng in rngs]
    return {name: torch.from_numpy(np.stack([network[name] for network in networks])) for name in networks[0]}


def select(weights: Mapping[str, torch.Tensor], networks: Sequence[int] | torch.Tensor) -> Weights:
    """Some networks of an ensemble, in the order given; a copy."""
    return {name: weight[networks] for name, weight in weights.items()}
