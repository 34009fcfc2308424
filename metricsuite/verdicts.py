"""From pytest's reports to verdicts, and from verdicts to exit code, certificates and the table at the end.

A verdict exists even where the metric raised before ``verdict(...)``: it is made from the report. Rows travel as JSON text in
``user_properties``, which survive xdist; the ledger lives on the controller.
"""

from __future__ import annotations

import datetime
import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metricsuite.asked import what_was_asked
from metricsuite.builtin import BUILTIN
from metricsuite.certificate import Certificate, environment, make_certificate
from metricsuite.distances import Distances
from metricsuite.errors import MetricError, NotApplicable
from metricsuite.ledger import Plan
from metricsuite.properties import PROPERTIES
from metricsuite.report.badge import write_badge
from metricsuite.report.certificate_page.page import write_certificate_page
from metricsuite.report.terminal import summary
from metricsuite.session import ROW, Judged, Run
from metricsuite.settings import Settings
from metricsuite.stability import claimable
from metricsuite.subjects import Subject, slug
from metricsuite.verdict import Verdict
from metricsuite.waivers import refuse_waivers
from metricsuite.whole_files import write_whole

_WORDS = {
    "kept": ("passed", "k", "KEPT"), "waived": ("passed", "w", "WAIVED"), "broken": ("failed", "B", "BROKEN"),
    "inconclusive": ("failed", "?", "INCONCLUSIVE"), "yes": ("passed", "y", "MEASURED YES"), "no": ("passed", "n", "MEASURED NO"),
    "unclear": ("passed", "u", "MEASURED UNCLEAR"), "error": ("failed", "E", "ERROR"), "unexpected pass": ("failed", "U", "UNEXPECTED PASS"),
    "not applicable": ("skipped", "-", "NOT APPLICABLE"),
}  # fmt: skip


class Reporter:
    """The hooks that listen to reports; registered once the run is known to be about metrics."""

    def __init__(self, config: pytest.Config, run: Run, settings: Settings) -> None:
        self.config, self.run, self.settings = config, run, settings
        self.started = time.perf_counter()
        self.certificates: list[Certificate] = []
        self.problems: list[str] = []
        self.misnamed = False  # a worker met a case that names no known property

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_makereport(self, item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
        report = yield
        row = item.stash.get(ROW, None)
        if row is not None and report.when != "teardown":
            _complete(row, report, call)
            report.user_properties = [
                *report.user_properties,
                ("metricsuite", json.dumps(row.to_dict(), allow_nan=False)),
            ]
        return report

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> tuple[str, str, str] | None:
        row = _row_of(report)
        if row and (report.when == "call" or (report.when == "setup" and not report.passed)):
            if row["status"] == "inconclusive" and report.passed:  # --quick
                return ("passed", "?", "INCONCLUSIVE")
            return _WORDS.get(row["status"])
        return None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.run.worker:
            return
        row = _row_of(report)
        if row:
            self.run.ledger.note(report.nodeid, row)
        elif report.when not in ("setup", "call", "teardown"):  # xdist: the worker died
            self.run.ledger.crashed[report.nodeid] = "the process that ran it died"

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed and self.run.distributed and ": decides(" in str(report.longrepr):
            self.misnamed = True

    def pytest_report_collectionfinish(self) -> list[str]:
        return [] if self.run.distributed else [self._plan_line()]

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        if self._took_plan():
            reporter = self.config.pluginmanager.get_plugin("terminalreporter")
            if reporter is not None:
                reporter.ensure_newline()
                reporter.write_line(self._plan_line())

    def _took_plan(self) -> bool:
        """Take the plan that a worker wrote down, once."""
        if self.run.ledger.rows or not self.run.plan_file.exists():
            return False
        plan = Plan(**json.loads(self.run.plan_file.read_text(encoding="utf-8")))
        self.run.ledger.take(plan)
        self.run.read_waivers(map(Path, plan.waivers))  # the folder's own, which only workers have met
        return True

    def _plan_line(self) -> str:
        ledger = self.run.ledger
        pairs, seconds = ledger.estimate(self.settings.seeds)
        undeclared = sum(not r.pairs for r in ledger.rows.values())
        plan = f"metricsuite plans {len(ledger.rows)} verdicts of {len(ledger.subjects)} metrics, {pairs} pairs"
        if self.config.option.collectonly:
            return plan
        cost = (
            "unknown time (a metric could not be timed)"
            if seconds is None
            else f"about {max(1, round(seconds))} s of comparing on one core"
        )
        more = f", {undeclared} of unknown size" if undeclared else ""
        return f"{plan}{more}, {cost}"

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: Any, sched: Any) -> None:
        """Under loadfile the file comes back with the item that crashed still in it, and dies of it again and again."""
        queue = getattr(sched, "workqueue", {})
        for scope in list(queue):
            if crashitem in queue[scope]:
                queue[scope][crashitem] = True
                if all(queue[scope].values()):
                    del queue[scope]

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        if self.run.worker or self.config.option.collectonly:
            return
        ledger = self.run.ledger
        self._took_plan()
        for nodeid, row in ledger.rows.items():
            if row.status == "not run" and nodeid in ledger.crashed:
                row.status, row.reason = "error", ledger.crashed[nodeid]
        if session.exitstatus in (pytest.ExitCode.INTERRUPTED, pytest.ExitCode.INTERNAL_ERROR):
            return
        failing = any(r.fails(quick=self.settings.quick) for r in ledger.rows.values())
        if failing and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        self.problems = self._waiver_problems()
        if self.misnamed:
            session.exitstatus = pytest.ExitCode.INTERRUPTED  # as without xdist
            return
        if self.problems:
            session.exitstatus = pytest.ExitCode.USAGE_ERROR
        if ledger.rows:
            self.certificates = [
                self._certificate(subject) for subject in ledger.subjects.values() if ledger.of(subject.label)
            ]
        if self.certificates and not self.problems:
            self._write()

    def _waiver_problems(self) -> list[str]:
        ledger, waivers = self.run.ledger, self.run.waivers
        problems = ledger.problems + refuse_waivers(waivers, ledger.rows.values(), ran_all=not ledger.left_out)
        known = {*ledger.subjects, *BUILTIN}
        return problems + [
            f"waiver of {w.metric} {w.verdict}: no metric of that name in this run"
            for w in waivers
            if w.metric not in known
        ]

    def _certificate(self, subject: Subject) -> Certificate:
        ledger, rows = self.run.ledger, self.run.ledger.of(subject.label)
        return make_certificate(
            metric={"name": subject.label, "spec": subject.spec, "origin": subject.origin, "setting": subject.setting, "parameters": subject.parameters, "defaults": subject.defaults},
            rows=rows, whole=ledger.whole.get(subject.label, len(rows)), planned=len(rows), left_out=ledger.left_out,
            profiled=subject.states.profiled, seeds=self.settings.seeds, cases=ledger.cases,
            properties=sum(map(claimable, PROPERTIES.values())) + len(ledger.own_properties), environment=environment(),
            run=what_was_asked(subject, self.settings, self.run.waivers, ledger, self.config.option.markexpr, self.config.option.keyword),
            timings={"created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"), "seconds": round(time.perf_counter() - self.started, 3)},
        )  # fmt: skip

    def _write(self) -> None:
        folder = self.settings.certificate
        if folder is None:
            return
        for certificate in self.certificates:
            own = folder / slug(certificate.metric)
            own.mkdir(parents=True, exist_ok=True)
            write_whole(own / "certificate.json", certificate.to_json())
            gather(own / "parts", own / "distances.npz")
            write_certificate_page(own)
            write_badge(own, certificate)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        if self.run.worker or self.config.option.collectonly or not self.run.ledger.rows:
            return
        terminalreporter.section("metricsuite")
        for line in summary(
            self.certificates,
            {s.label: s.states for s in self.run.ledger.subjects.values()},
            self.run.ledger.rows.values(),
        ):
            terminalreporter.write_line(line)
        for problem in self.problems:
            terminalreporter.write_line(f"ERROR: {problem}", red=True)
        if self.settings.certificate and self.certificates:
            terminalreporter.write_line(
                f"certificates: {self.settings.certificate}/<metric>/certificate.json, index.html"
            )


def _row_of(report: Any) -> dict[str, Any] | None:
    found = [v for k, v in getattr(report, "user_properties", []) if k == "metricsuite"]
    return json.loads(found[-1]) if found else None


def _complete(row: Verdict, report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """What pytest saw becomes the row's status, where no verdict was reached."""
    error = call.excinfo.value if call.excinfo else None
    if report.when == "setup":
        if report.failed:
            row.status, row.reason = (
                "error",
                f"the design could not be made: {call.excinfo.exconly() if call.excinfo else ''}",
            )
        elif report.skipped:
            row.status, row.reason = "not applicable", str(error)
        return
    row.seconds["total"] = round(report.duration, 4)
    if isinstance(error, NotApplicable):
        row.status, row.reason = "not applicable", str(error)
        where: tuple[str, int, str] = (str(report.location[0]), report.location[1] or 0, f"Skipped: {error}")
        report.outcome, report.longrepr = "skipped", where
    elif isinstance(error, Judged):
        report.longrepr = str(error)
    elif report.skipped:
        row.status, row.reason = "not applicable", str(error)
    elif error is not None:
        row.status = "error"
        row.reason = (
            str(error) if isinstance(error, MetricError) else f"the case itself failed: {type(error).__name__}: {error}"
        )
        if isinstance(error, MetricError):
            report.longrepr = f"{row.metric}: {row.property} error: {row.reason}\nreproduce: {row.reproduce}"
    elif row.status == "not run":
        row.status, row.reason = "error", "the case ended without a verdict; needed verdict(criterion(distances))"
        report.outcome, report.longrepr = "failed", row.reason


def save_arrays(folder: Path, row: Verdict, distances: Distances, with_systems: bool) -> None:
    """The distances behind a verdict with a small drawing of its systems, or with the trajectories for ``--dump``; one npz a verdict."""
    own = folder / slug(row.metric) / ("" if with_systems else "parts")
    own.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, Any] = {
        "id": np.array(row.id), "distances": distances.matrix, "labels": np.array(distances.labels), "blocks": np.array(distances.blocks),
        "positions": np.array(distances.positions), "pairs": np.array(distances.pairs),
    }  # fmt: skip
    if distances.design is not None and with_systems:
        arrays.update({f"system_{i:03d}": s.array for i, s in enumerate(distances.design.systems)})
    elif distances.design is not None and row.kind != "contract":
        from metricsuite.report.certificate_page.drawings import drawing_arrays

        arrays.update(drawing_arrays(distances.design))
    np.savez_compressed(own / f"{slug(row.id)}.npz", **arrays)


def gather(parts: Path, target: Path) -> None:
    """Bring the files of all workers together; keys are ``verdict id|name``."""
    if not parts.is_dir():
        return
    out: dict[str, Any] = {}
    for path in sorted(parts.glob("*.npz")):
        with np.load(path, allow_pickle=False) as part:
            out.update({f"{part['id']}|{name}": part[name] for name in part.files if name != "id"})
        path.unlink()
    parts.rmdir()
    partial = target.with_suffix(".part.npz")
    np.savez_compressed(partial, **out)
    partial.replace(target)
