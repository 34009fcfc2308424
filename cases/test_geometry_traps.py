"""Traps of geometry: what makes a measure of clouds of states say "the same" or "different" for the wrong reason.

Unrelated noise must stay unrelated, whatever the numbers of units and samples. A system must stay itself when fewer of its units
are recorded or one point is an outlier, and must not when some of its points are moved, its small components are deleted, its task's
dimension is cut out of the closest copy that lacks it, its sparse code is rotated, or its trials pair with the wrong ones. (Davari et al. 2023,
Ding et al. 2021, Murphy et al. 2024, Khosla et al. 2024, Cloos et al. 2024.)
"""

from dataclasses import replace

import numpy as np
import pytest

from metricsuite import Orbit, Sweep, pairwise
from metricsuite.criteria import flat, invariant, sensitive, stays_unrelated
from metricsuite.systems import (
    graded_clouds,
    resonators,
    sparse_codes,
    unrelated_clouds,
    with_outlier,
    with_shifted_subset,
    with_shuffled_trials,
    without_minor,
    without_task,
)

RECORDED = (400, 100, 25, 5)  # units of 400


def unrelated(seeds, **size):
    # half of the seeds: all pairs of a level are compared, and a pair of 1000 units may cost a second
    chosen = seeds[: max(4, len(seeds) // 2)]
    return {"some": unrelated_clouds(chosen[::2], **size), "others": unrelated_clouds(chosen[1::2], **size)}


@pytest.fixture(scope="module")
def more_units_than_samples(seeds):
    sizes = (10, 50, 200, 1000)
    return Sweep("units, of 50 samples", {n: unrelated(seeds, trials=1, units=n) for n in sizes}, paired=True)


@pytest.fixture(scope="module")
def widths(seeds):
    return Sweep("units, of 600 samples", {n: unrelated(seeds, units=n) for n in (16, 64, 256, 1024)}, paired=True)


@pytest.fixture(scope="module")
def minibatches(seeds):
    # rising level: fewer samples. What is averaged over batches is the distance at this many samples
    batches = {-trials: unrelated(seeds, trials=trials, units=64) for trials in (48, 12, 3, 1)}
    return Sweep("- trials of 50 samples", batches, paired=True)


@pytest.fixture(scope="module")
def fewer_units(seeds):
    whole = resonators(seeds, spread=0.5, trials=10, units=max(RECORDED))  # 40 trials would be half a gigabyte
    return Sweep(
        "share of the units not recorded",
        {1 - n / max(RECORDED): [replace(s, array=s.array[..., :n]) for s in whole] for n in RECORDED},
        paired=True,
    )


@pytest.fixture(scope="module")
def trapped(seeds):
    def orbit(spoil, dimensions=20):
        clouds = graded_clouds(seeds, dimensions=dimensions)
        rngs = [np.random.default_rng([seed, 1]) for seed in seeds]
        return Orbit(clouds, [spoil(s, rng) for s, rng in zip(clouds, rngs, strict=True)], paired=True)

    return {
        "outlier": orbit(with_outlier),
        "subset-shift": orbit(with_shifted_subset),
        "minor-components": orbit(lambda s, _: without_minor(s)),
        # the smallest of six: who weighs directions alike sees a sixth of them gone, who weighs variance a fiftieth
        "optimised-copy": orbit(lambda s, _: without_task(s), dimensions=6),
        "shuffled-pairs": orbit(with_shuffled_trials),
    }


@pytest.fixture(scope="module")
def rotated_codes(seeds):
    return Orbit(sparse_codes(seeds), sparse_codes(seeds, rotated=True), paired=True)


@pytest.mark.decides("bias", pairs=112)
def test_more_units_than_samples(metric, more_units_than_samples, verdict):
    verdict(stays_unrelated(pairwise(metric, more_units_than_samples)))


@pytest.mark.decides("width", pairs=112)
def test_any_width(metric, widths, verdict):
    verdict(stays_unrelated(pairwise(metric, widths)))


@pytest.mark.decides("minibatch", pairs=112)
def test_minibatches(metric, minibatches, verdict):
    verdict(stays_unrelated(pairwise(metric, minibatches)))


@pytest.mark.decides("unit-sampling", pairs=64)
def test_fewer_units_recorded(metric, fewer_units, verdict):
    verdict(flat(pairwise(metric, fewer_units)))


@pytest.mark.decides("outlier", pairs=32)
def test_one_outlier(metric, trapped, verdict):
    verdict(invariant(pairwise(metric, trapped["outlier"]), below=0.25))


@pytest.mark.decides("subset-shift", pairs=32)
def test_a_subset_moved(metric, trapped, verdict):
    verdict(sensitive(pairwise(metric, trapped["subset-shift"])))


@pytest.mark.decides("minor-components", pairs=32)
def test_minor_components_deleted(metric, trapped, verdict):
    verdict(sensitive(pairwise(metric, trapped["minor-components"])))


@pytest.mark.decides("optimised-copy", pairs=32)
def test_the_closest_copy_without_the_task(metric, trapped, verdict):
    verdict(sensitive(pairwise(metric, trapped["optimised-copy"])))


@pytest.mark.decides("shuffled-pairs", pairs=32)
def test_trials_paired_with_the_wrong_ones(metric, trapped, verdict):
    verdict(sensitive(pairwise(metric, trapped["shuffled-pairs"])))


@pytest.mark.decides("privileged-axes", pairs=32)
def test_a_rotated_sparse_code(metric, rotated_codes, verdict):
    verdict(sensitive(pairwise(metric, rotated_codes)))
