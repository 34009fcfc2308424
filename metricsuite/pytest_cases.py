"""Fixtures, the marker `decides`, collection: what a run about metrics has. Woken by `metricsuite.pytest_plugin`.

metric     the metric that is on trial, one test item for each
seeds      integers from the file's name; profiled metrics get others
verdict    takes what a criterion returned, and judges it by what the metric claims
"""

from __future__ import annotations

import functools
import inspect
import json
import os
import re
import shlex
from collections.abc import Callable, Generator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy  # noqa: F401 - its BLAS must be there to be limited to one thread
import pytest

from metricsuite.certificate import digest_of, environment
from metricsuite.certifying import own_cases
from metricsuite.criteria import Decision
from metricsuite.designs import Design
from metricsuite.errors import CaseError, SpecError
from metricsuite.ledger import Plan
from metricsuite.properties import PROPERTIES, TRACKS, nearest
from metricsuite.seeds import CALIBRATION, CERTIFY, Seeds
from metricsuite.session import ROW, RUN, SETTINGS, Judged, Run
from metricsuite.settings import DEFAULT_SEEDS, QUICK_PAIRS, Settings
from metricsuite.threads import one_thread
from metricsuite.verdict import Verdict, blank, judge
from metricsuite.verdicts import Reporter, save_arrays
from metricsuite.version import __version__

CALIBRATION_SEEDS = 4


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Generator[None, Any, Any]:
    if getattr(config.option, "numprocesses", None):
        if getattr(config.option, "benchmark_only", False):
            raise pytest.UsageError(
                "--benchmark-only with -n: tests that run at once disturb each other's timings, so run them serially."
            )
        if getattr(config.option, "dist", None) in ("no", "load"):
            config.option.dist = "loadfile"  # each design is then built once
    return (yield)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "decides(property, pairs=None): the property that a case decides, and its pairs at 16 seeds"
    )
    config.addinivalue_line("markers", "explores: searches for counterexamples; runs only with --explore")
    for track in TRACKS:
        config.addinivalue_line("markers", f"{track}: the track of a case, from the property that it decides")
    settings = config.stash[SETTINGS] = Settings.of(config)
    if settings.tracks:
        own = " or ".join(settings.tracks)
        config.option.markexpr = f"({config.option.markexpr}) and ({own})" if config.option.markexpr else own
    pinned = ExitStack()
    pinned.enter_context(one_thread())
    config.add_cleanup(pinned.close)
    run = config.stash[RUN] = Run(config, settings)
    run.read_waivers([settings.waivers] if settings.waivers else [])
    if run.problems:
        raise pytest.UsageError("; ".join(run.problems))
    if not config.option.collectonly:
        for folder in filter(None, (settings.certificate, settings.dump)):
            folder.mkdir(parents=True, exist_ok=True)
    if settings.certificate and not run.worker:
        for left_over in settings.certificate.glob("*/parts/*.npz"):  # of a run that was cut off
            left_over.unlink()
    config.pluginmanager.register(Reporter(config, run, settings), "metricsuite-reporter")


def pytest_unconfigure(config: pytest.Config) -> None:
    run = config.stash.get(RUN, None)
    if run is not None:
        run.subjects.close()
        if not run.worker:
            run.folder.cleanup()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    run = node.config.stash[RUN]
    node.workerinput["metricsuite"] = json.dumps({"plan": str(run.plan_file), "subjects": run.subjects.to_list()})


def pytest_report_header(config: pytest.Config) -> list[str]:
    run, settings = config.stash[RUN], config.stash[SETTINGS]
    blas = ", ".join(environment()["blas"]) or "unknown BLAS"
    how = "each in a process of its own" if any(s.isolated for s in run.subjects.found.values()) else "in this process"
    kinds = sorted({s.seed_set for s in run.subjects.found.values()})
    return [
        f"metricsuite {__version__}: {', '.join(run.subjects.found)} ({how})",
        f"metricsuite: {settings.seeds} seeds ({' and '.join(kinds)} set), {blas}, 1 thread, "
        f"at most {settings.max_pairs} pairs a design, {settings.timeout:g} s a call"
        + (", --quick: never certifies" if settings.quick else ""),
    ]


@pytest.hookimpl(tryfirst=True)
def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "metric" not in metafunc.fixturenames:
        return
    run = metafunc.config.stash[RUN]
    if metafunc.definition.get_closest_marker("explores") is None:
        _check_decides(metafunc, run)
    path = metafunc.definition.path
    if run.stems.setdefault(path.stem, path) != path:
        pytest.fail(
            f"two case files are called {path.name}: {run.stems[path.stem]} and {path}. Verdict ids begin with the file's name: rename one.",
            pytrace=False,
        )
    labels = list(run.subjects.found)
    metafunc.parametrize("metric", labels, ids=labels, indirect=True)
    if "seeds" in metafunc.fixturenames:
        kinds = sorted({s.seed_set for s in run.subjects.found.values()})
        metafunc.parametrize(
            "seeds",
            kinds,
            ids=[pytest.HIDDEN_PARAM if k == kinds[0] else k for k in kinds],
            indirect=True,
            scope="module",
        )


def _check_decides(metafunc: pytest.Metafunc, run: Run) -> None:
    """Refuse a property that nobody knows while a failure still belongs to the file; without a mark, the fixture `metric` says so."""
    mark, name = metafunc.definition.get_closest_marker("decides"), metafunc.definition.nodeid
    marks = [mark] if mark else []
    for parametrized in metafunc.definition.iter_markers("parametrize"):
        sets = parametrized.args[1] if len(parametrized.args) > 1 else parametrized.kwargs.get("argvalues", ())
        marks += [m for values in sets for m in getattr(values, "marks", ()) if m.name == "decides"]
    try:
        known = run.know(metafunc.config)
    except SpecError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
    for m in marks:
        if len(m.args) != 1 or not isinstance(m.args[0], str):
            pytest.fail(f"{name}: decides{m.args!r}; needed the name of one property.", pytrace=False)
        if m.args[0] not in known:
            pytest.fail(
                f"{name}: decides({m.args[0]!r}) names no property; {nearest(m.args[0], list(known))}.", pytrace=False
            )


def pytest_itemcollected(item: pytest.Item) -> None:
    mark = item.get_closest_marker("decides")
    callspec = getattr(item, "callspec", None)
    if mark is None or callspec is None or "metric" not in callspec.params:
        return
    run = item.config.stash[RUN]
    entry = run.properties.get(mark.args[0]) if mark.args else None
    if entry is None:
        return
    item.add_marker(entry.track)
    label = callspec.params["metric"]
    subject = run.subjects.found[label]
    case = callspec.id.removeprefix(label).removeprefix("-")
    case = re.sub(rf"^{callspec.params.get('seeds', '')}(-|$)", "", case) if "seeds" in callspec.params else case
    verdict_id = f"{item.path.stem}/{item.originalname}" + (f"[{case}]" if case else "")  # type: ignore[attr-defined]
    row = blank(verdict_id, label, entry, subject.states)
    row.seeds = f"{item.config.stash[SETTINGS].seeds} of the {subject.seed_set} set"
    row.pairs = int(mark.kwargs.get("pairs", 0))
    row.reproduce = _reproduce(item, subject.target, case)
    item.stash[ROW] = row


def _reproduce(item: pytest.Item, target: str, case: str) -> str:
    settings = item.config.stash[SETTINGS]
    name = item.originalname  # type: ignore[attr-defined]
    which = f"{name} and {case}" if re.fullmatch(r"[\w-]+", case) else name
    installed = item.nodeid.startswith("::") or "site-packages" in str(item.path)
    path = os.path.relpath(item.path, item.config.invocation_params.dir)
    where = ["--pyargs", f"metricsuite.cases.{item.path.stem}"] if installed else [path]
    words = ["pytest", *where, "-k", which, "--metric", target]
    if settings.seeds != DEFAULT_SEEDS:
        words += ["--seeds", str(settings.seeds)]
    if settings.orientation:
        words += ["--orientation", settings.orientation]
    return " ".join(shlex.quote(w) for w in words)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    run, settings = config.stash[RUN], config.stash[SETTINGS]

    def wrong_seeds(item: pytest.Item) -> bool:  # metrics on the certify set and on the profile set in one run
        params = (getattr(item, "callspec", None) and item.callspec.params) or {}  # type: ignore[attr-defined]
        return (
            "metric" in params
            and "seeds" in params
            and params["seeds"] != run.subjects.found[params["metric"]].seed_set
        )

    def unasked(item: pytest.Item) -> bool:  # timings and explorations run when they are asked for, and are no verdicts
        timed = "benchmark" in getattr(item, "fixturenames", ()) and not config.getoption("benchmark_only", False)
        return timed or (item.get_closest_marker("explores") is not None and not settings.explore)

    items[:] = [i for i in items if not wrong_seeds(i) and not unasked(i)]
    run.ledger.whole = {
        label: sum(ROW in i.stash and i.stash[ROW].metric == label for i in items) for label in run.subjects.found
    }
    if settings.quick:
        large = [i for i in items if ROW in i.stash and i.stash[ROW].pairs > QUICK_PAIRS]
        config.hook.pytest_deselected(items=large)
        items[:] = [i for i in items if i not in large]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_finish(session: pytest.Session) -> None:
    config = session.config
    run = config.stash[RUN]
    rows = {i.nodeid: i.stash[ROW] for i in session.items if ROW in i.stash}
    folders = {_cases_dir(config, i.path) for i in session.items if ROW in i.stash} - {None}
    waivers = [f / "waivers.toml" for f in sorted(folders, key=str) if f and (f / "waivers.toml").is_file()]
    run.read_waivers(waivers)
    files = sorted({p for f in folders if f for p in Path(f).glob("test_*.py")}, key=str)
    collected = set(run.stems.values())
    left_out = [
        f"{p.name} was left out" for p in files if p not in collected and "decides(" in p.read_text(encoding="utf-8")
    ]
    if any("::" in str(a) for a in config.args):
        left_out.append("only some tests were named")
    if config.stash[SETTINGS].quick:
        left_out.append("--quick is a first look")
    missing = sum(run.ledger.whole.values()) - len(rows)
    if missing > 0:
        left_out.append(f"{missing} verdicts were deselected")
    own = sorted(set(run.properties) - set(PROPERTIES))
    plan = Plan(
        run.ledger.whole,
        {k: r.to_dict() for k, r in rows.items()},
        left_out,
        digest_of(p for p in files if p in collected),
        own,
        run.problems,
        [str(path) for path in waivers],
        sorted(p.name for p in files if p in collected),
        sorted(f.name for f in folders if f and f != own_cases().resolve()),
    )
    if not run.worker:
        run.ledger.take(plan)
    elif config.workerinput["workerid"] == "gw0":  # type: ignore[attr-defined]
        partial = run.plan_file.with_suffix(".part")
        partial.write_text(plan.to_json(), encoding="utf-8")
        partial.replace(run.plan_file)


def _cases_dir(config: pytest.Config, path: Path) -> Path | None:
    """The folder whose conftest.py says that it holds cases."""
    for plugin in config.pluginmanager.get_plugins():
        file = getattr(plugin, "__file__", None)
        if getattr(plugin, "metricsuite_cases", False) is True and file and Path(file).parent in path.parents:
            return Path(file).parent
    return None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any, request: pytest.FixtureRequest) -> Generator[None, Any, Any]:
    """A design made from `seeds` learns how to make itself again, on seeds that are never scored: for ``tuned(calibration)``."""
    made = yield
    designs = made if isinstance(made, dict) else {None: made}
    designs = {key: design for key, design in designs.items() if isinstance(design, Design)}
    most = request.config.stash[SETTINGS].max_pairs
    for design in designs.values():
        if len(design.pairs) > most:
            raise CaseError(
                f"{request.node.nodeid}: the fixture {fixturedef.argname} makes {design!r}; the most that one design may compare is {most}. "
                "Make fewer systems or levels, or allow it: --max-pairs."
            )
    if designs and "seeds" in fixturedef.argnames and not inspect.isgeneratorfunction(fixturedef.func):

        @functools.cache
        def remade() -> Any:
            given = {name: request.getfixturevalue(name) for name in fixturedef.argnames if name != "seeds"}
            return fixturedef.func(**given, seeds=Seeds(request.path.stem, CALIBRATION, CALIBRATION_SEEDS))

        for key, design in designs.items():
            again = functools.partial(_systems_of, remade, key)
            object.__setattr__(design, "calibration", again)
    return made


def _systems_of(remade: Callable[[], Any], key: Any) -> list[Any]:
    return list((remade() if key is None else remade()[key]).systems)


@pytest.fixture(scope="module")
def seeds(request: pytest.FixtureRequest) -> Seeds:
    """Integers from the case file's name, the same for every metric of one seed set."""
    return Seeds(request.path.stem, getattr(request, "param", CERTIFY), request.config.stash[SETTINGS].seeds)


@pytest.fixture
def metric(request: pytest.FixtureRequest) -> Any:
    """The metric on trial, for `metricsuite.pairwise`."""
    label = getattr(request, "param", None)
    mine = request.node.get_closest_marker
    if label is None or (mine("decides") is None and mine("explores") is None):
        pytest.fail(
            f"{request.node.nodeid} takes `metric` and does not say what it decides: add @pytest.mark.decides(property).",
            pytrace=False,
        )
    return request.config.stash[RUN].subjects.open(label)


@pytest.fixture
def verdict(request: pytest.FixtureRequest) -> Callable[..., Verdict]:
    """Judge what a criterion returned: ``verdict(separates(distances))``; once a test."""
    config = request.config
    run, settings = config.stash[RUN], config.stash[SETTINGS]
    row: Verdict | None = request.node.stash.get(ROW, None)
    if row is None:
        pytest.fail(
            f"{request.node.nodeid} takes `verdict` and does not say what it decides: add @pytest.mark.decides(property).",
            pytrace=False,
        )

    def verdict(*decisions: Decision) -> Verdict:
        if row.status != "not run":
            raise CaseError(f"{row.id}: verdict() was called twice; needed one decision a test.")
        decision = judge(row, run.properties[row.property], decisions)
        waiver = next((w for w in run.waivers if (w.metric, w.verdict) == (row.metric, row.id)), None)
        if waiver is not None and row.kind == "claim":
            outcome = {"broken": "waived", "kept": "unexpected pass"}.get(row.status)
            if outcome:
                row.status, row.waiver = outcome, f"{waiver.reason} ({waiver.source or f'until {waiver.expires}'})"
        for folder, whole in ((settings.certificate, False), (settings.dump, True)):
            if folder is not None and decision.distances is not None:
                save_arrays(folder, row, decision.distances, whole)
        if row.fails(quick=settings.quick):
            raise Judged(
                f"{row.metric}: {row.property} {row.status} ({row.direction}): {row.reason}\nreproduce: {row.reproduce}"
            )
        return row

    return verdict
