"""Newton's method on the orthogonal group: the last digits of one rotation, also where the minimum is degenerate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metricsuite.metrics.dsa.descent import exponential, half_residual, orthonormalised, skew_gradient

Array = npt.NDArray[np.float64]

NEWTON_UP_TO = 24  # O(n^6) a step


def finish(a: Array, b: Array, rotation: Array, steps: int = 15, tolerance: float = 1e-13) -> Array:
    """Finish one rotation (n, n) to the precision of float64: damped Newton on all n (n - 1) / 2 planes at once.

    Along exp(W) C the objective has g'' = <[W, A], [W, M]>. Directions that commute with A cost nothing and are left
    alone by the damping. A step is taken only if g does not rise.

    Cost
    ----
    O(n^6) for each step: 2 ms at n = 20, so meant for n up to `NEWTON_UP_TO`.
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
            w *= min(1.0, 1.0 / max(float(np.linalg.norm(w)), 1e-300))
            stepped = orthonormalised(orthonormalised((exponential(w[None])[0] @ c)[None]))[0]
            new_moved = stepped @ b @ stepped.T
            new_value = half_residual(a, new_moved[None])[0]
            if new_value <= value * (1 + 1e-15):
                break
            damping *= 10
        else:
            break
        done = new_value >= value * (1 - 1e-15) and np.linalg.norm(skew_gradient(a, new_moved[None])) >= np.linalg.norm(
            gradient
        )
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
