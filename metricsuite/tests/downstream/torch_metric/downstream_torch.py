"""Angular Procrustes in torch: a port that says what it is a port of."""

import torch

from metricsuite import metric


@metric(
    "downstream-procrustes",
    pairing="samples",
    same_as="procrustes",
    axioms={"symmetry", "triangle"},
    invariant_to={
        "translation",
        "isotropic-scaling",
        "orthogonal",
        "permutation",
        "silent-unit",
        "duplicated-units",
        "multiplicative-noise",
    },
    sensitive_to={"unit-scaling", "invertible-linear", "affine", "trial-order", "time-reversal", "shuffled-pairs"},
    source="Williams et al. 2021, eq. 4",
)
class Procrustes:
    """Tensors go from prepare to compare."""

    def prepare(self, x):
        """Centred samples of norm 1."""
        rows = torch.as_tensor(x.copy()).double().flatten(0, 1)
        rows = rows - rows.mean(0)
        return rows / rows.norm()

    def compare(self, a, b):
        """The arc cosine of the nuclear norm."""
        return torch.linalg.svdvals(a.T @ b).sum().clamp(max=1.0).arccos()
