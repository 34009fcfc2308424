"""`metricsuite list`: everything once, names first, and nothing that has to be imported to be listed."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

from metricsuite.builtin import BUILTIN, ON_DEMAND
from metricsuite.certifying import own_cases
from metricsuite.cli import main
from metricsuite.properties import PROPERTIES, TRACKS
from metricsuite.report.explaining import CRITERIA, deciding_tests
from metricsuite.report.listing import LISTS


def listed(capsys: pytest.CaptureFixture[str], *args: str) -> list[str]:
    assert 0 == main(["list", *args])
    return capsys.readouterr().out.splitlines()


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A distribution with a plugin that cannot be imported."""
    info = tmp_path / "lab-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lab\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text("[metricsuite.metrics]\nreplay = lab.broken:Replay\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "replay" in metadata.entry_points(group="metricsuite.metrics").names


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "conftest.py").write_text(
        "metricsuite_cases = True\nmetricsuite_properties = [Property('lab/replay', track='dynamics', meaning='replays in order')]\n"
    )
    (folder / "test_mine.py").write_text(
        '"""What replays, and what does not.\n\nMore.\n"""\n\n\n@pytest.mark.decides("lab/replay")\ndef test_replays(metric, verdict):\n    pass\n'
    )
    return folder


NAMES = {
    "metrics": [*BUILTIN, *ON_DEMAND],
    "properties": [p.name for track in TRACKS for p in PROPERTIES.values() if p.track == track],
    "criteria": CRITERIA,
    "cases": list(dict.fromkeys(d.test.partition("::")[0] for d in deciding_tests(own_cases()))),
    "tracks": list(TRACKS),
}


@pytest.mark.parametrize("what", NAMES)
def test_everything_has_a_line_and_its_name_comes_first(capsys: pytest.CaptureFixture[str], what: str) -> None:
    first = [line.split()[0] for line in listed(capsys, what)]
    assert NAMES[what] == [name for name in first if name in NAMES[what]]


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        ("metrics", "cka                 built in   metricsuite.metrics.kernel_alignment:CKA"),
        ("properties", "orthogonal            invariance  =~  a rotation or reflection of state space"),
        ("properties", "history               dynamics    ~   dependence on the past behind equal marginals"),
        ("properties", "non-negative          contract        never returns a distance below zero"),
        ("criteria", "separates        Are the classes of a Contrast told apart?"),
        ("tracks", "contract    7 properties   what a measurement must do to be one"),
    ],
)
def test_a_line(capsys: pytest.CaptureFixture[str], what: str, expected: str) -> None:
    assert expected.split() in [line.split() for line in listed(capsys, what)]


def test_a_case_has_its_title_and_the_properties_that_it_decides(capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = (line for line in listed(capsys, "cases") if line.startswith("test_ring_line "))
    assert ("Ring or line", "topology, observation-noise, deformation") == (line.split(maxsplit=1)[1][:12], line[-40:])


def test_a_plugin_is_listed_with_its_distribution_though_it_is_broken(
    capsys: pytest.CaptureFixture[str], installed: None
) -> None:
    lines = [line.split() for line in listed(capsys, "metrics")]
    assert ["replay", "lab", "1.2", "lab.broken:Replay"] in lines


def test_listing_metrics_imports_none(capsys: pytest.CaptureFixture[str], installed: None) -> None:
    listed(capsys, "metrics")
    assert "lab" not in sys.modules


def test_cases_of_one_s_own(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    line = listed(capsys, "cases", "--cases", str(own))[-1]
    assert "test_mine What replays, and what does not. lab/replay" == " ".join(line.split())


def test_properties_of_one_s_own(capsys: pytest.CaptureFixture[str], own: Path) -> None:
    lines = [line.split() for line in listed(capsys, "properties", "--cases", str(own))]
    assert ["lab/replay", "dynamics", "~", "replays", "in", "order"] in lines


def test_a_folder_without_cases(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = main(["list", "cases", "--cases", str(tmp_path)])
    expected = f"metricsuite list: --cases {tmp_path}: there is no test_*.py; needed a folder of cases.\n"
    assert (4, expected) == (code, capsys.readouterr().err)


def test_the_overview_has_a_head_for_each_list(capsys: pytest.CaptureFixture[str]) -> None:
    heads = [line.split()[0] for line in listed(capsys) if not line.startswith(" ")]
    assert [*LISTS, "metricsuite"] == heads


def test_the_overview_names_everything(capsys: pytest.CaptureFixture[str]) -> None:
    words = {word.rstrip(",") for line in listed(capsys) for word in line.split()}
    assert set() == {name for names in NAMES.values() for name in names} - words


def test_the_overview_is_no_wider_than_100_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert [] == [line for line in listed(capsys) if len(line) > 100]
