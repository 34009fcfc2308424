"""A linear recurrence along time, in parallel: h_t = a_t h_{t-1} + b_t, element by element, with the state at every step.

Time is cut into about sqrt(time) chunks of about sqrt(time) steps. (1) All chunks but the last are stepped at once, each from its first `b`: the
product of its `a` and its last state come out, nothing else is kept. (2) These carry the state across chunks, one after another. (3) All
chunks are stepped at once from the right state, and the states written down. So about 3 sqrt(time) steps follow one another instead of
`time`, for 2 multiply-adds and 1 product an element instead of 1 multiply-add (reduce, then scan: Merrill and Grimshaw 2009). That pays
where a step is small for the processor; where one step alone keeps a CPU core busy, all of time is one chunk, and pass (3) is all there is.

The adjoint is the same recurrence in the other direction, G_t = g_t + a_{t+1} G_{t+1}: the gradients are G_t for b_t and G_t h_{t-1} for a_t.
"""

from __future__ import annotations

import math
from typing import Any

import torch

WIDE = 4096  # elements of a step that keep a CPU core busy: 1000 steps of 256 are 4 times as fast in chunks, of 8192 no faster


def scan(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    """Every state of h_t = a_t h_{t-1} + b_t, from h_{-1} = 0.

    Parameters
    ----------
    a, b : tensor (time, ...)
        Of one shape, at least one step. a_0 has nothing to act on: its gradient is 0.

    Returns
    -------
    tensor (time, ...)
        h_0 to h_{time-1}. It has a gradient, once (no second derivative).
    """
    states: torch.Tensor = _Scan.apply(a, b)  # type: ignore[no-untyped-call]
    return states


class _Scan(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
        states = torch.empty_like(b)
        states[0] = b[0]
        _recur(a[1:], b[1:], states[0], states[1:], backwards=False)
        ctx.save_for_backward(a, states)
        return states

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor | None, torch.Tensor]:
        (given,) = gradients
        a, states = ctx.saved_tensors
        adjoint = torch.empty_like(states)
        adjoint[-1] = given[-1]
        _recur(a[1:], given[:-1], adjoint[-1], adjoint[:-1], backwards=True)
        if not ctx.needs_input_grad[0]:
            return None, adjoint
        to_a = torch.empty_like(states)
        to_a[0] = 0
        torch.mul(adjoint[1:], states[:-1], out=to_a[1:])
        return to_a, adjoint


def _recur(a: torch.Tensor, b: torch.Tensor, start: torch.Tensor, out: torch.Tensor, backwards: bool) -> None:
    """Write into `out` the states of state <- a_t state + b_t from `start`, in order of time or backwards."""
    steps = len(a)
    if steps == 0:
        return
    length = steps if start.device.type == "cpu" and start.numel() >= WIDE else math.isqrt(steps)
    whole = steps - steps % length
    # The rest, shorter than a chunk, comes last in the order of the recurrence.
    cut = steps - whole if backwards else whole
    main, rest = (slice(cut, None), slice(cut)) if backwards else (slice(cut), slice(cut, None))
    a_chunks, b_chunks, out_chunks = (x[main].view(-1, length, *x.shape[1:]) for x in (a, b, out))
    _recur_in_chunks(a_chunks, b_chunks, out_chunks, start, backwards)
    if whole < steps:
        last = out[main][0 if backwards else -1]
        _step(a[rest], b[rest], last, out[rest], backwards)


def _recur_in_chunks(a: torch.Tensor, b: torch.Tensor, out: torch.Tensor, start: torch.Tensor, backwards: bool) -> None:
    """The recurrence over (chunks, length, ...), by the three passes of the module's text."""
    chunks, length = a.shape[:2]
    order = list(range(length))[:: -1 if backwards else 1]
    carry = out.new_empty((chunks, *start.shape))  # the state with which each chunk begins
    if backwards:
        first, followed, followers = -1, slice(1, None), range(chunks - 2, -1, -1)
    else:
        first, followed, followers = 0, slice(0, -1), range(1, chunks)
    carry[first] = start
    if chunks > 1:
        product = a[followed, order[0]].clone()
        state = b[followed, order[0]].clone()
        for j in order[1:]:
            state.mul_(a[followed, j]).add_(b[followed, j])
            product.mul_(a[followed, j])
        for k in followers:
            before, row = (k + 1, k) if backwards else (k - 1, k - 1)
            torch.addcmul(state[row], product[row], carry[before], out=carry[k])
    previous = carry
    for j in order:
        torch.addcmul(b[:, j], a[:, j], previous, out=out[:, j])
        previous = out[:, j]


def _step(a: torch.Tensor, b: torch.Tensor, state: torch.Tensor, out: torch.Tensor, backwards: bool) -> None:
    """The recurrence one step after another."""
    for t in range(len(a))[:: -1 if backwards else 1]:
        state = torch.addcmul(b[t], a[t], state, out=out[t])
