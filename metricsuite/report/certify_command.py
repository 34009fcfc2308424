"""``metricsuite certify``: the suite's cases on one metric, and where its certificate lies. A thin front to `metricsuite.certify`.

metricsuite certify mypkg.mod:my_metric --processes 2
"""

from __future__ import annotations

import argparse
from pathlib import Path

from metricsuite.certifying import certify
from metricsuite.errors import CaseError, WaiverError
from metricsuite.properties import TRACKS
from metricsuite.report.terminal import summary
from metricsuite.spec import MetricSpec
from metricsuite.subjects import slug


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `certify`, as options."""
    parser.add_argument(
        "metric",
        metavar="METRIC",
        help="a built-in name, a plugin's, module:attr or file.py:attr, with literal parameters if any: dsa(rank=15)",
    )
    parser.add_argument(
        "--certificate",
        type=Path,
        default=Path("certificates"),
        metavar="DIR",
        help="write DIR/<metric>/certificate.json and what goes with it (certificates)",
    )
    parser.add_argument(
        "--seeds", type=int, metavar="N", help="seeds that each design is made of (16; fewer never certify)"
    )
    parser.add_argument(
        "--track", action="append", default=[], choices=TRACKS, metavar="T", help="only this track; repeatable"
    )
    parser.add_argument("--waivers", type=Path, metavar="FILE", help="TOML file of expected failures")
    parser.add_argument(
        "--orientation", choices=["distance", "similarity"], help="of a plain callable, which has no spec to say so"
    )
    parser.add_argument("--processes", type=int, default=0, metavar="N", help="as pytest -n; needs pytest-xdist")
    parser.add_argument(
        "--cases", action="append", default=[], type=Path, metavar="DIR", help="cases of your own, beside the suite's"
    )


def run(args: argparse.Namespace) -> int:
    """Print the table, the headline and where the certificate lies; 1 where it failed or is inconclusive."""
    if args.waivers is not None and not args.waivers.is_file():
        raise WaiverError(f"--waivers {args.waivers}: there is no such file.")
    for folder in args.cases:
        if not folder.is_dir():
            raise CaseError(f"--cases {folder}: there is no such folder.")
    certificate = certify(
        args.metric,
        seeds=args.seeds,
        tracks=args.track,
        cases=args.cases,
        orientation=args.orientation,
        waivers=args.waivers,
        processes=args.processes,
        directory=args.certificate,
    )
    spec = MetricSpec.from_dict(certificate.body["metric"]["spec"])
    lines = summary([certificate], {certificate.metric: spec}, certificate.verdicts)
    print("\n".join([*lines, f"certificate: {args.certificate / slug(certificate.metric) / 'certificate.json'}"]))
    return int(certificate.status in ("failed", "inconclusive"))
