"""How nearly two operators are one operator seen from two bases: the rotation that aligns them best.

    minimise ||A / |A| - C (B / |B|) C'||_F^2   over C in O(n), rotations and reflections

The problem is not convex. Where A and B may be conjugate, which their invariants tell, algebra gives C at once
(`starts.py`). Otherwise a search: starts that match the planes in which the operators turn (`forms.py`), all going
downhill together in single precision (`descent.py`); most are dropped early, since the value after a few steps tells
which valley is deep; the best is finished in double precision. Everything is deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from metricsuite.errors import InputError
from metricsuite.metrics.dsa.descent import Problems, conjugated, descend, half_residual, orthonormalised, skew_gradient
from metricsuite.metrics.dsa.forms import Form, Preconditioner, form_of
from metricsuite.metrics.dsa.newton import NEWTON_UP_TO, finish
from metricsuite.metrics.dsa.starts import WORDS, Eigenbases, aligned_eigenbases, haar, matched_planes

Array = npt.NDArray[np.float64]

CONJUGATE = 1e-20  # half the squared residual of unit operators that are one operator up to rounding
NEARLY = 1e-6  # of the same: near enough for algebra to be worth a try
FIRST_WORD = 4
BLOCK = 1_000_000  # numbers in the rotations of one block of pairs


@dataclass(frozen=True)
class Schedule:
    """A search: how many starts of which kind, and how many of them go on after how many steps of descent."""

    starts: int  # that match planes
    mirrored: int  # of these, in the other component of O(n)
    rounds: tuple[tuple[int, int], ...]  # (steps, how many go on)
    steps: int  # of the finish in double precision, at most
    tolerance: float  # gradient norm that ends it
    random: int = 0  # further starts, uniform on O(n)
    head_start: int = 10  # steps that these take first, since they come from further away


def schedule(n: int) -> Schedule:
    """Chosen on operators of simulated systems that no test and no comparison scores.

    A start that is dropped before it has found the valley that it will end in tells nothing, and valleys grow longer with n.
    """
    if n <= 12:
        return Schedule(10, 4, ((15, 8), (15, 4), (20, 1)), 80, 1e-8, random=10)
    if n <= 32:
        return Schedule(8, 3, ((16, 6), (16, 3), (16, 1)), 80, 1e-7, random=7)
    if n <= 70:
        return Schedule(8, 2, ((60, 5), (40, 2), (50, 1)), 30, 1e-7)
    return Schedule(6, 2, ((40, 2), (60, 1)), 20, 1e-7)


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
    bound : float
        No rotation has a lower objective than this one, from 0 to `objective`: the larger of the squared distances
        between the eigenvalues of the symmetric and skew parts (Hoffman & Wielandt 1953), and between the singular
        values (Mirsky 1960), of A / |A| and B / |B|. `objective` - `bound` is the most that a better search could gain.
    """

    rotation: Array
    objective: float
    gradient_norm: float
    bound: float


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
    As `align_pairs` of one pair: several times what a pair costs in a batch.

    Source
    ------
    Ostrow, Eisen, Kozachkov & Fiete 2023, Procrustes analysis over vector fields.
    """
    return align_pairs([_square(a, "a"), _square(b, "b")], [(0, 1)], names=("a", "b"))[0]


def align_pairs(
    operators: Sequence[npt.ArrayLike],
    pairs: Sequence[tuple[int, int]] | npt.NDArray[np.integer],
    names: Sequence[str] = (),
) -> list[Alignment]:
    """`align_operators` for many pairs of a list at once: the same answers to the last bit, much sooner.

    Parameters
    ----------
    operators : sequence of array_like, each (n, n)
    pairs : sequence of (i, j), or ndarray, shape (k, 2)
        Indexes into `operators`. Sizes may differ between pairs, not within one.
    names : sequence of str, optional
        What error messages call the operators; "operator 3" unless given.

    Returns
    -------
    list of Alignment, one for each pair

    Raises
    ------
    InputError
        As `align_operators`.
    """
    names = names or [f"operator {k}" for k in range(len(operators))]
    index = [(int(i), int(j)) for i, j in pairs]
    arrays = {k: _square(operators[k], names[k]) for k in sorted({k for pair in index for k in pair})}
    by_size: dict[int, list[int]] = {}
    for k, (i, j) in enumerate(index):
        if arrays[i].shape != arrays[j].shape:
            raise InputError(
                f"dsa: {names[i]} has shape {arrays[i].shape}, {names[j]} has shape {arrays[j].shape}; needed operators of "
                "one size. Fit both at a rank that both systems support: the lower one, or noise-free data may need "
                "fewer delays."
            )
        by_size.setdefault(len(arrays[i]), []).append(k)
    forms = {k: form_of(array) for k, array in arrays.items()}
    out: dict[int, Alignment] = {}
    for n, members in by_size.items():
        most = max(1, BLOCK // (schedule(n).starts * n * n))
        for start in range(0, len(members), most):
            block = members[start : start + most]
            # The same way round whichever was given first, so that d(x, y) = d(y, x) to the last bit.
            swapped = [forms[index[k][0]].unit.tobytes() > forms[index[k][1]].unit.tobytes() for k in block]
            ordered = [index[k][::-1] if s else index[k] for k, s in zip(block, swapped, strict=True)]
            found = _align([(forms[i], forms[j]) for i, j in ordered])
            for k, s, (i, j), rotation in zip(block, swapped, ordered, found, strict=True):
                out[k] = _alignment(forms[i], forms[j], rotation, s)
    return [out[k] for k in range(len(index))]


def _square(operator: npt.ArrayLike, name: str) -> Array:
    array = np.array(operator, dtype=np.float64)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size == 0:
        raise InputError(
            f"dsa: {name} has shape {array.shape}; needed a square operator (n, n). Pass what fit_operator returned."
        )
    if not np.isfinite(array).all():
        raise InputError(f"dsa: {name} is not finite; needed finite numbers. Check the trajectories it was fitted to.")
    if not array.any():
        raise InputError(
            f"dsa: {name} is zero; needed an operator with a direction. The system forgets its state in one step."
        )
    return array


def _alignment(first: Form, second: Form, rotation: Array, swapped: bool) -> Alignment:
    moved = (rotation @ second.unit @ rotation.T)[None]
    objective = 2 * float(half_residual(first.unit, moved)[0])
    gradient = 2 * float(np.linalg.norm(skew_gradient(first.unit, moved)))
    bound = min(_bound(first, second), objective)
    return Alignment(rotation.T if swapped else rotation, objective, gradient, bound)


def _bound(first: Form, second: Form) -> float:
    return float(((first.invariants - second.invariants) ** 2).sum(axis=1).max())


def _align(pairs: list[tuple[Form, Form]]) -> list[Array]:
    """A rotation for each pair, from B's coordinates to A's."""
    best: dict[int, Array] = {}
    least: dict[int, float] = {}
    for k, (a, b) in enumerate(pairs):
        if np.array_equal(a.unit, b.unit) or not a.turned.any() or not b.turned.any():
            least[k] = 0.0  # one operator, or one that looks the same from everywhere
        elif _bound(a, b) < 2 * NEARLY:
            best[k], least[k] = _conjugacy(a, b)
    left = [k for k in range(len(pairs)) if least.get(k, 1.0) >= CONJUGATE]
    if left:
        for k, rotation, value in zip(left, *_search([pairs[k] for k in left]), strict=True):
            if value < least.get(k, np.inf):
                best[k] = rotation
    return [a.basis @ best[k] @ b.basis.T if k in best else np.eye(len(a.unit)) for k, (a, b) in enumerate(pairs)]


def _conjugacy(a: Form, b: Form) -> tuple[Array, float]:
    """The best that algebra finds for two operators that may be one: a rotation between bases, half its residual."""
    best, least = np.eye(len(a.unit)), np.inf
    for words in ([FIRST_WORD], [w for w in range(len(WORDS)) if w != FIRST_WORD]):
        starts = aligned_eigenbases(Eigenbases.of(a.turned, words), Eigenbases.of(b.turned, words))
        starts = orthonormalised(np.concatenate([starts, best[None]]))
        value = half_residual(a.turned, conjugated(starts, b.turned))
        best, least = starts[np.argmin(value)], float(value.min())
        if least < CONJUGATE:
            return best, least
    if least < NEARLY:
        finished, values = _finished([(a, b)], best[None])
        best, least = finished[0], float(values[0])
    return best, least


def _search(pairs: list[tuple[Form, Form]]) -> tuple[Array, Array]:
    """The best rotation, between bases, that a search finds for each pair, and half its residual."""
    plan = schedule(len(pairs[0][0].unit))
    every = np.arange(len(pairs))
    c = np.concatenate([matched_planes(a, b, plan.starts, plan.mirrored) for a, b in pairs]).astype(np.float32)
    pair = np.repeat(every, plan.starts)
    if plan.random:
        uniform = np.tile(haar(plan.random, c.shape[1]).astype(np.float32), (len(pairs), 1, 1))
        fair, _ = descend(_problems(pairs, np.repeat(every, plan.random), np.float32), uniform, plan.head_start)
        c, pair = np.concatenate([c, fair]), np.concatenate([pair, np.repeat(every, plan.random)])
    for steps, keep in plan.rounds:
        c, value = descend(_problems(pairs, pair, np.float32), c, steps)
        best = np.lexsort((value, pair)).reshape(len(pairs), -1)[:, :keep].ravel()
        c, pair = c[best], pair[best]
    return _finished(pairs, c.astype(np.float64))


def _finished(pairs: list[tuple[Form, Form]], c: Array) -> tuple[Array, Array]:
    """One rotation for each pair, taken to the bottom of its valley in double precision, and half its residual.

    Where descent is too slow, along a valley that is all but flat, or where the operators are conjugate and degenerate, Newton
    ends it, if the operators are small enough for that.
    """
    plan = schedule(c.shape[1])
    problems = _problems(pairs, np.arange(len(pairs)), np.float64)
    c, value = descend(problems, orthonormalised(c), plan.steps, plan.tolerance)
    if c.shape[1] <= NEWTON_UP_TO:
        gradient = skew_gradient(problems.a, conjugated(c, problems.b))
        for k in np.flatnonzero((np.linalg.norm(gradient, axis=(1, 2)) > plan.tolerance) | (value < NEARLY)):
            c[k] = finish(problems.a[k], problems.b[k], c[k])
        value = half_residual(problems.a, conjugated(c, problems.b))
    return c, value


def _problems(pairs: list[tuple[Form, Form]], pair: npt.NDArray[np.intp], dtype: npt.DTypeLike) -> Problems:
    a, b = (np.array([both[side].turned for both in pairs], dtype) for side in (0, 1))
    return Problems(a, b, Preconditioner.of([first for first, _ in pairs], dtype), pair)
