"""The zoo: trained networks that come with the package, so that no case ever trains one.

    masters = load("relu", "decision", "master")
    partial = load("gru", "decision", "pretrain_basic_frozen", "rule", checkpoint="0.5")

Weights are stored as float16; accuracies are those of the stored weights. A frozen group stores only what it trained and names the group
whose other weights it kept. Files are checked against the SHA-256 of the manifest; a file that is missing, damaged or of another version
is an error, never a reason to train. `metricsuite zoo build` makes them all from nothing (see `zoo_build`), `metricsuite zoo verify` checks.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError

from metricsuite.errors import CaseError, ZooError
from metricsuite.networks.architecture import Architecture, Weights, initial_weights
from metricsuite.networks.curriculum import group, put_together, shuffled
from metricsuite.networks.mamba import Mamba
from metricsuite.networks.rnn import LeakyGRU, LeakyRNN
from metricsuite.networks.tasks import CHANNELS, CHOICES, TARGET, TESTING, Trials, accuracies, make_trials
from metricsuite.networks.tensor_files import read_tensors
from metricsuite.networks.training import CHECKPOINTS, FINAL
from metricsuite.threads import one_torch_thread

VERSION = 1  # of the networks; another one changes verdicts
DIRECTORY = Path(__file__).parent / "weights"
MANIFEST = "manifest.json"
SEEDS = tuple(range(32))  # sixteen to certify on, sixteen to profile on
SECOND = 1000  # added to the seeds of the second set
START = "start"  # the checkpoint before training
ADVICE = (
    "Install metricsuite again; in a checkout, `git checkout` the file, or delete it and run `metricsuite zoo build`."
)
ARCHITECTURES: Mapping[str, Architecture] = {"relu": LeakyRNN(), "gru": LeakyGRU(), "mamba": Mamba()}


@dataclass(frozen=True)
class Networks:
    """Networks of one group, their weights whole again.

    weights : with a leading axis of networks, float32
    accuracies : of each network on the target's test trials
    """

    architecture: Architecture
    family: str
    group: str
    freezing: str
    checkpoint: str
    weights: Weights
    accuracies: tuple[float, ...]

    def __len__(self) -> int:
        return len(self.accuracies)


def load(
    architecture: str,
    family: str,
    name: str,
    freezing: str = "",
    checkpoint: str = FINAL,
    directory: Path = DIRECTORY,
) -> Networks:
    """Networks of the zoo.

    Parameters
    ----------
    architecture : {"relu", "gru", "mamba"}
    family : {"decision", "go-nogo"}
    name : str
        A group of `curriculum`; also "untrained", "untrained_second" and "shuffled".
    freezing : {"", "input", "rule"}
        For groups that end in _frozen.
    checkpoint : {"start", "early", "0.25", "0.5", "final"}
        Along the last stage of training: "start" is before it, the fractions are of the way of accuracy from guessing, .5, to .97.
    directory : Path

    Returns
    -------
    Networks

    Raises
    ------
    CaseError
        No such architecture, family, group, freezing or checkpoint.
    ZooError
        Its file is missing, damaged, or of another version.
    """
    if architecture not in ARCHITECTURES or family not in CHOICES:
        raise CaseError(
            f"zoo: no {architecture!r} networks of {family!r}; needed one of {', '.join(ARCHITECTURES)} and one of {', '.join(CHOICES)}."
        )
    if checkpoint not in (START, *CHECKPOINTS):
        raise CaseError(f"zoo: no checkpoint {checkpoint!r}; needed one of {', '.join((START, *CHECKPOINTS))}.")
    weights, measured = _load(architecture, family, name, freezing, checkpoint, directory)
    return Networks(
        ARCHITECTURES[architecture],
        family,
        name,
        freezing,
        checkpoint,
        {k: v.clone() for k, v in weights.items()},
        measured,
    )


@lru_cache(maxsize=64)
def _load(
    architecture: str, family: str, name: str, freezing: str, checkpoint: str, directory: Path
) -> tuple[Weights, tuple[float, ...]]:
    kind = ARCHITECTURES[architecture]
    if name in ("untrained", "untrained_second"):
        weights = untrained(kind, family, second=name == "untrained_second")
        return weights, measure(kind, family, weights)
    if name == "shuffled":
        masters, _ = _load(architecture, family, "master", "", checkpoint, directory)
        weights = shuffled(masters, kind.recurrent, np.random.default_rng(0))
        return weights, measure(kind, family, weights)
    which = group(name, freezing)
    begun = (
        untrained(kind, family, which.second)
        if not which.start
        else _load(architecture, family, which.start, "", FINAL, directory)[0]
    )
    if checkpoint == START:
        return begun, measure(kind, family, begun)
    tensors, facts = read(directory, architecture, family, which.file)
    if checkpoint not in facts["accuracies"]:
        kept = ", ".join(facts["accuracies"])
        raise CaseError(
            f"zoo: {architecture} {family} {which.file} keeps no checkpoint {checkpoint!r}; it keeps {kept}."
        )
    trained = {k.partition("/")[2]: v.float() for k, v in tensors.items() if k.startswith(f"{checkpoint}/")}
    return put_together(trained, begun, which.freezing), tuple(facts["accuracies"][checkpoint])


def untrained(
    architecture: Architecture, family: str, second: bool = False, seeds: Sequence[int] | None = None
) -> Weights:
    """The untrained weights of the zoo's networks, one seed each."""
    rngs = [np.random.default_rng([seed + SECOND * second, 1]) for seed in (SEEDS if seeds is None else seeds)]
    return initial_weights(architecture, rngs, CHANNELS, CHOICES[family])


def fixed_trials(family: str, variant: str = TARGET, n: int = 256) -> Trials:
    """The fixed test trials of a variant."""
    return make_trials(family, [variant], n, np.random.default_rng([2, n]), TESTING, balanced=True)


@one_torch_thread()
@torch.no_grad()
def measure(
    architecture: Architecture, family: str, weights: Weights, variant: str = TARGET, n: int = 256
) -> tuple[float, ...]:
    """Each network's accuracy on the fixed test trials of a variant."""
    trials = fixed_trials(family, variant, n)
    outputs = architecture.outputs(weights, torch.from_numpy(trials.inputs)[None])
    return tuple(accuracies(outputs, trials).tolist())


def read(directory: Path, architecture: str, family: str, file: str) -> tuple[Weights, dict[str, Any]]:
    """The stored tensors and facts of a group, held against the manifest."""
    name = f"{architecture}-{family}/{file}.safetensors"
    path = directory / name
    entry = manifest(directory).get(name)
    if entry is None or not path.exists():
        raise ZooError(f"zoo: {path} is {'not in the manifest' if path.exists() else 'missing'}. {ADVICE}")
    found = sha256(path)
    if found != entry:
        raise ZooError(
            f"zoo: {path} is damaged: its SHA-256 is {found[:12]}..., the manifest says {entry[:12]}... {ADVICE}"
        )
    try:
        tensors, facts = read_tensors(path)
    except (SafetensorError, ValueError, OSError) as error:
        raise ZooError(f"zoo: {path} cannot be read: {error}. {ADVICE}") from error
    if facts.get("version") != VERSION:
        raise ZooError(f"zoo: {path} is of version {facts.get('version')}; this metricsuite needs {VERSION}. {ADVICE}")
    return tensors, facts


def manifest(directory: Path = DIRECTORY) -> dict[str, str]:
    """SHA-256 by file."""
    path = directory / MANIFEST
    try:
        content = json.loads(path.read_bytes())
        version, files = content["version"], dict(content["files"])
    except FileNotFoundError as error:
        raise ZooError(f"zoo: {path} is missing. {ADVICE}") from error
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise ZooError(f"zoo: {path} is no manifest ({type(error).__name__}: {error}). {ADVICE}") from error
    if version != VERSION:
        raise ZooError(
            f"zoo: {directory} holds networks of version {version}; this metricsuite needs {VERSION}. Install the two "
            "together, or make the networks in an empty folder: `metricsuite zoo build --directory`."
        )
    return files


def sha256(path: Path) -> str:
    """Of a file's bytes, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
