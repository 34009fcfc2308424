"""Mamba without mamba-ssm: the scans, the network, the names of its weights, and when the CUDA kernel is called.

What it computes is held against mamba-ssm's own reference code in `metricsuite/tests/mamba` (tox env `mamba`).
"""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from types import ModuleType

import numpy as np
import pytest
import torch
from torch.autograd import gradcheck

from metricsuite.errors import CaseError
from metricsuite.networks import scan as scan_module
from metricsuite.networks import selective_scan as selective
from metricsuite.networks.architecture import Run, initial_weights, select
from metricsuite.networks.mamba import MIXER, Mamba, from_mamba_ssm, to_mamba_ssm
from metricsuite.networks.scan import scan

TWO_LAYERS = Mamba(layers=2)
CHANNELS, CHOICES = 7, 3


def whole(message):
    return f"^{re.escape(message)}$"


def ensemble(networks=3, architecture=TWO_LAYERS):
    return initial_weights(architecture, [np.random.default_rng(seed) for seed in range(networks)], CHANNELS, CHOICES)


def task_inputs(networks=3, trials=4, time=11):
    rng = np.random.default_rng([networks, trials, time])
    return torch.from_numpy(rng.standard_normal((networks, trials, time, CHANNELS)).astype(np.float32))


def difference(expected, actual):
    """The largest, as a share of the largest value."""
    assert expected.shape == actual.shape
    return float((expected - actual).detach().abs().max() / expected.detach().abs().max())


# --- scan ---


def recurrence(time, *shape):
    rng = np.random.default_rng([time, *shape])
    return (torch.from_numpy(rng.uniform(-1, 1, (time, *shape))).requires_grad_() for _ in range(2))


def looped(a, b):
    states = [b[0] + 0 * a[0]]
    for t in range(1, len(a)):
        states.append(a[t] * states[-1] + b[t])
    return torch.stack(states)


@pytest.fixture(params=["in chunks", "in one piece"])
def cut(request, monkeypatch):
    monkeypatch.setattr(scan_module, "WIDE", {"in chunks": 1000, "in one piece": 1}[request.param])


@pytest.mark.parametrize("time", [*range(1, 20), 60, 101])
def test_scan_is_the_loop(cut, time):
    a, b = recurrence(time, 2, 3)
    torch.testing.assert_close(scan(a, b), looped(a, b), rtol=0, atol=1e-14)  # measured: 4.4e-16


@pytest.mark.parametrize("time", [*range(1, 20), 60, 101])
def test_gradients_of_scan_are_those_of_the_loop(cut, time):
    a, b = recurrence(time, 2, 3)
    cotangent = torch.linspace(-1, 1, 6 * time, dtype=torch.double).view(time, 2, 3)
    expected = torch.autograd.grad(looped(a, b), (a, b), cotangent)
    actual = torch.autograd.grad(scan(a, b), (a, b), cotangent)
    torch.testing.assert_close(actual, expected, rtol=0, atol=1e-13)  # measured: 4.4e-16


@pytest.mark.parametrize("time", [1, 2, 3, 11, 16])
def test_scan_passes_gradcheck(cut, time):
    assert gradcheck(scan, tuple(recurrence(time, 2)))


def test_scan_of_a_fixed_decay_has_a_gradient_for_the_drive():
    a, b = recurrence(12, 3)
    expected = torch.autograd.grad(looped(a, b).sum(), b)
    torch.testing.assert_close(torch.autograd.grad(scan(a.detach(), b).sum(), b), expected, rtol=0, atol=1e-14)


def test_scan_leaves_its_arguments_alone():
    a, b = (x.detach() for x in recurrence(12, 3))
    before = a.clone(), b.clone()
    scan(a, b)
    assert all(torch.equal(x, y) for x, y in zip(before, (a, b), strict=True))


# --- selective scan ---

NETWORKS, TRIALS, D_INNER, D_STATE = 2, 2, 3, 2


def selective_arguments(time, dtype=torch.double):
    rng = np.random.default_rng(time)
    shapes = [(time, D_INNER), (time, D_INNER), None, (time, D_STATE), (time, D_STATE)]
    draws = [rng.standard_normal((NETWORKS, D_INNER, D_STATE) if s is None else (*s, NETWORKS, TRIALS)) for s in shapes]
    u, dt, A, B, C = (torch.from_numpy(x).to(dtype) for x in draws)
    return tuple(x.requires_grad_() for x in (u, dt.abs(), -A.abs(), B, C))


@pytest.mark.parametrize("time", [1, 2, 7])
def test_selective_scan_passes_gradcheck(time):
    assert gradcheck(selective.selective_scan, selective_arguments(time))


@pytest.mark.parametrize("time", [1, 2, 7])
def test_selective_states_pass_gradcheck(time):
    assert gradcheck(selective.selective_states, selective_arguments(time))


def test_selective_scan_has_the_outputs_of_selective_states():
    arguments = selective_arguments(60)
    states, y = selective.selective_states(*arguments)
    assert (60, D_INNER, D_STATE, NETWORKS, TRIALS) == states.shape
    torch.testing.assert_close(selective.selective_scan(*arguments), y, rtol=0, atol=1e-13)  # measured: 1.8e-15


def test_selective_scan_without_gradients_is_the_same():
    arguments = selective_arguments(60)
    with torch.no_grad():
        actual = selective.selective_scan(*arguments)
    assert torch.equal(selective.selective_scan(*arguments), actual)


# --- the kernel of mamba-ssm ---


class FakeKernel:
    """In the place of `selective_scan_fn`; keeps what it is called with."""

    def __init__(self):
        self.calls = []

    def __call__(self, *arguments):
        self.calls.append(arguments)
        return 2 * arguments[0]


@pytest.fixture
def fake_mamba_ssm(monkeypatch):
    """As if mamba-ssm had been built for CUDA."""
    kernel = FakeKernel()
    names = ["mamba_ssm", "mamba_ssm.ops", "mamba_ssm.ops.selective_scan_interface", "selective_scan_cuda"]
    for name in names:
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules["mamba_ssm.ops.selective_scan_interface"].selective_scan_fn = kernel
    selective._cuda_kernel.cache_clear()
    yield kernel
    selective._cuda_kernel.cache_clear()


def test_on_cuda_the_kernel_is_taken(fake_mamba_ssm):
    assert fake_mamba_ssm is selective.kernel_for(torch.device("cuda"))


def test_on_a_cpu_the_kernel_is_not_taken(fake_mamba_ssm):
    assert selective.kernel_for(torch.device("cpu")) is None


def test_without_its_kernels_mamba_ssm_is_not_taken(fake_mamba_ssm, monkeypatch):
    monkeypatch.setitem(sys.modules, "selective_scan_cuda", None)  # an import of it fails
    assert selective.kernel_for(torch.device("cuda")) is None


def test_training_calls_the_kernel_once_for_the_ensemble(monkeypatch):
    kernel = FakeKernel()
    monkeypatch.setattr(selective, "kernel_for", lambda device: kernel)
    Mamba().outputs(ensemble(architecture=Mamba()), task_inputs())
    ((u, dt, A, B, C),) = kernel.calls
    assert [(4, 48, 11), (4, 48, 11), (48, 16), (4, 3, 16, 11), (4, 3, 16, 11)] == [x.shape for x in (u, dt, A, B, C)]


def test_states_are_never_left_to_the_kernel(monkeypatch):
    kernel = FakeKernel()
    monkeypatch.setattr(selective, "kernel_for", lambda device: kernel)
    Mamba().run(ensemble(architecture=Mamba()), task_inputs())
    assert [] == kernel.calls


def test_what_the_kernel_gives_is_laid_out_as_what_it_got():
    u, *others = selective_arguments(5)
    assert torch.equal(2 * u, selective.by_kernel(FakeKernel(), u, *others))


# --- the network ---


def test_shapes_of_a_run():
    states, outputs = TWO_LAYERS.run(ensemble(), task_inputs())
    assert ((3, 4, 11, 256), (3, 4, 11, CHOICES)) == (states.shape, outputs.shape)


def test_outputs_are_those_of_run():
    weights, inputs = ensemble(), task_inputs(time=60)
    assert (
        difference(TWO_LAYERS.run(weights, inputs).outputs, TWO_LAYERS.outputs(weights, inputs)) < 1e-6
    )  # measured: 1.3e-7


@pytest.mark.parametrize("network", range(3))
def test_a_network_of_an_ensemble_is_the_network_alone(network):
    weights, inputs = ensemble(), task_inputs(time=60)
    together = TWO_LAYERS.run(weights, inputs)
    alone = TWO_LAYERS.run(select(weights, [network]), inputs[[network]])
    differences = Run(*(difference(x[[network]], y) for x, y in zip(together, alone, strict=True)))
    assert max(differences) < 1e-5  # measured: 2e-7


def test_gradients_of_a_network_of_an_ensemble_are_those_of_the_network_alone():
    weights, inputs = ensemble(), task_inputs(time=60)

    def gradients(weights, inputs):
        weights = {name: weight.clone().requires_grad_() for name, weight in weights.items()}
        TWO_LAYERS.outputs(weights, inputs).square().sum().backward()
        return {name: weight.grad for name, weight in weights.items()}

    together, alone = gradients(weights, inputs), gradients(select(weights, [1]), inputs[[1]])
    assert max(difference(together[name][[1]], alone[name]) for name in weights) < 1e-5  # measured: 4e-7


def test_networks_may_share_their_trials():
    weights, inputs = ensemble(), task_inputs(networks=1)
    expected = TWO_LAYERS.outputs(weights, inputs.expand(3, -1, -1, -1))
    assert torch.equal(expected, TWO_LAYERS.outputs(weights, inputs))


def test_no_step_knows_the_future():
    weights, inputs = ensemble(), task_inputs()
    changed = inputs.clone()
    changed[:, :, 6:] += 1
    before, after = TWO_LAYERS.run(weights, inputs), TWO_LAYERS.run(weights, changed)
    same = [(x == y).all(-1).all(0).all(0) for x, y in zip(before, after, strict=True)]
    assert [[True] * 6 + [False] * 5] * 2 == [x.tolist() for x in same]


def test_states_of_either_layer():
    weights, inputs = ensemble(), task_inputs()
    first, second = (replace(TWO_LAYERS, state_layer=layer).run(weights, inputs) for layer in range(2))
    weights["layers.1.mixer.A_log"] += 1
    assert torch.equal(first.states, TWO_LAYERS.run(weights, inputs).states)
    assert not torch.equal(second.states, replace(TWO_LAYERS, state_layer=1).run(weights, inputs).states)


@pytest.mark.parametrize("name", TWO_LAYERS.recurrent)
def test_a_weight_of_the_recurrence_moves_the_states_of_its_layer(name):
    weights, inputs = ensemble(), task_inputs()
    network = replace(TWO_LAYERS, state_layer=int(name.split(".")[1]))
    before = network.run(weights, inputs).states
    weights[name] = weights[name] + 0.1
    assert not torch.equal(before, network.run(weights, inputs).states)


# --- how it begins ---


def test_an_untrained_network_has_these_weights():
    assert {
        "input": (8, 7),
        "layers.0.norm.weight": (8,),
        "layers.0.mixer.in_proj.weight": (32, 8),
        "layers.0.mixer.conv1d.weight": (16, 1, 4),
        "layers.0.mixer.conv1d.bias": (16,),
        "layers.0.mixer.x_proj.weight": (33, 16),
        "layers.0.mixer.dt_proj.weight": (16, 1),
        "layers.0.mixer.dt_proj.bias": (16,),
        "layers.0.mixer.A_log": (16, 16),
        "layers.0.mixer.D": (16,),
        "layers.0.mixer.out_proj.weight": (8, 16),
        "norm_f.weight": (8,),
        "readout": (3, 8),
        "readout_bias": (3,),
    } == {name: value.shape for name, value in Mamba().initial(np.random.default_rng(0), CHANNELS, CHOICES).items()}


def test_every_weight_begins_in_float32():
    weights = Mamba().initial(np.random.default_rng(0), CHANNELS, CHOICES)
    assert {np.dtype(np.float32)} == {value.dtype for value in weights.values()}


def test_the_same_generator_gives_the_same_network():
    first, second = (Mamba().initial(np.random.default_rng(5), CHANNELS, CHOICES) for _ in range(2))
    assert all(np.array_equal(first[name], second[name]) for name in first)


def test_steps_begin_between_a_thousandth_and_a_tenth():
    bias = Mamba(d_model=512).initial(np.random.default_rng(0), CHANNELS, CHOICES)["layers.0.mixer.dt_proj.bias"]
    steps = np.log1p(np.exp(bias.astype(np.float64)))
    assert (0.001, 0.1) == (round(float(steps.min()), 3), round(float(steps.max()), 3))


def test_rates_begin_at_the_whole_numbers():
    a_log = Mamba(d_state=5).initial(np.random.default_rng(0), CHANNELS, CHOICES)["layers.0.mixer.A_log"]
    np.testing.assert_allclose(np.exp(a_log), np.tile(np.arange(1, 6), (16, 1)), rtol=1e-6)


# --- to and from mamba_ssm.Mamba ---


def test_a_block_goes_to_mamba_ssm_and_comes_back():
    weights = ensemble()
    back = from_mamba_ssm(to_mamba_ssm(weights, network=2, layer=1), layer=1)
    assert [f"layers.1.mixer.{name}" for name in MIXER] == list(back)
    assert all(torch.equal(weights[name][[2]], value) for name, value in back.items())


def test_what_goes_to_mamba_ssm_is_a_copy():
    weights = ensemble()
    to_mamba_ssm(weights)["A_log"] += 1
    assert torch.equal(ensemble()["layers.0.mixer.A_log"], weights["layers.0.mixer.A_log"])


def test_a_layer_that_is_not_there():
    weights = {"layers.0.mixer.A_log": torch.zeros(1, 16, 16)}
    missing = ", ".join(f"layers.0.mixer.{name}" for name in MIXER if name != "A_log")
    message = f"to_mamba_ssm: the weights have no {missing}. Ask for a layer that they have."
    with pytest.raises(CaseError, match=whole(message)):
        to_mamba_ssm(weights)


def test_a_state_dict_of_other_names():
    message = (
        "from_mamba_ssm: given A_log, in_proj.bias; needed A_log, D, conv1d.bias, conv1d.weight, dt_proj.bias, "
        "dt_proj.weight, in_proj.weight, out_proj.weight, x_proj.weight. "
        "Pass the state_dict of a mamba_ssm.Mamba whose biases are the default ones (conv_bias=True, bias=False)."
    )
    with pytest.raises(CaseError, match=whole(message)):
        from_mamba_ssm({"in_proj.bias": torch.zeros(2), "A_log": torch.zeros(2)})


# --- what is refused ---


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ({"layers": 0}, "Mamba: layers 0; needed at least 1."),
        ({"d_conv": -1}, "Mamba: d_conv -1; needed at least 1."),
        ({"layers": 2, "state_layer": 2}, "Mamba: state_layer 2 of 2 layers; needed 0 to 1."),
        ({"state_layer": -1}, "Mamba: state_layer -1 of 1 layers; needed 0 to 0."),
    ],
)
def test_impossible_sizes(sizes, message):
    with pytest.raises(CaseError, match=whole(message)):
        Mamba(**sizes)
