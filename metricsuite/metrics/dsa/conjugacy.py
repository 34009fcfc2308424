"""How nearly two operators are one operator seen from two bases: the rotation that aligns them best.

    minimise ||A / |A| - C (B / |B|) C'||_F^2   over C in O(n), rotations and reflections

The problem is not convex. Algebraic starts (`starts.py`) solve it at once where A and B are conjugate. Otherwise many
starts go downhill together (`descent.py`), most are dropped early, and the best few hop: a random turn within a random
four-dimensional subspace leads to a better minimum ten times as often as a fresh random start does. The best is
finished by Newton's method. Everything is deterministic: the random starts come from a Generator of their own.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metricsuite.errors import InputError
from metricsuite.metrics.dsa import starts
from metricsuite.metrics.dsa.descent import descend, half_residual, newton, skew_gradient

Array = npt.NDArray[np.float64]

RANDOM_STARTS = 60
FIRST_STEPS, SECOND_STEPS = 12, 25  # of descent, before and after most starts are dropped
SECOND_STARTS, SURVIVORS = 20, 8
HOPS, HOP_DIMENSIONS = 4, 4  # for each survivor and round
MOST_ROUNDS, PATIENCE = 8, 2
NEWTON_UP_TO = 24  # O(n^6) a step
CONJUGATE = 1e-20  # half the squared residual of unit operators that are one operator up to rounding


@dataclass(frozen=True, eq=False)
class Alignment:
    """The answer of `align_operators`.

    Parameters
    ----------
    rotation : ndarray, shape (n, n)
        C, orthogonal: A / |A| is nearly C (B / |B|) C'.
    objective : float
        ||A / |A| - C (B / |B|) C'||_F^2, from 0 to 4.
    gradient_norm : float
        Frobenius norm of the objective's gradient along exp(W) C, W skew-symmetric, at `rotation`.
    """

    rotation: Array
    objective: float
    gradient_norm: float


def align_operators(a: npt.ArrayLike, b: npt.ArrayLike) -> Alignment:
    """The orthogonal C that minimises ||A / |A| - C (B / |B|) C'||_F^2.

    Parameters
    ----------
    a, b : array_like, shape (n, n)
        Finite and not zero; their scale does not matter. Exchanging them transposes the rotation and changes nothing
        else.

    Returns
    -------
    Alignment

    Raises
    ------
    InputError
        Not square, of different sizes, not finite, or zero. Different sizes are refused rather than padded with zeros:
        padding puts the same data at rank 4 and at rank 20 far apart.

    Cost
    ----
    2 ms at n = 10 where the operators are conjugate; otherwise about 35 ms at n = 10, 120 ms at n = 20, 1 s at n = 50
    on one core.

    Source
    ------
    Ostrow, Eisen, Kozachkov & Fiete 2023, Procrustes analysis over vector fields.
    """
    first, second = _unit_operator(a, "a"), _unit_operator(b, "b")
    if first.shape != second.shape:
        raise InputError(
            f"dsa: a has shape {first.shape}, b has shape {second.shape}; needed operators of one size. "
            "Fit both at a rank that both systems support: the lower one, or noise-free data may need fewer delays."
        )
    exchanged = first.tobytes() > second.tobytes()
    if exchanged:
        first, second = second, first
    rotation = _best_rotation(first, second)
    moved = (rotation @ second @ rotation.T)[None]
    objective = 2 * float(half_residual(first, moved)[0])
    gradient = 2 * float(np.linalg.norm(skew_gradient(first, moved)))
    return Alignment(rotation.T if exchanged else rotation, objective, gradient)


def _unit_operator(operator: npt.ArrayLike, name: str) -> Array:
    array = np.array(operator, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size == 0:
        raise InputError(
            f"dsa: {name} has shape {array.shape}; needed a square operator (n, n). Pass what fit_operator returned."
        )
    if not np.isfinite(array).all():
        raise InputError(f"dsa: {name} is not finite; needed finite numbers. Check the trajectories it was fitted to.")
    largest = np.abs(array).max()
    if largest == 0:
        raise InputError(
            f"dsa: {name} is zero; needed an operator with a direction. The system forgets its state in one step."
        )
    array /= largest
    array /= np.linalg.norm(array)
    return array


def _best_rotation(first: Array, second: Array) -> Array:
    """Align the trace-free parts: a multiple of the identity looks the same from every basis and hides slow motion."""
    n = len(first)
    a, b = _trace_free(first), _trace_free(second)
    if a is None or b is None:
        return np.eye(n)
    algebraic = np.concatenate([np.eye(n)[None], starts.aligned_eigenbases(a, b)])
    value = half_residual(a, algebraic @ b @ algebraic.transpose(0, 2, 1))
    best = _finished(a, b, algebraic[np.argmin(value)]) if value.min() < 1e-6 else None
    if best is not None and half_residual(a, (best @ b @ best.T)[None])[0] < CONJUGATE:
        return best
    candidates = _searched(a, b, algebraic)
    finished = np.stack([_finished(a, b, c) for c in candidates] + ([] if best is None else [best]))
    value = half_residual(a, finished @ b @ finished.transpose(0, 2, 1))
    return np.asarray(finished[np.argmin(value)])


def _trace_free(unit: Array) -> Array | None:
    """The part that turns with the basis, at unit norm; None where there is nothing but a multiple of the identity."""
    n = len(unit)
    rest = unit - np.trace(unit) / n * np.eye(n)
    size = np.linalg.norm(rest)
    return None if size < 1e-14 else rest / size


def _searched(a: Array, b: Array, algebraic: Array) -> Array:
    """The most promising rotations, best first: many starts, then rounds of hops from the survivors."""
    n = len(a)
    rng = np.random.default_rng(0)
    c = np.concatenate([algebraic, starts.reflected(a, b, algebraic), starts.haar(rng, RANDOM_STARTS, n)])
    c, _ = _distinct(*descend(a, b, c, FIRST_STEPS), SECOND_STARTS)
    c, value = _distinct(*descend(a, b, c, SECOND_STEPS), SURVIVORS)
    idle = 0
    for _ in range(MOST_ROUNDS):
        hopped, _ = _distinct(*descend(a, b, _hops(rng, c), FIRST_STEPS), SECOND_STARTS - len(c))
        c, new_value = _distinct(*descend(a, b, np.concatenate([c, hopped]), SECOND_STEPS), SURVIVORS)
        idle = idle + 1 if new_value[0] > value[0] * (1 - 1e-3) else 0
        value = new_value
        if idle == PATIENCE:
            break
    return c[:2]


def _distinct(c: Array, value: Array, most: int) -> tuple[Array, Array]:
    """The best rotations, one for each value."""
    kept: list[int] = []
    for i in np.argsort(value, kind="stable"):
        if not kept or value[i] > value[kept[-1]] * (1 + 1e-4):
            kept.append(int(i))
        if len(kept) == most:
            break
    return c[kept], value[kept]


def _hops(rng: np.random.Generator, c: Array) -> Array:
    """`HOPS` neighbours of each rotation: turned at random, reflections included, within a random subspace."""
    n = c.shape[-1]
    source = np.repeat(c, HOPS, axis=0)
    size = min(HOP_DIMENSIONS, n)
    basis, _ = np.linalg.qr(rng.standard_normal((len(source), n, size)))
    turn = starts.haar(rng, len(source), size) - np.eye(size)
    return np.asarray(source + basis @ (turn @ (basis.transpose(0, 2, 1) @ source)))


def _finished(a: Array, b: Array, rotation: Array) -> Array:
    if len(a) > NEWTON_UP_TO:
        return np.asarray(descend(a, b, rotation[None], steps=400, memory=12)[0][0])
    near, _ = descend(a, b, rotation[None], steps=20, memory=8)
    return newton(a, b, near[0])
