"""Designs: which pairs are compared, what is independent of what, and what is refused."""

import re
from itertools import combinations

import numpy as np
import pytest

from metricsuite.arrays import Trajectories
from metricsuite.designs import Contrast, Orbit, Sweep
from metricsuite.errors import CaseError


def whole(message):
    return f"^{re.escape(message)}$"


def systems(n, shape=(2, 5, 3), seed=0):
    return list(np.random.default_rng(seed).normal(size=(n, *shape)))


def sweep(n=3, levels=(0, 1, 2), **fields):
    return Sweep("noise", {level: systems(n, seed=k) for k, level in enumerate(levels)}, **{"paired": True, **fields})


def grouped(levels=(0, 1), n=2):
    return Sweep("noise", {level: {"a": systems(n), "b": systems(n)} for level in levels}, paired=True)


# --- Contrast ---


def test_a_contrast_compares_all_pairs():
    design = Contrast({"a": systems(2), "b": systems(3)}, paired=True)
    assert tuple(combinations(range(5), 2)) == design.pairs


def test_a_contrast_labels_systems_by_group():
    assert ("a", "a", "b", "b", "b") == Contrast({"a": systems(2), "b": systems(3)}, paired=True).labels


def test_systems_of_a_contrast_are_independent():
    assert (0, 1, 2, 3) == Contrast({"a": systems(2), "b": systems(2)}, paired=True).blocks


def test_a_contrast_has_no_positions_to_tell_apart():
    assert {0.0} == set(Contrast({"a": systems(2), "b": systems(2)}, paired=True).positions)


def test_systems_keep_the_order_of_their_groups():
    first, second = systems(2, seed=1), systems(2, seed=2)
    design = Contrast({"a": first, "b": second}, paired=True)
    np.testing.assert_array_equal([*first, *second], [s.array for s in design.systems])


def test_trajectories_are_taken_as_they_are():
    given = [Trajectories(x, dt=0.1) for x in systems(4)]
    design = Contrast({"a": given[:2], "b": given[2:]}, paired=True)
    assert given == list(design.systems)


def test_a_design_says_what_it_is():
    assert "Contrast(4 systems, 6 pairs, unpaired)" == repr(Contrast({"a": systems(2), "b": systems(2)}, paired=False))


def test_unpaired_systems_may_differ_in_trials_and_time():
    design = Contrast({"a": systems(2), "b": systems(2, (4, 7, 3))}, paired=False)
    assert [2, 2, 4, 4] == [s.trials for s in design.systems]


def test_paired_systems_may_differ_in_units():
    design = Contrast({"a": systems(2), "b": systems(2, (2, 5, 8))}, paired=True)
    assert [3, 3, 8, 8] == [s.units for s in design.systems]


def test_paired_is_never_guessed():
    with pytest.raises(TypeError, match="paired"):
        Contrast({"a": systems(2), "b": systems(2)})


@pytest.mark.parametrize(
    ("sizes", "shown"), [({"a": 2}, "{'a': 2}"), ({"a": 2, "b": 1}, "{'a': 2, 'b': 1}"), ({}, "{}")]
)
def test_a_contrast_needs_two_groups_of_two(sizes, shown):
    message = f"a Contrast has the groups {shown}; needed at least two, of at least two systems each."
    with pytest.raises(CaseError, match=whole(message)):
        Contrast({name: systems(n) for name, n in sizes.items()}, paired=True)


def test_a_contrast_needs_groups():
    message = "a Contrast has the groups 4; needed at least two, of at least two systems each."
    with pytest.raises(CaseError, match=whole(message)):
        Contrast(systems(4), paired=True)


def test_paired_systems_need_the_same_trials_and_time():
    message = (
        "a paired Contrast has systems of (trials, time) [(2, 5), (2, 6)]; needed one shape, since row i belongs to row i. "
        "Say paired=False, or make the same trials."
    )
    with pytest.raises(CaseError, match=whole(message)):
        Contrast({"a": systems(2), "b": systems(2, (2, 6, 3))}, paired=True)


def test_a_bad_system_is_named_by_its_place_and_label():
    bad = systems(2)
    bad[1] = np.ones((2, 5, 3))
    message = (
        "system 3 (b) of a design: trajectories is constant, shape (2, 5, 3): no unit ever changes, so nothing can be "
        "compared. Check the recording, or the axes (trials, time, units)."
    )
    with pytest.raises(CaseError, match=whole(message)):
        Contrast({"a": systems(2), "b": bad}, paired=True)


# --- Orbit ---


def test_an_orbit_compares_images_and_a_ring_of_originals():
    design = Orbit(systems(3), systems(3, seed=1), paired=True)
    assert ((0, 3), (1, 4), (2, 5), (0, 1), (1, 2), (0, 2)) == design.pairs


def test_a_ring_of_two_originals_is_one_pair():
    assert ((0, 2), (1, 3), (0, 1)) == Orbit(systems(2), systems(2, seed=1), paired=True).pairs


def test_others_are_compared_with_two_originals_each():
    design = Orbit(systems(3), systems(3, seed=1), others=systems(3, seed=2), paired=True)
    assert ((0, 6), (1, 6), (1, 7), (2, 7), (2, 8), (0, 8)) == design.pairs[3:]


def test_an_image_shares_the_block_of_its_original():
    assert (0, 1, 2, 0, 1, 2) == Orbit(systems(3), systems(3, seed=1), paired=True).blocks


def test_an_other_shares_the_block_of_its_seed():
    design = Orbit(systems(3), systems(3, seed=1), others=systems(3, seed=2), paired=True)
    assert (0, 1, 2) == design.blocks[6:]


def test_an_orbit_labels_what_is_what():
    design = Orbit(systems(2), systems(2, seed=1), others=systems(2, seed=2), paired=True)
    assert ("original", "original", "image", "image", "other", "other") == design.labels


def test_an_orbit_needs_two_originals():
    with pytest.raises(CaseError, match=whole("an Orbit has 1 originals; needed at least 2.")):
        Orbit(systems(1), systems(1), paired=True)


def test_an_orbit_needs_an_image_for_each_original():
    with pytest.raises(CaseError, match=whole("an Orbit has 3 originals and 2 images; needed one for each.")):
        Orbit(systems(3), systems(2), paired=True)


def test_an_orbit_needs_an_other_for_each_original():
    with pytest.raises(CaseError, match=whole("an Orbit has 3 originals and 4 others; needed one for each.")):
        Orbit(systems(3), systems(3), others=systems(4), paired=True)


# --- Sweep ---


def test_a_sweep_compares_each_seed_with_its_first_level_and_neighbours_there():
    assert ((0, 3), (0, 6), (1, 4), (1, 7), (2, 5), (2, 8), (0, 1), (1, 2), (0, 2)) == sweep().pairs


def test_a_sweep_against_all_compares_all_levels_of_a_seed():
    pairs = ((0, 2), (0, 4), (2, 4), (1, 3), (1, 5), (3, 5), (0, 1))
    assert pairs == sweep(n=2, against="all").pairs


def test_a_sweep_of_contrasts_compares_within_levels_only():
    pairs = (*combinations(range(4), 2), *combinations(range(4, 8), 2))
    assert pairs == grouped().pairs


def groups_against_others(levels=(0, 1), n=3):
    groups = {level: {"a": systems(n), "b": systems(n, seed=level + 1)} for level in levels}
    return Sweep("checkpoint", groups, against="others", paired=True)


def test_a_sweep_against_others_compares_every_level_with_other_seeds_at_the_first():
    pairs = ((0, 1), (0, 2), (1, 2), (1, 3), (2, 3), (0, 4), (2, 4), (0, 5), (1, 5))
    assert pairs == sweep(levels=(0, 1), against="others").pairs


def test_a_sweep_of_groups_against_others_compares_other_seeds_of_the_two_groups():
    first = ((0, 4), (0, 5), (1, 3), (1, 5), (2, 3), (2, 4))
    assert (*first, *((i + 6, j + 6) for i, j in first)) == groups_against_others().pairs


@pytest.mark.parametrize("design", [sweep(against="others"), groups_against_others()])
def test_nothing_is_compared_with_its_own_seed_against_others(design):
    assert set() == {(i, j) for i, j in design.pairs if design.blocks[i] == design.blocks[j]}


def test_a_seed_is_one_block_in_both_groups_against_others():
    assert (0, 1, 2) * 4 == groups_against_others().blocks


def test_groups_against_others_are_labelled_at_every_level():
    assert (("a",) * 3 + ("b",) * 3) * 2 == groups_against_others().labels


def test_positions_of_groups_against_others_are_levels():
    assert (0.0,) * 4 + (3.0,) * 4 == groups_against_others(levels=(0, 3), n=2).positions


@pytest.mark.parametrize(
    ("sizes", "shown"), [({"a": 2, "b": 3}, "{'a': 2, 'b': 3}"), ({"a": 2, "b": 2, "c": 2}, "{'a': 2, 'b': 2, 'c': 2}")]
)
def test_a_sweep_of_groups_against_others_needs_two_groups_of_one_size(sizes, shown):
    message = f"a Sweep of groups against others has the groups {shown}; needed two groups of one size."
    with pytest.raises(CaseError, match=whole(message)):
        Sweep("k", {k: {g: systems(n) for g, n in sizes.items()} for k in (0, 1)}, against="others", paired=True)


def test_a_seed_is_one_block_at_every_level():
    assert (0, 1, 2) * 3 == sweep().blocks


def test_a_seed_is_one_block_at_every_level_of_contrasts():
    assert (0, 1, 2, 3) * 2 == grouped().blocks


def test_positions_are_levels():
    assert (0.0, 0.0, 0.5, 0.5) == sweep(n=2, levels=(0, 0.5)).positions


def test_a_sweep_of_contrasts_is_labelled_at_every_level():
    assert ("a", "a", "b", "b") * 2 == grouped().labels


@pytest.mark.parametrize(("design", "expected"), [(sweep(), False), (grouped(), True)])
def test_a_sweep_knows_whether_it_is_grouped(design, expected):
    assert expected == design.grouped


@pytest.mark.parametrize("levels", [[], [0], [1, 0], [0, 2, 1]])
def test_levels_must_rise(levels):
    with pytest.raises(CaseError, match=whole(f"a Sweep has the levels {levels}; needed at least two, rising.")):
        Sweep("noise", {level: systems(2) for level in levels}, paired=True)


def test_a_sweep_is_against_the_first_level_or_all_or_others():
    with pytest.raises(CaseError, match=whole("a Sweep is against 'last'; needed 'first', 'all' or 'others'.")):
        sweep(against="last")


def test_a_sweep_has_the_same_number_at_each_level():
    with pytest.raises(
        CaseError, match=whole("a Sweep over noise has systems [3, 2] at levels [0, 1]; needed the same at each.")
    ):
        Sweep("noise", {0: systems(3), 1: systems(2)}, paired=True)


def test_a_sweep_has_the_same_groups_at_each_level():
    message = (
        "a Sweep over noise has systems [{'a': 2, 'b': 2}, {'a': 2, 'c': 2}] at levels [0, 1]; needed the same at each."
    )
    with pytest.raises(CaseError, match=whole(message)):
        Sweep(
            "noise",
            {0: {"a": systems(2), "b": systems(2)}, 1: {"a": systems(2), "c": systems(2)}},
            paired=True,
        )


def test_a_sweep_has_groups_at_every_level_or_at_none():
    message = "a Sweep over noise has systems [{'a': 2, 'b': 2}, 4] at levels [0, 1]; needed the same at each."
    with pytest.raises(CaseError, match=whole(message)):
        Sweep("noise", {0: {"a": systems(2), "b": systems(2)}, 1: systems(4)}, paired=True)


def test_each_level_of_a_sweep_of_contrasts_needs_two_groups_of_two():
    message = "level 0 of a Sweep has the groups {'a': 2, 'b': 1}; needed at least two, of at least two systems each."
    with pytest.raises(CaseError, match=whole(message)):
        Sweep("noise", {0: {"a": systems(2), "b": systems(1)}, 1: {}}, paired=True)
