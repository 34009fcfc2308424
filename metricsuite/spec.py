"""What a metric states about itself (`MetricSpec`), and how it says so (`@metric`).

    @metric("my-metric", invariant_to={"orthogonal"}, sensitive_to={"topology"}, axioms={"symmetry"})
    def my_metric(x, y): ...        # x, y: arrays (trials, time, units); returns one float

A class with ``prepare(x)`` and ``compare(a, b)`` works N times for N systems, and may offer ``compare_many(states, pairs)``, all pairs
at once (entry m is ``compare(states[i], states[j])`` for ``i, j = pairs[m]``); an object with ``fit(x, y)`` and ``score(x, y)``
is handed samples ``(trials * time, units)``; a plain callable needs no spec and is profiled.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

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
        It takes ``rng``, a `numpy.random.Generator`, and gives the same answer for the same one. (``compare_many`` takes ``rngs``, a
        list, one for each pair.)
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
        if not isinstance(self.source, str):
            self._refuse("source", self.source, "text: author, year, equation")
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
        names: list[Any] = list(given) if isinstance(given, Iterable) and not isinstance(given, str) else [None]
        if not all(isinstance(name, str) for name in names):
            self._refuse(which, given, "a set of names, such as {'orthogonal'}")
        return frozenset(names)

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
        if "triangle" in self.axioms and self.self_value != 0:
            raise SpecError(
                f"{self.name}: axioms: 'triangle' needs self_value=0, and {self.self_value!r} is given: a constant added to every "
                "distance satisfies it. Subtract the constant, or withdraw the claim."
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
        if isinstance(stated, str):
            return stated == value
        implied = {name for group in self.invariant_to for name in CONTAINS.get(group, ())}
        return value in stated or (which == "invariant_to" and value in implied)

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
        """The inverse of `to_dict`, but for `turn`, of which only the name can travel."""
        turn = _Elsewhere(values["turn"]) if values.get("turn") else None
        return cls(**{**values, "turn": turn})


class _Elsewhere:
    """The name of a function that lives in the metric's own process."""

    def __init__(self, name: str) -> None:
        self.__qualname__ = name

    def __call__(self, similarity: float) -> float:
        raise MetricError(f"{self.__qualname__} lives in the metric's own process")


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
