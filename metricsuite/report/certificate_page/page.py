"""The page: headline, what did not hold, the table, a section for each verdict, and what it takes to make it again."""

from __future__ import annotations

import base64
import hashlib
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from metricsuite.certificate import Certificate, read_certificate
from metricsuite.errors import CertificateError
from metricsuite.properties import TRACKS
from metricsuite.report.certificate_page.cases import case_section
from metricsuite.report.certificate_page.drawings import Drawing, drawing_of
from metricsuite.report.certificate_page.facts import left_out, reproduction
from metricsuite.report.certificate_page.markup import Markup, element, escaped, joined
from metricsuite.report.certificate_page.stored import Arrays, by_verdict, distances_in
from metricsuite.report.certificate_page.style import SCRIPT, STYLE
from metricsuite.report.certificate_page.systems import systems_of
from metricsuite.report.certificate_page.tables import in_order, rates_table, trouble, verdict_table
from metricsuite.report.certificate_page.words import STATUSES, sentence, several, title
from metricsuite.verdict import Verdict
from metricsuite.whole_files import write_whole

NAME = "index.html"
# What a damaged archive raises, by where the damage lies
_DAMAGED = (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error)


def page_of(certificate: Certificate, arrays: Arrays) -> str:
    """The page as text: the same certificate and arrays give the same page.

    Parameters
    ----------
    certificate : Certificate
    arrays : mapping of str to array
        What ``distances.npz`` holds, keyed ``verdict id|name``; may be empty, then there are words alone.
    """
    rows = in_order(certificate.verdicts)
    anchors = anchors_of(r.id for r in rows)
    parts = [
        _top(certificate, rows),
        trouble(rows, anchors),
        left_out(certificate),
        element("section", element("h2", "All verdicts"), verdict_table(rows, anchors), id="verdicts"),
        element("section", element("h2", "How often chance passes"), rates_table(certificate), id="rates"),
        _cases(certificate, rows, anchors, by_verdict(arrays)),
        reproduction(certificate),
    ]
    body = element(
        "body", element("a", "Skip to the table of verdicts", href="#verdicts", class_="skip"), element("main", *parts),
        element("p", class_="unseen", role="status", id="sorted"), _footer(certificate), element("script", Markup(SCRIPT)),
    )  # fmt: skip
    return f"<!doctype html>\n{element('html', _head(certificate), body, lang='en')}\n"


def write_certificate_page(path: Path) -> Path:
    """Write ``index.html`` beside a certificate, whole or not at all, and say where.

    Parameters
    ----------
    path : Path
        A ``certificate.json``, or the folder that holds it; ``distances.npz`` is read from beside it, if it is there.

    Raises
    ------
    CertificateError
        There is no readable certificate, its distances cannot be read, or the page cannot be written there.
    """
    file = path / "certificate.json" if path.is_dir() else path
    folder, certificate = file.parent, read_certificate(file)
    target = folder / NAME
    text = page_of(certificate, _read_arrays(folder / "distances.npz"))
    try:
        write_whole(target, text)
    except OSError as error:
        raise CertificateError(
            f"{target}: cannot be written: {error.strerror}. Copy the folder to where it can be."
        ) from error
    return target


def _read_arrays(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    try:
        # opened here, since numpy leaves a damaged archive open
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            return {key: stored[key] for key in stored.files}
    except _DAMAGED as error:
        raise CertificateError(f"{path}: cannot be read: {error}. Run the cases again with --certificate.") from error


def anchors_of(verdicts: Iterable[str]) -> dict[str, str]:
    """An id of its own for each verdict, of letters, digits and hyphens."""
    out: dict[str, str] = {}
    for verdict in verdicts:
        plain = "v-" + re.sub(r"[^A-Za-z0-9]+", "-", verdict).strip("-").removeprefix("test-")
        taken, name, k = set(out.values()), plain, 2
        while name in taken:
            name, k = f"{plain}-{k}", k + 1
        out[verdict] = name
    return out


def _head(certificate: Certificate) -> Markup:
    policy = f"default-src 'none'; img-src data:; style-src {_hash(STYLE)}; script-src {_hash(SCRIPT)}; base-uri 'none'; form-action 'none'"
    return element(
        "head", element("meta", charset="utf-8"), element("meta", http_equiv="Content-Security-Policy", content=policy),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("title", f"{certificate.metric}: {certificate.status} - metricsuite certificate"), element("style", Markup(STYLE)),
    )  # fmt: skip


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _top(certificate: Certificate, rows: list[Verdict]) -> Markup:
    body = certificate.body
    claims, status = body["claims"], certificate.status
    claim_rows = [r for r in rows if r.kind == "claim" and r.status != "not applicable"]
    excused = [r for r in claim_rows if r.status == "waived"]
    kept = {name for name, claim in claims.items() if claim["kept"]}
    waived = kept & {r.property for r in excused}
    counts, unasked = body["counts"], body["counts"]["not_applicable"]
    numbers = {
        "properties claimed": (len(claims), ""),
        "of them kept": (f"{len(kept - waived)} of {len(claims)}", f"{len(waived)} waived" if waived else ""),
        "verdicts on claims kept": (
            f"{sum(r.status == 'kept' for r in claim_rows)} of {len(claim_rows)}",
            f"{len(excused)} waived" if excused else "",
        ),
        "measured only": (sum(r.status in ("yes", "no", "unclear") for r in rows), ""),
        "verdicts run": (f"{counts['ran'] - unasked} of {counts['whole']}", f"and {unasked} not applicable" if unasked else ""),
        "seeds": (body["suite"]["seeds"], ""),
    }  # fmt: skip
    shown = [
        element("div", element("dt", name), element("dd", value, element("span", beside) if beside else ""))
        for name, (value, beside) in numbers.items()
    ]
    rest = certificate.headline.removeprefix(f"{status}: ")
    if status == "incomplete":  # all that was left out has a section of its own
        link = element("a", f"{several(len(body['left_out']), 'thing')} left out", href="#left-out")
        headline = joined([rest.partition(", ")[0], "; ", link, "."])
    else:
        headline = escaped(sentence(rest))
    return joined([
        element("p", f"metricsuite {body['suite']['version']}, certificate of a similarity metric", class_="eyebrow"),
        element("h1", certificate.metric),
        element("p", element("span", status, class_=f"status {STATUSES.get(status, '')}".strip())),
        element("p", headline, class_="headline"), element("dl", *shown, class_="counts"), element("p", body["meaning"], class_="meaning"),
    ])  # fmt: skip


def _cases(
    certificate: Certificate, rows: list[Verdict], anchors: Mapping[str, str], stored: Mapping[str, dict[str, Any]]
) -> Markup:
    self_value = certificate.body["metric"]["spec"].get("self_value", 0.0)
    seen: dict[bytes, Verdict] = {}
    parts: list[Markup] = []
    track = None
    for row in rows:
        if row.track != track:
            track = row.track
            parts.append(
                element("h3", f"{track[:1].upper()}{track[1:]}: {TRACKS.get(track, 'a track of the laboratory')}")
            )
        own = stored.get(row.id, {})
        drawing = drawing_of(own)
        systems = _systems(row, own, drawing, seen, anchors)
        parts.append(
            case_section(row, anchors[row.id], distances_in(own, certificate.metric, self_value), drawing, systems)
        )
    return element("section", element("h2", "Verdict by verdict"), *parts, id="cases")


def _systems(
    row: Verdict,
    own: Mapping[str, Any],
    drawing: Drawing | None,
    seen: dict[bytes, Verdict],
    anchors: Mapping[str, str],
) -> Markup:
    """A design is drawn where it first appears; verdicts that share it point there."""
    if drawing is None or row.kind == "contract":
        return systems_of(None, "", "")
    key = own["drawn_points"].tobytes() + str(own["drawn_about"]).encode()
    first = seen.setdefault(key, row)
    return systems_of(drawing, "" if first is row else f"{first.property}: {title(first)}", anchors[first.id])


def _footer(certificate: Certificate) -> Markup:
    created = certificate.body["timings"].get("created", "")
    when = f" Made {created}." if created else ""
    return element(
        "footer",
        f"Everything here comes from certificate.json and distances.npz beside this page; `metricsuite show` makes it again.{when}",
    )
