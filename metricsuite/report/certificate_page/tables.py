"""The tables near the top: all verdicts by track, what did not hold and why, and how often chance passes a track."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metricsuite.certificate import Certificate
from metricsuite.properties import TRACKS
from metricsuite.report.certificate_page.markup import Markup, element, joined
from metricsuite.report.certificate_page.words import SEVERITY, command, interval, sentence, share, title, word
from metricsuite.report.show.distance_panels import needs, number
from metricsuite.verdict import Verdict

Anchors = Mapping[str, str]
_COLUMNS = (
    ("track", "text"), ("property", "text"), ("verdict", "text"), ("statistic, 99 % bounds", "number"), ("needs", "number"), ("margin", "number"),
    ("strongest control", "number"), ("kind", "text"),
)  # fmt: skip
_TROUBLE = (
    ("broken", "Claims that broke"), ("unexpected pass", "Waived, and kept all the same"), ("error", "Errors"), ("not run", "Planned and not run"),
    ("inconclusive", "Claims that were not decided"), ("waived", "Claims that are waived"),
)  # fmt: skip


def in_order(rows: Sequence[Verdict]) -> list[Verdict]:
    """By track, property and severity: as in the terminal's table."""
    tracks, ranks = list(TRACKS), {status: k for k, status in enumerate(SEVERITY)}
    return sorted(
        rows,
        key=lambda r: (tracks.index(r.track) if r.track in tracks else 99, r.property, ranks.get(r.status, 99), r.id),
    )


def verdict_table(rows: Sequence[Verdict], anchors: Anchors) -> Markup:
    """Every verdict, sortable by each column."""
    heads = [
        element(
            "th", element("button", name, type="button"), scope="col", data_kind=kind, class_="number" if kind == "number" else None,
            aria_sort="ascending" if name == "track" else None,
        )
        for name, kind in _COLUMNS
    ]  # fmt: skip
    caption = (
        "Every verdict, by track. Claims are kept (✓), broken (✗), inconclusive (?) or waived (◇); what is not claimed is measured: yes (●), "
        "no (○), unclear (◐). The margin is the signed distance from the bound that decides to the threshold, positive where it holds. A "
        "heading sorts the table."
    )
    body = [_row(row, anchors[row.id], k) for k, row in enumerate(rows)]
    table = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", element("tr", *heads)),
        element("tbody", *body),
        class_="verdicts sortable",
    )
    return element("div", table, class_="scrolls", tabindex=0, role="region", aria_label="Table of verdicts")


def _row(row: Verdict, anchor: str, place: int) -> Markup:
    scored = row.statistic is not None
    statistic = joined([element("span", row.what, class_="small"), interval(row)]) if scored else ""
    control = row.control or {}
    name = joined([element("a", row.property, href=f"#{anchor}"), element("span", title(row), class_="small")])
    outside = row.outside and row.kind == "measurement"
    return element(
        "tr", _cell(row.track, f"{place:06d}"), element("th", name, scope="row", data_v=f"{row.property} {row.id}"),
        _cell(word(row), f"{SEVERITY.index(row.status):02d}"), _cell(statistic, row.statistic, "number"),
        _cell(needs(row) if scored else "", row.threshold if scored else None, "number"), _cell(_signed(row.margin), row.margin, "number"),
        _cell(f"{control['name']} {number(control['statistic'])}" if control else "", control.get("statistic"), "number"),
        _cell("outside its scope" if outside else row.kind, row.kind),
    )  # fmt: skip


def _cell(text: object, value: object, kind: str | None = None) -> Markup:
    """A cell and what it is sorted by; what has no value is sorted last."""
    return element("td", text, data_v="" if value is None else f"{value}", class_=kind)


def _signed(value: float | None) -> str:
    return "" if value is None else f"{value:+.1e}" if 0 < abs(value) < 0.005 else f"{value:+.2f}"


def trouble(rows: Sequence[Verdict], anchors: Anchors) -> Markup:
    """What broke, was not decided or was waived, with the reasons; nothing where all is well."""
    parts: list[Markup] = []
    for status, heading in _TROUBLE:
        own = [r for r in rows if r.status == status]
        if own:
            items = [element("li", *_why(r, anchors[r.id])) for r in own]
            parts += [element("h3", f"{heading} ({len(own)})"), element("ul", *items)]
    return element("section", element("h2", "What did not simply hold"), *parts, id="why") if parts else Markup("")


def _why(row: Verdict, anchor: str) -> list[object]:
    name = element("a", f"{row.property}: {title(row)}", href=f"#{anchor}")
    lines: list[object] = [joined([word(row), " ", name])]
    lines += [sentence(row.reason)] if row.reason else []
    lines += [f"Waived: {sentence(row.waiver)}"] if row.waiver else []
    lines += [command(row.reproduce)] if row.reproduce else []
    return [part for line in lines for part in (line, element("br"))][:-1]


def rates_table(certificate: Certificate) -> Markup:
    """For each track, how often a sound and a null metric pass all of its decisions."""
    rows: dict[str, dict[str, dict[str, Any]]] = {}
    for rate in certificate.body["error_rates"]:
        rows.setdefault(str(rate.get("track")), {})[str(rate.get("metric"))] = rate
    metrics = list(dict.fromkeys(name for found in rows.values() for name in found))
    heads = [
        element("th", text, scope="col", class_="number" if k > 1 else None)
        for k, text in enumerate(("track", "decisions", *metrics))
    ]
    body = [
        element(
            "tr", element("th", track, scope="row"), element("td", _decisions(found)),
            *(element("td", _passes(found.get(m)), class_="number") for m in metrics),
        )
        for track, found in rows.items()
    ]  # fmt: skip
    caption = (
        "How often a metric passes every decision of a track together, simulated at 16 seeds with independent decisions. In brackets the least that "
        "the simulation allows (from lower 95 % bounds). Contract, axioms and invariance are decided to rounding, with nothing left to chance."
    )
    table = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", element("tr", *heads)),
        element("tbody", *body),
    )
    return element("div", table, class_="scrolls", tabindex=0, role="region", aria_label="Error rates by track")


def _decisions(found: Mapping[str, dict[str, Any]]) -> str:
    rate = next(iter(found.values()), {})
    return ", ".join(f"{count} {name}" for name, count in rate.get("decisions", {}).items())


def _passes(rate: dict[str, Any] | None) -> str:
    if rate is None or "pass_together" not in rate:
        return ""
    least = f" (at least {share(rate['at_least'])})" if rate.get("at_least") else ""
    return f"{share(rate['pass_together'])}{least}"
