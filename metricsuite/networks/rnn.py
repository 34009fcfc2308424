"""Ensembles of recurrent networks: leaky RNNs and leaky GRUs, many networks as one batched model.

    h_t = (1 - leak) h_{t-1} + leak phi(W h_{t-1} + U x_t + b),         y_t = C h_t + c

(Guilhot et al. 2024, methods; Yang et al. 2019, eq. 3.) The step costs one batched matrix product `(networks, trials, units)` by
`(networks, units, units)`; inputs and outputs of all steps are one product each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import Run, Weights

NONLINEARITIES: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "tanh": torch.tanh,
    "relu": torch.relu,
    "softplus": torch.nn.functional.softplus,
    "leaky-relu": torch.nn.functional.leaky_relu,
}


@dataclass(frozen=True)
class LeakyRNN:
    """The leaky recurrent network of the module's formula.

    Parameters
    ----------
    units : int
    nonlinearity : {"relu", "tanh", "softplus", "leaky-relu"}
    leak : float in (0, 1]
        The step over the time constant, dt / tau.

    Raises
    ------
    CaseError
        A nonlinearity or leak that does not exist.
    """

    units: int = 64
    nonlinearity: str = "relu"
    leak: float = 0.5

    recurrent = ("recurrent",)

    def __post_init__(self) -> None:
        if self.nonlinearity not in NONLINEARITIES:
            raise CaseError(f"LeakyRNN: nonlinearity {self.nonlinearity!r}; needed one of {', '.join(NONLINEARITIES)}.")
        _check_leak("LeakyRNN", self.leak)

    @property
    def name(self) -> str:
        """The nonlinearity, as the published code calls its networks."""
        return self.nonlinearity

    def initial(self, rng: np.random.Generator, channels: int, choices: int) -> dict[str, np.ndarray]:
        """Uniform within 1 / sqrt(units), as `torch.nn.RNN` begins, but the recurrence within sqrt(3 / units): its spectral radius is 1."""
        weights = _uniform(rng, self.units, self.units, channels, choices)
        weights["recurrent"] *= np.float32(3**0.5)
        return weights

    def run(self, weights: Weights, inputs: torch.Tensor, push: torch.Tensor | None = None) -> Run:
        """States and outputs; see `Architecture`. A `push` (networks, trials, time, units) is added to the state after each step."""
        phi, keep = NONLINEARITIES[self.nonlinearity], 1 - self.leak
        driven = _driven(weights, inputs)  # (time, networks, trials, units)
        recurrent = weights["recurrent"].mT
        state = driven.new_zeros(driven.shape[1:])
        states = []
        for t, step in enumerate(driven):
            state = keep * state + self.leak * phi(torch.baddbmm(step, state, recurrent))
            if push is not None:
                state = state + push[:, :, t]
            states.append(state)
        return _read_out(weights, states)

    def outputs(self, weights: Weights, inputs: torch.Tensor) -> torch.Tensor:
        """The outputs of `run`."""
        return self.run(weights, inputs).outputs


@dataclass(frozen=True)
class LeakyGRU:
    """A gated recurrent unit with a leak, whose reset gate acts on the state before the recurrent product.

        r = sigma(W_r h + U_r x + b_r),  z = sigma(W_z h + U_z x + b_z),  n = tanh(W_n (r * h) + U_n x + b_n)
        h <- h + leak (1 - z) (n - h)

    With a leak of 1 it is the GRU of Cho et al. (2014, eqs. 5 to 8, z for 1 - z). Rows of "input", "recurrent" and "bias" come in the
    order r, z, n.

    Parameters
    ----------
    units : int
    leak : float in (0, 1]

    Raises
    ------
    CaseError
        A leak out of range.
    """

    units: int = 64
    leak: float = 0.5

    name = "gru"
    recurrent = ("recurrent",)

    def __post_init__(self) -> None:
        _check_leak("LeakyGRU", self.leak)

    def initial(self, rng: np.random.Generator, channels: int, choices: int) -> dict[str, np.ndarray]:
        """Uniform within 1 / sqrt(units), as `torch.nn.GRU` begins."""
        return _uniform(rng, self.units, 3 * self.units, channels, choices)

    def run(self, weights: Weights, inputs: torch.Tensor, push: torch.Tensor | None = None) -> Run:
        """States and outputs; see `Architecture`. A `push` (networks, trials, time, units) is added to the state after each step."""
        n = self.units
        driven = _driven(weights, inputs)
        gates, new = weights["recurrent"][:, : 2 * n].mT, weights["recurrent"][:, 2 * n :].mT
        to_gates, to_new = driven[..., : 2 * n], driven[..., 2 * n :]
        state = driven.new_zeros((*driven.shape[1:-1], n))
        states = []
        for t, (gate_step, new_step) in enumerate(zip(to_gates, to_new, strict=True)):
            reset, update = torch.sigmoid(torch.baddbmm(gate_step, state, gates)).chunk(2, -1)
            candidate = torch.tanh(torch.baddbmm(new_step, reset * state, new))
            state = torch.lerp(state, candidate, self.leak * (1 - update))
            if push is not None:
                state = state + push[:, :, t]
            states.append(state)
        return _read_out(weights, states)

    def outputs(self, weights: Weights, inputs: torch.Tensor) -> torch.Tensor:
        """The outputs of `run`."""
        return self.run(weights, inputs).outputs


def _driven(weights: Weights, inputs: torch.Tensor) -> torch.Tensor:
    """What the inputs and the bias give at every step, time first: (time, networks, trials, rows)."""
    networks = len(weights["input"])
    x = inputs.expand(networks, *inputs.shape[1:])
    flat = torch.baddbmm(weights["bias"].unsqueeze(1), x.flatten(1, 2), weights["input"].mT)
    return flat.view(*x.shape[:3], -1).permute(2, 0, 1, 3).contiguous()


def _read_out(weights: Weights, states: list[torch.Tensor]) -> Run:
    stacked = torch.stack(states, 2)
    outputs = torch.baddbmm(weights["readout_bias"].unsqueeze(1), stacked.flatten(1, 2), weights["readout"].mT)
    return Run(stacked, outputs.view(*stacked.shape[:3], -1))


def _uniform(rng: np.random.Generator, units: int, rows: int, channels: int, choices: int) -> dict[str, np.ndarray]:
    shapes = {
        "input": (rows, channels),
        "recurrent": (rows, units),
        "bias": (rows,),
        "readout": (choices, units),
        "readout_bias": (choices,),
    }
    bound = units**-0.5
    return {name: rng.uniform(-bound, bound, shape).astype(np.float32) for name, shape in shapes.items()}


def _check_leak(what: str, leak: float) -> None:
    if not 0 < leak <= 1:
        raise CaseError(f"{what}: a leak of {leak:g}; needed more than 0 and at most 1 (dt / tau).")
