"""Angular Procrustes distance: the angle between two clouds of paired samples after the best rotation."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from metricsuite.arrays import Samples, centred_samples, check_paired
from metricsuite.spec import metric

NEAR = 1 - 1e-4  # a cosine above this has lost too many digits to be turned into an angle


EXACTLY = {"translation", "isotropic-scaling", "orthogonal", "permutation", "silent-unit", "duplicated-units"}
# What every case in scope showed on the profile set of seeds, to be kept on the other set.
SHOWN_INVARIANT = {"deformation", "readout", "uneven-speed", "observation-noise", "multiplicative-noise", "mixing"}
SHOWN_SENSITIVE = {
    "subset-shift", "minor-components", "shuffled-pairs", "history", "regime", "non-normality", "motifs",
}  # fmt: skip


@metric(
    "procrustes",
    orientation="distance",
    pairing="samples",
    axioms={"symmetry", "triangle"},
    invariant_to=EXACTLY | SHOWN_INVARIANT,
    sensitive_to={"unit-scaling", "invertible-linear", "affine", "trial-order", "time-reversal"} | SHOWN_SENSITIVE,
    source="Williams et al. 2021, eq. 4",
    complexity="prepare: n T p; compare: n T p^2 + p^3",
)
class Procrustes:
    """Angular Procrustes distance: arccos of the nuclear norm of X'Y, for X and Y centred and of Frobenius norm 1.

    ``Procrustes()(x, y)`` takes arrays (trials, time, units of x) and (trials, time, units of y), row i of one belonging to row i
    of the other; where the numbers of units differ, the smaller is padded with silent units. Returns radians, 0 to pi / 2.

    Raises
    ------
    InputError
        Input that `metricsuite.arrays.as_trajectories` refuses, or trials and time that differ.

    Notes
    -----
    Cost for n samples, p and q units: O(n p) to prepare, O(n p q + p q min(p, q)) to compare.

    References
    ----------
    Williams, Kunz, Kornblith & Linderman 2021, "Generalized shape metrics on neural representations", eq. 4.
    """

    def prepare(self, x: object) -> Samples:
        """Centred samples of Frobenius norm 1."""
        samples = centred_samples(x, "procrustes")
        return samples._replace(matrix=samples.matrix / np.linalg.norm(samples.matrix))

    def compare(self, a: Samples, b: Samples) -> float:
        """The angle, in radians; small ones as 2 arcsin of half the chord |X - Y Q|, where arccos has no digits left."""
        check_paired(a, b, "procrustes")
        u, s, vt = np.linalg.svd(a.matrix.T @ b.matrix, full_matrices=False)
        cosine = float(s.sum())
        if cosine < NEAR:
            return float(np.arccos(cosine))
        chord = np.square(a.matrix @ u - b.matrix @ vt.T).sum() + _outside(a.matrix, u) + _outside(b.matrix, vt.T)
        return float(2 * np.arcsin(np.sqrt(chord) / 2))

    def __call__(self, x: object, y: object) -> float:
        return self.compare(self.prepare(x), self.prepare(y))


def _outside(x: npt.NDArray[np.float64], basis: npt.NDArray[np.float64]) -> float:
    """Squared norm of what lies outside an orthonormal basis of unit space; 0 where the basis is all of it."""
    if basis.shape[0] == basis.shape[1]:
        return 0.0
    return float(np.square(x - (x @ basis) @ basis.T).sum())
