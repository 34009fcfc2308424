"""The command line: ``metricsuite explain | show | replicate | zoo``. Certifying is pytest's: ``pytest cases --metric ...``.

Each command is a module with ``add_arguments(parser)`` and ``run(args) -> int``, imported when it is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from metricsuite.errors import MetricsuiteError
from metricsuite.version import __version__

COMMANDS = {  # name: (module of metricsuite, what it does)
    "explain": (
        "report.explaining",
        "a property, a criterion or a metric: what it means, what excludes it, who decides it",
    ),
    "show": ("report.show.showing", "plot the systems of a case and their distances; or a metric's hyper-parameters"),
    "replicate": ("report.replicate.replication", "published statements beside what stands here, from certificates"),
    "zoo": ("networks.zoo_command", "make the trained networks from nothing, or check those that are there"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 where the command says so, or 4 for input that it cannot use."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    parser = argparse.ArgumentParser(
        prog="metricsuite", description="What similarity metrics react to, and how it is decided."
    )
    parser.add_argument("--version", action="version", version=f"metricsuite {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, (module, purpose) in COMMANDS.items():
        sub = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        if given[:1] == [name]:  # one command's imports only
            import_module(f"metricsuite.{module}").add_arguments(sub)
    args = parser.parse_args(given)
    try:
        return int(import_module(f"metricsuite.{COMMANDS[args.command][0]}").run(args))
    except MetricsuiteError as error:
        print(f"metricsuite {args.command}: {error}", file=sys.stderr)
        return 4
