"""What must never slip in the comparison of `compare_dsa`: on a handful of pairs, or with --full on all, which writes the table.

Speed depends on the machine and is shown, not tested; but for a tenth of the goal, which no machine explains (a quarter, of memory).
"""

import pytest

from metricsuite.tests.peers.compare_dsa import SYSTEMS, compare
from metricsuite.tests.peers.dsa_table import (
    FASTER,
    FIT_FASTER,
    FIT_LESS_MEMORY,
    NOT_ABOVE,
    RECOVERED,
    markdown,
    write,
)

SHARE, SIZES = 0.04, (10, 20, 50)
HOLDS = {10: NOT_ABOVE, 20: NOT_ABOVE, 50: 0.9, 100: 0.8}  # the goal is missed beyond 20, as README says


@pytest.fixture(scope="module")
def figures(request):
    full = request.config.getoption("full")
    found = compare(1.0, tuple(SYSTEMS)) if full else compare(SHARE, SIZES)
    print(f"\n{markdown(found)}\n")
    if full:
        write(found)
    return found


def test_objective_is_not_above_theirs(figures):
    """On so many of the pairs: on all, where they are a handful."""
    assert [row for row in figures["real"] if row["not_above"] < HOLDS[row["n"]] * row["compared"]] == []


def test_objective_of_planted_pairs_is_not_above_theirs(figures):
    assert [row["compared"] for row in figures["planted"]] == [row["not_above"] for row in figures["planted"]]


def test_planted_conjugacies_are_recovered(figures):
    assert [row["missed"] for row in figures["planted"] if row["recovered"] < RECOVERED * row["pairs"]] == []


def test_batches_are_no_catastrophe(figures):
    assert [row for row in figures["real"] if row["faster"] < FASTER[row["n"]] / 10] == []


def test_fits_are_no_catastrophe(figures):
    assert [row for row in figures["fits"] if row["faster"] < FIT_FASTER / 10] == []


def test_fits_need_less_memory(figures):
    assert [row for row in figures["fits"] if row["less_memory"] < FIT_LESS_MEMORY / 4] == []
