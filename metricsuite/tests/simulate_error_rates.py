"""How often criteria err: ``python -m metricsuite.tests.simulate_error_rates`` writes `error_rates.json` (about 5 minutes on 2 free cores).

Systems are points in a Gaussian latent space of 5 dimensions, a distance is the Euclidean one, and the effect is set so that the
population value of the criterion's statistic is `truth`: at the threshold every "yes" is a false pass, beyond it the rate of "yes"
is the power. Classes differ by a shift, images move by a random step, and a sweep adds a trend to unit noise.

Rows: ``{criterion, threshold, blocks, truth, yes, no, unclear, runs}`` with counts (`blocks`: seeds, so systems a class for a
contrast), and ``{track, blocks, metric, decisions, pass_together, assuming}`` for what a whole track lets through.
"""

import argparse
import json
import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq
from scipy.spatial.distance import cdist
from scipy.stats import ncf, rankdata

from metricsuite import criteria
from metricsuite.criteria import Decision, flat, invariant, rises, sensitive, separates, survives
from metricsuite.distances import Distances

Array = npt.NDArray[np.float64]
Generator = np.random.Generator
TABLE = Path(criteria.__file__).with_name("error_rates.json")
DIMENSIONS = 5
N_LEVELS = 5  # of a sweep of systems: four distances to rank
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


def sweep_distances(along: Array, neighbours: Array) -> Distances:
    """A sweep from its distances to the first level (one row a seed) and those between neighbouring seeds at that level."""
    n, later = along.shape
    size = n * (later + 1)
    matrix = np.full((size, size), np.nan)
    to_first = [(i, k * n + i) for i in range(n) for k in range(1, later + 1)]
    ring = [(i, i + 1) for i in range(n - 1)] + [(0, n - 1)]
    for (i, j), d in zip([*to_first, *ring], [*along.ravel(), *neighbours], strict=True):
        matrix[i, j] = matrix[j, i] = d
    positions = tuple(float(k) for k in range(later + 1) for _ in range(n))
    where = {"pairs": (*to_first, *ring), "blocks": (*range(n),) * (later + 1), "positions": positions}
    return Distances.by_hand(matrix, [""] * size, **where)


def invariant_at(ratio: float, n: int, rng: Generator) -> Decision:
    return invariant(orbit_at(ratio, n, rng), below=0.25)


def sensitive_at(ratio: float, n: int, rng: Generator) -> Decision:
    return sensitive(orbit_at(ratio, n, rng), above=0.1)


@lru_cache
def slope_for(rho: float) -> float:
    """The trend, in units of the noise on one distance, that gives a mean Spearman of `rho` within a seed."""
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


def flat_at(ratio: float, n: int, rng: Generator) -> Decision:
    """Systems drift away from the first level at a constant pace; `ratio` is how far the last level lies."""
    start = rng.normal(size=(n, DIMENSIONS))
    pace = np.sqrt(2) * ratio * np.arange(1, N_LEVELS) / (N_LEVELS - 1)
    along = pace * np.linalg.norm(rng.normal(size=(n, N_LEVELS - 1, DIMENSIONS)), axis=-1)
    return flat(sweep_distances(along, np.linalg.norm(start - np.roll(start, -1, axis=0), axis=1)))


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
    "sensitive": sensitive_at,
    "rises": rises_at,
    "flat": flat_at,
}

PLAN = [
    *(Row("separates", 8, truth, 2) for truth in (0.7, 0.9)),
    *(Row("separates", 16, truth, 8 if truth == 0.7 else 1) for truth in (0.5, 0.7, 0.8, 0.9, 0.99)),
    *(Row("separates", 24, truth, 1) for truth in (0.7, 0.9)),
    *(Row("survives", 16, truth, 0.5) for truth in (0.5, 0.7, 0.9, 0.99)),
    *(Row("invariant", 16, truth, 2) for truth in (0.05, 0.12, 0.25, 1.0)),
    *(Row("sensitive", 16, truth, 2) for truth in (0.1, 0.3)),
    *(Row("rises", 16, truth, 8 if truth == 0.5 else 2) for truth in (0.5, 0.9)),
    *(Row("flat", 16, truth, 2) for truth in (0.12, 0.25)),
]

# Which criteria decide the cases of a track (see `cases`); learning has no case yet.
DECISIONS = {"dynamics": {"separates": 4, "invariant": 1}, "noise": {"survives": 2}}
METRICS = {
    "ideal (AUC .99, image ratio .05)": {"separates": 0.99, "survives": 0.99, "invariant": 0.05},
    "null (AUC .5, image ratio 1)": {"separates": 0.5, "survives": 0.5, "invariant": 1.0},
}
ASSUMING = "independent decisions at 16 seeds: the product of the rates of 'yes' above"


def decide(row: Row, run: int) -> Decision:
    """One simulated decision; the same row and run give the same one."""
    return SIMULATORS[row.criterion](row.truth, row.blocks, np.random.default_rng([STREAM, row.stream, run]))


def answers(row: Row, runs: Iterable[int]) -> Counter[str]:
    """How often each answer was given over some runs."""
    return Counter(decide(row, run).answer for run in runs)


def _chunk(row_and_runs: tuple[Row, range]) -> Counter[str]:
    return answers(*row_and_runs)


def simulate(plan: list[Row], runs: int, jobs: int) -> list[dict[str, Any]]:
    """The rows of criteria, in the order of the plan."""
    table = []
    with ProcessPoolExecutor(jobs) as pool:
        for row in plan:
            total = round(row.weight * runs)
            found = sum(pool.map(_chunk, [(row, range(k, total, 4 * jobs)) for k in range(4 * jobs)]), Counter())
            counts = {answer: found[answer] for answer in ("yes", "no", "unclear")}
            threshold = decide(row, 0).threshold
            head = {"criterion": row.criterion, "threshold": threshold, "blocks": row.blocks, "truth": row.truth}
            table.append({**head, **counts, "runs": total})
            print(json.dumps(table[-1]), flush=True)
    return table


def track_rows(table: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """How often all decisions of a track pass together, for a metric that sees everything and one that sees nothing."""
    rate = {(r["criterion"], r["truth"]): r["yes"] / r["runs"] for r in table if r["blocks"] == 16}
    rows = []
    for track, decisions in DECISIONS.items():
        for metric, truths in METRICS.items():
            together = np.prod([rate[name, truths[name]] ** count for name, count in decisions.items()])
            head = {"track": track, "blocks": 16, "metric": metric, "decisions": decisions}
            rows.append({**head, "pass_together": round(float(together), 6), "assuming": ASSUMING})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=500, help="of a row of weight 1 (default: %(default)s)")
    parser.add_argument(
        "--jobs", type=int, default=min(2, os.cpu_count() or 1), help="processes (default: %(default)s)"
    )
    parser.add_argument("--out", type=Path, default=TABLE, help="where to write the table (default: %(default)s)")
    given = parser.parse_args()
    table = simulate(PLAN, given.runs, given.jobs)
    table += track_rows(table)
    given.out.write_text("[\n" + ",\n".join("  " + json.dumps(row) for row in table) + "\n]\n")


if __name__ == "__main__":
    main()
