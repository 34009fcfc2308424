"""Our Mamba against mamba-ssm 2.3.2.post1's own reference code. Runs in the tox environment `mamba` only, where nothing is skipped.

The reference computes in float32, as we do: figures agree to rounding. The bound is 1e-5 of the largest value everywhere; measured
is a tenth of that at the most.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from metricsuite.networks.architecture import initial_weights
from metricsuite.networks.mamba import MIXER, Mamba, from_mamba_ssm, to_mamba_ssm
from metricsuite.networks.selective_scan import selective_scan

BOUND = 1e-5
NETWORKS, TRIALS = 3, 5
SIZES = {
    "as in the zoo": (Mamba(d_model=8, layers=2), 60),
    "ranks of two": (Mamba(d_model=24, d_state=5, d_conv=3, expand=3, layers=2), 37),
    "shorter than the filter": (Mamba(d_model=8, layers=2), 2),
    "one step": (Mamba(d_model=8, layers=2), 1),
}


def ask(what: str, problem: dict[str, np.ndarray], directory) -> dict[str, np.ndarray]:
    """The answer of `reference.py`."""
    np.savez(directory / "problem.npz", **problem)
    command = [sys.executable, "-m", "metricsuite.tests.mamba.reference", what]
    done = subprocess.run(
        [*command, directory / "problem.npz", directory / "answer.npz"], capture_output=True, text=True, timeout=120
    )
    assert (0, "") == (done.returncode, done.stderr)
    with np.load(directory / "answer.npz") as arrays:
        return dict(arrays)


def difference(expected: np.ndarray, actual: torch.Tensor) -> float:
    """The largest difference, as a share of the largest value."""
    actual = actual.detach().numpy()
    assert expected.shape == actual.shape
    assert np.abs(expected).max() > 0
    return float(np.abs(expected - actual).max() / np.abs(expected).max())


class Problem:
    """The second block of an ensemble, random inputs, and the reference's answer for each network."""

    def __init__(self, architecture: Mamba, time: int, directory) -> None:
        self.architecture = architecture
        ensemble = initial_weights(architecture, [np.random.default_rng(seed) for seed in range(NETWORKS)], 7, 3)
        self.mixer = {name: ensemble[f"layers.1.mixer.{name}"] for name in MIXER}
        shape = (2, NETWORKS, TRIALS, time, architecture.d_model)
        self.inputs, self.cotangent = np.random.default_rng([0, time]).standard_normal(shape).astype(np.float32)
        self.answers = [
            ask(
                "block",
                {
                    "sizes": sizes(architecture),
                    "inputs": self.inputs[network],
                    "cotangent": self.cotangent[network],
                    **{f"weight.{name}": w.numpy() for name, w in to_mamba_ssm(ensemble, network, layer=1).items()},
                },
                directory,
            )
            for network in range(NETWORKS)
        ]


class Solution:
    """What our ensemble makes of it, laid out as the reference's answers."""

    def __init__(self, problem: Problem, states: bool) -> None:
        self.problem = problem
        x = torch.from_numpy(problem.inputs).requires_grad_()
        mixer = {name: weight.clone().requires_grad_() for name, weight in problem.mixer.items()}
        output, found = problem.architecture.mix(mixer, x.permute(0, 3, 2, 1), states)
        self.output = output.permute(0, 3, 2, 1)
        self.states = found.permute(3, 4, 0, 1, 2) if states else None
        (self.output * torch.from_numpy(problem.cotangent)).sum().backward()
        self.gradients = {"inputs": x.grad} | {name: weight.grad for name, weight in mixer.items()}

    def difference(self, what: str, ours: torch.Tensor) -> float:
        """The largest over networks."""
        return max(difference(answer[what], mine) for answer, mine in zip(self.problem.answers, ours, strict=True))


def sizes(architecture: Mamba) -> np.ndarray:
    return np.array([architecture.d_model, architecture.d_state, architecture.d_conv, architecture.expand])


@pytest.fixture(scope="module", params=SIZES)
def problem(request, tmp_path_factory) -> Problem:
    return Problem(*SIZES[request.param], tmp_path_factory.mktemp("block"))


@pytest.fixture(scope="module", params=[False, True], ids=["for training", "with states"])
def solution(request, problem) -> Solution:
    return Solution(problem, states=request.param)


def test_output(solution):
    assert solution.difference("output", solution.output) < BOUND  # measured: at most 1.7e-7


@pytest.mark.parametrize("solution", [True], indirect=True, ids=["with states"])
def test_state_at_every_step(solution):
    assert solution.difference("states", solution.states) < BOUND  # measured: at most 2.6e-7


@pytest.mark.parametrize("name", ["inputs", *(name for name in MIXER if name != "A_log")])
def test_gradient(solution, name):
    assert solution.difference(f"gradient.{name}", solution.gradients[name]) < BOUND  # measured: at most 9.7e-7


def test_gradient_of_the_rates(solution):
    ours, theirs = solution.gradients["A_log"], [answer["gradient.A_log"] for answer in solution.problem.answers]
    if solution.output.shape[2] == 1:  # the first state has no past to decay
        assert (0, 0) == (ours.abs().max(), np.abs(theirs).max())
    else:
        assert solution.difference("gradient.A_log", ours) < BOUND  # measured: at most 4.0e-7


def test_weights_loaded_from_mamba_ssm_do_the_same(tmp_path):
    architecture = Mamba(d_model=8)
    rng = np.random.default_rng(0)
    inputs = rng.standard_normal((TRIALS, 60, 8)).astype(np.float32)
    problem = {"sizes": sizes(architecture), "inputs": inputs, "cotangent": np.zeros_like(inputs)}
    answer = ask("block", problem, tmp_path)
    theirs = {name[7:]: torch.from_numpy(value) for name, value in answer.items() if name.startswith("weight.")}
    loaded = from_mamba_ssm(theirs)
    mixer = {name: loaded[f"layers.0.mixer.{name}"] for name in MIXER}
    output, _ = architecture.mix(mixer, torch.from_numpy(inputs).permute(2, 1, 0).unsqueeze(0), states=False)
    assert difference(answer["output"], output[0].permute(2, 1, 0)) < BOUND  # measured: 1.6e-7


def test_networks_begin_as_mamba_ssm_does(tmp_path):
    architecture = Mamba(d_model=24)
    inputs = np.zeros((1, 1, 24), dtype=np.float32)
    problem = {"sizes": sizes(architecture), "inputs": inputs, "cotangent": inputs}
    answer = ask("block", problem, tmp_path)
    ours = to_mamba_ssm(initial_weights(architecture, [np.random.default_rng(0)], 7, 3))

    # Draws of one uniform law: the mean magnitude of n numbers has a spread of .3 / sqrt(n) of the largest.
    for name in MIXER:
        theirs = answer[f"weight.{name}"]
        assert theirs.shape == ours[name].shape
        if name in ("A_log", "D"):
            assert difference(theirs, ours[name]) < 1e-7  # measured: 4.3e-8
        else:
            largest = 1.1 * np.abs(theirs).max()
            assert float(ours[name].abs().max()) < largest
            assert abs(float(ours[name].abs().mean()) - np.abs(theirs).mean()) < largest / np.sqrt(theirs.size)


def test_our_call_of_the_kernel(tmp_path):
    rng = np.random.default_rng(0)
    time, d_inner, d_state = 20, 6, 4
    shapes = {
        "u": (time, d_inner, NETWORKS, TRIALS),
        "dt": (time, d_inner, NETWORKS, TRIALS),
        "A": (NETWORKS, d_inner, d_state),
        "B": (time, d_state, NETWORKS, TRIALS),
        "C": (time, d_state, NETWORKS, TRIALS),
        "cotangent": (time, d_inner, NETWORKS, TRIALS),
    }
    problem = {name: rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    problem["dt"] = np.abs(problem["dt"])
    problem["A"] = -np.abs(problem["A"])
    answer = ask("kernel", problem, tmp_path)
    ours = {name: torch.from_numpy(problem[name]).requires_grad_() for name in ("u", "dt", "A", "B", "C")}
    y = selective_scan(*ours.values())
    (y * torch.from_numpy(problem["cotangent"])).sum().backward()
    found = {"y": y} | {f"gradient.{name}": value.grad for name, value in ours.items()}
    assert set(answer) == set(found)
    assert max(difference(answer[name], value) for name, value in found.items()) < BOUND  # measured: 3.2e-7
