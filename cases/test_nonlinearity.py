"""Lorenz, or noise with the same spectrum: what is nonlinear and nothing else.

A surrogate is a recording whose Fourier phases were moved at random, by the same amount in all units (Theiler et al. 1992). It has the
original's mean, covariance, spectra and autocovariances; that one wing of the butterfly is ever left for the other it has
forgotten. Windows are chosen to close, since a jump between the ends would make the surrogate faster than its original. The surrogates are
those of other systems than the originals, so rows do not correspond.

No function of autocovariances alone can tell them apart. Chaos (r = 28) is asked for, and periodic motion (r = 220), whose surrogate is
periodic, at other phases of its overtones.
"""

import pytest

from metricsuite import Contrast, pairwise
from metricsuite.criteria import separates
from metricsuite.systems import closed_windows, lorenz, phase_surrogates

STEPS = 300  # more than a period at r = 220


@pytest.fixture(scope="module", params=["chaos", "periodic"])
def lorenz_and_surrogate(request, seeds):
    r = {"chaos": 28.0, "periodic": 220.0}[request.param]
    windows = closed_windows(lorenz(seeds, r, False, trials=20, steps=3 * STEPS), STEPS)
    others = closed_windows(lorenz([seed + 1 for seed in seeds], r, False, trials=20, steps=3 * STEPS), STEPS)
    return Contrast({"lorenz": windows, "surrogate": phase_surrogates(others, seeds)}, paired=False)


@pytest.mark.decides("nonlinearity", pairs=496)
def test_tells_lorenz_from_its_surrogate(metric, lorenz_and_surrogate, verdict):
    verdict(separates(pairwise(metric, lorenz_and_surrogate)))
