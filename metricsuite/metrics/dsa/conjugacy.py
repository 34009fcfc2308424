"""How nearly two operators are one operator seen from two bases: the rotation that aligns them best.

    minimise ||A / |A| - C (B / |B|) C'||_F^2   over C in O(n), rotations and reflections

The problem is not convex. Where A and B may be conjugate, which their invariants tell, algebra gives C at once
(`starts.py`). Otherwise a search: starts that match the planes in which the operators turn (`forms.py`), all going
downhill together in single precision (`descent.py`); those that lie highest after a while are dropped (`plans.py`); the
best is finished in double precision. Everything is deterministic.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.errors import InputError
from metricsuite.metrics.dsa.descent import Problems, conjugated, descend, half_residual, orthonormalised, skew_gradient
from metricsuite.metrics.dsa.forms import Form, Preconditioner, form_of
from metricsuite.metrics.dsa.newton import NEWTON_UP_TO, finish
from metricsuite.metrics.dsa.plans import plan_for
from metricsuite.metrics.dsa.starts import WORDS, Eigenbases, aligned_eigenbases, haar, matched_planes

Array = npt.NDArray[np.float64]

CONJUGATE = 1e-20  # half the squared residual of unit operators that are one operator up to rounding
NEARLY = 1e-6  # of the same: near enough for algebra to be worth a try
FIRST_WORD = 4  # the one that most often leads to the best minimum
CLEAR = 1e-9  # of invariants of unit operators: not rounding
RELATED, WORDS_OF_RELATED = 0.1, (3, 4)  # below this bound, starts that would be exact for conjugates join a search
BLOCK = 1_000_000  # numbers in the rotations of one block of pairs


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
    return align_pairs([a, b], [(0, 1)], names=("a", "b"))[0]


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
        As `align_operators`; pairs that are no indexes.

    Cost
    ----
    One thread, a pair: 1.5 ms at n = 10, 4 ms at n = 20, 45 ms at n = 50, 120 ms at n = 100; where the operators are
    conjugate 1, 1.5, 6 and 30 ms. O(n^3) with a constant of some thousands: 7 products of n x n matrices a step.

    Notes
    -----
    The minimum is the best that is found. For operators of recorded systems that is the best known one nearly always up to
    n = 10, and most often at n = 20; `Alignment.bound` says how much lower it could lie at most. Conjugate operators come back
    to 1e-8, unless their entries span more than ten orders of magnitude; for n above 24 so do distances of 1e-7 and less
    between operators that are not.

    Source
    ------
    The objective: Ostrow, Eisen, Kozachkov & Fiete 2023. The descent: Edelman, Arias & Smith 1998, on the orthogonal
    group.
    """
    names = list(names) or [f"operator {k}" for k in range(len(operators))]
    index = _checked(pairs, len(operators))
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
        plan = plan_for(n)
        most = max(1, BLOCK // ((plan.starts + plan.random) * n * n))
        for start in range(0, len(members), most):
            block = members[start : start + most]
            swapped = [_after(forms[index[k][0]], forms[index[k][1]]) for k in block]
            ordered = [index[k][::-1] if s else index[k] for k, s in zip(block, swapped, strict=True)]
            found = _align([(forms[i], forms[j]) for i, j in ordered])
            for k, s, (i, j), rotation in zip(block, swapped, ordered, found, strict=True):
                out[k] = _alignment(forms[i], forms[j], rotation, s)
    return [out[k] for k in range(len(index))]


def _after(first: Form, second: Form) -> bool:
    """Whether two operators change places: the same way round whichever was given first, so that d(x, y) = d(y, x) to the
    last bit, and whatever rounding did to them, so that rotated copies take the same path.
    """
    apart = (first.invariants - second.invariants).ravel()
    clear = np.flatnonzero(np.abs(apart) > CLEAR)
    return bool(apart[clear[0]] > 0) if len(clear) else first.unit.tobytes() > second.unit.tobytes()


def _checked(pairs: Any, count: int) -> list[tuple[int, int]]:
    index = np.asarray(pairs)
    whole = index.size == 0 or (index.ndim == 2 and index.shape[1] == 2 and index.dtype.kind in "iu")
    if not whole or (index.size and not 0 <= index.min() <= index.max() < count):
        raise InputError(
            f"dsa: pairs are {pairs!r:.80}; needed whole numbers (k, 2), indexes from 0 to {count - 1} into the operators."
        )
    return [(int(i), int(j)) for i, j in index.reshape(-1, 2)]


def _square(operator: npt.ArrayLike, name: str) -> Array:
    try:
        array = np.asarray(operator)
    except (TypeError, ValueError) as error:
        raise InputError(f"dsa: {name} is no matrix ({error}); needed a square operator (n, n) of numbers.") from error
    if array.dtype.kind not in "fiub":
        raise InputError(f"dsa: {name} has dtype {array.dtype}; needed real numbers. Pass what fit_operator returned.")
    array = array.astype(np.float64)
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
    bounds = [_bound(a, b) for a, b in pairs]
    best: dict[int, Array] = {}
    least: dict[int, float] = {}
    for k, (a, b) in enumerate(pairs):
        if np.array_equal(a.unit, b.unit) or not a.turned.any() or not b.turned.any():
            least[k] = 0.0  # one operator, or one that looks the same from everywhere
        elif bounds[k] < 2 * NEARLY:
            best[k], least[k] = _conjugacy(a, b)
    left = [k for k in range(len(pairs)) if least.get(k, 1.0) >= CONJUGATE]
    related, others = [k for k in left if bounds[k] < RELATED], [k for k in left if bounds[k] >= RELATED]
    for group, words in ((related, WORDS_OF_RELATED), (others, ())):
        if group:
            for k, rotation, value in zip(group, *_search([pairs[k] for k in group], words), strict=True):
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


def _search(pairs: list[tuple[Form, Form]], words: Sequence[int]) -> tuple[Array, Array]:
    """The best rotation, between bases, that a search finds for each pair, and half its residual."""
    plan = plan_for(len(pairs[0][0].unit))
    every = np.arange(len(pairs))
    problems = _problems(pairs, np.float32)
    stacks = [np.concatenate([matched_planes(a, b, plan.starts, plan.mirrored) for a, b in pairs])]
    if words:
        bases = {id(form): Eigenbases.of(form.turned, words) for both in pairs for form in both}
        stacks.append(np.concatenate([aligned_eigenbases(bases[id(a)], bases[id(b)]) for a, b in pairs]))
    if (uniform := plan.random - len(words)) > 0:
        far = np.tile(haar(uniform, stacks[0].shape[1]).astype(np.float32), (len(pairs), 1, 1))
        stacks.append(descend(replace(problems, pair=np.repeat(every, uniform)), far, plan.head_start)[0])
    c = np.concatenate(stacks).astype(np.float32)
    pair = np.concatenate([np.repeat(every, len(stack) // len(pairs)) for stack in stacks])
    for steps, keep in plan.rounds:
        c, value = descend(replace(problems, pair=pair), c, steps)
        best = np.lexsort((value, pair)).reshape(len(pairs), -1)[:, :keep].ravel()
        c, pair = c[best], pair[best]
    return _finished(pairs, c.astype(np.float64))


def _finished(pairs: list[tuple[Form, Form]], c: Array) -> tuple[Array, Array]:
    """One rotation for each pair, taken to the bottom of its valley in double precision, and half its residual.

    Where descent is too slow, along a valley that is all but flat, or where the operators are conjugate and degenerate, Newton
    ends it, if the operators are small enough for that.
    """
    plan = plan_for(c.shape[1])
    problems = _problems(pairs, np.float64)
    c, value = descend(problems, orthonormalised(c), plan.steps, plan.tolerance)
    if c.shape[1] <= NEWTON_UP_TO:
        gradient = skew_gradient(problems.a, conjugated(c, problems.b))
        for k in np.flatnonzero((np.linalg.norm(gradient, axis=(1, 2)) > plan.tolerance) | (value < NEARLY)):
            c[k] = finish(problems.a[k], problems.b[k], c[k])
        value = half_residual(problems.a, conjugated(c, problems.b))
    return c, value


def _problems(pairs: list[tuple[Form, Form]], dtype: npt.DTypeLike) -> Problems:
    """One row for each pair."""
    a, b = (np.array([both[side].turned for both in pairs], dtype) for side in (0, 1))
    return Problems(a, b, Preconditioner.of([first for first, _ in pairs], dtype), np.arange(len(pairs)))
