"""Random recurrent networks, driven: rich trajectories of no particular computation, for axioms and invariances."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from metricsuite.arrays import Trajectories
from metricsuite.errors import CaseError


def random_networks(
    seeds: Sequence[int],
    same_input: bool = True,
    *,
    trials: int = 12,
    steps: int = 80,
    units: int = 16,
    gain: float = 1.4,
) -> list[Trajectories]:
    """Leaky tanh networks with Gaussian weights, each driven by a step and a slow noise of its trial's condition.

    x[t+1] = .8 x[t] + .2 (tanh(J x[t]) + B u[t]), J_ij ~ N(0, gain^2 / units), after Sompolinsky, Crisanti & Sommers 1988.

    Parameters
    ----------
    seeds : sequence of int
        One network each; weights, initial states and process noise come from (seed, "random network").
    same_input : bool
        Every network gets the same input, so that rows correspond; otherwise each its own.
    trials, steps, units : int
        Four conditions, in turn, over the trials.
    gain : float
        Standard deviation of the weights times sqrt(units); activity without input is chaotic above 1.

    Returns
    -------
    list of Trajectories, arrays (trials, steps, units), inputs (trials, steps, 2), conditions (trials,)

    Raises
    ------
    CaseError
        A size below 2, or a gain that is not positive.
    """
    if min(trials, steps, units) < 2 or not gain > 0:
        raise CaseError(
            f"random_networks(trials={trials}, steps={steps}, units={units}, gain={gain}); needed sizes of at least 2 and a positive gain."
        )
    return [_network(seed, 0 if same_input else seed, trials, steps, units, gain) for seed in seeds]


def _network(seed: int, input_seed: int, trials: int, steps: int, units: int, gain: float) -> Trajectories:
    conditions = np.arange(trials) % 4
    inputs = _inputs(np.random.default_rng([input_seed, zlib.crc32(b"input of random networks")]), conditions, steps)
    rng = np.random.default_rng([seed, zlib.crc32(b"random network")])
    weights = gain / np.sqrt(units) * rng.normal(size=(units, units))
    drive = inputs @ rng.normal(size=(2, units))
    x = 0.3 * rng.normal(size=(trials, units))
    out = np.empty((trials, steps, units))
    for t in range(steps):
        x = 0.8 * x + 0.2 * (np.tanh(x @ weights.T) + drive[:, t]) + 0.01 * rng.normal(size=x.shape)
        out[:, t] = x
    return Trajectories(out, inputs=inputs, conditions=conditions)


def _inputs(rng: np.random.Generator, conditions: np.ndarray, steps: int) -> np.ndarray:
    """A step towards one of four corners at a tenth of the trial, and noise with a memory of ten steps."""
    corners = np.array([[1.0, 1.0], [1.0, -1.0], [-1.0, 1.0], [-1.0, -1.0]])[conditions]
    noise = rng.normal(size=(len(conditions), steps, 2))
    for t in range(1, steps):
        noise[:, t] = 0.9 * noise[:, t - 1] + np.sqrt(1 - 0.9**2) * noise[:, t]
    out: np.ndarray = 0.5 * noise
    out[:, steps // 10 :] += corners[:, None]
    return out
