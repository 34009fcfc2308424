"""Who learned what, from where, and with which weights."""

from __future__ import annotations

import re

import numpy as np
import pytest
import torch

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import initial_weights
from metricsuite.networks.curriculum import (
    FREEZINGS,
    GROUPS,
    PARTS,
    PUBLISHED,
    RULE_COLUMN,
    group,
    learns,
    put_together,
    shuffled,
    what_it_trained,
)
from metricsuite.networks.mamba import Mamba
from metricsuite.networks.rnn import LeakyGRU, LeakyRNN
from metricsuite.networks.tasks import CHANNELS, CHOICES, TARGET, VARIANTS, make_trials

KINDS = {"relu": LeakyRNN(8), "gru": LeakyGRU(8), "mamba": Mamba(d_model=2)}


@pytest.fixture(params=KINDS)
def kind(request):
    return KINDS[request.param]


@pytest.fixture(params=("", *FREEZINGS), ids=("all learn", *FREEZINGS))
def freezing(request):
    return request.param


def ensemble(kind, first_seed=0):
    rngs = [np.random.default_rng(first_seed + i) for i in range(3)]
    return initial_weights(kind, rngs, CHANNELS, CHOICES["decision"])


def test_every_group_begins_from_one_before_it():
    before, late = set(), []
    for g in GROUPS.values():
        late += [g.file] if g.start not in {"", *before} else []
        before.add(g.file)
    assert [] == late


def test_every_group_that_begins_from_another_learns_the_target():
    assert [] == [g.file for g in GROUPS.values() if g.start and g.variants != (TARGET,)]


def test_no_part_is_the_target():
    assert [] == [part for part, variants in PARTS.items() if TARGET in variants]


def test_the_ten_published_groups_are_there():
    trained = [name for name in PUBLISHED if name != "untrained"]
    found = [group(name, f).name for name in trained for f in (FREEZINGS if name.endswith("_frozen") else ("",))]
    assert (10, set(trained)) == (len(PUBLISHED), set(found))


def test_frozen_groups_begin_from_what_they_are_named_for():
    starts = {g.file: g.start for g in GROUPS.values() if g.freezing}
    expected = {f"{part}_frozen.{f}": part for f in FREEZINGS for part in PARTS}
    assert expected | {f"master_frozen.{f}": "" for f in FREEZINGS} == starts


def test_the_rule_column_is_the_targets_rule_input():
    on = {
        v: float(make_trials("decision", [v], 4, np.random.default_rng(0)).inputs[:, 0, RULE_COLUMN].mean())
        for v in VARIANTS
    }
    assert {v: float(v == TARGET) for v in VARIANTS} == on


@pytest.mark.parametrize(
    "name, freezing, given",
    [("novices", "", "'novices' with the freezing ''"), ("master_frozen", "", "'master_frozen' with the freezing ''"),
     ("master_frozen", "all", "'master_frozen' with the freezing 'all'")],
    ids=["unknown", "no freezing", "unknown freezing"],
)  # fmt: skip
def test_groups_that_do_not_exist(name, freezing, given):
    names = ", ".join(sorted({g.name for g in GROUPS.values()}))
    message = (
        f"no trained group {given}; needed one of {names}; those that end in _frozen with a freezing: input or rule."
    )
    with pytest.raises(CaseError, match=f"^{re.escape(message)}$"):
        group(name, freezing)


def test_how_many_numbers_learn(kind, freezing):
    weights = ensemble(kind)
    rows = weights["input"].shape[1]
    everything = sum(w[0].numel() for w in weights.values())
    expected = {"": everything, "input": rows * CHANNELS, "rule": rows}[freezing]
    assert 3 * expected == sum(int(mask.sum()) for mask in learns(weights, freezing).values())


def test_what_was_trained_and_what_was_frozen_make_the_whole(kind, freezing):
    start, after = ensemble(kind), ensemble(kind, first_seed=10)
    mask = learns(start, freezing)
    whole = {k: torch.where(mask[k] > 0, after[k], w) for k, w in start.items()}
    again = put_together(what_it_trained(whole, freezing), start, freezing)
    assert [] == [k for k in whole if not torch.equal(whole[k], again[k])]


def test_what_is_stored_is_what_learns(kind, freezing):
    weights = ensemble(kind)
    expected = sum(int(mask.sum()) for mask in learns(weights, freezing).values())
    assert expected == sum(w.numel() for w in what_it_trained(weights, freezing).values())


def test_putting_together_leaves_the_frozen_weights_alone(kind, freezing):
    start = ensemble(kind)
    copy = {k: v.clone() for k, v in start.items()}
    put_together(what_it_trained(ensemble(kind, first_seed=10), freezing), start, freezing)
    assert [] == [k for k in start if not torch.equal(copy[k], start[k])]


# --- shuffled ---


def mixed(kind, seed=0):
    weights = ensemble(kind)
    return weights, shuffled(weights, kind.recurrent, np.random.default_rng(seed))


def test_shuffling_keeps_the_numbers_of_every_matrix(kind):
    weights, after = mixed(kind)
    changed = [k for k in weights if not torch.equal(*(w[k].flatten(1).sort(1).values for w in (weights, after)))]
    assert [] == changed


def test_shuffling_changes_the_recurrent_weights_and_no_others(kind):
    weights, after = mixed(kind)
    assert set(kind.recurrent) == {k for k in weights if not torch.equal(weights[k], after[k])}


def test_shuffling_orders_every_network_anew():
    kind = KINDS["relu"]
    same = {k: v[:1].repeat(2, *[1] * (v.ndim - 1)) for k, v in ensemble(kind).items()}
    after = shuffled(same, kind.recurrent, np.random.default_rng(0))["recurrent"]
    assert not torch.equal(after[0], after[1])


def test_shuffling_hangs_on_its_generator_alone(kind):
    (_, first), (_, second) = mixed(kind), mixed(kind)
    assert [] == [k for k in first if not torch.equal(first[k], second[k])]
