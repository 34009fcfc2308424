"""Learning: networks at checkpoints of their training, from untrained weights to a learned task.

The checkpoints are set by performance, not by time: before training, after the first ten updates, at a quarter and a half of the way
from guessing to the goal, and at the end. Early updates move weights and leave performance where it was; a metric that reacts to them is seen to. The
distance is taken to the network's own end and to the ends of the other seeds'; both should go with the accuracy that is still missing. (The
over-learning figure of Guilhot et al. 2024, a network and another seed's master at the same checkpoint, is in `metricsuite replicate`: what two
half-trained networks should have in common is not known, and a metric told of each network's accuracy does not keep it. Checkpoints are kept for
the decision tasks only.)
"""

import pytest

from metricsuite import Sweep, networks, pairwise
from metricsuite.criteria import follows

CHECKPOINTS = ("final", "0.5", "0.25", "early", "start")


@pytest.fixture(scope="module", params=["relu", "gru"])
def architecture(request):
    return request.param


@pytest.fixture(scope="module", params=["same-trials", "own-trials"])
def same(request):
    return request.param == "same-trials"


@pytest.fixture(scope="module")
def masters(architecture):
    return [networks.load(architecture, "decision", "master", checkpoint=checkpoint) for checkpoint in CHECKPOINTS]


@pytest.fixture(scope="module")
def to_own_end(masters, same, seeds):
    levels = {k: networks.record(group, seeds, same) for k, group in enumerate(masters)}
    return {
        "sweep": Sweep("checkpoint", levels, paired=same),
        "lost": {k: networks.lost(g, seeds) for k, g in enumerate(masters) if k},
    }


@pytest.mark.decides("learning-progress", pairs=80)
def test_nears_its_own_end(metric, to_own_end, verdict):
    verdict(follows(pairwise(metric, to_own_end["sweep"]), to_own_end["lost"]))


@pytest.fixture(scope="module")
def to_others_end(masters, same, seeds):
    levels = {k: networks.record(group, seeds, same) for k, group in enumerate(masters)}
    lost = {k: networks.lost(group, seeds) for k, group in enumerate(masters)}
    return {"sweep": Sweep("checkpoint", levels, against="others", paired=same), "lost": lost}


@pytest.mark.decides("learning-progress", pairs=1080)
def test_nears_the_others_end(metric, to_others_end, verdict):
    verdict(follows(pairwise(metric, to_others_end["sweep"]), to_others_end["lost"]))
