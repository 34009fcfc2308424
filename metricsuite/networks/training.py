"""Training an ensemble: many seeds as one batched model, each stopping when it has learned.

Adam with a learning rate for each network, gradients clipped for each network, a stop for each network at 0.97 of the hardest variant's
trials. Trials are drawn from (seed, group, update), so nothing about randomness has to be saved: a run that was interrupted goes on from
its last save and ends in the same bits. A network whose loss or weights are no longer finite ends with that reason; the others go on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from metricsuite.errors import CaseError
from metricsuite.networks.architecture import Architecture, Weights
from metricsuite.networks.training_run import (
    CHECKPOINTS,
    EARLY,
    FINAL,
    FRACTIONS,
    GOAL,
    GUESSING,
    Plan,
    Settings,
    Trained,
    TrainingRun,
)
from metricsuite.threads import one_torch_thread

__all__ = ["CHECKPOINTS", "EARLY", "FINAL", "FRACTIONS", "GOAL", "GUESSING", "Settings", "Trained", "train"]


def train(
    architecture: Architecture,
    weights: Weights,
    family: str,
    variants: Sequence[str],
    seeds: Sequence[int],
    rates: Sequence[float],
    *,
    name: str = "",
    learns: Weights | None = None,
    settings: Settings | None = None,
    saved: Path | None = None,
    report: Callable[[int, int, float], None] | None = None,
    device: str = "cpu",
) -> Trained:
    """Train every network of an ensemble until it has learned, or for the most updates allowed.

    Parameters
    ----------
    architecture : Architecture
    weights : Weights
        Where to begin; not changed.
    family, variants
        The task; each trial of a batch is of one of the variants, drawn at random.
    seeds : sequence of int
        One for each network; with `name`, its trials.
    rates : sequence of float
        Adam's learning rate for each network.
    name : str
        What is trained; other names, other trials.
    learns : Weights, optional
        1 where training may change a weight, 0 elsewhere; everything unless given.
    settings : Settings, optional
    saved : Path, optional
        Where the state of an unfinished run is kept, and taken up again.
    report : callable, optional
        Told after every look: updates done, networks still learning, their mean accuracy.
    device : str

    Returns
    -------
    Trained
        On the CPU.

    Raises
    ------
    CaseError
        Not one seed and rate for each network, or a saved state that belongs to another run or cannot be read.
    """
    n = len(next(iter(weights.values())))
    if not len(seeds) == len(rates) == n:
        raise CaseError(
            f"train: {n} networks, {len(seeds)} seeds and {len(rates)} rates; needed one of each for each network."
        )
    settings = settings or Settings()
    plan = Plan(
        architecture, family, tuple(variants), tuple(map(int, seeds)), tuple(map(float, rates)), name, learns, settings, device
    )  # fmt: skip
    with one_torch_thread():
        run = TrainingRun(plan, weights)
        if saved and saved.exists():
            run.load(saved)
        else:
            run.look()
        while run.active and run.update < settings.most:
            run.step()
            if run.update % settings.every == 0 or run.update == settings.early:
                run.look()
                if report:
                    report(run.update, len(run.active), run.accuracy)
            if saved and run.update % settings.saves == 0:
                run.save(saved)
        return run.finish()
