"""The pytest11 entry point: one option, its short name where that is free, ini keys, and nothing else.

It wakes `metricsuite.pytest_cases`, which has the fixtures, markers and other options, only in a run about metrics: ``--metric`` was
given, a ``conftest.py`` says ``metricsuite_cases = True``, or ``metricsuite.cases`` is named. Neither numpy nor torch is imported here.
"""

from __future__ import annotations

import copy
from collections.abc import Generator
from typing import Any

import pytest

CASES = "metricsuite.pytest_cases"
LATE = "metricsuite-late"
_OPTION: dict[str, Any] = {
    "action": "append",
    "default": [],
    "dest": "metricsuite_metric",
    "metavar": "METRIC",
    "help": "certify METRIC: a built-in name, module:attr or file.py:attr, with literal parameters if any, dsa(rank=15); repeatable",
}


def wake(manager: pytest.PytestPluginManager) -> None:
    """Bring in the rest, once."""
    if not manager.has_plugin(CASES):
        manager.import_plugin(CASES)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("metricsuite", "metricsuite: certify similarity metrics").addoption(
        "--metricsuite-metric", **_OPTION
    )
    parser.addini(
        "metricsuite_metrics", "metrics to certify where --metric is not given, one a line", type="linelist", default=[]
    )
    parser.addini("metricsuite_seeds", "seeds that each design is made of (16)", default="")
    parser.addini("metricsuite_waivers", "a TOML file of waivers", default="")
    parser.addini("metricsuite_metric_timeout", "seconds that one call of a metric may take (60)", default="")


def pytest_plugin_registered(plugin: object, manager: pytest.PytestPluginManager) -> None:
    if getattr(plugin, "metricsuite_cases", False) is not True:
        return
    try:  # a conftest.py that says so, early or late
        wake(manager)
    except pytest.UsageError as error:
        late: _Late | None = manager.get_plugin(LATE)
        if late is None:
            raise
        late.problem = str(error)  # in the middle of collection, where an exception would be one of the folder's
        manager.unregister(name=CASES)


def _is_free(parser: pytest.Parser, name: str) -> bool:
    try:
        return bool(parser.parse_known_and_unknown_args([f"{name}=x"])[1])
    except (pytest.UsageError, SystemExit):
        return False


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, Any, Any]:
    result = yield  # every plugin and initial conftest has spoken: now it shows which names are free
    if _is_free(parser, "--metric"):
        parser.getgroup("metricsuite").addoption("--metric", **_OPTION)
    known = parser.parse_known_args(args, namespace=copy.copy(early_config.option))
    if known.metricsuite_metric or any(str(a).startswith("metricsuite.cases") for a in known.file_or_dir):
        wake(early_config.pluginmanager)
    if early_config.pluginmanager.has_plugin(CASES):
        from metricsuite.settings import OPTIONS

        for (
            name,
            keywords,
        ) in OPTIONS.items():  # somebody else's option of that name stays theirs, and ours has its default
            if _is_free(parser, name):
                dest = "metricsuite_" + name.strip("-").replace("-", "_")
                parser.getgroup("metricsuite").addoption(name, dest=dest, **keywords)
    return result


class _Late:
    """What may happen once pytest is configured."""

    def __init__(self, manager: pytest.PytestPluginManager) -> None:
        self.manager, self.problem = manager, ""

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_finish(self) -> None:
        if self.problem:
            pytest.exit(f"ERROR: {self.problem}", pytest.ExitCode.USAGE_ERROR)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """The controller of xdist collects nothing: the first report of a case wakes it."""
        if not self.manager.has_plugin(CASES) and any(key == "metricsuite" for key, _ in report.user_properties):
            wake(self.manager)
            reporter: Any = self.manager.get_plugin("metricsuite-reporter")
            reporter.pytest_runtest_logreport(report)  # this call's list of hooks is fixed already


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(_Late(config.pluginmanager), LATE)
