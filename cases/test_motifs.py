"""Motifs: how many two sequences share, and in which order.

A sequence runs through closed loops, one after the other and over again, each begun and ended at rest in one point: no joint shows a
jump. Every seed has loops of its own, since much hangs on which they are: over twelve draws, DSA told one order of three loops from the
other with an AUC from .49 to 1.

Four loops make a round (three of five in Guilhot et al. 2024, fig. 3, where the fifth was made of the others). Replace one, two, three,
all: the distance should grow with what is no longer shared.

Order is asked for alone: A B C over and over, recorded three times, and A C B twice, in the same dress, each trial begun somewhere in
the round. The states visited are the same, and so is the motion at every state but the resting point. The two recordings in another order
should be farther from the first than the two in its own: what a new recording does to a measure is in the comparison. (Then rho is .6 to 1.)
Phases are each recording's own: with the same ones nothing else would move, and every control would rank the two orders.
"""

import pytest

from metricsuite import Sweep, pairwise
from metricsuite.criteria import rises
from metricsuite.systems import motif_sequences


@pytest.fixture(scope="module", params=["same-phase", "own-phase"])
def less_and_less_shared(request, seeds):
    same = request.param == "same-phase"
    orders = {n: [*range(4, 4 + n), *range(n, 4)] for n in range(5)}
    levels = {n: motif_sequences(seeds, order, same, library=None, take=n) for n, order in orders.items()}
    return Sweep("motifs not shared, of four", levels, paired=same)


@pytest.fixture(scope="module")
def two_orders(seeds):
    orders = {0: (0, 1, 2), 1: (0, 1, 2), 2: (0, 1, 2), 3: (0, 2, 1), 4: (0, 2, 1)}
    levels = {n: motif_sequences(seeds, order, False, library=None, take=n) for n, order in orders.items()}
    return Sweep("recording, from the third in another order", levels, paired=False)


@pytest.mark.decides("motifs", pairs=80)
def test_the_fewer_motifs_are_shared_the_farther(metric, less_and_less_shared, verdict):
    verdict(rises(pairwise(metric, less_and_less_shared)))


@pytest.mark.decides("motif-order", pairs=80)
def test_another_order_is_farther_than_another_recording(metric, two_orders, verdict):
    verdict(rises(pairwise(metric, two_orders)))
