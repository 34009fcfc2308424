"""One browser for all tests of pages, and the pages; without a browser they are skipped, with the reason."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest

from metricsuite.tests.browser.install_chromium import MISSING, find_browser
from metricsuite.tests.browser.pages import every_status, hostile, real_run, stored, written
from metricsuite.tests.browser.visits import FLAGS, Visit, visit

Visiting = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="session")
def visiting() -> Iterator[Visiting]:
    """`visit` in the one browser."""
    for package in ("playwright", "axe_playwright_python"):
        pytest.importorskip(package, reason=f"{package} is not installed: `tox run -e browser` brings it")
    path = find_browser()
    if path is None:
        pytest.skip(MISSING)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as running, running.chromium.launch(executable_path=path, args=[*FLAGS]) as browser:
        yield partial(visit, browser)


@pytest.fixture(scope="session")
def pages(visiting: Visiting, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Files by name; made only where there is a browser to look at them."""
    folder = tmp_path_factory.mktemp("pages")
    real = real_run(folder)
    page = stored(real.parent)
    return {
        "of a run": real,
        "every status": written(folder / "every_status.html", every_status(page)),
        "hostile": written(folder / "hostile.html", hostile(every_status(page))),
    }
