"""metricsuite certifies measures of similarity between neural systems: what a metric claims is held against it, the rest is measured.

The public names load when they are first used, so that ``import metricsuite`` costs neither numpy nor torch.
"""

import os as _os
from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

from metricsuite.version import __version__

_HOMES = {
    "metric": "spec",
    "MetricSpec": "spec",
    "load_metric": "registry",
    "Trajectories": "arrays",
    "pairwise": "distances",
    "certify": "certifying",
    "read_certificate": "certificate",
    "Property": "properties",
    **dict.fromkeys(("Contrast", "Orbit", "Sweep"), "designs"),
}
_ROOMS = ("criteria", "designs", "networks", "systems", "transformations")
__all__ = [
    "Contrast",
    "MetricSpec",
    "Orbit",
    "Property",
    "Sweep",
    "Trajectories",
    "__version__",
    "certify",
    "criteria",
    "designs",
    "load_metric",
    "metric",
    "networks",
    "pairwise",
    "read_certificate",
    "systems",
    "transformations",
]

if _TYPE_CHECKING:
    from metricsuite import criteria, designs, networks, systems, transformations
    from metricsuite.arrays import Trajectories
    from metricsuite.certificate import read_certificate
    from metricsuite.certifying import certify
    from metricsuite.designs import Contrast, Orbit, Sweep
    from metricsuite.distances import pairwise
    from metricsuite.properties import Property
    from metricsuite.registry import load_metric
    from metricsuite.spec import MetricSpec, metric

if not _os.path.isdir(_os.path.join(__path__[0], "cases")):  # a checkout, where the cases lie beside the package
    __path__.append(_os.path.dirname(__path__[0]))


def __getattr__(name: str) -> _Any:
    if name in _HOMES:
        return getattr(_import_module(f"metricsuite.{_HOMES[name]}"), name)
    if name in _ROOMS:
        return _import_module(f"metricsuite.{name}")
    raise AttributeError(f"module 'metricsuite' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
