"""The built-in metric that a port says it is: what `MetricSpec.same_as` names, loaded."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from metricsuite.adapting import Metric, adapt
from metricsuite.builtin import BUILTIN, ON_DEMAND, named_builtin, read_literals
from metricsuite.errors import MetricError, NotApplicable, SpecError

if TYPE_CHECKING:
    from metricsuite.bench import Benchable

NO_PORT = "states no same_as"


def ported(metric: Benchable) -> Metric:
    """The built-in metric that `metric` says it is the same as: the suite's own, whatever plugins are called.

    Raises
    ------
    NotApplicable
        It states no ``same_as``.
    MetricError
        The built-in does not take the parameters given.
    """
    target = metric.spec.same_as
    if not target:
        raise NotApplicable(NO_PORT)
    name = named_builtin(target)
    where, attr = (BUILTIN | ON_DEMAND)[name].split(":")
    try:
        parameters = read_literals(target.removeprefix(name), target)
        return adapt(getattr(importlib.import_module(where), attr), name=name, parameters=parameters)
    except SpecError as error:
        raise MetricError(f"{metric.label} says same_as={target!r}, and {error}") from error
