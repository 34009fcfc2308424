"""The page of a replication: whole, closed in itself, escaped, told in words, for light and dark, the same every time."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

from metricsuite.cli import main
from metricsuite.errors import CertificateError
from metricsuite.report.replicate import network_design, network_stored, replication
from metricsuite.report.replicate.network_blocks import ladder_grids, network_blocks
from metricsuite.report.replicate.network_pictures import across_heats, group_heats, heat_grid
from metricsuite.report.replicate.page import page_of, write_page
from metricsuite.report.replicate.pictures import differences
from metricsuite.report.replicate.table import Block, Grid, Line, as_markdown, as_text
from metricsuite.report.show.plots import PlotsMissing
from metricsuite.tests.replication_networks import found_of
from metricsuite.tests.test_replication import NOISE, plant, sweep

pytest.importorskip("matplotlib")

LINES = (
    Line("published", "a gap", 0.6, 0.4, 0.2),
    Line("published design", "relu", 0.5, 0.4, 0.1, (-0.1, 0.3), "undecided", "n 4"),
    Line("strict", "relu, same trials", 0.5, 0.3, 0.2, (0.1, 0.3), "holds"),
    Line("strict", "relu, own trials", 0.5, 0.3, 0.2, (0.1, 0.3), "holds"),
    Line("strict", "gru, own trials", 0.3, 0.5, -0.2, (-0.3, -0.1), "does not hold"),
)
BLOCK = Block('One is <larger> & "other"', "", LINES, ("one", "other", "difference"))


class Seen(HTMLParser):
    """Tags with their attributes, and whether what was opened is closed."""

    EMPTY = ("meta", "img", "source", "br")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.EMPTY:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


@pytest.fixture(scope="module")
def text() -> str:
    return page_of([BLOCK], [Grid("A <grid>", ("x", "y"), (("<b>", 1.0),))], ["a note & more"], None)


@pytest.fixture(scope="module")
def whole() -> str:
    found = found_of()
    return page_of(network_blocks(found), ladder_grids(found), [], found)


class TestPage:
    def test_what_is_opened_is_closed(self, whole: str) -> None:
        assert [] == Seen(whole).open

    def test_nothing_is_loaded_from_elsewhere(self, whole: str) -> None:
        seen = Seen(whole)
        places = [a["src"] for a in seen.all("img")] + [a["srcset"] for a in seen.all("source")]
        assert ([], [], {"data:image/"}) == (seen.all("script"), seen.all("link"), {str(p)[:11] for p in places})

    def test_every_picture_is_told_in_words(self, whole: str) -> None:
        images = Seen(whole).all("img")
        # seven statements, four after learning, two over it, two kinds of matrix for each of three metrics
        assert (7 + 4 + 2 + 6, []) == (len(images), [a for a in images if len(a["alt"] or "") < 60])

    def test_every_picture_has_a_dark_one(self, whole: str) -> None:
        seen = Seen(whole)
        dark = [a["srcset"] for a in seen.all("source") if a["media"] == "(prefers-color-scheme: dark)"]
        assert (len(seen.all("img")), 0) == (len(dark), sum(a["src"] in dark for a in seen.all("img")))

    def test_curves_are_svg_and_matrices_png(self, whole: str) -> None:
        kinds = [re.match(r"data:image/([a-z]+)", str(a["src"])) for a in Seen(whole).all("img")]
        assert (13, 6) == tuple(sum(k is not None and k[1] == kind for k in kinds) for kind in ("svg", "png"))

    def test_words_of_others_are_escaped(self, text: str) -> None:
        assert ("<larger>" not in text, "One is &lt;larger&gt; &amp; &quot;other&quot;" in text) == (True, True)

    def test_cells_are_escaped(self, text: str) -> None:
        assert ("<b>" not in text, "&lt;b&gt;" in text, "A &lt;grid&gt;" in text) == (True, True, True)

    def test_summary_counts_words(self, text: str) -> None:
        row = re.search(r'href="#s0".*?</tr>', text)
        assert row is not None
        words = re.sub(r"<[^>]*>", "|", row[0])
        assert ["one 0.6, other 0.4", "undecided", "holds (2)", "does not hold (1)"] == [
            w.strip(", ") for w in words.split("|") if w.strip(", ")
        ][1:]

    def test_is_the_same_every_time(self, text: str) -> None:
        assert text == page_of([BLOCK], [Grid("A <grid>", ("x", "y"), (("<b>", 1.0),))], ["a note & more"], None)

    def test_matplotlib_is_left_as_it_was(self, text: str) -> None:
        import matplotlib

        assert (None, "path") == (matplotlib.rcParams["svg.hashsalt"], matplotlib.rcParams["svg.fonttype"])

    def test_pyplot_is_not_imported(self, text: str) -> None:
        assert "matplotlib.pyplot" not in sys.modules

    def test_alt_text_says_every_line(self) -> None:
        drawn = differences(BLOCK)
        assert drawn is not None
        expected = (
            'One is <larger> & "other". Dots with intervals, difference by line: published, a gap: +0.200; published design, relu: +0.100, '
            "undecided; strict, relu, same trials: +0.200, holds; strict, relu, own trials: +0.200, holds; strict, gru, own trials: -0.200, "
            "does not hold."
        )
        assert expected == drawn.alt

    def test_without_differences_no_picture(self) -> None:
        assert differences(Block("Nothing", "CKA", (Line("published", "drawn"),))) is None

    def test_goes_nowhere_where_it_cannot(self, tmp_path: Path) -> None:
        path = tmp_path / "none" / "page.html"
        with pytest.raises(CertificateError) as caught:
            write_page(path, "x")
        expected = f"--page {path}: cannot be written: No such file or directory. Name a file in a folder that exists."
        assert expected == str(caught.value)


class TestMatrices:
    def test_ten_by_ten_in_both_designs_and_freezings(self) -> None:
        shapes = [[(len(h.matrix), len(h.rows), len(h.columns)) for h in row] for row in group_heats(found_of(), "cka")]
        assert [[(10, 10, 10)] * 3] * 3 == shapes

    def test_couples_of_architectures(self) -> None:
        rows = across_heats(found_of(), "dsa")
        assert ("relu full", "mamba untrained") == (rows[0][1].rows[2], rows[0][1].columns[0])

    def test_as_a_table(self) -> None:
        grid = heat_grid(across_heats(found_of(), "dsa")[0][0])
        assert ("relu untrained", 0.0, 0.125, 0.25) == grid.rows[0]


class TestGrid:
    GRID = Grid("Title", ("name", "value"), (("a", 0.12345), ("longer", None)))

    def test_as_text(self) -> None:
        assert ["", "Title", "  name    value", "  a       0.123", "  longer"] == as_text([self.GRID], [])[2:]

    def test_as_markdown(self) -> None:
        expected = ["**Title**", "", "| name | value |", "| --- | --- |", "| a | 0.123 |", "| longer |  |"]
        assert expected == as_markdown([self.GRID], [])[2:]


class TestCommand:
    @pytest.fixture
    def folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        plant(tmp_path, "dsa", {NOISE: sweep({0.2: 0.1})})
        monkeypatch.setattr(network_stored, "manifest", lambda *_: {})
        monkeypatch.setattr(network_design, "remake", lambda *_: found_of())
        return tmp_path

    def test_networks_are_measured_once(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        main(["replicate", str(folder), "--networks"])
        first = capsys.readouterr().out
        monkeypatch.setattr(network_design, "remake", None)
        assert (0, first) == (main(["replicate", str(folder)]), capsys.readouterr().out)

    def test_says_what_is_planned(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["replicate", str(folder), "--networks"])
        planned = network_design.planned_pairs()
        expected = (
            f"networks: at most {planned['published']} pairs in the published design and {planned['strict']} in the strict one, for each of "
            "three metrics; at most 16 networks a group. About five minutes on one core."
        )
        assert expected == capsys.readouterr().err.splitlines()[0]

    def test_writes_a_page(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        page = folder / "page.html"
        assert (0, True) == (
            main(["replicate", str(folder), "--page", str(page)]),
            page.read_text().startswith("<!doctype"),
        )

    def test_without_matplotlib_says_what_to_install(
        self, folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def missing(*_: object) -> None:
            raise PlotsMissing('plots need matplotlib (gone): pip install "metricsuite[plots]"')

        monkeypatch.setattr("metricsuite.report.replicate.pictures.new_figure", missing)
        code = main(["replicate", str(folder), "--page", str(folder / "page.html")])
        expected = 'metricsuite replicate: plots need matplotlib (gone): pip install "metricsuite[plots]"\n'
        assert (4, expected) == (code, capsys.readouterr().err)

    def test_markdown_has_the_networks(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        main(["replicate", str(folder), "--networks", "--markdown"])
        assert "**Learning does not change the recurrent dynamics of Mamba, by DSA**" in capsys.readouterr().out

    def test_nothing_measured_is_nothing_read(self, folder: Path) -> None:
        assert replication.networks(folder / "networks.json", {"dsa": "dsa"}, again=False) is None
