"""Composition: networks that had learned the parts of a task, and learned the whole with what they were left.

The target, delay-anti, is learned out of basic, anti and delay. A network learned some of these parts with all its weights; then all were
frozen but the target's rule vector, so that what it can do is what its parts allow: without anti it does not learn the target, with it it does. A
metric of what networks compute should find networks nearer to one that learned the target outright, the more of the target they can do. (Guilhot
et al. 2024 freeze all but the input weights; there every pretrained network learns the target, and what is left to tell is small. Their
orderings are in `metricsuite replicate`.) Distances are to all masters of other seeds, and so are the masters' own; own trials are those in which Procrustes and CKA are out of scope.
"""

import pytest

from metricsuite import Contrast, Sweep, networks, pairwise
from metricsuite.criteria import arrives, follows, separates

PARTS = (
    "pretrain",
    "pretrain_basic_anti",
    "pretrain_anti",
    "pretrain_delay",
    "pretrain_basic_delay",
    "pretrain_basic",
    "master",
)


@pytest.fixture(scope="module", params=["relu", "gru"])
def architecture(request):
    return request.param


@pytest.fixture(scope="module", params=["decision", "go-nogo"])
def family(request):
    return request.param


@pytest.fixture(scope="module", params=["same-trials", "own-trials"])
def same(request):
    return request.param == "same-trials"


@pytest.fixture(scope="module")
def trained_and_untrained(architecture, family, same, seeds):
    groups = {
        "trained": "master",
        "untrained": "untrained_second",
    }  # no network of one is the beginning of one of the other
    return Contrast(
        {
            label: networks.record(networks.load(architecture, family, name), seeds, same)
            for label, name in groups.items()
        },
        paired=same,
    )


@pytest.mark.decides("trained", pairs=496)
def test_tells_trained_from_untrained(metric, trained_and_untrained, verdict):
    verdict(separates(pairwise(metric, trained_and_untrained)))


@pytest.fixture(scope="module")
def compositions(architecture, family, same, seeds):
    groups = [networks.load(architecture, family, "master")]
    groups += [networks.load(architecture, family, f"{part}_frozen", "rule") for part in PARTS]
    levels = {k: networks.record(group, seeds, same) for k, group in enumerate(groups)}
    lost = {k: networks.lost(group, seeds) for k, group in enumerate(groups)}
    return {"sweep": Sweep("group", levels, against="others", paired=same), "lost": lost}


@pytest.mark.decides("composition", pairs=1800)
def test_follows_accuracy(metric, compositions, verdict):
    verdict(follows(pairwise(metric, compositions["sweep"]), compositions["lost"]))


@pytest.fixture(scope="module")
def all_parts(architecture, family, same, seeds):
    groups = [networks.load(architecture, family, "master")]
    groups += [networks.load(architecture, family, f"{part}_frozen", "rule") for part in ("pretrain", "master")]
    levels = {k: networks.record(group, seeds, same) for k, group in enumerate(groups)}
    return Sweep("group", levels, against="others", paired=same)


@pytest.mark.decides("composition", pairs=600)
def test_all_parts_make_the_whole(metric, all_parts, verdict):
    verdict(arrives(pairwise(metric, all_parts)))
