"""The drawings of systems that are stored with distances: small, made once for each design, and read back as they were."""

from pathlib import Path

import numpy as np
import pytest

from metricsuite.designs import Contrast, Orbit, Sweep
from metricsuite.report.certificate_page.drawings import POINTS, drawing_arrays, drawing_of
from metricsuite.report.certificate_page.markup import Markup
from metricsuite.report.certificate_page.systems import systems_figure
from metricsuite.tests.helpers import pytest_in
from metricsuite.tests.page_sample import circles
from metricsuite.tests.test_plugin import CASES, CONFTEST, METRICS


def lines(time: int, turns: float = 0.5, trials: int = 6) -> np.ndarray:
    """Trials that go round in the plane, each from a phase of its own."""
    phase = np.linspace(0, 2 * np.pi * turns, time) + np.arange(trials)[:, None]
    return np.stack([np.cos(phase), np.sin(phase)], axis=-1)


def contrast(time: int, turns: float = 0.5) -> Contrast:
    return Contrast({"a": [lines(time, turns)] * 2, "b": [2 * lines(time, turns)] * 2}, paired=True)


def test_a_drawing_is_read_back_as_it_was_made() -> None:
    drawing = drawing_of(drawing_arrays(contrast(30)))
    assert drawing is not None
    assert (drawing.kind, drawing.labels, drawing.common, drawing.contents) == (
        "Contrast", ("a", "b"), True, "Contrast of 4 systems, 6 pairs; 6 trials of 30 steps, 2 units; trials correspond.",
    )  # fmt: skip
    assert [(one.title, one.label, one.share, one.points.shape) for one in drawing.shown] == [
        (f"{label}, system {k}", label, 1.0, (3, 30, 2)) for label in "ab" for k in (1, 2)
    ]


def test_systems_in_common_components_keep_their_sizes() -> None:
    drawing = drawing_of(drawing_arrays(contrast(30)))
    assert drawing is not None
    small, _, large, _ = (np.ptp(one.points.reshape(-1, 2).astype(float), axis=0) for one in drawing.shown)
    assert np.allclose(large / small, 2, atol=0.05)


def test_a_long_path_is_thinned() -> None:
    drawing = drawing_of(drawing_arrays(contrast(400)))
    assert drawing is not None
    assert [(one.points.shape, one.first) for one in drawing.shown] == [((3, POINTS, 2), 0)] * 4


def test_where_thinning_would_cut_the_corners_off_the_first_steps_are_drawn() -> None:
    drawing = drawing_of(drawing_arrays(contrast(400, turns=60)))
    assert drawing is not None
    assert [(one.points.shape, one.first) for one in drawing.shown] == [((3, POINTS, 2), POINTS)] * 4


def test_systems_without_a_path_are_drawn_as_points() -> None:
    points = [np.random.default_rng(k).normal(size=(80, 1, 4)) for k in range(4)]
    drawing = drawing_of(drawing_arrays(Orbit(points[:2], points[2:], paired=True)))
    assert drawing is not None
    figure = systems_figure(drawing)
    assert (figure.count('class="trials points"'), figure.count('class="starts"')) == (3, 0)


@pytest.mark.parametrize("size", [1e-300, 1e300])
def test_systems_beyond_what_can_be_squared_are_drawn_all_the_same(size: float) -> None:
    drawing = drawing_of(drawing_arrays(Orbit([size * lines(9)] * 2, [-size * lines(9)] * 2, paired=True)))
    assert drawing is not None
    assert isinstance(systems_figure(drawing), Markup)


def test_systems_of_many_trials_and_levels_stay_small() -> None:
    design = Sweep("size", {at: circles(1.0 + at, units=8) for at in range(7)}, paired=True)
    arrays = drawing_arrays(design)
    assert (arrays["drawn_points"].dtype, arrays["drawn_points"].size <= 2 * 5 * 3 * POINTS) == (np.uint8, True)


def test_a_design_is_drawn_once_whatever_shares_it() -> None:
    design = contrast(30)
    assert drawing_arrays(design) is drawing_arrays(design)


def test_a_picture_of_systems_says_what_it_shows() -> None:
    drawing = drawing_of(drawing_arrays(contrast(30)))
    assert drawing is not None
    words = "a, system 1: 3 trials in two principal components that hold 100.0 % of its variance, each about 45 % wide and 45 % high of the frame"
    assert f'aria-label="{words}"' in systems_figure(drawing)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run")
    (folder / "cases").mkdir()
    for name, text in (("cases/conftest.py", CONFTEST), ("cases/test_sizes.py", CASES), ("metrics.py", METRICS)):
        (folder / name).write_text(text, encoding="utf-8")
    pytest_in(folder, "cases", "--metric", "metrics.py:size", "--certificate", "out", "--no-isolation", "-q")
    return folder / "out" / "size"


def test_a_run_leaves_a_page_and_a_badge_beside_its_certificate(run: Path) -> None:
    names = ["badge.json", "badge.svg", "certificate.json", "distances.npz", "index.html"]
    assert sorted(p.name for p in run.iterdir()) == names


def test_what_decides_a_property_is_stored_with_its_systems_and_the_contract_without(run: Path) -> None:
    with np.load(run / "distances.npz", allow_pickle=False) as stored:
        drawn = [key for key in stored.files if key.rpartition("|")[2].startswith("drawn_")]
    assert sorted(drawn) == ["test_sizes/test_tells_sizes|drawn_about", "test_sizes/test_tells_sizes|drawn_points"]
