"""Verdicts in words: what was asked, what was found, and numbers as they are written on the page."""

from __future__ import annotations

from metricsuite.properties import PROPERTIES
from metricsuite.report.certificate_page.markup import Markup, element, joined
from metricsuite.report.show.distance_panels import number
from metricsuite.verdict import Verdict

# A sign beside each word, so that no verdict is told by colour alone
SIGNS = {
    "kept": ("✓", "good"), "broken": ("✗", "bad"), "inconclusive": ("?", "open"), "waived": ("◇", "aside"), "error": ("✗", "bad"),
    "unexpected pass": ("!", "bad"), "not run": ("✗", "bad"), "yes": ("●", ""), "no": ("○", ""), "unclear": ("◐", ""),
    "not applicable": ("–", "none"),
}  # fmt: skip
STATUSES = {
    "certified": "good", "conditional": "aside", "profiled": "", "incomplete": "open", "inconclusive": "open", "failed": "bad",
}  # fmt: skip
SEVERITY = (
    "broken", "error", "unexpected pass", "not run", "inconclusive", "waived", "kept", "unclear", "no", "yes", "not applicable",
)  # fmt: skip
_ASKED = {
    ("claim", "invariant"): "Claimed: it does not react to this: {}.",
    ("claim", "sensitive"): "Claimed: it reacts to this: {}.",
    ("claim", "axiom"): "Claimed: {}.",
    ("contract", "contract"): "Held against every metric: it {}.",
    ("measurement", "invariant"): "Measured, not claimed: does it stay the same under this: {}?",
    ("measurement", "sensitive"): "Measured, not claimed: does it react to this: {}?",
    ("measurement", "axiom"): "Measured, not claimed: does this hold: {}?",
}
_NOT_ASKED = {
    "invariant": "whether it stays the same under this: {}",
    "sensitive": "whether it reacts to this: {}",
    "axiom": "whether this holds: {}",
    "contract": "whether it {}",
}
OWN = "a property of the laboratory that made this certificate, whose meaning stands in its own cases"


def word(row: Verdict) -> Markup:
    """The verdict's word with its sign."""
    sign, kind = SIGNS.get(row.status, ("", ""))
    return element("span", element("span", sign, aria_hidden="true"), f" {row.status}", class_=f"word {kind}".strip())


def asked(row: Verdict) -> str:
    """What was asked of the metric, in a sentence."""
    entry = PROPERTIES.get(row.property)
    meaning = entry.meaning if entry else OWN
    if row.status == "not applicable":
        not_asked = f"t was not asked {_NOT_ASKED.get(row.direction, 'this: {}').format(meaning)}."
        return f"Claimed, but i{not_asked}" if row.kind == "claim" else f"I{not_asked}"
    said = _ASKED.get((row.kind, row.direction), "Asked: {}.").format(meaning)
    return said.replace("not claimed", "outside its scope", 1) if row.outside else said


def title(row: Verdict) -> str:
    """The test's name as words, with its case in brackets."""
    head, _, case = row.id.partition("[")
    words = head.rpartition("/")[2].removeprefix("test_").replace("_", " ")
    return words[:1].upper() + words[1:] + (f" [{case}" if case else "")


def interval(row: Verdict) -> str:
    """The statistic with its 99 % bounds: "0.84 [0.76, 0.94]"."""
    if row.statistic is None:
        return ""
    return number(row.statistic) + ("" if row.low == row.high else f" [{number(row.low)}, {number(row.high)}]")


def sentence(text: str) -> str:
    """With a capital and a full stop, unless it begins with a formula: "d(x, x) is 0" stays as it is."""
    start = text[:1].upper() if len(text) > 1 and (text[1].isalpha() or text[1] == " ") else text[:1]
    return start + text[1:] + ("" if text.endswith((".", "?", "!")) else ".")


def command(text: str) -> Markup:
    """A line to copy, which breaks between its words alone."""
    return element("code", joined((element("span", part) for part in text.split(" ")), " "))


def several(count: int, thing: str) -> str:
    """A count with its noun: "1 seed", "2 seeds"."""
    return f"{count} {thing}{'' if count == 1 else 's'}"


def share(part: float) -> str:
    """A rate as a percentage: "99.8 %"."""
    return f"{100 * part:.1f} %"
