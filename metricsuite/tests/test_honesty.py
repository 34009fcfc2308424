"""Metrics that would flatter themselves: what a certificate must not say of them."""

import functools

import numpy as np
import pytest

from metricsuite import MetricSpec, Orbit, Sweep, certify, metric, pairwise
from metricsuite.certificate import make_certificate
from metricsuite.criteria import identical, repeats, symmetric, triangular
from metricsuite.errors import CaseError, MetricsuiteError, SpecError
from metricsuite.systems import oscillators, random_networks
from metricsuite.verdict import Verdict, kept

SEEDS = list(range(6))


def squared(x, y):
    return float(((x - y) ** 2).mean())


@pytest.fixture(scope="module")
def decays():
    levels = {d: oscillators(SEEDS, decay=d) for d in (0, 0.04, 0.08)}
    return Sweep("decay", levels, against="all", paired=True)


@pytest.mark.parametrize("constant", [0.0, 1e8])
def test_a_constant_does_not_hide_a_broken_triangle(decays, constant):
    shifted = metric("shifted", self_value=constant)(lambda x, y: constant + squared(x, y))
    assert "no" == triangular(pairwise(shifted, decays)).answer


def test_a_constant_does_not_hide_asymmetry(decays):
    def lopsided(x, y):
        return 1e8 + float(np.abs(x - y).mean() * (1 + 0.3 * (x.sum() > y.sum())))

    assert "no" == symmetric(pairwise(metric("lopsided", self_value=1e8)(lopsided), decays)).answer


@pytest.mark.parametrize("self_value", [None, 1.0])
def test_triangle_is_claimed_only_where_a_copy_is_at_zero(self_value):
    message = f"mine: axioms: 'triangle' needs self_value=0, and {self_value!r} is given"
    with pytest.raises(SpecError, match=message):
        MetricSpec(name="mine", self_value=self_value, axioms={"triangle"})


def test_tolerance_is_no_licence_to_answer_differently(decays):
    rng = np.random.default_rng(0)
    drifting = metric("drifting", tolerance=0.09)(lambda x, y: squared(x, y) * (1 + 0.02 * rng.random()))
    assert "no" == repeats(pairwise(drifting, decays), pairwise(drifting, decays)).answer


def test_a_copy_at_a_small_distance_is_told_of_tolerance():
    systems = random_networks(SEEDS)
    copies = Orbit(systems, [s.copy() for s in systems], paired=True)

    def near(x, y):
        return squared(x, y) + 1e-3

    stated = metric("near", tolerance=1e-3)(lambda x, y: near(x, y))
    plain, declared = (identical(pairwise(m, copies)) for m in (near, stated))
    assert ("no", True, "yes") == (plain.answer, "its spec can say so: tolerance=" in plain.reason, declared.answer)


def test_a_claim_that_could_not_be_run_is_not_kept():
    assert {} == kept([Verdict("f/t", "m", "duplicated-units", "invariance", "claim", "invariant", "not applicable")])


def test_a_certificate_with_an_undecided_claim_is_incomplete():
    spec = MetricSpec(name="m", sensitive_to={"permutation"}, invariant_to={"duplicated-units"})
    rows = [
        Verdict("f/a", "m", "finite", "contract", "contract", "contract", "kept"),
        Verdict("f/b", "m", "permutation", "invariance", "claim", "sensitive", "kept"),
        Verdict("f/c", "m", "duplicated-units", "invariance", "claim", "invariant", "not applicable"),
    ]
    made = make_certificate(
        metric={"name": "m", "spec": spec.to_dict(), "origin": {}, "setting": {}}, rows=rows, whole=3, planned=3, left_out=[],
        profiled=False, seeds=16, cases="0" * 64, environment={}, timings={},
    )  # fmt: skip
    assert ("incomplete", ["no case in scope decided the claims duplicated-units"]) == (
        made.status,
        made.body["left_out"],
    )


def test_a_random_metric_meets_one_rng_in_both_directions(decays):
    @metric("sampled", random=True)
    def sampled(x, y, rng):
        chosen = rng.integers(x.shape[1], size=20)
        return float(np.abs(x[:, chosen] - y[:, chosen]).mean())

    assert "yes" == symmetric(pairwise(sampled, decays)).answer


def test_what_was_drawn_when_the_metric_was_made_is_drawn_again(decays):
    class Projected:
        def __init__(self):
            self.to = np.random.default_rng().normal(size=(10, 3))

        def prepare(self, x):
            return x @ self.to

        def compare(self, a, b):
            return float(np.abs(a - b).mean())

    from metricsuite.adapting import adapt
    from metricsuite.bench import Local

    made = Local(adapt(Projected, name="projected"))
    assert "no" == repeats(pairwise(made, decays), pairwise(made.afresh(), decays)).answer


@pytest.mark.parametrize(
    ("claims", "lacks"), [({"random": True}, "random=True"), ({"needs": {"inputs"}}, "needs={'inputs'}")]
)
def test_a_function_that_does_not_take_what_it_asks_for_is_refused(decays, claims, lacks):
    with pytest.raises(SpecError, match=f"mine: {lacks}, and the function takes no parameter"):
        pairwise(metric("mine", **claims)(lambda x, y: 0.0), decays)


@pytest.mark.parametrize("given", [42, None, "ring"])
def test_pairwise_says_what_a_design_is(given):
    message = f"pairwise: given {type(given).__name__}; needed a Contrast, an Orbit or a Sweep."
    with pytest.raises(CaseError, match=message):
        pairwise(squared, given)


def test_a_run_that_failed_returns_no_older_certificate(tmp_path):
    first = certify("cka", tracks=["contract"], seeds=4, directory=tmp_path)
    assert ("cka", True) == (first.metric, (tmp_path / "cka" / "certificate.json").exists())
    with pytest.raises(MetricsuiteError, match="no metric is called 'nosuch'"):
        certify("nosuch", tracks=["contract"], directory=tmp_path)


def test_a_closure_is_carried_to_the_other_process():
    power = 2
    closure = functools.partial(lambda p, x, y: float((np.abs(x - y) ** p).mean()), power)
    certificate = certify(closure, tracks=["contract"], seeds=4)
    assert ("carried by certify()", {"kept"}) == (
        certificate.body["metric"]["origin"]["target"],
        {v.status for v in certificate.verdicts},
    )
