"""A certificate as Markdown, for the summary of a job and a comment on a pull request: headline, then the whole table, folded away.

python -m metricsuite.report.pull_request certificates/dsa/certificate.json             the Markdown
python -m metricsuite.report.pull_request certificates/dsa/certificate.json --status    its status alone
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from metricsuite.certificate import Certificate, read_certificate
from metricsuite.errors import MetricsuiteError
from metricsuite.report.terminal import summary
from metricsuite.spec import MetricSpec


def as_comment(certificate: Certificate) -> str:
    """Headline in bold; under it, folded, what the run printed at its end."""
    spec = MetricSpec.from_dict(certificate.body["metric"]["spec"])
    table = summary([certificate], {certificate.metric: spec}, certificate.verdicts)
    shown = "\n".join(table).strip("\n").replace("```", "'''")  # a reason could end the block
    lines = [f"**{certificate.metric}: {certificate.headline}**", "", "<details><summary>All verdicts</summary>", ""]
    return "\n".join([*lines, "```text", shown, "```", "", "</details>"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Print; 0, or 4 for what is no certificate."""
    parser = argparse.ArgumentParser(
        prog="python -m metricsuite.report.pull_request", description="A certificate as Markdown."
    )
    parser.add_argument("certificate", type=Path, metavar="FILE", help="certificate.json")
    parser.add_argument("--status", action="store_true", help="one word: certified, failed, ...")
    args = parser.parse_args(arguments)
    try:
        certificate = read_certificate(args.certificate)
        print(certificate.status if args.status else as_comment(certificate))
    except MetricsuiteError as error:
        print(f"pull request: {error}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
