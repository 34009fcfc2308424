"""A page open in the browser, with everything that it did on the way: what it said, asked for and popped up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Route

FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
CHECKS = (Path(__file__).parent / "checks.js").read_text(encoding="utf-8")
PHONE, DESK, PAPER = 390, 1280, 688  # CSS pixels; A4 without its margins of 14 mm
TABS = 400  # more than any page of ours has to be tabbed through


@dataclass
class Visit:
    """An open page; `noise` holds console messages of any kind, errors, dialogs and requests other than for the page itself."""

    page: "Page"
    noise: list[str] = field(default_factory=list)

    def found(self, check: str) -> Any:
        """What a check of ``checks.js`` gives."""
        return self.page.evaluate(f"{CHECKS.strip()}.{check}()")

    def open_details(self) -> None:
        """Whatever can be unfolded, unfolded."""
        self.page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")

    def axe(self) -> list[str]:
        """What axe-core holds against the page."""
        from axe_playwright_python.sync_playwright import Axe

        violations = Axe().run(self.page).response["violations"]
        return [f"{v['id']}: {', '.join(map(str, n['target']))}" for v in violations for n in v["nodes"]]

    def tab_to(self, selector: str) -> None:
        """Press Tab until the element has the focus."""
        for _ in range(TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return
        raise AssertionError(f"{TABS} tabs do not reach {selector}")

    def tab_stops(self) -> list[dict[str, Any]]:
        """Every element that Tab stops at, in its order, once round."""
        stops: list[dict[str, Any]] = []
        for _ in range(TABS):
            self.page.keyboard.press("Tab")
            stop = self.found("focused")
            if stop is None or stop["order"] in [s["order"] for s in stops]:
                return stops
            stops.append(stop)
        raise AssertionError(f"{TABS} tabs do not lead out of the page")


@contextmanager
def visit(
    browser: "Browser",
    path: Path,
    *,
    width: int = DESK,
    scheme: Any = "light",
    media: Any = "screen",
    scripts: bool = True,
) -> Iterator[Visit]:
    """Open a file in a window of its own, where nothing else is let through."""
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, java_script_enabled=scripts, offline=True,
        reduced_motion="reduce",
    )  # fmt: skip
    page = context.new_page()
    seen = Visit(page)
    own = path.as_uri()

    def let_through(route: "Route") -> None:
        if route.request.url.split("#")[0] == own:
            route.continue_()
        else:
            route.abort()

    page.on("console", lambda message: seen.noise.append(f"console {message.type}: {message.text}"))
    page.on("pageerror", lambda error: seen.noise.append(f"error: {error.message}"))
    page.on("websocket", lambda socket: seen.noise.append(f"request: {socket.url}"))
    page.on("popup", lambda popup: seen.noise.append(f"popup: {popup.url}"))
    page.on(
        "request",
        lambda request: (
            None
            if request.url.split("#")[0] == own or request.url.startswith("data:")
            else seen.noise.append(f"request: {request.url}")
        ),
    )

    def close(dialog: Any) -> None:
        seen.noise.append(f"{dialog.type}: {dialog.message}")
        dialog.dismiss()

    page.on("dialog", close)
    page.route("**/*", let_through)
    if media != "screen":
        page.emulate_media(media=media)
    page.goto(own, wait_until="load")
    yield seen
    context.close()
