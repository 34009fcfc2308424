"""History: preparation that predicts the movement, or not, with equal marginals at every time.

A trial prepares one of many movements, rests, and moves. In one kind the movement is the one prepared; in the other, that prepared in
another trial. No moment tells them apart, and none of the four controls: only what links one time to another across the rest does. (After Galgali
et al. 2023; the planes of preparation and movement are those of Elsayed et al. 2016.)
"""

import pytest

from metricsuite import Contrast, pairwise
from metricsuite.criteria import separates
from metricsuite.systems import preparations


@pytest.fixture(scope="module", params=["same-plans", "own-plans"])
def predictive_and_idle(request, seeds):
    same = request.param == "same-plans"
    groups = {name: preparations(seeds, name == "predictive", same) for name in ("predictive", "idle")}
    return Contrast(groups, paired=same)


@pytest.mark.decides("history", pairs=496)
def test_tells_preparation_that_predicts(metric, predictive_and_idle, verdict):
    verdict(separates(pairwise(metric, predictive_and_idle)))
