"""How often criteria err: ``python -m metricsuite.tests.simulate_error_rates`` writes `error_rates.json` (about 12 minutes on 2 free cores).

Systems are points in a Gaussian latent space of 5 dimensions, a distance is the Euclidean one, and the effect is set so that the
population value of the criterion's statistic is `truth`: at the threshold every "yes" is a false pass, beyond it the rate of "yes"
is the power. Classes differ by a shift, images move by a random step, and a sweep adds a trend to unit noise; what a distance follows
is Gaussian too, each seed's own. For systems that have nothing in common the space has 200 dimensions, so that distances spread by 5 %:
Procrustes and CKA spread by .1 to 5 % there, DSA by 20 to 40 %, for which that case decides little.

Rows: ``{criterion, threshold, blocks, truth, yes, no, unclear, runs}`` with counts (`blocks`: seeds, so systems a class for a
contrast), and those of `track_rates` for what a whole track lets through.
"""

import argparse
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.stats import ncf, rankdata

from metricsuite import criteria
from metricsuite.criteria import (
    Decision,
    arrives,
    flat,
    follows,
    invariant,
    rises,
    sensitive,
    separates,
    stays_unrelated,
    survives,
    vanishes,
    withstands,
)
from metricsuite.distances import Distances
from metricsuite.tests.track_rates import track_rows

Array = npt.NDArray[np.float64]
Generator = np.random.Generator
TABLE = Path(criteria.__file__).with_name("error_rates.json")
DIMENSIONS = 5
DIMENSIONS_UNRELATED = 200
N_LEVELS = 5  # of a sweep of systems: four distances to rank
N_MEASURED = 6  # levels with something to follow, as in most of the cases
N_SIZES = 4  # of a sweep of unrelated systems
FAR = 4.0  # what did not arrive, in distances between systems of one kind: a metric that sees less needs more seeds
STREAM = 1907


def shift_for(auc: float) -> float:
    """How far two unit Gaussians lie apart whose between-class distances exceed within-class ones with probability `auc`.

    Half a squared distance is a chi-square, noncentral by half the squared shift between classes: their ratio is a noncentral F.
    """
    if auc <= 0.5:
        return 0.0
    return float(brentq(lambda s: ncf.sf(1, DIMENSIONS, DIMENSIONS, s**2 / 2) - auc, 1e-3, 30))


def contrast_distances(n: int, shift: float, latent: Array) -> Array:
    """Distances within and between two classes of n systems, one of them shifted along the first axis."""
    where = latent.copy()
    where[n:, 0] += shift
    return cdist(where, where)


def separates_at(auc: float, n: int, rng: Generator) -> Decision:
    matrix = contrast_distances(n, shift_for(auc), rng.normal(size=(2 * n, DIMENSIONS)))
    return separates(Distances.by_hand(matrix, ["a"] * n + ["b"] * n))


def survives_at(auc: float, n: int, rng: Generator) -> Decision:
    """The same seeds at two levels: told apart with .99 at the first, with `auc` at the one that decides."""
    latent, size = rng.normal(size=(2 * n, DIMENSIONS)), 4 * n
    matrix = np.full((size, size), np.nan)
    for k, at in enumerate((0.99, auc)):
        level = slice(k * 2 * n, (k + 1) * 2 * n)
        matrix[level, level] = contrast_distances(n, shift_for(at), latent)
    pairs = [(k + i, k + j) for k in (0, 2 * n) for i in range(2 * n) for j in range(i + 1, 2 * n)]
    where = {"pairs": tuple(pairs), "blocks": (*range(2 * n),) * 2, "positions": (0.0,) * 2 * n + (0.2,) * 2 * n}
    return survives(Distances.by_hand(matrix, (["a"] * n + ["b"] * n) * 2, **where), level=0.2)


def orbit_at(ratio: float, n: int, rng: Generator) -> Distances:
    """Unrelated systems are sqrt(2) unit steps apart, an image is `ratio` of that away."""
    originals = rng.normal(size=(n, DIMENSIONS))
    images = originals + ratio * np.sqrt(2) * rng.normal(size=(n, DIMENSIONS))
    everything = np.concatenate([originals, images])
    ring = [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]
    where = {"pairs": (*((i, n + i) for i in range(n)), *ring), "blocks": (*range(n),) * 2}
    return Distances.by_hand(cdist(everything, everything), ["original"] * n + ["image"] * n, **where)


def sweep_distances(along: Array, neighbours: Array, levels: Array | None = None) -> Distances:
    """A sweep from its distances to the first level (one row a seed) and those between neighbouring seeds at that level."""
    n, later = along.shape
    size = n * (later + 1)
    matrix = np.full((size, size), np.nan)
    to_first = [(i, k * n + i) for i in range(n) for k in range(1, later + 1)]
    ring = [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]
    for (i, j), d in zip([*to_first, *ring], [*along.ravel(), *neighbours], strict=True):
        matrix[i, j] = matrix[j, i] = d
    positions = tuple(float(k) for k in (range(later + 1) if levels is None else levels) for _ in range(n))
    where = {"pairs": (*to_first, *ring), "blocks": (*range(n),) * (later + 1), "positions": positions}
    return Distances.by_hand(matrix, [""] * size, **where)


def invariant_at(ratio: float, n: int, rng: Generator, below: float = 0.25) -> Decision:
    return invariant(orbit_at(ratio, n, rng), below=below)


def sensitive_at(ratio: float, n: int, rng: Generator) -> Decision:
    return sensitive(orbit_at(ratio, n, rng), above=0.1)


@lru_cache
def slope_for(rho: float) -> float:
    """The trend, in units of the noise on one distance, that gives a mean Spearman of `rho` within a seed."""
    if rho <= 0:
        return 0.0
    later = np.arange(1, N_LEVELS)
    noise = np.random.default_rng(STREAM).normal(size=(20_000, len(later)))
    x = later - later.mean()

    def mean_rho(slope: float) -> float:
        ranks = rankdata(slope * later + noise, axis=1)
        return float((ranks @ x).mean() / (x @ x))

    return float(brentq(lambda s: mean_rho(s) - rho, 0, 10, xtol=1e-4))


def rises_at(rho: float, n: int, rng: Generator) -> Decision:
    along = 20 + slope_for(rho) * np.arange(1, N_LEVELS) + rng.normal(size=(n, N_LEVELS - 1))
    return rises(sweep_distances(along, np.full(n, 20.0)))


@lru_cache
def pull_for(rho: float) -> float:
    """How much of what was measured a distance needs, in units of its noise, for a mean Spearman of `rho` within a seed."""
    if rho <= 0:
        return 0.0
    measured, noise = np.random.default_rng(STREAM).normal(size=(2, 20_000, N_MEASURED))
    ranks = rankdata(measured, axis=1) - (N_MEASURED + 1) / 2

    def mean_rho(pull: float) -> float:
        return float((ranks * rankdata(pull * measured + noise, axis=1)).sum(1).mean() / (ranks[0] ** 2).sum())

    return float(brentq(lambda s: mean_rho(s) - rho, 0, 1000, xtol=1e-4))


def follows_at(rho: float, n: int, rng: Generator) -> Decision:
    measured, noise = rng.normal(size=(2, n, N_MEASURED))
    along = 1e4 + pull_for(rho) * measured + noise
    return follows(
        sweep_distances(along, np.full(n, 1e4)), {k: measured[:, k - 1].tolist() for k in range(1, N_MEASURED + 1)}
    )


@lru_cache
def shift_to(distance: float) -> float:
    """How far two unit Gaussians lie apart whose mean distance is `distance` times that of two of one place."""
    steps = np.sqrt(2) * np.random.default_rng(STREAM).normal(size=(200_000, DIMENSIONS))

    def mean_distance(shift: float) -> float:
        return float(np.sqrt((steps[:, 0] + shift) ** 2 + (steps[:, 1:] ** 2).sum(1)).mean())

    return float(brentq(lambda s: mean_distance(s) - distance * mean_distance(0.0), 0, 50)) if distance > 1 else 0.0


def others_distances(points: Array) -> Distances:
    """A sweep against others: of points (levels, seeds, dimensions), every one with those of the other seeds at the first level."""
    levels, n, _ = points.shape
    flat = points.reshape(levels * n, -1)
    pairs = [(i, j) for i in range(n) for j in range(i + 1, n)]
    pairs += [(j, k * n + i) for k in range(1, levels) for i in range(n) for j in range(n) if i != j]
    positions = tuple(float(k) for k in range(levels) for _ in range(n))
    where = {"pairs": tuple(pairs), "blocks": (*range(n),) * levels, "positions": positions}
    return Distances.by_hand(cdist(flat, flat), [""] * len(flat), **where)


def arrives_at(ratio: float, n: int, rng: Generator) -> Decision:
    """Two levels shifted along the first axis: the last by `FAR`, the one before it `ratio` of that way."""
    points = rng.normal(size=(3, n, DIMENSIONS))
    points[1, :, 0] += shift_to(1 + ratio * (FAR - 1))
    points[2, :, 0] += shift_to(FAR)
    return arrives(others_distances(points))


def drift(ratios: Array, n: int, rng: Generator, levels: Array | None = None, own_way: float = 0.0) -> Distances:
    """Systems drift away from the first level: `ratios` say how far the later ones lie, beside unrelated systems.

    Every level is a draw of its own, but for a way that is the system's own at all levels, `own_way` of the variance.
    """
    start = rng.normal(size=(n, DIMENSIONS))
    steps = np.sqrt(1 - own_way) * rng.normal(size=(n, len(ratios), DIMENSIONS))
    if own_way:
        steps += np.sqrt(own_way) * rng.normal(size=(n, 1, DIMENSIONS))
    along = np.sqrt(2) * ratios * np.linalg.norm(steps, axis=-1)
    return sweep_distances(along, np.linalg.norm(start - np.roll(start, -1, axis=0), axis=1), levels)


PACE = np.arange(1, N_LEVELS) / (N_LEVELS - 1)


def flat_at(ratio: float, n: int, rng: Generator) -> Decision:
    """The last level lies at `ratio`."""
    return flat(drift(ratio * PACE, n, rng))


def withstands_at(ratio: float, n: int, rng: Generator) -> Decision:
    """All levels are needed, the last one is the one at `ratio`."""
    return withstands(drift(ratio * PACE, n, rng), level=N_LEVELS - 1)


def vanishes_at(ratio: float, n: int, rng: Generator) -> Decision:
    """The level next to the first is at `ratio` of the last; starts and noise are the same, so most of the way is too."""
    levels = np.array([0, 0.125, 0.25, 0.5, 1.0])
    return vanishes(drift(np.array([ratio, *levels[2:]]), n, rng, levels, own_way=0.9))


def stays_unrelated_at(drop: float, n: int, rng: Generator) -> Decision:
    """Points of their own at every level; at the last they all lie nearer by `drop`."""
    size = n * N_SIZES
    matrix = np.full((size, size), np.nan)
    for k in range(N_SIZES):
        points, level = rng.normal(size=(n, DIMENSIONS_UNRELATED)), slice(k * n, (k + 1) * n)
        matrix[level, level] = cdist(points, points) * (1 - drop if k == N_SIZES - 1 else 1)
    starts = range(0, size, n)
    pairs = tuple((k + i, k + j) for k in starts for i in range(n) for j in range(i + 1, n))
    positions = tuple(float(k) for k in range(N_SIZES) for _ in range(n))
    labels = (["some"] * (n // 2) + ["others"] * (n - n // 2)) * N_SIZES
    where = {"pairs": pairs, "blocks": (*range(n),) * N_SIZES, "positions": positions}
    return stays_unrelated(Distances.by_hand(matrix, labels, **where))


class Row(NamedTuple):
    criterion: str
    blocks: int
    truth: float
    weight: float  # of --runs: more where a rate is near 0, fewer where a run is slow

    @property
    def stream(self) -> int:
        """A stream of its own, whatever rows stand beside it."""
        return zlib.crc32(f"{self.criterion} {self.blocks} {self.truth}".encode())


SIMULATORS: dict[str, Callable[[float, int, Generator], Decision]] = {
    "separates": separates_at,
    "survives": survives_at,
    "invariant": invariant_at,
    "invariant below 1": partial(invariant_at, below=1.0),
    "sensitive": sensitive_at,
    "rises": rises_at,
    "follows": follows_at,
    "arrives": arrives_at,
    "flat": flat_at,
    "vanishes": vanishes_at,
    "withstands": withstands_at,
    "stays_unrelated": stays_unrelated_at,
}

# At the truths of an ideal metric: so many runs that 50 decisions at their lower bounds still pass together in 98 % of seed sets.
MANY = 16
MANY_LEARNED = 24  # and 56, as the learning track has
PLAN = [
    *(Row("separates", 8, truth, 2) for truth in (0.7, 0.9)),
    *(Row("separates", 16, truth, {0.7: 8, 0.99: MANY}.get(truth, 1)) for truth in (0.5, 0.7, 0.8, 0.9, 0.99)),
    *(Row("separates", 24, truth, 1) for truth in (0.7, 0.9)),
    *(Row("survives", 16, truth, 4 if truth == 0.99 else 0.5) for truth in (0.5, 0.7, 0.9, 0.99)),
    *(Row("invariant", 16, truth, MANY if truth == 0.05 else 2) for truth in (0.05, 0.12, 0.25, 1.0)),
    *(Row("invariant below 1", 16, truth, MANY if truth == 0.05 else 4) for truth in (0.05, 0.5, 1.0)),
    *(Row("sensitive", 16, truth, MANY if truth == 1.0 else 2) for truth in (0.1, 0.3, 1.0)),
    *(Row("rises", 16, truth, {0.5: 8, 0.99: MANY}.get(truth, 2)) for truth in (0.0, 0.5, 0.9, 0.99)),
    *(Row("follows", 16, truth, {0.5: 8, 0.99: MANY_LEARNED}.get(truth, 2)) for truth in (0.0, 0.5, 0.9, 0.99)),
    *(Row("arrives", 16, truth, {0.25: 8, 0.05: MANY_LEARNED}.get(truth, 2)) for truth in (0.05, 0.25, 1.0)),
    *(Row("vanishes", 16, truth, MANY if truth == 0.125 else 4) for truth in (0.125, 0.25, 1.0)),
    *(Row("flat", 16, truth, MANY if truth == 0.05 else 2) for truth in (0.05, 0.12, 0.25, 1.0)),
    *(Row("withstands", 16, truth, MANY if truth == 0.05 else 4) for truth in (0.05, 0.12, 0.25, 1.0)),
    *(Row("stays_unrelated", 8, truth, 4) for truth in (0.0, 0.12, 0.25, 0.4)),
]


def decide(row: Row, run: int) -> Decision:
    """One simulated decision; the same row and run give the same one."""
    return SIMULATORS[row.criterion](row.truth, row.blocks, np.random.default_rng([STREAM, row.stream, run]))


def answers(row: Row, runs: Iterable[int]) -> Counter[str]:
    """How often each answer was given over some runs."""
    return Counter(decide(row, run).answer for run in runs)


def _chunk(row_and_runs: tuple[Row, range]) -> Counter[str]:
    return answers(*row_and_runs)


def simulate(plan: list[Row], runs: int, jobs: int, known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows of criteria, in the order of the plan; those that are known with as many runs are not simulated again."""
    table = []
    with ProcessPoolExecutor(jobs) as pool:
        for row in plan:
            total = round(row.weight * runs)
            head = {
                "criterion": row.criterion,
                "threshold": decide(row, 0).threshold,
                "blocks": row.blocks,
                "truth": row.truth,
            }
            old = [r for r in known if head.items() <= r.items() and r["runs"] == total]
            if not old:
                found = sum(pool.map(_chunk, [(row, range(k, total, 4 * jobs)) for k in range(4 * jobs)]), Counter())
                old = [{**head, **{answer: found[answer] for answer in ("yes", "no", "unclear")}, "runs": total}]
                print(json.dumps(old[0]), flush=True)
            table += old
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500, help="of a row of weight 1 (default: %(default)s)")
    parser.add_argument(
        "--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=TABLE, help="where to write the table (default: %(default)s)")
    parser.add_argument(
        "--again",
        nargs="*",
        metavar="CRITERION",
        help="only these, and rows that the table lacks (default: everything)",
    )
    given = parser.parse_args()
    known = [] if given.again is None else json.loads(given.out.read_text())
    known = [row for row in known if "criterion" in row and row["criterion"] not in given.again]
    table = simulate(PLAN, given.runs, given.jobs, known)
    table += track_rows(table)
    given.out.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in table) + "\n]\n")


if __name__ == "__main__":
    main()
