"""The badge of a certificate: JSON for shields.io's endpoint, and an SVG of our own that needs nobody's server.

``certified 9/52``, ``conditional (1 waived)``, ``inconclusive``, ``incomplete``, ``profiled`` or ``failed``, beside the version of the suite.
"""

from __future__ import annotations

import json
from html import escape
from pathlib import Path
from typing import Any

from metricsuite.certificate import Certificate
from metricsuite.properties import PROPERTIES
from metricsuite.stability import claimable
from metricsuite.whole_files import write_whole

COLOURS = {  # each has a contrast of at least 4.5 to white text (WCAG 2.1, AA)
    "certified": "#2e7d32",
    "conditional": "#7a5c00",
    "inconclusive": "#a04a00",
    "incomplete": "#5f6368",
    "profiled": "#1f5fa8",
    "failed": "#b3261e",
}
LABEL_COLOUR = "#444444"
_HEIGHT, _SIZE, _PAD = 20, 11, 6
_WIDTHS = {  # advance of Verdana's letters, in thousandths of the font's size
    **dict.fromkeys("0123456789", 636), **dict.fromkeys("bdpq", 623), **dict.fromkeys("hnu", 633), **dict.fromkeys("il", 274),
    **dict.fromkeys("vxy", 592), **dict.fromkeys("cs", 521), **dict.fromkeys("()/-", 454), **dict.fromkeys(" .", 364),
    "a": 601, "e": 596, "f": 352, "g": 623, "j": 344, "k": 592, "m": 973, "o": 607, "r": 427, "t": 394, "w": 818, "z": 525, "+": 818,
}  # fmt: skip
_WIDEST = 1000  # what is not in the table


def badge_of(certificate: Certificate) -> dict[str, Any]:
    """What shields.io's endpoint badge asks for: ``schemaVersion``, ``label``, ``message``, ``color``, ``isError``.

    ``https://img.shields.io/endpoint?url=...`` of a ``badge.json`` that is published anywhere shows it.
    """
    status = certificate.status
    return {
        "schemaVersion": 1,
        "label": f"metricsuite {certificate.body['suite']['version']}",
        "message": _message(certificate),
        "color": COLOURS[status].lstrip("#"),
        "isError": status == "failed",
    }


def _message(certificate: Certificate) -> str:
    counts = certificate.body["counts"]
    if certificate.status == "conditional":
        return f"conditional ({counts['waived']} waived)"
    if certificate.status == "certified":
        total = counts.get("claimable", sum(map(claimable, PROPERTIES.values())))
        return f"certified {len(certificate.body['claims'])}/{total}"
    return certificate.status


def badge_svg(certificate: Certificate) -> str:
    """The same as a flat, square SVG, 20 px high, without ids, so that a page can hold many; its title: metric, headline in brief."""
    badge = badge_of(certificate)
    left, right = (_pixels(badge[part]) for part in ("label", "message"))
    split, width = left + 2 * _PAD, left + right + 4 * _PAD
    version = certificate.body["suite"]["version"]
    title = escape(f"{certificate.metric}: {certificate.brief} (metricsuite {version})")
    text = '<text x="{x}" y="14" textLength="{length}" lengthAdjust="spacingAndGlyphs">{words}</text>'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{_HEIGHT}" role="img" aria-label="{title}">',
            f"<title>{title}</title>",
            f'<rect width="{split}" height="{_HEIGHT}" fill="{LABEL_COLOUR}"/>',
            f'<rect x="{split}" width="{width - split}" height="{_HEIGHT}" fill="{COLOURS[certificate.status]}"/>',
            f'<g fill="#ffffff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="{_SIZE}">',
            text.format(x=_PAD, length=left, words=escape(badge["label"])),
            text.format(x=split + _PAD, length=right, words=escape(badge["message"])),
            "</g>",
            "</svg>",
            "",
        ]
    )


def write_badge(folder: Path, certificate: Certificate) -> None:
    """Write ``badge.json`` and ``badge.svg`` into a folder that is there, each whole or not at all."""
    write_whole(folder / "badge.json", json.dumps(badge_of(certificate), indent=1) + "\n")
    write_whole(folder / "badge.svg", badge_svg(certificate))


def _pixels(text: str) -> int:
    return round(sum(_WIDTHS.get(letter, _WIDEST) for letter in text) * _SIZE / 1000)
