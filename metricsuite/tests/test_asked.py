"""What a run was asked for, as a certificate keeps it."""

import datetime
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from metricsuite.asked import what_was_asked
from metricsuite.certificate import schema
from metricsuite.ledger import Ledger
from metricsuite.settings import Settings
from metricsuite.subjects import Subject
from metricsuite.waivers import Waiver

SETTINGS = Settings(
    metrics=("lab:mine",), seeds=16, certificate=Path("out"), tracks=(), waivers=None, timeout=60.0, orientation="similarity", isolate=True,
    quick=False, explore=False, dump=None,
)  # fmt: skip
SUBJECT = Subject("mine", "lab:mine", {}, {}, {}, {}, {}, isolated=True, declared=False, tunable=False)
WAIVERS = [
    Waiver("mine", "test_a/test_b", "known", expires=datetime.date(2030, 1, 31)),
    Waiver("another", "test_a/test_b", "known", "theorem: x"),
]


def asked(
    settings: Settings = SETTINGS, subject: Subject = SUBJECT, markers: str = "", keyword: str = ""
) -> dict[str, Any]:
    ledger = Ledger({})
    ledger.files, ledger.folders = ["test_a.py"], ["mine"]
    return what_was_asked(subject, settings, WAIVERS, ledger, markers, keyword)


def test_all_of_it() -> None:
    expected = {
        "orientation": "similarity", "tracks": [], "markers": "not learning", "keyword": "ring", "quick": False, "max_pairs": 30000,
        "timeout": 60.0, "files": ["test_a.py"], "folders": ["mine"],
        "waivers": [{"metric": "mine", "verdict": "test_a/test_b", "reason": "known", "source": "", "expires": "2030-01-31"}],
    }  # fmt: skip
    assert expected == asked(markers="not learning", keyword="ring")


def test_keeps_to_the_schema() -> None:
    jsonschema.validate(
        asked(), {**schema(), "required": [], "$ref": "#/$defs/run", "properties": {}, "additionalProperties": True}
    )


def test_the_orientation_of_others_is_not_its_own() -> None:
    assert None is asked(subject=replace(SUBJECT, declared=True))["orientation"]


@pytest.mark.parametrize(
    ("markers", "tracks", "expected"),
    [
        ("noise", ("noise",), ""),
        ("noise or axioms", ("noise", "axioms"), ""),
        ("(not (slow)) and (noise or axioms)", ("noise", "axioms"), "not (slow)"),
        ("noise", (), "noise"),
        ("", (), ""),
    ],
)
def test_tracks_and_markers_stand_apart(markers: str, tracks: tuple[str, ...], expected: str) -> None:
    assert (list(tracks), expected) == (
        (made := asked(replace(SETTINGS, tracks=tracks), markers=markers))["tracks"],
        made["markers"],
    )
