"""Every check catches the fault that it is for, and finds none in a page without."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from metricsuite.tests.browser.conftest import Visiting
from metricsuite.tests.browser.visits import DESK, PHONE, Visit

CHECKS = (
    "contrast", "smallText", "sideways", "cutOff", "pictures", "headings", "identifiers", "references", "about", "strangers",
)  # fmt: skip
PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
HEAD = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>A page</title>'
STYLE = (
    "<style>:root { color-scheme: light dark } html, body { margin: 0 } main { padding: 1rem } "
    "button:focus-visible, a:focus-visible { outline: 2px solid currentColor }</style>"
)
SOUND = (
    f'<h1>One</h1><h2 id="two">Two</h2><p>Text, <a href="#two">a link</a> and <button>a button</button></p><img src="{PIXEL}" alt="A dot">'
    '<svg role="img" aria-label="A plot" width="200" height="30"><rect width="200" height="30" fill="#000"/>'
    '<text x="9" y="20" font-size="14" fill="#fff">0.5</text></svg><details><summary>More</summary><p>Folded</p></details>'
)


def html(
    body: str = "", *, head: str = "", lang: str = ' lang="en"', start: str = "<!doctype html>", first: str = HEAD
) -> str:
    """A sound page with something put into it."""
    return f"{start}<html{lang}><head>{first}{STYLE}{head}</head><body><main>{SOUND}{body}</main></body></html>"


@pytest.fixture
def planted(tmp_path: Path) -> Any:
    """Such a page as a file."""

    def page(*body: str, **fields: str) -> Path:
        path = tmp_path / "page.html"
        path.write_text(html(*body, **fields), encoding="utf-8")
        return path

    return page


@pytest.fixture(scope="module")
def window(visiting: Visiting, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visit]:
    """One window for many pages, since to open one takes longer than a check."""
    path = tmp_path_factory.mktemp("window") / "page.html"
    path.write_text(html(), encoding="utf-8")
    with visiting(path) as seen:
        yield seen


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_is_held_against_a_sound_page(visiting: Visiting, planted: Any, scheme: str) -> None:
    painted = "<style>body { background: Canvas }</style>"  # axe-core takes paper for white
    with visiting(planted(head=painted), scheme=scheme) as seen:
        seen.open_details()
        assert ({c: [] for c in CHECKS}, [], []) == ({c: seen.found(c) for c in CHECKS}, seen.axe(), seen.noise)


FAULTS: dict[str, tuple[str, str, list[str]]] = {
    "pale text": (
        "contrast", '<p style="color: #999; background: #fff">Pale</p>', ['main > p "Pale": contrast 2.85, needs 4.5'],
    ),
    "pale by opacity": (
        "contrast", '<div style="opacity: .4"><p>Faded</p></div>', ['div > p "Faded": contrast 2.85, needs 4.5'],
    ),
    "pale on its own ground": (
        "contrast", '<p style="background: #000c; color: #000">Dark</p>', ['main > p "Dark": contrast 1.66, needs 4.5'],
    ),
    "large text may be paler": (
        "contrast",
        '<p style="color: #888; font-size: 24px">Large</p><p style="color: #888; font-weight: 700; font-size: 18px">Bold</p>',
        ['main > p "Bold": contrast 3.54, needs 4.5'],
    ),
    "pale text of a plot": (
        "contrast",
        '<svg role="img" aria-label="b" width="90" height="30"><text x="9" y="20" fill="#aaa" font-size="12">0.7</text></svg>',
        ['svg > text "0.7": contrast 2.32, needs 4.5'],
    ),
    "text of a plot on a shape of its colour": (
        "contrast",
        '<svg role="img" aria-label="b" width="90" height="30"><path d="M0 0H90V30H0Z" fill="#333"/><text x="9" y="20">0.7</text></svg>',
        ['svg > text "0.7": contrast 1.66, needs 4.5'],
    ),
    "text on a picture": (
        "contrast",
        '<p style="background: linear-gradient(#fff, #000)">Where?</p>',
        ['main > p "Where?": a picture lies behind the text'],
    ),
    "small text": ("smallText", '<p style="font-size: 10px">Tiny</p>', ['main > p "Tiny": 10.0 px, needs 11']),
    "text of a plot shrunk with it": (
        "smallText",
        '<svg role="img" aria-label="b" width="90" viewBox="0 0 180 60"><text x="9" y="20" font-size="14">0.7</text></svg>',
        ['svg > text "0.7": 7.0 px, needs 11'],
    ),
    "a wide table": (
        "sideways",
        '<table id="wide"><tr><td style="min-width: 800px">Wide</td></tr></table>',
        ["the page is 822 px wide in a window of 390: main > table#wide, table#wide > tbody, tbody > tr, tr > td"],
    ),
    "a table that has to be scrolled": (
        "cutOff",
        '<div class="box" style="overflow: auto; width: 100px"><p style="width: 300px">Wide</p></div>',
        ["main > div.box: clientWidth 100 of 300"],
    ),
    "no alt": ("pictures", f'<img src="{PIXEL}">', ["main > img: no alt"]),
    "an empty alt": ("pictures", f'<img src="{PIXEL}" alt=" ">', ["main > img: no alt"]),
    "a plot without a role": ("pictures", '<svg aria-label="b"></svg>', ["main > svg: role is not img"]),
    "a plot without a name": ("pictures", '<svg role="img" aria-labelledby="none"></svg>', ["main > svg: no name"]),
    "a heading jumped over": ("headings", "<h4>Four</h4>", ['h4 "Four" after h2']),
    "a second h1": ("headings", "<h1>Again</h1>", ["2 h1"]),
    "an empty heading": ("headings", "<h2></h2>", ["h2 is empty"]),
    "an id used twice": ("identifiers", '<p id="two"></p>', ['2 elements have the id "two"']),
    "a link to nowhere": ("references", '<a href="#none">there</a>', ['main > a: href "none" leads nowhere']),
    "a label from nowhere": (
        "references", '<p aria-describedby="two none">a</p>', ['main > p: aria-describedby "none" leads nowhere'],
    ),
    "a gradient from nowhere": (
        "references",
        '<svg role="img" aria-label="b"><rect fill="url(#none)"/></svg>',
        ['svg > rect: fill "none" leads nowhere'],
    ),
    "a script from elsewhere": (
        "strangers",
        '<script src="https://example.org/a.js"></script>',
        ["main > script: src https://example.org/a.js"],
    ),
    "a font from elsewhere": (
        "strangers",
        '<style>@font-face { font-family: a; src: url("https://example.org/a.woff2") }</style>',
        ['css: url("https://example.org/a.woff2")'],
    ),
    "a style from elsewhere": (
        "strangers", '<link rel="stylesheet" href="a.css">', ["main > link: href a.css"],
    ),
    "a frame": ("strangers", "<iframe></iframe>", ["main > iframe"]),
    "a link that is a script": (
        "strangers", '<a href="javascript:alert(1)">a</a>', ["main > a: href javascript:alert(1)"],
    ),
    "a handler in an attribute": ("strangers", '<p OnClick="alert(1)">a</p>', ["main > p: onclick"]),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_caught(window: Visit, fault: str) -> None:
    check, body, expected = FAULTS[fault]
    window.page.set_viewport_size({"width": PHONE if check == "sideways" else DESK, "height": 800})
    window.page.set_content(html(body))
    assert expected == window.found(check)


@pytest.mark.parametrize(
    "fields, expected",
    [
        ({"lang": ""}, ["no lang"]),
        ({"start": ""}, ["no doctype"]),
        ({"first": ""}, ["no title", "charset is windows-1252", "no viewport"]),
    ],
    ids=["lang", "doctype", "head"],
)
def test_what_a_page_says_about_itself(
    visiting: Visiting, planted: Any, fields: dict[str, str], expected: list[str]
) -> None:
    with visiting(planted(**fields)) as seen:
        assert expected == seen.found("about")


def test_dark_is_judged_on_dark_paper(visiting: Visiting, planted: Any) -> None:
    path = planted('<p style="color: #000">Black</p>')
    with visiting(path, scheme="light") as light, visiting(path, scheme="dark") as dark:
        assert ([], ['main > p "Black": contrast 1.12, needs 4.5']) == (light.found("contrast"), dark.found("contrast"))


@pytest.mark.parametrize(
    "body, expected",
    [
        ("<script>console.warn('beware')</script>", ["console warning: beware"]),
        ("<script>console.error('wrong')</script>", ["console error: wrong"]),
        ("<script>null.length</script>", ["error: Cannot read properties of null (reading 'length')"]),
        ("<script>Promise.reject(Error('late'))</script>", ["error: late"]),
        ("<img src=x alt=a onerror=alert(1)>", ["request: {folder}/x", "console error: Failed to load resource: net::ERR_FAILED", "alert: 1"]),
        (
            "<img src=https://example.org/a.png alt=a>",
            ["request: https://example.org/a.png", "console error: Failed to load resource: net::ERR_FAILED"],
        ),
    ],
    ids=["warning", "error", "exception", "promise", "injection", "elsewhere"],
)  # fmt: skip
def test_noise_is_heard(visiting: Visiting, planted: Any, body: str, expected: list[str]) -> None:
    path = planted(body)
    with visiting(path) as seen:
        seen.page.wait_for_timeout(50)
        assert sorted(line.format(folder=path.parent.as_uri()) for line in expected) == sorted(seen.noise)


def test_axe_finds_a_button_without_a_name(visiting: Visiting, planted: Any) -> None:
    with visiting(planted("<button></button>")) as seen:
        assert ["button-name: main > button"] == seen.axe()


def test_words_tell_what_is_seen(visiting: Visiting, planted: Any) -> None:
    hidden = '<p hidden>No</p><p style="visibility: hidden">No</p><p style="display: none">No</p><p>Yes</p>'
    with visiting(planted(hidden)) as seen:
        closed = seen.found("words")
        seen.open_details()
        unfolded = ["One", "Two", "Text,", "a link", "and", "a button", "0.5", "More", "Folded", "Yes"]
        assert ([w for w in unfolded if w != "Folded"], unfolded) == (closed, seen.found("words"))


def test_tab_stops_without_a_ring_are_seen(visiting: Visiting, planted: Any) -> None:
    bare = '<button style="outline: none">bare</button><button style="outline: none" class="lit">lit</button>'
    with visiting(planted(bare, head="<style>.lit:focus { box-shadow: 0 0 0 2px }</style>")) as seen:
        expected = [
            ('p > a "a link"', True), ('p > button "a button"', True), ('details > summary "More"', True),
            ('main > button "bare"', False), ('main > button.lit "lit"', True),
        ]  # fmt: skip
        assert expected == [(stop["name"], stop["shown"]) for stop in seen.tab_stops()]
