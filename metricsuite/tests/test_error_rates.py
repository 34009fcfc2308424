"""The table of error rates says what the design promises, and is that of the criteria as they are now."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from scipy.stats import binom

from metricsuite.tests import simulate_error_rates
from metricsuite.tests.simulate_error_rates import PLAN, TABLE, Row, answers, decide
from metricsuite.tests.track_rates import DECISIONS, IDEAL, METRICS, NULL, SEEDS, at_least, track_rows

ROWS = json.loads(TABLE.read_text())
CRITERIA = [row for row in ROWS if "criterion" in row]
TRACKS = [row for row in ROWS if "track" in row]


def share(answer, criterion, blocks, truth):
    (row,) = [r for r in CRITERIA if (r["criterion"], r["blocks"], r["truth"]) == (criterion, blocks, truth)]
    return row[answer] / row["runs"]


def passes(track, metric, which="pass_together"):
    (row,) = [r for r in TRACKS if (r["track"], r["metric"]) == (track, metric)]
    return row[which]


# --- what is promised ---


def test_power_of_separates_at_16_a_class():
    assert share("yes", "separates", 16, 0.9) >= 0.9


def test_false_passes_of_separates_at_16_a_class():
    assert share("yes", "separates", 16, 0.7) <= 0.025


def test_chance_never_separates():
    assert 0.0 == share("yes", "separates", 16, 0.5)


def test_chance_is_called_by_its_name():
    assert share("no", "separates", 16, 0.5) >= 0.95


def test_what_is_there_is_hardly_ever_denied():
    assert share("no", "separates", 16, 0.9) <= 0.01


def test_8_a_class_are_too_few():
    """Why 16: the power at a true AUC of .9 falls below 90 %."""
    assert share("yes", "separates", 8, 0.9) < 0.9


def test_24_a_class_have_more_power():
    assert share("yes", "separates", 24, 0.9) >= share("yes", "separates", 16, 0.9)


@pytest.mark.parametrize(
    ("criterion", "threshold"),
    [
        ("survives", 0.7),
        ("invariant", 0.25),
        ("sensitive", 0.1),
        ("follows", 0.5),
        ("arrives", 0.25),
        ("flat", 0.25),
        ("vanishes", 0.25),
    ],
)
def test_false_passes_at_the_threshold(criterion, threshold):
    assert share("yes", criterion, 16, threshold) <= 0.025


@pytest.mark.parametrize(("criterion", "threshold"), [("rises", 0.5), ("invariant below 1", 1.0), ("withstands", 0.25)])
def test_false_passes_at_the_threshold_that_are_a_little_more(criterion, threshold):
    """Means of 16 skewed values (rho ends at 1), and images as spread as what they are held against."""
    assert share("yes", criterion, 16, threshold) <= 0.035


def test_false_passes_of_unrelated_systems_that_come_nearer():
    assert share("yes", "stays_unrelated", 8, 0.25) <= 0.025


@pytest.mark.parametrize(
    ("criterion", "truth"),
    [
        ("survives", 0.9),
        ("invariant", 0.12),
        ("invariant below 1", 0.5),
        ("sensitive", 0.3),
        ("rises", 0.9),
        ("follows", 0.9),
        ("arrives", 0.05),
        ("vanishes", 0.125),
        ("flat", 0.12),
        ("withstands", 0.12),
    ],
)
def test_power_beyond_the_threshold(criterion, truth):
    assert share("yes", criterion, 16, truth) >= 0.9


def test_power_for_unrelated_systems_that_stay():
    assert share("yes", "stays_unrelated", 8, 0.0) >= 0.9


@pytest.mark.parametrize("track", DECISIONS)
def test_an_ideal_metric_passes_its_track_in_98_of_100_seed_sets(track):
    """By the lower bound: as few runs as cannot show it do not."""
    assert passes(track, IDEAL, "at_least") >= 0.98


@pytest.mark.parametrize("track", DECISIONS)
def test_a_metric_that_sees_nothing_passes_no_track(track):
    assert passes(track, NULL) <= 1e-4


def test_the_bound_on_a_rate_that_never_failed():
    """None of 8000: 3.7 in 10,000 at most."""
    assert pytest.approx(0.05 ** (1 / 8000)) == at_least(8000, 8000)


def test_the_bound_on_a_rate():
    """Below it, 90 of 100 or more are seen in 5 % of tables."""
    assert pytest.approx(0.05) == binom.sf(89, 100, at_least(90, 100))


# --- whether the table is that of the code ---


def test_the_table_has_the_rows_that_are_planned():
    planned = [(row.criterion, row.blocks, row.truth) for row in PLAN]
    assert planned == [(row["criterion"], row["blocks"], row["truth"]) for row in CRITERIA]


def test_answers_add_up_to_runs():
    assert [row["runs"] for row in CRITERIA] == [row["yes"] + row["no"] + row["unclear"] for row in CRITERIA]


def test_every_row_rests_on_enough_runs():
    assert min(row["runs"] for row in CRITERIA) >= 250


def test_thresholds_are_those_of_the_criteria():
    assert [decide(row, 0).threshold for row in PLAN] == [row["threshold"] for row in CRITERIA]


def test_tracks_follow_from_the_rows():
    assert track_rows(CRITERIA) == TRACKS


def test_tracks_rest_on_rows_of_the_seeds_that_the_cases_take():
    used = {(name, SEEDS.get(name, 16), truths[name]) for truths in METRICS.values() for name in truths}
    assert set() == used - {(row.criterion, row.blocks, row.truth) for row in PLAN}


@pytest.mark.parametrize("track", DECISIONS)
def test_tracks_count_the_decisions_of_the_cases(track):
    """A case was added or taken away: count again in `DECISIONS` and run the script. (`test_cases` holds the criteria against it.)"""
    cases = Path(simulate_error_rates.__file__).parents[2] / "cases"
    command = [
        sys.executable,
        "-m",
        "pytest",
        str(cases),
        "--collect-only",
        "-q",
        "-m",
        track,
        "--metric",
        "procrustes",
    ]
    listed = subprocess.run(command, capture_output=True, text=True, check=True, cwd=cases.parent).stdout
    assert sum(DECISIONS[track].values()) == sum("[procrustes" in line for line in listed.splitlines())


@pytest.mark.parametrize(
    ("row", "fresh"),
    [
        (Row("separates", 8, 0.9, 1), 60),
        (Row("invariant", 16, 0.25, 1), 100),
        (Row("rises", 16, 0.5, 1), 100),
        (Row("follows", 16, 0.5, 1), 100),
        (Row("arrives", 16, 0.25, 1), 100),
        (Row("withstands", 16, 0.12, 1), 100),
        (Row("stays_unrelated", 8, 0.12, 1), 60),
        (Row("vanishes", 16, 0.25, 1), 100),
    ],
)
def test_fresh_runs_agree_with_the_table(row, fresh):
    """On other random numbers: as many "yes" as the rate in the table gives in 999 of 1000 tables."""
    expected = share("yes", row.criterion, row.blocks, row.truth)
    found = answers(row, range(100_000, 100_000 + fresh))["yes"]
    low, high = binom.interval(0.999, fresh, expected)
    assert low <= found <= high
