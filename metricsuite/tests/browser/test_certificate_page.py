"""The page of a certificate in a browser: quiet, readable anywhere, sortable by keyboard, whole without scripts and on paper."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metricsuite.tests.browser.conftest import Visiting
from metricsuite.tests.browser.pages import HOSTILE
from metricsuite.tests.browser.visits import PAPER, PHONE, Visit

PAGES = ("of a run", "every status", "hostile")
NAVIGATION = {"Skip to the table of verdicts", "Back to the table"}  # of no use on paper
SORTED = "table.sortable"


@pytest.fixture(scope="module", params=PAGES)
def path(request: pytest.FixtureRequest, pages: dict[str, Path]) -> Path:
    return pages[request.param]


@pytest.fixture(scope="module")
def desk(visiting: Visiting, path: Path) -> Iterator[Visit]:
    with visiting(path) as seen:
        seen.open_details()
        yield seen


@pytest.fixture(scope="module")
def phone(visiting: Visiting, path: Path) -> Iterator[Visit]:
    with visiting(path, width=PHONE) as seen:
        seen.open_details()
        yield seen


@pytest.fixture(scope="module")
def paper(visiting: Visiting, path: Path) -> Iterator[Visit]:
    """As printed by somebody whose screen is dark and who unfolded nothing."""
    with visiting(path, width=PAPER, scheme="dark", media="print", scripts=False) as seen:
        yield seen


class TestAtADesk:
    def test_is_quiet(self, desk: Visit) -> None:
        assert [] == desk.noise

    @pytest.mark.parametrize(
        "check", ["about", "strangers", "headings", "identifiers", "references", "pictures", "contrast"]
    )
    def test_nothing_is_held_against_it(self, desk: Visit, check: str) -> None:
        assert [] == desk.found(check)

    def test_the_title_begins_as_the_heading_does(self, desk: Visit) -> None:
        assert [desk.page.inner_text("h1")] == re.findall(
            r"^(.*): [a-z]+.* - metricsuite certificate$", desk.page.title()
        )

    def test_every_tab_stop_is_seen_and_in_the_order_of_the_page(self, desk: Visit) -> None:
        stops = desk.tab_stops()
        unseen = [stop["name"] for stop in stops if not (stop["shown"] and stop["seen"])]
        assert ([], sorted(stops, key=lambda stop: stop["order"])) == (unseen, stops)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_holds_nothing_against_it_and_contrast_is_enough(
    visiting: Visiting, pages: dict[str, Path], scheme: str
) -> None:
    with visiting(pages["every status"], scheme=scheme) as seen:
        seen.open_details()
        assert ([], []) == (seen.axe(), seen.found("contrast"))


class TestOnAPhone:
    @pytest.mark.parametrize("check", ["sideways", "smallText"])
    def test_nothing_is_held_against_it(self, phone: Visit, check: str) -> None:
        assert [] == phone.found(check)


class TestOnPaper:
    @pytest.mark.parametrize("check", ["sideways", "cutOff", "contrast"])
    def test_nothing_is_held_against_it(self, paper: Visit, check: str) -> None:
        assert [] == paper.found(check)

    def test_what_stands_on_the_screen_is_printed(self, desk: Visit, paper: Visit) -> None:
        assert [] == sorted({*desk.found("words")} - {*paper.found("words")} - NAVIGATION)

    def test_what_is_folded_is_unfolded_by_the_script_too(self, visiting: Visiting, path: Path) -> None:
        with visiting(path) as seen:
            seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
            assert 0 == seen.page.locator("details:not([open])").count()


class TestWithoutScripts:
    def test_says_the_same(self, visiting: Visiting, path: Path, desk: Visit) -> None:
        with visiting(path, scripts=False) as seen:
            seen.open_details()
            assert desk.found("words") == seen.found("words")


@pytest.fixture
def table(visiting: Visiting, pages: dict[str, Path]) -> Iterator[Visit]:
    """The page of every status, its table as it comes."""
    with visiting(pages["every status"]) as seen:
        yield seen


class TestSorting:
    @staticmethod
    def heads(seen: Visit) -> list[dict[str, Any]]:
        return list(seen.page.evaluate(
            f"[...document.querySelector('{SORTED}').tHead.rows[0].cells].map(c => ({{kind: c.dataset.kind, sort: c.ariaSort}}))"
        ))  # fmt: skip

    @staticmethod
    def column(seen: Visit, k: int) -> list[tuple[str, str]]:
        """Keys and texts of one column, downwards."""
        script = "k => [...document.querySelector('table.sortable').tBodies[0].rows].map(r => [r.cells[k].dataset.v, r.cells[k].innerText])"
        return [(key, text) for key, text in seen.page.evaluate(script, k)]

    @staticmethod
    def in_order(keys: list[str], kind: str, up: bool) -> list[str]:
        """What has a value in order, then what has none."""
        key = float if kind == "number" else str
        return [*sorted((k for k in keys if k), key=key, reverse=not up), *(k for k in keys if not k)]

    @pytest.mark.parametrize("press", ["Enter", "Space", "click"])
    def test_every_column_both_ways(self, table: Visit, press: str) -> None:
        table.tab_to(f"{SORTED} th button")
        buttons = table.page.locator(f"{SORTED} th button")
        for k in range(buttons.count()):
            ways = ["ascending", "descending"]
            for way in reversed(ways) if self.heads(table)[k]["sort"] == "ascending" else ways:
                buttons.nth(k).click() if press == "click" else table.page.keyboard.press(press)
                heads, keys = self.heads(table), [key for key, _ in self.column(table, k)]
                sorts = [head["sort"] for head in heads]
                assert [way if j == k else None for j in range(len(heads))] == sorts
                assert self.in_order(keys, heads[k]["kind"], way == "ascending") == keys
            table.page.keyboard.press("Tab")
        assert [] == table.noise

    def test_numbers_are_sorted_by_what_is_read(self, table: Visit) -> None:
        unlike = [
            (key, text)
            for k, head in enumerate(self.heads(table)) if head["kind"] == "number"
            for key, text in self.column(table, k)
            if not any(abs(float(key or "nan") - n) <= max(0.0051, 0.06 * abs(n)) for n in numbers(text)) and (key or text)
        ]  # fmt: skip
        assert [] == unlike

    def test_equal_words_come_together(self, table: Visit) -> None:
        apart = {}
        for k, head in enumerate(self.heads(table)):
            if head["kind"] == "text":
                words = [text.split("\n")[0] for _, text in sorted(self.column(table, k))]
                runs = [w for w, before in zip(words, [None, *words], strict=False) if w != before]
                apart[k] = sorted({w for w in runs if runs.count(w) > 1})
        assert {k: [] for k in apart} == apart

    def test_is_said_aloud(self, table: Visit) -> None:
        button = table.page.locator(f"{SORTED} th button").last
        button.click()
        assert f"Sorted by {button.inner_text()}, ascending" == table.page.inner_text("[role=status]")


def numbers(text: str) -> list[float]:
    """The numbers in a text, as they are written."""
    return [float(n.replace("−", "-")) for n in re.findall(r"[-+−]?\d+\.?\d*(?:e[-+]?\d+)?", text)]


@pytest.fixture(scope="module")
def both(visiting: Visiting, pages: dict[str, Path]) -> Iterator[tuple[Visit, Visit]]:
    """The same page without and with what an enemy wrote into it."""
    with visiting(pages["every status"]) as one, visiting(pages["hostile"]) as other:
        yield one, other


class TestAHostileName:
    def test_makes_no_element(self, both: tuple[Visit, Visit]) -> None:
        tags = "[...new Set([...document.querySelectorAll('*')].map(e => e.tagName))].sort()"
        one, other = (seen.page.evaluate(tags) for seen in both)
        assert one == other

    def test_makes_no_script(self, both: tuple[Visit, Visit]) -> None:
        assert [1, 1] == [seen.page.locator("script").count() for seen in both]

    def test_stays_the_heading(self, both: tuple[Visit, Visit]) -> None:
        assert "<script>" == both[1].page.inner_text("h1")

    @pytest.mark.parametrize("where", ["h4", "dd", "svg text", ".system", "td", "th", "li", ".meaning"])
    def test_stays_text(self, both: tuple[Visit, Visit], where: str) -> None:
        script = "([where, text]) => [...document.querySelectorAll(where)].some(e => e.textContent.includes(text))"
        text = HOSTILE if where != "svg text" else "<script"  # plots cut names that are too long for them
        assert [False, True] == [seen.page.evaluate(script, [where, text]) for seen in both]

    def test_stays_the_description_of_a_plot(self, both: tuple[Visit, Visit]) -> None:
        script = "text => [...document.querySelectorAll('svg')].some(e => e.ariaLabel?.includes(text))"
        assert [False, True] == [seen.page.evaluate(script, HOSTILE) for seen in both]
