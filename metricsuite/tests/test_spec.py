"""What a metric may state about itself, and one face for every kind of plugin."""

import functools
import json
import operator
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite import MetricSpec, Property, Trajectories, metric
from metricsuite.adapting import Metric, adapt
from metricsuite.answers import as_float
from metricsuite.errors import InputError, MetricError, SpecError
from metricsuite.properties import CONTAINS, EXCLUDES, IMPLIES, PROPERTIES, Exclusion, Implication
from metricsuite.spec import NEEDS, impossible

RNG = np.random.default_rng(21)
X, Y = RNG.normal(size=(2, 2, 5, 3))  # two systems of 2 trials, 5 time points, 3 units
FIELDS = {"axioms": "axiom", "invariant_to": "invariant", "sensitive_to": "sensitive"}


def gap(x: Any, y: Any) -> float:
    """Any metric: the root mean square difference."""
    return float(np.sqrt(np.mean((x - y) ** 2)))


def refusal(call: Callable[..., Any], *given: Any, error: type[Exception] = SpecError, **named: Any) -> str:
    with pytest.raises(error) as raised:
        call(*given, **named)
    return str(raised.value)


def spec_refusal(**fields: Any) -> str:
    return refusal(MetricSpec, **{"name": "mine", **fields})


def known(direction: str) -> str:
    return ", ".join(p.name for p in PROPERTIES.values() if direction in p.directions)


def stated(claims: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The fields of a spec that makes the claims of an `Exclusion`, and no others."""
    claims = list(claims)
    fields: dict[str, Any] = {"self_value": 0.0 if ("a number as self_value", "") in claims else None}
    for which, value in claims:
        if value:
            fields[which] = value if which == "pairing" else {*fields.get(which, ()), value}
    return fields


class TestFields:
    @pytest.mark.parametrize(
        "name", ["", "-mine", "my metric", "mine!", "CKA²", ".mine", "<lambda>", "mine\n", 3, None]
    )
    def test_name(self, name: Any) -> None:
        expected = f"name: {name!r} given; needed letters, digits and . _ - / (it names a folder and a column)."
        assert expected == spec_refusal(name=name)

    @pytest.mark.parametrize("name", ["a", "dsa-10", "my_lab/CKA.v2", "_private", "3d"])
    def test_name_that_is_taken(self, name: str) -> None:
        assert name == MetricSpec(name=name).name

    @pytest.mark.parametrize(
        "field, value, needed",
        [
            ("orientation", "Similarity", "'distance' or 'similarity'"),
            ("orientation", None, "'distance' or 'similarity'"),
            ("orientation", ["distance"], "'distance' or 'similarity'"),
            ("pairing", "trials", "'samples' or 'none'"),
            ("pairing", None, "'samples' or 'none'"),
            ("units", 3, "'any' or 'equal'"),
            ("min_samples", -1, "an integer, 0 or more"),
            ("min_samples", 2.0, "an integer, 0 or more"),
            ("min_samples", True, "an integer, 0 or more"),
            ("min_samples", "2", "an integer, 0 or more"),
            ("random", 1, "True or False"),
            ("random", "no", "True or False"),
            ("self_value", float("nan"), "a finite number, or None"),
            ("self_value", float("-inf"), "a finite number, or None"),
            ("self_value", "0", "a finite number, or None"),
            ("self_value", False, "a finite number, or None"),
            ("tolerance", -1e-9, "a number from 0 to .1 (a part of the median distance)"),
            ("tolerance", 0.1, "a number from 0 to .1 (a part of the median distance)"),
            ("tolerance", float("nan"), "a number from 0 to .1 (a part of the median distance)"),
            ("tolerance", None, "a number from 0 to .1 (a part of the median distance)"),
            ("axioms", "symmetry", "a set of names, such as {'orthogonal'}"),
            ("axioms", None, "a set of names, such as {'orthogonal'}"),
            ("invariant_to", 3, "a set of names, such as {'orthogonal'}"),
            ("invariant_to", [PROPERTIES["orthogonal"]], "a set of names, such as {'orthogonal'}"),
            ("sensitive_to", ["topology", None], "a set of names, such as {'orthogonal'}"),
            ("needs", "dt", "a set of names, such as {'orthogonal'}"),
        ],
    )
    def test_refused_by_name(self, field: str, value: Any, needed: str) -> None:
        assert f"mine: {field}: {value!r} given; needed {needed}." == spec_refusal(**{field: value})

    @pytest.mark.parametrize("source", [None, 3, ["Kornblith 2019"]])
    def test_source_is_text(self, source: Any) -> None:
        assert spec_refusal(source=source).startswith(f"mine: source: {source!r} given; needed ")

    def test_a_need_that_does_not_exist(self) -> None:
        expected = "mine: needs: 'input' given; needed a subset of inputs, conditions, dt."
        assert expected == spec_refusal(needs={"input", "dt"})

    def test_turn_of_a_distance(self) -> None:
        expected = (
            f"mine: turn: {np.arccos!r} given; needed a callable s -> distance, together with orientation='similarity'."
        )
        assert expected == spec_refusal(turn=np.arccos)

    def test_turn_that_is_no_function(self) -> None:
        expected = (
            "mine: turn: 'arccos' given; needed a callable s -> distance, together with orientation='similarity'."
        )
        assert expected == spec_refusal(orientation="similarity", turn="arccos")

    @pytest.mark.parametrize("field", ["axioms", "invariant_to", "sensitive_to", "needs"])
    @pytest.mark.parametrize("kind", [list, tuple, set, frozenset, iter, dict.fromkeys])
    def test_any_iterable_of_names_will_do(self, field: str, kind: Callable[[list[str]], Any]) -> None:
        names = {"axioms": "symmetry", "invariant_to": "orthogonal", "sensitive_to": "topology", "needs": "dt"}
        spec = MetricSpec(name="mine", **{field: kind([names[field]])})
        assert frozenset({names[field]}) == getattr(spec, field)

    def test_defaults_claim_nothing(self) -> None:
        assert frozenset() == MetricSpec(name="mine").claims

    def test_is_frozen(self) -> None:
        with pytest.raises(AttributeError):
            MetricSpec(name="mine").name = "yours"  # type: ignore[misc]


class TestNamesOfProperties:
    @pytest.mark.parametrize(
        "field, name, near",
        [
            ("invariant_to", "ortogonal", "nearest: orthogonal, deformation"),
            ("invariant_to", "rotation", "nearest: permutation, translation, deformation"),
            ("sensitive_to", "topolgy", "nearest: topology"),
            ("sensitive_to", "motif_order", "nearest: motif-order, trial-order, motifs"),
            ("axioms", "symmetric", "nearest: symmetry"),
            ("axioms", "metric", "nearest: symmetry"),
        ],
    )
    def test_misspelt(self, field: str, name: str, near: str) -> None:
        assert f"mine: {field}: no property {name!r}; {near}." == spec_refusal(**{field: {name}})

    @pytest.mark.parametrize("field", FIELDS)
    def test_nothing_like_it(self, field: str) -> None:
        expected = f"mine: {field}: no property 'xyzzy'; known: {known(FIELDS[field])}."
        assert expected == spec_refusal(**{field: {"xyzzy"}})

    @pytest.mark.parametrize(
        "field, name, only, near",
        [
            ("invariant_to", "topology", "sensitive", f"known: {known('invariant')}"),
            ("sensitive_to", "deformation", "invariant", "nearest: permutation, translation, composition"),
            ("axioms", "orthogonal", "invariant, sensitive", "known: symmetry, triangle, same-as"),
            ("invariant_to", "symmetry", "axiom", f"known: {known('invariant')}"),
            ("sensitive_to", "finite", "contract", "nearest: affine"),
        ],
    )
    def test_wrong_direction(self, field: str, name: str, only: str, near: str) -> None:
        expected = f"mine: {field}: {name!r} cannot be claimed so, only as: {only}; {near}."
        assert expected == spec_refusal(**{field: {name}})

    def test_contract_is_never_claimed(self) -> None:
        names = [p.name for p in PROPERTIES.values() if p.track == "contract"]
        refused = [(f, n) for f in FIELDS for n in names if "cannot be claimed so" in spec_refusal(**{f: {n}})]
        assert [(f, n) for f in FIELDS for n in names] == refused

    def test_the_first_in_order_is_named(self) -> None:
        assert "no property 'aaa'" in spec_refusal(invariant_to={"zzz", "orthogonal", "aaa"})

    @pytest.mark.parametrize("field", FIELDS)
    def test_a_lab_has_properties_of_its_own(self, field: str) -> None:
        assert {"my-lab/replay"} == MetricSpec(name="mine", **{field: {"my-lab/replay"}}).claims


class TestContradictions:
    @pytest.mark.parametrize("name", [p.name for p in PROPERTIES.values() if len(p.directions) == 2])
    def test_both_directions_of_one_property(self, name: str) -> None:
        expected = f"mine: invariant_to and sensitive_to both name {name!r}; a metric cannot be both. Remove one."
        assert expected == spec_refusal(invariant_to={name}, sensitive_to={name})

    @pytest.mark.parametrize("group, member", [(g, m) for g, members in CONTAINS.items() for m in members])
    def test_what_a_group_contains(self, group: str, member: str) -> None:
        expected = f"mine: invariant_to {group!r} and sensitive_to {member!r} exclude each other: {member} is a kind of {group}. Remove one."
        assert expected == spec_refusal(invariant_to={group}, sensitive_to={member})

    @pytest.mark.parametrize("group, member", [(g, m) for g, members in CONTAINS.items() for m in members])
    def test_a_metric_may_see_the_group_and_not_what_it_contains(self, group: str, member: str) -> None:
        assert {group, member} == MetricSpec(name="mine", invariant_to={member}, sensitive_to={group}).claims

    @pytest.mark.parametrize("exclusion", EXCLUDES, ids=lambda e: "-and-".join(value for _, value in e.claims))
    def test_what_no_metric_can_keep_together(self, exclusion: Exclusion) -> None:
        expected = f"mine: {exclusion.said} exclude each other: {exclusion.reason}. Remove one."
        assert expected == spec_refusal(**stated(exclusion.claims))

    @pytest.mark.parametrize(
        "exclusion, dropped",
        [(e, i) for e in EXCLUDES for i in range(len(e.claims))],
        ids=lambda v: "-and-".join(value for _, value in v.claims) if isinstance(v, Exclusion) else str(v),
    )
    def test_each_claim_of_them_is_needed(self, exclusion: Exclusion, dropped: int) -> None:
        rest = [claim for i, claim in enumerate(exclusion.claims) if i != dropped]
        assert MetricSpec(name="mine", **stated(rest)).claims <= {value for _, value in rest}

    @pytest.mark.parametrize("implication", IMPLIES, ids=lambda i: f"{'-and-'.join(i.invariances)}-so-{i.implied}")
    def test_what_invariances_imply_cannot_be_seen(self, implication: Implication) -> None:
        said = " and ".join(f"invariant_to {name!r}" for name in sorted(implication.invariances))
        expected = f"mine: {said} and sensitive_to {implication.implied!r} exclude each other: {implication.reason}. Remove one."
        assert expected == spec_refusal(invariant_to=implication.invariances, sensitive_to={implication.implied})

    def test_an_argument_of_several_steps_is_told_whole(self) -> None:
        expected = (
            "mine: invariant_to 'orthogonal' and invariant_to 'translation' and invariant_to 'unit-scaling' and sensitive_to 'affine' "
            "exclude each other: every invertible map is a rotation, a scaling of units and another rotation (singular value "
            "decomposition); an affine map is an invertible linear map and a translation. Remove one."
        )
        assert expected == spec_refusal(
            invariant_to={"translation", "orthogonal", "unit-scaling"}, sensitive_to={"affine"}
        )

    def test_one_side_may_be_implied(self) -> None:
        expected = (
            "mine: invariant_to 'affine' and sensitive_to 'privileged-axes' exclude each other: orthogonal is a kind of affine; a code "
            "rotated away from the units' axes is an orthogonal image of the code itself, so the distance must stay 0. Remove one."
        )
        assert expected == spec_refusal(invariant_to={"affine"}, sensitive_to={"privileged-axes"})

    @pytest.mark.parametrize("dropped", ["orthogonal", "silent-unit", "isotropic-scaling"])
    def test_all_premises_are_needed(self, dropped: str) -> None:
        premises = {"orthogonal", "silent-unit", "isotropic-scaling"} - {dropped}
        spec = MetricSpec(name="mine", invariant_to=premises, sensitive_to={"duplicated-units"})
        assert {*premises, "duplicated-units"} == spec.claims

    @pytest.mark.parametrize(
        "claims",
        [
            {"invariant_to": {"sampling-rate"}, "sensitive_to": {"frequency"}},
            {"pairing": "none", "invariant_to": {"orthogonal", "uneven-speed"}, "sensitive_to": {"arrow-of-time"}},
        ],
        ids=["frequency", "arrow-of-time"],
    )
    def test_what_test_theorems_keeps_together_is_not_refused(self, claims: dict[str, Any]) -> None:
        named = {*claims["invariant_to"], *claims["sensitive_to"]}
        assert named == MetricSpec(name="mine", **claims).claims


NAMES = {
    f: [p.name for p in PROPERTIES.values() if d in p.directions and p.name != "same-as"] for f, d in FIELDS.items()
}
SCOPES = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["mine", "a/b", "_x.1"]),
        "same_as": st.sampled_from(["", "cka", "dsa(rank=15)"]),
        "complexity": st.sampled_from(["", "prepare: n T p^2"]),
        "orientation": st.sampled_from(["distance", "similarity"]),
        "pairing": st.sampled_from(["samples", "none"]),
        "units": st.sampled_from(["any", "equal"]),
        "min_samples": st.integers(0, 10**6),
        "needs": st.sets(st.sampled_from(NEEDS)),
        "random": st.booleans(),
        "self_value": st.none() | st.floats(-10, 10),
        "tolerance": st.floats(0, 0.1, exclude_max=True),
        "source": st.text(max_size=3),
    }
)


class TestImpossible:
    AXES = "a code rotated away from the units' axes is an orthogonal image of the code itself, so the distance must stay 0"
    PAIRS = "a metric that uses no pairing sees the same two sets of samples whatever pairs with what"

    def told(self, **claims: Any) -> dict[tuple[str, str], str]:
        return {k: f"{e.said}: {e.reason}" for k, e in impossible(MetricSpec(name="mine", **claims)).items()}

    def test_nothing_where_nothing_is_claimed(self) -> None:
        assert {} == self.told()

    def test_what_an_invariance_and_the_scope_rule_out(self) -> None:
        expected = {
            ("permutation", "sensitive"): "invariant_to 'orthogonal': permutation is a kind of orthogonal",
            ("privileged-axes", "sensitive"): f"invariant_to 'orthogonal': {self.AXES}",
            ("shuffled-pairs", "sensitive"): f"pairing 'none': {self.PAIRS}",
        }
        assert expected == self.told(pairing="none", invariant_to={"orthogonal"}, sensitive_to={"topology"})

    def test_a_sensitivity_rules_out_invariances(self) -> None:
        expected = {
            ("orthogonal", "invariant"): f"sensitive_to 'privileged-axes': {self.AXES}",
            (
                "invertible-linear",
                "invariant",
            ): f"sensitive_to 'privileged-axes': orthogonal is a kind of invertible-linear; {self.AXES}",
            ("affine", "invariant"): f"sensitive_to 'privileged-axes': orthogonal is a kind of affine; {self.AXES}",
        }
        assert expected == self.told(sensitive_to={"privileged-axes"})

    def test_what_is_claimed_either_way_is_left_out(self) -> None:
        claims = {"invariant_to": {"orthogonal", "permutation"}, "sensitive_to": {"topology"}}
        assert [("privileged-axes", "sensitive")] == list(self.told(**claims))

    @given(
        st.sets(st.sampled_from(sorted(n for n, p in PROPERTIES.items() if "invariant" in p.directions)), max_size=5),
        st.booleans(),
    )
    @settings(max_examples=60)
    def test_is_what_would_be_refused(self, names: set[str], paired: bool) -> None:
        claims: dict[str, Any] = {"name": "mine", "pairing": "samples" if paired else "none", "invariant_to": names}
        try:
            spec = MetricSpec(**claims)
        except SpecError:
            return
        for direction, field in FIELDS.items():
            for name, entry in PROPERTIES.items():
                if FIELDS[direction] in entry.directions and name not in names:
                    more = {**claims, direction: {*claims.get(direction, ()), name}}
                    more |= {"same_as": "cka"} if name == "same-as" else {}
                    try:
                        MetricSpec(**more)
                    except SpecError:
                        assert (name, field) in impossible(spec)
                    else:
                        assert (name, field) not in impossible(spec)


@st.composite
def legal_specs(draw: Callable[..., Any]) -> MetricSpec:
    """Random claims in random scopes; where they contradict themselves, claims are dropped until they do not."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    scope = draw(SCOPES)
    claims = {
        f: rng.choice(names, rng.integers(min(len(names), 12)), replace=False).tolist() for f, names in NAMES.items()
    }
    while True:
        try:
            return MetricSpec(**claims, **scope)
        except SpecError:
            max(claims.values(), key=len).pop()


class TestAsPlainValues:
    @settings(max_examples=100)
    @given(legal_specs())
    def test_round_trip(self, spec: MetricSpec) -> None:
        assert spec == MetricSpec.from_dict(spec.to_dict())

    @settings(max_examples=50)
    @given(legal_specs())
    def test_round_trip_through_json(self, spec: MetricSpec) -> None:
        assert spec == MetricSpec.from_dict(json.loads(json.dumps(spec.to_dict(), allow_nan=False)))

    @settings(max_examples=50)
    @given(legal_specs())
    def test_claims_are_the_three_together(self, spec: MetricSpec) -> None:
        by_direction = {d: {n for n, p in PROPERTIES.items() if spec.claim(p) == d} for d in FIELDS.values()}
        assert {"axiom": spec.axioms, "invariant": spec.invariant_to, "sensitive": spec.sensitive_to} == by_direction

    @settings(max_examples=50)
    @given(legal_specs())
    def test_fewer_claims_are_legal_too(self, spec: MetricSpec) -> None:
        fewer = {f: sorted(getattr(spec, f))[::2] for f in FIELDS}
        assert MetricSpec.from_dict({**spec.to_dict(), **fewer}).claims <= spec.claims

    def test_sets_are_sorted_lists(self) -> None:
        spec = MetricSpec(name="mine", invariant_to={"translation", "orthogonal"})
        assert ["orthogonal", "translation"] == spec.to_dict()["invariant_to"]

    def test_turn_becomes_its_name(self) -> None:
        assert "arccos" == MetricSpec(name="mine", orientation="similarity", turn=np.arccos).to_dict()["turn"]

    def test_only_the_name_of_turn_travels(self) -> None:
        travelled = MetricSpec.from_dict(MetricSpec(name="mine", orientation="similarity", turn=np.arccos).to_dict())
        assert "arccos" == travelled.to_dict()["turn"]
        with pytest.raises(MetricError, match="arccos lives in the metric's own process"):
            travelled.turn(0.5)


class TestProfiled:
    @pytest.mark.parametrize(
        "claims, expected",
        [
            ({}, True),
            ({"invariant_to": {"orthogonal"}, "axioms": {"symmetry"}}, True),
            ({"sensitive_to": {"topology"}}, False),
        ],
        ids=["no claims", "no sensitivity", "a sensitivity"],
    )
    def test_without_a_sensitivity(self, claims: dict[str, Any], expected: bool) -> None:
        assert expected == MetricSpec(name="mine", **claims).profiled

    @pytest.mark.parametrize(
        "entry, expected",
        [
            (PROPERTIES["finite"], "contract"),
            (PROPERTIES["symmetry"], "axiom"),
            (PROPERTIES["orthogonal"], "invariant"),
            (PROPERTIES["topology"], "sensitive"),
            (PROPERTIES["permutation"], None),
            (Property("lab/replay", "dynamics", "replayed"), "sensitive"),
        ],
        ids=lambda v: getattr(v, "name", str(v)),
    )
    def test_claim(self, entry: Property, expected: str | None) -> None:
        spec = MetricSpec(
            name="mine", axioms={"symmetry"}, invariant_to={"orthogonal"}, sensitive_to={"topology", "lab/replay"}
        )
        assert expected == spec.claim(entry)


class TestDecorator:
    def test_leaves_a_function_as_it_was(self) -> None:
        def mine(x: Any, y: Any) -> float:
            return gap(x, y)

        assert mine is metric("mine")(mine)

    def test_function_carries_the_spec(self) -> None:
        @metric("mine", invariant_to={"translation"})
        def mine(x: Any, y: Any) -> float:
            return gap(x, y)

        assert MetricSpec(name="mine", invariant_to=frozenset({"translation"})) == mine.spec  # type: ignore[attr-defined]

    def test_class_and_its_instances_carry_the_spec(self) -> None:
        @metric("mine")
        class Mine:
            def prepare(self, x: Any) -> Any:
                return x

            def compare(self, a: Any, b: Any) -> float:
                return gap(a, b)

        assert (MetricSpec(name="mine"), MetricSpec(name="mine")) == (Mine.spec, Mine().spec)  # type: ignore[attr-defined]

    @pytest.mark.parametrize(
        "word, near",
        [
            ("invariant", "nearest: invariant_to, pairing"),
            ("sensitiv_to", "nearest: sensitive_to"),
            ("orientaton", "nearest: orientation, invariant_to"),
        ],
    )
    def test_unknown_field(self, word: str, near: str) -> None:
        assert f"mine: no field {word!r} in a spec; {near}." == refusal(metric, "mine", **{word: 1})

    def test_refuses_an_impossible_spec_at_once(self) -> None:
        expected = "mine: axioms: no property 'symetry'; nearest: symmetry."
        assert expected == refusal(metric, "mine", axioms={"symetry"})

    def test_refuses_what_cannot_be_called(self) -> None:
        assert "mine: @metric stands on a function or a class; given int." == refusal(metric("mine"), 3)


class WithState:
    """prepare/compare, with two parameters."""

    def __init__(self, power: float = 2, rank: int = 3) -> None:
        self.power, self.rank = power, rank

    def prepare(self, x: Any) -> Any:
        return ("ready", x)

    def compare(self, a: Any, b: Any) -> float:
        return float(np.mean(np.abs(a[1] - b[1]) ** self.power))


class FitScore:
    """fit/score, as in scikit-learn."""

    seen: ClassVar[list[tuple[Any, Any]]] = []

    def fit(self, x: Any, y: Any) -> "FitScore":
        self.seen[:] = [(x, y)]
        self.scale = 2.0
        return self

    def score(self, x: Any, y: Any) -> float:
        self.seen.append((x, y))
        return self.scale * gap(x, y)


class TestAdapt:
    def test_a_function(self) -> None:
        assert gap(X, Y) == adapt(gap, name="gap")(X, Y)

    def test_a_function_without_spec_claims_nothing(self) -> None:
        assert MetricSpec(name="gap") == adapt(gap, name="gap").spec

    def test_a_function_is_given_three_dimensions(self) -> None:
        assert 3.0 == adapt(lambda x, y: float(x.ndim), name="ndim")(X[0], Y[0])

    def test_a_function_with_spec(self) -> None:
        given_spec = metric("mine", axioms={"symmetry"})(lambda x, y: 0.0)
        assert MetricSpec(name="mine", axioms=frozenset({"symmetry"})) == adapt(given_spec, name="other").spec

    def test_the_name_in_the_spec_wins(self) -> None:
        assert "mine" == adapt(metric("mine")(lambda x, y: 0.0), name="other").label

    def test_a_name_becomes_one_that_a_spec_takes(self) -> None:
        assert "my-mod-attr" == adapt(gap, name="my mod:attr").spec.name

    def test_a_lambda_under_its_own_name(self) -> None:
        measure = lambda x, y: 0.0  # noqa: E731
        assert isinstance(adapt(measure, name=measure.__name__), Metric)

    def test_a_class(self) -> None:
        assert gap(X, Y) ** 2 == pytest.approx(adapt(WithState, name="state")(X, Y))

    def test_an_instance(self) -> None:
        assert float(np.mean(np.abs(X - Y))) == adapt(WithState(power=1), name="state")(X, Y)

    def test_prepare_is_given_the_array_alone(self) -> None:
        word, array = adapt(WithState, name="state").prepare(Trajectories(X), np.random.default_rng(0))
        assert ("ready", True) == (word, array is X)

    def test_a_callable_instance(self) -> None:
        assert gap(X, Y) == adapt(functools.partial(gap), name="gap")(X, Y)

    def test_a_builtin_without_a_signature(self) -> None:
        assert 3.0 == adapt(max, name="max").compare(
            SimpleNamespace(array=3.0), SimpleNamespace(array=1.0), np.random.default_rng(0)
        )

    def test_fit_and_score(self) -> None:
        assert 2 * gap(X, Y) == adapt(FitScore, name="fit")(X, Y)

    def test_fit_and_score_are_given_samples(self) -> None:
        adapt(FitScore, name="fit")(X, Y)
        shapes = [(x.shape, y.shape) for x, y in FitScore.seen]
        assert [((10, 3), (10, 3))] * 2 == shapes

    def test_samples_run_through_time_first(self) -> None:
        adapt(FitScore, name="fit")(X, Y)
        np.testing.assert_array_equal(np.concatenate(list(X)), FitScore.seen[0][0])

    def test_fit_that_returns_nothing(self) -> None:
        class Silent(FitScore):
            def fit(self, x: Any, y: Any) -> None:  # type: ignore[override]
                self.scale = 3.0

        assert 3 * gap(X, Y) == adapt(Silent, name="fit")(X, Y)

    def test_fit_that_returns_another_object(self) -> None:
        class Maker:
            def fit(self, x: Any, y: Any) -> Any:
                return SimpleNamespace(score=lambda x, y: 5.0)

            def score(self, x: Any, y: Any) -> float:
                return 0.0

        assert 5.0 == adapt(Maker, name="fit")(X, Y)

    def test_a_metric_takes_lists_and_tensors(self) -> None:
        assert gap(X, Y) == adapt(gap, name="gap")(X.tolist(), torch.tensor(Y))

    def test_a_metric_refuses_input_by_its_name(self) -> None:
        expected = "gap: y is empty, shape (0, 3); needed at least one trial, time point and unit."
        assert expected == refusal(adapt(gap, name="gap"), X, np.empty((0, 3)), error=InputError)

    def test_repr(self) -> None:
        assert "<Metric state(power=1)>" == repr(adapt(WithState, name="state", parameters={"power": 1}))


class TestNeeds:
    SYSTEMS = (
        Trajectories(X, inputs=np.ones((2, 5, 1)), conditions=["a", "b"], dt=0.1),
        Trajectories(Y, inputs=np.zeros((2, 5, 1)), conditions=["b", "b"], dt=0.2),
    )

    def test_a_function_is_given_pairs(self) -> None:
        seen: dict[str, Any] = {}

        @metric("mine", needs={"inputs", "conditions", "dt"})
        def mine(x: Any, y: Any, *, inputs: Any, conditions: Any, dt: Any) -> float:
            seen.update(inputs=[i.mean() for i in inputs], conditions=[list(c) for c in conditions], dt=dt)
            return 0.0

        adapt(mine, name="mine")(*self.SYSTEMS)
        assert {"inputs": [1.0, 0.0], "conditions": [["a", "b"], ["b", "b"]], "dt": (0.1, 0.2)} == seen

    def test_prepare_is_given_its_own_by_name(self) -> None:
        @metric("mine", needs={"dt", "inputs"})
        class Mine:
            def prepare(self, x: Any, dt: float, inputs: Any) -> float:
                return float(dt * inputs.mean())

            def compare(self, a: float, b: float) -> float:
                return abs(a - b)

        assert 0.1 == adapt(Mine, name="mine")(*self.SYSTEMS)

    def test_fit_is_given_pairs_and_score_is_not(self) -> None:
        @metric("mine", needs={"dt"})
        class Mine:
            def fit(self, x: Any, y: Any, dt: Any) -> None:
                self.dt = dt

            def score(self, x: Any, y: Any) -> float:
                return float(self.dt[1])

        assert 0.2 == adapt(Mine, name="mine")(*self.SYSTEMS)

    def test_nothing_is_given_unasked(self) -> None:
        def mine(x: Any, y: Any, **extra: Any) -> float:
            return float(len(extra))

        assert 0.0 == adapt(mine, name="mine")(*self.SYSTEMS)


@metric("draws", random=True)
def draws(x: Any, y: Any, rng: np.random.Generator) -> float:
    return float(rng.uniform())


@metric("draws-in-prepare", random=True)
class DrawsInPrepare:
    def prepare(self, x: Any, rng: np.random.Generator) -> float:
        return float(rng.uniform())

    def compare(self, a: float, b: float) -> float:
        return a + b


@metric("draws-in-compare", random=True)
class DrawsInCompare:
    def prepare(self, x: Any) -> None: ...

    def compare(self, a: None, b: None, rng: np.random.Generator) -> float:
        return float(rng.uniform())


@metric("draws-in-fit", random=True)
class DrawsInFit:
    def fit(self, x: Any, y: Any, rng: np.random.Generator) -> None:
        self.value = float(rng.uniform())

    def score(self, x: Any, y: Any) -> float:
        return self.value


class TestRandom:
    @pytest.mark.parametrize("plugin", [draws, DrawsInPrepare, DrawsInCompare, DrawsInFit], ids=lambda p: p.spec.name)
    def test_the_same_generator_gives_the_same_answer(self, plugin: Any) -> None:
        one, two = (adapt(plugin, name="draws")(X, Y, np.random.default_rng(7)) for _ in range(2))
        assert one == two

    @pytest.mark.parametrize("plugin", [draws, DrawsInPrepare, DrawsInCompare, DrawsInFit], ids=lambda p: p.spec.name)
    def test_another_generator_gives_another(self, plugin: Any) -> None:
        one, two = (adapt(plugin, name="draws")(X, Y, np.random.default_rng(seed)) for seed in (7, 8))
        assert one != two

    def test_the_generator_is_the_one_given(self) -> None:
        assert np.random.default_rng(7).uniform() == adapt(draws, name="draws")(X, Y, np.random.default_rng(7))

    def test_no_generator_for_those_that_are_not_random(self) -> None:
        plugin = lambda x, y, rng=None: 1.0 if rng is None else 0.0  # noqa: E731
        assert 1.0 == adapt(plugin, name="plugin")(X, Y, np.random.default_rng(7))


class TestSimilarities:
    def test_turned_round_by_one_minus(self) -> None:
        assert 0.75 == adapt(lambda x, y: 0.25, name="s", orientation="similarity")(X, Y)

    def test_turned_round_as_the_spec_says(self) -> None:
        plugin = metric("s", orientation="similarity", turn=np.arccos)(lambda x, y: 0.0)
        assert np.pi / 2 == adapt(plugin, name="s")(X, Y)

    def test_a_turn_may_give_any_number(self) -> None:
        plugin = metric("s", orientation="similarity", turn=lambda s: np.float32(-s))(lambda x, y: 3)
        assert -3.0 == adapt(plugin, name="s")(X, Y)

    def test_a_turn_that_gives_no_number(self) -> None:
        plugin = metric("s", orientation="similarity", turn=str)(lambda x, y: 0.5)
        assert "returned '0.5' (str); needed one float" == refusal(adapt(plugin, name="s"), X, Y, error=MetricError)

    def test_a_score_is_turned_round_too(self) -> None:
        assert 1 - 2 * gap(X, Y) == adapt(FitScore, name="fit", orientation="similarity")(X, Y)

    def test_a_comparison_is_turned_round_too(self) -> None:
        assert 1 - float(np.mean(np.abs(X - Y))) == adapt(WithState(1), name="state", orientation="similarity")(X, Y)

    def test_the_orientation_goes_into_the_spec(self) -> None:
        assert "similarity" == adapt(gap, name="s", orientation="similarity").spec.orientation

    def test_an_orientation_beside_a_spec(self) -> None:
        expected = "mine: an orientation was given, but its spec says 'distance'. Change the spec instead."
        assert expected == refusal(adapt, metric("mine")(lambda x, y: 0.0), name="mine", orientation="similarity")

    def test_an_unknown_orientation(self) -> None:
        expected = "s: orientation: 'up' given; needed 'distance' or 'similarity'."
        assert expected == refusal(adapt, gap, name="s", orientation="up")


def with_rank(x: Any, y: Any, rank: int = 3, rng: Any = None) -> float:
    return float(rank)


class TestParameters:
    def test_of_a_function(self) -> None:
        assert 7.0 == adapt(with_rank, name="f", parameters={"rank": 7})(X, Y)

    def test_of_a_class(self) -> None:
        assert float(np.mean(np.abs(X - Y))) == adapt(WithState, name="state", parameters={"power": 1})(X, Y)

    def test_of_a_function_with_a_spec(self) -> None:
        plugin = metric("mine", axioms={"symmetry"})(lambda x, y, rank=1: float(rank))
        assert {"symmetry"} == adapt(plugin, name="f", parameters={"rank": 7}).spec.claims

    def test_are_in_the_label(self) -> None:
        assert "f(rank=7)" == adapt(with_rank, name="f", parameters={"rank": 7}).label

    def test_are_not_in_the_name_of_the_spec(self) -> None:
        assert "f" == adapt(with_rank, name="f", parameters={"rank": 7}).spec.name

    def test_unknown_of_a_function(self) -> None:
        expected = "f: takes no parameter 'rnak'; nearest: rank, rng."
        assert expected == refusal(adapt, with_rank, name="f", parameters={"rnak": 7})

    def test_unknown_of_a_class(self) -> None:
        expected = "state: takes no parameter 'pow'; nearest: power."
        assert expected == refusal(adapt, WithState, name="state", parameters={"pow": 1})

    def test_any_where_the_function_takes_any(self) -> None:
        assert 7.0 == adapt(lambda x, y, **kw: float(kw["rank"]), name="f", parameters={"rank": 7})(X, Y)

    def test_of_an_instance(self) -> None:
        expected = "state: parameters {'power': 1} given to a WithState; only functions and classes take them."
        assert expected == refusal(adapt, WithState(), name="state", parameters={"power": 1})

    def test_that_the_class_refuses(self) -> None:
        class Mine(WithState):
            def __init__(self, rank: int = 3) -> None:
                raise ValueError("rank is 0; needed 1 or more")

        expected = "mine: Mine(rank=0) raised ValueError: rank is 0; needed 1 or more"
        assert expected == refusal(adapt, Mine, name="mine", parameters={"rank": 0})

    def test_that_the_class_misses(self) -> None:
        class Mine(WithState):
            def __init__(self, rank: int) -> None: ...

        assert "mine: Mine() raised TypeError: " == refusal(adapt, Mine, name="mine")[:31]


class TestSetting:
    @pytest.mark.parametrize(
        "plugin, given, expected",
        [
            (gap, {}, {}),
            (with_rank, {}, {"rank": 3}),
            (with_rank, {"rank": 7}, {"rank": 7}),
            (WithState, {}, {"power": 2, "rank": 3}),
            (WithState, {"rank": 5}, {"power": 2, "rank": 5}),
            (WithState(power=1), {}, {"power": 1, "rank": 3}),
            (FitScore, {}, {}),
        ],
        ids=["none", "default", "given", "class default", "class given", "instance", "fit"],
    )
    def test_what_is_in_force(self, plugin: Any, given: dict[str, Any], expected: dict[str, Any]) -> None:
        assert expected == adapt(plugin, name="f", parameters=given).setting

    def test_as_plain_values(self) -> None:
        plugin = lambda x, y, a=np.float64(0.5), b=np.arange(2), c=None, d=(1, 2): 0.0  # noqa: B008, E731
        assert {"a": 0.5, "b": "array([0, 1])", "c": None, "d": "(1, 2)"} == adapt(plugin, name="f").setting

    def test_goes_into_json(self) -> None:
        plugin = lambda x, y, a=np.float32(0.5), b=np.int64(1), c=np.bool_(True): 0.0  # noqa: B008, E731
        assert '{"a": 0.5, "b": 1, "c": true}' == json.dumps(adapt(plugin, name="f").setting)

    def test_of_a_builtin_without_a_signature(self) -> None:
        assert {} == adapt(max, name="max").setting

    def test_of_a_partial(self) -> None:
        assert {"rank": 9} == adapt(functools.partial(with_rank, rank=9), name="f").setting

    def test_of_a_callable_class(self) -> None:
        class Mine:
            def __init__(self, rank: int = 3) -> None:
                self.rank = rank

            def __call__(self, x: Any, y: Any) -> float:
                return float(self.rank)

        assert {"rank": 5} == adapt(Mine, name="mine", parameters={"rank": 5}).setting

    def test_of_a_function_without_default(self) -> None:
        def mine(x: Any, y: Any, *, rank: int) -> float:
            return float(rank)

        assert {"rank": 5} == adapt(mine, name="mine", parameters={"rank": 5}).setting

    def test_of_a_function_that_takes_any(self) -> None:
        assert {"rank": 5} == adapt(lambda x, y, **kw: 0.0, name="mine", parameters={"rank": 5}).setting

    def test_of_a_class_without_default(self) -> None:
        class Mine(WithState):
            def __init__(self, rank: int) -> None:
                super().__init__(rank=rank)

        assert {"rank": 5} == adapt(Mine, name="mine", parameters={"rank": 5}).setting


class TestWhatIsNoMetric:
    @pytest.mark.parametrize("plugin", [3, None, "cka", X, np], ids=["number", "None", "text", "array", "module"])
    def test_not_callable(self, plugin: Any) -> None:
        expected = f"it is {type(plugin).__name__}; needed a function of (x, y), or an object with prepare and compare, or with fit and score."
        assert expected == refusal(adapt, plugin, name="it")

    def test_one_argument(self) -> None:
        expected = "one: cannot be called with two systems (x, y): too many positional arguments."
        assert expected == refusal(adapt, lambda x: 0.0, name="one")

    def test_no_argument_but_keywords(self) -> None:
        expected = "one: cannot be called with two systems (x, y): too many positional arguments."
        assert expected == refusal(adapt, lambda *, x, y: 0.0, name="one")

    @pytest.mark.parametrize("has, lacks", [("prepare", "compare"), ("compare", "prepare"), ("fit", "score")])
    def test_half_a_plugin(self, has: str, lacks: str) -> None:
        half = type("Half", (), {has: lambda self, *given: None})
        assert f"half: Half has {has} but no {lacks}; needed both." == refusal(adapt, half, name="half")

    def test_a_spec_of_another_kind(self) -> None:
        plugin = lambda x, y: 0.0  # noqa: E731
        plugin.spec = {"name": "mine"}  # type: ignore[attr-defined]
        expected = "mine: its attribute `spec` is dict; needed a MetricSpec. Write it with @metric(...)."
        assert expected == refusal(adapt, plugin, name="mine")

    def test_is_a_value_error(self) -> None:
        assert issubclass(SpecError, ValueError)


class TestAsFloat:
    @pytest.mark.parametrize(
        "value",
        [
            2.0, 2, np.float64(2), np.float32(2), np.float16(2), np.longdouble(2), np.int8(2), np.uint64(2), np.array(2.0), np.array(2),
            torch.tensor(2.0), torch.tensor(2), torch.tensor(2.0, requires_grad=True), torch.tensor(2.0).bfloat16(),
        ],
        ids=lambda v: f"{type(v).__name__}-{getattr(v, 'dtype', '')}",
    )  # fmt: skip
    def test_one_number(self, value: Any) -> None:
        found = as_float(value)
        assert (2.0, float) == (found, type(found))

    @pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, np.float32(np.nan)])
    def test_whether_it_is_sound_is_for_others_to_say(self, value: float) -> None:
        np.testing.assert_equal(as_float(value), float(value))

    @pytest.mark.parametrize(
        "value, said",
        [
            (None, "None (NoneType)"),
            ("near", "'near' (str)"),
            (True, "True (bool)"),
            (np.True_, "np.True_ (bool)"),
            (1 + 2j, "(1+2j) (complex)"),
            (np.array(1 + 2j), "array(1.+2.j) (ndarray)"),
            (np.array(True), "array(True) (ndarray)"),
            (np.array("near"), "array('near', dtype='<U4') (ndarray)"),
            (torch.tensor(True), "tensor(True) (Tensor)"),
            (np.ones(1), "an array of shape (1,)"),
            (np.ones((2, 3)), "an array of shape (2, 3)"),
            (torch.ones(1), "an array of shape (1,)"),
            ([0.5], "[0.5] (list)"),
            ((0.5, 0.1), "(0.5, 0.1) (tuple)"),
            ({"d": 1.0}, "{'d': 1.0} (dict)"),
            (Fraction(1, 2), "Fraction(1, 2) (Fraction)"),
        ],
        ids=lambda v: str(type(v).__name__),
    )
    def test_anything_else(self, value: Any, said: str) -> None:
        assert f"returned {said}; needed one float" == refusal(as_float, value, error=MetricError)

    def test_a_long_return_is_cut(self) -> None:
        expected = f"returned '{'a' * 59} (str); needed one float"
        assert expected == refusal(as_float, "a" * 1000, error=MetricError)

    def test_an_integer_beyond_every_float(self) -> None:
        assert "needed one float" in refusal(as_float, 10**400, error=MetricError)


class Tuned:
    """Chooses its rank by what it is shown."""

    shown: ClassVar[list[Any]] = []

    def __init__(self, rank: int = 3) -> None:
        self.rank = rank

    def prepare(self, x: Any) -> Any:
        return x

    def compare(self, a: Any, b: Any) -> float:
        return float(self.rank)

    def tuned(self, calibration: list[Any]) -> "Tuned":
        self.shown[:] = calibration
        return Tuned(rank=10 * len(calibration))


class TestTuned:
    CALIBRATION: ClassVar = [Trajectories(X), Trajectories(Y)]

    def test_compares_at_the_setting_chosen(self) -> None:
        assert 20.0 == adapt(Tuned, name="t").tuned(self.CALIBRATION)(X, Y)

    def test_is_shown_arrays(self) -> None:
        adapt(Tuned, name="t").tuned(self.CALIBRATION)
        assert [True, True] == [a is b for a, b in zip(Tuned.shown, (X, Y), strict=True)]

    def test_setting_shows_what_was_chosen(self) -> None:
        assert {"rank": 20} == adapt(Tuned, name="t").tuned(self.CALIBRATION).setting

    def test_keeps_spec_and_label(self) -> None:
        before = adapt(Tuned, name="t")
        after = before.tuned(self.CALIBRATION)
        assert (before.spec, before.label) == (after.spec, after.label)

    @pytest.mark.parametrize(
        "plugin, given, expected",
        [(Tuned, {}, True), (Tuned, {"rank": 3}, False), (WithState, {}, False), (gap, {}, False)],
        ids=["offers it", "parameters given", "class", "function"],
    )
    def test_tunable(self, plugin: Any, given: Mapping[str, Any], expected: bool) -> None:
        assert expected == adapt(plugin, name="t", parameters=given).tunable

    def test_is_not_tuned_twice(self) -> None:
        assert not adapt(Tuned, name="t").tuned(self.CALIBRATION).tunable

    def test_a_rule_that_gives_nothing(self) -> None:
        class Silent(Tuned):
            def tuned(self, calibration: list[Any]) -> None:  # type: ignore[override]
                return None

        expected = "t: tuned(calibration) returned None; needed the tuned metric."
        assert expected == refusal(adapt(Silent, name="t").tuned, self.CALIBRATION, error=MetricError)


def test_operators_are_no_exception() -> None:
    """A plain callable of two arrays that returns an array is found out at the first call."""
    assert "returned an array of shape (2, 5, 3); needed one float" == refusal(
        adapt(operator.sub, name="sub"), X, Y, error=MetricError
    )
