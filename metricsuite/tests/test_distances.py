"""`pairwise`: what is prepared and compared, what lies outside a scope, and every breach of the contract found."""

import gc
import random
import weakref
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from metricsuite import Contrast, MetricSpec, Orbit, Sweep, Trajectories, metric, pairwise
from metricsuite.adapting import adapt
from metricsuite.bench import Local
from metricsuite.designs import Design
from metricsuite.distances import Distances, scope_gap
from metricsuite.errors import MetricError, MetricKilled, NotApplicable
from metricsuite.metrics.controls import CONTROLS
from metricsuite.metrics.kernel_alignment import CKA
from metricsuite.metrics.orthogonal_procrustes import Procrustes


def make_systems(seed: int, count: int = 2, shape: tuple[int, int, int] = (2, 5, 3)) -> list[Any]:
    return list(np.random.default_rng(seed).normal(size=(count, *shape)))


def contrast(paired: bool = True) -> Contrast:
    return Contrast({"ring": make_systems(0), "line": make_systems(1)}, paired=paired)


def with_inputs() -> Contrast:
    def system(seed: int) -> Trajectories:
        rng = np.random.default_rng(seed)
        return Trajectories(rng.normal(size=(2, 5, 3)), inputs=rng.normal(size=(2, 5, 1)), conditions=[0, 1], dt=0.1)

    return Contrast({"ring": [system(0), system(1)], "line": [system(2), system(3)]}, paired=True)


def gap(x: Any, y: Any) -> float:
    return float(np.sqrt(np.mean((x - y) ** 2)))


def lead(x: Any, y: Any) -> float:
    """Another distance in either direction: the second counts twice."""
    return gap(x, 2 * y)


def counted() -> tuple[Any, Counter[str], list[tuple[float, float]]]:
    """A metric class that counts its prepares and notes its comparisons, by the first number of each system."""
    prepared: Counter[str] = Counter()
    compared: list[tuple[float, float]] = []

    class Counted:
        def prepare(self, x: Any) -> Any:
            prepared[f"{x[0, 0, 0]:.6f}"] += 1
            return x

        def compare(self, a: Any, b: Any) -> float:
            compared.append((float(a[0, 0, 0]), float(b[0, 0, 0])))
            return gap(a, b)

    return Counted, prepared, compared


def refusal(plugin: Any, design: Design, error: type[Exception] = MetricError, **how: Any) -> str:
    with pytest.raises(error) as raised:
        pairwise(plugin, design, **how)
    assert error is raised.type
    return str(raised.value)


def faults(plugin: Any, design: Design | None = None) -> dict[str, str]:
    return pairwise(plugin, design or contrast(), strict=False).faults


class TestWhatIsCompared:
    def test_a_function(self) -> None:
        design = contrast()
        expected = [gap(design.systems[i].array, design.systems[j].array) for i, j in design.pairs]
        np.testing.assert_array_equal(expected, pairwise(gap, design).of(design.pairs))

    def test_a_class(self) -> None:
        plugin, _, _ = counted()
        np.testing.assert_array_equal(pairwise(gap, contrast()).matrix, pairwise(plugin, contrast()).matrix)

    def test_an_adapted_metric(self) -> None:
        np.testing.assert_array_equal(
            pairwise(gap, contrast()).matrix, pairwise(adapt(gap, name="gap"), contrast()).matrix
        )

    def test_a_metric_on_its_bench(self) -> None:
        bench = Local(adapt(gap, name="gap"))
        np.testing.assert_array_equal(pairwise(gap, contrast()).matrix, pairwise(bench, contrast()).matrix)

    def test_a_lambda(self) -> None:
        assert (4, 4) == pairwise(lambda x, y: gap(x, y), contrast()).matrix.shape

    def test_a_similarity_is_turned_round(self) -> None:
        design = contrast()
        expected = [1 - CKA()(design.systems[i].array, design.systems[j].array) for i, j in design.pairs]
        np.testing.assert_allclose(pairwise(CKA, design).of(design.pairs), expected, rtol=1e-12)

    def test_a_metric_keeps_its_label(self) -> None:
        assert "gap(k=1)" == pairwise(adapt(lambda x, y, k: 0.5, name="gap", parameters={"k": 1}), contrast()).metric

    def test_a_function_goes_by_its_name(self) -> None:
        assert "gap" == pairwise(gap, contrast()).metric

    def test_setting_is_noted(self) -> None:
        assert {"k": 3} == pairwise(adapt(lambda x, y, k=3: 0.5, name="gap"), contrast()).setting

    @pytest.mark.parametrize(
        "design",
        [
            contrast(),
            Orbit(make_systems(0, 3), make_systems(1, 3), paired=True),
            Orbit(make_systems(0, 3), make_systems(1, 3), others=make_systems(2, 3), paired=True),
            Sweep("noise", {0: make_systems(0, 3), 1: make_systems(1, 3)}, paired=True),
            Sweep("noise", {n: {"a": make_systems(n), "b": make_systems(n + 9)} for n in (0, 1)}, paired=True),
        ],
        ids=["contrast", "orbit", "orbit with others", "sweep", "sweep of contrasts"],
    )
    def test_every_pair_of_the_design_and_no_other(self, design: Design) -> None:
        found = pairwise(gap, design)
        expected = sorted({*design.pairs, *((j, i) for i, j in design.pairs)})
        assert expected == sorted((int(i), int(j)) for i, j in np.argwhere(np.isfinite(found.matrix)))

    def test_takes_over_what_the_design_knows(self) -> None:
        design = Sweep("noise", {0: make_systems(0, 3), 1: make_systems(1, 3)}, paired=True)
        found = pairwise(gap, design)
        assert (design.labels, design.pairs, design.blocks, design.positions, design) == (
            found.labels, found.pairs, found.blocks, found.positions, found.design
        )  # fmt: skip

    def test_takes_over_what_the_spec_says(self) -> None:
        plugin = metric("mine", self_value=None, tolerance=0.01)(lambda x, y: gap(x, y))
        found = pairwise(plugin, contrast())
        assert ("mine", None, 0.01) == (found.metric, found.self_value, found.tolerance)

    def test_seconds_are_noted(self) -> None:
        assert ["compare", "prepare"] == sorted(k for k, v in pairwise(gap, contrast()).seconds.items() if v > 0)


class TestHowOften:
    def test_each_system_is_prepared_once(self) -> None:
        plugin, prepared, _ = counted()
        design = contrast()
        pairwise(plugin, design)
        assert {f"{s.array[0, 0, 0]:.6f}": 1 for s in design.systems} == dict(prepared)

    def test_one_direction_where_symmetry_is_claimed(self) -> None:
        plugin, _, compared = counted()
        pairwise(metric("mine", axioms={"symmetry"})(plugin), contrast())
        assert 6 == len(compared)

    def test_both_directions_where_it_is_not(self) -> None:
        plugin, _, compared = counted()
        pairwise(plugin, contrast())
        assert sorted((b, a) for a, b in compared) == sorted(compared)

    @pytest.mark.parametrize("both, expected", [(True, 12), (False, 6)])
    def test_or_as_the_caller_says(self, both: bool, expected: int) -> None:
        plugin, _, compared = counted()
        pairwise(plugin, contrast(), both=both)
        assert expected == len(compared)

    def test_backwards_runs_in_reverse_order(self) -> None:
        plugin, _, compared = counted()
        pairwise(plugin, contrast())
        forwards = compared.copy()
        compared.clear()
        pairwise(plugin, contrast(), backwards=True)
        assert forwards[::-1] == compared

    @pytest.mark.parametrize("both", [True, False])
    def test_backwards_gives_the_same(self, both: bool) -> None:
        one, two = (pairwise(lead, contrast(), both=both, backwards=b).matrix for b in (False, True))
        np.testing.assert_array_equal(one, two)


class TestDirections:
    def test_both_are_kept_apart(self) -> None:
        design = contrast()
        x, y = (s.array for s in design.systems[:2])
        assert (lead(x, y), lead(y, x)) == tuple(pairwise(lead, design).matrix[[0, 1], [1, 0]])

    def test_mean_is_of_both(self) -> None:
        design = contrast()
        x, y = (s.array for s in design.systems[:2])
        assert (lead(x, y) + lead(y, x)) / 2 == pairwise(lead, design).mean[0, 1]

    def test_one_direction_stands_for_both(self) -> None:
        found = pairwise(lead, contrast(), both=False).matrix
        np.testing.assert_array_equal(found, found.T)

    def test_asymmetry_is_in_parts_of_the_median(self) -> None:
        matrix = [[np.nan, 1.0, 4.0], [1.5, np.nan, 2.0], [4.0, 2.0, np.nan]]
        assert 0.5 / 2 == Distances.by_hand(matrix, ["a", "a", "b"], both=True).asymmetry

    def test_asymmetry_of_one_direction_is_nothing(self) -> None:
        assert 0.0 == pairwise(lead, contrast(), both=False).asymmetry


class TestByHand:
    MATRIX = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 6.0], [2.0, 6.0, 0.0]])

    def test_scale_is_the_median_distance(self) -> None:
        assert 2.0 == Distances.by_hand(self.MATRIX, "aab").scale

    def test_scale_leaves_out_what_is_not_finite(self) -> None:
        matrix = self.MATRIX.copy()
        matrix[0, 1] = matrix[1, 0] = np.inf
        assert 4.0 == Distances.by_hand(matrix, "aab").scale

    def test_scale_of_nothing(self) -> None:
        assert 0.0 == Distances.by_hand(np.full((3, 3), np.nan), "aab").scale

    @pytest.mark.parametrize("tolerance, expected", [(0.0, 2e-6), (1e-9, 2e-6), (0.01, 0.02)])
    def test_rounding(self, tolerance: float, expected: float) -> None:
        assert expected == pytest.approx(Distances.by_hand(self.MATRIX, "aab", tolerance=tolerance).rounding)

    def test_of_no_pairs(self) -> None:
        assert (0,) == Distances.by_hand(self.MATRIX, "aab").of([]).shape


def scoped(**scope: Any) -> MetricSpec:
    return MetricSpec(name="mine", **scope)


def of_units(*units: int) -> Contrast:
    return Contrast({k: [make_systems(0, 1, (2, 5, n))[0] for n in units] for k in "ab"}, paired=True)


class TestScope:
    @pytest.mark.parametrize(
        "scope, design, expected",
        [
            ({}, contrast(False), "outside its scope: pairing='samples', and these trials do not correspond"),
            ({"pairing": "none"}, contrast(False), ""),
            ({}, contrast(), ""),
            ({"pairing": "none"}, contrast(), ""),
            ({"units": "equal"}, of_units(3, 4), "outside its scope: units='equal', and these systems differ in their number of units"),
            ({"units": "equal"}, of_units(3, 3), ""),
            ({"units": "any"}, of_units(3, 4), ""),
            ({"min_samples": 11}, contrast(), "outside its scope: min_samples=11, and a system has 10"),
            ({"min_samples": 10}, contrast(), ""),
            ({"needs": {"inputs"}}, contrast(), "outside its scope: needs inputs, and the systems have none"),
            ({"needs": {"conditions"}}, contrast(), "outside its scope: needs conditions, and the systems have none"),
            ({"needs": {"inputs", "conditions"}}, contrast(), "outside its scope: needs conditions, and the systems have none"),
            ({"needs": {"inputs", "conditions", "dt"}}, with_inputs(), ""),
            ({"needs": {"dt"}}, contrast(), ""),
        ],
    )  # fmt: skip
    def test_gap(self, scope: dict[str, Any], design: Design, expected: str) -> None:
        assert expected == scope_gap(scoped(**scope), design)

    def test_units_may_differ_between_systems_that_are_not_compared(self) -> None:
        levels = {n: {k: make_systems(0, 2, (2, 5, n)) for k in "ab"} for n in (3, 4)}
        assert "" == scope_gap(scoped(units="equal"), Sweep("units", levels, paired=True))

    def test_one_short_system_is_enough(self) -> None:
        design = Contrast({"a": make_systems(0), "b": make_systems(0, shape=(1, 4, 3))}, paired=False)
        expected = "outside its scope: min_samples=10, and a system has 4"
        assert expected == scope_gap(scoped(pairing="none", min_samples=10), design)

    def test_one_system_without_inputs_is_enough(self) -> None:
        design = with_inputs()
        mixed = Contrast({"a": design.systems[:2], "b": make_systems(0)}, paired=True)
        assert "outside its scope: needs inputs, and the systems have none" == scope_gap(
            scoped(needs={"inputs"}), mixed
        )

    def test_outside_is_noted_where_it_could_be_run(self) -> None:
        expected = "outside its scope: pairing='samples', and these trials do not correspond"
        assert expected == pairwise(gap, contrast(False)).outside

    def test_inside_is_nothing_to_note(self) -> None:
        assert "" == pairwise(gap, contrast()).outside

    def test_not_applicable_where_it_could_not(self) -> None:
        design = Contrast({"ring": make_systems(0), "line": make_systems(1, shape=(2, 4, 3))}, paired=False)
        said = refusal(Procrustes, design, NotApplicable)
        expected = (
            "outside its scope: pairing='samples', and these trials do not correspond; and procrustes raised InputError: procrustes: x "
            "has 2 trials of 5 time points, y has 2 of 4; needed the same, since row i of one is compared with row i of the other. "
            "Give both the same trials, or use a metric with pairing='none'. (arrays.py:"
        )
        assert expected == said[: len(expected)]

    def test_an_error_inside_the_scope_is_one(self) -> None:
        def mine(x: Any, y: Any) -> float:
            raise ValueError("no inverse")

        line = mine.__code__.co_firstlineno + 1
        expected = (
            f"mine raised ValueError: no inverse (test_distances.py:{line} in mine), for systems 0 and 1 (ring, ring)"
        )
        assert expected == refusal(mine, contrast())

    def test_a_breach_of_contract_outside_is_not_applicable(self) -> None:
        expected = "outside its scope: pairing='samples', and these trials do not correspond; and mine returned nan for systems 0 and 1 (ring, ring)"
        assert expected == refusal(metric("mine")(lambda x, y: np.nan), contrast(False), NotApplicable)

    def test_a_killed_metric_is_no_matter_of_scope(self) -> None:
        def mine(x: Any, y: Any) -> float:
            raise MetricKilled("mine: hung")

        assert "mine: hung" == refusal(mine, contrast(False), MetricKilled)


GLOBAL_STATES: dict[str, tuple[Callable[[], Any], Callable[[], Any]]] = {  # draw or seed, and read
    "python's random": (random.random, lambda: random.getstate()),
    "numpy.random": (lambda: np.random.seed(3), lambda: np.random.get_state()[1].tolist()),  # noqa: NPY002
    "torch": (lambda: torch.rand(1), lambda: torch.get_rng_state().tolist()),
}
each_state = pytest.mark.parametrize("library", GLOBAL_STATES)


def touching(library: str) -> Callable[[Any, Any], float]:
    def mine(x: Any, y: Any) -> float:
        GLOBAL_STATES[library][0]()
        return gap(x, y)

    return mine


def writing(x: Any, y: Any) -> float:
    value = gap(x, y)
    y[0, 0, 0] = 100.0
    return value


class TestFaults:
    """What breaks the contract: collected where not strict, raised otherwise."""

    def test_none(self) -> None:
        assert {} == faults(gap)

    @pytest.mark.parametrize(
        "value, said",
        [
            (np.nan, "returned nan"),
            (np.inf, "returned inf"),
            ("near", "returned 'near' (str); needed one float,"),
            (None, "returned None (NoneType); needed one float,"),
            (True, "returned True (bool); needed one float,"),
            (1 + 2j, "returned (1+2j) (complex); needed one float,"),
            (np.ones(2), "returned an array of shape (2,); needed one float,"),
        ],
        ids=lambda v: type(v).__name__,
    )
    def test_not_one_finite_float(self, value: Any, said: str) -> None:
        assert {"finite": f"{said} for systems 0 and 1 (ring, ring)"} == faults(lambda_named(lambda x, y: value))

    def test_the_first_of_several_is_named(self) -> None:
        design = contrast()
        bad = design.systems[2].array[0, 0, 0]
        plugin = lambda_named(lambda x, y: np.nan if bad in (x[0, 0, 0], y[0, 0, 0]) else 1.0)
        assert {"finite": "returned nan for systems 0 and 2 (ring, line)"} == faults(plugin, design)

    def test_the_others_are_compared_all_the_same(self) -> None:
        design = contrast()
        bad = design.systems[2].array[0, 0, 0]
        plugin = lambda_named(lambda x, y: np.nan if bad in (x[0, 0, 0], y[0, 0, 0]) else 1.0)
        found = pairwise(plugin, design, strict=False)
        np.testing.assert_array_equal([1.0, np.nan, 1.0, np.nan, 1.0, np.nan], found.of(design.pairs))

    def test_a_system_that_cannot_be_prepared(self) -> None:
        class Mine:
            def prepare(self, x: Any) -> Any:
                if x[0, 0, 0] == bad:
                    raise ValueError("singular")
                return x

            def compare(self, a: Any, b: Any) -> float:
                return gap(a, b)

        design = contrast()
        bad = design.systems[2].array[0, 0, 0]
        line = Mine.prepare.__code__.co_firstlineno + 2
        expected = (
            f"raised ValueError: singular (test_distances.py:{line} in prepare), given Trajectories(2 trials, 5 time points, 3 units, "
            "dt=1) (line)"
        )
        assert {"finite": expected} == faults(Mine, design)

    def test_a_raise(self) -> None:
        def mine(x: Any, y: Any) -> float:
            raise KeyError("rank")

        line = mine.__code__.co_firstlineno + 1
        expected = f"raised KeyError: 'rank' (test_distances.py:{line} in mine), for systems 0 and 1 (ring, ring)"
        assert {"finite": expected} == faults(mine)

    def test_an_exit(self) -> None:
        def mine(x: Any, y: Any) -> float:
            raise SystemExit(3)

        assert {"finite": "tried to exit the interpreter (SystemExit 3), for systems 0 and 1 (ring, ring)"} == faults(
            mine
        )

    def test_an_interrupt_is_the_users(self) -> None:
        def mine(x: Any, y: Any) -> float:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            pairwise(mine, contrast(), strict=False)

    def test_negative(self) -> None:
        expected = "returned -0.5, below 0 by more than rounding; needed a distance (a similarity says orientation='similarity')"
        assert {"non-negative": expected} == faults(lambda_named(lambda x, y: -0.5))

    def test_negative_is_no_fault_where_no_self_value_is_promised(self) -> None:
        plugin = metric("mine", self_value=None)(lambda x, y: -0.5)
        found = pairwise(plugin, contrast(), strict=False)
        assert ({}, -0.5) == (found.faults, found.matrix[0, 1])

    def test_changed_input(self) -> None:
        assert {"input-untouched": "changed its input (system 0)"} == faults(writing)

    def test_changed_input_by_prepare(self) -> None:
        class Mine:
            def prepare(self, x: Any) -> Any:
                x -= x.mean()
                return x

            def compare(self, a: Any, b: Any) -> float:
                return gap(a, b)

        assert {"input-untouched": "changed its input (system 0)"} == faults(Mine)

    def test_input_that_becomes_nan(self) -> None:
        def mine(x: Any, y: Any) -> float:
            x[:] = np.nan
            return 1.0

        assert {"input-untouched": "changed its input (system 0)"} == faults(mine)

    @pytest.mark.parametrize("need", ["inputs", "conditions"])
    def test_changed_inputs_or_conditions(self, need: str) -> None:
        def mine(x: Any, y: Any, **given: Any) -> float:
            given[need][0][:] = 7
            return gap(x, y)

        assert ["input-untouched"] == list(faults(metric("mine", needs={need})(mine), with_inputs()))

    @each_state
    def test_global_random_state(self, library: str) -> None:
        expected = f"used or seeded the global random state of {library}; needed a Generator of its own (random=True gives one)"
        assert {"stateless": expected} == faults(touching(library))

    @each_state
    def test_global_random_state_is_put_back(self, library: str) -> None:
        before = GLOBAL_STATES[library][1]()
        pairwise(touching(library), contrast(), strict=False)
        assert before == GLOBAL_STATES[library][1]()

    @each_state
    def test_global_random_state_is_put_back_where_strict(self, library: str) -> None:
        before = GLOBAL_STATES[library][1]()
        refusal(touching(library), contrast())
        assert before == GLOBAL_STATES[library][1]()

    def test_global_random_state_is_put_back_where_another_fault_comes_first(self) -> None:
        def mine(x: Any, y: Any) -> float:
            np.random.seed(3)  # noqa: NPY002
            return float("nan")

        before = GLOBAL_STATES["numpy.random"][1]()
        refusal(mine, contrast())
        assert before == GLOBAL_STATES["numpy.random"][1]()

    def test_several_libraries_are_named_together(self) -> None:
        def mine(x: Any, y: Any) -> float:
            random.random()
            np.random.random()  # noqa: NPY002
            return gap(x, y)

        assert "of python's random, numpy.random; needed" in faults(mine)["stateless"]

    def test_several_faults_are_collected(self) -> None:
        def mine(x: Any, y: Any) -> float:
            random.random()
            x[:] = 0
            return -1.0

        assert ["input-untouched", "non-negative", "stateless"] == sorted(faults(mine))

    @pytest.mark.parametrize(
        "plugin, expected",
        [
            (lambda x, y: np.nan, "mine returned nan for systems 0 and 1 (ring, ring)"),
            (lambda x, y: "near", "mine returned 'near' (str); needed one float, for systems 0 and 1 (ring, ring)"),
            (writing, "mine changed its input (system 0)"),
            (
                lambda x, y: -0.5,
                "mine returned -0.5, below 0 by more than rounding; needed a distance (a similarity says orientation='similarity')",
            ),
        ],
        ids=["nan", "text", "writing", "negative"],
    )
    def test_strict_raises(self, plugin: Any, expected: str) -> None:
        assert expected == refusal(lambda_named(lambda x, y: plugin(x, y)), contrast())

    def test_strict_stops_at_the_first(self) -> None:
        calls: list[int] = []
        refusal(lambda_named(lambda x, y: calls.append(1) or np.nan), contrast())
        assert 1 == len(calls)


def lambda_named(function: Callable[[Any, Any], Any]) -> Any:
    """A lambda under a name that a spec takes."""
    function.__name__ = "mine"
    return function


class TestRounding:
    """1 - s = -4e-15 at identity is what a sound similarity gives."""

    @staticmethod
    def near(value: float) -> Distances:
        x, y = make_systems(0)
        design = Contrast({"a": [x, x], "b": [y, y]}, paired=True)
        return pairwise(lambda_named(lambda x, y: value if np.array_equal(x, y) else 1.0), design, strict=False)

    @pytest.mark.parametrize("value", [-4e-15, -9e-7])
    def test_is_no_negative(self, value: float) -> None:
        assert {} == self.near(value).faults

    def test_beyond_a_millionth_of_the_median_is(self) -> None:
        expected = "returned -1.1e-06, below 0 by more than rounding; needed a distance (a similarity says orientation='similarity')"
        assert {"non-negative": expected} == self.near(-1.1e-6).faults

    def test_counts_as_zero(self) -> None:
        assert 0.0 == np.nanmin(self.near(-4e-15).matrix)

    def test_counts_as_zero_in_the_mean(self) -> None:
        assert 0.0 == np.nanmin(self.near(-4e-15).mean)

    def test_is_relative(self) -> None:
        x, y = make_systems(0)
        design = Contrast({"a": [x, x], "b": [y, y]}, paired=True)
        plugin = lambda_named(lambda x, y: -4e-15 if np.array_equal(x, y) else 1e-12)
        assert ["non-negative"] == list(faults(plugin, design))

    def test_a_tolerance_widens_it(self) -> None:
        x, y = make_systems(0)
        design = Contrast({"a": [x, x], "b": [y, y]}, paired=True)
        plugin = metric("mine", tolerance=0.05)(lambda x, y: -0.04 if np.array_equal(x, y) else 1.0)
        assert {} == faults(plugin, design)


class TestCopies:
    def test_a_metric_that_writes_does_not_change_the_design(self) -> None:
        design = contrast()
        before = [s.array.copy() for s in design.systems]
        pairwise(writing, design, strict=False)
        np.testing.assert_array_equal(before, [s.array for s in design.systems])

    @pytest.mark.parametrize("need", ["inputs", "conditions"])
    def test_nor_its_inputs_or_conditions(self, need: str) -> None:
        def mine(x: Any, y: Any, **given: Any) -> float:
            given[need][0][:] = 7
            return gap(x, y)

        design = with_inputs()
        before = [getattr(s, need).copy() for s in design.systems]
        pairwise(metric("mine", needs={need})(mine), design, strict=False)
        np.testing.assert_array_equal(before, [getattr(s, need) for s in design.systems])

    def test_the_next_metric_sees_what_the_first_saw(self) -> None:
        design = contrast()
        before = pairwise(gap, design).matrix
        pairwise(writing, design, strict=False)
        np.testing.assert_array_equal(before, pairwise(gap, design).matrix)

    def test_the_callers_arrays_are_safe(self) -> None:
        x = make_systems(0)
        before = [v.copy() for v in x]
        pairwise(writing, Contrast({"a": x, "b": make_systems(1)}, paired=True), strict=False)
        np.testing.assert_array_equal(before, x)


class Prepared:
    def __init__(self, x: Any) -> None:
        self.x = x


@pytest.mark.parametrize("name", ["prepare", "a batch"])
@pytest.mark.usefixtures("no_garbage_collection")
def test_what_was_prepared_is_freed_at_once(name: str) -> None:
    """Arrays do not wake Python's garbage collection: a circle of references would keep a gigabyte for each design."""
    alive: list[weakref.ref[Prepared]] = []

    class Plugin:
        def prepare(self, x: Any) -> Prepared:
            made = Prepared(x)
            alive.append(weakref.ref(made))
            return made

        def compare(self, a: Prepared, b: Prepared) -> float:
            return gap(a.x, b.x)

        if name == "a batch":

            def compare_many(self, states: Any, pairs: Any) -> Any:
                return [gap(states[i].x, states[j].x) for i, j in pairs]

    distances = pairwise(Plugin(), contrast())
    assert [None] * 4 == [ref() for ref in alive]
    assert np.isfinite(distances.mean[0, 1])


@pytest.fixture
def no_garbage_collection() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


class TestControls:
    def test_of_a_contrast(self) -> None:
        design = contrast()
        values = {name: [control(s.array) for s in design.systems] for name, control in CONTROLS.items()}
        expected = {name: np.abs(np.subtract.outer(v, v)) for name, v in values.items()}
        np.testing.assert_equal(expected, pairwise(gap, design).controls)

    @pytest.mark.parametrize(
        "design",
        [
            Orbit(make_systems(0), make_systems(1), paired=True),
            Sweep("noise", {0: make_systems(0), 1: make_systems(1)}, paired=True),
        ],
        ids=["orbit", "sweep"],
    )
    def test_of_nothing_else(self, design: Design) -> None:
        assert {} == pairwise(gap, design).controls

    def test_do_not_depend_on_the_metric(self) -> None:
        design = contrast()
        np.testing.assert_equal(pairwise(gap, design).controls, pairwise(CKA, design).controls)

    def test_by_hand_there_are_none(self) -> None:
        assert {} == Distances.by_hand(np.ones((2, 2)), "ab").controls


class TestLevelsOfASweep:
    LEVELS: ClassVar[dict[float, Any]] = {n: {"a": make_systems(n), "b": make_systems(n + 9)} for n in (0, 1, 2)}
    DESIGN = Sweep("noise", LEVELS, paired=True)

    @pytest.mark.parametrize("level", [0, 1, 2])
    def test_controls_are_those_of_its_systems(self, level: int) -> None:
        expected = pairwise(gap, Contrast(self.LEVELS[level], paired=True)).controls
        np.testing.assert_equal(expected, pairwise(gap, self.DESIGN).at(level).controls)

    @pytest.mark.parametrize("level", [0, 1, 2])
    def test_distances_are_those_of_a_contrast(self, level: int) -> None:
        expected = pairwise(gap, Contrast(self.LEVELS[level], paired=True)).matrix
        np.testing.assert_array_equal(expected, pairwise(gap, self.DESIGN).at(level).matrix)

    def test_labels_pairs_and_positions(self) -> None:
        part = pairwise(gap, self.DESIGN).at(1)
        expected = (("a", "a", "b", "b"), ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)), (1.0,) * 4)
        assert expected == (part.labels, part.pairs, part.positions)

    def test_scale_is_its_own(self) -> None:
        design = Sweep(
            "size", {1: self.LEVELS[0], 10: {k: [10 * s for s in v] for k, v in self.LEVELS[0].items()}}, paired=True
        )
        found = pairwise(gap, design)
        assert 10 * found.at(1).scale == pytest.approx(found.at(10).scale)


@metric("noisy", random=True)
def noisy(x: Any, y: Any, rng: np.random.Generator) -> float:
    return gap(x, y) + float(rng.uniform())


@metric("noisy-states", random=True)
class NoisyStates:
    def prepare(self, x: Any, rng: np.random.Generator) -> Any:
        return x + rng.normal(size=x.shape)

    def compare(self, a: Any, b: Any) -> float:
        return gap(a, b)


each_noisy = pytest.mark.parametrize("plugin", [noisy, NoisyStates], ids=["function", "class"])


class TestRandomMetrics:
    @each_noisy
    def test_same_draw_same_distances(self, plugin: Any) -> None:
        one, two = (pairwise(plugin, contrast(), draw=1).matrix for _ in range(2))
        np.testing.assert_array_equal(one, two)

    @each_noisy
    def test_do_not_depend_on_the_order_of_calls(self, plugin: Any) -> None:
        one, two = (pairwise(plugin, contrast(), backwards=b).matrix for b in (False, True))
        np.testing.assert_array_equal(one, two)

    @each_noisy
    def test_do_not_depend_on_the_global_state(self, plugin: Any) -> None:
        one = pairwise(plugin, contrast()).matrix
        np.random.random()  # noqa: NPY002
        np.testing.assert_array_equal(one, pairwise(plugin, contrast()).matrix)

    @each_noisy
    def test_another_draw_gives_others(self, plugin: Any) -> None:
        one, two = (pairwise(plugin, contrast(), draw=draw).matrix[0, 1] for draw in (0, 1))
        assert one != two

    @each_noisy
    def test_are_no_fault(self, plugin: Any) -> None:
        assert {} == faults(plugin)

    def test_every_pair_has_a_stream_of_its_own(self) -> None:
        found = pairwise(metric("mine", random=True)(lambda x, y, rng: float(rng.uniform())), contrast())
        assert 6 == len(set(found.matrix[np.isfinite(found.matrix)]))  # one for both directions of a pair


class Tuned:
    """Chooses its factor by what it is shown."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor = factor

    def prepare(self, x: Any) -> Any:
        return x

    def compare(self, a: Any, b: Any) -> float:
        return self.factor * gap(a, b)

    def tuned(self, calibration: list[Any]) -> "Tuned":
        calibration[0][:] = 0  # must hurt nobody
        return Tuned(factor=float(len(calibration)))


class TestTuning:
    @staticmethod
    def design() -> tuple[Contrast, list[Trajectories]]:
        design = contrast()
        calibration = [Trajectories(x) for x in make_systems(7, 3)]
        object.__setattr__(design, "calibration", lambda: calibration)
        return design, calibration

    def test_compares_at_the_setting_chosen(self) -> None:
        np.testing.assert_allclose(pairwise(Tuned, self.design()[0]).matrix, 3 * pairwise(gap, contrast()).matrix)

    def test_setting_chosen_is_noted(self) -> None:
        assert {"factor": 3.0} == pairwise(Tuned, self.design()[0]).setting

    def test_not_where_the_user_gave_parameters(self) -> None:
        plugin = adapt(Tuned, name="tuned", parameters={"factor": 2})
        assert {"factor": 2} == pairwise(plugin, self.design()[0]).setting

    def test_not_where_there_is_nothing_to_tune_on(self) -> None:
        assert {"factor": 1.0} == pairwise(Tuned, contrast()).setting

    def test_works_on_copies(self) -> None:
        design, calibration = self.design()
        before = calibration[0].array.copy()
        pairwise(Tuned, design)
        np.testing.assert_array_equal(before, calibration[0].array)

    def test_a_rule_that_raises(self) -> None:
        class Mine(Tuned):
            def tuned(self, calibration: list[Any]) -> "Tuned":
                raise ValueError("too few systems")

        line = Mine.tuned.__code__.co_firstlineno + 1
        expected = f"Mine: tuned(calibration) raised ValueError: too few systems (test_distances.py:{line} in tuned)"
        assert expected == refusal(Mine, self.design()[0])
