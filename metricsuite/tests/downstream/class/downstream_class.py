"""A class with prepare, compare, compare_many and a parameter."""

import numpy as np

from metricsuite import metric


@metric(
    "downstream-spectrum",
    pairing="none",
    axioms={"symmetry", "triangle"},
    invariant_to={"translation", "isotropic-scaling", "orthogonal", "permutation"},
    sensitive_to={"unit-scaling", "affine"},
    source="distance between the n largest singular values, of systems of norm 1",
)
class Spectrum:
    """Singular values, the first `n`."""

    def __init__(self, n=10):
        self.n = n

    def prepare(self, x):
        """The n largest, zeros where there are fewer."""
        rows = np.asarray(x, float).reshape(-1, x.shape[-1])
        values = np.linalg.svd(rows - rows.mean(0), compute_uv=False)
        values = values / np.linalg.norm(values)
        return np.pad(values, (0, max(0, self.n - len(values))))[: self.n]

    def compare(self, a, b):
        """Euclidean distance."""
        return float(np.linalg.norm(a - b))

    def compare_many(self, states, pairs):
        """All pairs at once."""
        values = np.asarray(states)
        return np.linalg.norm(values[pairs[:, 0]] - values[pairs[:, 1]], axis=1)
