"""What it takes to make the certificate again: setting, spec, origin, suite, environment, timings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from metricsuite.certificate import Certificate
from metricsuite.report.certificate_page.markup import Markup, element


def facts(values: Mapping[str, Any]) -> Markup:
    """A list of names and values; what is empty is left out."""
    parts = [
        part
        for name, value in values.items()
        if value not in (None, "", [], {})
        for part in (element("dt", name), element("dd", said(value)))
    ]
    return element("dl", *parts, class_="facts")


def said(value: Any) -> str:
    """A JSON value in one line."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(v, str) for v in value):
        return ", ".join(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {said(v)}" for k, v in value.items())
    return json.dumps(value, ensure_ascii=False)


def reproduction(certificate: Certificate) -> Markup:
    """The section at the end of the page."""
    body = certificate.body
    metric, suite = body["metric"], body["suite"]
    times = {k: v for k, v in body["timings"].items() if k != "verdicts"}
    if "seconds" in times:
        times["seconds"] = f"{times['seconds']:.1f}"
    setting = {k: said(v) for k, v in metric["setting"].items()}
    given = {k: metric[k] for k in ("parameters", "defaults") if metric.get(k) is not None}
    parts = [
        ("Setting", facts(setting) if setting else element("p", "None: it has no hyper-parameters, or shows none.")),
        *((f"{name.capitalize()}", facts({k: said(v) for k, v in values.items()})) for name, values in given.items() if values),
        ("What it states about itself (spec)", facts({k: said(v) for k, v in metric["spec"].items() if v not in (None, "", [])})),
        ("Origin", facts(metric["origin"])),
        ("Suite and run", facts({**{k: v for k, v in suite.items() if k != "run"}, **_flat(suite.get("run") or {})})),
        ("Counts", facts(body["counts"])),
        ("Environment", facts(_flat(body["environment"]))),
        ("Timings", facts({**times, **_slowest(certificate)})),
    ]  # fmt: skip
    blocks = [element("details", element("summary", element("h3", name)), part, open=True) for name, part in parts]
    return element("section", element("h2", "What it takes to make this again"), *blocks, id="reproduction")


def left_out(certificate: Certificate) -> Markup:
    """In words, what the run or its user left out; nothing where nothing was."""
    items = certificate.body["left_out"]
    if not items:
        return Markup("")
    entries = element("ul", *(element("li", item) for item in items))
    listed = entries if len(items) < 8 else element("details", element("summary", f"All {len(items)}"), entries)
    return element("section", element("h2", f"What was left out ({len(items)})"), listed, id="left-out")


def _flat(values: Mapping[str, Any]) -> dict[str, str]:
    return {k: said(v) for k, v in values.items() if v not in (None, "", [], {})}


def _slowest(certificate: Certificate) -> dict[str, str]:
    totals = {k: v.get("total", 0.0) for k, v in certificate.body["timings"].get("verdicts", {}).items()}
    longest = sorted(totals, key=lambda k: -totals[k])[:5]
    return {"slowest verdicts": ", ".join(f"{k} {totals[k]:.1f} s" for k in longest)} if longest else {}
