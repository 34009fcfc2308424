"""Replay: the same bumps, in one order or another."""

import pytest
from downstream_lab import replays

from metricsuite import Contrast, pairwise
from metricsuite.criteria import separates


@pytest.fixture(scope="module")
def two_orders(seeds):
    return Contrast({"there": replays(seeds, (0, 1, 2, 3, 4)), "back": replays(seeds, (4, 3, 2, 1, 0))}, paired=False)


@pytest.mark.decides("downstream-lab/replay", pairs=496)
def test_tells_orders_apart(metric, two_orders, verdict):
    verdict(separates(pairwise(metric, two_orders)))
