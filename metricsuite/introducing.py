"""What a metric says about itself before it is run: label, claims, where it comes from, and its parameters three times over.

`setting` is what is in force; `parameters` what its user gave; `defaults` what the plugin's signature says.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from dataclasses import dataclass
from typing import Any

from metricsuite.adapting import Metric, plain


@dataclass(frozen=True)
class Introduction:
    """As plain values, which travel: the parent of an isolated metric imports nothing of it."""

    label: str
    spec: dict[str, Any]
    origin: dict[str, Any]
    setting: dict[str, Any]
    parameters: dict[str, Any]
    defaults: dict[str, Any]
    declared: bool
    tunable: bool


def introduction(metric: Metric, origin: dict[str, Any]) -> Introduction:
    """What the suite wants to know of a metric before it runs it."""
    defaults = defaults_of(metric)
    return Introduction(
        metric.label, metric.spec.to_dict(), origin, metric.setting, parameters_of(metric, defaults), defaults, metric.declared,
        metric.tunable,
    )  # fmt: skip


def defaults_of(metric: Metric) -> dict[str, Any]:
    """The defaults of the plugin's signature, as plain JSON values; empty where it has none that can be read."""
    plugin: Any = metric.plugin
    if isinstance(plugin, functools.partial):
        plugin = plugin.func
    with contextlib.suppress(TypeError, ValueError):  # a builtin without a signature
        signature = inspect.signature(plugin if inspect.isroutine(plugin) else type(plugin))
        return {
            name: plain(p.default)
            for name, p in signature.parameters.items()
            if p.default is not p.empty and name != "rng"
        }
    return {}


def parameters_of(metric: Metric, defaults: dict[str, Any]) -> dict[str, Any]:
    """What its user gave, as plain JSON values: the keywords of a target, of a partial, or of the instance's constructor.

    An instance does not remember what it was given; what it holds that is not the default was.
    """
    plugin: Any = metric.plugin
    given = dict(metric.parameters)
    if isinstance(plugin, functools.partial):
        plugin, given = plugin.func, {**plugin.keywords, **given}
    held = {} if metric.made_from or inspect.isroutine(plugin) else metric.setting
    differing = {name: value for name, value in held.items() if name in defaults and value != defaults[name]}
    return {**differing, **{name: plain(value) for name, value in given.items()}}
