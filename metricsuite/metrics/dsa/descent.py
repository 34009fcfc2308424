"""Descent on the orthogonal group: many rotations at once, each going downhill on its own.

The objective is g(C) = ||A - M||^2 / 2 with M = C B C'. A step multiplies C from the left by exp(W), W skew-symmetric,
so a direction is a skew matrix whatever C is, and gradients of different steps can be compared without transporting
them: plain limited-memory BFGS works in the Lie algebra. The residual itself is summed, never a difference of norms:
near a conjugacy the objective keeps its relative precision down to 1e-30.

Rows never see each other: a rotation takes the same path, to the last bit, alone or in a batch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.metrics.dsa.forms import Preconditioner

Array = npt.NDArray[Any]

LONGEST_STEP = 1.5  # Frobenius norm of W; beyond it the quadratic model says nothing
ARMIJO = 1e-4
PATIENCE = 12  # rejected steps in a row, each a third of the last
CACHE = 48_000  # numbers in one stack of matrices: with the dozen stacks of a step this stays in a core's cache


def half_residual(a: Array, moved: Array) -> Array:
    """g = ||A - M||^2 / 2 for each M of a stack (k, n, n); `a` is one matrix or a stack as well."""
    residual = (moved - a).reshape(len(moved), -1)
    half: Array = 0.5 * _inner(residual, residual)
    return half


def skew_gradient(a: Array, moved: Array) -> Array:
    """The gradient of g along exp(W) C at W = 0: the skew part of M'A - A M', shape (k, n, n)."""
    turned = moved.swapaxes(1, 2).copy()
    product = turned @ a
    product -= a @ turned
    gradient: Array = product - product.swapaxes(1, 2)
    gradient *= 0.5
    return gradient


# exp(W) to second order by two products: e = 1 + W^2/2 + b W^4, o = W + a W^3 with e^2 - o^2 = 1 + b^2 W^8, so that
# exp(W) = e + o leaves the group by 2e-4 |W|^8 only.
CUBIC = (1 - 0.5**0.5) / 2
QUARTIC = CUBIC**2


def exponential(w: Array) -> Array:
    """A retraction for skew W: equal to exp(W) to second order, orthogonal to 5e-4 |W|^8 (|W| the spectral norm)."""
    squared = w @ w
    high = squared * QUARTIC
    high += w * CUBIC
    _add_to_diagonal(high, 0.5)
    out: Array = squared @ high
    out += w
    _add_to_diagonal(out, 1.0)
    return out


def orthonormalised(c: Array) -> Array:
    """One Newton-Schulz step to the nearest orthogonal matrix: squares the distance to the group."""
    defect = c.swapaxes(1, 2).copy() @ c
    defect *= -0.5
    _add_to_diagonal(defect, 1.5)
    nearer: Array = c @ defect
    return nearer


def conjugated(c: Array, b: Array) -> Array:
    """C B C' for stacks."""
    moved: Array = (c @ b) @ c.swapaxes(1, 2).copy()
    return moved


def _inner(x: Array, y: Array) -> Array:
    out: Array = (x[:, None, :] @ y[:, :, None])[:, 0, 0]
    return out


def _add_to_diagonal(stack: Array, value: float) -> None:
    diagonal = np.einsum("kii->ki", stack)
    diagonal += value


@dataclass(frozen=True, eq=False)
class Problems:
    """Pairs of operators (p, n, n), and for each of k rows which pair it works on: C B C' is to become A.

    `preconditioner` is cheap and near the inverse of the Hessian, one for each pair.
    """

    a: Array
    b: Array
    preconditioner: Preconditioner
    pair: npt.NDArray[np.intp]

    def rows(self, rows: slice) -> Problems:
        """Some rows, each with operators of its own."""
        pair = self.pair[rows]
        return Problems(self.a[pair], self.b[pair], self.preconditioner.rows(pair), np.arange(len(pair)))


def descend(problems: Problems, rotations: Array, steps: int, tolerance: float = 0.0) -> tuple[Array, Array]:
    """Move every rotation downhill.

    Each step tries one point for each rotation; where it does not go down enough, that rotation stays and tries a
    shorter step next time, while the others go on.

    Parameters
    ----------
    problems : Problems
        k rows; operators of about unit norm, float32 or float64.
    rotations : ndarray, shape (k, n, n), orthogonal, of the problems' dtype
    steps : int
        At most so many; a rotation stops once its gradient is below `tolerance` or no step goes down any more.
    tolerance : float

    Returns
    -------
    tuple of ndarray, shapes (k, n, n) and (k,)
        Rotations, and their g in the precision of the problems.

    Cost
    ----
    7 products of n x n matrices and some 40 passes over them for each rotation and step.
    """
    most = max(1, CACHE // rotations[0].size)
    parts = [
        _descend(problems.rows(slice(k, k + most)), rotations[k : k + most], steps, tolerance)
        for k in range(0, len(rotations), most)
    ]
    return np.concatenate([c for c, _ in parts]), np.concatenate([value for _, value in parts])


def _descend(problems: Problems, rotations: Array, steps: int, tolerance: float) -> tuple[Array, Array]:
    found = rotations.copy()
    row = np.arange(len(rotations))  # which of them the working arrays still hold
    paths = _Paths(problems, rotations)
    for step in range(steps):
        done = paths.finished(tolerance)
        if done.all():
            break
        if step % 8 == 0 and done.mean() > 0.3:
            found[row[done]] = paths.c[done]
            left = np.flatnonzero(~done)
            row, done = row[left], done[left]
            paths.keep(left)
        paths.step(~done)
    found[row] = paths.c
    found = orthonormalised(orthonormalised(found))
    return found, half_residual(problems.a, conjugated(found, problems.b))


class _Paths:
    """Where every rotation of a batch is, and where it wants to go.

    The direction is that of BFGS with a memory of one step s and its change y of the gradient (Nocedal & Wright 2006,
    section 7.2), started from the preconditioner P scaled by s.y / y.Py. A longer memory takes fewer steps by a
    twentieth and pays more for each: in these valleys the quadratic model is not what is missing.
    """

    def __init__(self, problems: Problems, c: Array) -> None:
        count, n, _ = c.shape
        self.a, self.preconditioner = problems.a, problems.preconditioner
        self.c, self.moved = c, conjugated(c, problems.b)
        self.value = half_residual(self.a, self.moved)
        self.gradient = skew_gradient(self.a, self.moved).reshape(count, n * n)
        self.preconditioned = self.preconditioner(self.gradient)
        self.direction = -self.preconditioned
        self.slope = _inner(self.direction, self.gradient)
        self.length = np.ones(count, c.dtype)
        self.rejected = np.zeros(count, np.int64)
        self.rounding, self.tiny = 4 * np.finfo(c.dtype).eps, np.finfo(c.dtype).tiny

    def finished(self, tolerance: float) -> npt.NDArray[np.bool_]:
        done: npt.NDArray[np.bool_] = (self.rejected > PATIENCE) | (self.slope >= 0)
        if tolerance:
            done |= _inner(self.gradient, self.gradient) <= tolerance**2
        return done

    def keep(self, rows: npt.NDArray[np.intp]) -> None:
        for name in [
            "a",
            "c",
            "moved",
            "value",
            "gradient",
            "preconditioned",
            "direction",
            "slope",
            "length",
            "rejected",
        ]:
            setattr(self, name, getattr(self, name)[rows])
        self.preconditioner = self.preconditioner.rows(rows)

    def step(self, live: npt.NDArray[np.bool_]) -> None:
        """One trial for every live rotation."""
        norm = np.sqrt(_inner(self.direction, self.direction))
        factor = self.length * np.minimum(1, LONGEST_STEP / np.maximum(norm, self.tiny))
        step = self.direction * factor[:, None]
        turn = exponential(step.reshape(self.c.shape))
        moved = (turn @ self.moved) @ turn.swapaxes(1, 2).copy()
        value = half_residual(self.a, moved)
        accepted = live & (value <= self.value + ARMIJO * factor * self.slope + self.rounding * self.value)
        gradient = skew_gradient(self.a, moved).reshape(step.shape)
        preconditioned = self.preconditioner(gradient)
        direction, slope = self._next(step, gradient, preconditioned)
        now = {"c": turn @ self.c, "moved": moved, "value": value, "gradient": gradient}
        now |= {"preconditioned": preconditioned, "direction": direction, "slope": slope}
        for name, new in now.items():
            if not accepted.all():
                new[~accepted] = getattr(self, name)[~accepted]
            setattr(self, name, new)
        self.length = np.where(accepted, 1, 0.3 * self.length).astype(self.length.dtype)
        self.rejected = np.where(accepted, 0, self.rejected + 1)

    def _next(self, step: Array, gradient: Array, preconditioned: Array) -> tuple[Array, Array]:
        """The direction from where `step` leads, and the slope along it."""
        change, of_change = gradient - self.gradient, preconditioned - self.preconditioned
        curvature, squared = _inner(step, change), _inner(change, of_change)
        good = (curvature > 1e-10 * squared) & (squared > self.tiny)
        curvature, squared = np.where(good, curvature, 1), np.where(good, squared, 1)
        along = np.where(good, _inner(step, gradient) / curvature, 0)
        across = _inner(of_change, gradient)
        scale = np.where(good, curvature / squared, 1)
        direction = preconditioned * -scale[:, None]
        direction += of_change * (scale * along)[:, None]
        direction += (
            step * np.where(good, scale * (across / curvature - along * squared / curvature) - along, 0)[:, None]
        )
        slope = _inner(direction, gradient)
        uphill = slope >= 0
        if uphill.any():
            direction[uphill] = -preconditioned[uphill]
            slope[uphill] = -_inner(preconditioned[uphill], gradient[uphill])
        return direction, slope
