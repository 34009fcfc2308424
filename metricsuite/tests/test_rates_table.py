"""README shows the error rates: its tables are those that the two files of figures make, and what they say is what stands there."""

import json
from pathlib import Path

import pytest

from metricsuite.report import rates
from metricsuite.report.rates import EFFECTS, MARK, criteria_table, main, markdown, tracks_table
from metricsuite.report.readme import between, placed
from metricsuite.tests import measure_null_metrics, simulate_error_rates
from metricsuite.tests.null_metrics import NULLS
from metricsuite.tests.track_rates import DECISIONS, SEEDS

README = Path(__file__).parents[2] / "README.md"
ROWS = json.loads(simulate_error_rates.TABLE.read_text())
MEASURED = json.loads(measure_null_metrics.TABLE.read_text())


def test_readme_shows_the_rates():
    """Fails? ``python -m metricsuite.report.rates README.md``."""
    assert markdown() == between(README.read_text(encoding="utf-8"), MARK)


def test_it_is_written_between_the_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- error-rates -->\nold\n<!-- /error-rates -->\nafter\n", encoding="utf-8")
    main([str(page)])
    assert placed("before\n<!-- error-rates -->\n<!-- /error-rates -->\nafter\n", MARK, markdown()) == page.read_text(
        encoding="utf-8"
    )


def cells(table, line):
    return [cell.strip() for cell in table.splitlines()[line].strip("|").split("|")]


def row(criterion, blocks, truth, yes, runs, threshold=0.25):
    return {"criterion": criterion, "threshold": threshold, "blocks": blocks, "truth": truth, "yes": yes, "runs": runs}


def test_a_line_of_a_criterion(monkeypatch):
    monkeypatch.setattr(rates, "EFFECTS", {"flat": (0.12, "ratio")})
    table = criteria_table(
        [row("flat", 16, 0.12, 95, 100), row("flat", 16, 0.25, 20, 1000), row("flat", 8, 0.25, 9, 10)]
    )
    assert ["`flat`", "16", "ratio", "2.0 % at 0.25", "95.0 % at 0.12", "1,000; 100"] == cells(table, 2)


def test_a_line_of_a_null_metric():
    ideal = {"track": "noise", "metric": "ideal (x)", "pass_together": 0.9876, "at_least": 0.9812, "blocks": 16}
    kept = {"norm": {"noise": {"decisions": 3, "properties": ["mixing", "process-noise"]}}}
    table = tracks_table([ideal], {"decisions": {"noise": 9}, "kept": kept})
    assert ["norm", "3", "mixing, process-noise"] == cells(table, 3)


def test_the_line_of_the_ideal_metric():
    ideal = {"track": "noise", "metric": "ideal (x)", "pass_together": 0.9876, "at_least": 0.9812, "blocks": 16}
    table = tracks_table([ideal], {"decisions": {"noise": 9}, "kept": {}})
    assert ["ideal (x)", "all, in 98.76 % (at least 98.1 %) of seed sets", "all"] == cells(table, 2)


def test_every_criterion_of_a_track_has_a_line():
    assert {name for decisions in DECISIONS.values() for name in decisions} == set(EFFECTS)


def test_criteria_take_the_seeds_of_the_cases():
    assert SEEDS == rates.SEEDS


def test_every_effect_was_simulated():
    simulated = {(r["criterion"], r["truth"]) for r in ROWS if "criterion" in r}
    assert set() == {(name, effect) for name, (effect, _) in EFFECTS.items()} - simulated


def test_every_null_metric_has_a_line():
    assert [*NULLS] == [*MEASURED["kept"]]


@pytest.mark.parametrize("track", DECISIONS)
def test_measured_and_simulated_tracks_count_the_same_decisions(track):
    assert sum(DECISIONS[track].values()) == MEASURED["decisions"][track]
