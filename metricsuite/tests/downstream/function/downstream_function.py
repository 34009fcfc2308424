"""A function with a spec."""

import numpy as np

from metricsuite import metric


@metric(
    "downstream-size",
    pairing="none",
    axioms={"symmetry", "triangle"},
    invariant_to={"translation", "orthogonal", "permutation", "silent-unit", "trial-order", "time-reversal"},
    sensitive_to={"isotropic-scaling"},
    source="root mean square distance from the mean",
)
def size_difference(x, y):
    """Difference of sizes."""
    return abs(size(x) - size(y))


def size(x):
    """Root mean square distance from the mean."""
    return float(np.sqrt(((x - x.mean((0, 1))) ** 2).sum(-1).mean()))
