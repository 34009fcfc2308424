"""Ground truth by learning: tasks, ensembles of networks, curricula, training, the zoo.

The names load when they are first used: a run that leaves the learning track out pays nothing for torch.

    load(architecture, family, group, freezing, checkpoint)    stored networks
    record(networks, seeds, same_trials)                       their hidden states on test trials
    lost(networks, seeds)                                      the part of the test trials that each gets wrong
    perturb(networks, seeds, kind, sizes, same_trials)         the same, pushed along directions that matter or do not
"""

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING
from typing import Any as _Any

_HOMES = {"load": "zoo", "record": "recordings", "lost": "recordings", "perturb": "perturbations"}
__all__ = ["load", "lost", "perturb", "record"]

if _TYPE_CHECKING:
    from metricsuite.networks.perturbations import perturb
    from metricsuite.networks.recordings import lost, record
    from metricsuite.networks.zoo import load


def __getattr__(name: str) -> _Any:
    if name in _HOMES:
        return getattr(_import_module(f"metricsuite.networks.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'metricsuite.networks' has no attribute {name!r}")
