"""Where to start looking for a rotation: alignments that would be exact if the two operators were conjugate.

Every Hermitian **word** in an operator and its transpose, A + A', AA', i(A - A') + 2(A^2 + A'^2), ..., turns with the
operator: if A = Q B Q' then word(A) = Q word(B) Q'. Eigenbases in the order of the eigenvalues then differ by Q and by
one phase for each eigenvector (a unitary block for each multiple eigenvalue). The phases are synchronised through the
operators themselves, up to one phase for all, and the nearest real orthogonal matrix is taken: real matrices
that are unitarily similar are orthogonally similar (Horn & Johnson 2013, sec. 2.5). Words see a non-normal operator
from several sides; a multiplicity that one word adds another one resolves.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from metricsuite.metrics.dsa.forms import Form

Array = npt.NDArray[np.float64]
Complex = npt.NDArray[np.complex128]

# Rows: one word each. Columns: real parts A + A', AA', A'A, A^2 + A'^2; imaginary parts A - A', A^2 - A'^2.
WORDS = np.array(
    [
        [1.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 1.0, 0.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 1.0, 0.0, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 1.0, 0.0],
        [0.71, 0.0, 0.0, 0.0, 0.70, 0.0],
        [0.31, 0.0, 0.0, 0.0, 0.95, 0.0],
        [0.83, 0.29, 0.0, 0.0, 0.47, 0.0],
        [0.83, 0.0, 0.29, 0.0, 0.47, 0.0],
        [0.37, 0.61, -0.43, 0.53, 0.59, 0.41],
        [0.47, -0.53, 0.67, -0.31, 0.37, 0.71],
    ]
)
SAME_EIGENVALUE = 1e-7


def hermitian_words(a: Array, words: Sequence[int] = range(len(WORDS))) -> Complex:
    """The words of one operator, shape (words, n, n)."""
    n = len(a)
    turned = a.T
    parts = np.stack([a + turned, n**0.5 * a @ turned, n**0.5 * turned @ a, n**0.5 * (a @ a + turned @ turned)])
    imaginary = np.stack([a - turned, n**0.5 * (a @ a - turned @ turned)])
    chosen = WORDS[list(words)]
    out: Complex = np.einsum("wp,pij->wij", chosen[:, :4], parts) + 1j * np.einsum(
        "wp,pij->wij", chosen[:, 4:], imaginary
    )
    return out


@dataclass(frozen=True, eq=False)
class Eigenbases:
    """Of some words of one operator: eigenvalues (w, n), eigenvectors (w, n, n), the operator in them (w, n, n)."""

    values: Array
    bases: Complex
    inside: Complex

    @classmethod
    def of(cls, a: Array, words: Sequence[int] = range(len(WORDS))) -> Eigenbases:
        values, bases = np.linalg.eigh(hermitian_words(a, words))
        return cls(values, bases, np.conj(bases.swapaxes(1, 2)) @ a @ bases)


def aligned_eigenbases(a: Eigenbases, b: Eigenbases) -> Array:
    """One orthogonal matrix for each word, shape (words, n, n)."""
    turns = synchronised(a.inside, b.inside, grouped(a.values) | grouped(b.values))
    return nearest_real(a.bases @ turns @ np.conj(b.bases.swapaxes(1, 2)))


def grouped(values: Array) -> npt.NDArray[np.bool_]:
    """Which eigenvalues (k, n), ascending, belong together: a chain of gaps below `SAME_EIGENVALUE` of the spread."""
    spread = np.maximum(values[:, -1:] - values[:, :1], 1e-300)
    label = np.cumsum(np.diff(values, axis=1, prepend=values[:, :1]) > SAME_EIGENVALUE * spread, axis=1)
    same: npt.NDArray[np.bool_] = label[:, :, None] == label[:, None, :]
    return same


def synchronised(in_a: Complex, in_b: Complex, together: npt.NDArray[np.bool_]) -> Complex:
    """The unitary D, block-diagonal along `together`, that brings D (in_b) D* close to in_a, for each of a stack."""
    turns: Complex = np.eye(in_a.shape[-1]) * synchronised_phases(in_a, in_b)[:, None, :]
    for k in np.flatnonzero(together.sum(axis=(1, 2)) > in_a.shape[-1]):
        turns[k] = synchronised_blocks(in_a[k], in_b[k], np.argmax(together[k], axis=1))
    return turns


def synchronised_phases(in_a: Complex, in_b: Complex) -> Complex:
    """One phase for each eigenvector: those of the leading eigenvector of the elementwise product (Singer 2011).

    Where the operator falls apart into invariant subspaces, that vector covers one of them: take it out and go on.
    """
    product = np.conj(in_a) * in_b
    agreement = 0.5 * (product + np.conj(product.swapaxes(1, 2)))
    phases: Complex = np.ones(in_a.shape[:2], dtype=np.complex128)
    missing = np.ones(in_a.shape[:2], dtype=np.bool_)
    todo = np.arange(len(in_a))
    while len(todo):
        left = missing[todo]
        leading = np.linalg.eigh(np.where(left[:, :, None] & left[:, None, :], agreement[todo], 0))[1][:, :, -1]
        size = np.where(left, np.abs(leading), 0)
        found = size > 1e-6 * size.max(axis=1, keepdims=True)
        phases[todo] = np.where(found, np.conj(leading) / np.where(found, size, 1), phases[todo])
        missing[todo] = left & ~found
        todo = todo[missing[todo].any(axis=1) & found.any(axis=1)]
    return phases


def synchronised_blocks(in_a: Complex, in_b: Complex, label: npt.NDArray[np.intp]) -> Complex:
    """One unitary block for each multiple eigenvalue: from block to block along the strongest ties (a tree)."""
    members = [np.flatnonzero(label == g) for g in np.unique(label)]
    turns: Complex = np.eye(len(label), dtype=np.complex128)
    ties = np.array(
        [[np.linalg.norm(in_a[np.ix_(g, h)]) * np.linalg.norm(in_b[np.ix_(g, h)]) for h in members] for g in members]
    )
    ties = np.maximum(ties, ties.T)
    left = set(range(1, len(members)))
    while left:
        done = [g for g in range(len(members)) if g not in left]
        new, old = max(((g, h) for g in left for h in done), key=lambda tie: ties[tie])
        g, h = members[new], members[old]
        known = turns[np.ix_(h, h)]
        pull = (
            in_a[np.ix_(g, h)] @ known @ np.conj(in_b[np.ix_(g, h)].T)
            + np.conj(in_a[np.ix_(h, g)].T) @ known @ in_b[np.ix_(h, g)]
        )
        u, _, v = np.linalg.svd(pull)
        turns[np.ix_(g, g)] = u @ v
        left.remove(new)
    return turns


def nearest_real(unitary: Complex) -> Array:
    """The orthogonal matrix nearest to a unitary one up to a phase: exact where unitary = exp(i t) Q."""
    twice = np.einsum("kij,kij->k", unitary, unitary)
    phase = np.exp(-0.5j * np.angle(np.where(np.abs(twice) > 1e-12, twice, 1.0)))
    u, _, v = np.linalg.svd((unitary * phase[:, None, None]).real)
    real: Array = u @ v
    return real


@lru_cache(maxsize=32)
def haar(count: int, n: int) -> Array:
    """Orthogonal matrices, uniform on O(n) (Mezzadri 2007), shape (count, n, n): the same at every call."""
    q, r = np.linalg.qr(np.random.default_rng(0).standard_normal((count, n, n)))
    uniform: Array = q * np.sign(np.einsum("kii->ki", r))[:, None, :]
    return uniform


def matched_planes(a: Form, b: Form, count: int, mirrored: int) -> Array:
    """Rotations that put each plane of B on the plane of A that turns most like it, shape (count, n, n).

    They act between the bases of the two forms. The eigenvalues of the planes are matched by least squares; how the
    axes lie within a plane is drawn at random, since that decides in which valley a descent ends. Real eigenvalues keep
    their axes, with random signs. The last `mirrored` starts reverse the plane that minds it least, so that they lie in
    the other component of O(n).
    """
    n, h = len(a.turned), len(a.complex_pair)
    cost = (np.abs(a.eigenvalues[:, :, None] - b.eigenvalues[:, None, :]) ** 2).sum(axis=0)
    partner = linear_sum_assignment(cost)[1]
    angles, signs = _draws(count, h)
    both, neither = a.complex_pair & b.complex_pair[partner], ~a.complex_pair & ~b.complex_pair[partner]
    angles = np.where(neither, 0, angles)
    first, second = np.where(neither, signs[0], 1), np.where(both, 1, signs[1])
    if h and mirrored:
        reversal = np.where(both, np.abs(a.eigenvalues[0].imag * b.eigenvalues[0].imag[partner]), 0)
        second[count - mirrored :, np.argmin(reversal)] *= -1
    cosine, sine = np.cos(angles), np.sin(angles)
    out = np.zeros((count, n, n))
    plane = np.arange(h)
    out[:, plane, partner], out[:, plane, partner + h] = cosine * first, -sine * second
    out[:, plane + h, partner], out[:, plane + h, partner + h] = sine * first, cosine * second
    out[:, 2 * h :, 2 * h :] = 1
    return out


@lru_cache(maxsize=32)
def _draws(count: int, h: int) -> tuple[Array, Array]:
    """Angles (count, h) and signs (2, count, h), the same for every pair."""
    rng = np.random.default_rng(0)
    return rng.uniform(0, 2 * np.pi, (count, h)), rng.choice([-1.0, 1.0], (2, count, h))
