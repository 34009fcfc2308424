"""An operator in the basis in which it is most nearly a set of independent rotations.

Operators of recorded dynamics are nearly isometric: U of a whitened embedding hardly changes its length in one step.
The orthogonal matrix O nearest to A (its polar factor) is normal, so an orthogonal basis turns it into plane rotations
exactly, and A with it nearly. Half of what the Schur form of A leaves off the blocks is gone in that basis, and both the
starts of a search and the preconditioner of its descent live on how little is left.

Coordinates are ordered [first axes of all planes | second axes of all planes | the odd one out].
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.linalg

Array = npt.NDArray[Any]
Complex = npt.NDArray[np.complex128]

SHIFT, SHARE = 0.1, 0.5  # of 1 / n, and of what lies off the blocks: see `Form.inverse_curvature`


@dataclass(frozen=True, eq=False)
class Form:
    """What the comparison of one operator with any others needs, made once.

    Parameters
    ----------
    unit : ndarray, shape (n, n)
        A / |A|.
    basis : ndarray, shape (n, n), orthogonal
        Columns: the axes of the planes.
    turned : ndarray, shape (n, n)
        basis' F basis, where F is the part of A without trace, at unit norm (zero where A is a multiple of the identity):
        a multiple of the identity looks the same from every basis, and hides slow motion.
    eigenvalues : ndarray, shape (2, n // 2), complex
        Of the two-by-two blocks of `turned`: for each plane a conjugate pair, positive imaginary part first, or two
        real ones.
    complex_pair : ndarray, shape (n // 2,), bool
    """

    unit: Array
    basis: Array
    turned: Array
    eigenvalues: Complex
    complex_pair: npt.NDArray[np.bool_]

    @cached_property
    def invariants(self) -> Array:
        """What no rotation changes, shape (2, 2n): eigenvalues of the symmetric and skew part, and singular values.

        All in order of size. |A - C B C'| is at least the distance between two first rows, and between two second
        rows; a row of singular values is filled up with zeros.
        """
        symmetric = np.linalg.eigvalsh((self.unit + self.unit.T) / 2)
        skew = np.linalg.svd((self.unit - self.unit.T) / 2, compute_uv=False)
        singular = np.linalg.svd(self.unit, compute_uv=False)
        return np.stack([np.append(symmetric, skew), np.append(singular, np.zeros(len(skew)))])

    @cached_property
    def inverse_curvature(self) -> tuple[Array, Array]:
        """The preconditioner's weights, two of shape (n * n,); see `Preconditioner`.

        For a normal A the curvature of the objective along a rotation between eigenvectors i and j is
        |lambda_i - lambda_j|^2. What lies off the blocks, N, adds to it the mean of the squares of N in rows and
        columns i and j; a share of that, and a small shift, are added.
        """
        n, h = len(self.turned), len(self.complex_pair)
        values = np.concatenate([*self.eigenvalues, np.diagonal(self.turned)[2 * h :]])
        squares = off_blocks(self.turned) ** 2
        nearby = squares.sum(axis=0) + squares.sum(axis=1)
        nearby[:h] = nearby[h : 2 * h] = (nearby[:h] + nearby[h : 2 * h]) / 2
        shift = SHIFT / n + SHARE * (nearby[:, None] + nearby[None, :]) / 2
        same = 1 / (np.abs(values[:, None] - values[None, :]) ** 2 + shift)
        mirrored = 1 / (np.abs(values[:, None] - values.conj()[None, :]) ** 2 + shift)
        direct, crossed = same.copy(), np.zeros((n, n))
        pairs = np.flatnonzero(self.complex_pair)
        for row in (0, h):
            for column in (0, h):
                here = np.ix_(pairs + row, pairs + column)
                between = np.ix_(pairs, pairs)
                direct[here] = (same[between] + mirrored[between]) / 2
                crossed[here] = (same[between] - mirrored[between]) / 2 * (1 if row == column else -1)
        return direct.ravel(), crossed.ravel()


class Preconditioner:
    """P for each of a batch of skew matrices: close to the inverse of the Hessian, and elementwise.

    In the eigenbasis of a normal A a rotation between two planes falls into two parts, one for |lambda_i - lambda_j|^2
    and one for the conjugate of lambda_j. In real coordinates that mixes each entry of W with the one across its
    two-by-two block: P W = direct * W + crossed * across(W).
    """

    def __init__(self, direct: Array, crossed: Array) -> None:
        self.direct, self.crossed = direct, crossed
        count, size = direct.shape
        self.across = across(round(size**0.5)) + np.arange(count)[:, None] * size

    @classmethod
    def of(cls, forms: list[Form], dtype: npt.DTypeLike) -> Preconditioner:
        direct, crossed = zip(*(form.inverse_curvature for form in forms), strict=True)
        return cls(np.array(direct, dtype), np.array(crossed, dtype))

    def __call__(self, gradient: Array) -> Array:
        out: Array = np.take(gradient.reshape(-1), self.across)
        out *= self.crossed
        out += self.direct * gradient
        return out

    def rows(self, rows: slice | npt.NDArray[np.intp]) -> Preconditioner:
        return Preconditioner(self.direct[rows], self.crossed[rows])


def across(n: int) -> npt.NDArray[np.intp]:
    """Flat index of the entry across the two-by-two block, shape (n * n,)."""
    h = n // 2
    partner = np.concatenate([np.arange(h, 2 * h), np.arange(h), np.arange(2 * h, n)])
    return np.asarray((partner[:, None] * n + partner[None, :]).ravel())


def off_blocks(turned: Array) -> Array:
    """What a matrix has outside the two-by-two blocks of its planes."""
    rest, h = turned.copy(), len(turned) // 2
    plane = np.arange(h)
    for row in (0, h):
        for column in (0, h):
            rest[plane + row, plane + column] = 0
    rest[2 * h :, 2 * h :] = 0
    return rest


def form_of(operator: Array) -> Form:
    """Bring a finite operator (n, n), not zero, into its form. Costs an SVD and a Schur decomposition."""
    unit = operator / np.abs(operator).max()
    unit = unit / np.linalg.norm(unit)
    n = len(unit)
    free = unit - np.trace(unit) / n * np.eye(n)
    size = np.linalg.norm(free)
    free = free / size if size > 1e-14 else np.zeros_like(free)
    u, _, v = np.linalg.svd(unit)
    basis, complex_pair = planes(u @ v)
    basis = settled(unit, basis, complex_pair)
    turned = basis.T @ free @ basis
    h = n // 2
    plane = np.arange(h)
    first, second = turned[plane, plane], turned[plane + h, plane + h]
    mean = (first + second) / 2 + 0.5j * (turned[plane, plane + h] - turned[plane + h, plane])
    eigenvalues = np.where(complex_pair, [mean, mean.conj()], [first, second])
    return Form(unit, basis, turned, eigenvalues, complex_pair)


def planes(orthogonal: Array) -> tuple[Array, npt.NDArray[np.bool_]]:
    """A basis in which an orthogonal matrix is a set of plane rotations, and which planes it does turn.

    Real eigenvalues, 1 and -1, share planes two by two.
    """
    n = len(orthogonal)
    schur, vectors = scipy.linalg.schur(orthogonal, output="real")
    turning, fixed, i = [], [], 0
    while i < n:
        if i + 1 < n and abs(schur[i + 1, i]) > 1e-12:
            turning.append((i, i + 1) if schur[i, i + 1] > 0 else (i + 1, i))
            i += 2
        else:
            fixed.append(i)
            i += 1
    fixed.sort(key=lambda k: float(schur[k, k]))
    alone = [fixed.pop(0)] if len(fixed) % 2 else []
    pairs = turning + list(zip(fixed[::2], fixed[1::2], strict=True))
    order = [p for p, _ in pairs] + [q for _, q in pairs] + alone
    return vectors[:, order], np.arange(n // 2) < len(turning)


def settled(unit: Array, basis: Array, turning: npt.NDArray[np.bool_]) -> Array:
    """The same planes with nothing left to chance, so that a rotated copy of an operator takes the same path in a search.

    A Schur decomposition leaves open the order of the planes, the axes within them and all signs. Here planes go by falling
    frequency; the axes make the symmetric part of a plane's block diagonal, those that do not turn that of all of them;
    and signs make the strongest ties positive, from axis to axis along a maximum spanning tree.
    """
    n, h = len(basis), len(turning)
    out = basis.copy()
    turned = np.flatnonzero(turning)
    inside = np.einsum("ji,jk,ki->i", basis[:, turned], unit - unit.T, basis[:, turned + h])
    by_frequency = turned[np.argsort(-inside, kind="stable")]
    out[:, turned], out[:, turned + h] = basis[:, by_frequency], basis[:, by_frequency + h]
    symmetric = unit + unit.T
    for k in turned:
        axes = [k, k + h]
        block = out[:, axes].T @ symmetric @ out[:, axes]
        angle = 0.5 * np.arctan2(2 * block[0, 1], block[0, 0] - block[1, 1])
        out[:, axes] = out[:, axes] @ [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    still = np.concatenate([np.flatnonzero(~turning), np.flatnonzero(~turning) + h, np.arange(2 * h, n)])
    if len(still):
        _, vectors = np.linalg.eigh(out[:, still].T @ symmetric @ out[:, still])
        out[:, still] = (out[:, still] @ vectors)[:, _paired(len(still))]
    partner = np.arange(n)  # axes whose signs go together
    partner[turned], partner[turned + h] = turned + h, turned
    ties = out.T @ unit @ out
    done = np.zeros(n, bool)
    nearest = np.zeros(n, np.intp)
    strength = np.full(n, -1.0)
    for _ in range(n - len(turned)):
        new = int(np.argmax(np.where(done, -2.0, strength)))
        old = nearest[new]
        there, back = ties[new, old], ties[old, new]
        tie = back if abs(back) > (1 + 1e-6) * abs(there) else there  # as a skew part has them they are equal in size
        both = np.unique([new, partner[new]])
        if done.any() and tie < 0:
            out[:, both] *= -1
            ties[both] *= -1
            ties[:, both] *= -1
        done[both] = True
        for axis in both:
            strong = np.maximum(np.abs(ties[axis]), np.abs(ties[:, axis]))
            closer = strong > strength
            strength[closer], nearest[closer] = strong[closer], axis
    return out


def _paired(count: int) -> npt.NDArray[np.intp]:
    """Neighbours in size share a plane: the order [first axes | second axes | the smallest alone] of ascending values."""
    alone = count % 2
    rest = np.arange(alone, count)
    return np.concatenate([rest[::2], rest[1::2], np.arange(alone)])
