"""A metric that says ``same_as``: sound ports keep it, broken ones do not and are told the likely cause."""

import functools
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metricsuite import Contrast, MetricSpec, Trajectories, builtin, load_metric, metric, pairwise, registry
from metricsuite.bench import Local
from metricsuite.certificate import read_certificate
from metricsuite.criteria import equals
from metricsuite.distances import Distances
from metricsuite.errors import CaseError, MetricError, NotApplicable, SpecError
from metricsuite.metrics.kernel_alignment import CKA
from metricsuite.ports import ported
from metricsuite.properties import PROPERTIES
from metricsuite.report.suggestion import suggested_spec
from metricsuite.tests.helpers import pytest_in
from metricsuite.verdict import Verdict, blank

CASE = Path(__file__).parents[2] / "cases" / "test_same_as.py"
IDS = [f"test_same_as/test_equals_the_built_in_metric[{case}]" for case in ("equal-units", "other-units")]
ANGLES = np.array([[0, 0.2, 0.5, 0.9], [0.2, 0, 0.4, 0.3], [0.5, 0.4, 0, 0.7], [0.9, 0.3, 0.7, 0]])
REFERENCE = Distances.by_hand(ANGLES, "abcd", metric="cka")


def found(values: Any, **fields: Any) -> Distances:
    return Distances.by_hand(values, "abcd", metric="port", **fields)


class TestSpec:
    def test_claims_the_axiom(self) -> None:
        spec = MetricSpec(name="mine", same_as="dsa(rank=15)", axioms={"symmetry"})
        assert ({"symmetry", "same-as"}, "axiom") == (spec.claims, spec.claim(PROPERTIES["same-as"]))

    def test_round_trip(self) -> None:
        spec = MetricSpec(name="mine", same_as="dsa(rank=15)", complexity="prepare: n T p^2; compare: p^3")
        assert spec == MetricSpec.from_dict(json.loads(json.dumps(spec.to_dict())))

    def test_certificates_list_the_claim(self) -> None:
        assert ["same-as"] == MetricSpec(name="mine", same_as="cka").to_dict()["axioms"]

    def test_a_spec_of_before_can_be_read(self) -> None:
        old = MetricSpec(name="mine").to_dict()
        del old["same_as"], old["complexity"]
        assert MetricSpec(name="mine") == MetricSpec.from_dict(old)

    @pytest.mark.parametrize("name", [*registry.BUILTIN, *registry.ON_DEMAND])
    def test_every_built_in_metric_has_a_port(self, name: str) -> None:
        assert "same-as" in MetricSpec(name=name, same_as=name).axioms

    def test_the_built_in_metrics_are_those_of_the_registry(self) -> None:
        assert (registry.BUILTIN, registry.ON_DEMAND) == (builtin.BUILTIN, builtin.ON_DEMAND)

    @pytest.mark.parametrize(
        ("fields", "message"),
        [
            ({"same_as": "ckaa"}, "same_as: no built-in metric is called 'ckaa'; nearest: cka, cka-angular."),
            (
                {"same_as": "xyzzy"},
                f"same_as: no built-in metric is called 'xyzzy'; known: {', '.join([*registry.BUILTIN, *registry.ON_DEMAND])}.",
            ),
            (
                {"same_as": "dsa(rank=r)"},
                "same_as: dsa(rank=r): cannot read the parameters (rank=r): r is no literal; needed literal keywords, such as "
                "(n_delays=20, rank=15).",
            ),
            (
                {"same_as": None},
                "same_as: None given; needed the name of a built-in metric, such as 'cka' or 'dsa(rank=15)'.",
            ),
            (
                {"axioms": {"same-as"}},
                "axioms: 'same-as' does not say as what. Write same_as='cka', or which built-in metric it is (that alone claims "
                "the axiom), or remove it.",
            ),
            (
                {"complexity": 3},
                "complexity: 3 given; needed text, such as 'prepare: n T p^2; compare: p^3'.",
            ),
        ],
    )  # fmt: skip
    def test_refused(self, fields: dict[str, Any], message: str) -> None:
        with pytest.raises(SpecError) as raised:
            MetricSpec(name="mine", **fields)
        assert f"mine: {message}" == str(raised.value)

    def test_a_built_in_metric_is_no_port_of_itself(self) -> None:
        with pytest.raises(SpecError) as raised:
            metric("cka", same_as="cka")(CKA)
        assert "cka: same_as: 'cka' is this metric itself; needed another. Remove it." == str(raised.value)

    def test_a_port_may_bear_its_name(self) -> None:
        assert "cka" == metric("cka", same_as="cka")(lambda x, y: 0.0).spec.name  # type: ignore[attr-defined]

    def test_costs_no_numpy(self) -> None:
        code = "import sys; from metricsuite.spec import MetricSpec as M; M(name='m', same_as='cka'); print('numpy' in sys.modules)"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert "False\n" == done.stdout


class TestEquals:
    def test_the_same(self) -> None:
        decision = equals(found(ANGLES), REFERENCE)
        expected = ("yes", 0.0, 1e-6, "cka gives the same for all 6 pairs, to 0 of its median distance")
        assert expected == (decision.answer, decision.statistic, decision.threshold, decision.reason)

    def test_the_worst_pair_is_named_with_both_values(self) -> None:
        other = ANGLES.copy()
        other[1, 3] = other[3, 1] = 0.75
        other[0, 1] = other[1, 0] = 0.21
        decision = equals(found(other), REFERENCE)
        expected = (
            "differs from cka for 2 of 6 pairs, most between system 1 (b) and system 3 (d): 0.75, where cka gives 0.3; by 1 of its "
            "median distance"
        )
        assert ("no", expected) == (decision.answer, decision.reason)

    def test_both_distances_of_every_pair_are_kept(self) -> None:
        details = equals(found(ANGLES / 3), REFERENCE).details
        wanted = [0.2, 0.5, 0.9, 0.4, 0.3, 0.7]
        assert {"found": [0.0666667, 0.166667, 0.3, 0.133333, 0.1, 0.233333], "wanted": wanted} == details

    def test_systems_are_told_by_their_size(self) -> None:
        systems = [Trajectories(np.random.default_rng(i).normal(size=(2, 9, 3 + i))) for i in range(4)]
        design = Contrast({"calm": systems[:2], "wild": systems[2:]}, paired=True)
        cka = pairwise(load_metric("cka"), design)
        off = cka.matrix + 0.5 * np.outer([1, 0, 0, 0], [0, 0, 0, 1])
        assert "between system 0 (calm, 2 x 9 x 3) and system 3 (wild, 2 x 9 x 6): " in equals(replace(cka, matrix=off), cka).reason  # fmt: skip

    @pytest.mark.parametrize(("tolerance", "expected"), [(0.0, "no"), (1e-3, "no"), (3e-3, "yes")])
    def test_the_tolerance_of_the_port_is_allowed(self, tolerance: float, expected: str) -> None:
        other = ANGLES.copy()
        other[1, 3] = other[3, 1] = 0.3 + 0.45 * 2e-3
        assert expected == equals(found(other, tolerance=tolerance), REFERENCE).answer

    def test_where_little_is_missing_a_tolerance_is_advised(self) -> None:
        rough = ANGLES + np.where(ANGLES > 0, 3e-5 * np.arange(16).reshape(4, 4) / 15, 0)
        assert equals(found(rough), REFERENCE).reason.endswith(
            ". If that is its arithmetic (float32, an optimiser), state tolerance=1e-04"
        )

    def test_one_direction_is_enough_to_differ(self) -> None:
        other = ANGLES.copy()
        other[3, 1] = 0.75
        both = replace(REFERENCE, both=True)
        assert ("yes", "no") == tuple(equals(found(other, both=b), both).answer for b in (False, True))

    @pytest.mark.parametrize(
        ("formula", "cause"),
        [
            (lambda d: 2 * d, "2 times what cka gives"),
            (lambda d: 180 / np.pi * d, "57.2958 times what cka gives"),
            (lambda d: 1 - d, "1 - d of cka, as if a similarity were taken for a distance: see orientation="),
            (lambda d: d**2, "the square of cka"),
            (lambda d: 0.5 * d**2, "0.5 times the square of cka"),
            (lambda d: d**0.5, "the root of cka"),
            (lambda d: np.arccos(1 - d), "arccos(1 - d) of cka, the angle of a similarity"),
            (np.arccos, "arccos d of cka"),
            (lambda d: 1 - np.cos(d), "1 - cos d of cka, whose distance is the angle"),
            (np.cos, "cos d of cka, whose distance is the angle"),
        ],
    )
    def test_a_formula_that_explains_all_is_named(self, formula: Callable[[Any], Any], cause: str) -> None:
        reason = equals(found(formula(ANGLES)), REFERENCE).reason
        assert f"Every distance is {cause}" == reason.rpartition(". ")[2]

    def test_a_formula_that_explains_all_but_one_is_not(self) -> None:
        other = 2 * ANGLES
        other[0, 1] = other[1, 0] = 0.41
        assert "Every distance" not in equals(found(other, tolerance=1e-3), REFERENCE).reason

    def test_two_values_are_explained_by_any_formula_and_so_by_none(self) -> None:
        two = np.where(ANGLES > 0.4, 0.5, 0.2) * (ANGLES > 0)
        reason = equals(found(2 * two), Distances.by_hand(two, "abcd", metric="cka")).reason
        assert "Every distance" not in reason

    def test_what_is_outside_the_scope_of_the_reference_is_outside(self) -> None:
        decision = equals(found(ANGLES), replace(REFERENCE, outside="needs inputs"))
        assert decision.distances is not None
        assert "cka: needs inputs" == decision.distances.outside

    def test_two_designs(self) -> None:
        with pytest.raises(CaseError, match=r"^equals: distances of two designs; needed those of both metrics on one"):
            equals(found(ANGLES), replace(REFERENCE, pairs=((0, 1),)))

    def test_a_reference_that_is_zero(self) -> None:
        with pytest.raises(CaseError, match=r"^equals: cka is 0 for every pair, which decides nothing; needed other"):
            equals(found(ANGLES), replace(REFERENCE, matrix=0 * ANGLES))


class TestPorted:
    def stating(self, same_as: str) -> Local:
        return Local(registry.adapt(metric("mine", same_as=same_as)(lambda x, y: 0.0), name="mine"))

    def test_is_the_built_in_with_its_parameters(self) -> None:
        assert "dsa(rank=15)" == ported(self.stating("dsa(rank=15)")).label

    def test_nothing_is_loaded_for_who_states_none(self) -> None:
        with pytest.raises(NotApplicable, match=r"^states no same_as$"):
            ported(self.stating(""))

    def test_parameters_that_the_built_in_does_not_take(self) -> None:
        with pytest.raises(MetricError) as raised:
            ported(self.stating("dsa(rnk=15)"))
        assert "mine says same_as='dsa(rnk=15)', and dsa: takes no parameter 'rnk'; nearest: rank." == str(raised.value)


PORTS = """
import numpy as np
from metricsuite import metric

STATES = {"axioms": {"symmetry"}, "orientation": "similarity", "same_as": "cka"}


def flat(x):
    return x.reshape(-1, x.shape[-1]) - x.mean((0, 1))


def cka(x, y):
    return float(np.square(x.T @ y).sum() / np.linalg.norm(x.T @ x) / np.linalg.norm(y.T @ y))


def cka_of_tensors(x, y, kind):
    import torch

    x, y = (torch.as_tensor(np.array(z), dtype=getattr(torch, kind)).flatten(0, 1) for z in (x, y))
    x, y = x - x.mean(0), y - y.mean(0)
    return float((x.T @ y).square().sum() / (x.T @ x).norm() / (y.T @ y).norm())


@metric("in-torch", **STATES)
def in_torch(x, y):
    return cka_of_tensors(x, y, "float64")


@metric("in-float32", tolerance=1e-4, **STATES)
def in_float32(x, y):
    return cka_of_tensors(x, y, "float32")


@metric("in-numpy", axioms={"symmetry"}, same_as="procrustes")
class InNumpy:
    def prepare(self, x):
        return flat(x) / np.linalg.norm(flat(x))

    def compare(self, a, b):
        return float(np.arccos(min(1.0, np.linalg.norm(a.T @ b, "nuc"))))


@metric("uncentred", **STATES)
def uncentred(x, y):
    return cka(x.reshape(-1, x.shape[-1]), flat(y))


@metric("first-trial", **STATES)
def first_trial(x, y):
    return cka(flat(x[:1]), flat(y[:1]))


@metric("angle", axioms={"symmetry"}, same_as="cka")
def angle(x, y):
    return float(np.arccos(min(1.0, cka(flat(x), flat(y)))))


@metric("equal-only", units="equal", **STATES)
def equal_only(x, y):
    return cka(flat(x), flat(y)) if x.shape == y.shape else 0.5


@metric("unsaid", orientation="similarity")
def unsaid(x, y):
    return cka(flat(x), flat(y))
"""
STATUSES = {
    "in_torch": ["kept", "kept"],
    "in_float32": ["kept", "kept"],
    "InNumpy": ["kept", "kept"],
    "uncentred": ["broken", "broken"],
    "first_trial": ["broken", "broken"],
    "angle": ["broken", "broken"],
    "equal_only": ["kept", "no"],
    "unsaid": ["not applicable", "not applicable"],
}


HOW = [("in-process", name) for name in STATUSES] + [("isolated", name) for name in ("in_torch", "angle")]


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, str], list[Verdict]]:
    """Of the ports that are run so, all in one run: in its process, or each in one of its own."""

    @functools.cache
    def run(how: str) -> Path:
        folder = tmp_path_factory.mktemp("ports")
        (folder / "ports.py").write_text(PORTS, encoding="utf-8")
        targets = [word for h, name in HOW if h == how for word in ("--metric", f"ports.py:{name}")]
        pytest_in(folder, str(CASE), *targets, "--certificate", "out", *["--no-isolation"] * (how == "in-process"))
        return folder / "out"

    def of(how: str, name: str) -> list[Verdict]:
        label = {"InNumpy": "in-numpy"}.get(name, name.replace("_", "-"))
        return read_certificate(run(how) / label / "certificate.json").verdicts

    return of


@pytest.mark.parametrize(("how", "name"), HOW)
def test_a_sound_port_keeps_it_and_a_broken_one_does_not(
    verdicts: Callable[[str, str], list[Verdict]], how: str, name: str
) -> None:
    assert list(zip(IDS, STATUSES[name], strict=True)) == [(v.id, v.status) for v in verdicts(how, name)]


def test_the_likely_cause_stands_in_the_verdict(verdicts: Callable[[str, str], list[Verdict]]) -> None:
    ends = {v.reason.rpartition(". ")[2] for v in verdicts("in-process", "angle")}
    assert {"Every distance is arccos(1 - d) of cka, the angle of a similarity"} == ends


def test_who_states_none_is_not_failed(verdicts: Callable[[str, str], list[Verdict]]) -> None:
    assert {"states no same_as"} == {v.reason for v in verdicts("in-process", "unsaid")}


class TestSuggestion:
    """A port without a sensitivity is profiled: what it pastes says ``same_as`` again, unless that was not kept."""

    def suggested(self, status: str) -> str:
        spec = MetricSpec(name="mine", same_as="cka", complexity="n p^2", axioms={"symmetry"})
        row = replace(blank(IDS[0], "mine", PROPERTIES["same-as"], spec), status=status)
        return suggested_spec(spec, [row])

    def test_kept(self) -> None:
        body = ["    \"mine\",", "    same_as='cka',", "    complexity='n p^2',", "    source=\"...\","]  # fmt: skip
        assert body == [line for line in self.suggested("kept").splitlines() if line.startswith("    ")]

    def test_broken(self) -> None:
        lines = [line for line in self.suggested("broken").splitlines() if "same" in line]
        assert ["# left out same_as='cka': it was not kept"] == lines
