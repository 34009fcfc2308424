"""Attractors with an input: a ring, the same ring cut open, and a straight line.

All three integrate a velocity. The input moves a point along an endless line, which the manifold winds up or folds:

- a **ring** winds it up: one turn further on, the state is the same again;
- a **cut ring** folds it: the same circle less a gap, and at either end of the gap the motion turns back;
- a **line** folds it too, and is straight.

So ring and cut ring agree in norm, speed and dimension, and in what happens at almost every point. They differ in what
is joined to what: a point that keeps going is back after one turn on the ring, after there and back on the cut ring.
The line has the ring's norm and speed, but one dimension where the ring has two.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from metricsuite.errors import CaseError
from metricsuite.systems.streams import Array, factor, stream

_Embedding = Callable[[Array, Array], Array]  # endless position and distance off, (trials, steps) each, to (.., .., 2)

GAP = 0.5  # radians; small, yet wider than what the noise fills, so that the cloud of points is open as well
HALF_LINE = 3**0.5  # radii; a uniform position on it has the variance of a point on the unit circle
RELAXATION = 0.3  # of the distance to the manifold is lost in every step
OFF_START, OFF_NOISE = 0.1, 0.02  # radii; standard deviation of the distance at the start, and of what each step adds
WALK_NOISE = 0.02  # radii; standard deviation of what each step adds along the manifold

# What no two systems have in common, as the largest |log| of a factor. It is there for fairness: what little is left
# between the means of ring and cut ring in speed, dimension and autocorrelation time drowns in it.
SIZE_JITTER, GAIN_JITTER, STRETCH_JITTER, TEMPO_JITTER = 0.1, 0.15, 0.2, 0.2


@dataclass(frozen=True)
class _Recording:
    """What all systems of a design share: shape, pace (radii a step), observation noise, and whether the input."""

    same_input: bool
    noise: float
    trials: int
    steps: int
    units: int
    pace: float
    input_seed: int

    def __post_init__(self) -> None:
        _need(self.trials >= 1 and self.steps >= 2, f"{self.trials} trials of {self.steps} steps; need at least 1 of 2")
        _need(self.units >= 2, f"{self.units} units cannot show a plane; need at least 2")
        _need(0 <= self.noise < np.inf, f"noise={self.noise}; need a finite fraction of the signal, not negative")
        _need(0 < self.pace < np.inf, f"pace={self.pace}; need a positive number of radii a step")
        _need(self.input_seed >= 0, f"input_seed={self.input_seed}; need an integer, not negative")


def rings(
    seeds: Iterable[int],
    same_input: bool = True,
    noise: float = 0.0,
    squeeze: float = 0.0,
    *,
    trials: int = 60,
    steps: int = 200,
    units: int = 24,
    pace: float = 0.08,
    input_seed: int = 0,
) -> list[Array]:
    """Ring attractors: the state goes round a circle as far as the input says.

    With the input v, the angle a and the distance d from the circle, k = .3, and white noise e, f:

        a[t + 1] = a[t] + g v[t] + .02 e[t]        d[t + 1] = (1 - k) d[t] + .02 f[t]
        state = (x, y) = (1 + d) (cos a, sin a)    squeezed to (x, y (1 - squeeze (1 - x^2)))

    the normal form r' = k r (1 - r) near r = 1. Each system has a gain g, a size and a slight stretch of its own, and
    is seen through two orthonormal vectors of its own, one entry a unit.

    Parameters
    ----------
    seeds : one integer per system; system and seed alone decide its numbers, whatever else is made
    same_input : True: all systems, of every kind, get the same input and start at the same share of their manifold, so
        rows correspond. False: each has its own input and start, and its own tempo.
    noise : observation noise, as a fraction of the signal's standard deviation over all units of that system
    squeeze : 0 a circle; towards 1 its waist (width 1 - squeeze) is drawn together, by a smooth map of the plane with a
        smooth inverse near the ring. A seed has the same input, readout and process noise at every squeeze: an image.
    trials, steps, units : the shape of each array
    pace : mean |input|, in radii (here radians) a step; .08 makes two and a half turns in 200 steps
    input_seed : which input it is that ``same_input`` gives to all

    Returns
    -------
    list of float arrays (trials, steps, units), one per seed

    Raises
    ------
    CaseError : sizes, noise, squeeze or seeds that make no system

    See Also
    --------
    cut_rings, lines

    Source: Zhang 1996 (ring); Khona and Fiete 2022 (the zoo); Ostrow et al. 2023 (ring against line, by DSA).
    """
    _need(0 <= squeeze < 1, f"squeeze={squeeze}; need 0 <= squeeze < 1 (at 1 the ring touches itself)")
    recording = _Recording(same_input, noise, trials, steps, units, pace, input_seed)
    return _systems(f"ring, squeezed by {squeeze:g}", np.pi, lambda a, d: _circle(a, d, squeeze), seeds, recording)


def cut_rings(
    seeds: Iterable[int],
    same_input: bool = True,
    noise: float = 0.0,
    *,
    trials: int = 60,
    steps: int = 200,
    units: int = 24,
    pace: float = 0.08,
    input_seed: int = 0,
) -> list[Array]:
    """Cut rings: the circle of `rings` less a gap of half a radian, so that a line attractor is bent round.

    The equations are the ring's, but the angle is reflected at the ends +-h, h = pi - .25: what would go dh beyond
    stops dh short, and from there the input pushes the other way. Parameters, shapes and errors as for `rings`.

    Against rings: norm, speed, dimension and autocorrelation time agree within the spread of either kind.
    Autocorrelation at the one lag of half a turn does not, and cannot: that is where being joined shows.

    Source: Seung 1996 (line attractor); Khona and Fiete 2022.
    """
    half = np.pi - GAP / 2
    recording = _Recording(same_input, noise, trials, steps, units, pace, input_seed)
    centre = [np.sin(half) / half, 0.0]  # of a circle less a gap, which no ring's is
    return _systems("cut ring", half, lambda p, d: _circle(_folded(p, half), d, 0.0) - centre, seeds, recording)


def lines(
    seeds: Iterable[int],
    same_input: bool = True,
    noise: float = 0.0,
    *,
    trials: int = 60,
    steps: int = 200,
    units: int = 24,
    pace: float = 0.08,
    input_seed: int = 0,
) -> list[Array]:
    """Straight line attractors: state (p, d), the position p reflected at +-3^.5, the distance d as for `rings`.

    Parameters, shapes and errors as for `rings`. Norm and speed are the ring's, but the participation ratio is not (1
    against 2): here dimension decides. `cut_rings` are the contrast in which it does not.

    Source: Seung 1996; Khona and Fiete 2022.
    """
    recording = _Recording(same_input, noise, trials, steps, units, pace, input_seed)
    return _systems("line", HALF_LINE, lambda p, d: np.stack([_folded(p, HALF_LINE), d], axis=-1), seeds, recording)


def _systems(kind: str, half: float, embed: _Embedding, seeds: Iterable[int], recording: _Recording) -> list[Array]:
    chosen = [int(seed) for seed in seeds]
    _need(bool(chosen) and min(chosen) >= 0, f"seeds {chosen}; need at least one, and none negative")
    return [_system(kind, half, embed, seed, recording) for seed in chosen]


def _system(kind: str, half: float, embed: _Embedding, seed: int, recording: _Recording) -> Array:
    """The trajectories of one system, whose manifold, wound up or folded, is ``half`` long on either side of 0."""
    shape = recording.trials, recording.steps
    rng = stream(seed, kind.partition(",")[0])  # an image of a ring is that ring
    readout = np.linalg.qr(rng.standard_normal((recording.units, 2)))[0]
    plane, gain = _plane(rng)
    walk = WALK_NOISE * rng.standard_normal(shape)
    off = _relaxing(rng, shape)
    if recording.same_input:
        start, velocity = _inputs(stream(recording.input_seed, "input to all attractors"), shape, recording.pace)
    else:  # last, so that all the rest is the same under either input
        start, velocity = _inputs(rng, shape, recording.pace * factor(rng, TEMPO_JITTER))
    steps = gain * velocity + walk
    steps[:, 0] = half * start
    clean = embed(np.cumsum(steps, axis=1), off) @ plane @ readout.T
    spread = float(np.sqrt(clean.var(axis=(0, 1)).mean()))
    seen: Array = clean + recording.noise * spread * stream(seed, f"noise on {kind}").standard_normal(clean.shape)
    return seen


def _inputs(rng: np.random.Generator, shape: tuple[int, int], pace: float) -> tuple[Array, Array]:
    """Starts in (-1, 1), (trials,); velocities, (trials, steps), either way round, 20 % apart, wandering by 30 %."""
    trials, steps = shape
    start = rng.uniform(-1, 1, trials)
    steady = rng.choice([-1.0, 1.0], trials) * (1 + 0.2 * rng.standard_normal(trials))
    wander, memory = rng.standard_normal(shape), np.exp(-1 / 20)  # an AR(1) of unit variance that forgets in 20 steps
    for t in range(1, steps):
        wander[:, t] = memory * wander[:, t - 1] + np.sqrt(1 - memory**2) * wander[:, t]
    return start, pace * (steady[:, None] + 0.3 * wander)


def _plane(rng: np.random.Generator) -> tuple[Array, float]:
    """A symmetric (2, 2) matrix, a size and a slight stretch along some direction; and the gain of the input."""
    size, stretch, gain = (factor(rng, jitter) for jitter in (SIZE_JITTER, STRETCH_JITTER, GAIN_JITTER))
    axes = _rotation(rng.uniform(0, 2 * np.pi))
    return size * axes @ np.diag([stretch**0.5, stretch**-0.5]) @ axes.T, gain


def _relaxing(rng: np.random.Generator, shape: tuple[int, int]) -> Array:
    """The distance from the manifold, (trials, steps): begun .1 away, soon back, kept from 0 by noise."""
    off = OFF_NOISE * rng.standard_normal(shape)
    off[:, 0] *= OFF_START / OFF_NOISE
    for t in range(1, shape[1]):
        off[:, t] += (1 - RELAXATION) * off[:, t - 1]
    return off


def _circle(angle: Array, off: Array, squeeze: float) -> Array:
    x, y = (1 + off) * np.cos(angle), (1 + off) * np.sin(angle)
    return np.stack([x, y * (1 - squeeze * (1 - x**2))], axis=-1)


def _folded(position: Array, half: float) -> Array:
    """The endless line laid to and fro in [-half, half]: the identity there, reflected at both ends."""
    folded: Array = half - np.abs((position + half) % (4 * half) - 2 * half)
    return folded


def _rotation(angle: float) -> Array:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise CaseError(f"attractors: {message}.")
