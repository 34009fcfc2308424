"""Relevance: pushes along directions that a computation uses and along those that it does not, of one size.

While a trained network waits through the delay, its state is pushed along the direction that holds the choice, or along one in the null space of the
readout that its recurrence hears least of. Both pushes change the states by the same size; only the first moves behaviour. A metric of what
networks compute should go with behaviour, not with size. (Leading directions carry more variance than null directions, so a metric that
weighs directions by variance has an advantage here. Go/no-go networks of rectified units lose a quarter of the trials to any push that we tried,
so they know no irrelevant one and are left out.)
"""

import pytest

from metricsuite import Sweep, networks, pairwise
from metricsuite.criteria import follows, vanishes

SIZES = (0.2, 0.4, 0.8)  # of the norm of the states about their mean


@pytest.fixture(scope="module", params=["relu-decision", "gru-decision", "gru-go-nogo"])
def architecture_and_family(request):
    return request.param.split("-", 1)


@pytest.fixture(scope="module")
def architecture(architecture_and_family):
    return architecture_and_family[0]


@pytest.fixture(scope="module")
def family(architecture_and_family):
    return architecture_and_family[1]


@pytest.fixture(scope="module", params=["same-trials", "own-trials"])
def same(request):
    return request.param == "same-trials"


@pytest.fixture(scope="module")
def pushes(architecture, family, same, seeds):
    masters = networks.load(architecture, family, "master")
    (plain,) = networks.perturb(masters, seeds, "relevant", [0], same)
    irrelevant, relevant = (networks.perturb(masters, seeds, kind, SIZES, same) for kind in ("irrelevant", "relevant"))
    pushed = dict(enumerate([push for pair in zip(irrelevant, relevant, strict=True) for push in pair], start=1))
    sweep = Sweep("push", {0: plain.systems} | {k: push.systems for k, push in pushed.items()}, paired=same)
    middle = {0: plain.systems, 0.1: irrelevant[1].systems, 1: relevant[1].systems}
    return {
        "sweep": sweep,
        "lost": {k: push.lost for k, push in pushed.items()},
        "middle": Sweep("irrelevant .1, relevant 1", middle, paired=same),
    }


@pytest.mark.decides("relevance", pairs=112)
def test_moves_with_behaviour(metric, pushes, verdict):
    verdict(follows(pairwise(metric, pushes["sweep"]), pushes["lost"]))


@pytest.mark.decides("irrelevance", pairs=48)
def test_stays_where_behaviour_does(metric, pushes, verdict):
    verdict(vanishes(pairwise(metric, pushes["middle"]), direction="invariant"))
