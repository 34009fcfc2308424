"""Every criterion on distances written by hand: what must pass, what must fail, what nobody can tell yet."""

import re
from itertools import combinations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from scipy.stats import spearmanr

from metricsuite import criteria
from metricsuite.criteria import (
    arrives,
    flat,
    follows,
    identical,
    invariant,
    obeys,
    repeats,
    rises,
    sensitive,
    separates,
    survives,
    symmetric,
    triangular,
    vanishes,
    varies,
)
from metricsuite.designs import Contrast, Orbit, Sweep
from metricsuite.distances import Distances, pairwise
from metricsuite.errors import CaseError

N = 16  # systems a class, or seeds


def whole(message):
    return f"^{re.escape(message)}$"


def classes(*sizes):
    return [name for name, size in zip("abcdefgh", sizes, strict=False) for _ in range(size)]


def two_valued(within, between, *sizes):
    """One distance within classes, another between them."""
    labels = np.array(classes(*sizes))
    matrix = np.where(labels[:, None] == labels, float(within), float(between))
    np.fill_diagonal(matrix, 0)
    return matrix


def latent(shift, n=N, seed=0):
    """Euclidean distances of two Gaussian classes."""
    where = np.random.default_rng(seed).normal(size=(2 * n, 5))
    where[n:, 0] += shift
    return cdist(where, where)


def contrast(matrix, *sizes):
    return Distances.by_hand(matrix, classes(*sizes))


def symmetrical(entries, size):
    matrix = np.full((size, size), np.nan)
    for (i, j), d in entries.items():
        matrix[i, j] = matrix[j, i] = d
    return matrix


def orbit(images, others, **fields):
    """Distances to images, one a seed, and between neighbours on a ring of originals."""
    n = len(images)
    ring = [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]
    entries = {(i, n + i): d for i, d in enumerate(images)} | dict(zip(ring, np.broadcast_to(others, n), strict=True))
    where = {"pairs": tuple(entries), "blocks": (*range(n),) * 2}
    return Distances.by_hand(symmetrical(entries, 2 * n), ["original"] * n + ["image"] * n, **where, **fields)


def sweep(along, neighbours=1.0, levels=None):
    """Distances to the first level, one row a seed, and between neighbours on a ring at that level."""
    along = np.asarray(along, float)
    n, later = along.shape
    levels = range(later + 1) if levels is None else levels
    ring = [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]
    entries = {(i, (k + 1) * n + i): along[i, k] for i in range(n) for k in range(later)}
    entries |= dict(zip(ring, np.broadcast_to(neighbours, n), strict=True))
    where = {"pairs": tuple(entries), "blocks": (*range(n),) * (later + 1)}
    positions = tuple(float(level) for level in levels for _ in range(n))
    return Distances.by_hand(symmetrical(entries, n * (later + 1)), [""] * len(positions), positions=positions, **where)


def others(*levels):
    """A sweep against others: for each level the distances (seeds, seeds) to the first level's systems of other seeds."""
    n = len(levels[0])
    entries = {(i, j): levels[0][i][j] for i, j in combinations(range(n), 2)}
    entries |= {
        (j, k * n + i): levels[k][i][j] for k in range(1, len(levels)) for i in range(n) for j in range(n) if i != j
    }
    positions = tuple(float(k) for k in range(len(levels)) for _ in range(n))
    where = {"pairs": tuple(entries), "blocks": (*range(n),) * len(levels), "positions": positions}
    return Distances.by_hand(symmetrical(entries, n * len(levels)), [""] * len(positions), **where)


def others_in_groups(*levels):
    """The same of two groups: the distances from the first group's systems to the second's of other seeds, level by level."""
    n = len(levels[0])
    apart = [(i, j) for i in range(n) for j in range(n) if i != j]
    entries = {(2 * n * k + i, 2 * n * k + n + j): level[i][j] for k, level in enumerate(levels) for i, j in apart}
    positions = tuple(float(k) for k in range(len(levels)) for _ in range(2 * n))
    where = {"pairs": tuple(entries), "blocks": (*range(n),) * 2 * len(levels), "positions": positions}
    return Distances.by_hand(symmetrical(entries, 2 * n * len(levels)), classes(n, n) * len(levels), **where)


def everywhere(*distances, n=N):
    """One distance at each level, of every seed to every other."""
    return [np.full((n, n), float(d)) for d in distances]


def sweep_of_contrasts(matrices, n=N):
    """A contrast at every level."""
    size, levels = 2 * n, list(matrices)
    matrix = np.full((size * len(levels),) * 2, np.nan)
    for k, level in enumerate(levels):
        matrix[k * size : (k + 1) * size, k * size : (k + 1) * size] = matrices[level]
    pairs = tuple((k * size + i, k * size + j) for k in range(len(levels)) for i, j in combinations(range(size), 2))
    positions = tuple(float(level) for level in levels for _ in range(size))
    blocks = (*range(size),) * len(levels)
    return Distances.by_hand(matrix, classes(n, n) * len(levels), pairs=pairs, blocks=blocks, positions=positions)


def slow_auc(matrix, labels):
    """P(between > within) + P(between = within) / 2, one pair of pairs at a time; equal indices make no pair."""
    return slow_auc_of(range(len(labels)), matrix, labels)


def slow_auc_of(systems, matrix, labels):
    pairs = [(i, j) for i, j in combinations(systems, 2) if i != j]
    between = [matrix[i, j] for i, j in pairs if labels[i] != labels[j]]
    within = [matrix[i, j] for i, j in pairs if labels[i] == labels[j]]
    wins = sum((b > w) + (b == w) / 2 for b in between for w in within)
    return wins / (len(between) * len(within))


def integer_distances(size, seed, high=4):
    """Distances with many ties."""
    half = np.triu(np.random.default_rng(seed).integers(1, high, size=(size, size)), 1)
    return (half + half.T).astype(float)


def measured(rows):
    """What `follows` takes: for each level from 1 on, one number a seed."""
    return {k: list(column) for k, column in enumerate(np.transpose(rows), start=1)}


def mean_distance(x, y):
    """A trivial metric: how far the grand means lie apart."""
    return float(abs(np.mean(x) - np.mean(y)))


def system(level, seed=0):
    return level + 0.01 * np.random.default_rng(seed).normal(size=(2, 5, 3))


# --- separates ---


def test_separates_says_yes_where_every_distance_between_is_larger():
    assert "yes" == separates(contrast(two_valued(1, 2, N, N), N, N)).answer


def test_separates_has_auc_1_and_no_spread_where_every_distance_between_is_larger():
    found = separates(contrast(two_valued(1, 2, N, N), N, N))
    assert (1.0, 1.0, 1.0, 0.3) == (found.statistic, found.low, found.high, pytest.approx(found.margin))


def test_separates_says_no_where_distances_between_are_smaller():
    assert "no" == separates(contrast(two_valued(2, 1, N, N), N, N)).answer


def test_separates_says_no_to_unrelated_labels():
    assert "no" == separates(contrast(latent(0), N, N)).answer


def test_separates_says_unclear_near_the_threshold():
    assert "unclear" == separates(contrast(latent(2.4), N, N)).answer


def test_separates_tells_what_would_decide_a_borderline_contrast():
    found = separates(contrast(latent(3.0, seed=3), N, N))
    assert ("unclear", True) == (found.answer, found.blocks < found.enough <= 100 * found.blocks)


def test_separates_needs_nothing_more_where_it_is_decided():
    assert separates(contrast(two_valued(1, 2, N, N), N, N)).enough is None


def test_equal_distances_are_chance():
    assert 0.5 == separates(contrast(two_valued(1, 1, N, N), N, N)).statistic


def test_equal_distances_leave_no_doubt_as_copies_make_no_pair_with_themselves():
    """A resampled system at distance 0 from its own copy would lift the bounds above one half."""
    found = separates(contrast(two_valued(1, 1, N, N), N, N))
    assert (0.5, 0.5) == (found.low, found.high)


def test_equal_distances_have_p_1():
    assert 1.0 == separates(contrast(two_valued(1, 1, N, N), N, N)).details["p"]


def test_distances_of_a_system_to_itself_are_never_read():
    poisoned = latent(2.4)
    np.fill_diagonal(poisoned, 1e6)
    assert separates(contrast(latent(2.4), N, N)) == separates(contrast(poisoned, N, N))


def test_separates_is_unclear_where_too_few_relabellings_exist():
    """2 + 8 systems have 45 splits: a perfect AUC has p = .02, which is no evidence at .01."""
    found = separates(contrast(two_valued(1, 2, 2, 8), 2, 8))
    assert ("unclear", 1.0, True) == (found.answer, found.low, 0.01 < found.details["p"] < 0.04)


def test_p_of_a_perfect_contrast_is_the_share_of_relabellings_that_are_as_good():
    """5 + 5 systems have 252 splits, 2 of which are the true one."""
    found = separates(contrast(two_valued(1, 2, 5, 5), 5, 5))
    assert pytest.approx(2 / 252, abs=0.006) == found.details["p"]


@pytest.mark.parametrize("sizes", [(5, 5), (4, 9), (4, 5, 6)])
def test_auc_is_that_of_a_double_loop_with_ties(sizes):
    matrix = integer_distances(sum(sizes), seed=sum(sizes))
    expected = slow_auc(matrix, classes(*sizes))
    assert pytest.approx(expected, abs=1e-12) == separates(contrast(matrix, *sizes)).statistic


@pytest.mark.parametrize("seed", range(5))
def test_resampled_auc_is_that_of_a_loop_over_the_resampled_systems(seed):
    """Weights are products of how often each system was drawn; ties count half; a copy makes no pair with its original."""
    labels = classes(6, 6)
    matrix = integer_distances(12, seed)
    rng = np.random.default_rng(seed)
    drawn = [*rng.integers(6, size=6), *(6 + rng.integers(6, size=6))]
    counts = np.bincount(drawn, minlength=12).astype(np.float32)
    i, j = np.triu_indices(12, 1)
    order = np.argsort(matrix[i, j], kind="stable")
    i, j = i[order], j[order]
    d = matrix[i, j]
    between = np.array([labels[a] != labels[b] for a, b in zip(i, j, strict=True)])
    weight = counts[i] * counts[j]
    ties = np.searchsorted(d, d, side="left"), np.searchsorted(d, d, side="right")
    actual = criteria.resampling.auc((weight * between)[None], (weight * ~between)[None], *ties)[0]
    assert pytest.approx(slow_auc_of(drawn, matrix, labels), abs=1e-6) == actual


def test_bounds_are_quantiles_of_a_loop_over_resampled_systems():
    """The same interval by brute force with other random numbers: equal up to bootstrap noise."""
    matrix, labels = latent(2.4, n=6, seed=1), classes(6, 6)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(600):
        systems = [*rng.integers(6, size=6), *(6 + rng.integers(6, size=6))]
        i, j = np.array([(a, b) for a, b in combinations(systems, 2) if a != b]).T
        apart = np.array(labels)[i] != np.array(labels)[j]
        between, within = matrix[i, j][apart], matrix[i, j][~apart]
        draws.append((between[:, None] > within).mean() + (between[:, None] == within).mean() / 2)
    found = separates(contrast(matrix, 6, 6))
    assert pytest.approx(np.quantile(draws, [0.01, 0.99]), abs=0.05) == [found.low, found.high]


def test_separates_gives_one_matrix_one_decision():
    first = separates(contrast(latent(2.4), N, N))
    criteria.resampling.cached_auc.cache_clear()
    assert first == separates(contrast(latent(2.4), N, N))


def test_separates_leaves_the_global_random_state_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    separates(contrast(latent(1.234), N, N))
    assert before.tolist() == np.random.get_state()[1].tolist()  # noqa: NPY002


def test_only_the_order_of_distances_counts():
    found, squared = (separates(contrast(latent(2.4) ** power, N, N)) for power in (1, 2))
    for decision in (found, squared):
        del decision.details["medians"]  # which are shown, and decide nothing
    assert found == squared


@pytest.mark.parametrize("shift", [0, 2.4, 6])
def test_names_of_classes_do_not_matter(shift):
    found, renamed = (
        separates(Distances.by_hand(latent(shift), labels)) for labels in (classes(N, N), ["z"] * N + ["a"] * N)
    )
    expected = (found.answer, found.statistic, pytest.approx([found.low, found.high], abs=0.04))
    assert expected == (renamed.answer, renamed.statistic, [renamed.low, renamed.high])


@pytest.mark.parametrize("shift", [0, 2.4, 6])
def test_order_of_systems_does_not_matter(shift):
    order = np.random.default_rng(5).permutation(2 * N)
    found = separates(contrast(latent(shift), N, N))
    moved = separates(Distances.by_hand(latent(shift)[np.ix_(order, order)], np.array(classes(N, N))[order].tolist()))
    expected = (found.answer, pytest.approx([found.statistic, found.low, found.high], abs=0.04))
    assert expected == (moved.answer, [moved.statistic, moved.low, moved.high])


def test_separates_shows_what_each_control_can_do():
    """Classes that differ in size alone: the norm tells them apart, the participation ratio does not."""
    rng = np.random.default_rng(0)
    small, large = ([s * rng.normal(size=(4, 20, 3)) for _ in range(8)] for s in (1, 5))
    design = Contrast({"small": small, "large": large}, paired=False)
    found = separates(pairwise(mean_distance, design)).details["controls"]
    assert (1.0, True) == (found["norm"]["statistic"], found["participation ratio"]["low"] < 0.7)


@pytest.mark.parametrize("threshold", [0.4, 1.0])
def test_separates_needs_a_threshold_between_chance_and_certainty(threshold):
    message = f"separates(auc_above={threshold}); needed a number from .5 to 1."
    with pytest.raises(CaseError, match=whole(message)):
        separates(contrast(latent(0), N, N), auc_above=threshold)


def test_separates_needs_two_classes():
    with pytest.raises(
        CaseError, match=whole("separates: classes {'a': 4}; needed at least two classes of at least two systems.")
    ):
        separates(contrast(two_valued(1, 1, 4), 4))


def test_separates_needs_two_systems_a_class():
    message = "separates: classes {'a': 4, 'b': 1}; needed at least two classes of at least two systems."
    with pytest.raises(CaseError, match=whole(message)):
        separates(contrast(two_valued(1, 1, 4, 1), 4, 1))


# --- invariant, sensitive ---


def test_invariant_says_yes_where_images_stay_near():
    assert "yes" == invariant(orbit([0.1] * N, 1)).answer


def test_invariant_says_no_where_images_go_far():
    assert "no" == invariant(orbit([0.4] * N, 1)).answer


def test_invariant_says_unclear_around_the_threshold():
    assert "unclear" == invariant(orbit(np.linspace(0.1, 0.45, N), 1)).answer


def test_ratio_is_relative_to_the_median_distance_between_systems():
    assert 0.125 == invariant(orbit([0.5] * 5, [4, 4, 4, 1, 90])).statistic


def test_margin_of_invariant_is_what_the_upper_bound_leaves():
    assert pytest.approx(0.15) == invariant(orbit([0.1] * N, 1)).margin


def test_one_image_far_away_does_not_move_the_median():
    assert "yes" == invariant(orbit([0.1] * (N - 1) + [5], 1)).answer


def test_one_image_far_away_ends_an_exact_invariance():
    assert "no" == invariant(orbit([0.0] * (N - 1) + [1e-3], 1), exactly=True).answer


def test_exact_invariance_allows_rounding():
    assert "yes" == invariant(orbit([1e-7] * N, 1), exactly=True).answer


def test_exact_invariance_allows_the_tolerance_of_the_spec():
    assert "yes" == invariant(orbit([1e-3] * N, 1, tolerance=1e-2), exactly=True).answer


def test_exact_invariance_reads_the_largest_ratio():
    assert 0.5 == invariant(orbit([0.0, 1.0, 0.0], 2), exactly=True).statistic


@pytest.mark.parametrize("exactly", [False, True])
def test_invariant_says_no_to_a_metric_that_is_always_zero(exactly):
    found = invariant(orbit([0.0] * N, 0), exactly=exactly)
    assert ("no", "unrelated systems are at distance 0, so there is nothing to measure an image against") == (
        found.answer,
        found.reason,
    )


def test_invariant_resamples_contrasts_together_with_their_seeds():
    """Images in proportion to the contrast of their own seed: the ratio of each draw is the same."""
    steps = np.linspace(1, 3, N)
    found = invariant(orbit(0.1 * steps, steps))
    assert pytest.approx([0.1, 0.1]) == [found.low, found.high]


def test_sensitive_says_yes_where_images_move():
    assert "yes" == sensitive(orbit([0.3] * N, 1)).answer


def test_sensitive_says_no_where_images_stay():
    assert "no" == sensitive(orbit([0.05] * N, 1)).answer


def test_sensitive_says_unclear_around_the_threshold():
    assert "unclear" == sensitive(orbit(np.linspace(0.02, 0.21, N), 1)).answer


def test_sensitive_says_no_to_a_metric_that_is_always_zero():
    assert "no" == sensitive(orbit([0.0] * N, 0)).answer


def test_margin_of_sensitive_is_what_the_lower_bound_exceeds():
    assert pytest.approx(0.2) == sensitive(orbit([0.3] * N, 1)).margin


def test_between_rounding_and_a_tenth_a_metric_is_neither_invariant_nor_sensitive():
    moved = orbit([0.05] * N, 1)
    assert ("no", "no") == (invariant(moved, exactly=True).answer, sensitive(moved).answer)


def test_images_of_other_seeds_are_not_read():
    whole_orbit = orbit([0.1] * 3, 1)
    matrix = np.nan_to_num(whole_orbit.matrix, nan=5.0)
    pairs = (*whole_orbit.pairs, (0, 4), (0, 5), (1, 5))
    found = invariant(
        Distances.by_hand(matrix, whole_orbit.labels, pairs=pairs, blocks=whole_orbit.blocks), exactly=True
    )
    assert 0.1 == found.statistic


@pytest.mark.parametrize("criterion", [invariant, sensitive])
def test_order_of_seeds_does_not_matter_to_an_orbit(criterion):
    images, others = np.linspace(0.02, 0.45, N), np.linspace(0.5, 1.5, N)
    order = np.random.default_rng(2).permutation(N)
    found, moved = criterion(orbit(images, others)), criterion(orbit(images[order], others[order]))
    expected = (found.answer, found.statistic, pytest.approx([found.low, found.high], abs=0.05))
    assert expected == (moved.answer, moved.statistic, [moved.low, moved.high])


@pytest.mark.parametrize("criterion", [invariant, sensitive])
def test_orbits_give_one_matrix_one_decision(criterion):
    images = np.linspace(0.02, 0.45, N)
    assert criterion(orbit(images, 1)) == criterion(orbit(images, 1))


def test_invariant_reads_an_orbit_made_by_pairwise():
    """Images shifted by .2, others by 1 and -1 (a ring of two levels): a ratio of .2."""
    originals = [system(k % 2, seed=k) for k in range(6)]
    design = Orbit(originals, [x + 0.2 for x in originals], paired=True)
    assert pytest.approx(0.2, abs=0.01) == invariant(pairwise(mean_distance, design)).statistic


def test_others_are_what_images_are_judged_against():
    originals = [system(0, seed=k) for k in range(6)]
    design = Orbit(originals, [x + 0.2 for x in originals], others=[x + 4 for x in originals], paired=True)
    assert pytest.approx(0.05, abs=0.01) == invariant(pairwise(mean_distance, design)).statistic


@pytest.mark.parametrize("criterion", [invariant, sensitive, identical])
def test_orbit_criteria_need_images(criterion):
    message = (
        f"{criterion.__name__}: the labels ['a', 'b']; needed originals, their images and something to compare with, "
        "as in an Orbit."
    )
    with pytest.raises(CaseError, match=whole(message)):
        criterion(contrast(latent(0, n=2), 2, 2))


# --- enough ---


@pytest.mark.parametrize("high", [0.4, 0.44, 0.5])
def test_enough_is_where_the_interval_would_just_clear_the_threshold(high):
    """Intervals shrink with the root of the number of seeds; a tenth is added to be sure."""
    found = invariant(orbit(np.linspace(0.15, high, N), 1))
    gap = abs(found.statistic - found.threshold)
    width = found.statistic - found.low if found.statistic > found.threshold else found.high - found.statistic
    clears = [1.1 * width * np.sqrt(N / seeds) <= gap for seeds in (found.enough - 1, found.enough)]
    assert [False, True] == clears


def test_no_number_is_enough_for_a_statistic_at_its_threshold():
    found = invariant(orbit([0.0, 0.5] * (N // 2), 1))
    assert (0.25, "unclear", None) == (found.statistic, found.answer, found.enough)


def test_what_would_take_a_hundred_times_as_many_seeds_is_not_worth_saying():
    found = invariant(orbit(np.linspace(0.1, 0.402, N), 1))
    assert ("unclear", 0.251, None) == (found.answer, pytest.approx(found.statistic), found.enough)


def test_margins_are_measured_from_bounds_and_not_from_the_statistic():
    found = rises(sweep([RISING] * 13 + [FALLING] * 3))
    assert found.low - 0.5 == found.margin


def test_blocks_are_seeds_and_not_pairs():
    assert N == invariant(orbit([0.1] * N, 1)).blocks


# --- rises, flat ---

RISING, FALLING = [1.0, 2, 3, 4], [4.0, 3, 2, 1]


def test_rises_says_yes_to_distances_that_grow():
    assert "yes" == rises(sweep([RISING] * N)).answer


def test_rises_says_no_to_distances_that_shrink():
    assert "no" == rises(sweep([FALLING] * N)).answer


def test_rises_says_unclear_where_seeds_disagree():
    assert "unclear" == rises(sweep([RISING] * 13 + [FALLING] * 3)).answer


def test_rises_tells_how_many_seeds_would_decide():
    found = rises(sweep([RISING] * 13 + [FALLING] * 3))
    assert N < found.enough <= 100 * N


def test_rises_says_no_to_equal_distances():
    found = rises(sweep([[1.0] * 4] * N))
    assert ("no", 0.0) == (found.answer, found.statistic)


def test_margin_of_rises_is_what_the_lower_bound_exceeds():
    assert 0.5 == rises(sweep([RISING] * N)).margin


def test_rises_is_the_mean_spearman_with_ties():
    along = np.random.default_rng(0).integers(0, 4, size=(N, 6)).astype(float)
    expected = np.mean([spearmanr(np.arange(6), row).statistic for row in along])
    assert pytest.approx(expected, abs=1e-12) == rises(sweep(along)).statistic


def test_rises_reads_the_order_of_levels_and_not_their_size():
    along = np.random.default_rng(0).normal(size=(N, 4)) + 10
    assert rises(sweep(along)).statistic == rises(sweep(along, levels=[0, 0.1, 1, 10, 1000])).statistic


def test_rises_reads_a_sweep_made_by_pairwise():
    levels = {level: [system(level, seed) for seed in range(5)] for level in (0, 1, 2, 3)}
    assert 1.0 == rises(pairwise(mean_distance, Sweep("level", levels, paired=True))).statistic


def test_rises_shows_the_median_distance_at_each_level():
    found = rises(sweep([RISING] * N)).details
    assert ([0.0, 1.0, 2.0, 3.0, 4.0], RISING) == (found["levels"], found["medians"])


def test_rises_needs_two_distances_to_rank():
    with pytest.raises(
        CaseError,
        match=whole(
            "rises: a Sweep of 2 levels and 16 seeds; needed at least 3 levels, to have two distances to rank, and 2 seeds."
        ),
    ):
        rises(sweep([[1.0]] * N))


def test_flat_says_yes_to_distances_that_stay_small():
    assert "yes" == flat(sweep([[0.1, 0.1, 0.1]] * N)).answer


def test_flat_says_no_to_distances_that_grow():
    assert "no" == flat(sweep([[0.1, 0.3, 0.5]] * N)).answer


def test_flat_says_unclear_around_the_threshold():
    assert "unclear" == flat(sweep(np.linspace(0.1, 0.45, N)[:, None])).answer


def test_flat_reads_the_worst_level():
    assert 0.2 == flat(sweep([[0.1, 0.2, 0.05]] * N)).statistic


def test_flat_is_relative_to_the_distance_between_neighbours():
    assert pytest.approx(0.05) == flat(sweep([[0.1, 0.2]] * N, neighbours=4)).statistic


def test_flat_says_no_to_a_metric_that_is_always_zero():
    assert "no" == flat(sweep([[0.0, 0.0]] * N, neighbours=0)).answer


@pytest.mark.parametrize("criterion", [rises, flat])
def test_order_of_seeds_does_not_matter_to_a_sweep(criterion):
    along = np.abs(np.random.default_rng(0).normal(size=(N, 4)) + np.arange(4))
    order = np.random.default_rng(2).permutation(N)
    found, moved = criterion(sweep(along)), criterion(sweep(along[order]))
    expected = (found.answer, pytest.approx([found.statistic, found.low, found.high], abs=0.15))
    assert expected == (moved.answer, [moved.statistic, moved.low, moved.high])


@pytest.mark.parametrize("criterion", [rises, flat])
def test_sweeps_give_one_matrix_one_decision(criterion):
    along = np.random.default_rng(0).random((N, 4))
    assert criterion(sweep(along)) == criterion(sweep(along))


@pytest.mark.parametrize("criterion", [rises, flat])
def test_a_sweep_of_systems_has_no_groups(criterion):
    message = (
        f"{criterion.__name__}: levels [0.0, 1.0], labels ['a', 'b']; needed a Sweep without groups, along each seed."
    )
    with pytest.raises(CaseError, match=whole(message)):
        criterion(sweep_of_contrasts({0: latent(0, n=2), 1: latent(0, n=2)}, n=2))


# --- vanishes ---


def test_vanishes_says_yes_to_distances_in_proportion():
    assert "yes" == vanishes(sweep([[1.0, 2.0, 4.0, 6.0, 8.0]] * N)).answer


def test_vanishes_says_no_to_distances_that_do_not_care_how_far():
    assert "no" == vanishes(sweep([[1.0] * 8] * N)).answer


def test_vanishes_says_unclear_where_seeds_disagree():
    assert "unclear" == vanishes(sweep([[0.1, 1, 1, 1, 1, 1]] * 9 + [[0.9, 1, 1, 1, 1, 1]] * 7)).answer


def test_vanishes_says_no_where_nothing_moves():
    assert "no" == vanishes(sweep([[0.0] * 8] * N)).answer


def test_margin_of_vanishes_is_what_the_upper_bound_leaves():
    assert pytest.approx(0.125) == vanishes(sweep([[1.0, 2.0, 4.0, 6.0, 8.0]] * N)).margin


def test_vanishes_does_not_depend_on_the_scale_of_a_metric():
    along = np.random.default_rng(0).uniform(1, 2, (N, 5))
    assert pytest.approx(vanishes(sweep(along)).statistic) == vanishes(sweep(1e6 * along)).statistic


def test_vanishes_needs_a_level_near_the_first():
    message = (
        "vanishes(below=0.25): a Sweep over [0.0, 1.0, 2.0]; needed at least 3 levels, the second of them nearer to the first than "
        "0.25 of the way to the last."
    )
    with pytest.raises(CaseError, match=whole(message)):
        vanishes(sweep([[1.0, 2.0]] * N))


# --- follows ---

LOST = [0.0, 0.1, 0.4, 0.5]


def test_follows_says_yes_to_distances_in_the_order_of_what_was_measured():
    assert "yes" == follows(sweep([RISING] * N), measured([LOST] * N)).answer


def test_follows_says_no_to_distances_in_the_opposite_order():
    assert "no" == follows(sweep([FALLING] * N), measured([LOST] * N)).answer


def test_follows_says_no_to_equal_distances():
    found = follows(sweep([[1.0] * 4] * N), measured([LOST] * N))
    assert ("no", 0.0) == (found.answer, found.statistic)


def test_follows_says_unclear_where_seeds_disagree():
    assert "unclear" == follows(sweep([RISING] * 13 + [FALLING] * 3), measured([LOST] * N)).answer


def test_follows_reads_each_seed_beside_its_own_values():
    """Seeds that lost in another order, and whose distances went with it: no common order is needed."""
    along = np.array([RISING] * 8 + [FALLING] * 8)
    assert 1.0 == pytest.approx(follows(sweep(along), measured(along / 10)).statistic)


def test_values_of_other_seeds_are_no_substitute():
    along = np.array([RISING] * 8 + [FALLING] * 8)
    assert -1.0 == pytest.approx(follows(sweep(along), measured(along[::-1])).statistic)


def test_follows_is_the_mean_spearman_with_ties_on_both_sides():
    rng = np.random.default_rng(0)
    along, values = rng.integers(0, 4, size=(2, N, 6)).astype(float)
    expected = np.mean([spearmanr(a, b).statistic for a, b in zip(along, values, strict=True)])
    assert pytest.approx(expected, abs=1e-12) == follows(sweep(along), measured(values)).statistic


def test_a_seed_without_anything_to_follow_counts_nothing():
    values = [[0.5] * 4] * (N // 2) + [LOST] * (N // 2)
    assert pytest.approx(0.5) == follows(sweep([RISING] * N), measured(values)).statistic


def test_follows_reads_the_order_of_values_and_not_their_size():
    rng = np.random.default_rng(0)
    along, values = rng.random((2, N, 6))
    expected = follows(sweep(along), measured(values))
    assert expected.statistic == follows(sweep(along**3), measured(np.exp(9 * values))).statistic


def test_margin_of_follows_is_what_the_lower_bound_exceeds():
    found = follows(sweep([RISING] * 14 + [FALLING] * 2), measured([LOST] * N))
    assert found.low - 0.5 == found.margin


def test_follows_shows_distances_beside_what_was_measured():
    found = follows(sweep([RISING] * N), measured([LOST] * N))
    expected = {"levels": [1.0, 2.0, 3.0, 4.0], "medians": RISING, "values": LOST}
    assert expected == found.details


def test_follows_says_what_it_found():
    reason = "Spearman 1.00 [1.00, 1.00] between distance and what was measured; needed above 0.5; medians 1 at 0, 2 at 0.1, 3 at 0.4, 4 at 0.5"
    assert reason == follows(sweep([RISING] * N), measured([LOST] * N)).reason


@pytest.mark.parametrize("design", [others, others_in_groups])
def test_follows_reads_every_level_of_a_sweep_against_others(design):
    """Three levels, three distances; a sweep against the first would have two."""
    values = {k: [v] * N for k, v in enumerate([0.4, 0.0, 0.2])}
    assert 1.0 == follows(design(*everywhere(3, 1, 2)), values).statistic


@pytest.mark.parametrize("design", [others, others_in_groups])
def test_follows_reads_mean_distances_to_others(design):
    """Few of the others may lie anywhere: it is the mean that is ranked."""
    levels = [np.full((4, 4), d) for d in (3.0, 1.0, 2.0)]
    for level in levels:
        level[:] += [[0, 30, 0, 0], [30, 0, 0, 0], [0, 0, 0, 30], [0, 0, 30, 0]]
    values = {k: [v] * 4 for k, v in enumerate([0.4, 0.0, 0.2])}
    assert pytest.approx([13, 11, 12]) == follows(design(*levels), values).details["medians"]


@pytest.mark.parametrize("design", [others, others_in_groups])
def test_others_need_a_value_at_the_first_level_too(design):
    message = (
        "follows: 16 seeds, and values by level {0.0: 0, 1.0: 16, 2.0: 16}; needed at least two levels and two seeds, and one value for "
        "each seed at each level."
    )
    with pytest.raises(CaseError, match=whole(message)):
        follows(design(*everywhere(3, 1, 2)), measured([[0.1, 0.2]] * N))


def test_follows_reads_a_sweep_of_groups_against_others_made_by_pairwise():
    levels = {k: {"a": [system(k, s) for s in range(4)], "b": [system(0, s + 9) for s in range(4)]} for k in (0, 1, 2)}
    values = {k: [float(k)] * 4 for k in levels}
    distances = pairwise(mean_distance, Sweep("level", levels, against="others", paired=True))
    assert 1.0 == follows(distances, values).statistic


def test_follows_reads_a_sweep_against_others_made_by_pairwise():
    levels = {k: [system(k, s + 9 * k) for s in range(4)] for k in (0, 1, 2)}
    values = {k: [float(k)] * 4 for k in levels}
    distances = pairwise(mean_distance, Sweep("level", levels, against="others", paired=True))
    assert 1.0 == follows(distances, values).statistic


def test_follows_needs_a_value_for_each_seed():
    values = measured([LOST] * N) | {2: [0.1] * (N - 1)}
    message = (
        "follows: 16 seeds, and values by level {1.0: 16, 2.0: 15, 3.0: 16, 4.0: 16}; needed at least two levels and two seeds, and one "
        "value for each seed at each level."
    )
    with pytest.raises(CaseError, match=whole(message)):
        follows(sweep([RISING] * N), values)


def test_follows_needs_two_distances_a_seed():
    message = (
        "follows: 16 seeds, and values by level {1.0: 16}; needed at least two levels and two seeds, and one value for each seed at "
        "each level."
    )
    with pytest.raises(CaseError, match=whole(message)):
        follows(sweep([[1.0]] * N), measured([[0.1]] * N))


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_follows_needs_finite_values(broken):
    message = "follows: values that are not finite; needed a number for each system."
    with pytest.raises(CaseError, match=whole(message)):
        follows(sweep([RISING] * N), measured([[0.0, 0.1, 0.4, broken]] * N))


def test_bounds_of_follows_are_wider_on_the_side_where_the_tail_is():
    """Most seeds at 1 and a few far below: what might have been drawn instead lies below more than above."""
    found = follows(sweep([RISING] * 13 + [FALLING] * 3), measured([LOST] * N))
    plain = criteria.resampling.mean_bounds(np.array([1.0] * 13 + [-1.0] * 3))
    assert (True, True) == (found.low < plain[1], found.statistic - found.low > 1.5 * (found.high - found.statistic))


@pytest.mark.parametrize("n", [2, 3, 4, 16])
def test_skewed_bounds_are_those_of_the_plain_mean_where_all_values_agree(n):
    assert (0.5, 0.5, 0.5) == criteria.resampling.skewed_mean_bounds(np.full(n, 0.5))


@pytest.mark.parametrize("n", [2, 3, 4, 16])
def test_skewed_bounds_hold_the_mean_however_few_the_values(n):
    values = np.array([-1.0] + [1.0] * (n - 1))
    mean, low, high = criteria.resampling.skewed_mean_bounds(values)
    assert (values.mean(), True) == (mean, low <= mean <= high)


def test_skewed_bounds_of_symmetric_values_are_nearly_plain_ones():
    values = np.concatenate([np.linspace(-1, -0.1, 8), np.linspace(0.1, 1, 8)])
    plain, skewed = criteria.resampling.mean_bounds(values), criteria.resampling.skewed_mean_bounds(values)
    assert pytest.approx(plain, abs=0.04) == skewed


# --- arrives ---


def spread_out(shifts, n=N, seed=0):
    """Points in 5 dimensions, the later levels shifted along the first."""
    where = np.random.default_rng(seed).normal(size=(3, n, 5))
    where[1:, :, 0] += np.array(shifts)[:, None]
    return [cdist(level, where[0]) for level in where]


def test_arrives_says_yes_where_the_second_level_lies_at_the_floor():
    assert "yes" == arrives(others(*everywhere(1, 1, 3))).answer


def test_arrives_says_yes_where_the_second_level_lies_nearer_than_the_floor():
    assert "yes" == arrives(others(*everywhere(1, 0.5, 3))).answer


def test_arrives_says_no_where_the_second_level_lies_with_the_last():
    assert "no" == arrives(others(*everywhere(1, 3, 3))).answer


def test_arrives_says_unclear_around_the_threshold():
    assert "unclear" == arrives(others(*spread_out([4.5, 12]))).answer


def test_arrives_is_a_part_of_the_way_from_the_floor():
    assert pytest.approx(0.2) == arrives(others(*everywhere(1, 1.4, 3))).statistic


def test_margin_of_arrives_is_what_the_upper_bound_leaves():
    assert pytest.approx(0.05) == arrives(others(*everywhere(1, 1.4, 3))).margin


def test_arrives_reads_means_of_all_seeds():
    """One seed whose way back is long does not speak alone, as it would in a mean of ratios."""
    near, there, far = everywhere(1, 1, 3)
    there[-1], far[-1] = 1.4, 1.4
    assert pytest.approx(0.4 / 30.4) == arrives(others(near, there, far)).statistic


def test_arrives_says_no_to_equal_distances():
    found = arrives(others(*everywhere(1, 1, 1)))
    assert ("no", 10.0) == (found.answer, found.statistic)


def test_arrives_says_no_to_a_metric_that_is_always_zero():
    assert "no" == arrives(others(*everywhere(0, 0, 0))).answer


def test_arrives_says_no_where_the_last_level_lies_nearer_than_the_floor():
    """Turned round, all is as it should be: a second level far below the floor has not arrived where there is no way to go."""
    assert "no" == arrives(others(*everywhere(3, 1, 2))).answer


def test_arrives_is_never_fooled_where_all_levels_are_alike():
    """No way to go, in 100 draws of 16 seeds."""
    assert "yes" not in [arrives(others(*spread_out([0, 0], seed=seed))).answer for seed in range(100)]


def test_arrives_does_not_take_the_systems_to_arrive_at_for_granted():
    """Their draw counts too: the interval is wider than that of a bootstrap of rows, by another statistician's loop over resampled seeds."""
    levels = spread_out([5, 12])
    found, rng, draws = arrives(others(*levels)), np.random.default_rng(1), []
    for _ in range(1000):
        drawn = rng.integers(N, size=N)
        pairs = np.array([(a, b) for a in drawn for b in drawn if a != b]).T
        near, there, far = (level[pairs[0], pairs[1]].mean() for level in levels)
        draws.append((there - near) / (far - near))
    level = criteria.resampling.expanded(N)
    assert pytest.approx(np.quantile(draws, [1 - level, level]), abs=0.03) == [found.low, found.high]


def test_arrives_does_not_depend_on_the_scale_of_a_metric():
    found, scaled = (arrives(others(*(scale * level for level in spread_out([1, 12])))) for scale in (1, 1e6))
    assert pytest.approx(found.high) == scaled.high


def test_arrives_reads_a_sweep_made_by_pairwise():
    levels = {k: [system(at + (-1) ** s, s + 20 * k) for s in range(8)] for k, at in enumerate((0, 0, 9))}
    distances = pairwise(mean_distance, Sweep("group", levels, against="others", paired=True))
    assert pytest.approx(0.0, abs=0.01) == arrives(distances).statistic


@pytest.mark.parametrize("n", [2, 3])
def test_arrives_has_bounds_for_few_seeds(n):
    found = arrives(others(*everywhere(1, 1.4, 3, n=n)))
    assert pytest.approx([0.2, 0.2]) == [found.low, found.high]


def test_arrives_says_what_it_found():
    reason = "mean distances 1 at the floor, 1.4 arrived, 3 not: 0.20 [0.20, 0.20] of the way from the floor; needed below 0.25"
    assert reason == arrives(others(*everywhere(1, 1.4, 3))).reason


def test_arrives_shows_the_median_distances():
    assert [1.0, 1.4, 3.0] == arrives(others(*everywhere(1, 1.4, 3))).details["medians"]


def test_arrives_needs_three_levels():
    message = (
        "arrives: a Sweep over [0.0, 1.0] of 16 seeds; needed three levels (where to arrive, arrived, not arrived) without groups, and two "
        "seeds."
    )
    with pytest.raises(CaseError, match=whole(message)):
        arrives(others(*everywhere(1, 2)))


def test_arrives_needs_no_groups():
    message = (
        "arrives: a Sweep over [0.0, 1.0, 2.0] of 16 seeds; needed three levels (where to arrive, arrived, not arrived) without groups, "
        "and two seeds."
    )
    with pytest.raises(CaseError, match=whole(message)):
        arrives(others_in_groups(*everywhere(1, 2, 3)))


def test_arrives_needs_other_seeds():
    with pytest.raises(CaseError, match=whole("arrives: a Sweep along each seed; needed one against others.")):
        arrives(sweep([[1.0, 2.0]] * N))


ALONG_OTHERS = {
    "arrives": arrives,
    "follows": lambda d: follows(d, {0: [0.0] * N, 1: [0.2] * N, 2: [0.1] * N}),
}


@pytest.mark.parametrize("name", ALONG_OTHERS)
def test_order_of_seeds_does_not_matter_to_what_was_learned(name):
    criterion, levels, order = ALONG_OTHERS[name], spread_out([4, 5]), np.random.default_rng(2).permutation(N)
    found, moved = criterion(others(*levels)), criterion(others(*(level[np.ix_(order, order)] for level in levels)))
    expected = (found.answer, pytest.approx([found.statistic, found.low, found.high], abs=0.15))
    assert expected == (moved.answer, [moved.statistic, moved.low, moved.high])


@pytest.mark.parametrize("name", ALONG_OTHERS)
def test_what_was_learned_gives_one_matrix_one_decision(name):
    levels = spread_out([4, 5])
    assert ALONG_OTHERS[name](others(*levels)) == ALONG_OTHERS[name](others(*levels))


# --- vanishes, as an invariance ---

NEAR = [[0.2, 5.0, 9.0, 9.0, 9.0]]


def test_vanishes_decides_a_sensitivity_unless_told_otherwise():
    assert "sensitive" == vanishes(sweep(NEAR * N)).direction


def test_vanishes_may_decide_that_what_the_second_level_changes_does_not_matter():
    assert "invariant" == vanishes(sweep(NEAR * N), direction="invariant").direction


def test_directions_of_vanishes_have_one_answer():
    found, other = vanishes(sweep(NEAR * N), direction="invariant"), vanishes(sweep(NEAR * N))
    assert (found.answer, found.statistic, found.margin) == (other.answer, other.statistic, other.margin)


def test_vanishes_says_no_as_an_invariance_where_nothing_moves():
    found = vanishes(sweep([[0.0] * 8] * N), direction="invariant")
    assert ("no", "invariant") == (found.answer, found.direction)


def test_vanishes_decides_nothing_else():
    with pytest.raises(CaseError, match=whole("vanishes(direction='axiom'); needed 'sensitive' or 'invariant'.")):
        vanishes(sweep(NEAR * N), direction="axiom")


# --- distances to others ---


@pytest.mark.parametrize("design", [others, others_in_groups])
def test_others_have_a_distance_from_every_seed_to_every_other_at_every_level(design):
    levels = [integer_distances(4, seed, high=90) for seed in range(3)]
    levels[1][1, 3] = 100  # not symmetric: from the second level's system 1 to the first level's system 3
    found = criteria.sweeps.distances_to_others(design(*levels), "follows")[1]
    expected = np.where(np.eye(4, dtype=bool), np.nan, levels)
    np.testing.assert_array_equal(expected, found)


def test_nobody_is_compared_with_its_own_seed():
    levels = {k: {g: [system(k + s, s) for s in range(3)] for g in "ab"} for k in (0, 1)}
    distances = pairwise(mean_distance, Sweep("level", levels, against="others", paired=True))
    found = criteria.sweeps.distances_to_others(distances, "follows")[1]
    assert np.isnan(found[:, range(3), range(3)]).all()


@pytest.mark.parametrize("criterion", [rises, flat, vanishes])
def test_what_needs_a_first_level_along_a_seed_refuses_others(criterion):
    message = f"{criterion.__name__}: levels [0.0, 1.0], labels ['']; needed a Sweep without groups, along each seed."
    with pytest.raises(CaseError, match=whole(message)):
        criterion(others(*everywhere(1, 2, n=3)))


def test_follows_refuses_contrasts():
    message = "follows: levels [0.0, 1.0], labels ['a', 'b']; needed a Sweep without groups, along each seed."
    with pytest.raises(CaseError, match=whole(message)):
        follows(sweep_of_contrasts({0: latent(0, n=2), 1: latent(0, n=2)}, n=2), {})


def test_survives_refuses_others():
    message = "survives: a Sweep against others; needed all pairs at each level, to tell classes apart."
    with pytest.raises(CaseError, match=whole(message)):
        survives(others_in_groups(*everywhere(1, 2, n=3)), level=1)


# --- the floors that separates shows ---


def test_separates_shows_the_median_distance_within_and_between_classes():
    found = separates(contrast(two_valued(1, 2, 4, 4), 4, 4)).details["medians"]
    assert {"a / a": 1.0, "a / b": 2.0, "b / b": 1.0} == found


def test_medians_of_separates_are_those_of_each_class():
    matrix = two_valued(1, 5, 4, 4)
    matrix[4:, 4:] *= 3
    assert {"a / a": 1.0, "a / b": 5.0, "b / b": 3.0} == separates(contrast(matrix, 4, 4)).details["medians"]


# --- survives ---

APART, MIXED = two_valued(1, 2, N, N), two_valued(1, 1, N, N)


def test_survives_says_yes_where_classes_stay_apart_to_the_level():
    assert "yes" == survives(sweep_of_contrasts({0: APART, 0.1: APART, 0.2: APART, 0.5: MIXED})).answer


def test_survives_says_no_where_they_mix_at_the_level():
    assert "no" == survives(sweep_of_contrasts({0: APART, 0.1: APART, 0.2: MIXED})).answer


def test_survives_says_no_where_they_mix_before_the_level():
    assert "no" == survives(sweep_of_contrasts({0: APART, 0.1: MIXED, 0.2: APART})).answer


def test_survives_says_unclear_where_a_level_is_unclear():
    assert "unclear" == survives(sweep_of_contrasts({0: APART, 0.2: latent(2.4)})).answer


def test_survives_says_no_to_classes_that_were_never_told_apart():
    assert "no" == survives(sweep_of_contrasts({0: MIXED, 0.2: MIXED})).answer


def test_the_lowest_level_not_below_the_one_asked_for_decides():
    assert "no" == survives(sweep_of_contrasts({0: APART, 0.1: APART, 0.3: MIXED}), level=0.2).answer


@pytest.mark.parametrize(
    ("curve", "breakdown"),
    [
        ({0: APART, 0.1: APART, 0.2: MIXED, 0.5: APART}, 0.1),
        ({0: APART, 0.2: APART}, 0.2),
        ({0: MIXED, 0.2: APART}, None),
    ],
)
def test_breakdown_is_the_highest_level_up_to_which_all_are_told_apart(curve, breakdown):
    assert breakdown == survives(sweep_of_contrasts(curve)).details["breakdown"]


@pytest.mark.parametrize(
    ("curve", "reason"),
    [
        ({0: APART, 0.2: MIXED}, "breaks down above 0; AUC 1.00 at 0, 0.50 at 0.2"),
        ({0: APART, 0.2: APART}, "told apart at every level, up to 0.2; AUC 1.00 at 0, 1.00 at 0.2"),
        (
            {0: MIXED, 0.2: APART},
            "does not tell the classes apart even at the first level; AUC 0.50 at 0, 1.00 at 0.2",
        ),
    ],
)
def test_survives_says_where_it_broke_down(curve, reason):
    assert reason == survives(sweep_of_contrasts(curve)).reason


def test_the_weakest_level_speaks_for_a_sweep():
    weak = separates(contrast(latent(2.4), N, N))
    found = survives(sweep_of_contrasts({0: APART, 0.1: latent(2.4), 0.2: APART}))
    assert (weak.statistic, weak.low, weak.high, weak.margin) == (
        found.statistic,
        found.low,
        found.high,
        found.margin,
    )


def test_survives_shows_the_controls_at_the_level_that_decides():
    def groups(ratio):
        rng = np.random.default_rng(0)
        return {name: [s * rng.normal(size=(4, 20, 3)) for _ in range(6)] for name, s in (("a", 1), ("b", ratio))}

    distances = pairwise(mean_distance, Sweep("size", {0: groups(1), 0.2: groups(5), 0.5: groups(1)}, paired=False))
    assert 1.0 == survives(distances).details["controls"]["norm"]["statistic"]


def test_survives_needs_levels_that_reach_what_it_asks():
    message = (
        "survives(level=0.5): a Sweep over [0.0, 0.2]; needed labelled groups at each level, and levels that reach it."
    )
    with pytest.raises(CaseError, match=whole(message)):
        survives(sweep_of_contrasts({0: APART, 0.2: APART}), level=0.5)


def test_survives_decides_the_disturbance_unless_told_otherwise():
    assert "invariant" == survives(sweep_of_contrasts({0: APART, 0.2: APART})).direction


def test_survives_may_decide_what_the_classes_differ_in():
    assert "sensitive" == survives(sweep_of_contrasts({0: APART, 0.2: APART}), direction="sensitive").direction


def test_survives_decides_nothing_else():
    with pytest.raises(CaseError, match=whole("survives(direction='axiom'); needed 'invariant' or 'sensitive'.")):
        survives(sweep_of_contrasts({0: APART, 0.2: APART}), direction="axiom")


def test_invariant_shows_what_the_ratio_is_between_systems_that_differ():
    found = invariant(orbit([0.1] * N, [1.0] * (N - 1) + [2.0])).details
    assert {"null_mean": 1.0625, "null_05": 1.0, "null_95": 1.25} == found


def test_survives_needs_groups():
    message = "survives(level=0.2): a Sweep over [0.0, 1.0, 2.0]; needed labelled groups at each level, and levels that reach it."
    with pytest.raises(CaseError, match=whole(message)):
        survives(sweep([[1.0, 2.0]] * 3))


# --- the axioms ---


def one_way(gap):
    matrix = two_valued(1, 1, 4)
    matrix[0, 1] += gap
    return matrix


def test_symmetric_says_yes_to_equal_directions():
    assert "yes" == symmetric(Distances.by_hand(one_way(0), [""] * 4, both=True)).answer


def test_symmetric_says_no_where_one_pair_differs():
    assert "no" == symmetric(Distances.by_hand(one_way(0.01), [""] * 4, both=True)).answer


def test_symmetric_allows_rounding():
    assert "yes" == symmetric(Distances.by_hand(one_way(1e-8), [""] * 4, both=True)).answer


def test_symmetric_allows_the_tolerance_of_the_spec():
    assert "yes" == symmetric(Distances.by_hand(one_way(0.01), [""] * 4, both=True, tolerance=0.1)).answer


def test_asymmetry_is_relative_to_the_median_distance():
    assert pytest.approx(0.1) == symmetric(Distances.by_hand(5 * one_way(0.1), [""] * 4, both=True)).statistic


def test_symmetric_needs_both_directions():
    message = "symmetric: distances in one direction; needed both. Use pairwise(metric, design, both=True)."
    with pytest.raises(CaseError, match=whole(message)):
        symmetric(Distances.by_hand(one_way(0), [""] * 4))


def test_symmetric_reads_both_directions_of_pairwise():
    def first_minus_second(x, y):
        return max(0.0, float(np.mean(x) - np.mean(y)))

    design = Contrast({"a": [system(0), system(1)], "b": [system(2), system(3)]}, paired=True)
    assert "no" == symmetric(pairwise(first_minus_second, design)).answer


def on_a_line(*points):
    where = np.array(points, float)[:, None]
    return cdist(where, where)


def test_triangular_says_yes_to_points_on_a_line():
    """The tightest triple: equality."""
    assert "yes" == triangular(Distances.by_hand(on_a_line(0, 0.5, 1), [""] * 3)).answer


def test_triangular_says_no_to_squares_of_points_on_a_line():
    assert "no" == triangular(Distances.by_hand(on_a_line(0, 0.5, 1) ** 2, [""] * 3)).answer


def test_excess_is_relative_to_the_median_distance():
    """Squares 1, 1, 4: the long side exceeds the short ones by 2, the median is 1."""
    assert 2.0 == triangular(Distances.by_hand(on_a_line(0, 1, 2) ** 2, [""] * 3)).statistic


def test_triangular_counts_the_pairs_that_break_it():
    reason = "the long side exceeds the two short ones by up to 2 of the median distance (1 of 3 pairs)"
    assert reason == triangular(Distances.by_hand(on_a_line(0, 1, 2) ** 2, [""] * 3)).reason


@pytest.mark.parametrize(("power", "answer"), [(1, "yes"), (2, "no")])
def test_squares_break_the_triangle_where_their_roots_do_not(power, answer):
    where = np.random.default_rng(0).normal(size=(12, 3))
    assert answer == triangular(Distances.by_hand(cdist(where, where) ** power, [""] * 12)).answer


def test_triangular_allows_rounding():
    matrix = on_a_line(0, 1, 2)
    matrix[0, 2] = matrix[2, 0] = 2 + 1e-8
    assert "yes" == triangular(Distances.by_hand(matrix, [""] * 3)).answer


def test_triangular_finds_one_triple_among_unknown_distances():
    """Four systems, one of them compared with nobody else's neighbour."""
    entries = {(0, 1): 1, (1, 2): 1, (0, 2): 3, (2, 3): 1}
    matrix = symmetrical(entries, 4)
    assert 1.0 == triangular(Distances.by_hand(matrix, [""] * 4, pairs=tuple(entries))).statistic


def test_order_of_systems_does_not_matter_to_the_triangle():
    matrix = cdist(np.random.default_rng(0).normal(size=(8, 3)), np.random.default_rng(1).normal(size=(8, 3)))
    matrix = matrix + matrix.T
    order = np.random.default_rng(2).permutation(8)
    found, moved = (triangular(Distances.by_hand(m, [""] * 8)) for m in (matrix, matrix[np.ix_(order, order)]))
    assert (found.answer, pytest.approx(found.statistic)) == (moved.answer, moved.statistic)


def test_a_sweep_against_all_has_triples():
    def squared(x, y):
        return mean_distance(x, y) ** 2

    levels = {level: [system(level, seed) for seed in range(3)] for level in (0, 1, 2)}
    distances = pairwise(squared, Sweep("level", levels, against="all", paired=True))
    assert "no" == triangular(distances).answer


def test_triangular_needs_triples():
    message = "triangular: no three systems of which all distances are known; needed triples, such as Sweep(..., against='all')."
    with pytest.raises(CaseError, match=whole(message)):
        triangular(orbit([0.1] * 4, 1))


# --- the contract ---


def test_obeys_says_yes_without_a_breach():
    assert "yes" == obeys(contrast(latent(0), N, N), "finite").answer


def test_obeys_says_no_to_a_breach():
    broken = Distances.by_hand(latent(0), classes(N, N), faults={"finite": "returned nan for systems 0 and 1"})
    assert "no" == obeys(broken, "finite").answer


def test_obeys_passes_on_what_happened():
    broken = Distances.by_hand(latent(0), classes(N, N), faults={"finite": "returned nan for systems 0 and 1"})
    assert "returned nan for systems 0 and 1" == obeys(broken, "finite").reason


def test_a_breach_of_one_part_is_none_of_another():
    broken = Distances.by_hand(latent(0), classes(N, N), faults={"finite": "returned nan for systems 0 and 1"})
    assert "yes" == obeys(broken, "stateless").answer


def test_obeys_reads_the_faults_of_pairwise():
    design = Contrast({"a": [system(0), system(1)], "b": [system(2), system(3)]}, paired=True)
    assert "no" == obeys(pairwise(lambda x, y: float("nan"), design, strict=False), "finite").answer


def test_repeats_says_yes_to_equal_answers():
    assert "yes" == repeats(contrast(latent(1), N, N), contrast(latent(1), N, N)).answer


def test_repeats_says_no_where_one_answer_differs():
    other = latent(1)
    other[3, 7] += 0.01
    assert "no" == repeats(contrast(latent(1), N, N), contrast(other, N, N)).answer


def test_repeats_allows_rounding():
    assert "yes" == repeats(contrast(latent(1), N, N), contrast(latent(1) * (1 + 1e-9), N, N)).answer


def test_repeats_is_relative_to_the_median_distance():
    found = repeats(contrast(two_valued(2, 2, 3, 3), 3, 3), contrast(two_valued(2, 3, 3, 3), 3, 3))
    assert 0.5 == found.statistic


def test_repeats_says_no_where_answers_are_missing():
    missing = Distances.by_hand(np.full((4, 4), np.nan), classes(2, 2), faults={"finite": "returned nan"})
    found = repeats(missing, missing)
    assert ("no", "returned nan") == (found.answer, found.reason)


def test_varies_says_yes_to_two_values():
    assert "yes" == varies(contrast(two_valued(1, 2, 3, 3), 3, 3)).answer


def test_varies_says_no_to_one_value():
    found = varies(contrast(two_valued(0.25, 0.25, 3, 3), 3, 3))
    assert ("no", "returned 0.25 for every pair of different systems") == (found.answer, found.reason)


def test_varies_says_no_to_zero():
    assert "no" == varies(contrast(np.zeros((6, 6)), 3, 3)).answer


def test_varies_says_yes_where_most_distances_are_zero():
    matrix = np.zeros((6, 6))
    matrix[0, 5] = matrix[5, 0] = 1
    assert "yes" == varies(contrast(matrix, 3, 3)).answer


def test_varies_says_no_without_a_number():
    found = varies(contrast(np.full((6, 6), np.nan), 3, 3))
    assert ("no", "returned no number for every pair of different systems") == (found.answer, found.reason)


def test_identical_says_yes_where_copies_are_at_zero():
    assert "yes" == identical(orbit([0.0] * N, 1)).answer


def test_identical_says_no_where_one_copy_is_not():
    assert "no" == identical(orbit([0.0] * (N - 1) + [0.01], 1)).answer


def test_identical_allows_rounding():
    assert "yes" == identical(orbit([-4e-15] * N, 1)).answer


def test_identical_says_no_to_nan():
    assert "no" == identical(orbit([0.0] * (N - 1) + [np.nan], 1)).answer


def test_identical_reads_the_self_value_of_the_spec():
    assert "yes" == identical(orbit([0.3] * N, 1, self_value=0.3)).answer


def test_without_a_self_value_a_copy_may_be_as_far_as_the_nearest_other():
    assert "yes" == identical(orbit([0.9] * N, 1, self_value=None)).answer


def test_without_a_self_value_a_copy_may_not_be_farther_than_others():
    assert "no" == identical(orbit([1.1] * N, 1, self_value=None)).answer


def test_a_similarity_taken_for_a_distance_is_told_how_to_say_so():
    reason = (
        "d(x, x) is 1 where 0 is promised; other systems are at 0.2. Larger for a copy than for another system: "
        "this looks like a similarity; say --orientation similarity, or in its spec"
    )
    assert reason == identical(orbit([1.0] * N, 0.2)).reason


def test_a_promised_self_value_is_no_similarity():
    assert "similarity" not in identical(orbit([0.3] * N, 0.2, self_value=0.3)).reason


# --- the wrong design ---

PAIR = [[system(0, 1), system(1, 2)], [system(2, 3), system(3, 4)]]
DESIGNS = {
    "Contrast": Contrast({"a": PAIR[0], "b": PAIR[1]}, paired=True),
    "Orbit": Orbit(*PAIR, paired=True),
    "Sweep": Sweep("level", {0: PAIR[0], 1: PAIR[1]}, paired=True),
}
NEEDS = {
    separates: "Contrast",
    invariant: "Orbit",
    sensitive: "Orbit",
    identical: "Orbit",
    rises: "Sweep",
    arrives: "Sweep",
    vanishes: "Sweep",
    flat: "Sweep",
    survives: "Sweep",
}


@pytest.mark.parametrize(
    ("criterion", "given"), [(c, given) for c, needed in NEEDS.items() for given in DESIGNS if given != needed]
)
def test_each_criterion_refuses_other_designs(criterion, given):
    needed, found = (f"an {name}" if name == "Orbit" else f"a {name}" for name in (NEEDS[criterion], given))
    message = f"{criterion.__name__} reads the distances of {needed}; given those of {found}."
    with pytest.raises(CaseError, match=whole(message)):
        criterion(pairwise(mean_distance, DESIGNS[given]))


# --- where there is little or nothing to measure against ---


@pytest.mark.parametrize("size", [2, 3, 4])
def test_separates_has_bounds_for_few_systems(size):
    found = separates(contrast(two_valued(1, 2, size, size), size, size))
    assert (1.0, 1.0) == (found.low, found.high)


def test_triangular_says_no_where_a_detour_of_zero_is_shorter():
    assert "no" == triangular(Distances.by_hand([[0, 0, 1], [0, 0, 0], [1, 0, 0]], [""] * 3)).answer


def test_symmetric_says_no_where_most_distances_are_zero():
    matrix = np.zeros((3, 3))
    matrix[0, 1] = 1
    assert "no" == symmetric(Distances.by_hand(matrix, [""] * 3, both=True)).answer


def test_repeats_says_no_to_zero_and_then_one():
    assert "no" == repeats(contrast(np.zeros((4, 4)), 2, 2), contrast(np.ones((4, 4)), 2, 2)).answer


def test_repeats_says_no_where_only_the_second_answer_is_missing():
    missing = Distances.by_hand(np.full((4, 4), np.nan), classes(2, 2), faults={"finite": "returned nan"})
    assert "no" == repeats(contrast(two_valued(1, 1, 2, 2), 2, 2), missing).answer


def test_without_a_self_value_a_copy_is_compared_with_what_is_near_to_it():
    """d(x, x) = 5 and the nearest y is at 6: promised. That two others are 1 apart is no concern of x."""
    assert "yes" == identical(orbit([0.0, 5.0, 0.0], [6, 6, 1], self_value=None)).answer


def test_obeys_refuses_a_part_that_does_not_exist():
    with pytest.raises(CaseError):
        obeys(contrast(two_valued(1, 2, 2, 2), 2, 2), "finit")


def test_flat_needs_more_than_one_seed():
    levels = {level: [system(level)] for level in (0, 1, 2)}
    with pytest.raises(CaseError):
        flat(pairwise(mean_distance, Sweep("level", levels, paired=True)))


def test_repeats_reports_the_spread_over_draws_and_lets_it_decide_nothing():
    first, redrawn = contrast(two_valued(1, 2, 2, 2), 2, 2), contrast(two_valued(1.5, 2.5, 2, 2), 2, 2)
    found = repeats(first, first, redrawn)
    assert ("yes", 0.5 / first.scale) == (found.answer, found.details["spread_over_draws"])


@pytest.mark.parametrize(
    ("share", "tolerance", "answer"), [(1e-9, 0.0, "yes"), (1e-5, 0.0, "no"), (1e-5, 1e-3, "yes"), (0.01, 1e-3, "no")]
)
def test_repeats_holds_a_batch_against_each_pair_alone_within_rounding(share, tolerance, answer):
    batch = Distances.by_hand(np.full((4, 4), 2.0), classes(2, 2), tolerance=tolerance, batched=True)
    alone = Distances.by_hand(np.full((4, 4), 2.0) * (1 + share), classes(2, 2), tolerance=tolerance)
    assert answer == repeats(batch, batch, None, alone).answer


def test_repeats_names_the_pair_whose_answers_differ_most():
    batch, alone = contrast(two_valued(1, 2, 2, 2), 2, 2), contrast(two_valued(1, 2, 2, 2), 2, 2)
    alone.matrix[1, 2] = 3
    expected = (
        "compare_many and compare differ by up to 0.5 of the median distance (systems 1 and 2: 2 and 3); needed the answer of "
        "compare, in the order of pairs"
    )
    assert expected == repeats(batch, batch, None, alone).reason


def test_repeats_says_no_where_a_batch_of_zeros_stands_for_distances():
    zeros, alone = contrast(np.zeros((4, 4)), 2, 2), contrast(two_valued(1, 2, 2, 2), 2, 2)
    assert "no" == repeats(zeros, zeros, None, alone).answer


def test_repeats_says_no_where_a_batch_failed():
    failed = Distances.by_hand(two_valued(1, 2, 2, 2), classes(2, 2), faults={"repeatable": "answers alone only"})
    found = repeats(failed, failed)
    assert ("no", "answers alone only") == (found.answer, found.reason)
