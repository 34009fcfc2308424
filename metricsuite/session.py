"""What one pytest process holds while a run is about metrics."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable
from pathlib import Path

import pytest

from metricsuite.errors import MetricsuiteError, SpecError, WaiverError
from metricsuite.ledger import Ledger
from metricsuite.properties import PROPERTIES, TRACKS, Property
from metricsuite.settings import Settings
from metricsuite.subjects import Subjects
from metricsuite.verdict import Verdict
from metricsuite.waivers import Waiver, read_waivers

SETTINGS, RUN, ROW = pytest.StashKey[Settings](), pytest.StashKey["Run"](), pytest.StashKey[Verdict]()


class Judged(Exception):
    """A verdict that fails the run; its text is all that pytest prints."""


class Run:
    """What one pytest process holds: the metrics, the plan, the waivers, the ledger of verdicts."""

    def __init__(self, config: pytest.Config, settings: Settings) -> None:
        handed = getattr(config, "workerinput", {}).get("metricsuite")
        self.worker = handed is not None
        self.distributed = bool(config.getoption("numprocesses", None)) or self.worker
        if handed is not None:
            values = json.loads(handed)
            self.plan_file = Path(values["plan"])
            self.subjects = Subjects.from_list(values["subjects"], settings.orientation, settings.timeout)
        else:
            self.folder = tempfile.TemporaryDirectory(prefix="metricsuite-run-")
            self.plan_file = Path(self.folder.name, "plan.json")
            try:
                self.subjects = Subjects(settings.metrics, settings.isolate, settings.orientation, settings.timeout)
            except MetricsuiteError as error:
                raise pytest.UsageError(f"--metric: {error}") from error
            if not config.option.collectonly:
                self.subjects.probe()
            self.subjects.close()  # a metric that remembers calls must not remember this one
        self.stems: dict[str, Path] = {}
        self.properties = dict(PROPERTIES)
        self.foreign: set[int] = set()
        self.waivers: list[Waiver] = []
        self.problems: list[str] = []
        self.ledger = Ledger(self.subjects.found)

    def read_waivers(self, paths: Iterable[Path]) -> None:
        """Take waivers in; what is wrong with a file becomes a problem of the run, which then ends with 4."""
        for path in paths:
            try:
                self.waivers += read_waivers(path)
            except WaiverError as error:
                self.problems.append(str(error))

    def know(self, config: pytest.Config) -> dict[str, Property]:
        """The vocabulary, with what the conftests of labs add to it."""
        for plugin in config.pluginmanager.get_plugins():
            own = getattr(plugin, "metricsuite_properties", None)
            if own is None or id(plugin) in self.foreign:
                continue
            self.foreign.add(id(plugin))
            for entry in own:
                where = getattr(plugin, "__file__", plugin)
                if (
                    not isinstance(entry, Property)
                    or "/" not in entry.name
                    or entry.track not in TRACKS
                    or entry.track == "contract"
                ):
                    raise SpecError(
                        f"{where}: metricsuite_properties holds {entry!r:.80}; needed Property('lab/name', a track other than contract, ...)."
                    )
                if self.properties.get(entry.name, entry) != entry:
                    raise SpecError(f"{where}: the property {entry.name!r} is defined twice.")
                self.properties[entry.name] = entry
        return self.properties
