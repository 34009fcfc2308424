"""``metricsuite zoo build | verify``: make the trained networks from nothing, or check those that are there."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import defaultdict
from itertools import product
from pathlib import Path

import numpy as np

from metricsuite.errors import CaseError
from metricsuite.networks import zoo
from metricsuite.networks.curriculum import GROUPS
from metricsuite.networks.tasks import CHOICES
from metricsuite.networks.training import FINAL
from metricsuite.networks.zoo_build import RECIPE, Recipe, build
from metricsuite.networks.zoo_verify import QUICK, verify

INTERRUPTED = 130  # what a shell says of a program that was interrupted
MB = 1e6  # bytes


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Two actions, each with what it is about and where."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="build|verify")
    make = actions.add_parser(
        "build",
        help="train what is missing",
        description="Train what is missing. Interrupted, the same command goes on from there, to the same bits.",
    )
    make.add_argument(
        "--processes", type=int, default=2, metavar="N", help="architecture-task pairs at once (default 2)"
    )
    check = actions.add_parser(
        "verify",
        help="check hashes, versions, gaps and accuracies; train one group again",
        description="Check hashes, versions, gaps and accuracies, and train again, to compare, what --architecture, --task and --group name "
        f"(default: {' '.join(QUICK)}). Exit code 1 where something differs.",
    )
    for action, said in ((make, "all"), (check, QUICK)):
        for i, (option, known) in enumerate(
            {"architecture": zoo.ARCHITECTURES, "task": CHOICES, "group": GROUPS}.items()
        ):
            default = list(known) if said == "all" else [said[i]]
            shown = said if said == "all" else said[i]
            action.add_argument(
                f"--{option}",
                nargs="+",
                default=default,
                metavar=option[0].upper(),
                help=f"of {', '.join(known)} (default {shown})",
            )
        action.add_argument(
            "--directory",
            type=Path,
            metavar="DIR",
            help="default: metricsuite/networks/weights, of a checkout or, to verify, as installed",
        )


def run(args: argparse.Namespace, recipe: Recipe = RECIPE) -> int:
    """0; 1 where `verify` finds differences; 130 where a build was interrupted."""
    return (_build if args.action == "build" else _verify)(args, recipe)


def _build(args: argparse.Namespace, recipe: Recipe) -> int:
    directory = args.directory or _of_the_checkout()
    print(f"networks go to {directory}")
    began = time.perf_counter()
    try:
        build(directory, args.architecture, args.task, args.processes, args.group, recipe)
    except KeyboardInterrupt:
        print("\ninterrupted; what is finished is kept, and the same command goes on from there.", file=sys.stderr)
        return INTERRUPTED
    print("\n".join(summary(directory, time.perf_counter() - began)))
    return 0


def _of_the_checkout() -> Path:
    """Where the package keeps its networks, if the package is a checkout: an installed one is no place to write."""
    if not (zoo.DIRECTORY.parents[2] / "pyproject.toml").exists():
        raise CaseError(
            f"zoo build: metricsuite is installed in {zoo.DIRECTORY.parents[1]}, which is no checkout; needed --directory DIR."
        )
    return zoo.DIRECTORY


def _verify(args: argparse.Namespace, recipe: Recipe) -> int:
    directory = args.directory or zoo.DIRECTORY
    print(f"networks of {directory}")
    differences = verify(directory, list(product(args.architecture, args.task, args.group)), recipe, print)
    for difference in differences:
        print(f"differs: {difference}")
    print(f"{len(differences)} differences" if differences else "the zoo is what it says")
    return 1 if differences else 0


def summary(directory: Path, seconds: float) -> list[str]:
    """What a build made, and what lay there before: accuracies by group, then time and memory by architecture, then size."""
    logs = {path: json.loads(path.read_bytes()) for path in sorted(directory.glob("*/*.log.json"))}
    accuracies: dict[str, dict[str, float]] = defaultdict(dict)
    time_of: dict[str, float] = defaultdict(float)
    memory_of: dict[str, int] = defaultdict(int)
    for path, log in logs.items():
        accuracies[path.name.removesuffix(".log.json")][path.parent.name] = float(np.mean(log["accuracies"][FINAL]))
        architecture = path.parent.name.partition("-")[0]
        time_of[architecture] += log["seconds"]
        memory_of[architecture] = max(memory_of[architecture], log["peak_memory_mb"])
    columns = sorted({path.parent.name for path in logs})
    lines = ["", "accuracy on the target, mean of the networks", f"{'':32}" + "".join(f"{c:>16}" for c in columns)]
    for name in [g for g in GROUPS if g in accuracies]:
        cells = [f"{accuracies[name][c]:.2f}" if c in accuracies[name] else "" for c in columns]
        lines.append(f"{name:32}" + "".join(f"{cell:>16}" for cell in cells))
    lines.append("")
    for architecture, spent in time_of.items():
        lines.append(f"{architecture:6} {spent / 60:6.1f} min of training, {memory_of[architecture]} MB at most")
    files = list(directory.glob("*/*.safetensors"))
    size = sum(path.stat().st_size for path in files)
    lines.append(f"{len(files)} files, {size / MB:.1f} MB, in {directory}; this run took {seconds / 60:.1f} min")
    return lines
