"""A difference after the first trial: who reads one trial of many sees the same law in both classes.

Three noisy oscillators; in one class they run a quarter faster from the second trial on. At loudnesses that vary from system to
system, no single number tells the classes apart. A metric that takes the first trial for the recording, or trials for time, cannot
see it.
"""

import pytest

from metricsuite import Contrast, pairwise
from metricsuite.criteria import separates
from metricsuite.systems import resonators


@pytest.fixture(scope="module")
def alike_at_first(seeds):
    later = resonators(seeds, 1.25, shift_from=1, family=1)
    return Contrast({"as at first": resonators(seeds), "faster later": later}, paired=False)


@pytest.mark.decides("all-trials", pairs=496)
def test_reads_all_trials(metric, alike_at_first, verdict):
    verdict(separates(pairwise(metric, alike_at_first)))
