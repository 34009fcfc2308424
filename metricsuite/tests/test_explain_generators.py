"""What makes a design is read from the case: fixtures, the functions that they call by way of others, and their parameters."""

from pathlib import Path

import pytest

from metricsuite import networks, systems, transformations
from metricsuite.certifying import own_cases
from metricsuite.properties import PROPERTIES
from metricsuite.report.explain.case_files import deciding_tests
from metricsuite.report.explain.generators import Generator, generators_of, title_of

CASE = '''
"""One idea,
on two lines.

And the rest.
"""
import pytest
from metricsuite import Contrast, Orbit, networks as zoo, pairwise
from metricsuite.systems import LEVELS, lines, rings as round_ones, unused
from metricsuite.systems.clouds import with_outlier

SIZES = {n: lines(n) for n in (1, 2)}


def both(seeds):
    return {"ring": round_ones(seeds), "line": SIZES[1]}


@pytest.fixture(params=range(2))
def size(request):
    return request.param


@pytest.fixture(scope="module", params=["a", "b"])
def contrast(request, seeds, size):
    return Contrast(both(seeds), paired=LEVELS)


@pytest.fixture(scope="module")
def several(seeds):
    def orbit(spoil):
        return Orbit(round_ones(seeds), spoil(round_ones(seeds)))

    rings = lines = zoo.record(zoo.load("gru"), seeds)
    return {"one": orbit(with_outlier), "two": rings}


@pytest.fixture
def shadowed(seeds):
    unused = round_ones(seeds)
    return Contrast(unused.groups, paired=True)


def test_shadowed(metric, shadowed, verdict): ...


def test_contrast(metric, contrast, verdict): ...


def test_one(metric, several, verdict):
    verdict(pairwise(metric, several["one"]))


def test_two(metric, several, verdict):
    verdict(pairwise(metric, several["two"]))


def test_either(metric, several, name, verdict):
    verdict(pairwise(metric, several[name]))


def test_none(metric, verdict): ...
'''
RINGS, LINES, OUTLIER = (
    "metricsuite.systems.rings",
    "metricsuite.systems.lines",
    "metricsuite.systems.clouds.with_outlier",
)
ZOO = ("metricsuite.networks.load", "metricsuite.networks.record")


@pytest.fixture
def case(tmp_path: Path) -> Path:
    path = tmp_path / "test_case.py"
    path.write_text(CASE)
    return path


class TestReading:
    def test_by_way_of_functions_constants_and_other_fixtures(self, case: Path) -> None:
        parameters = (("contrast", "a, b"), ("size", "range(2)"))
        assert [Generator("contrast", ("Contrast",), (LINES, RINGS), parameters)] == generators_of(
            case, "test_contrast"
        )

    def test_of_the_entry_that_a_test_takes(self, case: Path) -> None:
        assert [Generator("several", ("Orbit",), (OUTLIER, RINGS), ())] == generators_of(case, "test_one")

    def test_through_a_local_name_and_a_module(self, case: Path) -> None:
        assert [Generator("several", (), ZOO, ())] == generators_of(case, "test_two")

    def test_of_all_entries_where_it_is_open_which(self, case: Path) -> None:
        expected = [Generator("several", ("Orbit",), tuple(sorted([*ZOO, OUTLIER, RINGS])), ())]
        assert expected == generators_of(case, "test_either")

    def test_a_local_name_hides_an_imported_one(self, case: Path) -> None:
        assert [Generator("shadowed", ("Contrast",), (RINGS,), ())] == generators_of(case, "test_shadowed")

    def test_of_a_test_without_a_design(self, case: Path) -> None:
        assert [] == generators_of(case, "test_none")

    def test_title_is_the_first_paragraph(self, case: Path) -> None:
        assert "One idea, on two lines." == title_of(case)


class TestParameters:
    @pytest.mark.parametrize(
        "written, expected",
        [
            ("params=[0.1, 20]", "0.1, 20"),
            ("params=[0.1, 20], ids=['quiet', 'noisy']", "quiet, noisy"),
            ("params=[pytest.param(0.1, id='quiet'), pytest.param(20), 'own']", "quiet, 20, own"),
            ("params=pairs(2), ids='-'.join", "pairs(2)"),
        ],
    )
    def test_are_told_by_their_ids(self, tmp_path: Path, written: str, expected: str) -> None:
        path = tmp_path / "test_own.py"
        path.write_text(
            f"@pytest.fixture({written})\ndef noise(request): ...\ndef test_own(metric, noise, verdict): ...\n"
        )
        assert [(("noise", expected),)] == [g.parameters for g in generators_of(path, "test_own")]


class TestWords:
    def test_homes_and_parameters(self, case: Path) -> None:
        (generator,) = generators_of(case, "test_contrast")
        expected = "contrast: Contrast of lines, rings (metricsuite.systems); for a, b; size range(2)"
        assert expected == generator.in_words()

    def test_of_several_homes(self, case: Path) -> None:
        (generator,) = generators_of(case, "test_one")
        assert (
            "several: Orbit of with_outlier (metricsuite.systems.clouds); rings (metricsuite.systems)"
            == generator.in_words()
        )

    def test_of_none(self) -> None:
        assert "mine: made of what the file itself makes" == Generator("mine", (), (), ()).in_words()


class TestTheSuite:
    TESTS = sorted({(d.path, d.test.partition("::")[2]) for d in deciding_tests(own_cases())})

    @pytest.mark.parametrize("path, test", TESTS, ids=lambda value: getattr(value, "stem", value))
    def test_every_deciding_test_has_a_design_of_known_kind(self, path: Path, test: str) -> None:
        found = generators_of(path, test)
        assert [True] == [len(g.kinds) == 1 and bool(g.functions) for g in found]

    @pytest.mark.parametrize("name", PROPERTIES)
    def test_what_is_named_is_there(self, name: str) -> None:
        rooms = {room.__name__: room for room in (networks, systems, transformations)}
        used = {
            f for d in deciding_tests(own_cases()) if d.property == name
            for g in generators_of(d.path, d.test.partition("::")[2]) for f in g.functions
        }  # fmt: skip
        homes = [f.rpartition(".") for f in used]
        assert [] == [f"{h}.{n}" for h, _, n in homes if h in rooms and not callable(getattr(rooms[h], n, None))]
