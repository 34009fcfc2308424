"""A training run between two updates: all that changes while an ensemble learns, and all that is saved to go on with it."""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import Architecture, Weights, select
from metricsuite.networks.optimiser import adam, clip
from metricsuite.networks.tasks import TESTING, Trials, accuracies, losses, make_trials
from metricsuite.networks.tensor_files import read_tensors, write_tensors

GOAL = 0.97
GUESSING = 0.5  # the accuracy of a network that holds still when it should and guesses when it may not
FRACTIONS = (0.25, 0.5)  # of the way from guessing to the goal
EARLY = "early"  # the checkpoint after the first updates, before anything is learned
FINAL = "final"
CHECKPOINTS = (EARLY, *(f"{f:g}" for f in FRACTIONS), FINAL)


@dataclass(frozen=True)
class Settings:
    """How to train.

    batch : trials an update; most : the most updates; every : updates between two looks at accuracy; early : the update of the early
    checkpoint; validation : trials of each variant that accuracy is measured on; saves : updates between two saves.
    """

    batch: int = 32
    most: int = 1500
    every: int = 5
    early: int = 10
    validation: int = 128
    saves: int = 100


@dataclass(frozen=True)
class Plan:
    """All that is settled before the first update; the parameters of `training.train`."""

    architecture: Architecture
    family: str
    variants: tuple[str, ...]
    seeds: tuple[int, ...]
    rates: tuple[float, ...]
    name: str
    learns: Weights | None
    settings: Settings
    device: str

    @cached_property
    def validation(self) -> list[Trials]:
        """The trials of each variant on which accuracy is measured: the same for every seed."""
        n = self.settings.validation
        return [
            make_trials(self.family, [v], n, rng_of(0, f"validation {self.family} {v}", 0), TESTING, balanced=True)
            for v in self.variants
        ]

    def identity(self, weights: Weights) -> dict[str, Any]:
        """What a saved run must share with this one, to be taken up by it: JSON."""
        begins = hashlib.sha256()
        for k, v in [*weights.items(), *(self.learns or {}).items()]:
            begins.update(k.encode() + v.cpu().contiguous().numpy().tobytes())
        return {
            "architecture": repr(self.architecture),
            "family": self.family,
            "variants": list(self.variants),
            "seeds": list(self.seeds),
            "rates": list(self.rates),
            "name": self.name,
            "settings": repr(self.settings),
            "begins": begins.hexdigest()[:16],
        }


@dataclass
class Trained:
    """What came of it: weights at every checkpoint, and for each network its accuracies, updates and why it ended.

    A checkpoint that a network never reached holds its final weights.
    """

    checkpoints: dict[str, Weights]
    updates: dict[str, list[int]]
    reasons: list[str]
    log: list[dict[str, Any]] = field(default_factory=list)


class TrainingRun:
    """An ensemble while it learns.

    update : updates done; active : the networks that still learn; accuracy : their mean at the last look; weights, first, second : theirs and
    Adam's moments; kept : the weights of each checkpoint, on the CPU, those of the start until a network has reached it; updates : when
    it was reached, -1 before; reasons : why a network ended.
    """

    def __init__(self, plan: Plan, weights: Weights) -> None:
        n = len(plan.seeds)
        self.plan = plan
        self.identity = plan.identity(weights)
        self.rates = torch.tensor(plan.rates, dtype=torch.float32, device=plan.device)
        self.update = 0
        self.accuracy = 0.0
        self.active = list(range(n))
        self.weights = {k: v.to(plan.device).clone() for k, v in weights.items()}
        self.first = {k: torch.zeros_like(v) for k, v in self.weights.items()}
        self.second = {k: torch.zeros_like(v) for k, v in self.weights.items()}
        self.kept: dict[str, Weights] = {c: {k: v.cpu().clone() for k, v in weights.items()} for c in CHECKPOINTS}
        self.updates: dict[str, list[int]] = {c: [-1] * n for c in CHECKPOINTS}
        self.reasons = [""] * n
        self.log: list[dict[str, Any]] = []

    def step(self) -> None:
        """One update of the networks that still learn."""
        self.update += 1
        plan, active = self.plan, self.active
        trials = [
            make_trials(plan.family, plan.variants, plan.settings.batch, rng_of(plan.seeds[i], plan.name, self.update))
            for i in active
        ]
        inputs, targets, importance = (
            torch.from_numpy(np.stack([getattr(t, what) for t in trials])).to(plan.device)
            for what in ("inputs", "targets", "importance")
        )
        leaves = {k: v[active].requires_grad_(True) for k, v in self.weights.items()}
        loss = losses(plan.architecture.outputs(leaves, inputs), targets, importance)
        gradients = dict(zip(leaves, torch.autograd.grad(loss.sum(), list(leaves.values())), strict=True))
        with torch.no_grad():
            if plan.learns is not None:
                gradients = {k: g * plan.learns[k][active].to(plan.device) for k, g in gradients.items()}
            finite = clip(gradients).isfinite()
            for k, g in gradients.items():
                first, second = self.first[k][active], self.second[k][active]
                weight = self.weights[k][active] + adam(g, first, second, self.update, self.rates[active])
                finite &= weight.flatten(1).isfinite().all(1)
                self.weights[k][active], self.first[k][active], self.second[k][active] = weight, first, second
        for i, fine in zip(list(active), finite.tolist(), strict=True):
            if not fine:
                self.end(i, f"diverged at update {self.update}: loss, gradient or weights not finite", keep=False)

    @torch.no_grad()
    def look(self) -> None:
        """Measure accuracy; keep checkpoints; end the networks that have learned."""
        chosen = select(self.weights, self.active)
        measured = torch.stack([self._accuracies(chosen, trials) for trials in self.plan.validation]).amin(0).tolist()
        self.accuracy = float(np.mean(measured))
        rounded = [round(a, 4) for a in measured]
        self.log.append({"update": self.update, "networks": list(self.active), "accuracy": rounded})
        for i, a in zip(list(self.active), measured, strict=True):
            if self.update == self.plan.settings.early:
                self.keep(EARLY, i)
            for fraction in FRACTIONS:
                if a >= GUESSING + fraction * (GOAL - GUESSING):
                    self.keep(f"{fraction:g}", i)
            if a >= GOAL:
                self.end(i, "learned")

    def _accuracies(self, weights: Weights, trials: Trials) -> torch.Tensor:
        inputs = torch.from_numpy(trials.inputs)[None].to(self.plan.device)
        return accuracies(self.plan.architecture.outputs(weights, inputs).cpu(), trials)

    def keep(self, checkpoint: str, i: int) -> None:
        """Keep network i's weights as a checkpoint, unless it has passed that one before."""
        if self.updates[checkpoint][i] < 0:
            self.updates[checkpoint][i] = self.update
            for k, v in self.weights.items():
                self.kept[checkpoint][k][i] = v[i].cpu()

    def end(self, i: int, reason: str, keep: bool = True) -> None:
        """End network i; one that diverged (`keep` false) has the weights of its last checkpoint, or of the start, in the end."""
        if keep:
            self.keep(FINAL, i)
        else:
            last = max(CHECKPOINTS, key=lambda c: self.updates[c][i])
            self.updates[FINAL][i] = max(self.updates[last][i], 0)
            for k in self.weights:
                self.kept[FINAL][k][i] = self.kept[last][k][i]
        self.reasons[i] = reason
        self.active.remove(i)

    def finish(self) -> Trained:
        """End what still learns; checkpoints that were never reached are the final weights."""
        for i in list(self.active):
            self.end(i, f"stopped after {self.update} updates short of {GOAL:g}")
        for c in CHECKPOINTS:
            for i, at in enumerate(self.updates[c]):
                if at < 0:
                    self.updates[c][i] = self.updates[FINAL][i]
                    for k in self.weights:
                        self.kept[c][k][i] = self.kept[FINAL][k][i]
        return Trained(self.kept, self.updates, self.reasons, self.log)

    def save(self, path: Path) -> None:
        """Write the whole state, in place of an earlier one."""
        parts = {"weights": self.weights, "first": self.first, "second": self.second}
        parts |= {f"kept {c}": kept for c, kept in self.kept.items()}
        tensors = {f"{part}/{k}": v.cpu() for part, weights in parts.items() for k, v in weights.items()}
        state = {k: getattr(self, k) for k in ("update", "active", "updates", "reasons", "log")}
        write_tensors(path, tensors, {"identity": self.identity, "state": state})

    def load(self, path: Path) -> None:
        """Take up a saved run.

        Raises
        ------
        CaseError
            A file that cannot be read, or that belongs to another run.
        """
        try:
            tensors, facts = read_tensors(path)
        except (SafetensorError, ValueError, OSError) as error:
            raise CaseError(f"train: {path} is no unfinished run: {error}. Delete it to begin again.") from error
        if facts.get("identity") != self.identity:
            raise CaseError(
                f"train: {path} holds an unfinished run of {facts.get('identity')}; this is {self.identity}. "
                "Delete it to begin again, or ask for the same run."
            )
        state = facts["state"]
        self.update, self.active = state["update"], state["active"]
        self.updates, self.reasons, self.log = state["updates"], state["reasons"], state["log"]
        parts = {"weights": self.weights, "first": self.first, "second": self.second}
        for key, tensor in tensors.items():
            part, _, k = key.partition("/")
            if part in parts:
                parts[part][k] = tensor.to(self.plan.device)
            else:
                self.kept[part.removeprefix("kept ")][k] = tensor


def rng_of(seed: int, what: str, update: int) -> np.random.Generator:
    """The trials of one network at one update: nothing about randomness has to be saved."""
    return np.random.default_rng([seed, zlib.crc32(what.encode()), update])
