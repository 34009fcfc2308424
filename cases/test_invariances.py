"""Group actions: what a metric claims to be invariant to must leave it at 0, what it claims to be sensitive to must move it.

Every transformation meets every metric: as a claimed invariance (to rounding), a claimed sensitivity (a tenth of the distance
between unrelated systems), or a measurement. Trials of one system in another order, or read backwards, no longer pair with the
other's: a metric that pairs samples should see that. (Kornblith et al. 2019 and Klabunde et al. 2023 on which invariance suits what.)
"""

import numpy as np
import pytest

from metricsuite import Orbit, pairwise
from metricsuite.criteria import invariant, sensitive
from metricsuite.systems import random_networks
from metricsuite.transformations import TRANSFORMATIONS, transform


@pytest.fixture(scope="module")
def networks(seeds):
    def orbit(name):
        systems = random_networks(seeds)
        images = [
            transform(system, name, np.random.default_rng([seed, 1]))
            for seed, system in zip(seeds, systems, strict=True)
        ]
        return Orbit(systems, images, paired=True)

    return {name: orbit(name) for name in TRANSFORMATIONS}


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.decides(n, pairs=32)) for n in TRANSFORMATIONS])
def test_group_action(metric, networks, name, verdict):
    distances = pairwise(metric, networks[name])
    verdict(invariant(distances, exactly=True), sensitive(distances))
