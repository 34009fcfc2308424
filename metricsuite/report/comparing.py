"""``metricsuite compare``: what changed between certificates; 1 where something was lost.

metricsuite compare main.json branch.json                        a table
metricsuite compare main.json branch.json --markdown             for a comment on a pull request
metricsuite compare main.json a.json b.json --html changes.html  several against one, and a page
"""

from __future__ import annotations

import argparse
from pathlib import Path

from metricsuite.certificate import read_certificate
from metricsuite.errors import CertificateError
from metricsuite.report.comparison import compared
from metricsuite.report.comparison_page import comparison_page
from metricsuite.report.comparison_text import as_markdown, as_text
from metricsuite.report.page_parts import write_page

EXIT = (
    "Exit code 1 where a claim that the reference kept is lost, waived or withdrawn, the contract broke, or the status fell to failed or "
    "inconclusive; 4 for what cannot be read; else 0. A claim whose cases were not run at all is a warning: run it whole before you trust it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of ``metricsuite compare``."""
    parser.epilog = EXIT
    parser.add_argument(
        "certificates",
        nargs="+",
        type=Path,
        metavar="FILE",
        help="certificate.json, or its folder; the first is the reference that each other one is compared with",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also write one HTML page")
    parser.add_argument("--markdown", action="store_true", help="as Markdown, and only what changed")
    parser.add_argument(
        "--allow-withdrawn", action="store_true", help="a claim that is no longer made is told, and is no loss"
    )


def run(args: argparse.Namespace) -> int:
    """Print the table; 1 where something was lost, as `EXIT` has it."""
    if len(args.certificates) < 2:
        raise CertificateError(f"one certificate given, {args.certificates[0]}; needed two or more.")
    reference, *others = map(read_certificate, args.certificates)
    comparisons = [compared(reference, other) for other in others]
    paths = [str(path) for path in args.certificates]
    print("\n".join((as_markdown if args.markdown else as_text)(comparisons, paths)))
    if args.html is not None:
        write_page(args.html, comparison_page(comparisons, paths), "--html")
    return int(any(c.fails(args.allow_withdrawn) for c in comparisons))
