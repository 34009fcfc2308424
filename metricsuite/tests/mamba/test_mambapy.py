"""Our Mamba against mambapy 1.2.0, whole networks: norms, residual connections and the blocks between. Runs in the tox environment `mamba` only.

mambapy names its weights as we do, so they are loaded strictly. The bound is 1e-5 of the largest value.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from mambapy.mamba import Mamba as MambaPy
from mambapy.mamba import MambaConfig, RMSNorm

from metricsuite.networks.architecture import initial_weights
from metricsuite.networks.mamba import Mamba

BOUND = 1e-5
LAYERS, D_MODEL, TRIALS, TIME = 2, 8, 5, 60


def difference(expected: torch.Tensor, actual: torch.Tensor) -> float:
    assert expected.shape == actual.shape
    return float((expected - actual).detach().abs().max() / expected.detach().abs().max())


@pytest.fixture
def ours():
    """Network and weights whose maps of inputs and to choices change nothing, so that what lies between shows."""
    architecture = Mamba(d_model=D_MODEL, layers=LAYERS)
    weights = initial_weights(architecture, [np.random.default_rng(0)], D_MODEL, D_MODEL)
    weights["input"] = weights["readout"] = torch.eye(D_MODEL).unsqueeze(0)
    weights["readout_bias"] = torch.zeros(1, D_MODEL)
    return architecture, weights


@pytest.fixture
def inputs():
    return torch.from_numpy(np.random.default_rng(1).standard_normal((1, TRIALS, TIME, D_MODEL)).astype(np.float32))


def theirs(weights, pscan: bool) -> MambaPy:
    network = MambaPy(MambaConfig(d_model=D_MODEL, n_layers=LAYERS, pscan=pscan))
    layers = {name: weight[0].detach() for name, weight in weights.items() if name.startswith("layers.")}
    network.load_state_dict(layers, strict=True)
    return network


@pytest.mark.parametrize("pscan", [False, True])
def test_output(ours, inputs, pscan):
    architecture, weights = ours
    expected = RMSNorm(D_MODEL)(theirs(weights, pscan)(inputs[0]))
    assert difference(expected, architecture.outputs(weights, inputs)[0]) < BOUND  # measured: 8.8e-8


@pytest.mark.parametrize("layer", range(LAYERS))
def test_state_at_every_step(ours, inputs, layer):
    architecture, weights = ours
    network = theirs(weights, pscan=False)
    d_inner = architecture.d_inner
    caches = [(None, torch.zeros(TRIALS, d_inner, architecture.d_conv - 1)) for _ in range(LAYERS)]
    states = []
    with torch.no_grad():
        for t in range(TIME):
            _, caches = network.step(inputs[0, :, t], caches)
            states.append(caches[layer][0].flatten(1))
    found = replace(architecture, state_layer=layer).run(weights, inputs).states[0]
    assert difference(torch.stack(states, 1), found) < BOUND  # measured: 2.3e-7


@pytest.mark.parametrize("pscan", [False, True])
def test_gradients(ours, inputs, pscan):
    architecture, weights = ours
    network = theirs(weights, pscan)
    (RMSNorm(D_MODEL)(network(inputs[0])) ** 3).sum().backward()
    for weight in weights.values():
        weight.requires_grad_()
    (architecture.outputs(weights, inputs) ** 3).sum().backward()
    differences = [difference(weight.grad, weights[name].grad[0]) for name, weight in network.named_parameters()]
    assert max(differences) < BOUND  # measured: 4.0e-7
