"""Two ways to integrate: a line attractor keeps the sum in one pattern, a feed-forward chain hands it from pattern to pattern.

Both are linear networks of 100 units that remember their input for as long as a trial lasts, and its sum can be read from either
(R^2 1.00 and .85 by a linear readout, since the chain adds noise and forgets at its end). Qian et al. 2024 showed that a model fitted to few of the units takes one for the other.
"""

from collections.abc import Iterable

import numpy as np

from metricsuite.systems.streams import Array, checked, factor, readout, recorded, stream

STAGES = 12  # of the chain
MEMORY = np.exp(-1 / 10)  # a step: input and noise forget in ten
SUM_GAIN, TRANSIENTS = 0.1, 0.25  # of the line attractor: what of the input enters the sum, and the other patterns
TEMPO_JITTER, SIZE_JITTER = 0.2, 0.1


def line_integrators(
    seeds: Iterable[int],
    same_input: bool = True,
    noise: float = 0.0,
    *,
    trials: int = 60,
    steps: int = 150,
    units: int = 100,
    seen: int = 20,
    process_noise: float = 0.2,
) -> list[Array]:
    """Line attractors: one pattern holds the sum of the input; eleven others, driven by it and by noise, forget.

    In an orthonormal basis of `STAGES` patterns z, with the input u and noise e, tau = steps / 12, jittered:

        z_1' = g u / tau        z_k' = -z_k / tau_k + (c_k u + e_k) / tau, k > 1        x = Q z, of which `seen` units are recorded

    with c_k random and tau_k from tau / 2 to 4 tau. g and the size of c are such that speed, dimension and autocorrelation time come
    near the chain's. Every system is recorded at a standard deviation of 1, give or take its size.

    Parameters
    ----------
    seeds : one integer per system
    same_input : True: all networks, of either kind, get the same input. False: each its own.
    noise : observation noise, as a fraction of the signal's standard deviation
    trials, steps, units, seen : `seen` of `units` are recorded
    process_noise : standard deviation of e, as a part of the input's; e has the input's memory, of ten steps

    Returns
    -------
    list of float arrays (trials, steps, seen), one per seed

    Raises
    ------
    CaseError : sizes, noise or seeds that make no system

    Source: Seung 1996; Qian et al. 2024 (partial observation).
    """
    return _networks("line integrator", seeds, same_input, noise, (trials, steps, units, seen), process_noise)


def chain_integrators(
    seeds: Iterable[int],
    same_input: bool = True,
    noise: float = 0.0,
    *,
    trials: int = 60,
    steps: int = 150,
    units: int = 100,
    seen: int = 20,
    process_noise: float = 0.2,
) -> list[Array]:
    """Functionally feed-forward integrators: z_1' = (-z_1 + u) / tau, z_k' = (-z_k + z_(k - 1) + e_k) / tau; the sum is that of all stages.

    Twelve stages of a twelfth of the trial each: what entered is handed on until the trial ends, though every eigenvalue of the
    network decays within one stage. Parameters, shapes and errors as for `line_integrators`.

    Source: Goldman 2009 (memory without feedback); Qian et al. 2024.
    """
    return _networks("chain integrator", seeds, same_input, noise, (trials, steps, units, seen), process_noise)


def _networks(
    kind: str, seeds: Iterable[int], same: bool, noise: float, shape: tuple[int, int, int, int], process_noise: float
) -> list[Array]:
    trials, steps, units, seen = shape
    needs = {
        f"{trials} trials of {steps} steps; need at least 1 of {2 * STAGES}": trials >= 1 and steps >= 2 * STAGES,
        f"{seen} of {units} units; need 2 or more seen, of at least {STAGES}": 2 <= seen <= units and units >= STAGES,
        f"noise={noise}; need a finite fraction of the signal, not negative": 0 <= noise < np.inf,
        f"process_noise={process_noise}; need a finite part of the input, not negative": 0 <= process_noise < np.inf,
    }
    return [_network(kind, seed, same, noise, shape, process_noise) for seed in checked(f"{kind}s", seeds, needs)]


def _network(
    kind: str, seed: int, same: bool, noise: float, shape: tuple[int, int, int, int], process_noise: float
) -> Array:
    trials, steps, units, seen = shape
    rng = stream(seed, kind)
    basis, tempo = readout(rng, units, STAGES)[:seen], STAGES / steps * factor(rng, TEMPO_JITTER)
    if kind == "chain integrator":
        recurrence, entrance = np.eye(STAGES, k=-1) - np.eye(STAGES), np.eye(STAGES)[0]
    else:
        recurrence = -np.diag(np.concatenate([[0.0], 3 ** rng.uniform(-1.3, 0.7, STAGES - 1)]))
        entrance = np.concatenate([[SUM_GAIN], TRANSIENTS * rng.standard_normal(STAGES - 1)])
    u = _input(stream(0, "input to all integrators") if same else rng, trials, steps)
    z, wander, out = np.zeros((trials, STAGES)), np.zeros((trials, STAGES)), np.empty((trials, steps, STAGES))
    for t in range(steps):
        wander = MEMORY * wander + np.sqrt(1 - MEMORY**2) * rng.standard_normal((trials, STAGES))
        wander[:, 0] = 0  # of what is summed the input is the only source
        z = z + tempo * (z @ recurrence.T + u[:, t, None] * entrance + process_noise * wander)
        out[:, t] = z
    seen_rates = out @ basis.T
    seen_rates *= factor(rng, SIZE_JITTER) / seen_rates.std()
    return recorded(seen_rates, noise, stream(seed, f"noise on a {kind}"))


def _input(rng: np.random.Generator, trials: int, steps: int) -> Array:
    """An input of variance 1 that forgets in ten steps, (trials, steps)."""
    u = rng.standard_normal((trials, steps))
    for t in range(1, steps):
        u[:, t] = MEMORY * u[:, t - 1] + np.sqrt(1 - MEMORY**2) * u[:, t]
    return u
