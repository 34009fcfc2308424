"""A metric that is found by its name, and is profiled: it claims nothing."""

import numpy as np


def offered(x, y, power=2.0):
    """Difference of mean sizes, to a power; a plain function."""
    return float(abs((np.abs(x) ** power).mean() - (np.abs(y) ** power).mean()))
