"""``metricsuite explain``: what a property, a track, a criterion or a metric means, who decides it and what to do; and the guides.

metricsuite explain                      the vocabulary by track, and what else can be explained
metricsuite explain topology             definition, source, who decides it, what makes it, its picture, theorems, causes and cures
metricsuite explain separates            the same of a criterion, with its interval and simulated error rates
metricsuite explain "dsa(rank=15)"       what a metric claims, and what that rules out
metricsuite explain write-a-metric       a guide; also write-a-case, waive, read-a-certificate
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from metricsuite.builtin import BUILTIN, ON_DEMAND
from metricsuite.certifying import own_cases
from metricsuite.errors import CaseError, MetricNotFound
from metricsuite.properties import PROPERTIES, TRACKS, Property, nearest
from metricsuite.registry import load_metric
from metricsuite.report.explain.case_files import CRITERIA, Deciding, deciding_tests, own_properties
from metricsuite.report.explain.criterion_text import criterion_text
from metricsuite.report.explain.folding import WIDTH, fold
from metricsuite.report.explain.metric_text import metric_text
from metricsuite.report.explain.property_text import property_text, track_text
from metricsuite.report.show.showing import find_case

__all__ = ["CRITERIA", "GUIDES", "WIDTH", "Deciding", "deciding_tests", "explained", "own_properties"]
GUIDES = ("write-a-metric", "write-a-case", "waive", "read-a-certificate")  # guides/*.md


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Names, and folders of cases beside the suite's own."""
    parser.add_argument(
        "names",
        nargs="*",
        metavar="NAME",
        help=f"a property, a track, a criterion, a metric, or a guide ({', '.join(GUIDES)}); none: all that there is",
    )
    parser.add_argument(
        "--cases", action="append", default=[], type=Path, metavar="DIR", help="cases of your own, beside the suite's"
    )


def run(args: argparse.Namespace) -> int:
    """Print an entry for each name; 0."""
    print("\n\n".join(explained(args.names, args.cases)))
    return 0


def explained(names: Iterable[str], folders: Iterable[Path] = ()) -> list[str]:
    """One text a name, no line longer than `WIDTH`; the vocabulary, and the names of all else, where no name is given.

    Parameters
    ----------
    names : iterable of str
        Properties, tracks, criteria, guides, and metrics as `load_metric` takes them.
    folders : iterable of paths
        Cases beside the suite's own.

    Raises
    ------
    MetricNotFound
        Nothing is called so (with the nearest, or all that there is).
    CaseError
        A folder that holds no cases, or a file that cannot be read.
    """
    folders = list(folders)
    for folder in folders:
        if not any(folder.glob("test_*.py")):
            raise CaseError(f"--cases {folder}: there is no test_*.py; needed a folder of cases.")
    own = {p.name: p for folder in folders for p in own_properties(folder)}
    known = PROPERTIES | own
    names = list(names)
    if not names:
        tracks = [track_text(track, known) for track in TRACKS if any(p.track == track for p in known.values())]
        return [*tracks, "\n".join(line for text in _others() for line in fold(text))]
    decided = [d for folder in [own_cases(), *folders] for d in deciding_tests(folder)]
    return [_explained(name, known, decided) for name in names]


def _explained(name: str, known: dict[str, Property], decided: list[Deciding]) -> str:
    if name in known:
        return property_text(known[name], [d for d in decided if d.property == name])
    if name in TRACKS:
        return track_text(name, known)
    if name in GUIDES:
        return resources.files("metricsuite").joinpath("report", "guides", f"{name}.md").read_text("utf-8").rstrip()
    if name in CRITERIA:
        users = {d.test.partition("::")[0] for d in decided if any(c.startswith(f"{name}(") for c in d.criteria)}
        return criterion_text(name, sorted(users))
    try:
        metric = load_metric(name)
    except MetricNotFound as error:
        if _is_case(name):
            raise MetricNotFound(
                f"{name} is a case; `metricsuite show {name}` draws it. To be explained, name a property that it decides."
            ) from error
        if any(sign in name for sign in ":(."):
            raise
        near = nearest(name.lower(), [*known, *TRACKS, *CRITERIA, *GUIDES, *BUILTIN, *ON_DEMAND])
        if near.startswith("nearest"):
            raise MetricNotFound(f"nothing is called {name!r}; {near}.") from error
        everything = [line for text in (f"properties: {', '.join(known)}", *_others()) for line in fold(text, "  ")]
        raise MetricNotFound("\n".join([f"nothing is called {name!r}; there are", *everything])) from error
    return metric_text(metric.spec, metric.setting)


def _is_case(name: str) -> bool:
    """Whether ``metricsuite show`` would draw a case for this name."""
    try:
        path, _ = find_case(name)
    except CaseError:
        return False
    return path.name.startswith("test_")


def _others() -> list[str]:
    """What can be explained beside properties."""
    kinds = {"tracks": TRACKS, "criteria": CRITERIA, "metrics": [*BUILTIN, *ON_DEMAND], "guides": GUIDES}
    return [f"{kind}: {', '.join(names)}" for kind, names in kinds.items()]
