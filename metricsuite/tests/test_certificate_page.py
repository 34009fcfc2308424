"""The certificate's page: one safe, self-contained file, made from the certificate and its distances alone."""

import base64
import hashlib
import itertools
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metricsuite.certificate import read_certificate
from metricsuite.cli import main
from metricsuite.errors import CertificateError
from metricsuite.properties import PROPERTIES
from metricsuite.report.certificate_page.page import anchors_of, page_of, write_certificate_page
from metricsuite.report.certificate_page.stored import by_verdict
from metricsuite.report.certificate_page.style import SCRIPT, STYLE
from metricsuite.tests.page_sample import SPEC, cases, sample_certificate, write_sample
from metricsuite.verdict import Verdict, blank

HOSTILE = (
    """</title></style></script><script>alert(1)</script><img src=x onerror="alert(1)"> & 'quoted' \x00\x1b\ud800"""
)


class Parsed(HTMLParser):
    """Elements in order, each (name, attributes), and the text below each article's id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.text: dict[str, str] = Counter()  # type: ignore[assignment]
        self.article = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        self.article = found["id"] if tag == "article" else self.article

    def handle_endtag(self, tag: str) -> None:
        self.article = "" if tag == "article" else self.article

    def handle_data(self, data: str) -> None:
        self.text[self.article] = (self.text[self.article] or "") + data

    def named(self, *names: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name in names]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("sample"))


@pytest.fixture(scope="module")
def arrays(folder: Path) -> dict[str, Any]:
    with np.load(folder / "distances.npz", allow_pickle=False) as stored:
        return {key: stored[key] for key in stored.files}


@pytest.fixture(scope="module")
def page(folder: Path, arrays: dict[str, Any]) -> str:
    return page_of(read_certificate(folder / "certificate.json"), arrays)


@pytest.fixture(scope="module")
def parsed(page: str) -> Parsed:
    return Parsed(page)


def test_the_page_that_is_written_is_that_of_its_two_files(folder: Path, page: str) -> None:
    target = write_certificate_page(folder)
    assert (target, target.read_text(encoding="utf-8")) == (folder / "index.html", page)


def test_it_loads_nothing(parsed: Parsed) -> None:
    sources = [a[name] for _, a in parsed.elements for name in ("src", "href", "srcset", "data", "action") if name in a]
    assert {source[:15] for source in sources if not source.startswith("#")} == {"data:image/png;"}


def test_its_policy_allows_its_own_style_and_script_and_data_alone(parsed: Parsed) -> None:
    digests = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in (STYLE, SCRIPT)]
    policy = (
        f"default-src 'none'; img-src data:; style-src 'sha256-{digests[0]}'; script-src 'sha256-{digests[1]}'; base-uri 'none'; "
        "form-action 'none'"
    )
    assert [a["content"] for a in parsed.named("meta") if "http-equiv" in a] == [policy]


def test_the_style_and_the_script_are_the_ones_that_the_policy_names(page: str) -> None:
    assert (page.count(f"<style>{STYLE}</style>"), page.count(f"<script>{SCRIPT}</script>"), page.count("<script")) == (
        1,
        1,
        1,
    )


def test_no_style_attribute_and_no_handler_needs_more_than_the_policy_allows(parsed: Parsed) -> None:
    assert [n for _, a in parsed.elements for n in a if n == "style" or n.startswith("on")] == []


def test_every_link_leads_to_one_place(parsed: Parsed) -> None:
    ids = Counter(a["id"] for _, a in parsed.elements if "id" in a)
    assert {ids[a["href"][1:]] for a in parsed.named("a")} == {1}


def test_every_verdict_has_a_row_that_leads_to_its_section(folder: Path, parsed: Parsed) -> None:
    sections = [a["id"] for a in parsed.named("article")]
    links = {a["href"][1:] for a in parsed.named("a")}
    assert (len(sections), set(sections) - links) == (
        len(read_certificate(folder / "certificate.json").verdicts),
        set(),
    )


def test_every_picture_is_said_in_words(parsed: Parsed) -> None:
    pictures = parsed.named("svg", "img")
    assert [a for a in pictures if a.get("role") != "img" or len(a.get("aria-label", "")) < 30] == []


def test_headings_go_down_one_by_one(parsed: Parsed) -> None:
    levels = [int(name[1]) for name, _ in parsed.elements if re.fullmatch("h[1-6]", name)]
    assert (levels.count(1), [b for a, b in itertools.pairwise(levels) if b > a + 1]) == (1, [])


def test_tables_have_captions_and_scopes(parsed: Parsed) -> None:
    assert len(parsed.named("table")) == len(parsed.named("caption"))
    assert {a.get("scope") for a in parsed.named("th")} == {"col", "row"}


def test_every_heading_of_the_table_of_verdicts_is_a_button(parsed: Parsed) -> None:
    buttons = parsed.named("button")
    heads = [a for a in parsed.named("th") if "data-kind" in a]
    assert [len(buttons), {a["type"] for a in buttons}, [a["aria-sort"] for a in heads if "aria-sort" in a]] == [
        len(heads), {"button"}, ["ascending"],
    ]  # fmt: skip


def test_the_page_says_its_language_and_has_a_main_part_and_a_skip_link(parsed: Parsed) -> None:
    skip = next(a for a in parsed.named("a") if a.get("class") == "skip")
    assert (parsed.named("html"), len(parsed.named("main")), skip["href"]) == ([{"lang": "en"}], 1, "#verdicts")


def test_whatever_text_a_certificate_holds_stays_text(tmp_path: Path, page: str) -> None:
    def poison(rows: list[Verdict]) -> None:
        for row in rows:
            row.reason, row.outside, row.waiver, row.what, row.reproduce, row.seeds = (HOSTILE,) * 6
            row.setting = {HOSTILE: HOSTILE}

    def calm(rows: list[Verdict]) -> None:
        for row in rows:
            row.reason, row.outside, row.waiver, row.what, row.reproduce, row.seeds = ("five words are as many",) * 6
            row.setting = {"plain": "plain"}

    names = []
    for label, change in ((HOSTILE.replace("\ud800", ""), poison), ("mine", calm)):
        own = write_sample(tmp_path / str(len(names)), label, change)
        text = write_certificate_page(own).read_text(encoding="utf-8")
        names.append(Counter(name for name, _ in Parsed(text).elements if name != "span"))  # a command has one a word
    assert names[0] == names[1]


def test_without_distances_there_are_words_and_the_lines_that_need_none(folder: Path) -> None:
    found = Parsed(page_of(read_certificate(folder / "certificate.json"), {}))
    assert Counter(a["class"] for a in found.named("figure") if "class" in a) == {}
    assert "No drawing of the systems is stored with these distances." in found.text["v-a-test-moves"]


def test_distances_of_an_older_version_have_plots_and_no_drawing(
    folder: Path, arrays: dict[str, Any], parsed: Parsed
) -> None:
    older = {key: value for key, value in arrays.items() if "|drawn_" not in key}
    found = Parsed(page_of(read_certificate(folder / "certificate.json"), older))
    plots = [sum(a["class"] != "plot drawn" for a in p.named("svg")) for p in (found, parsed)]
    assert (plots[0], "No drawing of the systems" in found.text["v-a-test-moves"]) == (plots[1], True)


def test_a_design_is_drawn_once_and_pointed_to_from_the_verdicts_that_share_it(parsed: Parsed) -> None:
    sample = cases()
    designs = {id(design) for _, design, _ in sample.values()}
    assert sum(a.get("class") == "wide systems" for a in parsed.named("figure")) == len(designs) < len(sample)
    assert "The drawing of the systems is the one at symmetry: Symmetric." in parsed.text["v-a-test-again"]


def test_the_page_of_many_verdicts_stays_small(page: str, folder: Path) -> None:
    verdicts = len(read_certificate(folder / "certificate.json").verdicts)
    assert len(page.encode()) < 40_000 + 8_000 * verdicts  # of 118 verdicts: below a megabyte


def test_verdicts_whose_names_differ_in_signs_alone_have_ids_of_their_own() -> None:
    assert anchors_of(["test_a/test_b[1-2]", "test_a/test_b[1_2]"]) == {
        "test_a/test_b[1-2]": "v-a-test-b-1-2",
        "test_a/test_b[1_2]": "v-a-test-b-1-2-2",
    }


def test_arrays_are_found_by_verdicts_that_hold_a_bar_themselves() -> None:
    assert by_verdict({"test_a/test_b[x|y]|pairs": 1}) == {"test_a/test_b[x|y]": {"pairs": 1}}


def test_distances_that_cannot_be_read_are_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "certificate.json").write_text(
        (folder / "certificate.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "distances.npz").write_text("no zip", encoding="utf-8")
    with pytest.raises(
        CertificateError, match=r"distances\.npz: cannot be read: .* Run the cases again with --certificate\."
    ):
        write_certificate_page(tmp_path)


@pytest.mark.parametrize("part", [0.3, 0.7, 0.99])
def test_truncated_and_damaged_distances_are_refused(folder: Path, tmp_path: Path, part: float) -> None:
    (tmp_path / "certificate.json").write_bytes((folder / "certificate.json").read_bytes())
    whole = (folder / "distances.npz").read_bytes()
    at = int(part * len(whole))
    for damaged in (whole[:at], whole[: len(whole) // 3] + bytes(200) + whole[len(whole) // 3 + 200 :]):
        (tmp_path / "distances.npz").write_bytes(damaged)
        with pytest.raises(CertificateError, match=r"npz: cannot be read: .* Run the cases again with --certificate\."):
            write_certificate_page(tmp_path)


def top(rows: list[Verdict]) -> dict[str, str]:
    """The numbers at the top of the page of these rows."""
    text = page_of(sample_certificate(rows, "mine"), {})
    return {
        name: re.sub("<[^>]*>", " ", value).strip()
        for name, value in re.findall("<div><dt>(.*?)</dt><dd>(.*?)</dd></div>", text)
    }


def claimed(name: str, status: str) -> Verdict:
    row = blank(f"test_a/test_{name.replace('-', '_')}", "mine", PROPERTIES[name], SPEC)
    row.status = status
    return row


def test_what_is_waived_is_not_counted_as_kept() -> None:
    numbers = top([claimed("topology", "waived"), claimed("frequency", "kept")])
    assert (numbers["of them kept"], numbers["verdicts on claims kept"]) == ("1 of 5 1 waived", "1 of 2 1 waived")


def test_what_is_not_applicable_is_not_counted_as_run() -> None:
    numbers = top([claimed("topology", "not applicable"), claimed("frequency", "kept")])
    assert numbers["verdicts run"] == "1 of 2 and 1 not applicable"


def test_what_is_not_applicable_was_not_asked_and_why() -> None:
    row = claimed("width", "not applicable")
    row.reason = "needs equal units"
    text = page_of(sample_certificate([row], "mine"), {})
    meaning = PROPERTIES[row.property].meaning
    assert (
        f"<p>It was not asked whether it stays the same under this: {meaning}.</p><div><p>Why: Needs equal units.</p>"
        in text
    )


def test_show_takes_the_folder_of_a_certificate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(folder)]) == 0
    assert capsys.readouterr().out == f"{folder / 'index.html'}\n"


def test_a_page_that_cannot_be_written_is_refused_and_leaves_nothing(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "certificate.json").write_text(
        (folder / "certificate.json").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "index.html").mkdir()
    with pytest.raises(
        CertificateError, match=r"index\.html: cannot be written: .*\. Copy the folder to where it can be\."
    ):
        write_certificate_page(tmp_path)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["certificate.json", "index.html"]


def test_show_writes_the_page_of_a_certificate_anew(
    folder: Path, page: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "index.html").write_text("old", encoding="utf-8")
    assert main(["show", str(folder / "certificate.json")]) == 0
    assert (capsys.readouterr().out, (folder / "index.html").read_text(encoding="utf-8")) == (
        f"{folder / 'index.html'}\n",
        page,
    )


def test_show_takes_no_metric_with_a_certificate(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", str(folder / "certificate.json"), "--metric", "cka"]) == 4
    message = "--metric, --fixture, --seeds and --out belong to a case; a certificate's page lies beside it: `metricsuite show"
    assert message in capsys.readouterr().err
