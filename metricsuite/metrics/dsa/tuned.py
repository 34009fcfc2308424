"""DSA at delays and a rank chosen for the systems at hand, by the unlabelled rule of `tuning.py`.

These are metrics of their own and not the default, because the rule pays a price. It prizes whatever is found again in
fresh data of the same system, and a deformed attractor is: at the settings that it chooses for ring and cut ring, a ring
that is merely squeezed mostly moves more than the deformation property allows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import numpy.typing as npt

from metricsuite.metrics.dsa.dsa import DSA, EXACTLY, SENSITIVE_TO, SOURCE, DelayOperator, DSASpectrum
from metricsuite.metrics.dsa.tuning import Row, choose_setting
from metricsuite.spec import metric

Kind = TypeVar("Kind", bound=DelayOperator)
RULE = "delays and rank by explained x reliable (metricsuite.metrics.dsa.tuning)"


@metric(
    "dsa-tuned",
    orientation="distance",
    pairing="none",
    units="any",
    axioms={"symmetry", "triangle"},
    invariant_to=EXACTLY,
    sensitive_to=SENSITIVE_TO,
    source=f"{SOURCE}; {RULE}",
)
class TunedDSA(DSA):
    """`DSA`, tuned before each design; at the default setting where there is nothing to tune on."""

    def __init__(self) -> None:
        super().__init__()

    def tuned(self, calibration: Sequence[npt.NDArray[Any]]) -> DSA:
        """`DSA` at the setting that `choose_setting` finds; its attribute `tuning` holds the table that led there."""
        return _chosen(DSA, calibration)


@metric(
    "dsa-spectrum-tuned",
    orientation="distance",
    pairing="none",
    units="any",
    axioms={"symmetry", "triangle"},
    invariant_to=EXACTLY,
    sensitive_to=SENSITIVE_TO,
    source=f"{SOURCE}, with Redman et al. 2024; {RULE}",
)
class TunedDSASpectrum(DSASpectrum):
    """`DSASpectrum`, tuned before each design; at the default setting where there is nothing to tune on."""

    def __init__(self) -> None:
        super().__init__()

    def tuned(self, calibration: Sequence[npt.NDArray[Any]]) -> DSASpectrum:
        """`DSASpectrum` at the setting that `choose_setting` finds; `tuning` holds the table that led there."""
        return _chosen(DSASpectrum, calibration)


def _chosen(kind: type[Kind], calibration: Sequence[npt.NDArray[Any]]) -> Kind:
    setting, rows = choose_setting(calibration)
    chosen = kind(setting.n_delays, setting.delay_interval, setting.rank)
    chosen.tuning = _rounded(rows)
    return chosen


def _rounded(rows: Sequence[Row]) -> list[Row]:
    """Four digits: enough to see what decided, and short enough to stand in every verdict."""
    return [{name: float(f"{v:.4g}") if isinstance(v, float) else v for name, v in row.items()} for row in rows]
