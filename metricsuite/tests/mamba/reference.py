"""mamba-ssm's own reference code on a CPU, in a process of its own: what it needs of CUDA and triton is stubbed, and stubs confuse others.

``python -m metricsuite.tests.mamba.reference block PROBLEM.npz ANSWER.npz`` (or ``kernel``): arrays in, arrays out, no pickles.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from types import ModuleType

import numpy as np
import torch

Arrays = dict[str, np.ndarray]


def import_mamba_simple() -> ModuleType:
    """`mamba_ssm.modules.mamba_simple` of mamba-ssm 2.3.2.post1, bound to its plain torch functions."""
    spec = importlib.util.find_spec("mamba_ssm")
    package = ModuleType("mamba_ssm")  # without running its __init__, which wants triton and transformers
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules["mamba_ssm"] = package
    sys.modules["selective_scan_cuda"] = ModuleType("selective_scan_cuda")
    layer_norm = ModuleType("mamba_ssm.ops.triton.layer_norm")
    layer_norm._layer_norm_fwd = layer_norm.RMSNorm = layer_norm.layer_norm_fn = layer_norm.rms_norm_fn = None
    sys.modules["mamba_ssm.ops.triton.layer_norm"] = layer_norm
    mamba_simple = importlib.import_module("mamba_ssm.modules.mamba_simple")
    mamba_simple.selective_scan_fn = selective_scan_ref()
    mamba_simple.causal_conv1d_fn = mamba_simple.causal_conv1d_update = mamba_simple.selective_state_update = None
    return mamba_simple


def selective_scan_ref():
    return importlib.import_module("mamba_ssm.ops.selective_scan_interface").selective_scan_ref


def block(problem: Arrays) -> Arrays:
    """One `mamba_ssm.Mamba`: its output, its state after every step and its gradients for the weights and inputs of `problem`.

    Weights as "weight.NAME", loaded strictly, or none: then those with which it begins after seed 0. "sizes" are d_model, d_state,
    d_conv and expand; "inputs" (trials, time, d_model); "cotangent" of the shape of the output.
    """
    d_model, d_state, d_conv, expand = (int(size) for size in problem["sizes"])
    torch.manual_seed(0)
    mamba = import_mamba_simple().Mamba(d_model, d_state, d_conv, expand, use_fast_path=False)
    weights = {name[7:]: torch.from_numpy(value) for name, value in problem.items() if name.startswith("weight.")}
    if weights:
        mamba.load_state_dict(weights, strict=True)
    inputs = torch.from_numpy(problem["inputs"]).requires_grad_()
    output = mamba(inputs)
    (output * torch.from_numpy(problem["cotangent"])).sum().backward()
    with torch.no_grad():
        past, state = mamba.allocate_inference_cache(len(inputs), inputs.shape[1])
        states = []
        for t in range(inputs.shape[1]):
            _, past, state = mamba.step(inputs[:, t : t + 1], past, state)
            states.append(state.clone())
    answer = {"output": output, "states": torch.stack(states, 1), "gradient.inputs": inputs.grad}
    answer |= {f"gradient.{name}": weight.grad for name, weight in mamba.named_parameters()}
    answer |= {f"weight.{name}": weight for name, weight in mamba.state_dict().items()}
    return {name: value.detach().numpy() for name, value in answer.items()}


def kernel(problem: Arrays) -> Arrays:
    """Our way to mamba-ssm's kernel, with its reference function in the kernel's place: y and the gradients of the five arguments."""
    from metricsuite.networks.selective_scan import by_kernel

    import_mamba_simple()
    arguments = {name: torch.from_numpy(problem[name]).requires_grad_() for name in ("u", "dt", "A", "B", "C")}
    y = by_kernel(selective_scan_ref(), *arguments.values())
    (y * torch.from_numpy(problem["cotangent"])).sum().backward()
    return {"y": y.detach().numpy()} | {f"gradient.{name}": value.grad.numpy() for name, value in arguments.items()}


if __name__ == "__main__":
    what, source, target = sys.argv[1:]
    with np.load(source) as arrays:
        np.savez(target, **{"block": block, "kernel": kernel}[what](dict(arrays)))
