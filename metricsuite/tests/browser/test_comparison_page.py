"""The page of ``metricsuite compare --html`` in a browser, between a run and what an enemy made of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from metricsuite.report.comparison import compared
from metricsuite.report.comparison_page import comparison_page
from metricsuite.tests.browser.conftest import Visiting
from metricsuite.tests.browser.pages import HOSTILE, every_status, hostile, stored
from metricsuite.tests.browser.visits import DESK, PAPER, PHONE, Visit

VIEWS = {
    "desk": {"width": DESK},
    "dark": {"width": DESK, "scheme": "dark"},
    "phone": {"width": PHONE},
    "paper": {"width": PAPER, "scheme": "dark", "media": "print", "scripts": False},
}
CHECKS = {
    "desk": ("about", "strangers", "headings", "identifiers", "references", "pictures", "contrast"),
    "dark": ("contrast",),
    "phone": ("sideways", "smallText"),
    "paper": ("sideways", "cutOff", "contrast"),
}


@pytest.fixture(scope="module")
def path(pages: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = stored(pages["of a run"].parent)
    comparison = compared(page[0], hostile(every_status(page))[0])
    path = tmp_path_factory.mktemp("comparison") / "comparison.html"
    path.write_text(comparison_page([comparison], ["main", f"branch{HOSTILE}"]), encoding="utf-8")
    return path


@pytest.fixture(scope="module", params=VIEWS)
def view(request: pytest.FixtureRequest, visiting: Visiting, path: Path) -> Iterator[tuple[str, Visit]]:
    with visiting(path, **VIEWS[request.param]) as seen:
        if request.param != "paper":
            seen.open_details()
        yield request.param, seen


def test_nothing_is_held_against_it(view: tuple[str, Visit]) -> None:
    name, seen = view
    assert ({c: [] for c in CHECKS[name]}, []) == ({c: seen.found(c) for c in CHECKS[name]}, seen.noise)


def test_axe_holds_nothing_against_it(visiting: Visiting, path: Path) -> None:
    with visiting(path) as seen:
        seen.open_details()
        assert [] == seen.axe()


def test_markup_of_an_enemy_stays_text(visiting: Visiting, path: Path) -> None:
    with visiting(path) as seen:
        assert (True, 0) == (HOSTILE in seen.page.inner_text("body"), seen.page.locator("b, img").count())
