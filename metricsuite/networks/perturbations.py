"""Perturbations of running networks, along directions that the computation uses and along those that it does not, of one size.

During the delay the state is pushed at every step along one direction, to one side or the other, drawn for each trial. **Relevant** is the
direction that holds the choice: the difference between the mean states of the two choices over the delay. **Irrelevant** is a direction in the
null space of the readout that the recurrence hears least of: the right singular vector of the smallest singular value of the recurrent weights
among the directions without readout, choice and mean; of the four smallest, the one that costs least accuracy. The push is scaled until the states have
changed by the same size in both, so that a metric which goes with the size of a change cannot tell them apart; only the relevant one moves behaviour.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError
from metricsuite.networks.architecture import Run, select
from metricsuite.networks.recordings import members, recorded, trials_for
from metricsuite.networks.tasks import PERIODS, Trials, accuracies
from metricsuite.networks.zoo import Networks
from metricsuite.threads import one_torch_thread

KINDS = ("relevant", "irrelevant")
CANDIDATES = 4  # directions heard least of, from which the one that costs least accuracy is taken
ROUNDS = 6  # of scaling; a push's effect is nearly proportional to it
HALVINGS = 24  # of the interval, at most, for networks that a push tips from one state into another, where it is not
CLOSE = 0.01  # of the size


class Perturbed(NamedTuple):
    """Systems, the size of their change (of the standard deviation of the unperturbed states), and the part of trials they lose."""

    systems: list[Trajectories]
    sizes: list[float]
    lost: list[float]


@torch.no_grad()
@one_torch_thread()
def perturb(
    networks: Networks, seeds: Sequence[int], kind: str, sizes: Sequence[float], same_trials: bool = True
) -> list[Perturbed]:
    """Networks pushed during the delay, until their states have changed by given sizes.

    Parameters
    ----------
    networks : Networks
        Of recurrent networks ("relu", "gru").
    seeds : sequence of int
        As the fixture `seeds` gives them.
    kind : {"relevant", "irrelevant"}
    sizes : sequence of float
        Frobenius norms of the change of states, of the norm of the states about their mean; 0 perturbs nothing.
    same_trials : bool
        Recorded on one set of trials, or each network and kind on its own.

    Returns
    -------
    list of Perturbed
        One for each size.

    Raises
    ------
    CaseError
        Another kind, no or a negative size, or an architecture without recurrent weights by that name.
    """
    if kind not in KINDS or not sizes or min(sizes) < 0:
        raise CaseError(
            f"perturb: kind {kind!r} of sizes {list(sizes)}; needed one of {', '.join(KINDS)}, and sizes of at least 0."
        )
    if "recurrent" not in networks.weights:
        raise CaseError(
            f'perturb: {networks.architecture.name} has no weights "recurrent"; needed relu or gru networks.'
        )
    what = "" if same_trials else f"{networks.architecture.name} {kind} {max(sizes):g}"
    batches = [trials_for(networks.family, seeds[0] if same_trials else seed, what) for seed in seeds]
    pushed = _Pushed(networks, seeds, batches)
    most = max(sizes)
    farthest = pushed.aim(pushed.candidates(kind), most)
    return [farthest if size == most else pushed.by(size) for size in sizes]


class _Pushed:
    """Networks, their trials, and the direction in which each is pushed."""

    def __init__(self, networks: Networks, seeds: Sequence[int], batches: list[Trials]) -> None:
        self.architecture: Any = networks.architecture
        self.weights = select(networks.weights, members(seeds))
        self.batches = batches
        self.inputs = torch.from_numpy(np.stack([trials.inputs for trials in batches]))
        self.plain = self.architecture.run(self.weights, self.inputs).states
        self.spread = (self.plain - self.plain.mean((1, 2), keepdim=True)).flatten(1).norm(dim=1)
        sides = [
            np.random.default_rng([int(seed), 3]).choice([-1.0, 1.0], len(trials.choices))
            for seed, trials in zip(seeds, batches, strict=True)
        ]
        self.delays = torch.from_numpy(np.stack([trials.periods == PERIODS.index("delay") for trials in batches]))
        self.held = torch.from_numpy(np.stack(sides).astype(np.float32))[:, :, None] * self.delays
        self.directions = torch.zeros_like(self.plain[:, 0, 0])

    def candidates(self, kind: str) -> list[torch.Tensor]:
        """Directions (networks, units) of norm 1: the one that holds the choice, or those that nothing hears much of."""
        first = (
            torch.from_numpy(np.stack([t.choices == t.choices.max() for t in self.batches]))[:, :, None] & self.delays
        )
        means = [
            torch.einsum("sbtu,sbt->su", self.plain, where.float()) / where.sum((1, 2))[:, None]
            for where in (first, self.delays & ~first)
        ]
        choice = means[0] - means[1]
        if kind == "relevant":
            return [choice / choice.norm(dim=1, keepdim=True)]
        used = torch.cat([self.weights["readout"], choice[:, None], means[0][:, None]], 1).double()
        unused = torch.linalg.svd(used)[2][:, used.shape[1] :]  # (networks, units - k, units), orthonormal rows
        least = torch.linalg.svd(self.weights["recurrent"].double() @ unused.mT)[2][:, -CANDIDATES:]
        return list((least @ unused).float().unbind(1))

    def aim(self, candidates: list[torch.Tensor], size: float) -> Perturbed:
        """Push each network by `size` along the candidate that costs it least accuracy."""
        tried = []
        for self.directions in candidates:
            tried.append(self.by(size))
        best = list(enumerate(np.argmin([one.lost for one in tried], axis=0)))
        self.directions = torch.stack([candidates[k][i] for i, k in best])
        return Perturbed(*([part[k][i] for i, k in best] for part in zip(*tried, strict=True)))

    def by(self, size: float) -> Perturbed:
        """Pushed until the states have changed by `size`."""
        amplitude = torch.full((len(self.plain),), float(size))
        below, above = torch.zeros_like(amplitude), torch.full_like(amplitude, torch.inf)
        for turn in range(ROUNDS + HALVINGS):
            run = self._run(amplitude)
            change = self._change(run.states)
            if (change == size).all():  # as where nothing is to be pushed
                break
            below = torch.where(change < size, torch.maximum(below, amplitude), below)
            above = torch.where(change > size, torch.minimum(above, amplitude), above)
            if turn < ROUNDS:
                amplitude = amplitude * size / change.clamp(min=1e-9)
                continue
            away = (change - size).abs() > CLOSE * size
            if not away.any():
                break
            between = torch.where(above.isinf(), 2 * amplitude, (below + above) / 2)
            amplitude = torch.where(away, between, amplitude)
        else:
            run = self._run(amplitude)
        lost = [1 - float(accuracies(o[None], trials)) for o, trials in zip(run.outputs, self.batches, strict=True)]
        systems = [recorded(s, t) for s, t in zip(run.states, self.batches, strict=True)]
        return Perturbed(systems, self._change(run.states).tolist(), lost)

    def _run(self, amplitude: torch.Tensor) -> Run:
        push = self.held[..., None] * (self.directions * amplitude[:, None])[:, None, None]
        run: Run = self.architecture.run(self.weights, self.inputs, push)
        return run

    def _change(self, states: torch.Tensor) -> torch.Tensor:
        change: torch.Tensor = (states - self.plain).flatten(1).norm(dim=1) / self.spread
        return change
