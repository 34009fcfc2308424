"""Designs: systems arranged so that their distances decide one property.

    Contrast({"ring": rings, "line": lines}, paired=True)      are the classes told apart?
    Orbit(rings, squeezed_rings, others=lines, paired=True)    does something that should not matter move the metric?
    Sweep("noise", {0: {...}, .1: {...}}, paired=True)         what happens along a parameter?

A design knows which pairs of systems it needs, and which systems are **independent**: everything made from one seed is one block,
the unit of resampling. ``paired`` says that row i of every system belongs to row i of every other (same trials, same input).
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError, InputError

Systems = Sequence[Any]
Pair = tuple[int, int]


class Design:
    """What all three designs offer: `systems`, `labels`, `positions` (along a Sweep), `blocks` (what one seed made) and `pairs`."""

    paired: bool
    systems: tuple[Trajectories, ...]
    labels: tuple[str, ...]
    positions: tuple[float, ...]
    blocks: tuple[int, ...]
    pairs: tuple[Pair, ...]
    calibration: Callable[[], list[Trajectories]] | None = None  # the same systems on seeds that are never scored

    def _set(self, rows: list[tuple[Any, str, float, int]], pairs: list[Pair]) -> None:
        """Each row: a system, its label, its position, and its block."""
        names = [f"system {i} ({label})" for i, (_, label, _, _) in enumerate(rows)]
        object.__setattr__(self, "systems", tuple(_system(row[0], name) for row, name in zip(rows, names, strict=True)))
        for i, which in enumerate(("labels", "positions", "blocks"), start=1):
            object.__setattr__(self, which, tuple(row[i] for row in rows))
        object.__setattr__(self, "pairs", tuple(pairs))
        if self.paired:
            # levels of a Sweep of contrasts are never compared with each other: each may have trials of its own
            where = {
                p if label else 0.0: set[tuple[int, ...]]()
                for p, label in zip(self.positions, self.labels, strict=True)
            }
            for system, p, label in zip(self.systems, self.positions, self.labels, strict=True):
                where[p if label else 0.0].add(system.array.shape[:2])
            shapes = max(where.values(), key=len)
            if len(shapes) > 1:
                raise CaseError(
                    f"a paired {type(self).__name__} has systems of (trials, time) {sorted(shapes)}; needed one shape, since row i "
                    "belongs to row i. Say paired=False, or make the same trials."
                )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self.systems)} systems, {len(self.pairs)} pairs, {'paired' if self.paired else 'unpaired'})"


@dataclass(frozen=True, eq=False, repr=False)
class Contrast(Design):
    """Labelled groups of systems; all pairs are compared. Every system is independent of every other.

    Parameters
    ----------
    groups : mapping of str to sequences of systems
        At least two groups, at least two systems in each.
    paired : bool

    Raises
    ------
    CaseError
        Fewer than two groups or systems, or paired systems whose trials or time differ.
    """

    groups: Mapping[str, Systems]
    paired: bool = field(kw_only=True)

    def __post_init__(self) -> None:
        _check_groups(self.groups, "a Contrast")
        rows = [(s, label, 0.0, 0) for label, group in self.groups.items() for s in group]
        self._set([(s, label, level, i) for i, (s, label, level, _) in enumerate(rows)], _all_pairs(range(len(rows))))


@dataclass(frozen=True, eq=False, repr=False)
class Orbit(Design):
    """Systems and their images under something that should not matter, beside the distance to systems that do differ.

    Parameters
    ----------
    originals, images : sequences of systems
        ``images[i]`` is the image of ``originals[i]``.
    others : sequence of systems, optional
        What an image's distance is judged against: ``others[i]`` is compared with ``originals[i]`` and ``originals[i + 1]``.
        Unless given, other originals: unrelated systems of the same kind.
    paired : bool

    Raises
    ------
    CaseError
        Fewer than two originals, or images and others that are not one for each.
    """

    originals: Systems
    images: Systems
    others: Systems | None = None
    paired: bool = field(kw_only=True)

    def __post_init__(self) -> None:
        n = len(self.originals)
        if n < 2:
            raise CaseError(f"an Orbit has {n} originals; needed at least 2.")
        for name, given in (("images", self.images), ("others", self.others)):
            if given is not None and len(given) != n:
                raise CaseError(f"an Orbit has {n} originals and {len(given)} {name}; needed one for each.")
        rows = [(s, label, 0.0, i) for label, group in self._groups() for i, s in enumerate(group)]
        pairs = [(i, n + i) for i in range(n)]
        if self.others is None:
            ring = [(i, (i + 1) % n) for i in range(n if n > 2 else 1)]
            pairs += [(min(p), max(p)) for p in ring]
        else:
            pairs += [p for i in range(n) for p in ((i, 2 * n + i), ((i + 1) % n, 2 * n + i))]
        self._set(rows, pairs)

    def _groups(self) -> list[tuple[str, Systems]]:
        groups = [("original", self.originals), ("image", self.images)]
        return groups if self.others is None else [*groups, ("other", self.others)]


@dataclass(frozen=True, eq=False, repr=False)
class Sweep(Design):
    """Systems along a parameter. Everything made from one seed, at any level, is one block.

    Parameters
    ----------
    parameter : str
        What is swept, with its unit: "noise (signal SD)".
    levels : mapping of float to systems, or to labelled groups of systems
        In rising order, the same number (and groups) at each level, one system a seed, in the same order of seeds. Groups: every
        level is a contrast. Plain sequences: each system is compared along its own seed, and with its neighbour at the first level.
    against : {"first", "all", "others"}
        "first": every level with the first one, along a seed. "all": all levels with one another, along a seed (triples). "others": systems
        of every level, the first included, with the first level's systems of all other seeds; where levels hold two groups of one
        size, system i of the first group with all but system i of the second, level by level.
    paired : bool

    Raises
    ------
    CaseError
        Fewer than two levels, levels not rising, or levels that differ in their systems.
    """

    parameter: str
    levels: Mapping[float, Any]
    against: Literal["first", "all", "others"] = "first"
    paired: bool = field(kw_only=True)

    def __post_init__(self) -> None:
        values = list(self.levels)
        if len(values) < 2 or any(b <= a for a, b in itertools.pairwise(values)):
            raise CaseError(f"a Sweep has the levels {values}; needed at least two, rising.")
        if self.against not in ("first", "all", "others"):
            raise CaseError(f"a Sweep is against {self.against!r}; needed 'first', 'all' or 'others'.")
        first = self.levels[values[0]]
        grouped = isinstance(first, Mapping)
        if grouped:
            _check_groups(first, f"level {values[0]:g} of a Sweep")
        sizes = [_sizes(self.levels[v]) for v in values]
        if any(size != sizes[0] for size in sizes):
            raise CaseError(
                f"a Sweep over {self.parameter} has systems {sizes} at levels {values}; needed the same at each."
            )
        partners = grouped and self.against == "others"
        if partners and (not isinstance(sizes[0], dict) or len(sizes[0]) != 2 or len(set(sizes[0].values())) != 1):
            raise CaseError(
                f"a Sweep of groups against others has the groups {sizes[0]}; needed two groups of one size."
            )
        rows: list[tuple[Any, str, float, int]] = []
        for value in values:
            groups = self.levels[value] if grouped else {"": self.levels[value]}
            members = [(s, label) for label, group in groups.items() for s in group]
            rows += [
                (s, label, float(value), i % (len(members) // 2) if partners else i)
                for i, (s, label) in enumerate(members)
            ]
        n = len(rows) // len(values)
        self._set(rows, self._pairs(n, len(values), grouped))

    def _pairs(self, n: int, n_levels: int, grouped: bool) -> list[Pair]:
        if self.against == "others":
            half = n // 2 if grouped else n
            apart = [(i, j) for i in range(half) for j in range(half) if i != j]
            if grouped:
                return [(k * n + i, k * n + half + j) for k in range(n_levels) for i, j in apart]
            return _all_pairs(range(n)) + [(j, k * n + i) for k in range(1, n_levels) for i, j in apart]
        if grouped:
            return [p for k in range(n_levels) for p in _all_pairs(range(k * n, (k + 1) * n))]
        along = [(a * n + i, b * n + i) for i in range(n) for a in range(n_levels) for b in range(a + 1, n_levels)]
        if self.against == "first":
            along = [p for p in along if p[0] < n]
        neighbours = [(i, i + 1) for i in range(n - 1)] + ([(0, n - 1)] if n > 2 else [])
        return along + neighbours

    @property
    def grouped(self) -> bool:
        """Whether every level is a contrast."""
        return any(self.labels)


def _system(system: Any, name: str) -> Trajectories:
    if isinstance(system, Trajectories):
        return system
    try:
        return Trajectories(system)
    except InputError as error:
        raise CaseError(f"{name} of a design: {error}") from error


def _check_groups(groups: Mapping[str, Systems], what: str) -> None:
    sizes = _sizes(groups)
    if not isinstance(sizes, dict) or len(sizes) < 2 or min(sizes.values()) < 2:
        raise CaseError(f"{what} has the groups {sizes}; needed at least two, of at least two systems each.")


def _sizes(level: Any) -> dict[str, int] | int:
    return {label: len(group) for label, group in level.items()} if isinstance(level, Mapping) else len(level)


def _all_pairs(indices: range) -> list[Pair]:
    return [(i, j) for i in indices for j in indices if i < j]
