"""What a metric states about itself (`MetricSpec`), how it says so (`@metric`), and one face for every kind of plugin (`Metric`).

    @metric("my-metric", invariant_to={"orthogonal"}, sensitive_to={"topology"}, axioms={"symmetry"})
    def my_metric(x, y): ...        # x, y: arrays (trials, time, units); returns one float

A class with ``prepare(x)`` and ``compare(a, b)`` works N times for N systems; an object with ``fit(x, y)`` and ``score(x, y)``
is handed samples ``(trials * time, units)``; a plain callable needs no spec and is profiled.
"""

from __future__ import annotations

import functools
import inspect
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

import numpy as np

from metricsuite.arrays import Trajectories, as_trajectories
from metricsuite.errors import MetricError, SpecError
from metricsuite.properties import CONTAINS, EXCLUDES, PROPERTIES, Property, nearest

NEEDS = ("inputs", "conditions", "dt")
Plugin = TypeVar("Plugin", bound=Callable[..., Any])


@dataclass(frozen=True, kw_only=True)
class MetricSpec:
    """The claims of a metric and the scope in which it makes them.

    Parameters
    ----------
    name : str
        Letters, digits and ``. _ - /``.
    orientation : {"distance", "similarity"}
        A similarity is turned round before anything else happens.
    turn : callable, optional
        How a similarity becomes a distance; ``1 - s`` unless given.
    axioms, invariant_to, sensitive_to : set of str
        The claims, by the names of `metricsuite.properties` or ``lab/name``.
    pairing : {"samples", "none"}
        "samples": row i of x belongs to row i of y. "none": it need not.
    units : {"any", "equal"}
        Whether both systems must have the same number of units.
    min_samples : int
        Fewest trials * time points that the metric is for.
    needs : set of {"inputs", "conditions", "dt"}
        What it must be given beside the array: by parameter name to ``prepare``, as pairs ``(of x, of y)`` to a function.
    random : bool
        It takes ``rng``, a `numpy.random.Generator`, and gives the same answer for the same one.
    self_value : float or None
        d(x, x); None where only d(x, x) <= d(x, y) is promised (cross-validated or unbounded measures).
    tolerance : float
        Relative error of its arithmetic or optimiser, as a part of the median distance between unrelated systems.
    source : str
        Author, year, equation.

    Raises
    ------
    SpecError
        A field that is impossible, a property that does not exist (with the nearest), or claims that exclude each other.
    """

    name: str
    orientation: str = "distance"
    turn: Callable[[float], float] | None = field(default=None, compare=False)
    axioms: frozenset[str] = frozenset()
    invariant_to: frozenset[str] = frozenset()
    sensitive_to: frozenset[str] = frozenset()
    pairing: str = "samples"
    units: str = "any"
    min_samples: int = 0
    needs: frozenset[str] = frozenset()
    random: bool = False
    self_value: float | None = 0.0
    tolerance: float = 0.0
    source: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._/-]*", self.name):
            raise SpecError(
                f"name: {self.name!r} given; needed letters, digits and . _ - / (it names a folder and a column)."
            )
        self._one_of("orientation", ("distance", "similarity"))
        self._one_of("pairing", ("samples", "none"))
        self._one_of("units", ("any", "equal"))
        if self.turn is not None and (self.orientation != "similarity" or not callable(self.turn)):
            self._refuse("turn", self.turn, "a callable s -> distance, together with orientation='similarity'")
        for which in ("axioms", "invariant_to", "sensitive_to", "needs"):
            object.__setattr__(self, which, self._names(which))
        if isinstance(self.min_samples, bool) or not isinstance(self.min_samples, int) or self.min_samples < 0:
            self._refuse("min_samples", self.min_samples, "an integer, 0 or more")
        if not isinstance(self.random, bool):
            self._refuse("random", self.random, "True or False")
        if self.self_value is not None and not _is_number(self.self_value):
            self._refuse("self_value", self.self_value, "a finite number, or None")
        if not _is_number(self.tolerance) or not 0 <= self.tolerance < 0.1:
            self._refuse("tolerance", self.tolerance, "a number from 0 to .1 (a part of the median distance)")
        for stray in sorted(self.needs - set(NEEDS)):
            self._refuse("needs", stray, f"a subset of {', '.join(NEEDS)}")
        self._check_claims()

    def _refuse(self, which: str, given: Any, needed: str) -> None:
        raise SpecError(f"{self.name}: {which}: {given!r} given; needed {needed}.")

    def _one_of(self, which: str, allowed: tuple[str, ...]) -> None:
        if getattr(self, which) not in allowed:
            self._refuse(which, getattr(self, which), " or ".join(map(repr, allowed)))

    def _names(self, which: str) -> frozenset[str]:
        given = getattr(self, which)
        if (
            isinstance(given, str)
            or not isinstance(given, Iterable)
            or not all(isinstance(name, str) for name in given)
        ):
            self._refuse(which, given, "a set of names, such as {'orthogonal'}")
        return frozenset(given)

    def _check_claims(self) -> None:
        for which, direction in (("axioms", "axiom"), ("invariant_to", "invariant"), ("sensitive_to", "sensitive")):
            for name in sorted(getattr(self, which)):
                if "/" in name:
                    continue  # a lab's own property: known once its cases are collected
                known = [p.name for p in PROPERTIES.values() if direction in p.directions]
                if name not in PROPERTIES:
                    raise SpecError(f"{self.name}: {which}: no property {name!r}; {nearest(name, known)}.")
                if direction not in PROPERTIES[name].directions:
                    could = ", ".join(PROPERTIES[name].directions)
                    raise SpecError(
                        f"{self.name}: {which}: {name!r} cannot be claimed so, only as: {could}; {nearest(name, known)}."
                    )
        for name in sorted(self.invariant_to & self.sensitive_to):
            raise SpecError(
                f"{self.name}: invariant_to and sensitive_to both name {name!r}; a metric cannot be both. Remove one."
            )
        for group, members in CONTAINS.items():
            for name in members:
                if group in self.invariant_to and name in self.sensitive_to:
                    raise SpecError(
                        f"{self.name}: invariant_to {group!r} and sensitive_to {name!r} exclude each other: {name} is a kind of {group}. Remove one."
                    )
        for exclusion in EXCLUDES:
            if all(self._says(*claim) for claim in exclusion.claims):
                said = " and ".join(f"{which} {value!r}" for which, value in exclusion.claims)
                raise SpecError(f"{self.name}: {said} exclude each other: {exclusion.reason}. Remove one.")

    def _says(self, which: str, value: str) -> bool:
        if which == "without needs":
            return value not in self.needs
        stated = getattr(self, which)
        return stated == value if isinstance(stated, str) else value in stated

    @property
    def claims(self) -> frozenset[str]:
        """Every property that the metric claims, whatever the direction."""
        return self.axioms | self.invariant_to | self.sensitive_to

    @property
    def profiled(self) -> bool:
        """Claims no sensitivity: it is measured on seeds of its own and never certified."""
        return not self.sensitive_to

    def claim(self, entry: Property) -> str | None:
        """The direction in which `entry` is claimed, "contract" for the contract, None where it is not claimed."""
        if entry.track == "contract":
            return "contract"
        where = {"axiom": self.axioms, "invariant": self.invariant_to, "sensitive": self.sensitive_to}
        return next((direction for direction, names in where.items() if entry.name in names), None)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON values; `turn` becomes its name."""
        out = {f.name: getattr(self, f.name) for f in fields(self)}
        out["turn"] = None if self.turn is None else getattr(self.turn, "__qualname__", repr(self.turn))
        return {k: sorted(v) if isinstance(v, frozenset) else v for k, v in out.items()}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> MetricSpec:
        """The inverse of `to_dict`, but for `turn`, which cannot travel."""
        return cls(**{k: v for k, v in values.items() if k != "turn"})


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def metric(name: str, **claims: Any) -> Callable[[Plugin], Plugin]:
    """Attach a `MetricSpec` to a function, or to a class with ``prepare``/``compare`` or ``fit``/``score``.

    The function stays as it was; the spec is its attribute ``spec``. Keywords are the fields of `MetricSpec`.

    Raises
    ------
    SpecError
        As `MetricSpec`, or an unknown keyword (with the nearest).
    """
    known = [f.name for f in fields(MetricSpec)]
    for word in claims:
        if word not in known:
            raise SpecError(f"{name}: no field {word!r} in a spec; {nearest(word, known)}.")
    spec = MetricSpec(name=name, **claims)

    def attach(plugin: Plugin) -> Plugin:
        if not callable(plugin):
            raise SpecError(f"{name}: @metric stands on a function or a class; given {type(plugin).__name__}.")
        plugin.spec = spec  # type: ignore[attr-defined]
        return plugin

    return attach


class Metric:
    """A plugin of any kind behind one face: ``prepare`` a system once, ``compare`` two prepared ones, get a distance.

    Made by `adapt`; `metricsuite.load_metric` finds one by name. Calling it compares two arrays: ``metric(x, y)``.
    """

    def __init__(
        self, plugin: Any, spec: MetricSpec, label: str, *, fixed: bool = False, declared: bool = True
    ) -> None:
        self.plugin, self.spec, self.label, self.fixed = plugin, spec, label, fixed
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
        """The hyper-parameters in force, as far as the plugin's signature shows them, as plain JSON values."""
        plugin = self.plugin
        if isinstance(plugin, functools.partial):
            given, target = dict(plugin.keywords), plugin.func
        elif self.kind == "function" and not inspect.isfunction(plugin):
            given, target = {}, type(plugin).__call__
        else:
            given, target = {}, plugin if inspect.isfunction(plugin) else type(plugin)
        try:
            parameters = inspect.signature(target).parameters.values()
        except (TypeError, ValueError):
            return {k: _plain(v) for k, v in given.items()}
        out: dict[str, Any] = {}
        for p in parameters:
            if p.default is not p.empty and p.name != "rng":
                value = given.get(p.name, p.default if self.kind == "function" else getattr(plugin, p.name, p.default))
                out[p.name] = _plain(value)
        return out

    def prepare(self, system: Trajectories, rng: np.random.Generator) -> Any:
        """One system, made ready to be compared with any number of others."""
        if self.kind != "prepare":
            return system
        extra = {need: getattr(system, need) for need in self.spec.needs}
        if self.spec.random and "rng" in _parameters(self.plugin.prepare):
            extra["rng"] = rng
        return self.plugin.prepare(system.array, **extra)

    def compare(self, a: Any, b: Any, rng: np.random.Generator) -> float:
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
        if self.spec.orientation == "similarity":
            value = 1.0 - value if self.spec.turn is None else as_float(self.spec.turn(value))
        return value

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


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    return value if value is None or isinstance(value, bool | int | float | str) else repr(value)


def as_float(value: Any) -> float:
    """One real number, whatever it came in: python, a numpy scalar, a 0-d array or tensor.

    Raises
    ------
    MetricError
        Text, booleans, complex numbers, arrays and anything else.
    """
    if isinstance(value, float | int | np.floating | np.integer) and not isinstance(value, bool):
        return float(value)
    shape = getattr(value, "shape", None)
    if shape is not None and tuple(shape) == () and hasattr(value, "item"):
        item = value.item()
        if isinstance(item, float | int) and not isinstance(item, bool):
            return float(item)
    what = (
        f"an array of shape {tuple(shape)}"
        if shape is not None and tuple(shape) != ()
        else f"{value!r:.60} ({type(value).__name__})"
    )
    raise MetricError(f"returned {what}; needed one float")


def adapt(
    plugin: Any, *, name: str, parameters: Mapping[str, Any] | None = None, orientation: str | None = None
) -> Metric:
    """Put any kind of plugin behind the face of `Metric`.

    Parameters
    ----------
    plugin : object
        A function, a class or instance with ``prepare``/``compare`` or ``fit``/``score``, or a callable instance.
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
        spec = MetricSpec(name=re.sub(r"[^A-Za-z0-9._/-]", "-", name), orientation=orientation or "distance")
    return Metric(plugin, spec, label, fixed=bool(given), declared=declared)


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
            raise SpecError(
                f"{name}: takes no parameter {word!r}; {nearest(word, [p for p in parameters if p not in ('x', 'y', 'self')])}."
            )


def _check_kind(plugin: Any, name: str) -> None:
    has = {k: callable(getattr(plugin, k, None)) for k in ("prepare", "compare", "fit", "score")}
    for first, second in (("prepare", "compare"), ("compare", "prepare"), ("fit", "score")):
        if has[first] and not has[second] and not (callable(plugin) and first == "compare"):
            raise SpecError(f"{name}: {type(plugin).__name__} has {first} but no {second}; needed both.")
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
