"""Sequences of motifs: closed loops, each begun and ended at rest, run through one after the other and over again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from metricsuite.systems.streams import Array, checked, factor, readout, recorded, stream

LATENT, HARMONICS = 3, 2
SIZE_JITTER, STRETCH_JITTER, TEMPO_JITTER = 0.1, 0.1, 0.05  # largest |log| of each system's own factor


def motif_sequences(
    seeds: Sequence[int],
    motifs: Sequence[int] | Sequence[Sequence[int]] = (0, 1, 2),
    same_phase: bool = True,
    noise: float = 0.02,
    *,
    library: int | None = 0,
    take: int = 0,
    trials: int = 30,
    steps: int = 200,
    units: int = 12,
    motif_steps: int = 25,
) -> list[Array]:
    """Motifs in a given order, over and over, each trial begun somewhere in the round.

    A motif is a closed loop in three dimensions, of two harmonics with random coefficients and root mean square 1 about its mean, all from and to one
    resting point; it is run through with the speed 1 - cos(2 pi tau), so that it begins and ends at rest and no joint shows a jump.

    Parameters
    ----------
    seeds : sequence of int
        Readout, size, stretch and tempo of one system come from (seed, "motif sequence"); noise and own phases also from the take.
    motifs : sequence of int, or one such sequence a seed
        Which motifs of the library, in which order. One that occurs twice counts twice.
    same_phase : bool
        True: trial i of every system begins at the same phase, at the same tempo, so that rows correspond. False: phases and tempo of its own.
    noise : float
        Observation noise, as a fraction of the signal's standard deviation.
    library : int or None
        Which library of motifs; None: one of its own for each seed, whatever the take.
    take : int
        Another recording of the same system: other noise, and other phases unless they are the same for all.
    trials, steps, units, motif_steps : int
        At least 2, 2, 3 and 4.

    Returns
    -------
    list of float arrays (trials, steps, units), one per seed

    Raises
    ------
    CaseError
        Sizes, noise, motifs or seeds that make no system.

    References
    ----------
    Guilhot et al. 2024, fig. 3 (motifs joined three at a time); Driscoll, Shenoy & Sussillo 2024.
    """
    table: Any = motifs if np.ndim(motifs) > 1 else [motifs] * len(seeds)
    orders = [[int(m) for m in order] for order in table]
    shape = trials, steps, units, motif_steps
    chosen = checked("motif_sequences", seeds, _needs(seeds, motifs, orders, noise, library, take, shape))
    return [
        _system(s, o, s if library is None else library, take, same_phase, noise, shape)
        for s, o in zip(chosen, orders, strict=True)
    ]


def _needs(
    seeds: Sequence[int], motifs: Any, orders: list[list[int]], noise: float, library: int | None, take: int, shape: tuple[int, int, int, int],
) -> dict[str, bool]:  # fmt: skip
    trials, steps, units, motif_steps = shape
    return {
        f"{trials} trials of {steps} steps; need at least 2 of 2": min(trials, steps) >= 2,
        f"{units} units cannot show three dimensions; need at least {LATENT}": units >= LATENT,
        f"motif_steps={motif_steps}; need at least 4": motif_steps >= 4,
        f"motifs={motifs} for {len(seeds)} seeds; need numbers from 0, one sequence or one a seed": len(orders)
        == len(seeds)
        and all(order and min(order) >= 0 for order in orders),
        f"noise={noise}; need a finite fraction of the signal, not negative": 0 <= noise < np.inf,
        f"library={library}, take={take}; need numbers from 0": take >= 0 and (library is None or library >= 0),
    }


def _system(
    seed: int,
    order: list[int],
    library: int,
    take: int,
    same_phase: bool,
    noise: float,
    shape: tuple[int, int, int, int],
) -> Array:
    trials, steps, units, motif_steps = shape
    rng = stream(seed, "motif sequence")
    seen_through = readout(rng, units, LATENT)
    size, tempo = factor(rng, SIZE_JITTER), factor(rng, TEMPO_JITTER)
    stretch = np.exp(rng.uniform(-STRETCH_JITTER, STRETCH_JITTER, LATENT))
    phases = stream(0, "phases of all sequences") if same_phase else stream(seed, f"phases of take {take}")
    start = phases.uniform(0, len(order), trials)
    place = start[:, None] + (1.0 if same_phase else tempo) / motif_steps * np.arange(steps)
    which = np.floor(place).astype(int) % len(order)
    tau = place % 1
    states = np.empty((trials, steps, LATENT))
    for k, motif in enumerate(order):
        states[which == k] = _loop(library, motif, tau[which == k])
    clean = size * (states * stretch) @ seen_through.T
    return recorded(clean, noise, stream(seed, f"noise on motif sequence, take {take}"))


def _loop(library: int, motif: int, tau: Array) -> Array:
    """Points (n, 3) of a motif at tau in [0, 1): the origin at 0, and back at rest there at 1."""
    rng = stream(library, f"motif {motif}")
    waves = rng.standard_normal((2, HARMONICS, LATENT)) / np.arange(1, HARMONICS + 1)[:, None]
    waves /= np.sqrt(np.square(waves).sum() / 2)
    angle = (2 * np.pi * tau - np.sin(2 * np.pi * tau))[:, None] * np.arange(1, HARMONICS + 1)
    loop: Array = (np.cos(angle) - 1) @ waves[0] + np.sin(angle) @ waves[1]
    return loop
