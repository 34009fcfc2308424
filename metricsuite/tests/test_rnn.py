"""Leaky RNNs and GRUs: an ensemble is each of its networks alone, a step is its formula, errors are whole."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import initial_weights, select
from metricsuite.networks.rnn import NONLINEARITIES, LeakyGRU, LeakyRNN

CHANNELS, CHOICES, UNITS = 7, 3, 12
KINDS = {**{phi: LeakyRNN(UNITS, phi) for phi in NONLINEARITIES}, "gru": LeakyGRU(UNITS)}


def ensemble(kind, networks=3):
    return initial_weights(kind, [np.random.default_rng(seed) for seed in range(networks)], CHANNELS, CHOICES)


def task_inputs(networks=3, trials=4, time=15):
    rng = np.random.default_rng([networks, trials, time])
    return torch.from_numpy(rng.standard_normal((networks, trials, time, CHANNELS)).astype(np.float32))


def difference(expected, actual):
    """The largest, as a share of the largest value."""
    assert expected.shape == actual.shape
    return float((expected - actual).detach().abs().max() / expected.detach().abs().max())


def run_with_gradients(kind, weights, inputs):
    leaves = {k: v.clone().requires_grad_() for k, v in weights.items()}
    run = kind.run(leaves, inputs)
    loss = (run.outputs.square().sum((1, 2, 3)) + run.states.sin().sum((1, 2, 3))).sum()
    return run, dict(zip(leaves, torch.autograd.grad(loss, list(leaves.values())), strict=True))


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture
def together_and_alone(kind):
    """An ensemble of three, and each of the three in an ensemble of its own."""
    weights, inputs = ensemble(kind), task_inputs()
    alone = [run_with_gradients(kind, select(weights, [i]), inputs[[i]]) for i in range(3)]
    return run_with_gradients(kind, weights, inputs), alone


@pytest.mark.parametrize("what", ["states", "outputs"])
def test_ensemble_is_each_network_alone(together_and_alone, what):
    (together, _), alone = together_and_alone
    expected = torch.cat([getattr(run, what) for run, _ in alone])
    assert difference(expected, getattr(together, what)) <= 1e-5  # measured: 0, softplus 2.6e-7


def test_gradients_of_an_ensemble_are_those_of_each_network_alone(together_and_alone):
    (_, together), alone = together_and_alone
    apart = {k: difference(torch.cat([g[k] for _, g in alone]), v) for k, v in together.items()}
    assert {} == {k: d for k, d in apart.items() if not d <= 1e-5}  # measured: 0, softplus 1.8e-7


def test_one_networks_gradient_does_not_reach_another(kind):
    weights, inputs = ensemble(kind), task_inputs()
    leaves = {k: v.clone().requires_grad_() for k, v in weights.items()}
    loss = kind.run(leaves, inputs).outputs[0].square().sum()
    gradients = torch.autograd.grad(loss, list(leaves.values()))
    assert 0 == max(float(g[1:].abs().max()) for g in gradients)


def test_inputs_of_one_serve_all(kind):
    weights, inputs = ensemble(kind), task_inputs(networks=1)
    expected = kind.run(weights, inputs.repeat(3, 1, 1, 1)).states
    assert difference(expected, kind.run(weights, inputs).states) <= 1e-6


def test_outputs_are_those_of_run(kind):
    weights, inputs = ensemble(kind), task_inputs()
    assert torch.equal(kind.run(weights, inputs).outputs, kind.outputs(weights, inputs))


def test_initial_weights_hang_on_their_generator_alone(kind):
    first, second = ensemble(kind, 2), ensemble(kind, 3)
    assert all(torch.equal(v, second[k][:2]) for k, v in first.items())


def test_initial_weights_are_float32_with_the_names_that_freezing_needs(kind):
    weights = kind.initial(np.random.default_rng(0), CHANNELS, CHOICES)
    shapes = {k: (v.dtype, v.shape[1:]) for k, v in weights.items() if k in ("input", "readout", "readout_bias")}
    f = np.dtype(np.float32)
    assert {"input": (f, (CHANNELS,)), "readout": (f, (UNITS,)), "readout_bias": (f, ())} == shapes


# --- against the formulas, one network, in double precision ---

PHI = {
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "leaky-relu": lambda x: np.where(x > 0, x, 0.01 * x),
}


def sigma(x):
    return 1 / (1 + np.exp(-x))


def one_network(kind):
    """Its weights, doubled so that gates and nonlinearities bend, and the inputs (time, channels) of one trial."""
    weights = {k: 2 * v.double() for k, v in ensemble(kind, 1).items()}
    return weights, {k: v[0].numpy() for k, v in weights.items()}, task_inputs(1, 1).double()


@pytest.mark.parametrize("phi", NONLINEARITIES)
def test_leaky_rnn_is_its_formula(phi):
    kind = LeakyRNN(UNITS, phi, leak=0.3)
    weights, w, inputs = one_network(kind)
    h, expected = np.zeros(UNITS), []
    for x in inputs[0, 0].numpy():
        h = 0.7 * h + 0.3 * PHI[phi](w["recurrent"] @ h + w["input"] @ x + w["bias"])
        expected.append(h)
    apart = difference(torch.from_numpy(np.stack(expected)), kind.run(weights, inputs).states[0, 0])
    assert apart <= 1e-10  # measured: 5e-16; softplus 2.5e-12, since torch's is linear above 20


def gru_by_hand(w, inputs, reset_gate=True):
    """Cho et al. (2014), eqs. 5 to 8: the reset gate acts on the state before the recurrent product."""
    (w_r, w_z, w_n), (u_r, u_z, u_n), (b_r, b_z, b_n) = (np.split(w[k], 3) for k in ("recurrent", "input", "bias"))
    h, states = np.zeros(UNITS), []
    for x in inputs:
        r = sigma(w_r @ h + u_r @ x + b_r) if reset_gate else np.ones(UNITS)
        z = sigma(w_z @ h + u_z @ x + b_z)
        n = np.tanh(w_n @ (r * h) + u_n @ x + b_n)
        h = z * h + (1 - z) * n
        states.append(h)
    return torch.from_numpy(np.stack(states))


def test_leaky_gru_without_a_leak_is_a_gru():
    kind = LeakyGRU(UNITS, leak=1)
    weights, w, inputs = one_network(kind)
    assert difference(gru_by_hand(w, inputs[0, 0].numpy()), kind.run(weights, inputs).states[0, 0]) <= 1e-12


def test_the_gru_uses_its_reset_gate():
    kind = LeakyGRU(UNITS, leak=1)
    weights, w, inputs = one_network(kind)
    without = gru_by_hand(w, inputs[0, 0].numpy(), reset_gate=False)
    assert difference(without, kind.run(weights, inputs).states[0, 0]) > 0.1  # measured: 0.56


def test_the_reset_gate_learns():
    _, gradients = run_with_gradients(LeakyGRU(UNITS), ensemble(LeakyGRU(UNITS)), task_inputs())
    assert 0 < float(gradients["recurrent"][:, :UNITS].abs().amax((1, 2)).min())


def test_a_leak_goes_part_of_the_way():
    weights, inputs = ensemble(LeakyGRU(UNITS)), task_inputs(time=1)  # from 0, so that one step is the way
    expected = 0.3 * LeakyGRU(UNITS, leak=1).run(weights, inputs).states
    assert difference(expected, LeakyGRU(UNITS, leak=0.3).run(weights, inputs).states) <= 1e-6


def test_spectral_radius_of_untrained_rnns_is_about_1():
    recurrent = ensemble(LeakyRNN(200), 8)["recurrent"]
    radii = torch.linalg.eigvals(recurrent).abs().amax(1)
    assert float(radii.mean()) == pytest.approx(1, abs=0.1)  # measured: 1.05


@pytest.mark.parametrize(
    "make, message",
    [
        (
            lambda: LeakyRNN(nonlinearity="sine"),
            "LeakyRNN: nonlinearity 'sine'; needed one of tanh, relu, softplus, leaky-relu.",
        ),
        (lambda: LeakyRNN(leak=0), "LeakyRNN: a leak of 0; needed more than 0 and at most 1 (dt / tau)."),
        (lambda: LeakyGRU(leak=1.5), "LeakyGRU: a leak of 1.5; needed more than 0 and at most 1 (dt / tau)."),
    ],
    ids=["nonlinearity", "no leak", "too much"],
)
def test_errors(make, message):
    with pytest.raises(CaseError, match=f"^{re.escape(message)}$"):
        make()
