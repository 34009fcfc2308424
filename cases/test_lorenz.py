"""Lorenz: one equation in different regimes, dressed alike.

As the parameter r grows, the Lorenz equations come to rest at the origin, then in one of two foci, then never: chaos, and windows of
periodic motion. Nine configurations make three published families (Guilhot et al. 2024, fig. 2: r of .25-.75, 5-15, 30-50), and five
regimes span the rest (10, 20, 75, 152, 220: focus, focus by way of chaos, chaos, and two periodic windows). As integrated they differ in size,
dimension and speed; here each recording is whitened, and sampled so that its steps are equally long, so that
norm, speed and dimension are at chance. Autocorrelation time is not where a regime is a fixed point: motion that dies away has another.

Trials that start alike are paired; started elsewhere, they are not, and then what motion there is to begin with is dropped where it
lasts. Where a regime is a fixed point the transient is kept: nothing else moves there.

Does a metric follow the regime or the parameter? From r = 19 a step down stays in the regime, and a step up, as large in log r, does
not (24.74). The first should count for less.
"""

import pytest

from metricsuite import Contrast, Orbit, pairwise
from metricsuite.criteria import invariant, separates
from metricsuite.systems import lorenz

FAMILIES = {"origin": (0.25, 0.5, 0.75), "focus": (5, 10, 15), "chaos": (30, 40, 50)}
STEP = 1.35  # a factor of r: 14 and 26 beside 19
REGIMES = {"r = 10": 10, "r = 20": 20, "r = 75": 75, "r = 152": 152, "r = 220": 220}


@pytest.fixture(scope="module", params=["same-start", "own-start"])
def families(request, seeds):
    same = request.param == "same-start"
    return Contrast({name: lorenz(seeds, r, same) for name, r in FAMILIES.items()}, paired=same)


@pytest.fixture(scope="module", params=["same-start", "own-start"])
def regimes(request, seeds):
    same = request.param == "same-start"
    return Contrast({name: lorenz(seeds, r, same) for name, r in REGIMES.items()}, paired=same)


@pytest.fixture(scope="module")
def a_step_of_r(seeds):
    # each recorded by units of its own: else who merely compares units finds image and original alike
    down, up = lorenz(seeds, 19 / STEP, seen=1), lorenz(seeds, 19 * STEP, seen=2)
    return Orbit(lorenz(seeds, 19), down, others=up, paired=True)


@pytest.mark.decides("regime", pairs=1128)
def test_tells_rest_focus_and_chaos_apart(metric, families, verdict):
    verdict(separates(pairwise(metric, families)))


@pytest.mark.decides("regime", pairs=3160)
def test_tells_five_regimes_apart(metric, regimes, verdict):
    verdict(separates(pairwise(metric, regimes)))


@pytest.mark.decides("deformation", pairs=48)
def test_a_step_within_a_regime_counts_for_less_than_one_out_of_it(metric, a_step_of_r, verdict):
    verdict(invariant(pairwise(metric, a_step_of_r), below=1.0))
