"""Badges: every status has its words and colour, on shields.io's endpoint and as an SVG that shows a name as text."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from metricsuite.certificate import Certificate
from metricsuite.properties import PROPERTIES
from metricsuite.report.badge import COLOURS, LABEL_COLOUR, badge_of, badge_svg, write_badge
from metricsuite.stability import claimable

SVG = "{http://www.w3.org/2000/svg}"
TOTAL = sum(map(claimable, PROPERTIES.values()))


def certificate(status: str = "certified", name: str = "mine", version: str = "0.1.0", **counts: int) -> Certificate:
    body: dict[str, Any] = {
        "status": status,
        "headline": f"{status}: 2 of 52 properties claimed",
        "left_out": [],
        "metric": {"name": name},
        "suite": {"version": version},
        "counts": {"waived": 0, **counts},
        "claims": {"symmetry": {}, "topology": {}},
    }
    return Certificate(body)


def texts(svg: str) -> list[str]:
    return [str(node.text) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


class TestEndpoint:
    @pytest.mark.parametrize(
        "made, message",
        [
            (certificate(claimable=52), "certified 2/52"),
            (certificate("conditional", waived=1), "conditional (1 waived)"),
            (certificate("inconclusive"), "inconclusive"),
            (certificate("incomplete"), "incomplete"),
            (certificate("profiled"), "profiled"),
            (certificate("failed"), "failed"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_whole(self, made: Certificate, message: str) -> None:
        expected = {
            "schemaVersion": 1,
            "label": "metricsuite 0.1.0",
            "message": message,
            "color": COLOURS[made.status].lstrip("#"),
            "isError": made.status == "failed",
        }
        assert expected == badge_of(made)

    def test_an_older_certificate_is_held_against_the_vocabulary(self) -> None:
        assert f"certified 2/{TOTAL}" == badge_of(certificate())["message"]

    def test_the_version_is_the_certificates(self) -> None:
        assert "metricsuite 3.12.7rc1" == badge_of(certificate(version="3.12.7rc1"))["label"]


class TestSvg:
    @pytest.mark.parametrize("status", COLOURS)
    def test_shows_what_the_endpoint_shows(self, status: str) -> None:
        made = certificate(status, waived=3)
        assert [badge_of(made)["label"], badge_of(made)["message"]] == texts(badge_svg(made))

    @pytest.mark.parametrize("name", ['<script>alert("x")</script>', "a & b", "'\" onload='x"])
    def test_a_metrics_name_is_text(self, name: str) -> None:
        root = ElementTree.fromstring(badge_svg(certificate(name=name)))
        title = f"{name}: certified: 2 of 52 properties claimed (metricsuite 0.1.0)"
        assert [title, title] == [root.get("aria-label"), root.findtext(f"{SVG}title")]

    def test_the_title_counts_what_was_left_out(self) -> None:
        made = certificate("incomplete")
        made.body.update(headline="incomplete: 2 of 52 properties claimed, -k x; -m y", left_out=["-k x", "-m y"])
        expected = "mine: incomplete: 2 of 52 properties claimed, 2 things left out (metricsuite 0.1.0)"
        assert expected == ElementTree.fromstring(badge_svg(made)).findtext(f"{SVG}title")

    def test_holds_these_elements_and_no_others(self) -> None:
        root = ElementTree.fromstring(badge_svg(certificate(name="<script/>")))
        expected = ["svg", "title", "rect", "rect", "g", "text", "text"]
        assert expected == [node.tag.removeprefix(SVG) for node in root.iter()]

    def test_text_lies_within_its_half(self) -> None:
        root = ElementTree.fromstring(badge_svg(certificate(claimable=52)))
        halves = [(int(r.get("x", 0)), int(r.get("width", 0))) for r in root.iter(f"{SVG}rect")]
        written = [(int(t.get("x", 0)), int(t.get("textLength", 0))) for t in root.iter(f"{SVG}text")]
        assert [(x + 6, width - 12) for x, width in halves] == written

    def test_its_width_is_that_of_verdana(self) -> None:
        pillow = pytest.importorskip("PIL.ImageFont")
        manager = pytest.importorskip("matplotlib.font_manager")
        font = pillow.truetype(manager.findfont("DejaVu Sans"), 110)  # of Verdana's family, a little narrower
        text = ElementTree.fromstring(badge_svg(certificate(claimable=52))).findall(f".//{SVG}text")[1]
        assert pytest.approx(font.getlength("certified 2/52") / 10, rel=0.08) == int(text.get("textLength", 0))

    @pytest.mark.parametrize("colour", [*COLOURS.values(), LABEL_COLOUR])
    def test_white_text_can_be_read(self, colour: str) -> None:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


class TestFiles:
    def test_both_and_nothing_else(self, tmp_path: Path) -> None:
        write_badge(tmp_path, certificate())
        assert ["badge.json", "badge.svg"] == sorted(path.name for path in tmp_path.iterdir())

    def test_hold_the_badge(self, tmp_path: Path) -> None:
        write_badge(tmp_path, certificate())
        found = (json.loads((tmp_path / "badge.json").read_text()), (tmp_path / "badge.svg").read_text())
        assert (badge_of(certificate()), badge_svg(certificate())) == found

    def test_replace_older_ones(self, tmp_path: Path) -> None:
        write_badge(tmp_path, certificate("failed"))
        write_badge(tmp_path, certificate())
        assert "certified" in json.loads((tmp_path / "badge.json").read_text())["message"]

    def test_one_that_cannot_be_written_leaves_the_older_whole(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_badge(tmp_path, certificate("failed"))
        before = [path.read_text() for path in sorted(tmp_path.iterdir())]

        def full(self: Path, text: str, **how: object) -> int:
            self.write_bytes(text.encode()[:5])
            raise OSError("no space left")

        monkeypatch.setattr(Path, "write_text", full)
        with pytest.raises(OSError, match="no space left"):
            write_badge(tmp_path, certificate())
        assert before == [path.read_text() for path in sorted(tmp_path.glob("badge.*"))]
