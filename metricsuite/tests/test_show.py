"""`metricsuite show`: pictures of a case that need no code to be read, and settings around the declared one."""

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metricsuite import Contrast, Orbit, Sweep, load_metric, pairwise
from metricsuite.criteria import invariant, rises, separates, survives
from metricsuite.errors import CaseError
from metricsuite.properties import PROPERTIES
from metricsuite.report.show.exhibits import exhibits_of
from metricsuite.report.show.plots import OF_AN_ORBIT, PlotsMissing, class_colours, design_figure, new_figure
from metricsuite.report.show.recording import Recorded, mapped
from metricsuite.report.show.setting_grid import (
    PREPROCESSING,
    Grid,
    Outcome,
    Setting,
    default_case,
    settings_around,
    table,
)
from metricsuite.report.show.setting_plot import setting_figure
from metricsuite.report.show.showing import find_case, listed, save, targets
from metricsuite.verdict import blank, judge

CASE = '''"""A case of a lab.

What its first paragraph says.

What its second paragraph says.
"""

import numpy as np
import pytest

from metricsuite import Contrast, pairwise
from metricsuite.criteria import separates


def noises(seeds, size, kind):
    return [size * np.random.default_rng([seed, kind]).standard_normal((4, 30, 5)) for seed in seeds]


def wide(seeds):
    return Contrast({"small": noises(seeds, 1, 0), "large": noises(seeds, 9, 1)}, paired=False)


SHOWN = {"sizes": {"very different": wide}}


@pytest.fixture(scope="module", params=[1, 2])
def sizes(request, seeds):
    return Contrast({"small": noises(seeds, 1, 0), "large": noises(seeds, request.param, 1)}, paired=False)


@pytest.mark.decides("topology")
def test_tells_sizes(metric, sizes, verdict):
    verdict(separates(pairwise(metric, sizes)))
'''
METRIC = '''from metricsuite import metric


@metric("planted", pairing="none", sensitive_to={"topology"})
class Planted:
    """The difference of two norms, with a noise that grows beyond the rank of the data."""

    def __init__(self, rank: int = 3, gain: float = 1.0, name: str = "n"):
        self.rank, self.gain = rank, gain

    def prepare(self, x):
        if x.shape[2] == 3:
            raise ValueError("three units are too few")
        noise = (1e9 * x[0, 0, 0]) % 1.0
        return self.gain * float((x**2).mean()) + max(0, self.rank - 6) * 1e3 * noise

    def compare(self, a, b):
        return abs(a - b)
'''


def show(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own."""
    command = [sys.executable, "-c", "import sys; from metricsuite.cli import main; sys.exit(main())", "show", *words]
    env = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("lab")
    (folder / "conftest.py").write_text("metricsuite_cases = True\n", encoding="utf-8")
    (folder / "test_lab.py").write_text(CASE, encoding="utf-8")
    (folder / "planted.py").write_text(METRIC, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def done(lab: Path) -> subprocess.CompletedProcess[str]:
    return show(lab, "test_lab.py", "--metric", "cka", "--metric", "procrustes", "--seeds", "5", "--out", "pictures")


@pytest.fixture(scope="module")
def varied(lab: Path) -> str:
    done = show(
        lab, "hyper-parameters", "planted.py:Planted", "--case", "test_lab.py/test_tells_sizes[2]", "--seeds", "8"
    )
    print(done.stdout, done.stderr)
    return done.stdout


def noises(seeds: range, size: float = 1.0, kind: int = 0) -> list[Any]:
    """Recordings of two units that turn, and three that do nothing much."""
    out = []
    for seed in seeds:
        rng = np.random.default_rng([seed, kind])
        phase = np.linspace(0, 6, 40) + rng.uniform(0, 6, (6, 1))
        turning = np.stack([np.cos(phase), np.sin(phase)], axis=-1)
        out.append(size * np.concatenate([turning, 0.1 * rng.standard_normal((6, 40, 3))], axis=-1))
    return out


def recorded(design: Any, criterion: Any, name: str, metric: str = "cka") -> Recorded:
    """What a run would have recorded of one design."""
    spec = load_metric(metric).spec
    row = blank("test_lab/test_some_thing[case]", metric, PROPERTIES[name], spec)
    row.seeds = "6 of the certify set"
    decision = criterion(pairwise(load_metric(metric), design))
    judge(row, PROPERTIES[name], (decision,))
    case = "A title.\n\nA first\nparagraph.\n\nA second one."
    return Recorded(row, case, "certify", lambda *_: decision, decision, design, seen=exhibits_of(design))


def contrast() -> Recorded:
    design = Contrast({"one": noises(range(6)), "other": noises(range(6), 1, 1)}, paired=True)
    return recorded(design, separates, "topology")


@pytest.fixture(scope="module")
def one() -> Recorded:
    return contrast()


@pytest.fixture(scope="module")
def figure(one: Recorded) -> Any:
    return design_figure([one], class_colours([one.seen]))


def words(figure: Any) -> list[str]:
    """Every text of a figure."""
    from matplotlib.text import Text

    return [t.get_text() for t in figure.findobj(Text) if t.get_text()]


def titles(figure: Any) -> list[str]:
    return [ax.get_title(loc=loc) for ax in figure.axes for loc in ("left", "center") if ax.get_title(loc=loc)]


class TestFigures:
    def test_a_contrast_shows_systems_of_both_classes(self, figure: Any) -> None:
        expected = ["one, system 1", "one, system 2", "other, system 1", "other, system 2"]
        assert expected == [t.split("\n")[0] for t in titles(figure)[:4]]

    def test_a_contrast_titles_the_metric_with_answer_bounds_threshold_and_control(
        self, one: Recorded, figure: Any
    ) -> None:
        row = one.row
        assert row.control is not None
        expected = (
            f"cka: {row.status}\nAUC: {row.statistic:.2f} [{row.low:.2f}, {row.high:.2f}]\nneeds above 0.70\n"
            f"best control: AUC {row.control['statistic']:.2f} ({row.control['name']})"
        )
        assert expected == titles(figure)[4]

    def test_the_matrix_is_ordered_by_class(self, figure: Any) -> None:
        matrix = next(ax for ax in figure.axes if ax.images)
        assert ["one", "other"] == [t.get_text() for t in matrix.get_xticklabels()]

    def test_a_class_has_one_colour_in_systems_and_matrix(self, figure: Any) -> None:
        matrix = next(ax for ax in figure.axes if ax.images)
        assert figure.axes[0].title.get_color() == matrix.get_xticklabels()[0].get_color()

    def test_colours_go_to_classes_as_they_come(self, one: Recorded) -> None:
        assert OF_AN_ORBIT | {"one": "#0072B2", "other": "#D55E00"} == class_colours([one.seen])

    def test_every_axis_of_a_contrast_that_is_drawn_is_labelled(self, figure: Any) -> None:
        expected = {"component 1", "component 2", "time step", "distance", "density of pairs"}
        assert expected <= {ax.get_xlabel() for ax in figure.axes} | {ax.get_ylabel() for ax in figure.axes}

    def test_the_caption_has_the_first_paragraph_and_the_seeds(self, figure: Any) -> None:
        caption = words(figure)[-1]
        assert ["A title.", "A first paragraph."] == caption.split("\n")[:2]
        assert caption.endswith("Verdict test_lab/test_some_thing[case]; seeds: 6 of the certify set.")

    def test_the_second_line_says_what_is_decided(self, figure: Any) -> None:
        expected = (
            "Decides topology (track dynamics). A metric that claims it should react to: attractors of different topology (a ring, "
            "and a line)."
        )
        assert expected in words(figure)

    def test_an_orbit_shows_images_beside_others(self) -> None:
        systems = noises(range(6))
        one = recorded(Orbit(systems, [2 * s for s in systems], paired=True), invariant, "deformation")
        figure = design_figure([one], class_colours([one.seen]))
        assert ["image of itself", "a system that\ndoes differ"] == [
            t.get_text() for t in figure.axes[-3].get_xticklabels()
        ]

    def test_an_orbit_marks_the_threshold(self) -> None:
        systems = noises(range(6))
        one = recorded(Orbit(systems, [2 * s for s in systems], paired=True), invariant, "deformation")
        assert "0.25 of the median" in words(design_figure([one], class_colours([one.seen])))

    def test_a_sweep_draws_one_line_a_seed_and_their_median(self) -> None:
        levels = {s: [x + s for x in noises(range(6), 1, k)] for k, s in enumerate((0, 1, 2, 3))}
        one = recorded(Sweep("shift (units)", levels, paired=True), rises, "topology")
        axes = design_figure([one], class_colours([one.seen])).axes[-3]
        assert (6, "shift (units)") == (sum(len(line.get_xdata()) == 3 for line in axes.lines) - 1, axes.get_xlabel())

    def test_a_sweep_of_contrasts_draws_the_auc_of_every_level(self) -> None:
        levels = {s: {"a": noises(range(6)), "b": noises(range(6), 1, 1)} for s in (0, 0.1, 0.2)}
        one = recorded(Sweep("noise", levels, paired=True), survives, "observation-noise")
        axes = design_figure([one], class_colours([one.seen])).axes[-3]
        assert one.row.details["auc"] in [list(line.get_ydata()) for line in axes.lines]

    def test_a_metric_without_distances_says_why(self, one: Recorded) -> None:
        other = Recorded(
            blank("test_lab/test_some_thing", "far", PROPERTIES["topology"], load_metric("cka").spec),
            "",
            "certify",
            one.again,
        )
        other.row.status, other.row.reason = "not applicable", "outside its scope"
        assert "outside its scope" in words(design_figure([one, other], class_colours([one.seen])))

    def test_no_two_titles_of_metrics_overlap(self, one: Recorded) -> None:
        figure = design_figure([one] * 5, class_colours([one.seen]))
        figure.canvas.draw()
        boxes = [t.get_window_extent() for ax in figure.axes for t in [ax._left_title] if t.get_text()]
        assert [] == [k for k, (a, b) in enumerate(itertools.pairwise(boxes)) if a.overlaps(b)]

    def test_what_is_written_is_a_png(self, tmp_path: Path, figure: Any) -> None:
        save(figure, tmp_path / "new" / "x.png")
        assert b"\x89PNG\r\n\x1a\n" == (tmp_path / "new" / "x.png").read_bytes()[:8]

    def test_without_matplotlib_it_says_what_to_install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
        with pytest.raises(PlotsMissing) as error:
            new_figure(1, 1)
        expected = 'plots need matplotlib (import of matplotlib.figure halted; None in sys.modules): pip install "metricsuite[plots]"'
        assert expected == str(error.value)


class TestExhibits:
    def test_levels_of_one_system_share_their_components(self) -> None:
        levels = {s: [x + 0.01 * s for x in noises(range(3))] for s in (0, 1)}
        assert exhibits_of(Sweep("shift", levels, paired=True)).common

    def test_unrelated_readouts_do_not(self) -> None:
        turned = [x[..., ::-1] for x in noises(range(3))]
        assert not exhibits_of(Contrast({"a": noises(range(3)), "b": turned}, paired=True)).common

    def test_trials_steps_and_units_have_ranges(self) -> None:
        levels = {
            k: [np.random.default_rng(0).normal(size=(trials, 50, 3 * trials))] * 2 for k, trials in enumerate((48, 1))
        }
        contents = "Sweep of 4 systems, 3 pairs; 1 to 48 trials of 50 steps, 3 to 144 units; trials do not correspond."
        assert contents == exhibits_of(Sweep("trials", levels, paired=False)).contents

    def test_two_components_hold_what_they_say(self) -> None:
        shares = [
            e.share for e in exhibits_of(Contrast({"a": noises(range(2)), "b": noises(range(2))}, paired=True)).shown
        ]
        assert pytest.approx([1 / 1.03] * 4, abs=0.01) == shares

    def test_at_most_six_systems_side_by_side(self) -> None:
        levels = {float(s): {"a": noises(range(2)), "b": noises(range(2))} for s in range(9)}
        expected = [("a", 0.0), ("b", 0.0), ("a", 4.0), ("b", 4.0), ("a", 8.0), ("b", 8.0)]
        assert expected == [(e.label, e.position) for e in exhibits_of(Sweep("s", levels, paired=True)).shown]


class TestFinding:
    def test_a_stem_with_and_without_test(self) -> None:
        assert find_case("lorenz") == find_case("test_lorenz")

    def test_a_verdict_id(self) -> None:
        path, test = find_case("ring_line/test_tells_a_ring_from_a_line[own-input]")
        assert ("test_ring_line.py", "test_tells_a_ring_from_a_line[own-input]") == (path.name, test)

    def test_a_path_and_a_test_in_it(self, lab: Path) -> None:
        assert (lab / "test_lab.py", "test_tells_sizes[1]") == find_case(f"{lab}/test_lab.py/test_tells_sizes[1]")

    def test_an_unknown_case_names_the_nearest(self) -> None:
        with pytest.raises(CaseError) as error:
            find_case("lorens")
        assert str(error.value).startswith("no case is called 'lorens'; nearest: lorenz")

    def test_the_list_has_title_and_properties(self) -> None:
        lines = listed()
        at = next(k for k, line in enumerate(lines) if line.startswith("lorenz"))
        expected = [
            "lorenz            Lorenz: one equation in different regimes, dressed alike.",
            "                  decides regime",
        ]
        assert expected == [lines[at], lines[at + 1][: len(expected[1])]]

    def test_one_file_or_numbered_ones(self) -> None:
        assert [[Path("a.png")], [Path("a-1.png"), Path("a-2.png")]] == [
            targets("a.png", ["x"]),
            targets("a.png", ["x", "y"]),
        ]

    def test_names_of_files_in_a_folder(self) -> None:
        assert [Path("out/test_a-tells-own-input.png")] == targets("out", ["test_a-tells[own-input]"])


class TestTheCommand:
    def test_a_lab_s_own_case_is_drawn_once_a_design_and_once_a_design_that_is_only_shown(
        self, done: subprocess.CompletedProcess[str]
    ) -> None:
        expected = [f"pictures/test_lab-tells_sizes-{case}.png" for case in ("1", "2", "very-different")]
        assert expected == [line.split(":")[0] for line in done.stdout.splitlines()], done.stderr

    def test_every_metric_is_answered_for(self, done: subprocess.CompletedProcess[str]) -> None:
        assert [["cka", "procrustes"]] * 3 == [
            [part.split()[0] for part in line.split(": ")[1].split(", ")] for line in done.stdout.splitlines()
        ]

    def test_the_files_are_there(self, lab: Path, done: subprocess.CompletedProcess[str]) -> None:
        assert [True] * 3 == [(lab / line.split(":")[0]).stat().st_size > 20_000 for line in done.stdout.splitlines()]

    def test_one_design_that_is_only_shown(self, lab: Path) -> None:
        done = show(
            lab,
            "test_lab.py/test_tells_sizes[very different]",
            "--metric",
            "planted.py:Planted",
            "--seeds",
            "5",
            "--out",
            "one.png",
        )
        assert ("one.png: planted yes\n", "") == (done.stdout, done.stderr)

    def test_an_unknown_fixture_names_the_nearest(self, lab: Path) -> None:
        done = show(lab, "test_lab.py", "--fixture", "size", "--metric", "cka")
        expected = "metricsuite show: test_lab.py: no fixture is called 'size'; nearest: sizes.\n"
        assert (4, expected) == (done.returncode, done.stderr)

    def test_an_unknown_test_names_the_nearest(self, lab: Path) -> None:
        done = show(lab, "test_lab.py/test_tells_sises", "--metric", "cka")
        expected = (
            "metricsuite show: test_lab.py: no verdict is called 'test_tells_sises'; nearest: test_tells_sizes[2], test_tells_sizes[1], "
            "test_tells_sizes[very different].\n"
        )
        assert (4, expected) == (done.returncode, done.stderr)

    def test_a_rank_far_above_is_seen_to_fail(self, varied: str) -> None:
        answers = {line[2:42].strip(): line[42:51].strip() for line in varied.splitlines() if line.startswith("  ")}
        assert {"declared": "yes", "rank=6": "yes", "rank=30": "no"} == {
            k: answers[k] for k in ("declared", "rank=6", "rank=30")
        }

    def test_a_setting_that_raises_is_an_error(self, varied: str) -> None:
        assert "three units are too few" in next(line for line in varied.splitlines() if "half of the units" in line)

    def test_why_it_fails_comes_from_the_distances(self, varied: str) -> None:
        line = next(line for line in varied.splitlines() if line.startswith("rank=30: "))
        assert line.endswith("two systems of one class are then nearly as far apart as two of different classes.")


class TestSettings:
    def test_dsa_has_twelve_the_declared_one_first(self) -> None:
        _, settings = settings_around(load_metric("dsa"))
        assert (12, "declared") == (len(settings), settings[0].name)

    def test_dsa_goes_far_above_its_rank(self) -> None:
        assert {"rank=2", "rank=8", "rank=16", "rank=40"} <= {s.name for s in settings_around(load_metric("dsa"))[1]}

    def test_a_metric_without_numbers_has_preprocessing_only(self) -> None:
        assert ["declared", *PREPROCESSING] == [s.name for s in settings_around(load_metric("cka"))[1]]

    def test_what_the_target_says_is_the_declared_setting(self) -> None:
        assert 10 == settings_around(load_metric("dsa(rank=10)"))[0]["rank"]

    def test_parameters_alone_then_together(self) -> None:
        def similarity(x: Any, y: Any, k: int = 4, width: float = 1.0, flag: bool = True) -> float:
            return 0.0

        from metricsuite.adapting import adapt

        names = [s.name for s in settings_around(adapt(similarity, name="s"))[1]]
        expected = ["declared", "k=2", "k=8", "width=0.5", "width=2", "k=8, width=2", "k=2, width=0.5", *PREPROCESSING]
        assert expected == names

    def test_every_preprocessing_changes_the_shape_that_it_says(self) -> None:
        system = Contrast({"a": noises(range(2)), "b": noises(range(2))}, paired=True).systems[0]
        expected = [(6, 20, 5), (6, 40, 3), (6, 40, 3)]
        assert expected == [change(system).array.shape for change in PREPROCESSING.values()]

    def test_every_other_step_is_twice_as_long(self) -> None:
        system = Contrast({"a": noises(range(2)), "b": noises(range(2))}, paired=True).systems[0]
        assert 2.0 == PREPROCESSING["every other time step"](system).dt

    @pytest.mark.parametrize(
        "design",
        [
            Contrast({"a": noises(range(2)), "b": noises(range(2))}, paired=False),
            Orbit(noises(range(2)), noises(range(2)), noises(range(2)), paired=True),
            Sweep("s", {0: noises(range(2)), 1: noises(range(2))}, against="all", paired=True),
        ],
        ids=repr,
    )
    def test_a_changed_design_keeps_its_form(self, design: Any) -> None:
        changed = mapped(design, PREPROCESSING["half of the units"])
        assert (type(design), design.pairs, design.paired, 3) == (
            type(changed),
            changed.pairs,
            changed.paired,
            changed.systems[0].units,
        )

    def test_a_metric_of_samples_has_a_case_with_samples(self) -> None:
        assert "ring_line/test_tells_a_ring_from_a_cut_ring[same-input]" == default_case("procrustes")


def grid() -> Grid:
    """A declared setting that tells the classes apart, one that does not, and one that raised."""
    far = Contrast({"a": noises(range(6)), "b": [s * [1, 0.1, 1, 1, 1] for s in noises(range(6))]}, paired=False)
    one = recorded(far, separates, "topology")
    near = recorded(Contrast({"a": noises(range(6)), "b": noises(range(6), 1, 1)}, paired=False), separates, "topology")
    first = Outcome(Setting(), one.decision, 1.0, 4.0)
    lost = Outcome(Setting({"rank": 40}), near.decision, 3.0, 3.2)
    return Grid("mine", {"rank": 4}, one, (first, lost, Outcome(Setting({"rank": 99}), error="too high")))


class TestReasons:
    def test_the_fraction_that_keeps_the_answer(self) -> None:
        found = grid()
        first = found.outcomes[0].answer
        assert f"1 of 3 settings (33%) answer {first!r}, as the declared one does." in table(found)

    def test_a_setting_that_raised_is_a_row_with_its_reason(self) -> None:
        assert f"  {'rank=99':<40}{'error':<9}too high" in table(grid())

    def test_the_figure_names_every_setting(self) -> None:
        left = setting_figure(grid()).axes[0]
        assert ["declared", "rank=40", "rank=99"] == [t.get_text() for t in left.get_yticklabels()]
