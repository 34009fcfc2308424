"""What Guilhot et al. 2024 report on noise, families and motifs, in one table; and the statements that are read from it.

Figures are the printed outputs of the notebooks in the paper's public code. Its "CKA" and "Procrustes" are angles over pi / 2, its
"DSA" is an angle in radians. A gap is the absolute difference between the first and the last of three levels.
"""

from __future__ import annotations

from dataclasses import dataclass

SOURCE = "Guilhot, Achterberg, Wojcik & Costa 2024, arXiv:2410.24070, with the outputs in its public code (qglht/RepAL)"
ROLES = ("dsa", "cka", "procrustes")
FIGURES: dict[str, dict[str, tuple[float, ...]]] = {  # quantity: role: figures
    "noise": {"dsa": (0.025,), "cka": (0.018,), "procrustes": (0.016,)},  # gap; analysis_lorenz_2, cell 24
    "mixing": {"dsa": (0.056,), "cka": (0.337,), "procrustes": (0.287,)},  # gap; analysis_lorenz_2, cell 27
    "families": {"dsa": (0.22, 0.48), "cka": (0.79, 0.89), "procrustes": (0.64, 0.78)},  # within, across; analysis_lorenz_1, cell 28
    "motifs": {"dsa": (0.765, 0.628, 0.361)},  # mean at 1, 2, 3 of 3 shared; compositional, cell 35; the others only as curves
}  # fmt: skip


@dataclass(frozen=True)
class Statement:
    """One published statement that a table row tests: the metric in the role "dsa" against the one in the role `other`."""

    quantity: str
    other: str

    @property
    def text(self) -> str:
        names = {"cka": "CKA", "procrustes": "Procrustes"}
        words = {
            "noise": "is more robust to observation noise than",
            "mixing": "is more robust to a second pattern mixed in than",
            "families": "tells families of Lorenz systems better than",
            "motifs": "follows the number of shared motifs better than",
        }
        return f"DSA {words[self.quantity]} {names[self.other]}"


STATEMENTS = tuple(Statement(quantity, other) for quantity in FIGURES for other in ("procrustes", "cka"))


def published_gap(quantity: str, role: str) -> float | None:
    """The one number that was compared: a gap as printed, across less within, or None where none was printed for two metrics."""
    figures = FIGURES[quantity].get(role)
    if figures is None or quantity == "motifs":
        return None
    return figures[0] if len(figures) == 1 else round(figures[1] - figures[0], 6)
