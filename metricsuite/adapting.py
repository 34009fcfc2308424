"""One face for every kind of plugin: `Metric`, made by `adapt` from a function, a class, or an object with its methods."""

from __future__ import annotations

import contextlib
import functools
import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from metricsuite.answers import as_float, as_floats
from metricsuite.arrays import Trajectories, as_trajectories
from metricsuite.errors import MetricError, SpecError
from metricsuite.properties import nearest
from metricsuite.spec import MetricSpec


class Metric:
    """A plugin of any kind behind one face: ``prepare`` a system once, ``compare`` two prepared ones, get a distance.

    Made by `adapt`; `metricsuite.load_metric` finds one by name. Calling it compares two arrays: ``metric(x, y)``.
    """

    def __init__(
        self,
        plugin: Any,
        spec: MetricSpec,
        label: str,
        *,
        parameters: Mapping[str, Any] | None = None,
        fixed: bool = False,
        declared: bool = True,
    ) -> None:
        self.plugin, self.spec, self.label = plugin, spec, label
        self.parameters = dict(parameters or {})
        self.made_from: type | None = None
        self.fixed = fixed or bool(parameters)  # its user, or its own rule, has chosen
        self.declared = declared  # the author wrote the spec; otherwise its scope is a guess
        self.kind = next((k for k in ("prepare", "fit") if callable(getattr(plugin, k, None))), "function")

    def __repr__(self) -> str:
        return f"<Metric {self.label}>"

    def __call__(self, x: Any, y: Any, rng: np.random.Generator | None = None) -> float:
        a, b = (
            v if isinstance(v, Trajectories) else Trajectories(as_trajectories(v, n, self.label))
            for v, n in ((x, "x"), (y, "y"))
        )
        rng = np.random.default_rng(0) if rng is None else rng
        return self.compare(self.prepare(a, rng), self.prepare(b, rng), rng)

    @property
    def setting(self) -> dict[str, Any]:
        """The hyper-parameters in force, as plain JSON values: what was given, else what instance and signature say."""
        plugin: Any = self.plugin
        given = self.parameters
        if isinstance(plugin, functools.partial):
            plugin, given = plugin.func, {**plugin.keywords, **given}
        state = {} if inspect.isroutine(plugin) else getattr(plugin, "__dict__", {})
        defaults: dict[str, Any] = {}
        with contextlib.suppress(TypeError, ValueError):  # a builtin without a signature
            for p in _parameters(plugin if inspect.isroutine(plugin) else type(plugin)).values():
                if p.default is not p.empty and p.name != "rng":
                    defaults[p.name] = state.get(p.name, p.default)
        return {name: plain(value) for name, value in {**defaults, **given}.items()}

    @property
    def batched(self) -> bool:
        """Offers ``compare_many``: all pairs of a design in one call."""
        return self.kind == "prepare" and callable(getattr(self.plugin, "compare_many", None))

    @property
    def tuning(self) -> dict[str, Any]:
        """What led a tuned plugin to its setting: its attribute `tuning`, a list of rows, as {"columns": ..., "rows": ...}."""
        rows = getattr(self.plugin, "tuning", None)
        if not isinstance(rows, list | tuple) or not all(isinstance(row, Mapping) for row in rows) or not rows:
            return {}
        columns = list(dict.fromkeys(str(name) for row in rows for name in row))
        return {"columns": columns, "rows": [[plain(row.get(name)) for name in columns] for row in rows]}

    def prepare(self, system: Trajectories, rng: np.random.Generator | None = None) -> Any:
        """One system, made ready to be compared with any number of others; `rng` for a random metric."""
        if self.kind != "prepare":
            return system
        extra = {need: getattr(system, need) for need in self.spec.needs}
        if self.spec.random and "rng" in _parameters(self.plugin.prepare):
            extra["rng"] = rng
        return self.plugin.prepare(system.array, **extra)

    def compare(self, a: Any, b: Any, rng: np.random.Generator | None = None) -> float:
        """The distance between two prepared systems.

        Raises
        ------
        MetricError
            The plugin returned something that is not one real number. (NaN and negatives are numbers: the caller judges.)
        """
        extra: dict[str, Any] = {}
        if self.kind == "prepare":
            if self.spec.random and "rng" in _parameters(self.plugin.compare):
                extra["rng"] = rng
            value = as_float(self.plugin.compare(a, b, **extra))
        else:
            extra = {need: (getattr(a, need), getattr(b, need)) for need in self.spec.needs}
            if self.spec.random:
                extra["rng"] = rng
            if self.kind == "fit":
                x, y = (np.ascontiguousarray(s.array).reshape(-1, s.units) for s in (a, b))
                fitted = self.plugin.fit(x, y, **extra)
                value = as_float((self.plugin if fitted is None else fitted).score(x, y))
            else:
                value = as_float(self.plugin(a.array, b.array, **extra))
        return self._turned(value)

    def compare_many(
        self, states: list[Any], pairs: npt.NDArray[np.intp], rngs: Sequence[np.random.Generator] = ()
    ) -> npt.NDArray[np.float64]:
        """The distances of many pairs of prepared systems in one call; only where `batched`.

        Parameters
        ----------
        states : list
            What `prepare` returned for each system.
        pairs : ndarray of int, shape (k, 2)
            Indexes into `states`: entry m of the answer is ``compare(states[i], states[j])`` for ``i, j = pairs[m]``.
        rngs : sequence of Generator
            For a random metric, one for each pair: what `compare` would have been given for it.

        Returns
        -------
        ndarray, shape (k,)

        Raises
        ------
        MetricError
            The plugin returned something that is not k real numbers. (NaN and negatives are numbers: the caller judges.)
        """
        takes = self.spec.random and "rngs" in _parameters(self.plugin.compare_many)
        extra = {"rngs": list(rngs)} if takes else {}
        values = as_floats(self.plugin.compare_many(states, pairs, **extra), len(pairs))
        return np.array([self._turned(value) for value in values])

    def _turned(self, value: float) -> float:
        """A distance, whatever the orientation of what the plugin returned."""
        if self.spec.orientation == "distance":
            return value
        return 1.0 - value if self.spec.turn is None else as_float(self.spec.turn(value))

    def afresh(self) -> Metric:
        """Made again where `adapt` made it from a class; a function or an object stays what it is."""
        if self.made_from is None:
            return self
        plugin = _construct(self.made_from, self.parameters, self.label)
        new = Metric(plugin, self.spec, self.label, parameters=self.parameters, declared=self.declared)
        new.made_from = self.made_from
        return new

    @property
    def tunable(self) -> bool:
        """Offers ``tuned`` and its user gave no parameters."""
        return not self.fixed and callable(getattr(self.plugin, "tuned", None))

    def tuned(self, calibration: list[Trajectories]) -> Metric:
        """The metric at the setting that its own unlabelled rule chooses on systems that are never scored."""
        plugin = self.plugin.tuned([system.array for system in calibration])
        if plugin is None:
            raise MetricError(f"{self.label}: tuned(calibration) returned None; needed the tuned metric.")
        return Metric(plugin, self.spec, self.label, fixed=True, declared=self.declared)


def _parameters(function: Callable[..., Any]) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(function).parameters


def plain(value: Any) -> Any:
    """As a JSON value: numbers and text as they are, anything else as Python would write it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not math.isfinite(value):
        return repr(value)
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)


def adapt(
    plugin: Any, *, name: str, parameters: Mapping[str, Any] | None = None, orientation: str | None = None
) -> Metric:
    """Put any kind of plugin behind the face of `Metric`.

    Parameters
    ----------
    plugin : object
        A function, a class or instance with ``prepare``/``compare`` (and ``compare_many``, if it likes) or ``fit``/``score``,
        or a callable instance.
    name : str
        What to call it if it carries no spec.
    parameters : mapping, optional
        Keywords for the class, or for the function at every call.
    orientation : {"distance", "similarity"}, optional
        For a plugin without a spec.

    Raises
    ------
    SpecError
        Not a metric, parameters that it does not take, or an orientation for a metric whose spec gives one.
    """
    given = dict(parameters or {})
    spec = getattr(plugin, "spec", None)
    if spec is not None and not isinstance(spec, MetricSpec):
        raise SpecError(
            f"{name}: its attribute `spec` is {type(spec).__name__}; needed a MetricSpec. Write it with @metric(...)."
        )
    if spec is not None and orientation is not None:
        raise SpecError(
            f"{name}: an orientation was given, but its spec says {spec.orientation!r}. Change the spec instead."
        )
    label = spec.name if spec is not None else name
    if given:
        label += f"({', '.join(f'{k}={v!r}' for k, v in given.items())})"
    made_from = plugin if inspect.isclass(plugin) else None
    if inspect.isclass(plugin):
        plugin = _construct(plugin, given, name)
    elif given:
        if not inspect.isroutine(plugin):
            raise SpecError(
                f"{name}: parameters {given} given to a {type(plugin).__name__}; only functions and classes take them."
            )
        _check_keywords(plugin, given, name)
        plugin = functools.partial(plugin, **given)
    _check_kind(plugin, name)
    declared = spec is not None
    if spec is None:
        spec = MetricSpec(
            name=re.sub(r"[^A-Za-z0-9._/-]", "-", name).strip("-./") or "metric", orientation=orientation or "distance"
        )
    _check_signature(plugin, spec)
    metric = Metric(plugin, spec, label, parameters=given, declared=declared)
    metric.made_from = made_from
    return metric


def _construct(cls: type, given: dict[str, Any], name: str) -> Any:
    _check_keywords(cls, given, name)
    try:
        return cls(**given)
    except Exception as error:
        raise SpecError(
            f"{name}: {cls.__name__}({', '.join(f'{k}={v!r}' for k, v in given.items())}) raised {type(error).__name__}: {error}"
        ) from error


def _check_keywords(target: Callable[..., Any], given: dict[str, Any], name: str) -> None:
    try:
        parameters = _parameters(target)
    except (TypeError, ValueError):
        return
    if any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        return
    for word in given:
        if word not in parameters:
            known = [p for p in parameters if p not in ("x", "y", "self")]
            raise SpecError(f"{name}: takes no parameter {word!r}; {nearest(word, known) if known else 'it has none'}.")


def _check_signature(plugin: Any, spec: MetricSpec) -> None:
    """What the spec promises to give, the plugin must take."""
    kind = next((k for k in ("prepare", "fit") if callable(getattr(plugin, k, None))), "function")
    takers = {"prepare": ["prepare"], "fit": ["fit"], "function": []}[kind]
    wanted = dict.fromkeys(spec.needs, takers)
    if spec.random:
        wanted["rng"] = ["prepare", "compare"] if kind == "prepare" else takers
    for word, names in sorted(wanted.items()):
        try:
            signatures = [_parameters(getattr(plugin, n)) for n in names] or [_parameters(plugin)]
        except (TypeError, ValueError):
            continue
        if not any(word in s or any(p.kind is p.VAR_KEYWORD for p in s.values()) for s in signatures):
            field = "random=True" if word == "rng" else f"needs={{{word!r}}}"
            where = " or ".join(names) or "the function"
            raise SpecError(f"{spec.name}: {field}, and {where} takes no parameter {word!r}. Add it, or drop {field}.")
    if spec.random and kind == "prepare" and callable(getattr(plugin, "compare_many", None)):
        alone, together = _parameters(plugin.compare), _parameters(plugin.compare_many)
        if "rng" in alone and "rngs" not in together:  # with one rng for all, no pair could be answered as it is alone
            raise SpecError(
                f"{spec.name}: compare takes rng, and compare_many takes no parameter 'rngs'. Add it (a list, one rng for each "
                "pair), or drop compare_many."
            )


def _check_kind(plugin: Any, name: str) -> None:
    has = {k: callable(getattr(plugin, k, None)) for k in ("prepare", "compare", "compare_many", "fit", "score")}
    for first, second in (("prepare", "compare"), ("compare", "prepare"), ("fit", "score")):
        if has[first] and not has[second] and not (callable(plugin) and first == "compare"):
            raise SpecError(f"{name}: {type(plugin).__name__} has {first} but no {second}; needed both.")
    lacking = [k for k in ("prepare", "compare") if not has[k]]
    if has["compare_many"] and lacking:
        raise SpecError(
            f"{name}: {type(plugin).__name__} has compare_many but no {' and no '.join(lacking)}; compare_many takes what prepare "
            "returned and answers as compare does. Add what is missing, or drop compare_many."
        )
    if not (has["prepare"] or has["fit"] or callable(plugin)):
        raise SpecError(
            f"{name} is {type(plugin).__name__}; needed a function of (x, y), or an object with prepare and compare, or with fit and score."
        )
    if not (has["prepare"] or has["fit"]):
        try:
            inspect.signature(plugin).bind_partial(None, None)
        except TypeError as error:
            raise SpecError(f"{name}: cannot be called with two systems (x, y): {error}.") from error
        except ValueError:
            pass  # a builtin without a signature: the first call will tell
