"""Distances between networks of the zoo, in the published design and in the strict one: what is compared, and how it is stored.

Four things are kept for each role ("dsa", "cka", "procrustes"), design, and architecture:

    master      distance to the master after learning, group by group, one number a network; and two floors, "master" (masters of other
                seeds) and "untrained_floor" (untrained networks of other seeds)
    learning    the same at each checkpoint, to the master's checkpoint of that name
    matrices    10 x 10 groups, mean distance between networks of two groups
    across      3 x 3 groups of two architectures

Published: a network and *its own* master, those masters only that get every test trial right. Strict: a network and a master of another seed,
every network. A network is never compared with itself but in the published matrices, whose diagonal is 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from metricsuite.adapting import Metric
from metricsuite.networks.curriculum import FREEZINGS, PUBLISHED
from metricsuite.networks.training import CHECKPOINTS, FINAL
from metricsuite.networks.zoo import DIRECTORY, SEEDS, START
from metricsuite.report.replicate.network_measures import Measure, published_measures, strict_measures
from metricsuite.report.replicate.network_states import (
    in_common_components,
    networks_of,
    published_states,
    strict_states,
)
from metricsuite.systems.streams import Array
from metricsuite.threads import one_thread

ARCHITECTURES = ("relu", "gru", "mamba")
ROLES = ("dsa", "cka", "procrustes")
ALONG = (START, *CHECKPOINTS)
FROZEN = tuple(name for name in PUBLISHED if name.endswith("_frozen"))
ACROSS = ("untrained", "master", "pretrain_frozen.input")
OVER_LEARNING = (
    "master_frozen",
    "pretrain_basic_anti_frozen",
    "pretrain_basic_delay_frozen",
    "pretrain_frozen",
    "pretrain_unfrozen",
)
TRIALS = {"same": True, "own": False}
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Counts:
    """How many networks of a group are compared at most; where there are two numbers, in the published design and in the strict one."""

    masters: int = 16
    learning: tuple[int, int] = (8, 8)  # a sign-flip of fewer than seven has no p below .01
    matrices: tuple[int, int] = (2, 6)
    across: tuple[int, int] = (3, 6)


COUNTS = Counts()


def files(freezing: str) -> tuple[str, ...]:
    """The ten published groups, as the zoo calls their files."""
    return tuple(f"{name}.{freezing}" if name in FROZEN else name for name in PUBLISHED)


class Lab:
    """One architecture's networks, as both designs see them, recorded once for all roles."""

    def __init__(self, directory: Path, architecture: str, counts: Counts) -> None:
        self.directory, self.architecture, self.counts = directory, architecture, counts

    @cached_property
    def right(self) -> list[int]:
        """The first networks whose master gets every test trial right, as many as are compared at most."""
        accuracies = networks_of(self.directory, self.architecture, "master").accuracies
        return [i for i in range(len(SEEDS)) if accuracies[i] == 1][: self.counts.masters]

    def published(self, file: str, count: int, checkpoint: str = FINAL) -> list[Array]:
        """States of the networks whose masters are right."""
        return published_states(networks_of(self.directory, self.architecture, file, checkpoint), self.right[:count])

    def strict(self, file: str, count: int, same: bool = True, checkpoint: str = FINAL) -> list[Array]:
        """States of the first networks."""
        return strict_states(networks_of(self.directory, self.architecture, file, checkpoint), count, same)


def next_one(n: int) -> list[tuple[int, int]]:
    """Each network and the next; of one alone, none."""
    return [(i, (i + 1) % n) for i in range(n)] if n > 2 else [(0, 1)] if n == 2 else []


def itself(n: int) -> list[tuple[int, int]]:
    """Each network and the one of the same number."""
    return [(i, i) for i in range(n)]


def remake(
    metrics: Mapping[str, Metric],
    directory: Path = DIRECTORY,
    counts: Counts = COUNTS,
    architectures: Sequence[str] = ARCHITECTURES,
    tell: Tell = lambda text: None,
) -> dict[str, Any]:
    """Measure both designs.

    Parameters
    ----------
    metrics : mapping of role to Metric
        For the strict design; the published one has its own.
    directory : Path
        Of the zoo.
    counts : Counts
    architectures : sequence of str
    tell : callable
        Told what is measured now.

    Returns
    -------
    dict
        "members" (architecture: networks of the published design), and for each of "master", "learning", "matrices" and "across": role:
        design: architecture (or two): what was found.

    Raises
    ------
    ZooError, CaseError
        Networks that are missing or damaged.
    """
    measures = {"published": published_measures(), "strict": strict_measures(metrics)}
    labs = {a: Lab(directory, a, counts) for a in architectures}
    found: dict[str, Any] = {
        what: {role: {design: {} for design in measures} for role in ROLES} for what in ("master", "learning", "matrices", "across")
    }  # fmt: skip
    with one_thread():  # bits differ between one and two threads
        for architecture, lab in labs.items():
            for what, measured in (("master", _to_masters), ("learning", _learning), ("matrices", _matrices)):
                tell(f"{architecture}: {what}")
                for role, design, distances in measured(lab, measures):
                    found[what][role][design].setdefault(architecture, {}).update(distances)
        for first, second in _couples(architectures):
            tell(f"{first} and {second}")
            for role, design, matrix in _across(labs[first], labs[second], measures):
                found["across"][role][design][f"{first}-{second}"] = matrix
    return {"members": {a: lab.right for a, lab in labs.items()}, **found}


Measures = Mapping[str, Mapping[str, Measure]]
Found = Iterator[tuple[str, str, dict[str, Any]]]


def _to_masters(lab: Lab, measures: Measures) -> Found:
    n = len(lab.right)
    masters = _prepared(measures["published"], lab.published("master", n)) if n else {}
    for file in files("input") if n else ():  # group by group: the states of all would need a gigabyte
        for role, own in _prepared(measures["published"], lab.published(file, n)).items():
            measure = measures["published"][role]
            distances = {file: measure.between(own, masters[role], next_one(n) if file == "master" else itself(n))}
            if file == "untrained":
                distances["untrained_floor"] = measure.between(own, own, next_one(n))
            yield role, "published", distances
    n = lab.counts.masters
    for name, same in TRIALS.items():
        masters = _prepared(measures["strict"], lab.strict("master_second", n, same))
        starts = _prepared(measures["strict"], lab.strict("untrained_second", n, same))
        for file in dict.fromkeys(f for freezing in FREEZINGS for f in files(freezing)):
            for role, own in _prepared(measures["strict"], lab.strict(file, n, same)).items():
                measure = measures["strict"][role]
                distances = {f"{file} {name}": measure.between(own, masters[role], itself(n))}
                if file == "untrained":
                    distances[f"untrained_floor {name}"] = measure.between(own, starts[role], itself(n))
                yield role, "strict", distances


def _prepared(measures: Mapping[str, Measure], states: Sequence[Array]) -> dict[str, list[Any]]:
    return {role: [measure.prepare(x) for x in states] for role, measure in measures.items()}


def _learning(lab: Lab, measures: Measures) -> Found:
    for k, (design, others) in enumerate((("published", itself), ("strict", next_one))):
        n = min(lab.counts.learning[k], len(lab.right) if design == "published" else len(SEEDS))
        pairs = others(n)
        curves: dict[str, dict[str, list[list[float]]]] = {role: {} for role in measures[design]}
        for checkpoint in ALONG if pairs else ():
            record = getattr(lab, design)
            masters = record("master", n, checkpoint=checkpoint)
            for file in (f for f in files("input") if f.partition(".")[0] in OVER_LEARNING):
                states = record(file, n, checkpoint=checkpoint)
                for role, measure in measures[design].items():
                    distances = (
                        _in_common(measure, states, masters, pairs)
                        if design == "published"
                        else measure.between(
                            [measure.prepare(x) for x in states], [measure.prepare(x) for x in masters], pairs
                        )
                    )
                    curves[role].setdefault(file, []).append(distances)
        for role, found in curves.items():
            yield role, design, found


def _matrices(lab: Lab, measures: Measures) -> Found:
    for design, freezing in (("published", "input"), *(("strict", f) for f in FREEZINGS)):
        most = lab.counts.matrices[design == "strict"]
        n = min(most, len(lab.right)) if design == "published" else most
        names = files(freezing)
        states = [getattr(lab, design)(f, n) for f in names] if n else []
        for role, measure in measures[design].items():
            prepared = [[measure.prepare(x) for x in s] for s in states]
            matrix = np.full((len(names),) * 2, np.nan)
            for i, first in enumerate(prepared):
                for j, second in enumerate(prepared[i:], start=i):
                    if design == "published":
                        value = 0.0 if i == j else np.mean(measure.between(first, second, itself(n)))
                    else:
                        value = np.mean(measure.between(first, second, next_one(n)))
                    matrix[i, j] = matrix[j, i] = value
            if n:
                yield role, design, {freezing: matrix.tolist()}


def _across(one: Lab, other: Lab, measures: Measures) -> Iterator[tuple[str, str, list[list[float]]]]:
    for k, design in enumerate(measures):
        n = one.counts.across[k]
        if design == "published":
            n = min(n, len(one.right), len(other.right))
        if not n:
            continue
        states = [[getattr(lab, design)(file, n) for file in ACROSS] for lab in (one, other)]
        for role, measure in measures[design].items():
            if design == "published":
                rows = [[np.mean(_in_common(measure, x, y, itself(n))) for y in states[1]] for x in states[0]]
            else:
                first, second = ([[measure.prepare(x) for x in s] for s in side] for side in states)
                rows = [[np.mean(measure.between(x, y, next_one(n))) for y in second] for x in first]
            yield role, design, np.array(rows).tolist()


def _in_common(
    measure: Measure, first: Sequence[Array], second: Sequence[Array], pairs: Sequence[tuple[int, int]]
) -> list[float]:
    reduced = [tuple(measure.prepare(z) for z in in_common_components(first[i], second[j])) for i, j in pairs]
    return measure.between([x for x, _ in reduced], [y for _, y in reduced], itself(len(reduced)))


def _couples(architectures: Sequence[str]) -> list[tuple[str, str]]:
    return [(a, b) for i, a in enumerate(architectures) for b in architectures[i + 1 :]]


def planned_pairs(counts: Counts = COUNTS, architectures: Sequence[str] = ARCHITECTURES) -> dict[str, int]:
    """Pairs that each metric compares at most, by design (fewer where fewer masters are right)."""
    groups, learning = len(PUBLISHED), len(OVER_LEARNING)
    n = len(architectures)
    published = counts.masters * (groups + 1) + counts.learning[0] * learning * len(ALONG)
    published += counts.matrices[0] * groups * (groups - 1) // 2
    frozen = len(FROZEN) * (len(FREEZINGS) - 1)
    strict = counts.masters * (groups + 1 + frozen) * len(TRIALS) + counts.learning[1] * learning * len(ALONG)
    strict += counts.matrices[1] * groups * (groups + 1) // 2 * len(FREEZINGS)
    couples = len(_couples(architectures)) * len(ACROSS) ** 2
    return {
        "published": n * published + couples * counts.across[0],
        "strict": n * strict + couples * counts.across[1],
    }
