"""Group actions on trajectories, each with a sampler: ``TRANSFORMATIONS["orthogonal"](x, rng)`` gives the image of one system.

Every function takes trajectories ``(trials, time, units)`` and a Generator, and returns a new array; trials and time keep their
places except in `trial_order` and `time_reversal`. Samples are drawn where the group is large: a rotation is Haar, factors are
log-uniform within a decade.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from metricsuite.arrays import Array, Trajectories

Generator = np.random.Generator
Matrix = npt.NDArray[np.float64]


def translation(x: Array, rng: Generator) -> Array:
    """x + c, with |c| twice the root mean square norm of the states."""
    c = rng.normal(size=x.shape[-1])
    return x + 2 * _rms(x) * c / np.linalg.norm(c)


def isotropic_scaling(x: Array, rng: Generator) -> Array:
    """s x, with s log-uniform in [1/10, 1/2] or [2, 10]."""
    factor = float(10 ** (rng.choice([-1, 1]) * rng.uniform(np.log10(2), 1)))
    return x * factor


def unit_scaling(x: Array, rng: Generator) -> Array:
    """x diag(s), each s log-uniform in [10^-1/2, 10^1/2]."""
    return x * 10 ** rng.uniform(-0.5, 0.5, size=x.shape[-1])


def permutation(x: Array, rng: Generator) -> Array:
    """Units in a random order that is not the old one."""
    order = rng.permutation(x.shape[-1])
    return x[..., order if (np.diff(order) < 0).any() else order[::-1]]


def orthogonal(x: Array, rng: Generator) -> Array:
    """x Q, with Q Haar in O(units)."""
    return x @ haar(x.shape[-1], rng)


def invertible_linear(x: Array, rng: Generator) -> Array:
    """x U diag(s) V', with U and V Haar and singular values spread log-evenly over a decade (condition number 10)."""
    return x @ _invertible(x.shape[-1], rng)


def affine(x: Array, rng: Generator) -> Array:
    """An invertible linear map, then a translation."""
    return translation(x @ _invertible(x.shape[-1], rng), rng)


def silent_unit(x: Array, rng: Generator) -> Array:
    """Two units that are always zero, at random places."""
    return np.insert(x, rng.integers(x.shape[-1] + 1, size=2), 0.0, axis=-1)


def duplicated_units(x: Array, rng: Generator) -> Array:
    """Every unit twice."""
    return np.concatenate([x, x], axis=-1)


def trial_order(x: Array, rng: Generator) -> Array:
    """The same trials in an order in which none keeps its place."""
    return x[_moved(len(x), rng)]


def time_reversal(x: Array, rng: Generator) -> Array:
    """Each trial read backwards."""
    return np.ascontiguousarray(x[:, ::-1])


TRANSFORMATIONS: dict[str, Callable[[Array, Generator], Array]] = {
    "translation": translation,
    "isotropic-scaling": isotropic_scaling,
    "unit-scaling": unit_scaling,
    "permutation": permutation,
    "orthogonal": orthogonal,
    "invertible-linear": invertible_linear,
    "affine": affine,
    "silent-unit": silent_unit,
    "duplicated-units": duplicated_units,
    "trial-order": trial_order,
    "time-reversal": time_reversal,
}


def transform(system: Trajectories, name: str, rng: Generator) -> Trajectories:
    """The image of a system. Where trials or time change their places, inputs and conditions go with them.

    Rotations, scalings and translations of float32 come out as float64, so that the image itself is not rounded.
    """
    inputs, conditions = system.inputs, system.conditions
    if name == "trial-order":
        order = _moved(system.trials, rng)
        image = system.array[order]
        inputs = inputs if inputs is None else inputs[order]
        conditions = conditions if conditions is None else conditions[order]
    else:
        image = np.ascontiguousarray(TRANSFORMATIONS[name](system.array, rng))
        if name == "time-reversal" and inputs is not None:
            inputs = np.ascontiguousarray(inputs[:, ::-1])
    return replace(system, array=image, inputs=inputs, conditions=conditions)


def _moved(n: int, rng: Generator) -> npt.NDArray[np.intp]:
    """An order of n things in which none keeps its place."""
    return np.roll(np.arange(n), int(rng.integers(1, max(2, n))))


def haar(n: int, rng: Generator) -> Matrix:
    """An orthogonal matrix from the uniform (Haar) measure on O(n) (Mezzadri 2007)."""
    q, r = np.linalg.qr(rng.normal(size=(n, n)))
    out: Matrix = q * np.sign(np.diag(r))
    return out


def _invertible(n: int, rng: Generator) -> Matrix:
    out: Matrix = haar(n, rng) * np.logspace(-0.5, 0.5, n) @ haar(n, rng)
    return out


def _rms(x: Array) -> float:
    return float(np.sqrt(np.square(x, dtype=np.float64).sum(-1).mean()))
