"""Bump networks: a hill of activity that its input pushes along, round a ring or, where the ring is cut, to and fro on a line.

One number, `joined`, takes the ring to the line: it scales nothing but the weights across the seam. A second, `deformation`, bends
what is recorded through a sigmoid, and changes nothing of the kind: a ring stays a ring. Both are the paths of Ostrow et al. 2023.
"""

from collections.abc import Iterable

import numpy as np

from metricsuite.systems.streams import Array, checked, factor, stream

SIZES, WIDTHS = (90, 130), (0.40, 0.46)  # units; full width of the weights at half their height, as a part of the ring
EXCITATION, INHIBITION, DRIVE = 8.0, 8.0, 1.0  # of the weights at their top, of all by all, to each unit
TAU = 5.0  # steps
GAIN_JITTER = 0.2  # of the input
SETTLING = 80  # steps without input at the start, not recorded
MARGIN = 0.1  # of the line: so near its end the animal turns, as half a bump has no room


def bumps(
    seeds: Iterable[int],
    same_input: bool = True,
    joined: float = 1.0,
    deformation: float = 0.0,
    turning: bool = False,
    *,
    trials: int = 24,
    steps: int = 600,
    process_noise: float = 0.02,
    pace: float = 0.006,
    widths: tuple[float, float] = WIDTHS,
) -> list[Array]:
    """Bump attractors on a ring of N units whose ends are joined (1) to cut (0).

    With x_i = i / N, v the input, W the weights, W' their slope along the ring, e white noise:

        tau r' = -r + [(W r - v W' r) + 1 + e]_+         W_ij = (8 exp(-(x_i - x_j)^2 / 2 s^2) - 8) / N

    where what passes the seam is multiplied by `joined`. So v moves the bump by v / tau a step, whatever N. Each system
    has its own N (90 to 130), width (.40 to .46 at half height) and gain of the input.

    Parameters
    ----------
    seeds : one integer per system, which keeps its N, width and gain along `joined` and `deformation`
    same_input : True: the same velocity (before an animal turns) and start for all. False: each seed, and each value of `joined`, has its own.
    joined : 1 a ring, 0 a line
    deformation : beta; what is seen is tanh(beta z) / beta, z the rates less their mean, in standard deviations; 0: z itself
    turning : the input turns back where the line ends, as an animal would; else it pushes on, and a bump waits at the end.
        A seed makes another network and noise where it turns.
    trials, steps : shape; units differ between systems
    process_noise : standard deviation of e
    pace : mean speed, in turns a step
    widths : full width of the weights at half height, as a part of the ring: from, to

    Returns
    -------
    list of float arrays (trials, steps, N), one per seed; units in an order of the system's own

    Raises
    ------
    CaseError : sizes, fractions or seeds that make no system

    Source: Ostrow et al. 2023, fig. 4; Burak and Fiete 2009 (movement by shifted weights).
    """
    needs = _needs(joined, deformation, trials, steps, process_noise, pace, widths)
    out, kind = [], "turning bump" if turning else "bump"
    for seed in checked("bumps", seeds, needs):
        inputs = (
            stream(0, "input to all bumps") if same_input else stream(seed, f"input to a {kind} joined by {joined:g}")
        )
        gain = factor(stream(seed, f"gain of a {kind}"), GAIN_JITTER)
        start, velocity = _inputs(inputs, trials, steps, pace * gain, turning)
        noise = stream(seed, f"noise in a {kind}") if same_input else inputs
        network = _weights(stream(seed, f"{kind} network"), joined, widths)
        rates = _run(network, start, TAU * velocity, process_noise, noise)
        out.append(_deformed(_in_any_order(rates, stream(seed, f"units of a {kind}")), deformation))
    return out


def _needs(
    joined: float,
    deformation: float,
    trials: int,
    steps: int,
    process_noise: float,
    pace: float,
    widths: tuple[float, float],
) -> dict[str, bool]:
    return {
        f"joined={joined}; need 0 (a line) to 1 (a ring)": 0 <= joined <= 1,
        f"deformation={deformation}; need a finite beta, 0 or more": 0 <= deformation < np.inf,
        f"{trials} trials of {steps} steps; need at least 1 of 2": trials >= 1 and steps >= 2,
        f"process_noise={process_noise}; need a finite standard deviation, not negative": 0 <= process_noise < np.inf,
        f"widths={widths}; need two parts of the ring, rising, from .2 to .6": 0.2 <= widths[0] <= widths[1] <= 0.6,
        f"pace={pace}; need more than 0 and less than .1 turns a step": 0 < pace < 0.1,
    }


def _inputs(rng: np.random.Generator, trials: int, steps: int, pace: float, turning: bool) -> tuple[Array, Array]:
    """Starts (trials,) on the line, and velocities (trials, steps) either way, 20 % apart, wandering by 30 %; turns a step."""
    half = 0.5 - MARGIN
    start = rng.uniform(-half, half, trials)
    steady = rng.choice([-1.0, 1.0], trials) * (1 + 0.2 * rng.standard_normal(trials))
    wander, memory = rng.standard_normal((trials, steps)), np.exp(-1 / 20)
    for t in range(1, steps):
        wander[:, t] = memory * wander[:, t - 1] + np.sqrt(1 - memory**2) * wander[:, t]
    velocity = pace * (steady[:, None] + 0.3 * wander)
    if turning:  # the endless walk laid to and fro: on the way back the velocity has the other sign
        walk = start[:, None] + np.cumsum(velocity, axis=1)
        velocity = np.where((walk + half) % (4 * half) < 2 * half, velocity, -velocity)
    return 0.5 + start, velocity


def _weights(rng: np.random.Generator, joined: float, widths: tuple[float, float]) -> tuple[Array, Array]:
    """Weights, and their slope along the ring, (N, N)."""
    n, width = int(rng.integers(*SIZES, endpoint=True)), rng.uniform(*widths)
    x, s = np.arange(n) / n, width / np.sqrt(8 * np.log(2))
    direct = x[:, None] - x[None, :]
    across = direct - np.where(direct > 0, 1.0, -1.0)  # the way through the seam
    hill, hill_across = (np.exp(-((d / s) ** 2) / 2) for d in (direct, across))
    weights = EXCITATION * (hill + joined * hill_across) - INHIBITION
    slope = -EXCITATION * (direct * hill + joined * across * hill_across) / s**2
    return weights / n, slope / n


def _run(network: tuple[Array, Array], start: Array, push: Array, noise: float, rng: np.random.Generator) -> Array:
    weights, slope = (w.T.copy() for w in network)
    n, (trials, steps) = len(weights), push.shape
    away = np.abs(np.arange(n) / n - start[:, None])
    rates = np.exp(-((np.minimum(away, 1 - away) / 0.15) ** 2))
    out = np.empty((trials, steps, n))
    for t in range(-SETTLING, steps):
        drive = rates @ weights - (push[:, t, None] * (rates @ slope) if t >= 0 else 0.0)
        rates = rates + (np.maximum(drive + DRIVE + noise * rng.standard_normal((trials, n)), 0) - rates) / TAU
        if t >= 0:
            out[:, t] = rates
    return out


def _in_any_order(rates: Array, rng: np.random.Generator) -> Array:
    """Units in an order of the system's own: else the first would sit at the seam, and tell alone whether it is joined."""
    return np.ascontiguousarray(rates[..., rng.permutation(rates.shape[-1])])


def _deformed(rates: Array, beta: float) -> Array:
    z = rates - rates.mean(axis=(0, 1))
    z /= np.sqrt(z.var())
    return np.asarray(np.tanh(beta * z) / beta) if beta else z
