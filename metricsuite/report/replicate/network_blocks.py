"""Statements on networks that learned, line by line: published, ours in the published design, ours in the strict one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from metricsuite.criteria.resampling import Vector
from metricsuite.networks.curriculum import FREEZINGS
from metricsuite.report.replicate.network_design import TRIALS
from metricsuite.report.replicate.network_figures import (
    GEOMETRY_STATEMENTS,
    LADDER,
    LEARNED,
    LEARNED_MAMBA,
    MAMBA_STATEMENT,
    OVER_LEARNING_STATEMENT,
    PARTIAL,
    STEP_STATEMENTS,
    STEPS,
    StepStatement,
)
from metricsuite.report.replicate.network_statistics import Step, equivalence, step
from metricsuite.report.replicate.statistics import FAILS, HOLDS, UNDECIDED
from metricsuite.report.replicate.table import Block, Grid, Line

RECURRENT = ("relu", "gru")
NOT_YET = "not measured yet: add --networks"
Found = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """One way to read the distances: of a design, of one architecture or two together, under one freezing, on the same or own trials."""

    design: str
    architectures: tuple[str, ...]
    freezing: str = "input"
    trials: str = "own"

    @property
    def name(self) -> str:
        """As the table's first column has it."""
        return {"published": "published design", "strict": "strict"}[self.design]

    @property
    def what(self) -> str:
        """As the second has it."""
        which = " and ".join(self.architectures)
        return which if self.design == "published" else f"{which}, learns {self.freezing}, {self.trials} trials"

    def _of(self, found: Found, role: str, files: Sequence[str]) -> Vector:
        """Mean over groups, one number a network; empty where there is no network."""
        of_role = found["master"][role][self.design]
        keys = files if self.design == "published" else [f"{f} {self.trials}" for f in files]
        rows = [np.mean([of_role[a][k] for k in keys], axis=0) for a in self.architectures if a in of_role]
        return np.concatenate(rows) if rows else np.zeros(0)

    def to_master(self, found: Found, role: str, kind: str) -> Vector:
        """Distance to the master of networks of one kind."""
        return self._of(found, role, files_of(kind, self.freezing))

    def floors(self, found: Found, role: str) -> tuple[Vector, Vector]:
        """Distances between masters, and between untrained networks, of other seeds."""
        return self._of(found, role, ["master"]), self._of(found, role, ["untrained_floor"])

    def floors_in_words(self, found: Found, role: str) -> str:
        """Their means."""
        masters, starts = (f.mean() for f in self.floors(found, role))
        return f"floors: masters {masters:.3f}, untrained {starts:.3f}"


def files_of(kind: str, freezing: str) -> list[str]:
    """The groups of a kind of network, as the zoo calls their files."""
    if kind == "partial":
        return [f"{part}_frozen.{freezing}" for part in PARTIAL]
    names = {"full": f"pretrain_frozen.{freezing}", "master_frozen": f"master_frozen.{freezing}"}
    return [names.get(kind, kind.replace("full ", "pretrain_"))]


def readings(architectures: Sequence[str]) -> Iterator[Reading]:
    """The published design, all architectures together and each alone, then the strict one in all its ways."""
    together = tuple(architectures)
    for which in dict.fromkeys([together, *((a,) for a in together)]):
        yield Reading("published", which)
    for architecture in together:
        for freezing in FREEZINGS:
            for trials in TRIALS:
                yield Reading("strict", (architecture,), freezing, trials)


def network_blocks(found: Found | None) -> list[Block]:
    """All statements on networks."""
    blocks = [_step_block(s, found) for s in STEP_STATEMENTS]
    blocks += [_geometry_block(role, text, found) for role, text in GEOMETRY_STATEMENTS.items()]
    return [*blocks, _mamba_block(found), _over_learning_block(found)]


def _step_block(statement: StepStatement, found: Found | None) -> Block:
    first, second = statement.published
    lines = [Line("published", "RNN and GRU together", first, second, round(first - second, 6))]
    lines += _lines(found, lambda reading, made: _step_line(reading, made, statement))
    return Block(statement.text, "", tuple(lines), ("farther", "nearer", "difference"))


def _lines(found: Found | None, make: Any, architectures: Sequence[str] = RECURRENT) -> list[Line]:
    if found is None:
        return [Line("published design", "", note=NOT_YET), Line("strict", "", note=NOT_YET)]
    return [make(reading, found) for reading in readings(architectures)]


def _step_line(reading: Reading, found: Found, statement: StepStatement) -> Line:
    first, second = (reading.to_master(found, "dsa", kind) for kind in (statement.farther, statement.nearer))
    if len(first) < 2:
        return _too_few(reading, len(first))
    s = step(first, second)
    note = f"{'no difference; ' if s.none else ''}{s.in_words}; {reading.floors_in_words(found, 'dsa')}"
    return Line(reading.name, reading.what, s.first, s.second, s.value, (s.low, s.high), s.word, note)


def _too_few(reading: Reading, n: int) -> Line:
    return Line(
        reading.name, reading.what, word=UNDECIDED, note=f"{n} networks whose master gets every test trial right"
    )


def _geometry_block(role: str, text: str, found: Found | None) -> Block:
    figures = dict(zip(LADDER, LEARNED[role], strict=True))
    shown = ", ".join(f"{kind} {v:g}" for kind, v in figures.items())
    first, second = figures["untrained"], figures["full"]
    lines = [Line("published", "RNN and GRU together", first, second, round(first - second, 6), note=shown)]
    lines += _lines(found, lambda reading, made: _geometry_line(role, reading, made))
    return Block(text, "", tuple(lines), ("untrained", "full", "difference"))


def _geometry_line(role: str, reading: Reading, found: Found) -> Line:
    of = {kind: reading.to_master(found, role, kind) for kind in LADDER}
    if len(of["full"]) < 2:
        return _too_few(reading, len(of["full"]))
    steps = {f"{a} > {b}": step(of[a], of[b]) for a, b in STEPS}
    words = [s.word for s in steps.values()]
    shows_not = HOLDS if FAILS in words else FAILS if set(words) == {HOLDS} else UNDECIDED
    ends = step(of["untrained"], of["full"])
    note = "; ".join(f"{name}: {s.word} ({s.value:+.3f}, p {s.p:.2g})" for name, s in steps.items())
    note += f"; {reading.floors_in_words(found, role)}"
    return Line(reading.name, reading.what, ends.first, ends.second, ends.value, (ends.low, ends.high), shows_not, note)


def _mamba_block(found: Found | None) -> Block:
    figures = dict(zip(LADDER, LEARNED_MAMBA, strict=True))
    first, second = figures["untrained"], figures["full"]
    shown = ", ".join(f"{kind} {v:g}" for kind, v in figures.items())
    lines = [Line("published", "untrained against full", first, second, round(first - second, 6), note=shown)]
    if found is None:
        lines += _lines(None, None)
    else:
        lines.append(_mamba_published(found))
        lines += [_mamba_strict(found, role, trials) for role in found["master"] for trials in TRIALS]
    return Block(MAMBA_STATEMENT, "", tuple(lines), ("untrained", "beside", "difference"))


def _mamba_published(found: Found) -> Line:
    """Untrained less full pretraining, both to their own masters; none is within a quarter of relu's distance, untrained to master."""
    mamba, relu = (Reading("published", (a,)) for a in ("mamba", "relu"))
    first, second = (mamba.to_master(found, "dsa", kind) for kind in ("untrained", "full"))
    effect, learned = (relu.to_master(found, "dsa", kind) for kind in ("untrained", "full"))
    if len(first) < 2 or len(effect) < 2:
        return _too_few(mamba, min(len(first), len(effect)))
    floor = float(np.mean([f.mean() for f in mamba.floors(found, "dsa")]))
    e = equivalence(first - second, effect - learned, floor, float(effect.mean()))
    of = ", ".join(f"{kind} {mamba.to_master(found, 'dsa', kind).mean():.3f}" for kind in LADDER)
    note = f"{of}; {e.n} networks; {e.in_words}"
    figures = float(first.mean()), float(second.mean())
    return Line(mamba.name, "untrained against full", *figures, e.value, (e.low, e.high), e.word, note)


def _mamba_strict(found: Found, role: str, trials: str) -> Line:
    """Untrained to masters of other seeds, less the mean of both floors; none is as in the published design."""
    mamba, relu = (Reading("strict", (a,), "input", trials) for a in ("mamba", "relu"))
    across, effect = (r.to_master(found, role, "untrained") for r in (mamba, relu))
    within, control = (np.mean(r.floors(found, role), axis=0) for r in (mamba, relu))
    e = equivalence(across - within, effect - control, float(within.mean()), float(effect.mean()))
    note = f"beside: mean of the {mamba.floors_in_words(found, role)}; {step(across, within).in_words}; {e.in_words}"
    names = {"cka": "CKA", "procrustes": "Procrustes"}
    return Line(
        "strict" if role == "dsa" else "strict, geometry", f"{names.get(role, 'DSA')}, {trials} trials",
        float(across.mean()), float(within.mean()), e.value, (e.low, e.high), e.word, note,
    )  # fmt: skip


def _over_learning_block(found: Found | None) -> Block:
    lines = [Line("published", "RNN and GRU", note="drawn, not printed")]
    if found is None:
        lines += _lines(None, None)
    else:
        for design in ("published", "strict"):
            for architecture in found["learning"]["dsa"][design]:
                lines += [_over_learning_line(found, design, architecture, kind) for kind in ("partial", "full")]
    return Block(OVER_LEARNING_STATEMENT, "", tuple(lines), ("before", "after", "approach"))


def _over_learning_line(found: Found, design: str, architecture: str, kind: str) -> Line:
    curves = along_learning(found, "dsa", design, architecture, kind)
    name = Reading(design, (architecture,)).name
    if curves.shape[1] < 2:
        return Line(name, f"{architecture}, {kind}", word=UNDECIDED, note=f"{curves.shape[1]} networks")
    s: Step = step(curves[0], curves[-1])
    return Line(name, f"{architecture}, {kind}", s.first, s.second, s.value, (s.low, s.high), s.word, s.in_words)


def along_learning(found: Found, role: str, design: str, architecture: str, kind: str) -> Vector:
    """Distances (checkpoints, networks) to the master's checkpoint of that name, mean over the groups of a kind."""
    curves = found["learning"][role][design].get(architecture, {})
    rows = [curves[f] for f in files_of(kind, "input") if f in curves]
    return np.mean(rows, axis=0) if rows else np.zeros((0, 0))


def ladder_grids(found: Found) -> list[Grid]:
    """Mean distances to masters, kind by kind, of every way to read them, one grid a role; the published figures first."""
    names = {"dsa": "DSA", "cka": "CKA", "procrustes": "Procrustes"}
    heads = ("design", "networks", "untrained", "frozen", "partial", "full", "unfrozen", "masters", "untrained+")
    grids = []
    for role in found["master"]:
        rows: list[tuple[str | float | None, ...]] = [("published", "RNN and GRU", *LEARNED[role], None, None)]
        rows += [("published", "Mamba", *LEARNED_MAMBA, None, None)] if role == "dsa" else []
        for architectures in (RECURRENT, ("mamba",)):
            for reading in readings(architectures):
                of = [reading.to_master(found, role, kind) for kind in LADDER] + [*reading.floors(found, role)]
                if len(of[0]):
                    rows.append((reading.name, reading.what, *(float(v.mean()) for v in of)))
        title = f"{names[role]}: mean distances to masters after learning; floors: masters, untrained+ (of other seeds)"
        grids.append(Grid(title, heads, tuple(rows)))
    return grids
