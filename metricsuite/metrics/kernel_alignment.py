"""Linear centred kernel alignment (CKA): `CKA`, a similarity turned round, and `AngularCKA`, its angle."""

from __future__ import annotations

import numpy as np

from metricsuite.arrays import Samples, centred_samples, check_paired
from metricsuite.spec import metric

NEAR = 1 - 1e-4  # above this, 1 - CKA has lost too many digits
_INVARIANT = {"translation", "isotropic-scaling", "orthogonal", "permutation", "silent-unit", "duplicated-units"}
_SENSITIVE = {"unit-scaling", "invertible-linear", "affine", "trial-order", "time-reversal"}
# What every case in scope showed on the profile set of seeds, to be kept on the other set.
_INVARIANT |= {"deformation", "uneven-speed", "multiplicative-noise", "mixing"}
_SENSITIVE |= {"subset-shift", "shuffled-pairs", "history", "regime", "non-normality", "motifs"}


@metric(
    "cka",
    orientation="similarity",
    pairing="samples",
    axioms={"symmetry"},
    invariant_to=_INVARIANT | {"readout"},
    sensitive_to=_SENSITIVE,
    source="Kornblith et al. 2019, eq. 4",
    complexity="prepare: n T p min(n T, p); compare: n T p^2",
)
class CKA:
    """Linear CKA, |X'Y|^2 / (|X'X| |Y'Y|) in Frobenius norms, for centred X and Y.

    ``CKA()(x, y)`` takes arrays (trials, time, units of x) and (trials, time, units of y), row i of one belonging to row i of the
    other. Returns a similarity, 0 to 1. The suite compares 1 - CKA, for which the triangle inequality fails.

    Raises
    ------
    InputError
        Input that `metricsuite.arrays.as_trajectories` refuses, or trials and time that differ.

    Notes
    -----
    Cost for n samples, p and q units: O(n p min(n, p)) to prepare, O(n p q) to compare.

    References
    ----------
    Kornblith, Norouzi, Lee & Hinton 2019, "Similarity of neural network representations revisited", eq. 4.
    """

    def prepare(self, x: object) -> Samples:
        """Centred samples whose kernel XX' has Frobenius norm 1."""
        samples = centred_samples(x, self.spec.name)  # type: ignore[attr-defined]
        m = samples.matrix
        gram = m.T @ m if m.shape[1] <= m.shape[0] else m @ m.T
        return samples._replace(matrix=m / np.sqrt(np.linalg.norm(gram)))

    def compare(self, a: Samples, b: Samples) -> float:
        """The similarity, 0 to 1."""
        return 1.0 - self.chord(a, b) ** 2 / 2

    def chord(self, a: Samples, b: Samples) -> float:
        """|XX' - YY'|, whose square is 2 - 2 CKA; near 0 without the cancellation of that formula."""
        check_paired(a, b, self.spec.name)  # type: ignore[attr-defined]
        similarity = float(np.square(a.matrix.T @ b.matrix).sum())
        if similarity < NEAR:
            return float(np.sqrt(2 - 2 * similarity))
        p = int(a.matrix.shape[1])
        # XX' - YY' = [X Y] diag(1, -1) [X Y]', and with [X Y] = Q R its norm is that of R diag(1, -1) R'
        r = np.linalg.qr(np.hstack([a.matrix, b.matrix])).R
        return float(np.linalg.norm(r[:, :p] @ r[:, :p].T - r[:, p:] @ r[:, p:].T))

    def __call__(self, x: object, y: object) -> float:
        return self.compare(self.prepare(x), self.prepare(y))


@metric(
    "cka-angular",
    orientation="distance",
    pairing="samples",
    axioms={"symmetry", "triangle"},
    invariant_to=_INVARIANT,
    sensitive_to=_SENSITIVE,
    source="Williams et al. 2021, sec. 2.3",
    complexity="prepare: n T p min(n T, p); compare: n T p^2",
)
class AngularCKA(CKA):
    """The angle whose cosine is linear CKA, as 2 arcsin of half the chord |XX' - YY'| between unit kernels: a metric.

    As `CKA`, but returns a distance in radians, 0 to pi / 2.

    References
    ----------
    Williams, Kunz, Kornblith & Linderman 2021, "Generalized shape metrics on neural representations", sec. 2.3.
    """

    def compare(self, a: Samples, b: Samples) -> float:
        """The angle, in radians."""
        return float(2 * np.arcsin(self.chord(a, b) / 2))
