"""One section a verdict: what was asked, what was found, the plot that decides it, and the systems themselves."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from metricsuite.distances import Distances
from metricsuite.errors import MetricsuiteError
from metricsuite.report.certificate_page.axioms import AXIOMS
from metricsuite.report.certificate_page.contrasts import matrix_picture, spread_picture
from metricsuite.report.certificate_page.deciding import deciding_line
from metricsuite.report.certificate_page.drawings import Drawing
from metricsuite.report.certificate_page.facts import facts
from metricsuite.report.certificate_page.markup import Markup, element
from metricsuite.report.certificate_page.orbits import orbit_picture
from metricsuite.report.certificate_page.sweeps import sweep_picture
from metricsuite.report.certificate_page.words import asked, command, interval, sentence, several, title, word
from metricsuite.report.show.distance_panels import needs, number
from metricsuite.verdict import Verdict

Picture = tuple[Markup, str]
_UNFIT = (MetricsuiteError, LookupError, TypeError, ValueError)
_SWEEPS = ("rises", "follows", "arrives", "vanishes", "flat", "withstands", "survives", "stays_unrelated")


def case_section(
    row: Verdict, anchor: str, distances: Distances | None, drawing: Drawing | None, systems: Markup
) -> Markup:
    """The section of one verdict; `systems` is their figure, or where to find it."""
    figures = [
        element("figure", picture, element("figcaption", caption))
        for picture, caption in pictures(row, distances, drawing)
    ]
    head = element("h4", word(row), " ", row.property, ": ", title(row))
    return element(
        "article", head, element("p", asked(row)), _found(row),
        element("div", *figures, class_="figures") if figures else Markup(""),
        systems if row.kind != "contract" and row.status not in ("not run", "not applicable") else Markup(""),
        _fine_print(row), id=anchor,
    )  # fmt: skip


def pictures(row: Verdict, distances: Distances | None, drawing: Drawing | None) -> list[Picture]:
    """The plots that decide a verdict, each with its caption; none for the contract, which is words alone.

    A criterion of a laboratory's own may keep details of another shape under the same names: what cannot be drawn is left out.
    """
    if row.kind == "contract":
        return []
    found: list[Picture | None] = []
    with contextlib.suppress(*_UNFIT):
        found += _of_distances(row, distances, drawing)
    with contextlib.suppress(*_UNFIT):
        found.append(deciding_line(row))
    return [picture for picture in found if picture is not None]


def _of_distances(row: Verdict, distances: Distances | None, drawing: Drawing | None) -> list[Picture | None]:
    if distances is None or not distances.pairs or not np.isfinite(distances.of(distances.pairs)).any():
        return []
    if row.criterion == "separates":
        return [matrix_picture(distances), spread_picture(distances)]
    if row.criterion in AXIOMS:
        return [AXIOMS[row.criterion](distances, row)]
    if row.criterion in ("invariant", "sensitive"):
        return [orbit_picture(distances, row)]
    if row.criterion in _SWEEPS:
        return [sweep_picture(distances, row, drawing.parameter if drawing else "")]
    return []


def _found(row: Verdict) -> Markup:
    parts: list[object] = []
    if row.statistic is not None and row.what:
        parts += [element("strong", f"{row.what}: {interval(row)}"), f", needs {needs(row)}. "]
    why = "Why: " if row.status == "not applicable" and row.reason else ""
    parts.append(why + sentence(row.reason) if row.reason else "No more is known.")
    if row.control:
        parts.append(
            f" The strongest one-number control, {row.control['name']}, reaches AUC {number(row.control['statistic'])}."
        )
    out = [element("p", *parts)]
    if row.outside:
        out.append(element("p", f"Measured only: {row.outside}.", class_="note"))
    if row.waiver:
        out.append(element("p", f"Waived: {row.waiver}"))
    return element("div", *out)


def _fine_print(row: Verdict) -> Markup:
    seconds = ", ".join(f"{name} {value:.2f} s" for name, value in row.seconds.items())
    details = {k: v for k, v in row.details.items() if not isinstance(v, dict | list)}
    size = f"{several(row.pairs, 'pair')} of {several(row.blocks, 'independent system')}" if row.blocks else ""
    rows: dict[str, Any] = {
        "verdict": row.id, "criterion": row.criterion, "size": size, "seeds": row.seeds, "setting": _plain(row.setting), "also found": _plain(details), "time": seconds,
    }  # fmt: skip
    again = element("p", "Reproduce: ", command(row.reproduce)) if row.reproduce else Markup("")
    up = element("p", element("a", "Back to the table", href="#verdicts"), class_="note up")
    return element("div", again, element("details", element("summary", "More about this verdict"), facts(rows)), up)


def _plain(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{k} {number(v) if isinstance(v, float) else json.dumps(v)}" for k, v in values.items())
