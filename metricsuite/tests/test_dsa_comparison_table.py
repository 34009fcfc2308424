"""README shows what was measured: its table is the one that the figures make, and they are whole. (`tox -e peers` measures.)"""

import json
from copy import deepcopy

import pytest

from metricsuite.tests.peers.dsa_table import BEGIN, END, FASTER, FIGURES, README, markdown, missed, written

TABLE = json.loads(FIGURES.read_text())
BOTH = {
    "n", "pairs", "compared", "ours_ms", "alone_ms", "theirs_ms", "faster", "objective_ratio", "not_above", "most_above",
}  # fmt: skip
FIT = {
    "data", "shape", "n_delays", "rank", "ours_ms", "theirs_ms", "faster", "ours_mb", "theirs_mb", "less_memory",
}  # fmt: skip


def test_readme_shows_the_figures():
    """Fails? `tox -e peers -- --full` measures again and writes both."""
    assert written(README.read_text(), TABLE) == README.read_text()


def test_the_marks_stand_once():
    text = README.read_text()
    assert (1, 1) == (text.count(BEGIN), text.count(END))


def test_parts():
    assert {"versions", "machine", "threads", "iterations", "real", "planted", "fits"} == set(TABLE)


def test_versions_are_told():
    assert {"python", "metricsuite", "dsa-metric", "numpy", "scipy", "torch"} == set(TABLE["versions"])


def test_nothing_else_of_the_machine_is_told():
    assert {"processor", "cores"} == set(TABLE["machine"])


@pytest.mark.parametrize(("kind", "own"), [("real", {"gap"}), ("planted", {"recovered", "missed"})])
def test_rows_of_pairs(kind, own):
    assert [BOTH | own] * len(FASTER) == [set(row) for row in TABLE[kind]]


@pytest.mark.parametrize("kind", ["real", "planted"])
def test_every_size_has_a_row(kind):
    assert [*FASTER] == [row["n"] for row in TABLE[kind]]


def test_rows_of_fits():
    assert [FIT] * 4 == [set(row) for row in TABLE["fits"]]


@pytest.mark.parametrize(("n", "least"), [(10, 100), (20, 100), (50, 20), (100, 20)])
def test_pairs_are_enough(n, least):
    """Theirs was given all real pairs: a short run is not what README shows."""
    (real,) = [row for row in TABLE["real"] if row["n"] == n]
    (planted,) = [row for row in TABLE["planted"] if row["n"] == n]
    assert min(real["compared"], planted["pairs"]) >= least


def test_counts_are_counts():
    for row in TABLE["real"] + TABLE["planted"]:
        assert 0 <= row["not_above"] <= row["compared"] <= row["pairs"]


def test_recovered_and_missed_add_up():
    for row in TABLE["planted"]:
        assert row["pairs"] == row["recovered"] + sum(row["missed"].values())


def test_the_gap_is_a_share():
    assert all(0 <= row["gap"] <= 1 for row in TABLE["real"])


def slower(figures):
    figures["real"][0]["faster"] = 500.0


def above(figures):
    figures["real"][1] |= {"compared": 100, "not_above": 98}


def not_recovered(figures):
    figures["planted"][2] |= {"pairs": 20, "recovered": 19, "missed": {"Jordan block": 1}}


def slower_fit(figures):
    figures["fits"][0]["faster"] = 9.9


def greedy_fit(figures):
    figures["fits"][1]["less_memory"] = 7.0


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (slower, "1,000x at n = 10 (500x)"),
        (above, "never above theirs at n = 20 (98 of 100)"),
        (not_recovered, "planted recovered at n = 50 (not 1 Jordan block)"),
        (slower_fit, "10x for 200 x 200 x 3, oscillators, noisy (9.9x)"),
        (greedy_fit, "a tenth of the memory for 64 x 150 x 20, network, noisy (1/7.0)"),
    ],
)
def test_a_goal_that_is_missed_is_named(spoil, named):
    figures = deepcopy(TABLE)
    spoil(figures)
    assert named in missed(figures)


def test_what_is_missed_stands_in_the_table():
    figures = deepcopy(TABLE)
    slower(figures)
    assert "1,000x at n = 10 (500x)" in markdown(figures)
