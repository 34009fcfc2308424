"""Ensembles of Mamba networks (Gu and Dao 2023), many networks as one batched model, with mamba-ssm's parameters by name.

    x <- U input;   x <- x + mixer(norm(x)), layer by layer;   output = C x + c

as in mamba-ssm's language model, with a linear map of the inputs for its embedding of tokens: `norm` is RMSNorm before each block
("pre-norm", weight "layers.{i}.norm.weight", eps 1e-5), and one more, "norm_f.weight", stands before the readout. The mixer is `mamba_ssm.Mamba`,
its nine weights under "layers.{i}.mixer." and their names there.

Inside, everything is laid out (networks, features, time, trials): products over features are one batched matrix product, shifts in time are
slices, and the trials run innermost.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import pad, silu, softplus

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import Run, Weights
from metricsuite.networks.selective_scan import selective_scan, selective_states

EPS = 1e-5  # of RMSNorm
SHORTEST_STEP, LONGEST_STEP, LEAST_STEP = 1e-3, 1e-1, 1e-4  # dt_min, dt_max, dt_init_floor of mamba_ssm.Mamba
MIXER = (
    "in_proj.weight",
    "conv1d.weight",
    "conv1d.bias",
    "x_proj.weight",
    "dt_proj.weight",
    "dt_proj.bias",
    "A_log",
    "D",
    "out_proj.weight",
)
RECURRENCE = ("x_proj.weight", "dt_proj.weight", "dt_proj.bias", "A_log")


@dataclass(frozen=True)
class Mamba:
    """The network of the module's formula; a state has `expand * d_model * d_state` units.

    Parameters
    ----------
    d_model, d_state, d_conv, expand : int
        As `mamba_ssm.Mamba` calls them.
    layers : int
        How many blocks.
    state_layer : int
        The block whose states `run` gives; another with the same weights: `dataclasses.replace(network, state_layer=1)`.

    Raises
    ------
    CaseError
        A size below 1, or a layer that does not exist.
    """

    d_model: int = 8
    d_state: int = 16
    d_conv: int = 4
    expand: int = 2
    layers: int = 1
    state_layer: int = 0

    name = "mamba"

    def __post_init__(self) -> None:
        for size in ("d_model", "d_state", "d_conv", "expand", "layers"):
            if getattr(self, size) < 1:
                raise CaseError(f"Mamba: {size} {getattr(self, size)}; needed at least 1.")
        if not 0 <= self.state_layer < self.layers:
            raise CaseError(
                f"Mamba: state_layer {self.state_layer} of {self.layers} layers; needed 0 to {self.layers - 1}."
            )

    @property
    def d_inner(self) -> int:
        """Channels of the recurrence."""
        return self.expand * self.d_model

    @property
    def dt_rank(self) -> int:
        """Dimensions from which the step sizes come, mamba-ssm's "auto"."""
        return math.ceil(self.d_model / 16)

    @property
    def recurrent(self) -> tuple[str, ...]:
        """The weights that make decay and drive of the recurrence, of every layer: A, and what gives dt, B and C."""
        return tuple(f"layers.{layer}.mixer.{name}" for layer in range(self.layers) for name in RECURRENCE)

    def initial(self, rng: np.random.Generator, channels: int, choices: int) -> dict[str, np.ndarray]:
        """As `mamba_ssm.Mamba` begins; the maps of inputs and to choices as `torch.nn.Linear` does."""
        weights = {"input": _linear(rng, self.d_model, channels)}
        for layer in range(self.layers):
            weights[f"layers.{layer}.norm.weight"] = np.ones(self.d_model)
            weights |= {f"layers.{layer}.mixer.{name}": value for name, value in self._mixer(rng).items()}
        weights["norm_f.weight"] = np.ones(self.d_model)
        weights["readout"] = _linear(rng, choices, self.d_model)
        weights["readout_bias"] = rng.uniform(-(self.d_model**-0.5), self.d_model**-0.5, choices)
        return {name: value.astype(np.float32) for name, value in weights.items()}

    def _mixer(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        d_inner, d_state, rank = self.d_inner, self.d_state, self.dt_rank
        within = self.d_conv**-0.5
        weights = {
            "in_proj.weight": _linear(rng, 2 * d_inner, self.d_model),
            "conv1d.weight": rng.uniform(-within, within, (d_inner, 1, self.d_conv)),
            "conv1d.bias": rng.uniform(-within, within, d_inner),
            "x_proj.weight": _linear(rng, rank + 2 * d_state, d_inner),
            "dt_proj.weight": _linear(rng, d_inner, rank),
            "A_log": np.log(np.tile(np.arange(1.0, d_state + 1), (d_inner, 1))),
            "D": np.ones(d_inner),
            "out_proj.weight": _linear(rng, self.d_model, d_inner),
        }
        steps = np.exp(rng.uniform(math.log(SHORTEST_STEP), math.log(LONGEST_STEP), d_inner)).clip(min=LEAST_STEP)
        weights["dt_proj.bias"] = steps + np.log(-np.expm1(-steps))  # softplus of it is the step
        return {name: weights[name] for name in MIXER}

    def run(self, weights: Weights, inputs: torch.Tensor) -> Run:
        """States of the block `state_layer`, (networks, trials, time, d_inner * d_state), d_state fastest, and outputs; see `Architecture`."""
        outputs, states = self._forward(weights, inputs, self.state_layer)
        assert states is not None
        return Run(states.flatten(1, 2).permute(2, 3, 0, 1), outputs)

    def outputs(self, weights: Weights, inputs: torch.Tensor) -> torch.Tensor:
        """The outputs of `run`, in a fraction of its time and memory."""
        return self._forward(weights, inputs, None)[0]

    def _forward(
        self, weights: Weights, inputs: torch.Tensor, state_layer: int | None
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        networks, (_, trials, time, channels) = len(weights["input"]), inputs.shape
        x = inputs.permute(0, 3, 2, 1).reshape(-1, channels, time * trials).expand(networks, -1, -1)
        x = (weights["input"] @ x).view(networks, self.d_model, time, trials)
        states = None
        for layer in range(self.layers):
            normed = _rms_norm(x, weights[f"layers.{layer}.norm.weight"])
            mixer = {name: weights[f"layers.{layer}.mixer.{name}"] for name in MIXER}
            mixed, found = self.mix(mixer, normed, states=layer == state_layer)
            x = x + mixed
            states = states if found is None else found
        logits = _project(weights["readout"], _rms_norm(x, weights["norm_f.weight"]))
        return logits.permute(0, 3, 2, 1) + weights["readout_bias"][:, None, None], states

    def mix(
        self, mixer: Mapping[str, torch.Tensor], x: torch.Tensor, states: bool
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """One `mamba_ssm.Mamba` an ensemble: x (networks, d_model, time, trials) to the same shape.

        With `states` also its states, (time, d_inner, d_state, networks, trials); without them None.
        """
        u, gate = torch.split(_project(mixer["in_proj.weight"], x), self.d_inner, 1)
        u = silu(_causal_convolution(u, mixer["conv1d.weight"], mixer["conv1d.bias"]))
        parts = [self.dt_rank, self.d_state, self.d_state]
        step, to_state, to_output = torch.split(_project(mixer["x_proj.weight"], u), parts, 1)
        dt = softplus(_project(mixer["dt_proj.weight"], step) + mixer["dt_proj.bias"][:, :, None, None])
        arguments = (
            _time_first(u),
            _time_first(dt),
            -torch.exp(mixer["A_log"]),
            _time_first(to_state),
            _time_first(to_output),
        )
        found, y = selective_states(*arguments) if states else (None, selective_scan(*arguments))
        y = y.permute(2, 1, 0, 3) + mixer["D"][:, :, None, None] * u
        return _project(mixer["out_proj.weight"], y * silu(gate)), found


def _time_first(x: torch.Tensor) -> torch.Tensor:
    """(networks, features, time, trials) as (time, features, networks, trials), which a step of the recurrence takes in one piece."""
    return x.permute(2, 1, 0, 3).contiguous()


def _project(weight: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    return torch.bmm(weight, x.flatten(2)).view(*weight.shape[:2], *x.shape[2:])


def _causal_convolution(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    """Of every feature with a filter of its own, weight (networks, features, 1, width), that sees the past and the present."""
    width, time = weight.shape[-1], x.shape[2]
    padded = pad(x, (0, 0, width - 1, 0))
    result = bias[:, :, None, None]
    for k in range(width):
        result = torch.addcmul(result, weight[..., k, None], padded[:, :, k : k + time])
    return result


def _rms_norm(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + EPS) * weight[:, :, None, None]


def _linear(rng: np.random.Generator, rows: int, columns: int) -> np.ndarray:
    """Uniform within 1 / sqrt(columns), as `torch.nn.Linear` begins."""
    return rng.uniform(-(columns**-0.5), columns**-0.5, (rows, columns))


def to_mamba_ssm(weights: Mapping[str, torch.Tensor], network: int = 0, layer: int = 0) -> dict[str, torch.Tensor]:
    """One block of one network as the `state_dict` of a `mamba_ssm.Mamba`, which loads it with `strict=True`; a copy.

    Raises
    ------
    CaseError
        Weights without that layer.
    """
    prefix = f"layers.{layer}.mixer."
    missing = [prefix + name for name in MIXER if prefix + name not in weights]
    if missing:
        raise CaseError(f"to_mamba_ssm: the weights have no {', '.join(missing)}. Ask for a layer that they have.")
    return {name: weights[prefix + name][network].detach().clone() for name in MIXER}


def from_mamba_ssm(state_dict: Mapping[str, torch.Tensor], layer: int = 0) -> Weights:
    """The `state_dict` of a `mamba_ssm.Mamba` as the weights of one block of one network, `weights | from_mamba_ssm(...)`; a copy.

    Raises
    ------
    CaseError
        Names that are not those of a `mamba_ssm.Mamba` of its default biases, missing ones or others.
    """
    if set(state_dict) != set(MIXER):
        raise CaseError(
            f"from_mamba_ssm: given {', '.join(sorted(state_dict)) or 'nothing'}; needed {', '.join(sorted(MIXER))}. "
            "Pass the state_dict of a mamba_ssm.Mamba whose biases are the default ones (conv_bias=True, bias=False)."
        )
    return {f"layers.{layer}.mixer.{name}": state_dict[name].detach().clone().unsqueeze(0) for name in MIXER}
