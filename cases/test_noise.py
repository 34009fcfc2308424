"""Noise: how far a disturbance moves a system, beside how far another system is.

Half of the systems settle in a focus, half are chaotic (Lorenz, r = 10 and r = 40, in turn). Each is compared with itself disturbed:
by noise on the recording, by noise that drives the state, by noise in proportion to the signal, or by a second pattern in the same units
(Guilhot et al. 2024, fig. 2: noise of .001 to .004, shares of .25 to 1; here over a wide range). A distance says little alone, since
metrics sit on different floors. So it is read as a part of the distance between the families; the level up to which it stays below a
quarter of that is the breakdown level, and .2 must be reached.

Process noise changes where a chaotic system goes, if not how: a metric of paired samples cannot but see it.
"""

import pytest

from metricsuite import Sweep, pairwise
from metricsuite.criteria import withstands
from metricsuite.systems import lorenz, mixed, multiplied

IN_TURN = (10, 40)  # so that neighbours are of different families
LEVELS = (0, 0.001, 0.002, 0.004, 0.02, 0.05, 0.1, 0.2, 0.5, 1)  # of the signal's standard deviation
SHARES = (0, 0.05, 0.1, 0.25, 0.5, 1)
DRIVES = (0, 0.02, 0.05, 0.1, 0.2, 0.5)


@pytest.fixture(scope="module")
def observed(seeds):
    return Sweep("observation noise (signal SD)", {s: lorenz(seeds, IN_TURN, noise=s) for s in LEVELS}, paired=True)


@pytest.fixture(scope="module")
def driven(seeds):
    levels = {s: lorenz(seeds, IN_TURN, process=s) for s in DRIVES}
    return Sweep("process noise (state SD a unit of time)", levels, paired=True)


@pytest.fixture(scope="module")
def scaled(seeds):
    clean = lorenz(seeds, IN_TURN)
    return Sweep("multiplicative noise (SD)", {s: multiplied(clean, seeds, s) for s in LEVELS}, paired=True)


@pytest.fixture(scope="module")
def mixture(seeds):
    clean, second = lorenz(seeds, IN_TURN), lorenz([seed + 1 for seed in seeds], 20)
    return Sweep("second pattern (share)", {s: mixed(clean, second, s) for s in SHARES}, paired=True)


@pytest.mark.decides("observation-noise", pairs=160)
def test_withstands_observation_noise(metric, observed, verdict):
    verdict(withstands(pairwise(metric, observed), level=0.2))


@pytest.mark.decides("process-noise", pairs=96)
def test_withstands_process_noise(metric, driven, verdict):
    verdict(withstands(pairwise(metric, driven), level=0.2))


@pytest.mark.decides("multiplicative-noise", pairs=160)
def test_withstands_multiplicative_noise(metric, scaled, verdict):
    verdict(withstands(pairwise(metric, scaled), level=0.2))


@pytest.mark.decides("mixing", pairs=96)
def test_withstands_a_second_pattern(metric, mixture, verdict):
    verdict(withstands(pairwise(metric, mixture), level=0.2))
