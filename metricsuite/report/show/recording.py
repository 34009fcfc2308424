"""What a run of some cases saw: every design that reached a verdict, the decision, and the test to ask again.

pytest itself builds the designs (fixtures, parameters, seeds), so that what is shown is what is decided, for a lab's own folder
too. A small plugin listens to that run. A case file may also name designs that are only shown, never a verdict:

    SHOWN = {"two_pulls": {"process noise 0.05": lambda seeds: Contrast(...), ...}}

They stand in for the fixture of that name in every test that takes it, and are judged by the test's own criterion.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import os
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from metricsuite.arrays import Trajectories
from metricsuite.criteria import Decision
from metricsuite.designs import Contrast, Design, Orbit, Sweep
from metricsuite.errors import CaseError, MetricsuiteError
from metricsuite.properties import nearest
from metricsuite.session import ROW, RUN
from metricsuite.verdict import Verdict, blank, judge

_OWN = ("metric", "verdict", "seeds", "request")  # fixtures that are no design


@dataclass
class Recorded:
    """One verdict of one metric, and what it was made of.

    `row` is the verdict, complete once the run is over. `decision` and `design` are None where the test reached neither (an
    error, not applicable). `again(metric, change)` asks the same test of another metric, with ``change(design)`` for every design
    that it takes. `only_shown` marks a design of SHOWN. `case` is the docstring of the file.
    """

    row: Verdict
    case: str
    seed_set: str
    again: Callable[..., Decision]
    decision: Decision | None = None
    design: Design | None = None
    only_shown: bool = False
    seen: Any = None


@dataclass
class Wanted:
    """Which verdicts of a file: all; those of one test or id; those that take one fixture."""

    test: str = ""
    fixture: str | None = None
    problem: str = field(default="", init=False)

    def takes(self, verdict_id: str) -> bool:
        """Whether ``file/test[case]`` is wanted."""
        own = verdict_id.split("/", 1)[1]
        return not self.test or own == self.test or own.split("[", 1)[0] == self.test


def record(
    path: Path,
    wanted: Wanted,
    metrics: Sequence[str] = (),
    seeds: int | None = None,
    look: Callable[[Design], Any] | None = None,
) -> list[Recorded]:
    """Run the cases of one file and return what was seen, in the order of the run, designs that are only shown last.

    Parameters
    ----------
    path : Path
        A case file.
    wanted : Wanted
    metrics : sequence of str
        Targets as for ``--metric``; all built-in ones unless given.
    seeds : int, optional
        As for ``--seeds``; 16 unless given.
    look : callable, optional
        What to keep of a design as `Recorded.seen`; the design itself is then let go, since a file's designs together can fill
        the memory.

    Raises
    ------
    CaseError
        No such test or fixture in the file (with the nearest), or pytest could not run it.
    """
    recorder = _Recorder(wanted, look)
    arguments = [
        str(path),
        *("-q", "-p", "metricsuite", "-p", "no:cacheprovider", "-p", "no:randomly", "-o", "addopts="),
        *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # metricsuite is imported already
        *(["-o", f"metricsuite_seeds={seeds}"] if seeds is not None else []),
        *(word for metric in metrics for word in ("--metricsuite-metric", metric)),
    ]
    said, before = io.StringIO(), os.environ.pop("PYTEST_ADDOPTS", None)
    try:
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = pytest.main(arguments, plugins=[recorder])
    finally:
        if before is not None:
            os.environ["PYTEST_ADDOPTS"] = before
    if wanted.problem:
        raise CaseError(f"{path.name}: {wanted.problem}")
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED) or not recorder.found:
        end = "\n".join(said.getvalue().strip().splitlines()[-20:])
        raise CaseError(f"{path.name}: pytest ended with {int(code)} and no verdict was reached:\n{end}")
    return sorted(recorder.found, key=lambda one: one.only_shown)


class _Recorder:
    """The plugin: chooses items, and stands between a test and its `verdict`."""

    def __init__(self, wanted: Wanted, look: Callable[[Design], Any] | None) -> None:
        self.wanted, self.look = wanted, look
        self.found: list[Recorded] = []
        self.seeds: dict[str, list[int]] = {}
        self.extra: dict[tuple[str, str, str], Design] = {}
        self.asked: set[tuple[str, str]] = set()  # (verdict id, metric) of designs that are only shown
        self.last: tuple[Design, Any] | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        cases = [i for i in items if ROW in i.stash]
        named = self.wanted.fixture
        fixtures = {f for i in cases for f in i.fixturenames if f not in _OWN and hasattr(i.module, f)}  # type: ignore[attr-defined]
        if named is not None and named not in fixtures:
            self.wanted.problem = f"no fixture is called {named!r}; {nearest(named, sorted(fixtures))}."
        offered = {i: [i.stash[ROW].id, *_shown_ids(i)] for i in cases}
        chosen = [i for i in cases if any(map(self.wanted.takes, offered[i]))]
        if cases and not chosen:
            known = sorted({name.split("/", 1)[1] for names in offered.values() for name in names})
            self.wanted.problem = f"no verdict is called {self.wanted.test!r}; {nearest(self.wanted.test, known)}."
        chosen = [i for i in chosen if named is None or named in i.fixturenames]  # type: ignore[attr-defined]
        config.hook.pytest_deselected(items=[i for i in items if i not in chosen])
        items[:] = chosen

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any, request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
        made = yield
        if fixturedef.argname == "seeds":
            self.seeds[getattr(request, "param", "certify")] = made
        return made

    @pytest.hookimpl(wrapper=True)
    def pytest_pyfunc_call(self, pyfuncitem: pytest.Function) -> Generator[None, Any, Any]:
        row = pyfuncitem.stash.get(ROW, None)
        if row is None:
            return (yield)
        test = pyfuncitem.obj
        values: dict[str, Any] = {name: pyfuncitem.funcargs[name] for name in inspect.signature(test).parameters}
        one = Recorded(row, inspect.getdoc(pyfuncitem.module) or "", _kind(pyfuncitem), _asking(test, values))
        if self.wanted.takes(row.id):
            self.found.append(one)
        original: Callable[..., Any] | None = values.get("verdict")

        def verdict(*decisions: Decision) -> Any:
            assert original is not None
            try:
                return original(*decisions)
            finally:
                self._keep(one, next((d for d in decisions if d.criterion == row.criterion), None))

        if original is not None:
            pyfuncitem.funcargs["verdict"] = verdict
        try:
            return (yield)
        finally:
            self._show_more(pyfuncitem, one, values)

    def _keep(self, one: Recorded, decision: Decision | None) -> None:
        one.decision = decision
        design = decision.distances.design if decision is not None and decision.distances is not None else None
        if design is None or self.look is None:
            one.design = design
            return
        if self.last is None or self.last[0] is not design:
            self.last = (design, self.look(design))
        one.seen = self.last[1]
        assert decision is not None
        object.__setattr__(decision.distances, "design", None)
        one.again = _forgotten

    def _show_more(self, item: pytest.Function, like: Recorded, values: Mapping[str, Any]) -> None:
        """The designs that the file only shows, in the place of the fixture that each stands in for."""
        run, kind = item.config.stash[RUN], _kind(item)
        for fixture, label in _shown(item):
            name = f"{like.row.id.split('[')[0]}[{label}]"
            if not self.wanted.takes(name) or (name, like.row.metric) in self.asked or kind not in self.seeds:
                continue
            self.asked.add((name, like.row.metric))
            subject, entry = run.subjects.found[like.row.metric], run.properties[like.row.property]
            row = blank(name, like.row.metric, entry, subject.states)
            row.kind, row.seeds = "measurement", like.row.seeds
            one = Recorded(row, like.case, kind, _asking(item.obj, values), only_shown=True)
            try:
                key = (fixture, label, kind)
                if key not in self.extra:
                    self.extra = {key: item.module.SHOWN[fixture][label](self.seeds[kind])}  # one at a time
                decision = one.again(values["metric"], lambda old, new=self.extra[key]: new, only=fixture)
                judge(row, entry, (decision,))
                self._keep(one, decision)
            except MetricsuiteError as error:
                row.status, row.reason = "error", str(error)
            self.found.append(one)


def _kind(item: pytest.Function) -> str:
    return str(item.callspec.params.get("seeds", "certify"))


def _shown(item: pytest.Item) -> list[tuple[str, str]]:
    """(fixture, label) of every design that the item's file only shows and its test can take."""
    offered = getattr(item.module, "SHOWN", {})  # type: ignore[attr-defined]
    takes = inspect.signature(item.obj).parameters  # type: ignore[attr-defined]
    return [(fixture, label) for fixture, made in offered.items() if fixture in takes for label in made]


def _shown_ids(item: pytest.Item) -> list[str]:
    return [f"{item.stash[ROW].id.split('[')[0]}[{label}]" for _, label in _shown(item)]


def _asking(test: Callable[..., Any], values: Mapping[str, Any]) -> Callable[..., Decision]:
    """A function (metric, change, only=None) that asks the test again; `change` is given every design, or the one named."""

    def again(metric: Any, change: Callable[[Design], Design], only: str | None = None) -> Decision:
        decisions: list[Decision] = []

        def changed(value: Any) -> Any:
            if isinstance(value, Design):
                return change(value)
            return {k: changed(v) for k, v in value.items()} if isinstance(value, dict) else value

        given = {name: changed(v) if only in (None, name) else v for name, v in values.items()}
        test(**{**given, "metric": metric, "verdict": lambda *found: decisions.extend(found)})
        if not decisions:
            raise CaseError(f"{test.__name__}: ended without a verdict; needed verdict(criterion(distances)).")
        return decisions[0]

    return again


def _forgotten(*_: Any, **__: Any) -> Decision:
    raise CaseError("this design was let go once it was seen; record it without `look` to ask again.")


def mapped(design: Design, change: Callable[[Any], Any]) -> Design:
    """The same design of changed systems."""

    def group(systems: Any) -> Any:
        if isinstance(systems, Mapping):
            return {label: group(members) for label, members in systems.items()}
        return [change(s if isinstance(s, Trajectories) else Trajectories(s)) for s in systems]

    if isinstance(design, Contrast):
        return Contrast(group(design.groups), paired=design.paired)
    if isinstance(design, Orbit):
        others = None if design.others is None else group(design.others)
        return Orbit(group(design.originals), group(design.images), others, paired=design.paired)
    assert isinstance(design, Sweep)
    levels = {at: group(level) for at, level in design.levels.items()}
    return Sweep(design.parameter, levels, against=design.against, paired=design.paired)
