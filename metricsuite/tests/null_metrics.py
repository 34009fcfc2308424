"""Metrics that know nothing: a random number, the shape of the array, its norm, its first unit, and the four controls.

What they keep, a case gives away. They claim one sensitivity, so that they run on the seeds of certificates and not of profiles; all
other verdicts are measurements, by the same criteria: a "yes" is what "kept" would have been, had it been claimed.
"""

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite import metric
from metricsuite.metrics.controls import CONTROLS

Array = npt.NDArray[np.float64]
STATES = {"pairing": "none", "axioms": {"symmetry", "triangle"}, "sensitive_to": {"topology"}}


@metric("random", **STATES)
class Random:
    """A number from .5 to 1 for every two different arrays, drawn from a hash of their bytes: so near to 1 that no triangle breaks."""

    def prepare(self, x: Array) -> bytes:
        return hashlib.sha256(repr(x.shape).encode() + np.ascontiguousarray(x).tobytes()).digest()

    def compare(self, a: bytes, b: bytes) -> float:
        if a == b:
            return 0.0
        seed = int.from_bytes(hashlib.sha256(min(a, b) + max(a, b)).digest()[:8], "big")
        return float(np.random.default_rng(seed).uniform(0.5, 1))


def numbers(name: str, of: Callable[[Array], Any]) -> type:
    """The Euclidean distance between what `of` makes of one system and of the other."""

    class Numbers:
        def prepare(self, x: Array) -> Array:
            return np.atleast_1d(of(np.asarray(x, np.float64)))

        def compare(self, a: Array, b: Array) -> float:
            return float(np.linalg.norm(a - b))

    return metric(name, **STATES)(Numbers)


def frobenius(x: Array) -> float:
    """The logarithm of the norm of all numbers together: a ratio of norms, which knows how many numbers there are.

    To nine digits: what differs beyond them, where a case matches norms, is rounding, and another machine rounds otherwise.
    """
    return round(float(np.log(np.linalg.norm(x))), 9)


Shape = numbers("shape", lambda x: np.log(x.shape))
Norm = numbers("norm", frobenius)
OneUnit = numbers("one-unit", lambda x: x[..., 0].var())
ControlNorm = numbers("control-norm", CONTROLS["norm"])
ControlSpeed = numbers("control-speed", CONTROLS["relative speed"])
ControlDimension = numbers("control-dimension", CONTROLS["participation ratio"])
ControlMemory = numbers("control-memory", CONTROLS["autocorrelation time"])

NULLS = {
    "random": "Random",
    "shape": "Shape",
    "norm": "Norm",
    "one-unit": "OneUnit",
    "control-norm": "ControlNorm",
    "control-speed": "ControlSpeed",
    "control-dimension": "ControlDimension",
    "control-memory": "ControlMemory",
}
TARGETS = [f"{__name__}:{attribute}" for attribute in NULLS.values()]
