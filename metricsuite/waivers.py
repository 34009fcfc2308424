"""Waivers: a claim that holds in general and is known to break in one case. A TOML file, one table for each:

[[waiver]]
metric = "cka"
verdict = "test_ring_line/test_tells_a_ring_from_a_line[same-input]"
reason = "a projection onto two components, fig. 3 of the source"
source = "Author et al. 2024, fig. 3"        # "theorem: ..." or a paper; otherwise an expiry date is needed
expires = 2027-01-31
"""

from __future__ import annotations

import datetime
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from metricsuite.errors import WaiverError
from metricsuite.stability import retired
from metricsuite.verdict import Verdict

_FIELDS = ("metric", "verdict", "reason", "source", "expires")


@dataclass(frozen=True)
class Waiver:
    """One expected failure, by metric and verdict id: exact names, no patterns."""

    metric: str
    verdict: str
    reason: str
    source: str = ""
    expires: datetime.date | None = None


def read_waivers(path: Path, today: datetime.date | None = None) -> list[Waiver]:
    """Read a waiver file.

    Parameters
    ----------
    path : Path
    today : date, optional
        What an expiry date is held against; the day of the run unless given.

    Raises
    ------
    WaiverError
        Not TOML, fields missing or unknown, a date without need or missing where needed, expired, or one named twice.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WaiverError(f"{path}: cannot be read: {error}.") from error
    entries = tables.get("waiver", [])
    if set(tables) - {"waiver"} or not isinstance(entries, list) or not all(isinstance(e, dict) for e in entries):
        raise WaiverError(f"{path}: holds {sorted(tables)}; needed [[waiver]] tables and nothing else.")
    waivers = [_read_one(path, entry, today or datetime.date.today()) for entry in entries]
    seen: set[tuple[str, str]] = set()
    for w in waivers:
        if (w.metric, w.verdict) in seen:
            raise WaiverError(f"{path}: {w.metric} {w.verdict} is waived twice. Remove one.")
        seen.add((w.metric, w.verdict))
    return waivers


def _read_one(path: Path, entry: dict[str, object], today: datetime.date) -> Waiver:
    what = f"{path}: the waiver of {entry.get('metric', '?')} {entry.get('verdict', '?')}"
    if stray := sorted(set(entry) - set(_FIELDS)):
        raise WaiverError(f"{what} has the fields {stray}; needed {', '.join(_FIELDS)}.")
    for name in ("metric", "verdict", "reason"):
        if not isinstance(entry.get(name), str) or not str(entry[name]).strip():
            raise WaiverError(f"{what} has no {name}; needed text.")
    expires, source = entry.get("expires"), entry.get("source", "")
    if expires is not None and (not isinstance(expires, datetime.date) or isinstance(expires, datetime.datetime)):
        raise WaiverError(f"{what} expires {expires!r}; needed a date, such as 2027-01-31.")
    if not isinstance(source, str):
        raise WaiverError(f"{what} has the source {source!r}; needed text.")
    if expires is None and not source.strip():
        raise WaiverError(f"{what} has neither an expiry date nor a source (a theorem or a paper); needed one of them.")
    if expires is not None and expires < today:
        raise WaiverError(
            f"{what} expired on {expires}. Mend the metric, withdraw the claim, or renew it with a reason."
        )
    return Waiver(str(entry["metric"]), str(entry["verdict"]), str(entry["reason"]), source, expires)


def refuse_waivers(waivers: Iterable[Waiver], rows: Iterable[Verdict], ran_all: bool) -> list[str]:
    """What is wrong with waivers, seen beside the verdicts that were planned: unknown and retired ids, and what may not be waived.

    A waiver of a metric or case that this run left out is no error unless `ran_all`.
    """
    rows = list(rows)
    known = {(r.metric, r.id): r for r in rows}
    metrics, wrong = {r.metric for r in rows}, []
    for w in waivers:
        row = known.get((w.metric, w.verdict))
        if row is None and ran_all and w.metric in metrics:
            gone = retired(w.verdict)
            why = f"it was {gone.rstrip('.')}. Remove the waiver" if gone else "there is no such verdict"
            wrong.append(f"waiver of {w.metric} {w.verdict}: {why}")
        elif row is not None and row.track in ("contract", "axioms"):
            wrong.append(f"waiver of {w.metric} {w.verdict}: the {row.track} cannot be waived")
        elif row is not None and row.kind != "claim" and not row.outside:
            wrong.append(
                f"waiver of {w.metric} {w.verdict}: {row.property} is not claimed, so there is nothing to waive"
            )
    return wrong
