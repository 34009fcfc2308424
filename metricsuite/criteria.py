"""Criteria: rules that turn distances into a decision, each a statistic, an interval, a threshold and a margin.

    separates(distances, auc_above=.7)      a Contrast: between-class distances above within-class distances
    invariant(distances, below=.25)         an Orbit: images near, beside systems that differ; exactly=True for group actions
    sensitive(distances, above=.1)          an Orbit: images moved
    rises(distances, rho_above=.5)          a Sweep: the distance grows along the parameter
    flat(distances, below=.25)              a Sweep: it does not
    survives(distances, level=.2)           a Sweep of contrasts: the classes are told apart up to a level
    symmetric, triangular                   the axioms
    obeys, repeats, varies                  the contract

"yes" where the whole interval lies beyond the threshold, "no" where the whole of it lies short, else "unclear". Intervals are
one-sided 99 % bootstrap bounds on either side; what is resampled is the block (seed, network), never the pair, and a system
drawn twice makes no pair with itself. Error rates: `metricsuite/tests/error_rates.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from metricsuite.errors import CaseError

if TYPE_CHECKING:
    from metricsuite.distances import Distances

Vector = npt.NDArray[np.float64]
RESAMPLES = 2000
CONFIDENCE = 0.99  # one-sided, on either side
P_BELOW = 0.01  # p alone is not enough: an AUC of .54 reached p = .005
_STREAM = 20241031  # criteria draw from a stream of their own: one matrix, one decision


@dataclass(frozen=True)
class Decision:
    """What a criterion found.

    `answer` is "yes", "no" or "unclear" to the statement that the criterion tests; `direction` says which kind of claim that is
    ("sensitive", "invariant", "axiom", "contract"). `margin` is the signed distance from the bound that decides to the threshold,
    positive where the answer is yes. `blocks` is the number of independent systems, `enough` how many would probably decide
    (None where it is decided, or where no number would).
    """

    criterion: str
    direction: str
    answer: str
    statistic: float
    low: float
    high: float
    threshold: float
    margin: float
    what: str
    reason: str
    blocks: int
    enough: int | None = None
    details: dict[str, Any] = field(default_factory=dict)
    distances: Distances | None = field(default=None, repr=False, compare=False)


def separates(distances: Distances, auc_above: float = 0.7) -> Decision:
    """Are the classes of a Contrast told apart?

    The statistic is AUC = P(between > within) + P(between = within) / 2, over pairs of systems from different classes and from
    one class: 1 where every between-class distance is larger, .5 at chance.

    Parameters
    ----------
    distances : Distances
        Of a Contrast, at least two systems a class.
    auc_above : float
        "yes": the lower bound lies above it and the label-permutation p is below .01. "no": the upper bound lies below it.

    Returns
    -------
    Decision
        With p, and the AUC of every one-number control, in `details`.

    Raises
    ------
    CaseError
        Not a Contrast, or a threshold outside (.5, 1).
    """
    _expect(distances, "separates", "Contrast")
    if not 0.5 <= auc_above < 1:
        raise CaseError(f"separates(auc_above={auc_above}); needed a number from .5 to 1.")
    auc, low, high, p = _auc_with_bounds(distances.mean, distances.labels)
    controls = {name: _auc_with_bounds(matrix, distances.labels)[:2] for name, matrix in distances.controls.items()}
    answer = "yes" if low > auc_above and p < P_BELOW else "no" if high < auc_above else "unclear"
    reason = f"AUC {auc:.2f} [{low:.2f}, {high:.2f}] against {auc_above:g}, p = {p:.2g}"
    details = {"p": p, "controls": {name: {"statistic": a, "low": lo} for name, (a, lo) in controls.items()}}
    return _decide(
        "separates",
        "sensitive",
        answer,
        (auc, low, high),
        auc_above,
        low - auc_above,
        "AUC",
        reason,
        distances,
        details,
    )


def invariant(distances: Distances, below: float = 0.25, exactly: bool = False) -> Decision:
    """Do the images of an Orbit stay near their originals?

    The statistic is d(x, image of x), as a part of the median distance between systems that do differ: its median over systems, or
    the largest where `exactly`, since one counterexample ends an exact invariance.

    Parameters
    ----------
    distances : Distances
        Of an Orbit.
    below : float
        For what may move a little, such as a deformation: below a quarter of the contrast.
    exactly : bool
        For a group action, where the algebra says 0: below ``max(1e-6, spec.tolerance)``.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not an Orbit.
    """
    images, others = _orbit(distances, "invariant")
    if _degenerate(others):
        return _constant("invariant", "invariant", below, distances)
    ratios = images / float(np.median(others))
    if exactly:
        worst, threshold = float(ratios.max()), max(1e-6, distances.tolerance)
        answer = "yes" if worst <= threshold else "no"
        reason = f"an image moved by {worst:.2g} of the distance between unrelated systems; rounding is {threshold:.0e}"
        return _decide(
            "invariant",
            "invariant",
            answer,
            (worst, worst, worst),
            threshold,
            threshold - worst,
            "largest ratio",
            reason,
            distances,
        )
    return _below("invariant", *_ratio_bounds(images, others), below, "median ratio", "images moved by", distances)


def sensitive(distances: Distances, above: float = 0.1) -> Decision:
    """Do the images of an Orbit move away from their originals?

    The statistic is that of `invariant`: the median of d(x, image of x) over the median distance between unrelated systems. Between
    rounding and `above` a metric is neither invariant nor sensitive in any useful sense.

    Parameters
    ----------
    distances : Distances
        Of an Orbit.
    above : float
        A tenth of the distance between unrelated systems.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not an Orbit.
    """
    images, others = _orbit(distances, "sensitive")
    if _degenerate(others):
        return _constant("sensitive", "sensitive", above, distances)
    ratio, low, high = _ratio_bounds(images, others)
    answer = "yes" if low > above else "no" if high < above else "unclear"
    reason = f"images moved by {ratio:.2g} [{low:.2g}, {high:.2g}] of the contrast; needed above {above:g}"
    return _decide(
        "sensitive", "sensitive", answer, (ratio, low, high), above, low - above, "median ratio", reason, distances
    )


def rises(distances: Distances, rho_above: float = 0.5) -> Decision:
    """Does the distance from the first level grow along a Sweep?

    The statistic is Spearman's rho between level and distance to the first level, within each seed, averaged over seeds: -1 to 1.

    Parameters
    ----------
    distances : Distances
        Of a Sweep without groups, at least three levels.
    rho_above : float

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not such a Sweep.
    """
    levels, along = _along(distances, "rises")
    if len(levels) < 3:
        raise CaseError(f"rises: a Sweep of {len(levels)} levels; needed at least 3, to have two distances to rank.")
    x = rankdata(levels[1:]) - len(levels) / 2
    y = np.apply_along_axis(rankdata, 1, along) - len(levels) / 2
    spread = np.sqrt((x**2).sum() * (y**2).sum(1))
    rho = np.divide(y @ x, spread, out=np.zeros(len(y)), where=spread > 0)
    value, low, high = _bootstrap(rho, np.mean)
    answer = "yes" if low > rho_above else "no" if high < rho_above else "unclear"
    reason = f"Spearman {value:.2f} [{low:.2f}, {high:.2f}]; needed above {rho_above:g}"
    details = {"levels": levels, "medians": np.median(along, 0).tolist()}
    return _decide(
        "rises",
        "sensitive",
        answer,
        (value, low, high),
        rho_above,
        low - rho_above,
        "Spearman's rho",
        reason,
        distances,
        details,
    )


def flat(distances: Distances, below: float = 0.25) -> Decision:
    """Does the distance from the first level stay small along a Sweep?

    The statistic is the median distance to the first level, at the level where it is largest, as a part of the median distance
    between different systems at the first level.

    Parameters
    ----------
    distances : Distances
        Of a Sweep without groups.
    below : float

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not such a Sweep.
    """
    levels, along = _along(distances, "flat")
    neighbours = distances.of([p for p in distances.pairs if distances.blocks[p[0]] != distances.blocks[p[1]]])
    if _degenerate(neighbours):
        return _constant("flat", "invariant", below, distances)
    worst = int(np.argmax(np.median(along, 0)))
    decision = _below(
        "flat",
        *_ratio_bounds(along[:, worst], neighbours),
        below,
        "median ratio",
        f"at {levels[worst + 1]:g} systems moved by",
        distances,
    )
    decision.details.update(levels=levels, medians=np.median(along, 0).tolist())
    return decision


def survives(distances: Distances, level: float = 0.2, auc_above: float = 0.7) -> Decision:
    """Up to which level of a Sweep of contrasts are the classes told apart?

    The breakdown level is the highest up to which every level `separates`. What is decided is `level`: the AUC at the lowest level
    tested that is not below it. Read beside level 0: what was never told apart has nothing to lose.

    Parameters
    ----------
    distances : Distances
        Of a Sweep with groups.
    level : float
        What must be survived, in the sweep's unit.
    auc_above : float

    Returns
    -------
    Decision
        With the AUC of every level, the controls' at the level that decides, and the breakdown level, in `details`.

    Raises
    ------
    CaseError
        Not such a Sweep, or it does not reach `level`.
    """
    _expect(distances, "survives", "Sweep")
    levels = sorted(set(distances.positions))
    if not any(distances.labels) or levels[-1] < level:
        raise CaseError(
            f"survives(level={level:g}): a Sweep over {levels}; needed labelled groups at each level, and levels that reach it."
        )
    decisions = {at: separates(distances.at(at), auc_above) for at in levels}
    passed = [at for k, at in enumerate(levels) if all(decisions[b].answer == "yes" for b in levels[: k + 1])]
    needed = [at for at in levels if at <= min(b for b in levels if b >= level)]
    # every level up to the one that decides must separate; the weakest of them speaks
    weakest = min((decisions[at] for at in needed), key=lambda d: d.margin)
    answers = {decisions[at].answer for at in needed}
    answer = "no" if "no" in answers else "unclear" if "unclear" in answers else "yes"
    breakdown = (
        f"breaks down above {passed[-1]:g}" if passed else "does not tell the classes apart even at the first level"
    )
    if len(passed) == len(levels):
        breakdown = f"told apart at every level, up to {passed[-1]:g}"
    curve = ", ".join(f"{decisions[at].statistic:.2f} at {at:g}" for at in levels)
    details = {
        "breakdown": passed[-1] if passed else None, "levels": levels, "auc": [decisions[at].statistic for at in levels],
        "auc_low": [decisions[at].low for at in levels], "controls": decisions[needed[-1]].details["controls"],
    }  # fmt: skip
    return _decide(
        "survives", "invariant", answer, (weakest.statistic, weakest.low, weakest.high), auc_above, weakest.margin,
        f"AUC up to {needed[-1]:g}", f"{breakdown}; AUC {curve}", distances, details,
    )  # fmt: skip


def symmetric(distances: Distances) -> Decision:
    """d(x, y) = d(y, x), to rounding: the largest difference as a part of the median distance.

    Parameters
    ----------
    distances : Distances
        With both directions.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        One direction only.
    """
    if not distances.both:
        raise CaseError("symmetric: distances in one direction; needed both. Use pairwise(metric, design, both=True).")
    threshold, worst = max(1e-6, distances.tolerance), distances.asymmetry
    reason = f"directions differ by up to {worst:.2g} of the median distance; rounding is {threshold:.0e}"
    answer = "yes" if worst <= threshold else "no"
    return _decide(
        "symmetric",
        "axiom",
        answer,
        (worst, worst, worst),
        threshold,
        threshold - worst,
        "largest asymmetry",
        reason,
        distances,
    )


def triangular(distances: Distances) -> Decision:
    """d(x, z) <= d(x, y) + d(y, z) for every triple of which all three distances are known, to rounding.

    The statistic is the largest excess d(x, z) - d(x, y) - d(y, z), as a part of the median distance.

    Parameters
    ----------
    distances : Distances
        Of a Sweep against="all", or of any design with triples.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        No triple at all.
    """
    d = distances.mean.copy()
    np.fill_diagonal(d, np.nan)
    excess = [d[i, j] - (d[i] + d[j]) for i, j in distances.pairs]
    table = np.array(excess)
    if not np.isfinite(table).any():
        raise CaseError(
            "triangular: no three systems of which all distances are known; needed triples, such as Sweep(..., against='all')."
        )
    threshold = max(1e-6, distances.tolerance)
    worst = float(np.nanmax(table) / distances.scale) if distances.scale > 0 else 0.0
    broken = int((np.nanmax(np.where(np.isfinite(table), table, -np.inf), axis=1) > threshold * distances.scale).sum())
    reason = f"the long side exceeds the two short ones by up to {worst:.2g} of the median distance ({broken} of {len(excess)} pairs)"
    if worst <= threshold:
        reason = f"no triple exceeds rounding; the tightest is {worst:.2g} of the median distance"
    answer = "yes" if worst <= threshold else "no"
    return _decide(
        "triangular",
        "axiom",
        answer,
        (worst, worst, worst),
        threshold,
        threshold - worst,
        "largest excess",
        reason,
        distances,
    )


def obeys(distances: Distances, part: str) -> Decision:
    """Was a part of the contract kept throughout? Reads `Distances.faults` of ``pairwise(..., strict=False)``.

    Parameters
    ----------
    distances : Distances
    part : str
        A property of the track "contract": "finite", "non-negative", "input-untouched", "stateless".

    Returns
    -------
    Decision
    """
    fault = distances.faults.get(part)
    count = float(fault is not None)
    return _decide(
        "obeys", "contract", "no" if fault else "yes", (count, count, count), 0.5, 0.5 - count, "breaches", fault or "no breach", distances
    )  # fmt: skip


def repeats(first: Distances, second: Distances) -> Decision:
    """Does a metric give the same answers twice? The largest difference, as a part of the median distance.

    Parameters
    ----------
    first, second : Distances
        Of one design, taken in different orders, with the same draw.

    Returns
    -------
    Decision
    """
    missing = first.faults.get("finite")
    gap = np.abs(first.matrix - second.matrix)
    worst = float(np.nanmax(gap)) / first.scale if first.scale > 0 and np.isfinite(gap).any() else 0.0
    threshold = max(1e-6, first.tolerance)
    answer = "no" if missing or worst > threshold else "yes"
    reason = missing or f"answers differ by up to {worst:.2g} of the median distance when asked again, in another order"
    return _decide(
        "repeats",
        "contract",
        answer,
        (worst, worst, worst),
        threshold,
        threshold - worst,
        "largest difference",
        reason,
        first,
    )


def varies(distances: Distances) -> Decision:
    """Does a metric give more than one value? The spread of distances, as a part of their median.

    Parameters
    ----------
    distances : Distances

    Returns
    -------
    Decision
    """
    values = distances.of(distances.pairs)
    values = values[np.isfinite(values)]
    spread = float(np.ptp(values)) if values.size else 0.0
    relative = spread / distances.scale if distances.scale > 0 else float(spread > 0)
    answer = "yes" if relative > 1e-9 else "no"
    value = f"{values[0]:.6g}" if values.size else "no number"
    reason = (
        f"distances spread over {relative:.2g} of their median"
        if answer == "yes"
        else f"returned {value} for every pair of different systems"
    )
    return _decide(
        "varies",
        "contract",
        answer,
        (relative, relative, relative),
        1e-9,
        relative - 1e-9,
        "relative spread",
        reason,
        distances,
    )


def identical(distances: Distances) -> Decision:
    """Is a system at distance 0 from its copy? Reads an Orbit under the identity.

    The statistic is the largest |d(x, copy of x) - self_value|, as a part of the median distance between different systems; where
    self_value is None, the largest d(x, copy of x) - min over y of d(x, y).

    Parameters
    ----------
    distances : Distances
        Of an Orbit.

    Returns
    -------
    Decision

    Raises
    ------
    CaseError
        Not an Orbit.
    """
    selves, others = _orbit(distances, "identical")
    threshold = max(1e-6, distances.tolerance)
    scale = float(np.median(np.abs(others))) or float(np.abs(selves).max()) or 1.0
    expected = distances.self_value
    excess = np.abs(selves - expected) if expected is not None else selves - others.min()
    worst = float(excess.max()) / scale
    needed = f"{expected:g}" if expected is not None else "no more than to any other system"
    reason = (
        f"d(x, x) is {selves[int(excess.argmax())]:.3g} where {needed} is promised; other systems are at {scale:.3g}"
    )
    if worst > threshold and np.median(selves) > np.median(others):
        reason += ". Larger for a copy than for another system: this looks like a similarity; say --orientation similarity, or in its spec"
    answer = "yes" if worst <= threshold else "no"
    return _decide(
        "identical",
        "contract",
        answer,
        (worst, worst, worst),
        threshold,
        threshold - worst,
        "largest self-distance",
        reason,
        distances,
    )


def _decide(
    criterion: str, direction: str, answer: str, bounds: tuple[float, float, float], threshold: float, margin: float, what: str, reason: str,
    distances: Distances, details: dict[str, Any] | None = None,
) -> Decision:  # fmt: skip
    blocks = len(set(distances.blocks))
    enough = _enough(bounds, threshold, blocks) if answer == "unclear" else None
    return Decision(
        criterion, direction, answer, *bounds, threshold, margin, what, reason, blocks, enough, details or {}, distances
    )


def _enough(bounds: tuple[float, float, float], threshold: float, blocks: int) -> int | None:
    """How many blocks would probably decide, were the statistic to stay: intervals shrink with the root of their number."""
    value, low, high = bounds
    width, gap = (value - low if value > threshold else high - value), abs(value - threshold)
    if gap == 0 or width == 0:
        return None
    needed = int(np.ceil(blocks * max(1.0, 1.1 * width / gap) ** 2))
    return needed if needed <= 100 * blocks else None


def _expect(distances: Distances, criterion: str, kind: str) -> None:
    design = distances.design
    if design is not None and type(design).__name__ != kind:
        raise CaseError(f"{criterion} reads the distances of a {kind}; given those of a {type(design).__name__}.")
    sizes = {label: distances.labels.count(label) for label in sorted(set(distances.labels))}
    if kind == "Contrast" and (len(sizes) < 2 or min(sizes.values()) < 2):
        raise CaseError(f"{criterion}: classes {sizes}; needed at least two classes of at least two systems.")


def _orbit(distances: Distances, criterion: str) -> tuple[Vector, Vector]:
    """Distances to the images, one a block, and to systems that differ."""
    _expect(distances, criterion, "Orbit")
    labels, blocks = distances.labels, distances.blocks
    images = [
        p
        for p in distances.pairs
        if {labels[p[0]], labels[p[1]]} == {"original", "image"} and blocks[p[0]] == blocks[p[1]]
    ]
    others = [p for p in distances.pairs if "image" not in (labels[p[0]], labels[p[1]])]
    if not images or not others:
        raise CaseError(
            f"{criterion}: the labels {sorted(set(labels))}; needed originals, their images and something to compare with, as in an Orbit."
        )
    return distances.of(images), distances.of(others)


def _along(distances: Distances, criterion: str) -> tuple[list[float], Vector]:
    """Levels, and the distances to the first level: one row a block, one column for each later level."""
    _expect(distances, criterion, "Sweep")
    levels = sorted(set(distances.positions))
    if any(distances.labels) or len(levels) < 2:
        raise CaseError(
            f"{criterion}: levels {levels}, labels {sorted(set(distances.labels))}; needed a Sweep without groups."
        )
    where = {(b, p): i for i, (b, p) in enumerate(zip(distances.blocks, distances.positions, strict=True))}
    rows = [
        distances.of([(where[b, levels[0]], where[b, p]) for p in levels[1:]]) for b in sorted(set(distances.blocks))
    ]
    return levels, np.array(rows)


def _degenerate(others: Vector) -> bool:
    return not np.median(others) > 0


def _constant(criterion: str, direction: str, threshold: float, distances: Distances) -> Decision:
    """Where different systems are at distance 0, nothing can be said of images: that counts against the metric."""
    reason = "unrelated systems are at distance 0, so there is nothing to measure an image against"
    return _decide(criterion, direction, "no", (0.0, 0.0, 0.0), threshold, -threshold, "ratio", reason, distances)


def _below(
    criterion: str, ratio: float, low: float, high: float, below: float, what: str, words: str, distances: Distances
) -> Decision:  # fmt: skip
    answer = "yes" if high < below else "no" if low > below else "unclear"
    reason = f"{words} {ratio:.2g} [{low:.2g}, {high:.2g}] of the contrast; needed below {below:g}"
    return _decide(criterion, "invariant", answer, (ratio, low, high), below, below - high, what, reason, distances)


def _quantiles(draws: Vector) -> tuple[float, float]:
    low, high = np.quantile(draws, [1 - CONFIDENCE, CONFIDENCE])
    return float(low), float(high)


def _bootstrap(values: Vector, statistic: Callable[..., Any]) -> tuple[float, float, float]:
    """A statistic of one value a block, with its bounds."""
    rng = np.random.default_rng(_STREAM)
    draws = statistic(values[rng.integers(len(values), size=(RESAMPLES, len(values)))], axis=1)
    return float(statistic(values)), *_quantiles(draws)


def _ratio_bounds(images: Vector, others: Vector) -> tuple[float, float, float]:
    """Median image distance over median contrast distance; blocks resampled, in both at once."""
    n, per = len(images), len(others) // len(images)
    rng = np.random.default_rng(_STREAM)
    index = rng.integers(n, size=(RESAMPLES, n))
    grouped = others[: n * per].reshape(n, per) if per else np.broadcast_to(others, (n, len(others)))
    below = np.median(grouped[index].reshape(RESAMPLES, -1), axis=1)
    draws = np.median(images[index], axis=1) / np.where(below > 0, below, np.inf)
    return float(np.median(images) / np.median(others)), *_quantiles(draws)


def _auc_with_bounds(matrix: Vector, labels: tuple[str, ...]) -> tuple[float, float, float, float]:
    """AUC of between- against within-class distances, its bounds over resampled systems, and the label-permutation p."""
    return _cached_auc(np.ascontiguousarray(matrix, np.float64).tobytes(), labels)


@lru_cache(maxsize=512)  # controls are the same for every metric
def _cached_auc(data: bytes, labels: tuple[str, ...]) -> tuple[float, float, float, float]:
    matrix = np.frombuffer(data).reshape(len(labels), len(labels))
    names, classes = np.unique(labels, return_inverse=True)
    n = len(classes)
    i, j = np.triu_indices(n, 1)
    d = matrix[i, j]
    order = np.argsort(d, kind="stable")
    i, j, d = i[order], j[order], d[order]
    first = np.searchsorted(d, d, side="left")  # ties count half
    last = np.searchsorted(d, d, side="right")
    rng = np.random.default_rng(_STREAM)
    members = [np.flatnonzero(classes == c) for c in range(len(names))]
    counts = np.zeros((RESAMPLES, n), np.float32)
    for group in members:
        drawn = rng.integers(len(group), size=(RESAMPLES, len(group)))
        for k in range(len(group)):
            counts[:, group[k]] = (drawn == k).sum(1)
    between = classes[i] != classes[j]
    value = _auc(between[None].astype(np.float32), (~between)[None].astype(np.float32), first, last)[0]
    weight = counts[:, i] * counts[:, j]
    low, high = _quantiles(_auc(weight * between, weight * ~between, first, last))
    shuffled = np.argsort(rng.random((RESAMPLES, n)), axis=1)
    mixed = classes[shuffled]
    apart = mixed[:, i] != mixed[:, j]
    null = _auc(apart.astype(np.float32), (~apart).astype(np.float32), first, last)
    return float(value), low, high, float((1 + (null >= value - 1e-9).sum()) / (1 + RESAMPLES))


def _auc(
    between: npt.NDArray[np.float32],
    within: npt.NDArray[np.float32],
    first: npt.NDArray[np.intp],
    last: npt.NDArray[np.intp],
) -> Vector:
    """Weighted AUC, row by row, over pairs sorted by distance; `first` and `last` bound the run of ties of each pair."""
    below = np.zeros((len(within), within.shape[1] + 1))
    np.cumsum(within, axis=1, out=below[:, 1:])
    wins = (between * (below[:, first] + below[:, last]) / 2).sum(1)
    out: Vector = wins / (between.sum(1, dtype=float) * below[:, -1])
    return out
