"""Descent on the orthogonal group: many rotations at once, each going downhill on its own.

The objective is g(C) = ||A - M||^2 / 2 with M = C B C'. A step multiplies C from the left by exp(W), W skew-symmetric,
so a direction is a skew matrix whatever C is, and gradients of different steps can be compared without transporting
them: plain limited-memory BFGS works in the Lie algebra. The residual itself is summed, never a difference of norms:
near a conjugacy the objective keeps its relative precision down to 1e-30.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

LONGEST_STEP = 1.0  # Frobenius norm of W; beyond it the quadratic model says nothing
ARMIJO = 1e-4
ROUNDING = 1e-15


def half_residual(a: Array, moved: Array) -> Array:
    """g = ||A - M||^2 / 2 for each M of a stack (k, n, n)."""
    residual = (moved - a).reshape(len(moved), -1)
    half: Array = 0.5 * np.einsum("kd,kd->k", residual, residual)
    return half


def skew_gradient(a: Array, moved: Array) -> Array:
    """The gradient of g along exp(W) C at W = 0: the skew part of M'A - A M', shape (k, n, n)."""
    turned = moved.transpose(0, 2, 1)
    product = turned @ a - a @ turned
    gradient: Array = 0.5 * (product - product.transpose(0, 2, 1))
    return gradient


def exponential(w: Array) -> Array:
    """exp(W) for skew W no longer than `LONGEST_STEP`: Taylor to order 6 by products, then one step back to O(n)."""
    w2 = w @ w
    w3 = w2 @ w
    high = w3 * (1 / 720)
    high += w2 * (1 / 120)
    high += w * (1 / 24)
    _add_to_diagonal(high, 1 / 6)
    out: Array = w3 @ high
    out += w2 * 0.5
    out += w
    _add_to_diagonal(out, 1.0)
    return orthonormalised(out)


def orthonormalised(c: Array) -> Array:
    """One Newton-Schulz step to the nearest orthogonal matrix: squares the distance to the group."""
    defect = c.transpose(0, 2, 1) @ c
    defect *= -0.5
    _add_to_diagonal(defect, 1.5)
    nearer: Array = c @ defect
    return nearer


def _add_to_diagonal(stack: Array, value: float) -> None:
    diagonal = np.einsum("kii->ki", stack)
    diagonal += value


class Memory:
    """The last steps and gradient changes of every rotation of a batch, and the direction that they suggest."""

    def __init__(self, batch: int, size: int, length: int) -> None:
        self.steps = np.zeros((length, batch, size))
        self.changes = np.zeros((length, batch, size))
        self.weights = np.zeros((length, batch))  # 0: an empty slot, or one without positive curvature
        self.scale = np.ones(batch)
        self.newest = -1

    def add(self, step: Array, change: Array, accepted: npt.NDArray[np.bool_]) -> None:
        curvature = np.einsum("kd,kd->k", step, change)
        squared = np.einsum("kd,kd->k", change, change)
        good = accepted & (curvature > 1e-10 * squared) & (squared > 0)
        self.newest = (self.newest + 1) % len(self.weights)
        self.steps[self.newest], self.changes[self.newest] = step, change
        self.weights[self.newest] = np.divide(1.0, curvature, out=np.zeros_like(curvature), where=good)
        self.scale = np.divide(curvature, squared, out=self.scale.copy(), where=good)

    def direction(self, gradient: Array) -> Array:
        """Two-loop recursion (Nocedal & Wright 2006, algorithm 7.4), a row for each rotation."""
        length = len(self.weights)
        order = [(self.newest - i) % length for i in range(length)]
        out = -gradient
        along = {}
        for i in order:
            along[i] = self.weights[i] * np.einsum("kd,kd->k", self.steps[i], out)
            out -= along[i][:, None] * self.changes[i]
        out *= self.scale[:, None]
        for i in reversed(order):
            against = self.weights[i] * np.einsum("kd,kd->k", self.changes[i], out)
            out += (along[i] - against)[:, None] * self.steps[i]
        return out


def descend(
    a: Array, b: Array, rotations: Array, steps: int, memory: int = 3, tolerance: float = 1e-10
) -> tuple[Array, Array]:
    """Move every rotation downhill.

    Each step tries one point for each rotation; where it does not go down enough, that rotation stays and tries a
    shorter step next time, while the others go on.

    Parameters
    ----------
    a, b : ndarray, shape (n, n), of about unit norm
    rotations : ndarray, shape (k, n, n), orthogonal
    steps : int
        At most so many; fewer once every gradient is below `tolerance` or no step goes down any more.

    Returns
    -------
    tuple of ndarray, shapes (k, n, n) and (k,)
        Rotations and their g.

    Cost
    ----
    About 15 products of n x n matrices for each rotation and step.
    """
    count, n, _ = rotations.shape
    c = rotations
    moved = c @ b @ c.transpose(0, 2, 1)
    value = half_residual(a, moved)
    gradient = skew_gradient(a, moved).reshape(count, -1)
    past = Memory(count, n * n, memory)
    past.scale = first_scale(a, moved, gradient.reshape(count, n, n))
    direction = past.direction(gradient)
    length = np.ones(count)
    stuck = np.zeros(count, dtype=np.int64)
    for _ in range(steps):
        slope = np.einsum("kd,kd->k", direction, gradient)
        uphill = slope >= 0
        if uphill.any():
            past.weights[:, uphill] = 0
            direction[uphill] = -past.scale[uphill, None] * gradient[uphill]
            slope = np.einsum("kd,kd->k", direction, gradient)
        norm = np.sqrt(np.einsum("kd,kd->k", direction, direction))
        factor = length * np.minimum(1.0, LONGEST_STEP / np.maximum(norm, 1e-300))
        step = factor[:, None] * direction
        e = exponential(step.reshape(count, n, n))
        new_moved = e @ moved @ e.transpose(0, 2, 1)
        new_value = half_residual(a, new_moved)
        accepted = new_value <= value + ARMIJO * factor * slope + ROUNDING * value
        kept = accepted[:, None, None]
        new_gradient = skew_gradient(a, new_moved).reshape(count, -1)
        past.add(step, new_gradient - gradient, accepted)
        c = np.where(kept, e @ c, c)
        moved = np.where(kept, new_moved, moved)
        value = np.where(accepted, new_value, value)
        gradient = np.where(accepted[:, None], new_gradient, gradient)
        length = np.where(accepted, 1.0, 0.3 * length)
        stuck = np.where(accepted, 0, stuck + 1)
        if accepted.any():
            direction = np.where(accepted[:, None], past.direction(gradient), direction)
        size = np.sqrt(np.einsum("kd,kd->k", gradient, gradient))
        if ((size < tolerance) | (stuck > 12)).all():
            break
    c = orthonormalised(c)
    return c, half_residual(a, c @ b @ c.transpose(0, 2, 1))


def first_scale(a: Array, moved: Array, gradient: Array) -> Array:
    """How far to go along the first gradient: the minimum of the parabola through g', g'' where that opens upwards."""
    of_a = gradient @ a - a @ gradient
    of_m = gradient @ moved - moved @ gradient
    curvature = np.einsum("kij,kij->k", of_a, of_m)
    slope = np.einsum("kij,kij->k", gradient, gradient)
    fallback = 0.5 / np.maximum(np.sqrt(slope), 1e-300)
    newton = np.divide(slope, curvature, out=fallback.copy(), where=curvature > 1e-12 * slope)
    scale: Array = np.minimum(newton, fallback)
    return scale


def newton(a: Array, b: Array, rotation: Array, steps: int = 15, tolerance: float = 1e-13) -> Array:
    """Finish one rotation (n, n) to the precision of float64: damped Newton on all n (n - 1) / 2 planes at once.

    Along exp(W) C the objective has g'' = <[W, A], [W, M]>. Directions that commute with A cost nothing and are left
    alone by the damping. A step is taken only if g does not rise.

    Cost
    ----
    O(n^6) for each step: 1 ms at n = 20, so meant for n up to `NEWTON_UP_TO`.
    """
    n = len(a)
    rows, columns = np.triu_indices(n, 1)
    of_a = _brackets(a, rows, columns)
    c = rotation
    moved = c @ b @ c.T
    value = half_residual(a, moved[None])[0]
    damping = 1e-9
    for _ in range(steps):
        gradient = skew_gradient(a, moved[None])[0]
        if np.linalg.norm(gradient) < tolerance:
            break
        hessian = of_a @ _brackets(moved, rows, columns).T
        hessian = hessian + hessian.T
        scale = np.abs(np.diagonal(hessian)).max() + 1e-300
        slopes = 2 * gradient[rows, columns]
        while damping < 1e3:
            np.einsum("kk->k", shifted := hessian.copy())[...] += damping * scale
            w = np.zeros((n, n))
            w[rows, columns] = -np.linalg.solve(shifted, slopes) * 2
            w -= w.T
            w *= min(1.0, LONGEST_STEP / max(float(np.linalg.norm(w)), 1e-300))
            stepped = orthonormalised((exponential(w[None])[0] @ c)[None])[0]
            new_moved = stepped @ b @ stepped.T
            new_value = half_residual(a, new_moved[None])[0]
            if new_value <= value * (1 + ROUNDING):
                break
            damping *= 10
        else:
            break
        done = new_value >= value * (1 - ROUNDING) and np.linalg.norm(
            skew_gradient(a, new_moved[None])
        ) >= np.linalg.norm(gradient)
        if done:
            break
        c, moved, value = stepped, new_moved, new_value
        damping = max(damping / 10, 1e-12)
    return c


def _brackets(m: Array, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Array:
    """[E, M] for each plane's E = e_row e_column' - e_column e_row', flattened: shape (planes, n * n)."""
    planes, n = np.arange(len(rows)), len(m)
    out = np.zeros((len(rows), n, n))
    out[planes, rows] += m[columns]
    out[planes, columns] -= m[rows]
    out[planes, :, columns] -= m[:, rows].T
    out[planes, :, rows] += m[:, columns].T
    return out.reshape(len(rows), -1)
