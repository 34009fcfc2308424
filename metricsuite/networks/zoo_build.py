"""Making the zoo from nothing, group by group; what is finished is kept, what was interrupted goes on.

One process trains one architecture on one family, its groups in the order in which each begins from one before it. A group that is done is a
safetensors file and, beside it, its training log; half of one is a `.state` file, from which it goes on to the same bits.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from tqdm import tqdm

from metricsuite.errors import CaseError, ZooError
from metricsuite.networks import zoo
from metricsuite.networks.architecture import Architecture, Weights
from metricsuite.networks.curriculum import GROUPS, Group, learns, put_together, what_it_trained
from metricsuite.networks.processes import Tell, in_processes
from metricsuite.networks.tasks import CHOICES, TARGET, VARIANTS
from metricsuite.networks.tensor_files import put_in_place, read_tensors, write_tensors
from metricsuite.networks.training import CHECKPOINTS, FINAL, Settings, train
from metricsuite.version import __version__

RATES = {"relu": (0.002, 0.003, 0.004, 0.005), "gru": (0.004, 0.006, 0.008, 0.01), "mamba": (0.004, 0.006, 0.008, 0.01)}
MOST, MOST_FROZEN = 1500, 600  # updates: of all weights, and of a freezing's (who has not learned by then does not)
DONE = "done: "  # how a job tells that a group is finished


@dataclass(frozen=True)
class Recipe:
    """What is trained and how. The zoo's own is `RECIPE`; a smaller one makes smaller networks in the same way.

    rates : Adam's, taken in turn by the networks; whole, frozen : the settings of groups all of whose weights learn, and of the others.
    """

    architectures: Mapping[str, Architecture]
    seeds: tuple[int, ...]
    rates: Mapping[str, tuple[float, ...]]
    whole: Settings
    frozen: Settings


RECIPE = Recipe(dict(zoo.ARCHITECTURES), zoo.SEEDS, RATES, Settings(most=MOST), Settings(most=MOST_FROZEN))


def build(
    directory: Path,
    architectures: Sequence[str],
    families: Sequence[str],
    processes: int,
    groups: Sequence[str] = (),
    recipe: Recipe = RECIPE,
) -> None:
    """Make what is missing of the zoo in `directory`, and its manifest.

    One architecture on one family is a job. A job alone runs in this process; several, each in one of its own.

    Parameters
    ----------
    directory : Path
    architectures, families : of `zoo.ARCHITECTURES` and `tasks.CHOICES`
    processes : int
        How many at once.
    groups : file names of groups, optional
        All unless given; those that they begin from are made with them.
    recipe : Recipe

    Raises
    ------
    CaseError
        A name that does not exist.
    ZooError
        A file that is there and damaged or of another version, or a process that died.
    """
    wanted = _check_names(architectures, families, groups, recipe)
    if processes < 1:
        raise CaseError(f"zoo build: {processes} processes; needed at least 1.")
    _check_what_is_there(directory)
    jobs = {f"{a} {f}": (directory, a, f, wanted, recipe) for f in families for a in architectures}
    total = sum(not path_of(d, a, f, g).exists() for d, a, f, _, _ in jobs.values() for g in wanted)
    with tqdm(total=total, unit="group", desc="zoo", file=sys.stderr) as bar:

        def show(text: str) -> None:
            if text.startswith(DONE):
                bar.update()
                write_manifest(directory)  # what is done can be used, whatever happens to the rest
            else:
                bar.set_postfix_str(text)

        if len(jobs) == 1:
            train_missing(*next(iter(jobs.values())), show)
        else:
            in_processes(train_missing, jobs, processes, show)
    write_manifest(directory)


def write_manifest(directory: Path) -> None:
    """SHA-256 of every group in `directory`, and the version."""
    files = sorted(directory.glob("*/*.safetensors"))
    hashes = {f"{p.parent.name}/{p.name}": zoo.sha256(p) for p in files}
    text = json.dumps({"version": zoo.VERSION, "made_by": __version__, "files": hashes}, indent=1)
    put_in_place(directory / zoo.MANIFEST, f"{text}\n".encode())


def train_missing(
    directory: Path, architecture: str, family: str, groups: Sequence[str], recipe: Recipe, tell: Tell
) -> None:
    """Train the groups whose files are not there, in the order given."""
    for name in groups:
        path = path_of(directory, architecture, family, name)
        saved = path.with_suffix(".state")
        if not path.exists():
            tensors, facts, log = train_group(directory, architecture, family, GROUPS[name], tell, saved, recipe)
            put_in_place(path.with_suffix(".log.json"), f"{json.dumps(facts | log)}\n".encode())
            write_tensors(path, tensors, facts)
            tell(DONE + name)
        for rest in [saved, *path.parent.glob(f"{name}.*.tmp")]:  # what an interruption left
            rest.unlink(missing_ok=True)


def train_group(
    directory: Path,
    architecture: str,
    family: str,
    group: Group,
    tell: Tell = lambda text: None,
    saved: Path | None = None,
    recipe: Recipe = RECIPE,
) -> tuple[Weights, dict[str, Any], dict[str, Any]]:
    """Train one group on what lies in `directory` already.

    Returns
    -------
    tensors : as they are stored, float16
    facts : what stands in the file: accuracies are measured after rounding
    log : what differs between machines and stays out of the file, and so out of its hash: accuracy along training, seconds (of this call,
        not of one that was interrupted before), and the most memory that the process ever held, in MB
    """
    kind, n = recipe.architectures[architecture], len(recipe.seeds)
    began = time.perf_counter()
    start = begin(directory, architecture, family, group, recipe)
    rates = [recipe.rates[architecture][i % len(recipe.rates[architecture])] for i in range(n)]
    name = f"{architecture} {family} {group.file}"
    trained = train(
        kind, start, family, group.variants, [s + zoo.SECOND * group.second for s in recipe.seeds], rates, name=name,
        learns=learns(start, group.freezing), settings=recipe.frozen if group.freezing else recipe.whole, saved=saved,
        report=lambda update, active, accuracy: tell(f"{name}: update {update}, {n - active}/{n} done, accuracy {accuracy:.2f}"),
    )  # fmt: skip
    tensors: Weights = {}
    measured: dict[str, tuple[float, ...]] = {}
    for checkpoint in stored(family, group):
        kept = what_it_trained({k: v.half() for k, v in trained.checkpoints[checkpoint].items()}, group.freezing)
        tensors |= {f"{checkpoint}/{k}": v for k, v in kept.items()}
        rounded = put_together({k: v.float() for k, v in kept.items()}, start, group.freezing)
        measured[checkpoint] = zoo.measure(kind, family, rounded)
    facts = {
        "version": zoo.VERSION, "architecture": repr(kind), "family": family, "group": group.name, "freezing": group.freezing,
        "start": group.start or "untrained", "learned": list(group.variants), "rates": rates, "accuracies": measured,
        "of_what_it_learned": {v: zoo.measure(kind, family, rounded, v) for v in VARIANTS if v in group.variants},
        "updates": {c: trained.updates[c] for c in stored(family, group)}, "ended": trained.reasons,
    }  # fmt: skip
    log = {"log": trained.log, "seconds": round(time.perf_counter() - began, 1), "peak_memory_mb": _peak_memory()}
    return tensors, facts, log


def begin(directory: Path, architecture: str, family: str, group: Group, recipe: Recipe = RECIPE) -> Weights:
    """The weights that a group begins from, as they are stored: the stage before it, rounded, or untrained ones."""
    if not group.start:
        return zoo.untrained(recipe.architectures[architecture], family, group.second, recipe.seeds)
    tensors, _ = read_tensors(path_of(directory, architecture, family, group.start))
    return {k.partition("/")[2]: v.float() for k, v in tensors.items() if k.startswith(f"{FINAL}/")}


def stored(family: str, group: Group) -> tuple[str, ...]:
    """Which checkpoints a group keeps: all of what learns the target by itself or out of parts, the last of everything else."""
    along = family == "decision" and group.variants == (TARGET,) and not group.second
    return CHECKPOINTS if along else (FINAL,)


def path_of(directory: Path, architecture: str, family: str, file: str) -> Path:
    """Where a group's file lies."""
    return directory / f"{architecture}-{family}" / f"{file}.safetensors"


def _check_names(
    architectures: Sequence[str], families: Sequence[str], groups: Sequence[str], recipe: Recipe
) -> tuple[str, ...]:
    """The groups to make, in an order in which each begins from one before it."""
    for what, given, known in (
        ("architecture", architectures, recipe.architectures), ("task", families, CHOICES), ("group", groups, GROUPS),
    ):  # fmt: skip
        unknown = [name for name in given if name not in known]
        if unknown:
            raise CaseError(f"zoo build: no {what} {', '.join(map(repr, unknown))}; there are {', '.join(known)}.")
    wanted = set(groups or GROUPS)
    wanted |= {GROUPS[name].start for name in wanted}
    return tuple(name for name in GROUPS if name in wanted)


def _check_what_is_there(directory: Path) -> None:
    """A build goes on from what lies there, and writes its hashes: so nothing damaged may lie there."""
    listed = zoo.manifest(directory) if (directory / zoo.MANIFEST).exists() else {}
    for path in sorted(directory.glob("*/*.safetensors")):
        entry = listed.get(f"{path.parent.name}/{path.name}")
        try:
            right = zoo.sha256(path) == entry if entry else read_tensors(path)[1].get("version") == zoo.VERSION
        except (SafetensorError, ValueError, OSError):
            right = False
        if not right:
            raise ZooError(
                f"zoo build: {path} is not what the manifest says, or no group of version {zoo.VERSION}. Delete it, and those "
                "that begin from it; they will be made again."
            )


def _peak_memory() -> int:
    """Of this process since it began, in MB."""
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kB elsewhere
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1024**2)
