"""The command line: ``metricsuite list | explain | certify | show | compare | verify | replicate | speed | new | zoo``.

Certifying is pytest's, ``pytest cases --metric ...``; ``metricsuite certify`` is that run with nothing else to say.

Each command is a module with ``add_arguments(parser)`` and ``run(args) -> int``, imported when it is needed.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module

from metricsuite.errors import MetricsuiteError
from metricsuite.version import __version__

COMMANDS = {  # name: (module of metricsuite, what it does)
    "list": ("report.listing", "what there is: metrics, properties, criteria, cases"),
    "explain": (
        "report.explaining",
        "a property, a criterion, a metric or a guide: what it means, what excludes it, who decides it, what to do",
    ),
    "certify": ("report.certify_command", "the suite's cases on one metric, and its certificate"),
    "show": (
        "report.show.showing",
        "plot the systems of a case and their distances; or a metric's hyper-parameters; or a certificate's page anew",
    ),
    "compare": ("report.comparing", "what changed between certificates: verdicts, margins, settings, defaults"),
    "verify": ("report.verifying", "run a certificate again, and say whether it reproduces and what differs"),
    "replicate": ("report.replicate.replication", "published statements beside what stands here, from certificates"),
    "speed": (
        "speed.speed_command",
        "time metrics: growth over sizes, or two versions in turn, which fails above 1.25x",
    ),
    "new": ("new.new_command", "write a working, tested metric or case to start from"),
    "zoo": ("networks.zoo_command", "make the trained networks from nothing, or check those that are there"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code is 0, 1 where the command says so, or 4 for input that it cannot use.

    Where nobody reads on (``| head``) it is 141, as a shell says of what ended by SIGPIPE.
    """
    try:
        try:
            return _run(arguments)
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the interpreter flushes once more as it ends
        return 141


def _run(arguments: Sequence[str] | None) -> int:
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
