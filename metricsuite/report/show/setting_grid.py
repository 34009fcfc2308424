"""How much of a verdict hangs on hyper-parameters: one test asked again at a dozen settings around the declared one.

Parameters of the metric are halved and doubled, a rank also goes far above; preprocessing (every other time step, half of the
units, a few principal components) is a hyper-parameter like any other. What is drawn is the statistic with its bounds at every
setting, and beside it the median distances within and between classes, from which the reason of a fall can be read
(`setting_plot.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from metricsuite.adapting import Metric
from metricsuite.arrays import Trajectories
from metricsuite.criteria import Decision
from metricsuite.designs import Contrast
from metricsuite.errors import CaseError, MetricsuiteError
from metricsuite.registry import load_metric
from metricsuite.report.show.recording import Recorded, Wanted, mapped, record
from metricsuite.threads import one_thread

MOST = 12  # settings in all
COMPONENTS = 3
FAR = (4, 10)  # times the declared rank
DEFAULT_CASES = {  # Contrasts that built-in metrics of either kind decide at their declared setting
    "none": "mechanism/test_tells_an_attractor_from_a_chain[same-input]",
    "samples": "ring_line/test_tells_a_ring_from_a_cut_ring[same-input]",
}


@dataclass(frozen=True)
class Setting:
    """Parameters that differ from the declared ones, and what is done to the data first."""

    parameters: Mapping[str, float] = field(default_factory=dict)
    preprocessing: str = ""

    @property
    def name(self) -> str:
        """ "declared", "rank=8", "PCA to 3 components"."""
        changed = [f"{k}={v:g}" for k, v in self.parameters.items()]
        return ", ".join([*changed, *filter(None, [self.preprocessing])]) or "declared"


@dataclass(frozen=True)
class Outcome:
    """What one setting gave: a decision with the medians within and between classes (None where there are none), or an error."""

    setting: Setting
    decision: Decision | None = None
    within: float | None = None
    between: float | None = None
    error: str = ""

    @property
    def answer(self) -> str:
        return "error" if self.decision is None else self.decision.answer


@dataclass(frozen=True)
class Grid:
    """All settings of one metric on one design, the declared one first."""

    target: str
    declared: Mapping[str, Any]
    verdict: Recorded
    outcomes: tuple[Outcome, ...]

    @property
    def keeping(self) -> int:
        """How many settings give the answer that the declared one gives."""
        return sum(o.answer == self.outcomes[0].answer for o in self.outcomes)


def default_case(target: str) -> str:
    """A Contrast in the scope of the metric: attractor or chain, for a metric of samples ring or cut ring."""
    return DEFAULT_CASES[load_metric(target).spec.pairing]


PREPROCESSING: dict[str, Callable[[Trajectories], Trajectories]] = {
    "every other time step": lambda s: _with(s, s.array[:, ::2], 2),
    "half of the units": lambda s: _with(s, s.array[:, :, ::2]),
    f"PCA to {COMPONENTS} components": lambda s: _with(s, _components(s.array)),
}


def _with(system: Trajectories, array: Any, every: int = 1) -> Trajectories:
    inputs = None if system.inputs is None else system.inputs[:, ::every]
    return replace(system, array=array, inputs=inputs, dt=system.dt * every)


def _components(array: Any) -> Any:
    flat = array.reshape(-1, array.shape[2]).astype(np.float64)
    mean = flat.mean(0)
    directions = np.linalg.svd(flat - mean, full_matrices=False)[2][:COMPONENTS].T
    return (array - mean) @ directions


def settings_around(metric: Metric) -> tuple[dict[str, Any], list[Setting]]:
    """The numeric parameters that a metric declares, and at most 12 settings: the declared one, each alone, then jointly.

    A whole number stays one, 1 or more; 0 and None have no double. A parameter called rank also goes to 4 and 10 times its value.
    """
    declared = {k: v for k, v in metric.setting.items() if _is_number(v) and v}
    far = [Setting({k: times * v}) for k, v in declared.items() if k == "rank" and v >= 1 for times in FAR]
    alone = [Setting({k: w}) for k, v in declared.items() for w in (_scaled(v, 0.5), _scaled(v, 2)) if w != v]
    joint = [
        Setting({k: w for k, v in declared.items() if (w := _scaled(v, times)) != v})
        for times in (2, 0.5)
        if len(declared) > 1
    ]
    first = [Setting(), *(Setting({}, name) for name in PREPROCESSING), *far]
    room = MOST - len(first)
    chosen = [*alone[:room], *joint[: max(0, room - len(alone))]]
    return declared, [first[0], *chosen, *first[1:]]


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _scaled(value: float, times: float) -> float:
    """About so many times a number; of its type, and a whole number at least 1 in size."""
    if isinstance(value, int):
        sign = 1 if value > 0 else -1
        return sign * max(1, round(abs(value) * times))
    return value * times


def grid_of(target: str, path: Path, test: str, seeds: int | None = None) -> Grid:
    """Ask one test again at every setting.

    Parameters
    ----------
    target : str
        As for ``--metric``; parameters given there are the declared ones.
    path, test : Path, str
        A case file, and the test or verdict in it; the first verdict that reaches a decision is taken.
    seeds : int, optional

    Raises
    ------
    CaseError
        No such test, or the declared setting reaches no decision there.
    MetricsuiteError
        As `load_metric`.
    """
    metric = load_metric(target)
    found = record(path, Wanted(test), [target], seeds)
    decided = [r for r in found if r.decision is not None and r.design is not None]
    if not decided:
        raise CaseError(f"{target}: no decision at the declared setting: {found[0].row.reason}. Name another --case.")
    one = decided[0]
    declared, settings = settings_around(metric)
    with one_thread():
        outcomes = tuple(_outcomes(target, metric, one, settings))
    return Grid(target, declared, one, outcomes)


def _outcomes(target: str, metric: Metric, one: Recorded, settings: list[Setting]) -> Iterator[Outcome]:
    for setting in settings:
        change = PREPROCESSING.get(setting.preprocessing)
        try:
            if setting == Setting():
                assert one.decision is not None
                yield _outcome(setting, one.decision)
                continue
            changed = load_metric(_target(target, {**metric.parameters, **setting.parameters}))
            decision = one.again(changed, lambda design, change=change: mapped(design, change) if change else design)
            yield _outcome(setting, decision)
        except MetricsuiteError as error:
            yield Outcome(setting, error=str(error))


def _target(target: str, parameters: Mapping[str, Any]) -> str:
    bare = target.partition("(")[0]
    return f"{bare}({', '.join(f'{k}={v!r}' for k, v in parameters.items())})" if parameters else bare


def _outcome(setting: Setting, decision: Decision) -> Outcome:
    distances = decision.distances
    if distances is None or not isinstance(distances.design, Contrast):
        return Outcome(setting, decision)
    same = np.array([distances.labels[i] == distances.labels[j] for i, j in distances.pairs])
    values = distances.of(distances.pairs)
    return Outcome(setting, decision, float(np.median(values[same])), float(np.median(values[~same])))


def table(grid: Grid) -> list[str]:
    """What is printed: the design, a row for each setting, the fraction that keeps the answer, and why a rank far above fails."""
    declared = ", ".join(f"{k}={v:g}" for k, v in grid.declared.items()) or "no numeric parameters"
    lines = [
        f"{grid.target} (declared: {declared}) on {grid.verdict.row.id}, {grid.verdict.row.seeds}",
        f"  {'setting':<40}{'answer':<9}{'statistic, 99 % bounds':<26}{'within':>9}{'between':>9}",
    ]
    for o in grid.outcomes:
        if o.decision is None:
            lines += [f"  {o.setting.name:<40}{'error':<9}{o.error}"]
            continue
        d = o.decision
        medians = "".join(f"{m:>9.3g}" for m in (o.within, o.between) if m is not None)
        statistic = f"{d.what} {d.statistic:.2f} [{d.low:.2f}, {d.high:.2f}]"
        lines.append(f"  {o.setting.name:<40}{d.answer:<9}{statistic:<26}{medians}")
    lines.append(verdict_line(grid))
    return lines + reasons(grid)


def verdict_line(grid: Grid) -> str:
    """How many settings keep the declared one's answer."""
    answer, n = grid.outcomes[0].answer, len(grid.outcomes)
    return f"{grid.keeping} of {n} settings ({grid.keeping / n:.0%}) answer {answer!r}, as the declared one does."


def reasons(grid: Grid) -> list[str]:
    """A sentence for every setting of a Contrast whose AUC falls and loses a "yes": what became of the distances within and between classes."""
    first = grid.outcomes[0]
    if first.answer != "yes" or not first.within or not first.between:
        return []
    assert first.decision is not None
    lines = []
    for o in grid.outcomes[1:]:
        if o.decision is None or o.answer == "yes" or o.within is None or o.between is None:
            continue
        if o.decision.statistic >= first.decision.statistic:
            continue  # its bounds are wider, no more
        farther, apart = o.within / first.within, o.between / first.between
        how = (
            "two systems of one class are then nearly as far apart as two of different classes"
            if o.within > 0.8 * o.between
            else "the distances of the two kinds overlap more"
        )
        lines.append(
            f"{o.setting.name}: AUC {first.decision.statistic:.2f} -> {o.decision.statistic:.2f}. The median distance within a class is "
            f"{farther:.1f} times what it was, between classes {apart:.1f} times, so that within / between goes from "
            f"{first.within / first.between:.2f} to {o.within / o.between:.2f}: {how}."
        )
    return lines
