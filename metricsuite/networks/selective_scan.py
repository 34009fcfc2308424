"""The selective state-space recurrence of Mamba, for many networks at once: with its states, or without them, which is what training needs.

    h_t = exp(dt_t A) h_{t-1} + dt_t B_t u_t,        y_t = C_t h_t          (Gu and Dao 2023, algorithm 2 and section 3.3)

with h (d_inner, d_state), u and dt (d_inner), B and C (d_state). One autograd function does everything, step by step: a step of an
ensemble is `networks x trials x d_inner x d_state` elements, enough to keep a core busy, and what a step needs stays in the cache. Of all
that has `d_state` only the states are kept for the backward pass, which computes the decay exp(dt A) again. `selective_states`
gives the states themselves, by the parallel `scan`.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable
from typing import Any

import torch

from metricsuite.networks.scan import scan

Kernel = Callable[..., torch.Tensor]


def selective_scan(
    u: torch.Tensor, dt: torch.Tensor, A: torch.Tensor, B: torch.Tensor, C: torch.Tensor
) -> torch.Tensor:
    """The outputs y of the recurrence, by the fastest way at hand.

    On a GPU for which mamba-ssm was built, its kernel; else the function of this module.

    Parameters
    ----------
    u, dt : tensor (time, d_inner, networks, trials)
        Inputs and step sizes.
    A : tensor (networks, d_inner, d_state)
        Rates, below 0.
    B, C : tensor (time, d_state, networks, trials)

    Returns
    -------
    tensor (time, d_inner, networks, trials)
        It has a gradient, once (no second derivative).
    """
    kernel = kernel_for(u.device)
    if kernel is not None:
        return by_kernel(kernel, u, dt, A, B, C)
    y: torch.Tensor = _SelectiveScan.apply(u, dt, A, B, C, torch.is_grad_enabled())  # type: ignore[no-untyped-call]
    return y


def selective_states(
    u: torch.Tensor, dt: torch.Tensor, A: torch.Tensor, B: torch.Tensor, C: torch.Tensor
) -> tuple[torch.Tensor, torch.Tensor]:
    """The states after each step `(time, d_inner, d_state, networks, trials)` and the outputs y, for the arguments of `selective_scan`.

    A product, an exponential and the parallel `scan`, differentiated by autograd: in memory four times as large as the states.
    """
    decay = torch.exp(dt.unsqueeze(2) * A.permute(1, 2, 0).unsqueeze(-1))
    drive = (dt * u).unsqueeze(2) * B.unsqueeze(1)
    states = scan(decay, drive)
    return states, (states * C.unsqueeze(1)).sum(2)


class _SelectiveScan(torch.autograd.Function):
    """Networks and trials are one axis here: of (time, ..., columns), so that the innermost loop of every product is long."""

    @staticmethod
    def forward(
        ctx: Any, u: torch.Tensor, dt: torch.Tensor, A: torch.Tensor, B: torch.Tensor, C: torch.Tensor, keep: bool
    ) -> torch.Tensor:
        shape, columns = u.shape, u.shape[2:]
        u, dt, B, C = (x.flatten(2) for x in (u, dt, B, C))
        rates = A.permute(1, 2, 0).unsqueeze(-1).expand(*A.shape[1:], *columns).flatten(2)
        time, (d_inner, d_state, width) = len(u), rates.shape
        du = dt * u
        states = u.new_empty(time if keep else 2, d_inner, d_state, width)  # without gradients: this one and the last
        y = torch.empty_like(u)
        buffer = torch.empty_like(rates)
        for t in range(time):
            state = states[t % len(states)]
            torch.mul(du[t].unsqueeze(1), B[t], out=state)
            if t:
                torch.mul(dt[t].unsqueeze(1), rates, out=buffer).exp_()
                state.addcmul_(buffer, states[(t - 1) % len(states)])
            torch.sum(torch.mul(state, C[t], out=buffer), 1, out=y[t])
        ctx.columns = columns
        if keep:
            ctx.save_for_backward(u, dt, rates, B, C, states)
        return y.view(shape)

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, ...]:
        u, dt, rates, B, C, states = ctx.saved_tensors
        given = gradients[0].flatten(2)
        du = dt * u
        to_du, to_dt, to_B, to_C = (torch.empty_like(x) for x in (u, dt, B, C))
        to_dt[0] = 0
        to_rates, adjoint = torch.zeros_like(rates), torch.zeros_like(rates)  # adjoint: of h_t
        buffer, decay = torch.empty_like(rates), torch.empty_like(rates)
        for t in reversed(range(len(u))):
            from_y, step = given[t].unsqueeze(1), dt[t].unsqueeze(1)
            torch.sum(torch.mul(states[t], from_y, out=buffer), 0, out=to_C[t])
            adjoint.addcmul_(from_y, C[t])
            torch.sum(torch.mul(adjoint, du[t].unsqueeze(1), out=buffer), 0, out=to_B[t])
            torch.sum(torch.mul(adjoint, B[t], out=buffer), 1, out=to_du[t])
            if t:
                torch.mul(step, rates, out=decay).exp_()
                adjoint.mul_(decay)  # from here on of h_{t-1}, as far as it comes through h_t
                torch.mul(adjoint, states[t - 1], out=buffer)  # the adjoint of dt A
                to_rates.addcmul_(buffer, step)
                torch.sum(buffer.mul_(rates), 1, out=to_dt[t])
        to_dt.addcmul_(to_du, u)
        to_u = to_du.mul_(dt)
        to_A = to_rates.view(*rates.shape[:-1], *ctx.columns).sum(-1).permute(2, 0, 1)
        to_u, to_dt, to_B, to_C = (x.view(*x.shape[:-1], *ctx.columns) for x in (to_u, to_dt, to_B, to_C))
        return to_u, to_dt, to_A, to_B, to_C, None


def kernel_for(device: torch.device) -> Kernel | None:
    """mamba-ssm's `selective_scan_fn` for tensors on CUDA where it was built for CUDA, else None."""
    return _cuda_kernel() if device.type == "cuda" else None


@functools.cache
def _cuda_kernel() -> Kernel | None:
    try:
        importlib.import_module("selective_scan_cuda")  # mamba_ssm alone does not tell: it installs without kernels too
        kernel: Kernel = importlib.import_module("mamba_ssm.ops.selective_scan_interface").selective_scan_fn
    except ImportError:
        return None
    return kernel


def by_kernel(
    kernel: Kernel, u: torch.Tensor, dt: torch.Tensor, A: torch.Tensor, B: torch.Tensor, C: torch.Tensor
) -> torch.Tensor:
    """`selective_scan` by a function of mamba-ssm's signature, one call for the ensemble: its groups of channels are our networks.

    Proven on a CPU with mamba-ssm's own reference function for the kernel (tox env `mamba`); it was not run on a GPU.
    """
    time, d_inner, networks, trials = u.shape
    inputs, steps = (x.permute(3, 2, 1, 0).reshape(trials, networks * d_inner, time) for x in (u, dt))
    to_state, to_output = (x.permute(3, 2, 1, 0).contiguous() for x in (B, C))
    y = kernel(inputs, steps, A.flatten(0, 1), to_state, to_output)
    return y.view(trials, networks, d_inner, time).permute(3, 2, 1, 0)
