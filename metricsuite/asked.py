"""What a run was asked for, as a certificate keeps it: enough to ask for the same again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from metricsuite.ledger import Ledger
from metricsuite.settings import Settings
from metricsuite.subjects import Subject
from metricsuite.waivers import Waiver


def what_was_asked(
    subject: Subject, settings: Settings, waivers: Iterable[Waiver], ledger: Ledger, markers: str, keyword: str
) -> dict[str, Any]:
    """The part of a run that bears on one metric, as plain JSON values.

    Parameters
    ----------
    subject : Subject
    settings : Settings
    waivers : iterable of Waiver
        All of the run; those of this metric are kept, whole.
    ledger : Ledger
        Which case files were collected, and from which folders.
    markers, keyword : str
        pytest's ``-m``, to which ``--track`` has been added, and ``-k``.
    """
    own = [w for w in waivers if w.metric == subject.label]
    return {
        "orientation": None if subject.declared else settings.orientation,  # a spec says it itself
        "tracks": list(settings.tracks),
        "markers": _without(settings.tracks, markers),
        "keyword": keyword,
        "quick": settings.quick,
        "max_pairs": settings.max_pairs,
        "timeout": settings.timeout,
        "files": list(ledger.files),
        "folders": list(ledger.folders),
        "waivers": [{**asdict(w), "expires": w.expires and w.expires.isoformat()} for w in own],
    }


def _without(tracks: tuple[str, ...], markers: str) -> str:
    """What ``-m`` said before `metricsuite.pytest_cases` added the tracks to it."""
    own = " or ".join(tracks)
    if not tracks:
        return markers
    return "" if markers == own else markers.removesuffix(f") and ({own})").removeprefix("(")
