"""``metricsuite explain``: every property, track, criterion and metric has an entry; cases are read, a lab's own too."""

import re
from pathlib import Path

import pytest

from metricsuite.builtin import BUILTIN, ON_DEMAND
from metricsuite.certifying import own_cases
from metricsuite.cli import main
from metricsuite.errors import CaseError, MetricNotFound
from metricsuite.properties import EXCLUDES, LIMITS, PROPERTIES, TRACKS
from metricsuite.report.explain.remedies import cures
from metricsuite.report.explaining import (
    CRITERIA,
    GUIDES,
    WIDTH,
    Deciding,
    deciding_tests,
    explained,
    own_properties,
)

CASE = '''
"""A lab's own case."""
import pytest
from metricsuite import Contrast
from metricsuite.criteria import separates

HERE = ["my-lab/replay", "topology"]


@pytest.fixture
def design(seeds):
    return Contrast({"a": own(seeds), "b": own(seeds, 2)}, paired=False)


@pytest.mark.decides("my-lab/replay", pairs=496)
def test_tells_replay(metric, design, verdict):
    decision = separates(pairwise(metric, design), auc_above=0.8)
    verdict(decision)


@pytest.mark.parametrize("name", [pytest.param(n, marks=pytest.mark.decides(n)) for n in HERE])
def test_each(metric, design, name, verdict):
    verdict(my_criterion(pairwise(metric, design)))
'''
CONFTEST = """
from metricsuite import Property

metricsuite_cases = True
metricsuite_properties = [Property("my-lab/replay", "dynamics", "a replay of what was seen", source="Lab 2026")]
"""


@pytest.fixture
def lab(tmp_path: Path) -> Path:
    (tmp_path / "test_replay.py").write_text(CASE)
    (tmp_path / "conftest.py").write_text(CONFTEST)
    return tmp_path


def one(name: str, *folders: Path) -> list[str]:
    (text,) = explained([name], folders)
    return text.splitlines()


def refusal(*names: str, folders: tuple[Path, ...] = (), error: type[Exception] = MetricNotFound) -> str:
    with pytest.raises(error) as raised:
        explained(names, folders)
    return str(raised.value)


class TestProperty:
    def test_whole(self) -> None:
        expected = [
            "privileged-axes: a code along the units' axes, rotated away from them",
            "  track geometry; source: Khosla et al. 2024",
            '  claimed so: sensitive_to={"privileged-axes"}',
            "",
            "decided by",
            "  test_geometry_traps::test_a_rotated_sparse_code: sensitive()",
            "",
            "made by",
            '  test_geometry_traps: Traps of geometry: what makes a measure of clouds of states say "the same" or',
            '  "different" for the wrong reason.',
            "    rotated_codes: Orbit of sparse_codes (metricsuite.systems)",
            "",
            "seen in",
            "  metricsuite show test_geometry_traps",
            "  index.html beside the certificate (--certificate DIR)",
            "  sensitive: Distances from systems to their images, beside those to systems that do differ.",
            "",
            "cannot be claimed together",
            "  invariant_to 'orthogonal' and sensitive_to 'privileged-axes': a code rotated away from the units'",
            "      axes is an orthogonal image of the code itself, so the distance must stay 0",
            "",
            "common causes and cures",
            "  - the metric ignores rotations, so that it cannot (a theorem)",
            "    -> align units by permutations or soft matching instead (Khosla et al. 2024), and withdraw",
            "       orthogonal",
        ]
        assert expected == one("privileged-axes")

    def test_of_the_contract(self) -> None:
        expected = [
            "finite: returns one finite float for every pair of systems in its scope",
            "  track contract; source: metricsuite",
            "  part of the contract: held against every metric, claimed or not",
            "",
            "decided by",
            "  test_contract::test_returns_a_finite_float: obeys('finite')",
            "",
            "made by",
        ]
        assert expected == one("finite")[: len(expected)]

    @pytest.mark.parametrize("name", list(PROPERTIES))
    def test_names_a_test_and_a_criterion(self, name: str) -> None:
        lines = one(name)
        assert re.fullmatch(r"  test_\w+::test_\w+: \w+\(.*", lines[lines.index("decided by") + 1])

    def test_a_port_is_claimed_by_the_metric_that_it_equals(self) -> None:
        assert '  claimed so: same_as="cka"' in one("same-as")

    @pytest.mark.parametrize("exclusion", EXCLUDES, ids=lambda e: "-and-".join(v for _, v in e.claims if v))
    def test_shows_every_exclusion_on_each_side(self, exclusion: object) -> None:
        sides = [value for _, value in exclusion.claims if value in PROPERTIES]  # type: ignore[attr-defined]
        told = [" ".join(line.strip() for line in one(side)) for side in sides]
        assert [] == [text for text in told if exclusion.reason not in text]  # type: ignore[attr-defined]

    @pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.property)
    def test_shows_every_limit(self, limit: object) -> None:
        text = " ".join(line.strip() for line in one(limit.property))  # type: ignore[attr-defined]
        assert f"{limit.kind}: {limit.reason}." in text  # type: ignore[attr-defined]

    def test_says_which_test_an_argument_speaks_of(self) -> None:
        text = " ".join(line.strip() for line in one("non-normality"))
        assert "(in test_clothes/test_a_sheared_operator; its other tests escape)" in text

    def test_of_a_lab(self, lab: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        expected = [
            "my-lab/replay: a replay of what was seen",
            "  track dynamics; source: Lab 2026",
            '  claimed so: sensitive_to={"my-lab/replay"}',
            "",
            "decided by",
            "  test_replay::test_tells_replay: separates(auc_above=0.8)",
            "  test_replay::test_each: no criterion of metricsuite",
            "",
            "made by",
            "  test_replay: A lab's own case.",
            "    design: Contrast of what the file itself makes",
            "",
            "seen in",
            "  metricsuite show test_replay.py",
            "  index.html beside the certificate (--certificate DIR)",
            "  separates: All distances of a contrast, ordered by class, with a bar of the class's colour along",
            "      two sides. How far apart systems of one class are, beside systems of two: what the AUC",
            "      compares.",
        ]
        monkeypatch.chdir(lab)
        assert expected == one("my-lab/replay", lab)

    def test_of_the_suite_that_a_lab_decides_too(self, lab: Path) -> None:
        assert "  test_replay::test_each: no criterion of metricsuite" in one("topology", lab)

    @pytest.mark.parametrize("name", list(PROPERTIES))
    def test_has_every_section(self, name: str) -> None:
        heads = ["decided by", "made by", "seen in", "common causes and cures"]
        assert heads == [line for line in one(name) if line in heads]

    @pytest.mark.parametrize("name", [n for n, p in PROPERTIES.items() if len(p.directions) > 1])
    def test_says_which_claim_a_cause_is_of(self, name: str) -> None:
        text = "\n".join(one(name))
        number = {"invariant_to": len(cures(name, "invariant")), "sensitive_to": len(cures(name, "sensitive"))}
        assert number == {field: text.count(f"  - claimed {field}: ") for field in number}


class TestTrack:
    def test_whole(self) -> None:
        expected = [
            "axioms: what makes a distance a metric in the mathematical sense",
            "  symmetry                  d(x, y) = d(y, x)",
            "  triangle                  d(x, z) <= d(x, y) + d(y, z), on triples made to break it",
            "  same-as                   equals the built-in metric that same_as names, on fixed inputs",
        ]
        assert expected == one("axioms")

    def test_without_a_name_the_vocabulary_by_track(self) -> None:
        assert [one(track) for track in TRACKS] == [text.splitlines() for text in explained([])][:-1]

    @pytest.mark.parametrize("name", [*TRACKS, *CRITERIA, *BUILTIN, *ON_DEMAND, *GUIDES])
    def test_without_a_name_all_else_that_can_be_explained(self, name: str) -> None:
        assert name in re.findall(r"[\w-]+", explained([])[-1])

    @pytest.mark.parametrize("name", PROPERTIES)
    def test_the_vocabulary_names_it_once(self, name: str) -> None:
        lines = "\n".join(explained([])).splitlines()
        assert 1 == sum(line.startswith(f"  {name} ") for line in lines)

    def test_a_labs_properties_stand_among_them(self, lab: Path) -> None:
        assert "  my-lab/replay         ~   a replay of what was seen" in one("dynamics", lab)


class TestCriterion:
    def test_whole(self) -> None:
        expected = [
            "symmetric: d(x, y) = d(y, x), to rounding: the largest difference as a part of the median distance.",
            "",
            "  distances : Distances",
            "      With both directions.",
            "",
            "  No interval: one counterexample decides, beyond rounding, max(1e-6, spec.tolerance) of the median",
            "  distance.",
            "",
            "error rates are not simulated",
            "",
            "seen in (metricsuite show CASE)",
            "  On a certificate's page: The distance of every pair in one direction against the other, with the",
            "  line of equal ones. By metricsuite show: All distances of a contrast, ordered by class, with a bar",
            "  of the class's colour along two sides.",
            "",
            "common causes and cures",
            '  - where it says "no": d(x, y) and d(y, x) differ by more than rounding',
            "    -> metricsuite explain symmetry; without the claim both directions are averaged and shown",
            "",
            "used by test_axioms",
        ]
        assert expected == one("symmetric")

    @pytest.mark.parametrize(
        "name, words",
        [
            ("separates", "AUC of between- against within-class distances, its bounds over resampled systems, and the"),
            ("rises", "A mean of one value a block, with its bounds, widened for few blocks."),
            ("flat", "Median (or another average) image distance over median contrast distance; blocks resampled, in"),
        ],
    )
    def test_says_how_its_interval_is_made(self, name: str, words: str) -> None:
        assert f"Its interval: {words}" in " ".join(line.strip() for line in one(name))

    def test_has_its_notes(self) -> None:
        text = " ".join(line.strip() for line in one("withstands"))
        assert "A ratio does not survive a rescaling that is not linear" in text

    def test_rates(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        rows = '[{"criterion": "rises", "threshold": 0.5, "blocks": 16, "truth": 0.5, "yes": 27, "no": 3, "unclear": 970, "runs": 1000},'
        rows += '{"criterion": "flat", "threshold": 0.5, "blocks": 16, "truth": 0.5, "yes": 1, "no": 0, "unclear": 0, "runs": 1},'
        rows += '{"criterion": "rises", "threshold": 0.5, "blocks": 16, "truth": 0.9, "yes": 999, "no": 0, "unclear": 1, "runs": 1000},'
        rows += '{"track": "noise", "blocks": 16}]'
        (tmp_path / "criteria").mkdir()
        (tmp_path / "criteria" / "error_rates.json").write_text(rows)
        monkeypatch.setattr("metricsuite.report.explain.criterion_text.resources.files", lambda _: tmp_path)
        monkeypatch.setattr("metricsuite.report.explain.criterion_text.criterion_cures", lambda _: [])
        lines = one("rises")
        start = lines.index("simulated, in percent of seed sets")
        expected = [
            "  seeds  threshold  truth    yes     no  unclear     of",
            "     16        0.5    0.5    2.7    0.3     97.0   1000  (yes: false pass)",
            "     16        0.5    0.9   99.9    0.0      0.1   1000",
        ]
        assert expected == lines[start + 1 : start + 4]

    @pytest.mark.parametrize("name", CRITERIA)
    def test_begins_with_its_docstring(self, name: str) -> None:
        from metricsuite import criteria

        first = " ".join(getattr(criteria, name).__doc__.split("\n\n")[0].split())
        text = " ".join(line.strip() for line in one(name))
        assert text.startswith(f"{name}: {first}")

    @pytest.mark.parametrize("name", ["separates", "survives", "invariant", "sensitive", "rises", "flat"])
    def test_has_the_rule_and_simulated_rates(self, name: str) -> None:
        lines = one(name)
        assert (
            '  "yes" where the whole interval lies beyond the threshold, "no" where the whole of it lies short,'
            in lines
        )
        assert [] != [line for line in lines if line.endswith("(yes: false pass)")]

    def test_has_its_defaults(self) -> None:
        assert "  defaults: auc_above=0.7" in one("separates")


class TestMetric:
    def test_whole(self) -> None:
        expected = [
            "procrustes: Williams et al. 2021, eq. 4",
            "  scope: orientation distance, pairing samples, units any",
            "  complexity: prepare: n T p; compare: n T p^2 + p^3",
            "  axioms: symmetry, triangle",
            "  invariant_to: translation, isotropic-scaling, permutation, orthogonal, silent-unit,",
            "      duplicated-units, deformation, readout, uneven-speed, observation-noise, multiplicative-noise,",
            "      mixing",
            "  sensitive_to: unit-scaling, invertible-linear, affine, trial-order, time-reversal, subset-shift,",
            "      minor-components, shuffled-pairs, history, regime, non-normality, motifs",
            "",
            "cannot have, beside what it claims",
            "  sensitive_to 'privileged-axes', with invariant_to 'orthogonal': a code rotated away from the",
            "      units' axes is an orthogonal image of the code itself, so the distance must stay 0",
        ]
        assert expected == one("procrustes")

    def test_of_a_file_with_all_of_a_scope(self, tmp_path: Path) -> None:
        path = tmp_path / "mine.py"
        path.write_text(
            "from metricsuite import metric\n"
            "@metric('mine', orientation='similarity', units='equal', min_samples=40, needs={'dt', 'inputs'}, random=True,\n"
            "        self_value=None, tolerance=0.01, sensitive_to={'topology', 'my-lab/replay'})\n"
            "def mine(x, y, rng, dt, inputs): ...\n"
        )
        expected = [
            "mine: no source given",
            "  scope: orientation similarity, pairing samples, units equal, min_samples 40, needs dt, inputs,",
            "      random, self_value None, tolerance 0.01",
            "  axioms: nothing claimed",
            "  invariant_to: nothing claimed",
            "  sensitive_to: topology, my-lab/replay",
            "",
            "cannot have, beside what it claims",
            "  nothing is ruled out",
        ]
        assert expected == one(f"{path}:mine")

    def test_a_parameter_is_in_its_setting(self) -> None:
        assert "  setting: n_delays 5," in "\n".join(one("dsa(n_delays=5)"))

    @pytest.mark.parametrize("name", [*BUILTIN, *ON_DEMAND])
    def test_says_why_rotations_rule_out_privileged_axes(self, name: str) -> None:
        assert [] != [
            line for line in one(name) if line.startswith("  sensitive_to 'privileged-axes', with invariant_to")
        ]


class TestWidth:
    @pytest.mark.parametrize("name", [*PROPERTIES, *TRACKS, *CRITERIA, *BUILTIN, *ON_DEMAND, *GUIDES])
    def test_no_line_is_longer(self, name: str) -> None:
        assert [] == [line for line in one(name) if len(line) > WIDTH]


class TestErrors:
    def test_the_nearest_is_named(self) -> None:
        assert "nothing is called 'topolgy'; nearest: topology." == refusal("topolgy")

    def test_a_guide_is_near_too(self) -> None:
        assert (
            "nothing is called 'write-a-metrik'; nearest: write-a-metric, write-a-case, read-a-certificate."
            == refusal("write-a-metrik")
        )

    def test_and_where_nothing_is_near_all_that_there_is(self) -> None:
        first, *lines = refusal("qqqq").splitlines()
        everything = (
            f"properties: {', '.join(PROPERTIES)} tracks: {', '.join(TRACKS)} criteria: {', '.join(CRITERIA)} "
            f"metrics: {', '.join([*BUILTIN, *ON_DEMAND])} guides: {', '.join(GUIDES)}"
        )
        assert ("nothing is called 'qqqq'; there are", everything) == (first, " ".join(map(str.strip, lines)))

    def test_all_that_there_is_stands_in_lines_of_a_screen_s_width(self) -> None:
        assert [] == [line for line in refusal("qqqq").splitlines() if len(line) > WIDTH]

    def test_capitals_are_no_other_name(self) -> None:
        assert "nothing is called 'WAIVE'; nearest: waive, arrives, affine." == refusal("WAIVE")

    def test_a_case_is_shown_instead(self) -> None:
        expected = "test_ring_line is a case; `metricsuite show test_ring_line` draws it. To be explained, name a property that it decides."
        assert expected == refusal("test_ring_line")

    def test_a_file_that_is_not_there(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        assert f"x.py:mine: there is no file x.py; looked in {tmp_path}." == refusal("x.py:mine")

    def test_a_folder_without_cases(self, tmp_path: Path) -> None:
        expected = f"--cases {tmp_path}: there is no test_*.py; needed a folder of cases."
        assert expected == refusal("topology", folders=(tmp_path,), error=CaseError)

    def test_a_case_that_is_no_python(self, lab: Path) -> None:
        (lab / "test_broken.py").write_text("def test_(:\n")
        message = refusal("topology", folders=(lab,), error=CaseError)
        assert message.startswith(f"{lab / 'test_broken.py'}: cannot be read: ")

    def test_a_property_that_is_no_literal(self, lab: Path) -> None:
        (lab / "conftest.py").write_text("x = [Property(name(), 'dynamics', 'a meaning')]\n")
        with pytest.raises(CaseError) as raised:
            own_properties(lab)
        assert str(raised.value).startswith(f"{lab / 'conftest.py'}: a Property cannot be read: ")

    def test_the_command_ends_with_4(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert 4 == main(["explain", "topolgy"])
        assert "metricsuite explain: nothing is called 'topolgy'; nearest: topology.\n" == capsys.readouterr().err


class TestCommand:
    def test_several_names(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert 0 == main(["explain", "axioms", "trained"])
        assert "\n\n".join(explained(["axioms", "trained"])) + "\n" == capsys.readouterr().out

    def test_cases_of_a_lab(self, lab: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert 0 == main(["explain", "my-lab/replay", "--cases", str(lab)])
        assert capsys.readouterr().out.startswith("my-lab/replay: a replay of what was seen\n")


class TestReading:
    def test_marks_on_functions_and_in_comprehensions(self, lab: Path) -> None:
        path = lab / "test_replay.py"
        expected = [
            Deciding("my-lab/replay", "test_replay::test_tells_replay", ("separates(auc_above=0.8)",), path),
            Deciding("my-lab/replay", "test_replay::test_each", (), path),
            Deciding("topology", "test_replay::test_each", (), path),
        ]
        assert expected == deciding_tests(lab)

    def test_every_test_of_the_suite_that_takes_a_verdict_is_read(self) -> None:
        text = {path.stem: path.read_text() for path in own_cases().glob("test_*.py")}
        takes = {
            f"{s}::{name}" for s, t in text.items() for name in re.findall(r"def (test_\w+)\(metric,.*verdict\)", t)
        }
        assert takes == {d.test for d in deciding_tests(own_cases())}
