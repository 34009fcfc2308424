"""The table at the end of a run: properties by metrics, grouped by track, worst margins first, within 100 columns."""

from __future__ import annotations

import itertools
import textwrap
from collections import Counter
from collections.abc import Iterable, Mapping

from metricsuite.certificate import Certificate
from metricsuite.properties import TRACKS
from metricsuite.report.suggestion import suggested_spec
from metricsuite.spec import MetricSpec, impossible
from metricsuite.verdict import Verdict

WIDTH = 100
IMPOSSIBLE, YET = "†", "!"  # behind no and unclear; behind a yes that the metric's own claims rule out
_NAME, _CELL, _A_ROW = 22, 15, 5  # columns of characters, and metrics side by side
RuledOut = dict[tuple[str, str], str]
_RANK = (
    "unexpected pass",
    "error",
    "broken",
    "not run",
    "inconclusive",
    "no",
    "unclear",
    "waived",
    "kept",
    "yes",
    "not applicable",
)
_LOUD = {
    "broken": "BROKEN",
    "error": "ERROR",
    "unexpected pass": "UNEXPECTED",
    "inconclusive": "INCONCLUSIVE",
    "not run": "NOT RUN",
    "not applicable": "n/a",
}


def summary(certificates: list[Certificate], specs: Mapping[str, MetricSpec], rows: Iterable[Verdict]) -> list[str]:
    """All lines, none longer than `WIDTH`, but for commands to copy."""
    rows = list(rows)
    labels = [c.metric for c in certificates]
    ruled_out = ruled_out_by_claims(specs, rows)
    lines: list[str] = []
    if len(labels) == 1:
        lines += _in_detail(rows, ruled_out)
    else:
        for start in range(0, len(labels), _A_ROW):
            lines += [*_side_by_side(labels[start : start + _A_ROW], rows, ruled_out), ""]
    lines += _legend(rows, ruled_out)
    lines += _why(rows)
    for certificate in certificates:
        if any(v.track == "contract" and v.fails() for v in certificate.verdicts):
            continue  # what breaks the contract has nothing to claim yet
        if certificate.status == "profiled" or specs[certificate.metric].profiled:
            lines += ["", *suggested_spec(specs[certificate.metric], certificate.verdicts).splitlines()]
    lines.append("")
    for certificate in certificates:
        counts, tolerance = certificate.body["counts"], specs[certificate.metric].tolerance
        lines += _wrap(f"{certificate.metric}: {certificate.headline}", "    ")
        if tolerance:
            lines.append(f"    tolerance {tolerance:g} of the median distance, as its spec declares")
        lines.append(
            f"    planned {counts['planned']} of {counts['whole']}, ran {counts['ran']}, not applicable {counts['not_applicable']}"
        )
    return lines


def ruled_out_by_claims(specs: Mapping[str, MetricSpec], rows: Iterable[Verdict]) -> RuledOut:
    """For each measurement whose yes the metric's own claims rule out, by (metric, id): which claims, and why."""
    by_metric = {label: impossible(spec) for label, spec in specs.items()}
    out: RuledOut = {}
    for row in rows:
        found = by_metric.get(row.metric, {}).get((row.property, row.direction))
        if found and row.status in ("yes", "no", "unclear") and row.id.startswith(found.where):
            out[row.metric, row.id] = f"{found.said}: {found.reason}"
    return out


def _side_by_side(labels: list[str], rows: list[Verdict], ruled_out: RuledOut) -> list[str]:
    heads = [textwrap.wrap(label, _CELL - 1) for label in labels]
    lines = [
        " " * _NAME + "".join(f"{part:<{_CELL}}" for part in parts).rstrip()
        for parts in itertools.zip_longest(*heads, fillvalue="")
    ]
    for track, properties in _by_track([r for r in rows if r.metric in labels]):
        lines.append(track)
        for name in properties:
            own = [r for r in rows if r.property == name]
            cells = [_cell([r for r in own if r.metric == label], ruled_out) for label in labels]
            lines.append(f"  {_cut(name, _NAME - 3):<{_NAME - 2}}" + "".join(f"{c:<{_CELL}}" for c in cells).rstrip())
            for case in sorted({r.id for r in own if r.control}):
                lines += _wrap(f"{_strongest([r for r in own if r.id == case])} in {case}", " " * 8, " " * 4)
    return lines


def _in_detail(rows: list[Verdict], ruled_out: RuledOut) -> list[str]:
    lines = [f"  {'property':<{_NAME - 2}}{'verdict':<{_CELL}}{'statistic, 99 % bounds':<34}{'margin':>9}"]
    for track, properties in _by_track(rows):
        lines.append(track)
        for name in properties:
            for r in sorted((r for r in rows if r.property == name), key=severity):
                interval = (
                    f"{_number(r.statistic)} [{_number(r.low)}, {_number(r.high)}]" if r.statistic is not None else ""
                )
                statistic = (
                    _cut(f"{r.what} {interval}" if r.low != r.high else f"{r.what} {_number(r.statistic)}", 33)
                    if r.what
                    else ""
                )
                margin = _number(r.margin, "+") if r.margin is not None else ""
                lines.append(
                    f"  {_cut(name, _NAME - 3):<{_NAME - 2}}{_word(r, ruled_out):<{_CELL}}{statistic:<34}{margin:>9}".rstrip()
                )
                control = _strongest([r])
                case = r.id.split("[", 1)[1].rstrip("]") if "[" in r.id else ""
                why = ruled_out.get((r.metric, r.id), "")
                beside = f"impossible beside {why}" if why else ""
                note = "; ".join(filter(None, [case if case != name else "", control, r.outside, beside]))
                if note:
                    lines += _wrap(note, " " * 4, " " * 4)
    return lines


def _by_track(rows: list[Verdict]) -> list[tuple[str, list[str]]]:
    """Tracks in their order; in each, the properties with the worst verdicts first."""
    out = []
    for track in TRACKS:
        names = {r.property for r in rows if r.track == track}
        if names:
            out.append(
                (track, sorted(names, key=lambda name: (min(severity(r) for r in rows if r.property == name), name)))
            )
    return out


def severity(row: Verdict) -> tuple[int, float]:
    """What to sort verdicts by, so that the worst comes first."""
    return _RANK.index(row.status), row.margin if row.margin is not None else float("inf")


def _word(row: Verdict, ruled_out: RuledOut) -> str:
    mark = (YET if row.status == "yes" else IMPOSSIBLE) if (row.metric, row.id) in ruled_out else ""
    sign = (
        {"invariant": "=", "sensitive": "~"}.get(row.direction, "")
        if row.track == "invariance" and row.status != "not applicable"
        else ""
    )
    outside = "*" if row.outside and row.status != "not applicable" else ""
    return _LOUD.get(row.status, row.status) + sign + outside + mark


def _cell(rows: list[Verdict], ruled_out: RuledOut) -> str:
    """One metric's verdicts on one property: each word and how often, worst first; the worst alone where room is short."""
    if not rows:
        return ""
    claims = [r for r in rows if r.kind != "measurement"] or rows
    worst = min(claims, key=severity)
    words = Counter(_word(r, ruled_out) for r in sorted(claims, key=severity))
    mixed = ", ".join(f"{word} {count}" for word, count in words.items())
    if len(words) > 1 and len(mixed) < _CELL:
        return mixed
    word = _word(worst, ruled_out)
    short = word.replace("INCONCLUSIVE", "INCONCL.").replace("UNEXPECTED", "UNEXP.")  # a cell is narrow
    return short + (f" {words[word]}/{len(claims)}" if len(claims) > 1 else "")


def _strongest(rows: list[Verdict]) -> str:
    found = [(r.control["statistic"], r.control["name"]) for r in rows if r.control]
    return f"strongest control: {max(found)[1]}, AUC {max(found)[0]:.2f}" if found else ""


def _legend(rows: list[Verdict], ruled_out: RuledOut) -> list[str]:
    lines = [
        "kept, BROKEN, INCONCLUSIVE: claimed. yes, no, unclear: measured, not claimed.",
        "= invariant, ~ sensitive.",
    ]
    if any(r.outside for r in rows):
        lines.append("*: outside the scope that the metric declares, so measured only.")
    found = {r.status for r in rows if (r.metric, r.id) in ruled_out}
    if found & {"no", "unclear"}:
        lines.append(f"{IMPOSSIBLE}: impossible beside what the metric claims (metricsuite explain METRIC says why).")
    if "yes" in found:
        lines.append(
            f"{YET}: impossible beside what the metric claims, and measured: a claim is wrong, or the case escapes."
        )
    return lines


def _why(rows: list[Verdict]) -> list[str]:
    lines: list[str] = []
    for r in sorted((r for r in rows if r.fails() or r.status == "waived"), key=lambda r: (r.metric, severity(r))):
        lines += ["", *_wrap(f"{r.metric} {_LOUD.get(r.status, r.status)} {r.property}: {r.reason}", "    ")]
        if r.waiver:
            lines += _wrap(f"waiver: {r.waiver}", "    ", "    ")
        lines += [*_wrap(r.id, "      ", "    "), f"    {r.reproduce}"]
    if any(r.kind != "contract" and r.fails() for r in rows):
        lines += ["", "metricsuite explain PROPERTY: common causes, and what to do."]
    return lines


def _wrap(text: str, indent: str, first: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=True) or [""]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"


def _number(value: float | None, sign: str = "") -> str:
    if value is None:
        return ""
    small = 0 < abs(value) < 0.005
    return format(value, f"{sign}.1e" if small else f"{sign}.2f")
