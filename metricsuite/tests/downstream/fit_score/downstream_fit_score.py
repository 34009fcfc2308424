"""An estimator: how well y is a linear function of x. A similarity, and not symmetric."""

import numpy as np

from metricsuite import metric


@metric(
    "downstream-regression",
    orientation="similarity",
    pairing="samples",
    invariant_to={"translation", "isotropic-scaling", "orthogonal", "invertible-linear", "affine"},
    sensitive_to={"trial-order"},
    tolerance=1e-4,
    source="coefficient of determination of the least squares fit",
)
class LinearPredictivity:
    """As scikit-learn has them."""

    def fit(self, x, y):
        """Least squares, with an intercept."""
        self.x_mean, self.y_mean = x.mean(0), y.mean(0)
        self.weights = np.linalg.lstsq(x - self.x_mean, y - self.y_mean, rcond=None)[0]
        return self

    def score(self, x, y):
        """The part of the variance that is explained."""
        rest = y - self.y_mean - (x - self.x_mean) @ self.weights
        return 1 - float((rest**2).sum() / ((y - self.y_mean) ** 2).sum())
