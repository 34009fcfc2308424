"""The pages that are looked at: of a real run, of a certificate in which every kind of verdict stands, and of one made by an enemy."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from metricsuite.certificate import Certificate, read_certificate
from metricsuite.report.certificate_page.page import page_of
from metricsuite.tests.helpers import pytest_in
from metricsuite.tests.test_certificate import certificate
from metricsuite.verdict import STATUSES

ROOT = Path(__file__).parents[3]
RUN = (
    "cases/test_contract.py", "cases/test_invariances.py", "cases/test_ring_line.py", "cases/test_noise.py",
    "-k", "test_contract or orthogonal or affine or multiplicative or (same-input and test_ring_line and not through)", "--metric", "procrustes",
)  # fmt: skip
HOSTILE = """<script>alert(1)</script>"><img src=x onerror='alert(2)'><b>&amp;</style></svg>"""
KEPT_AS_IT_IS = {"status", "kind", "track", "direction", "criterion", "contents"}  # words of the suite's own
KINDS = dict.fromkeys(("yes", "no", "unclear"), "measurement")

Page = tuple[Certificate, dict[str, Any]]


def real_run(folder: Path) -> Path:
    """The page that a short run of a built-in metric writes."""
    done = pytest_in(ROOT, *RUN, "--certificate", str(folder), "-p", "no:cacheprovider")
    assert 0 == done.ret
    return folder / "procrustes" / "index.html"


def stored(folder: Path) -> Page:
    """What lies beside such a page."""
    with np.load(folder / "distances.npz", allow_pickle=False) as arrays:
        return read_certificate(folder / "certificate.json"), {key: arrays[key] for key in arrays.files}


def every_status(page: Page) -> Page:
    """Every status there is, with the numbers and distances of the same verdicts, by turns."""
    contract = [row for row in page[0].verdicts if row.kind == "contract"]
    models = [row for row in page[0].verdicts if row.kind != "contract"]
    rows, arrays = [replace(row, status="error", reason="it hung") for row in contract], dict(page[1])
    for k, status in enumerate(STATUSES):
        model = models[k % len(models)]
        row = replace(model, id=f"{model.id}-{k}", status=status, kind=KINDS.get(status, "claim"))
        row.waiver = "a theorem (Author 2020)" if status == "waived" else None
        row.outside = "pairing='samples', and these trials do not correspond" if status == "unclear" else ""
        rows.append(row)
        arrays |= {
            f"{row.id}|{name}": value
            for verdict, _, name, value in ((*key.rpartition("|"), v) for key, v in page[1].items())
            if verdict == model.id
        }
    return certificate(rows, left_out=[f"test_{k}.py was left out" for k in range(9)]), arrays


def hostile(page: Page) -> Page:
    """The same, with markup that must stay text at the end of every name and reason, and of the labels of a Contrast."""
    body = poisoned(page[0].body)
    body["timings"]["verdicts"] = {name + HOSTILE: times for name, times in body["timings"]["verdicts"].items()}
    body["metric"]["name"] = "<script>"
    contrasts = {
        row.id for row in page[0].verdicts if row.criterion == "separates"
    }  # labels of an Orbit are the suite's own
    arrays = {}
    for key, value in page[1].items():
        verdict, _, name = key.rpartition("|")
        if verdict in contrasts and name == "drawn_about":
            value = np.array(json.dumps(poisoned(json.loads(str(value)))))
        elif verdict in contrasts and value.dtype.kind == "U":
            value = np.array([text + HOSTILE for text in value.ravel()]).reshape(value.shape)
        arrays[f"{verdict}{HOSTILE}|{name}"] = value
    return Certificate(body), arrays


def poisoned(value: Any, key: str = "") -> Any:
    """JSON whose texts, where there are any, end with `HOSTILE`."""
    if isinstance(value, Mapping):
        return {k: poisoned(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, key) for v in value]
    return value + HOSTILE if value and isinstance(value, str) and key not in KEPT_AS_IT_IS else copy.copy(value)


def written(path: Path, page: Page) -> Path:
    """Such a page as a file."""
    path.write_text(page_of(*page), encoding="utf-8")
    return path
