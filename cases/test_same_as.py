"""Ports: a metric that says ``same_as="cka"`` gives what the built-in metric gives, on fixed inputs.

The inputs are recurrent networks and white noise away from zero, of three sizes: an ordinary one, two long trials, and more units
than samples; once with equal numbers of units, once with half as many in one of two. A port in float32, or by another optimiser,
states its tolerance. (CKA is a similarity, 1 - CKA a distance, and its arccosine an angle, Williams et al. 2021, sec. 2.3: where a
formula leads from what is found to what is wanted, the reason names it.)
"""

from dataclasses import replace

import numpy as np
import pytest

from metricsuite import Sweep, pairwise
from metricsuite.criteria import equals
from metricsuite.ports import ported
from metricsuite.systems import random_networks

SIZES = [(12, 80, 16), (2, 300, 10), (2, 60, 150)]  # trials, time, units


@pytest.fixture(scope="module", params=["equal-units", "other-units"])
def systems(request, seeds):
    share = {"equal-units": 1, "other-units": 2}[request.param]

    def level(trials, steps, units):
        first = random_networks(seeds[:1], trials=trials, steps=steps, units=units)
        networks = first + random_networks(seeds[1:2], trials=trials, steps=steps, units=units // share)
        rng = np.random.default_rng([*seeds[:2], units])
        return {
            "network": networks,
            "noise": [replace(s, array=1 + rng.normal(size=s.array.shape)) for s in networks],
        }

    return Sweep("size", {i: level(*size) for i, size in enumerate(SIZES)}, paired=True)


@pytest.mark.decides("same-as", pairs=18)
def test_equals_the_built_in_metric(metric, systems, verdict):
    built_in = ported(metric)
    distances = pairwise(metric, systems)
    verdict(equals(distances, pairwise(built_in, systems, both=distances.both)))
