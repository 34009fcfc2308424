"""`compare_many`: all pairs of a design in one call, answered as one by one. What must be refused, said, or come out the same."""

import functools
import random
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch

from metricsuite import Contrast, Sweep, Trajectories, metric, pairwise
from metricsuite.adapting import adapt
from metricsuite.bench import Local
from metricsuite.certificate import read_certificate
from metricsuite.criteria import obeys, repeats
from metricsuite.errors import MetricError, MetricKilled, NotApplicable, SpecError
from metricsuite.isolation import Isolated
from metricsuite.subjects import Subjects
from metricsuite.tests.helpers import pytest_in

CASES = Path(__file__).parents[2] / "cases"


def make_systems(seed: int, count: int = 2) -> list[Any]:
    return list(np.random.default_rng(seed).normal(size=(count, 2, 5, 3)))


def contrast(paired: bool = True) -> Contrast:
    return Contrast({"ring": make_systems(0), "line": make_systems(1)}, paired=paired)


class Alone:
    """A distance with two directions, one pair at a time."""

    def prepare(self, x: Any) -> Any:
        return x.ravel()

    def compare(self, a: Any, b: Any) -> Any:
        return float(np.linalg.norm(a - 2 * b))


class Batched(Alone):
    """The same, and all pairs at once; every call is noted."""

    calls: ClassVar[list[tuple[int, list[list[int]]]]] = []

    def compare_many(self, states: Any, pairs: Any) -> Any:
        type(self).calls.append((len(states), pairs.tolist()))
        stack = np.stack(states)
        return np.linalg.norm(stack[pairs[:, 0]] - 2 * stack[pairs[:, 1]], axis=1)


@pytest.fixture(autouse=True)
def _no_calls() -> None:
    Batched.calls.clear()


def returning(value: Any, **claims: Any) -> Any:
    """A metric whose batch returns one thing."""

    class Mine(Alone):
        def compare_many(self, states: Any, pairs: Any) -> Any:
            return value(pairs) if callable(value) else value

    return metric("mine", **claims)(Mine)


def refusal(call: Callable[[], Any], error: type[Exception]) -> str:
    with pytest.raises(error) as raised:
        call()
    assert error is raised.type
    return str(raised.value)


class TestWhatIsTaken:
    def test_who_offers_it(self) -> None:
        assert (True, False, False) == tuple(
            adapt(plugin, name="mine").batched for plugin in (Batched, Alone, lambda x, y: 0.0)
        )

    def test_none_takes_it_back(self) -> None:
        class Mine(Batched):
            compare_many = None  # type: ignore[assignment]

        assert not pairwise(Mine, contrast()).batched

    @pytest.mark.parametrize(
        ("methods", "lacks"),
        [
            (("__call__",), "no prepare and no compare"),
            (("fit", "score"), "no prepare and no compare"),
            (("__call__", "compare"), "no prepare"),
        ],
        ids=lambda value: " ".join(value) if isinstance(value, tuple) else value.replace(" ", "-"),
    )
    def test_without_prepare_and_compare_it_is_refused(self, methods: tuple[str, ...], lacks: str) -> None:
        plugin = type("Mine", (), dict.fromkeys([*methods, "compare_many"], lambda self, x, y: 0.0))
        expected = (
            f"mine: Mine has compare_many but {lacks}; compare_many takes what prepare returned and answers as compare does. "
            "Add what is missing, or drop compare_many."
        )
        assert expected == refusal(lambda: adapt(plugin, name="mine"), SpecError)

    def test_a_random_compare_needs_one_rng_a_pair(self) -> None:
        class Mine(Alone):
            def compare(self, a: Any, b: Any, rng: np.random.Generator) -> Any:
                return float(rng.uniform())

            def compare_many(self, states: Any, pairs: Any, rng: np.random.Generator) -> Any:
                return rng.uniform(size=len(pairs))

        expected = (
            "mine: compare takes rng, and compare_many takes no parameter 'rngs'. Add it (a list, one rng for each pair), or "
            "drop compare_many."
        )
        assert expected == refusal(lambda: adapt(metric("mine", random=True)(Mine), name="mine"), SpecError)


class TestWhatIsReturned:
    @pytest.mark.parametrize(
        "kind",
        [
            list, tuple, np.array, lambda v: np.array(v, np.float32), lambda v: np.array(v, np.int64), lambda v: np.array(v, object),
            torch.tensor, lambda v: torch.tensor(v, requires_grad=True), lambda v: torch.tensor(v).bfloat16(),
            lambda v: [np.float32(value) for value in v], lambda v: [torch.tensor(value) for value in v],
        ],
    )  # fmt: skip
    def test_every_row_of_numbers_is_taken(self, kind: Callable[[Any], Any]) -> None:
        found = pairwise(returning(lambda pairs: kind([float(m) for m in range(len(pairs))])), contrast())
        assert [float(m) for m in range(12)] == sorted(found.matrix[np.isfinite(found.matrix)])

    @pytest.mark.parametrize(
        ("value", "said"),
        [
            (np.ones(3), "an array of shape (3,)"),
            (np.ones((12, 1)), "an array of shape (12, 1)"),
            (np.float64(1.0), "np.float64(1.0) (float64)"),
            (torch.ones(2), "an array of shape (2,)"),
            ([1.0] * 13, "a list of 13"),
            ((), "a tuple of 0"),
            (None, "None (NoneType)"),
            ("far" * 4, "'farfarfarfar' (str)"),
            (dict.fromkeys(range(12), 1.0), "{0: 1.0, 1: 1.0, 2: 1.0, 3: 1.0, 4: 1.0, 5: 1.0, 6: 1.0, 7:  (dict)"),
            ([1.0] * 11 + ["far"], "'far' (str) at entry 11"),
            ([None] * 12, "None (NoneType) at entry 0"),
            (np.full(12, True), "np.True_ (bool) at entry 0"),
            (np.full(12, 1j), "np.complex128(1j) (complex128) at entry 0"),
            (np.array(["far"] * 12), "np.str_('far') (str_) at entry 0"),
            ([[1.0]] * 12, "[1.0] (list) at entry 0"),
            ([10**400] * 12, "an integer of 1329 bits at entry 0"),
        ],
        ids=lambda value: value.replace(" ", "-") if isinstance(value, str) else "",
    )
    def test_anything_else_is_refused(self, value: Any, said: str) -> None:
        bench = Local(adapt(returning(value), name="mine")).open(contrast().systems)
        for i in range(4):
            bench.prepare(i, 0)
        expected = f"compare_many returned {said}; needed 12 floats, one for each pair"
        pairs = [(i, j) for i in range(4) for j in range(4) if i != j]
        assert expected == refusal(lambda: bench.compare_many(pairs, 0), MetricError)

    def test_what_is_refused_breaks_the_contract(self) -> None:
        found = pairwise(returning(np.ones(3)), contrast(), strict=False)
        expected = (
            "answers alone and not in a batch: compare_many returned an array of shape (3,); needed 12 floats, one for each pair. "
            "compare failed for none of these pairs"
        )
        assert {"repeatable": expected} == found.faults

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_what_is_not_finite_is_named_as_by_compare(self, value: float) -> None:
        def values(pairs: Any) -> Any:
            return np.where((pairs == [0, 2]).all(axis=1), value, 1.0)

        found = pairwise(returning(values), contrast(), strict=False)
        assert ({"finite": f"returned {value} for systems 0 and 2 (ring, line)"}, True) == (found.faults, found.batched)

    def test_a_negative_is_named_as_by_compare(self) -> None:
        expected = "mine returned -1, below 0 by more than rounding; needed a distance (a similarity says orientation='similarity')"
        plugin = returning(lambda pairs: -np.ones(len(pairs)))
        assert expected == refusal(lambda: pairwise(plugin, contrast()), MetricError)

    def test_a_similarity_is_turned_round(self) -> None:
        plugin = returning(lambda pairs: np.full(len(pairs), 0.75), orientation="similarity")
        assert 0.25 == pairwise(plugin, contrast()).matrix[0, 1]

    def test_by_the_turn_of_its_spec(self) -> None:
        plugin = returning(lambda pairs: np.full(len(pairs), 0.5), orientation="similarity", turn=lambda s: 1 / s)
        assert 2.0 == pairwise(plugin, contrast()).matrix[0, 1]


class TestOneCall:
    @pytest.mark.parametrize(
        "design",
        [
            contrast(),
            Sweep("noise", {n: {"a": make_systems(n), "b": make_systems(n + 9)} for n in (0, 1)}, paired=True),
        ],
        ids=["contrast", "sweep of contrasts"],
    )
    @pytest.mark.parametrize("how", [{}, {"both": False}, {"backwards": True}])
    def test_gives_what_compare_gives(self, design: Any, how: dict[str, bool]) -> None:
        found, alone = (pairwise(plugin, design, **how) for plugin in (Batched, Alone))
        np.testing.assert_allclose(found.matrix, alone.matrix, rtol=1e-12)
        assert (True, False) == (found.batched, alone.batched)

    def test_holds_all_pairs_in_both_directions(self) -> None:
        design = contrast()
        pairwise(Batched, design)
        assert [(4, [[i, j] for p in design.pairs for i, j in (p, p[::-1])])] == Batched.calls

    def test_or_in_one_where_symmetry_is_claimed(self) -> None:
        design = contrast()
        pairwise(Batched, design, both=False)
        assert [(4, [list(p) for p in design.pairs])] == Batched.calls

    def test_backwards_is_the_reverse_order(self) -> None:
        pairwise(Batched, contrast())
        pairwise(Batched, contrast(), backwards=True)
        assert Batched.calls[0][1] == Batched.calls[1][1][::-1]

    def test_none_where_the_caller_wants_each_pair_alone(self) -> None:
        found = pairwise(Batched, contrast(), alone=True)
        np.testing.assert_array_equal(pairwise(Alone, contrast()).matrix, found.matrix)
        assert ([], False) == (Batched.calls, found.batched)

    def test_seconds_are_those_of_the_call(self) -> None:
        assert 0 < pairwise(Batched, contrast()).seconds["compare"] < 1

    def test_without_what_could_not_be_prepared(self) -> None:
        design = contrast()
        bad = design.systems[1].array.ravel()[0]

        def with_a_bad_system(base: type) -> Any:
            class Mine(base):  # type: ignore[misc]
                def prepare(self, x: Any) -> Any:
                    if x.ravel()[0] == bad:
                        raise ValueError("singular")
                    return super().prepare(x)

            return pairwise(Mine, design, strict=False)

        found, alone = with_a_bad_system(Batched), with_a_bad_system(Alone)
        np.testing.assert_allclose(found.matrix, alone.matrix)
        assert (alone.faults, (3, 6)) == (found.faults, (Batched.calls[0][0], len(Batched.calls[0][1])))

    def test_a_system_and_itself_are_no_pair(self) -> None:
        plugins = (metric("mine", self_value=None)(type("Mine", (base,), {})) for base in (Batched, Alone))
        found, alone = (pairwise(plugin, contrast()) for plugin in plugins)
        np.testing.assert_allclose(found.matrix, alone.matrix)
        assert np.isfinite(np.diag(found.matrix)).all()

    def test_what_it_does_to_its_arguments_hurts_nobody(self) -> None:
        class Mine(Batched):
            def compare_many(self, states: Any, pairs: Any) -> Any:
                values = super().compare_many(states, pairs)
                pairs[:] = 0
                states.clear()
                return values

        np.testing.assert_array_equal(pairwise(Batched, contrast()).matrix, pairwise(Mine, contrast()).matrix)

    def test_after_tuning_it_is_the_tuned_metric_that_is_asked(self) -> None:
        class Mine(Alone):
            def tuned(self, calibration: Any) -> Any:
                return Batched()

        design = contrast()
        object.__setattr__(design, "calibration", lambda: [Trajectories(x) for x in make_systems(7)])
        assert pairwise(Mine, design).batched

    def test_a_random_metric_meets_the_rng_of_each_pair(self) -> None:
        class Mine(Alone):
            def compare(self, a: Any, b: Any, rng: np.random.Generator) -> Any:
                return float(rng.uniform())

            def compare_many(self, states: Any, pairs: Any, rngs: Any) -> Any:
                return [rng.uniform() for rng in rngs]

        plugin = metric("mine", random=True)(Mine)
        together, alone = (pairwise(plugin, contrast(), draw=3, alone=alone).matrix for alone in (False, True))
        np.testing.assert_array_equal(alone, together)


def failing_on(bad: Any, base: type, how: str) -> Any:
    """A metric that cannot compare one system with any other."""

    def check(a: Any, b: Any) -> Any:
        if bad not in (a[0], b[0]):
            return None
        if how == "raises":
            raise ValueError("no inverse")
        return {"nan": np.nan, "text": "far"}[how]

    class Mine(Alone):
        def compare(self, a: Any, b: Any) -> Any:
            found = check(a, b)
            return super().compare(a, b) if found is None else found

    class MineBatched(Mine):
        def compare_many(self, states: Any, pairs: Any) -> Any:
            return [self.compare(states[i], states[j]) for i, j in pairs]

    return metric("mine")(Mine if base is Alone else MineBatched)


class TestFailures:
    """A metric that fails for some pairs is told the same with and without a batch."""

    @pytest.mark.parametrize("how", ["raises", "nan", "text"])
    def test_the_pair_is_named_and_the_others_are_measured(self, how: str) -> None:
        design = contrast()
        bad = design.systems[2].array.ravel()[0]
        together, alone = (pairwise(failing_on(bad, base, how), design, strict=False) for base in (Batched, Alone))
        np.testing.assert_array_equal(alone.matrix, together.matrix)
        assert (alone.faults, ["finite"]) == (together.faults, list(together.faults))

    @pytest.mark.parametrize("how", ["raises", "nan", "text"])
    def test_the_error_is_the_same(self, how: str) -> None:
        design = contrast()
        bad = design.systems[2].array.ravel()[0]
        said = [
            refusal(lambda base=base: pairwise(failing_on(bad, base, how), design), MetricError)  # type: ignore[misc]
            for base in (Batched, Alone)
        ]
        assert said[1] == said[0]

    @pytest.mark.parametrize("how", ["raises", "nan", "text"])
    def test_the_decisions_are_the_same(self, how: str) -> None:
        design = contrast()
        bad = design.systems[2].array.ravel()[0]
        found = []
        for base in (Batched, Alone):
            plugin = failing_on(bad, base, how)
            first, again = (pairwise(plugin, design, strict=False, backwards=b) for b in (False, True))
            alone = pairwise(plugin, design, strict=False, alone=True) if first.batched else None
            found.append((repeats(first, again, None, alone), obeys(first, "finite")))
        assert found[1] == found[0]

    def test_outside_its_scope_it_is_not_applicable(self) -> None:
        design = contrast(paired=False)
        bad = design.systems[2].array.ravel()[0]
        expected = (
            "outside its scope: pairing='samples', and these trials do not correspond; and mine raised ValueError"
        )
        said = refusal(lambda: pairwise(failing_on(bad, Batched, "raises"), design), NotApplicable)
        assert expected == said[: len(expected)]

    def test_a_batch_that_fails_alone_breaks_the_contract(self) -> None:
        class Mine(Alone):
            def compare_many(self, states: Any, pairs: Any) -> Any:
                raise MemoryError("too many pairs")

        line = Mine.compare_many.__code__.co_firstlineno + 1
        found = pairwise(Mine, contrast(), strict=False)
        expected = (
            f"answers alone and not in a batch: compare_many raised MemoryError: too many pairs (test_compare_many.py:{line} in "
            "compare_many). compare failed for none of these pairs"
        )
        np.testing.assert_array_equal(pairwise(Alone, contrast()).matrix, found.matrix)
        assert ({"repeatable": expected}, False) == (found.faults, found.batched)
        assert f"Mine {expected}" == refusal(lambda: pairwise(Mine, contrast()), MetricError)

    def test_that_is_a_breach_of_repeatable_and_of_nothing_else(self) -> None:
        found = pairwise(returning(None), contrast(), strict=False)
        assert ("no", "yes") == (repeats(found, found).answer, obeys(found, "finite").answer)

    def test_an_exit_is_a_failure(self) -> None:
        class Mine(Alone):
            def compare_many(self, states: Any, pairs: Any) -> Any:
                sys.exit(3)

        said = pairwise(Mine, contrast(), strict=False).faults["repeatable"]
        assert "compare_many tried to exit the interpreter (SystemExit 3). compare" in said

    def test_a_killed_metric_is_asked_no_more(self) -> None:
        class Mine(Alone):
            def compare(self, a: Any, b: Any) -> Any:
                raise AssertionError("asked")

            def compare_many(self, states: Any, pairs: Any) -> Any:
                raise MetricKilled("mine: hung")

        assert "mine: hung" == refusal(lambda: pairwise(Mine, contrast()), MetricKilled)


GLOBAL_STATES: dict[str, Callable[[], Any]] = {
    "python's random": random.random,
    "numpy.random": lambda: np.random.seed(3),  # noqa: NPY002
    "torch": lambda: torch.rand(1),
}


class TestWatched:
    @pytest.mark.parametrize("library", GLOBAL_STATES)
    def test_global_random_state(self, library: str) -> None:
        class Mine(Batched):
            def compare_many(self, states: Any, pairs: Any) -> Any:
                GLOBAL_STATES[library]()
                return super().compare_many(states, pairs)

        expected = f"used or seeded the global random state of {library}; needed a Generator of its own (random=True gives one)"
        assert {"stateless": expected} == pairwise(Mine, contrast(), strict=False).faults

    def test_changed_input(self) -> None:
        class Mine(Batched):
            def compare_many(self, states: Any, pairs: Any) -> Any:
                values = super().compare_many(states, pairs)
                states[1][:] = 0  # a view of the input
                return values

        assert {"input-untouched": "changed its input (system 1)"} == pairwise(Mine, contrast(), strict=False).faults


# the contract


PLUGINS = '''
import numpy as np
from metricsuite import metric


class Directed:
    """A distance with two directions: the second system counts less."""

    def prepare(self, x):
        return x.reshape(-1, x.shape[-1]) - x.mean((0, 1))

    def compare(self, a, b):
        return float(np.sqrt(((a - 0.5 * b) ** 2).sum() * (a * a).sum()) * (0.0 if np.array_equal(a, b) else 1.0))

    def compare_many(self, states, pairs):
        return [self.compare(states[i], states[j]) for i, j in pairs]


plain = metric("plain")(type("Plain", (Directed,), {"compare_many": None}))
sound = metric("sound")(type("Sound", (Directed,), {}))


@metric("rounds", axioms={"symmetry"})
class Rounds:
    """|a - b|, in a batch by the formula that rounds otherwise."""

    def prepare(self, x):
        return x.ravel()

    def compare(self, a, b):
        return float(np.linalg.norm(a - b))

    def compare_many(self, states, pairs):
        gram = np.stack(states) @ np.stack(states).T
        i, j = pairs.T
        return np.sqrt(np.maximum(gram[i, i] + gram[j, j] - 2 * gram[i, j], 0)) * (gram[i, i] != gram[j, j])


@metric("drawn", random=True)
class Drawn(Rounds):
    def compare(self, a, b, rng):
        return super().compare(a, b) * (1 + rng.uniform())

    def compare_many(self, states, pairs, rngs):
        return [self.compare(states[i], states[j], rng) for (i, j), rng in zip(pairs, rngs)]


def tilted(share):
    class Tilted(Rounds):
        def compare_many(self, states, pairs):
            return super().compare_many(states, pairs) * (1 + share)
    return Tilted


tolerant = metric("tolerant", tolerance=0.01)(tilted(0.002))
intolerant = metric("intolerant")(tilted(0.002))


@metric("reordered")
class Reordered(Directed):
    def compare_many(self, states, pairs):
        return super().compare_many(states, pairs)[::-1]


@metric("assumes")
class Assumes(Directed):
    """Right only for pairs in the order of the suite's other cases."""

    def compare_many(self, states, pairs):
        rows = sorted((min(p), max(p), p[0] > p[1]) for p in pairs.tolist())
        return [self.compare(states[j], states[i]) if turned else self.compare(states[i], states[j]) for i, j, turned in rows]


@metric("transposed")
class Transposed(Directed):
    def compare_many(self, states, pairs):
        return super().compare_many(states, pairs[:, ::-1])


@metric("companions")
class Companions(Directed):
    def compare_many(self, states, pairs):
        values = np.array(super().compare_many(states, pairs))
        return values / values.max()


@metric("raises")
class Raises(Directed):
    def compare_many(self, states, pairs):
        raise ValueError("no luck")


@metric("short")
class Short(Directed):
    def compare_many(self, states, pairs):
        return super().compare_many(states, pairs)[1:]


@metric("only-together")
class OnlyTogether(Rounds):
    def compare(self, a, b):
        return float("nan")
'''
SOUND = {
    "plain": "plain",
    "sound": "sound",
    "rounds": "Rounds",
    "drawn": "Drawn",
    "tolerant": "tolerant",
}
DIFFER = "compare_many and compare differ by up to "
BROKEN = {
    "intolerant": ("intolerant", DIFFER),
    "reordered": ("Reordered", DIFFER),
    "assumes": ("Assumes", "answers differ by up to "),
    "transposed": ("Transposed", DIFFER),
    "companions": ("Companions", DIFFER),
    "raises": ("Raises", "answers alone and not in a batch: compare_many raised ValueError: no luck (plugins.py:"),
    "short": ("Short", "answers alone and not in a batch: compare_many returned a list of 11; needed 12 floats, one for each pair."),
    "only-together": ("OnlyTogether", "compare returned nan for systems 0 and 1 (calm, calm); compare_many returned a number"),
}  # fmt: skip
WAYS = {"isolated": (), "in process": ("--no-isolation",), "on two workers": ("-n", "2")}
SOME = ["sound", "rounds", "drawn", "transposed", "raises"]  # on two workers, each in one more process of its own


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The suite's own contract, for all of these metrics; where the certificates are."""

    @functools.cache
    def run(way: str) -> Path:
        folder = tmp_path_factory.mktemp(way.replace(" ", "-"))
        (folder / "plugins.py").write_text(PLUGINS, encoding="utf-8")
        attrs = SOUND | {name: attr for name, (attr, _) in BROKEN.items()}
        names = SOME if way == "on two workers" else [*attrs]
        targets = [word for name in names for word in ("--metric", f"plugins.py:{attrs[name]}")]
        pytest_in(folder, str(CASES / "test_contract.py"), *targets, "--certificate", "out", *WAYS[way])
        return folder / "out"

    return run


def contract(folder: Path, name: str) -> dict[str, Any]:
    body = read_certificate(folder / name / "certificate.json").body
    return {v["property"]: v for v in body["verdicts"]}


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_batch_keeps_the_contract(run: Callable[[str], Path], name: str) -> None:
    assert {"kept"} == {v["status"] for v in contract(run("isolated"), name).values()}


@pytest.mark.parametrize("name", BROKEN)
def test_a_batch_that_is_not_sound_breaks_repeatable(run: Callable[[str], Path], name: str) -> None:
    found = contract(run("isolated"), name)["repeatable"]
    expected = BROKEN[name][1]
    assert ("error", expected) == (found["status"], found["reason"][: len(expected)])


@pytest.mark.parametrize("name", BROKEN)
def test_and_nothing_else_but_identity(run: Callable[[str], Path], name: str) -> None:
    """A system and its copy have another pair's distance where the order is wrong."""
    found = contract(run("isolated"), name)
    assert {"repeatable"} == {which for which, v in found.items() if v["status"] == "error"} - {"identity"}


@pytest.mark.parametrize(
    ("way", "name"),
    [*(("in process", name) for name in (*SOUND, *BROKEN)), *(("on two workers", name) for name in SOME)],
)
def test_the_certificate_is_the_same_every_way(run: Callable[[str], Path], way: str, name: str) -> None:
    here, there = (read_certificate(run(w) / name / "certificate.json").without_timings() for w in ("isolated", way))
    assert here == there


def test_pairs_are_counted_as_without_a_batch(run: Callable[[str], Path]) -> None:
    with_it, without = (contract(run("isolated"), name) for name in ("sound", "plain"))
    assert {name: v["pairs"] for name, v in without.items()} == {name: v["pairs"] for name, v in with_it.items()}


# in a process of its own


SLEEPS = """
import time
import numpy as np


class Plain:
    def prepare(self, x):
        return x.ravel()[:100]

    def compare(self, a, b):
        time.sleep(0.02)
        return float(np.linalg.norm(a - b))


class Sleeps(Plain):
    def __init__(self, seconds=0.0):
        self.seconds = seconds

    def compare_many(self, states, pairs):
        time.sleep(self.seconds)
        i, j = pairs.T
        return np.linalg.norm(np.stack(states)[i] - np.stack(states)[j], axis=1)


class Dies(Plain):
    def compare_many(self, states, pairs):
        import os
        os._exit(3)


class Late(Plain):
    def compare_many(self, states, pairs):
        import torch
        torch.manual_seed(0)
        return np.ones(len(pairs))
"""


@pytest.fixture
def isolated(tmp_path: Path, request: pytest.FixtureRequest) -> Callable[..., Isolated]:
    """A metric of that file, in its process."""
    (tmp_path / "sleeps.py").write_text(SLEEPS, encoding="utf-8")

    def isolated(attr: str, limit: float = 60.0) -> Isolated:
        metric = Isolated(f"{tmp_path / 'sleeps.py'}:{attr}", limit=limit)
        request.addfinalizer(metric.close)
        metric.introduce()
        return metric

    return isolated


IsolatedMetric = Callable[..., Isolated]


def test_all_pairs_travel_in_one_message(isolated: IsolatedMetric, monkeypatch: pytest.MonkeyPatch) -> None:
    plugin, sent = isolated("Sleeps"), []
    ask = plugin.ask
    monkeypatch.setattr(plugin, "ask", lambda *message: (sent.append(message[0]), ask(*message))[1])
    pairwise(plugin, contrast())
    assert ["open", *["prepare"] * 4, "compare_many", "audit"] == sent


def test_the_distances_are_those_of_this_process(isolated: IsolatedMetric) -> None:
    design = contrast()
    found = pairwise(isolated("Sleeps"), design)
    expected = [np.linalg.norm(design.systems[i].array - design.systems[j].array) for i, j in design.pairs]
    np.testing.assert_allclose(expected, found.of(design.pairs))
    assert found.batched


def test_a_batch_that_hangs_is_killed_and_told_what_to_do(isolated: IsolatedMetric) -> None:
    said = refusal(lambda: pairwise(isolated("Sleeps(seconds=30.0)", limit=0.5), contrast()), MetricKilled)
    expected = (
        "Sleeps(seconds=30.0) hung: compare_many of 12 pairs took longer than 0.5 s and was killed; raise --metric-timeout, or drop "
        "compare_many: compare has 0.5 s for each pair"
    )
    assert expected == said


def test_a_batch_has_the_time_of_one_call_for_every_hundred_pairs(isolated: IsolatedMetric) -> None:
    systems = {"a": make_systems(0, 8), "b": make_systems(1, 8)}  # 240 pairs and directions: 3 s
    assert pairwise(isolated("Sleeps(seconds=1.5)", limit=1.0), Contrast(systems, paired=True)).batched


def test_a_batch_that_ends_the_process_is_said_so(isolated: IsolatedMetric) -> None:
    said = refusal(lambda: pairwise(isolated("Dies"), contrast()), MetricKilled)
    assert "Dies exited the interpreter with status 3" == said


def test_a_library_that_a_batch_imports_is_watched_from_its_first_call(isolated: IsolatedMetric) -> None:
    assert ["stateless"] == list(pairwise(isolated("Late"), contrast(), strict=False).faults)


def test_the_estimate_is_of_a_pair_in_a_batch(tmp_path: Path) -> None:
    (tmp_path / "sleeps.py").write_text(SLEEPS, encoding="utf-8")
    subjects = Subjects([f"{tmp_path / 'sleeps.py'}:{name}" for name in ("Plain", "Sleeps")], False, None, 60.0)
    subjects.probe()
    alone, together = (s.seconds_a_pair for s in subjects.found.values())
    assert (True, True) == (alone is not None and alone >= 0.02, together is not None and together < 0.02)
