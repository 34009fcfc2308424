"""``metricsuite speed --against REF-OR-WHEEL``: two versions in turn. ``--timings FILE``: growth, and ratios to kernels."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from metricsuite.errors import SpeedError

EXIT = "Exit code 1 where something is slower; 4 where nothing could be told: no such version or baseline, a metric that fails, too much noise."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The gate, or a look at timings."""
    parser.epilog = EXIT
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--against", metavar="REF-OR-WHEEL",
        help="measure against this version, in turn: a wheel, a git ref of the repository here, a source folder, or a requirement "
        "(mypkg==1.2); what is over 1.25x twice fails",
    )  # fmt: skip
    what.add_argument(
        "--timings", type=Path, metavar="JSON",
        help="what `pytest cases/test_speed.py --benchmark-only --benchmark-json JSON` wrote: growth over sizes, and ratios to kernels",
    )  # fmt: skip
    parser.add_argument(
        "--candidate",
        metavar="REF-OR-WHEEL",
        help="with --against: the version that is judged (default: what is installed here)",
    )
    parser.add_argument(
        "--metric", action="append", default=[], metavar="METRIC",
        help="with --against: a metric of the package that is measured, a name or module:attr; repeatable (default: the built-in ones)",
    )  # fmt: skip
    stored = parser.add_mutually_exclusive_group()
    stored.add_argument(
        "--baseline",
        type=Path,
        metavar="FILE",
        help="with --timings: stored ratios, which warn and never fail (default: the suite's own)",
    )
    stored.add_argument(
        "--save-baseline", type=Path, metavar="FILE", help="with --timings: store the ratios of this run"
    )


def run(args: argparse.Namespace) -> int:
    """0; 1 for a regression; 4 where nothing can be told."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        raise SpeedError(
            "under xdist other tests run at the same time, so no timing means anything. Run it in a job of its own."
        )
    if args.timings is not None:
        if args.candidate or args.metric:
            raise SpeedError("--candidate and --metric belong to --against; --timings reads what was measured already.")
        from metricsuite.speed.timings_table import show

        return show(args.timings, args.baseline, args.save_baseline)
    if args.baseline or args.save_baseline:
        raise SpeedError("--baseline and --save-baseline belong to --timings; --against measures both versions itself.")
    return _gate(args.against, args.candidate, args.metric)


def _gate(against: str, candidate: str | None, metrics: list[str]) -> int:
    from metricsuite.speed.gate import compare_versions
    from metricsuite.speed.gate_table import lines_of
    from metricsuite.speed.versions import installed, installed_here

    if files := [m for m in metrics if m.partition(":")[0].endswith(".py")]:
        raise SpeedError(
            f"{files[0]} is a file, the same for both versions; needed module:attr of the package that is measured."
        )
    here = Path.cwd()
    with tempfile.TemporaryDirectory(prefix="metricsuite-speed-") as folder:
        reference = installed(against, Path(folder) / "reference", here)
        own = Path(folder) / "candidate"
        judged = installed(candidate, own, here) if candidate else installed_here(reference.distribution, own)
        if judged.distribution != reference.distribution:
            raise SpeedError(
                f"the reference is {reference.distribution}, the candidate {judged.distribution}; needed two versions of one."
            )
        outcome = compare_versions(reference, judged, metrics)
    print("\n".join(lines_of(outcome, reference, judged)))
    if outcome.problem:
        print(f"metricsuite speed: {outcome.problem}", file=sys.stderr)
    return outcome.code
