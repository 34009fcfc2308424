"""Which picture a criterion is decided in: those that ``metricsuite show`` and a certificate's page draw, in their own words.

The two draw the same, but for the axioms, where the page compares distance by distance.
"""

from __future__ import annotations

from collections.abc import Callable

from metricsuite.report.certificate_page.axioms import AXIOMS
from metricsuite.report.show import distance_panels

_PANELS: dict[str, tuple[Callable[..., None], ...]] = {
    "separates": (distance_panels.draw_matrix, distance_panels.draw_histogram),
    "survives": (distance_panels.draw_breakdown,),
    **dict.fromkeys(("stays_unrelated", "equals"), (distance_panels.draw_levels,)),
    **dict.fromkeys(("invariant", "sensitive", "identical"), (distance_panels.draw_orbit,)),
    **dict.fromkeys(
        ("arrives", "flat", "follows", "rises", "vanishes", "withstands", "triangular"), (distance_panels.draw_curve,)
    ),
    **dict.fromkeys(("symmetric", "obeys", "repeats", "varies"), (distance_panels.draw_matrix,)),
}


def picture_of(criterion: str) -> str:
    """What the picture shows, in a sentence or two."""
    shown = " ".join(_first_words(panel) for panel in _PANELS[criterion])
    if criterion not in AXIOMS:
        return shown
    return f"On a certificate's page: {_first_words(AXIOMS[criterion])} By metricsuite show: {shown}"


def _first_words(drawing: Callable[..., object]) -> str:
    return (drawing.__doc__ or "").split("\n\n")[0].replace("\n", " ")
