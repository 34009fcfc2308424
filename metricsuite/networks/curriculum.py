"""Curricula: which network learned what, from where, with which of its weights.

The ten groups of Guilhot et al. (2024, fig. 4), all of which end on the target `delay-anti` (but for the untrained), and controls:

    untrained                      no training
    master                         all weights learn the target
    master_frozen                  the recurrence stays as it began; the freezing says what learns the target
    pretrain_{part}_frozen         all weights learn the part first, then the freezing says what learns the target;
                                   part: basic, anti, delay, basic_anti, basic_delay
    pretrain_frozen, pretrain_unfrozen     the part is all three: basic, anti and delay
    pretrain_{part}, pretrain      controls: what the frozen groups begin from
    master_second                  control: masters of other seeds, which give the distance between two networks that learned the same
    shuffled                       control: masters whose recurrent weights were permuted, each matrix within itself

A **freezing** names what is left to learn: `input` (all weights from the inputs, as published) or `rule` (the weights from the target's
rule input alone: a vector as long as the network has units).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import Weights
from metricsuite.networks.tasks import CHANNELS, TARGET, VARIANTS

FREEZINGS = ("input", "rule")
RULE_COLUMN = CHANNELS - len(VARIANTS) + VARIANTS.index(TARGET)
PARTS: Mapping[str, tuple[str, ...]] = {
    "pretrain_basic": ("basic",),
    "pretrain_anti": ("anti",),
    "pretrain_delay": ("delay",),
    "pretrain_basic_anti": ("basic", "anti"),
    "pretrain_basic_delay": ("basic", "delay"),
    "pretrain": ("basic", "anti", "delay"),
}
PUBLISHED = (
    "untrained",
    "master_frozen",
    "master",
    *(f"{part}_frozen" for part in PARTS if part != "pretrain"),
    "pretrain_frozen",
    "pretrain_unfrozen",
)


@dataclass(frozen=True)
class Group:
    """Networks that learned in one way.

    name : str
    variants : tuple of str
        What they learn in this stage.
    start : str
        The group whose final weights they begin from; "" for untrained weights.
    freezing : {"", "input", "rule"}
        What learns; "" for all weights.
    second : bool
        Of the second set of seeds.
    """

    name: str
    variants: tuple[str, ...]
    start: str = ""
    freezing: str = ""
    second: bool = False

    @property
    def file(self) -> str:
        """The name of its file in the zoo."""
        return f"{self.name}.{self.freezing}" if self.freezing else self.name


def _groups() -> dict[str, Group]:
    target = (TARGET,)
    groups = [Group("master", target), Group("master_second", target, second=True)]
    groups += [Group(part, variants) for part, variants in PARTS.items()]
    groups += [Group("pretrain_unfrozen", target, start="pretrain")]
    for freezing in FREEZINGS:
        groups += [Group("master_frozen", target, freezing=freezing)]
        groups += [Group(f"{part}_frozen", target, start=part, freezing=freezing) for part in PARTS]
    return {group.file: group for group in groups}


GROUPS = _groups()  # every group that is trained, in an order in which each begins from one before it


def group(name: str, freezing: str = "") -> Group:
    """The trained group of that name; frozen ones need a freezing.

    Raises
    ------
    CaseError
        No such group, or a freezing where none belongs, or none where one does.
    """
    file = f"{name}.{freezing}" if freezing else name
    if file not in GROUPS:
        names = sorted({g.name for g in GROUPS.values()})
        raise CaseError(
            f"no trained group {name!r} with the freezing {freezing!r}; needed one of {', '.join(names)}; those that end in _frozen "
            f"with a freezing: {' or '.join(FREEZINGS)}."
        )
    return GROUPS[file]


def learns(weights: Weights, freezing: str) -> dict[str, torch.Tensor]:
    """Which numbers learn: the same names and shapes as `weights`, 1 where training may change them and 0 elsewhere."""
    mask = {name: torch.zeros_like(weight) if freezing else torch.ones_like(weight) for name, weight in weights.items()}
    if freezing == "input":
        mask["input"].fill_(1)
    elif freezing == "rule":
        mask["input"][..., RULE_COLUMN] = 1
    return mask


def what_it_trained(weights: Weights, freezing: str) -> Weights:
    """The part of the weights that a freezing leaves to learn: what a frozen group stores."""
    if freezing == "input":
        return {"input": weights["input"]}
    if freezing == "rule":
        return {"input": weights["input"][..., RULE_COLUMN : RULE_COLUMN + 1]}
    return dict(weights)


def put_together(trained: Weights, frozen: Weights, freezing: str) -> Weights:
    """Whole weights again, of what was trained and what was frozen: the inverse of `what_it_trained`."""
    if freezing == "rule":
        weights = {**frozen, "input": frozen["input"].clone()}
        weights["input"][..., RULE_COLUMN : RULE_COLUMN + 1] = trained["input"]
        return weights
    return {**frozen, **trained}


def shuffled(weights: Weights, recurrent: tuple[str, ...], rng: np.random.Generator) -> Weights:
    """The same networks with the entries of every recurrent matrix permuted: same numbers, no structure."""
    result = dict(weights)
    for name in recurrent:
        flat = weights[name].flatten(1)
        orders = torch.from_numpy(np.stack([rng.permutation(flat.shape[1]) for _ in range(len(flat))]))
        result[name] = flat.gather(1, orders).reshape(weights[name].shape)
    return result
