"""The learning cases on metrics that were told the answer and on metrics that are wrong, and what the stored networks can do.

The sound metric sees, in place of hidden states, how much of the target a network can do, which all that learned it share, and what it
cannot, in which each network is on its own. It keeps every case, by the case's own code; so what a case holds against its recordings is in order.
(What a metric makes of the recordings themselves is measured by `measure_null_metrics`.)
"""

import functools
import importlib
import inspect
from unittest import mock

import numpy as np
import pytest

from metricsuite import networks
from metricsuite.arrays import Trajectories
from metricsuite.networks.perturbations import KINDS
from metricsuite.networks.recordings import members
from metricsuite.networks.tasks import CHOICES
from metricsuite.networks.zoo import measure
from metricsuite.seeds import CERTIFY, PROFILE, Seeds
from metricsuite.tests.null_metrics import Random, Shape

SETS = (CERTIFY, PROFILE)
OWN = 0.5  # of what a network cannot do, beside what it can
ARCHITECTURES, FAMILIES = ("relu", "gru"), tuple(CHOICES)
CASES = [
    ("test_composition", "trained_and_untrained", "test_tells_trained_from_untrained"),
    ("test_composition", "compositions", "test_follows_accuracy"),
    ("test_composition", "all_parts", "test_all_parts_make_the_whole"),
    ("test_learning", "to_own_end", "test_nears_its_own_end"),
    ("test_learning", "to_others_end", "test_nears_the_others_end"),
    ("test_relevance", "pushes", "test_moves_with_behaviour"),
    ("test_relevance", "pushes", "test_stays_where_behaviour_does"),
    ("test_mamba", "trained_and_untrained", "test_tells_trained_from_untrained"),
]
EVERY = [
    (*case, architecture, family)
    for case in CASES
    for architecture in (("mamba",) if case[0] == "test_mamba" else ARCHITECTURES)
    for family in (("decision",) if case[0] == "test_learning" else FAMILIES)
    if (case[0], architecture, family) != ("test_relevance", "relu", "go-nogo")
]
PUSHED = [("relu", "decision"), ("gru", "decision"), ("gru", "go-nogo")]
NAMES = ["-".join((case[2], *case[3:])) for case in EVERY]


@pytest.fixture(scope="module", autouse=True)
def _marks_of_cases(pytestconfig):
    """Case files are imported here outside a run about metrics, which knows their mark."""
    pytestconfig.addinivalue_line("markers", "decides(property, pairs=None): the property that a case decides")


# --- recordings in which the answer stands ---


def told_systems(group, seeds, values, mark=""):
    """Of every network what it can do, and what is its own; the first number tells all systems apart and says nothing."""
    where, systems = np.array(members(seeds)) + 32 * group.group.endswith("_second"), []
    kind = np.random.default_rng([len(group.checkpoint), sum(map(ord, group.group + group.checkpoint + mark))])
    for value, place in zip(values, where, strict=True):
        array = np.zeros((2, 3, 66))
        array[..., 0], array[..., 1 + place], array[0, 0, 65] = 1 - value, OWN * value, kind.random()
        systems.append(Trajectories(array))
    return systems


def told_record(group, seeds, same_trials):
    return told_systems(group, seeds, networks.lost(group, seeds))


def told_perturb(of):
    """`perturb`, its systems telling `lost`, or the `sizes` of the change."""

    def perturb(group, seeds, kind, *given):
        return [
            p._replace(systems=told_systems(group, seeds, getattr(p, of), f"{kind}{k}"))
            for k, p in enumerate(pushed(group.architecture.name, group.family, seeds.kind, kind, *map(as_key, given)))
        ]

    return perturb


def as_key(given):
    return tuple(given) if isinstance(given, list) else given


@functools.cache
def pushed(architecture, family, seed_set, kind, sizes, same_trials):
    """What the case asks for, each once, since several tests look at it."""
    masters = networks.load(architecture, family, "master")
    return perturb(masters, Seeds("test_relevance", seed_set, 16), kind, sizes, same_trials)


perturb = networks.perturb  # before any test puts another in its place


@functools.cache
def design(stem, name, architecture, family, kind, of="lost"):
    """What a fixture of a case makes of such recordings; each once."""
    given = {"architecture": architecture, "family": family, "same": True, "seeds": Seeds(stem, kind, 16)}
    replaced = {"record": told_record, "perturb": told_perturb(of)}
    with mock.patch.multiple(networks, create=True, **replaced):
        return made(importlib.import_module(f"cases.{stem}"), name, given)


def made(module, name, given):
    if name not in given:
        function = getattr(module, name).__wrapped__
        given[name] = function(**{n: made(module, n, given) for n in inspect.signature(function).parameters})
    return given[name]


def decided(case, metric, kind=CERTIFY, of="lost"):
    """The decision of a case's own test on a metric."""
    stem, name, test, architecture, family = case
    decisions = []
    getattr(importlib.import_module(f"cases.{stem}"), test)(
        metric, design(stem, name, architecture, family, kind, of), decisions.append
    )
    return decisions[0]


def told(x, y):
    """The sound metric."""
    return float(np.linalg.norm(x[-1, -1] - y[-1, -1]))


def turned_round(x, y):
    """Near where the sound metric is far."""
    return 2.0 - told(x, y)


# --- what the cases make of metrics ---


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("case", EVERY, ids=NAMES)
def test_a_metric_that_was_told_the_answer_keeps_the_case(case, kind):
    decision = decided(case, told, kind)
    assert "yes" == decision.answer, decision.reason


@pytest.mark.parametrize("case", EVERY, ids=NAMES)
@pytest.mark.parametrize("metric", [Random(), Shape(), turned_round], ids=["random", "constant", "turned-round"])
def test_a_metric_that_is_wrong_does_not(case, metric):
    assert "yes" != decided(case, metric).answer


@pytest.mark.parametrize("case", [c for c in EVERY if c[0] == "test_relevance"], ids=lambda c: "-".join(c[2:]))
def test_a_metric_that_goes_with_the_size_of_a_push_keeps_neither_relevance_nor_irrelevance(case):
    assert "yes" != decided(case, told, of="sizes").answer


# --- what the stored networks can do ---


def accuracies(kind, architecture, family, name, freezing="", checkpoint="final"):
    lost = networks.lost(networks.load(architecture, family, name, freezing, checkpoint), Seeds("test", kind, 16))
    return 1 - np.array(lost)


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("name", ["master", "master_second"])
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("architecture", [*ARCHITECTURES, "mamba"])
def test_masters_learned_the_target(architecture, family, name, kind):
    assert np.median(accuracies(kind, architecture, family, name)) >= 0.95


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_without_anti_a_rule_is_not_enough(architecture, family, kind):
    """The best of those that know no anti is clearly worse, in the median, than the worst of those that do."""
    medians = [
        [np.median(accuracies(kind, architecture, family, f"pretrain{part}_frozen", "rule")) for part in parts]
        for parts in (("", "_basic_anti", "_anti"), ("_basic", "_delay", "_basic_delay"))
    ]
    assert min(medians[0]) >= max(medians[1]) + 0.1


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_anti_alone_does_not_solve_the_target(architecture, family, kind):
    """Networks that learned anti and nothing else are at most at chance where the answer has to wait."""
    assert np.median(accuracies(kind, architecture, family, "pretrain_anti")) <= 0.5


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_anti_was_learned_where_it_was_trained(architecture, family):
    stored = networks.load(architecture, family, "pretrain_anti")
    assert np.median(measure(stored.architecture, family, stored.weights, "anti")) >= 0.95


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("name", ["master", "pretrain_unfrozen"])
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_checkpoints_rise(architecture, name, kind):
    along = [
        np.median(accuracies(kind, architecture, "decision", name, checkpoint=c)) for c in ("0.25", "0.5", "final")
    ]
    assert sorted(along) == along


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_the_first_updates_leave_masters_at_most_at_chance(architecture, kind):
    before, early = (
        np.median(accuracies(kind, architecture, "decision", "master", checkpoint=c)) for c in ("start", "early")
    )
    assert (True, True) == (before <= 0.5, early <= 0.5)


def lost_by(kind, architecture, family):
    """Median losses by the pushes of the case: irrelevant and relevant, by size."""
    values = [np.median(v) for v in design("test_relevance", "pushes", architecture, family, kind)["lost"].values()]
    return values[::2], values[1::2]


@pytest.mark.parametrize("seed_set", SETS)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("architecture", "family"), PUSHED)
def test_both_pushes_change_the_states_by_the_size_asked_for(architecture, family, kind, seed_set):
    """Trained networks are tipped from one state into another, where a change is not in proportion to its push."""
    sizes = importlib.import_module("cases.test_relevance").SIZES
    found = [push.sizes for push in pushed(architecture, family, seed_set, kind, sizes, True)]
    np.testing.assert_allclose(np.array(found).T, [sizes] * 16, rtol=0.01)


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize(("architecture", "family"), PUSHED)
def test_irrelevant_pushes_cost_no_accuracy(architecture, family, kind):
    irrelevant, _ = lost_by(kind, architecture, family)
    assert max(irrelevant) <= 0.05


@pytest.mark.parametrize("kind", SETS)
@pytest.mark.parametrize(("architecture", "family"), PUSHED)
def test_relevant_pushes_cost_accuracy_the_more_the_larger(architecture, family, kind):
    _, relevant = lost_by(kind, architecture, family)
    assert (True, True) == (relevant[-1] >= 0.2, sorted(relevant) == relevant)
