"""Where to start looking for a rotation: alignments that would be exact if the two operators were conjugate.

Every Hermitian **word** in an operator and its transpose, A + A', AA', i(A - A') + 2(A^2 + A'^2), ..., turns with the
operator: if A = Q B Q' then word(A) = Q word(B) Q'. Eigenbases in the order of the eigenvalues then differ by Q and by
one phase for each eigenvector (a unitary block for each multiple eigenvalue). The phases are synchronised through the
operators themselves, up to one phase for all, and the nearest real orthogonal matrix is taken: real matrices
that are unitarily similar are orthogonally similar (Horn & Johnson 2013, sec. 2.5). Words see a non-normal operator
from several sides; a multiplicity that one word adds another one resolves.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

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


def hermitian_words(a: Array) -> Complex:
    """The words of one operator, shape (words, n, n)."""
    n = len(a)
    turned = a.T
    parts = np.stack([a + turned, n**0.5 * a @ turned, n**0.5 * turned @ a, n**0.5 * (a @ a + turned @ turned)])
    imaginary = np.stack([a - turned, n**0.5 * (a @ a - turned @ turned)])
    words: Complex = np.einsum("wp,pij->wij", WORDS[:, :4], parts) + 1j * np.einsum(
        "wp,pij->wij", WORDS[:, 4:], imaginary
    )
    return words


def aligned_eigenbases(a: Array, b: Array) -> Array:
    """One orthogonal matrix for each word, shape (words, n, n)."""
    values, bases = np.linalg.eigh(np.concatenate([hermitian_words(a), hermitian_words(b)]))
    half = len(WORDS)
    of_a, of_b = bases[:half], bases[half:]
    in_a = np.conj(of_a.transpose(0, 2, 1)) @ a @ of_a
    in_b = np.conj(of_b.transpose(0, 2, 1)) @ b @ of_b
    together = grouped(values[:half]) | grouped(values[half:])
    turns = synchronised(in_a, in_b, together)
    unitary = of_a @ turns @ np.conj(of_b.transpose(0, 2, 1))
    return nearest_real(unitary)


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
    agreement = 0.5 * (product + np.conj(product.transpose(0, 2, 1)))
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


def haar(rng: np.random.Generator, count: int, n: int) -> Array:
    """Random orthogonal matrices, uniform on O(n) (Mezzadri 2007)."""
    q, r = np.linalg.qr(rng.standard_normal((count, n, n)))
    uniform: Array = q * np.sign(np.einsum("kii->ki", r))[:, None, :]
    return uniform


def reflected(a: Array, b: Array, rotations: Array) -> Array:
    """The same starts in the other component of O(n): mirrored along that eigenvector of A + A' which costs least."""
    moved = rotations @ b @ rotations.transpose(0, 2, 1)
    _, axes = np.linalg.eigh(a + a.T)
    cross = moved @ a.T + a.T @ moved
    change = -2 * np.einsum("iw,kij,jw->kw", axes, cross, axes, optimize=True)
    change += 4 * np.einsum("iw,ij,jw->w", axes, a, axes) * np.einsum("iw,kij,jw->kw", axes, moved, axes, optimize=True)
    best = axes[:, np.argmax(change, axis=1)].T
    mirrored: Array = rotations - 2 * best[:, :, None] * (best[:, None, :] @ rotations)
    return mirrored
