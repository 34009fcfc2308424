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
from dataclasses import dataclass, field, fields, replace
from typing import Any, TypeVar

from metricsuite.builtin import BUILTIN, ON_DEMAND, named_builtin
from metricsuite.errors import MetricError, SpecError
from metricsuite.properties import EXCLUDES, IMPLIES, PROPERTIES, Exclusion, Property, nearest
from metricsuite.stability import claimable, claimable_from

NEEDS = ("inputs", "conditions", "dt")
Claim = tuple[str, str]  # field of the spec, value
_FIELDS = {"axiom": "axioms", "invariant": "invariant_to", "sensitive": "sensitive_to"}  # by direction
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
    same_as : str
        The built-in metric that this one is a port of, with literal parameters if any: "cka", "dsa(rank=15)". Claims the axiom
        "same-as": equal distances on fixed inputs, to rounding or `tolerance`.
    complexity : str
        What it costs, by phase, for n trials of T time points and p units: "prepare: n T p^2; compare: p^3". Shown, never held
        against it.

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
    same_as: str = ""
    complexity: str = ""

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
        if not isinstance(self.complexity, str):
            self._refuse("complexity", self.complexity, "text, such as 'prepare: n T p^2; compare: p^3'")
        for stray in sorted(self.needs - set(NEEDS)):
            self._refuse("needs", stray, f"a subset of {', '.join(NEEDS)}")
        self._take_same_as()
        self._check_claims()

    def _take_same_as(self) -> None:
        if not isinstance(self.same_as, str):
            self._refuse("same_as", self.same_as, "the name of a built-in metric, such as 'cka' or 'dsa(rank=15)'")
        if self.same_as:
            try:
                named_builtin(self.same_as)
            except SpecError as error:
                raise SpecError(f"{self.name}: same_as: {error}") from error
            object.__setattr__(self, "axioms", self.axioms | {"same-as"})
        elif "same-as" in self.axioms:
            raise SpecError(
                f"{self.name}: axioms: 'same-as' does not say as what. Write same_as='cka', or which built-in metric it is "
                "(that alone claims the axiom), or remove it."
            )

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
        for direction, which in _FIELDS.items():
            for name in sorted(getattr(self, which)):
                if "/" in name:
                    continue  # a lab's own property: known once its cases are collected
                known = [p.name for p in PROPERTIES.values() if direction in p.directions and claimable(p)]
                if name not in PROPERTIES:
                    raise SpecError(f"{self.name}: {which}: no property {name!r}; {nearest(name, known)}.")
                if direction not in PROPERTIES[name].directions:
                    could = ", ".join(PROPERTIES[name].directions)
                    raise SpecError(
                        f"{self.name}: {which}: {name!r} cannot be claimed so, only as: {could}; {nearest(name, known)}."
                    )
                if not claimable(entry := PROPERTIES[name]):
                    raise SpecError(
                        f"{self.name}: {which}: {name!r} came with metricsuite {entry.since} and is measured only until "
                        f"{claimable_from(entry)}: what is new is seen on everybody's metrics before it can be claimed. Remove it."
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
        if found := _exclusion(self._stated()):
            raise SpecError(f"{self.name}: {found.said} exclude each other: {found.reason}. Remove one.")

    def _stated(self) -> set[Claim]:
        """All that may exclude something else, as `Exclusion` names it."""
        claims = {(which, name) for which in _FIELDS.values() for name in getattr(self, which)}
        claims.add(("pairing", self.pairing))
        return claims | ({("a number as self_value", "")} if self.self_value is not None else set())

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
        return next((direction for direction, which in _FIELDS.items() if entry.name in getattr(self, which)), None)

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


def impossible(spec: MetricSpec) -> dict[tuple[str, str], Exclusion]:
    """What a metric cannot have beside what it claims: claims that would be refused.

    Keys are (property, direction); each value holds the claims of `spec` that stand in the way, and the reason. A property that is
    claimed, either way, is left out.
    """
    stated, out = spec._stated(), {}
    for name, entry in PROPERTIES.items():
        for direction in entry.directions:
            if direction in _FIELDS and name not in spec.claims:
                added = (_FIELDS[direction], name)
                if found := _exclusion(stated | {added}):
                    out[name, direction] = replace(found, claims=tuple(c for c in found.claims if c != added))
    return out


def implied(invariances: Iterable[str]) -> dict[str, tuple[tuple[str, ...], str]]:
    """Every invariance that follows from those given: which of them it follows from, and why (nothing, for those given)."""
    out: dict[str, tuple[tuple[str, ...], str]] = {name: ((name,), "") for name in sorted(invariances)}
    while new := next((i for i in IMPLIES if i.implied not in out and out.keys() >= set(i.invariances)), None):
        given = {name for part in new.invariances for name in out[part][0]}
        why = [out[part][1] for part in new.invariances] + [new.reason]
        out[new.implied] = tuple(sorted(given)), "; ".join(filter(None, why))
    return out


def _exclusion(stated: set[Claim]) -> Exclusion | None:
    """The first exclusion that these claims fall under: those of them that make it true, and the whole argument."""
    invariances = implied(name for which, name in stated if which == "invariant_to")
    for name in sorted(name for which, name in stated if which == "sensitive_to" and name in invariances):
        given, why = invariances[name]
        return Exclusion((*(("invariant_to", n) for n in given), ("sensitive_to", name)), why)
    for exclusion in EXCLUDES:
        claims: list[Claim] = []
        reasons: list[str] = []
        for which, value in exclusion.claims:
            if which == "invariant_to" and value in invariances:
                given, why = invariances[value]
                claims += [("invariant_to", n) for n in given]
                reasons += [why] * bool(why)
            elif (which, value) in stated:
                claims.append((which, value))
            else:
                break
        else:
            return replace(
                exclusion, claims=tuple(dict.fromkeys(claims)), reason="; ".join([*reasons, exclusion.reason])
            )
    return None


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
        where = f"{getattr(plugin, '__module__', '')}:{getattr(plugin, '__qualname__', '')}"
        if spec.same_as and (BUILTIN | ON_DEMAND)[named_builtin(spec.same_as)] == where:
            raise SpecError(f"{name}: same_as: {spec.same_as!r} is this metric itself; needed another. Remove it.")
        plugin.spec = spec  # type: ignore[attr-defined]
        return plugin

    return attach
