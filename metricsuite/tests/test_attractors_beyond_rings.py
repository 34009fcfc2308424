"""Bumps, slow rings, integrators, steered systems and preparations: what each name promises, and what makes no system."""

import numpy as np
import pytest

from metricsuite.errors import CaseError
from metricsuite.systems.bump import bumps
from metricsuite.systems.integrators import chain_integrators, line_integrators
from metricsuite.systems.matched_averages import PULLS, steered
from metricsuite.systems.preparation import preparations
from metricsuite.systems.slow_manifolds import FLOWS, slow_rings
from metricsuite.systems.streams import stream

SHORT = {"trials": 6, "steps": 40}
KINDS = {
    "bumps": lambda seeds, same=True: bumps(seeds, same, **SHORT),
    "slow_rings": lambda seeds, same=True: slow_rings(seeds, "round", same_start=same, **SHORT),
    "line_integrators": lambda seeds, same=True: line_integrators(seeds, same, **SHORT),
    "chain_integrators": lambda seeds, same=True: chain_integrators(seeds, same, **SHORT),
    "steered": lambda seeds, same=True: [s.array for s in steered(seeds, "point", **SHORT)],
    "preparations": lambda seeds, same=True: preparations(seeds, True, same, **SHORT),
}

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)


@each_kind
@pytest.mark.parametrize("same", [True, False])
def test_a_seed_decides_its_system_whatever_the_company_and_the_order(kind, same):
    alone, in_company = kind([5], same)[0], kind([7, 5], same)[1]

    np.testing.assert_array_equal(alone, in_company)


@each_kind
def test_finite_arrays_of_the_shape_asked_for(kind):
    system = kind([3])[0]

    assert (6, 40) == system.shape[:2]
    assert np.isfinite(system).all()


@each_kind
def test_the_global_random_state_is_not_moved(kind):
    before = str(np.random.get_state())  # noqa: NPY002
    kind([5])

    assert before == str(np.random.get_state())  # noqa: NPY002


def turns(system):
    """How often the bump of each trial went round, net."""
    n = system.shape[-1]
    along_the_ring = np.argsort(stream(1, "units of a bump").permutation(n))  # the seed is 1
    rates = (system - system.min(axis=(0, 1)))[..., along_the_ring]
    phase = np.unwrap(np.angle(rates @ np.exp(2j * np.pi * np.arange(n) / n)), axis=1)
    return np.abs(phase[:, -1] - phase[:, 0]) / (2 * np.pi)


def test_a_bump_goes_round_the_ring_and_never_passes_the_cut():
    ring, line = (bumps([1], joined=joined)[0] for joined in (1, 0))

    assert (turns(ring) > 1).all()
    assert (turns(line) < 1).all()


def test_a_sigmoid_keeps_the_order_of_the_rates():
    plain, bent = (bumps([1], deformation=beta, **SHORT)[0].ravel() for beta in (0, 4))

    assert np.diff(bent[np.argsort(plain)]).min() > -1e-12


def angles(flow, **how):
    system = slow_rings([2], flow, process_noise=0.0051, trials=20, steps=1000, units=2, **how)[0]
    return np.unwrap(np.arctan2(system[..., 1], system[..., 0]), axis=1)


def test_the_flows_go_nowhere_round_and_to_four_points():
    drift = {flow: angles(flow)[:, -1] - angles(flow)[:, 0] for flow in FLOWS}
    ends = np.exp(4j * angles("to four points")[:, -1])

    assert np.abs(drift["none"].mean()) < 0.2
    np.testing.assert_allclose(np.abs(drift["round"]), 5, atol=0.5)
    assert np.abs(ends.mean()) > 0.95


def test_flows_are_the_ring_attractor_at_eps_0():
    none, round_ = (slow_rings([2], flow, eps=0, **SHORT)[0] for flow in ("none", "round"))

    np.testing.assert_array_equal(none, round_)


@pytest.mark.parametrize("pull", PULLS)
def test_condition_averages_are_those_asked_for(pull):
    """The average over many trials lies in the plane of the readout: along the choice axis as far as asked, bent as the seed says."""
    choice, bend = sizes_of_averages(steered([1], pull, trials=4000)[0])
    ratio = np.exp(stream(1, "averages of a steered system").uniform(-0.5, 0.5))

    np.testing.assert_allclose(ratio, bend / choice, rtol=0.05)


def sizes_of_averages(system):
    """Length of what conditions differ in, and of what they share, each in parts of the course asked for."""
    left, right = (system.array[system.conditions == c].mean(axis=0) for c in (0, 1))
    t = np.linspace(0, 1, 100)
    course = np.linalg.norm(1 - np.exp(-t / 0.3)), np.linalg.norm(np.sin(np.pi * t))
    return np.linalg.norm((left - right) / 2) / course[0], np.linalg.norm((left + right) / 2) / course[1]


def test_averages_of_one_seed_share_their_readout():
    one, other = (steered([1], pull, averaged=True)[0].array.reshape(-1, 24) for pull in ("line", "point"))

    assert np.linalg.matrix_rank(np.concatenate([one, other]), tol=1e-8) == 2


def test_movement_follows_preparation_where_it_predicts():
    def link(predictive):
        """The largest canonical correlation of an early and a late moment."""
        system = preparations([1], predictive, False)[0]
        early, late = (
            np.linalg.svd(system[:, t] - system[:, t].mean(0), full_matrices=False)[0][:, :2] for t in (30, 90)
        )
        return np.linalg.norm(early.T @ late, 2)

    assert link(True) > 0.9
    assert link(False) < 0.3


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: bumps([1], joined=2), "bumps: joined=2; need 0 (a line) to 1 (a ring)."),
        (lambda: bumps([1], deformation=-1), "bumps: deformation=-1; need a finite beta, 0 or more."),
        (lambda: bumps([1], pace=0), "bumps: pace=0; need more than 0 and less than .1 turns a step."),
        (lambda: bumps([]), "bumps: seeds []; need at least one, and none negative."),
        (lambda: bumps(None), "bumps: seeds None; need integers, one a system."),
        (lambda: slow_rings([1], "up"), "slow_rings: flow='up'; need one of 'none', 'round', 'to four points'."),
        (
            lambda: slow_rings([1], eps=0.1),
            "slow_rings: eps=0.1, process_noise=0.02; need 0 <= eps < process_noise.",
        ),
        (
            lambda: line_integrators([1], seen=101),
            "line integrators: 101 of 100 units; need 2 or more seen, of at least 12.",
        ),
        (
            lambda: chain_integrators([1], noise=-1),
            "chain integrators: noise=-1; need a finite fraction of the signal, not negative.",
        ),
        (lambda: steered([1], "saddle"), "steered: pull='saddle'; need one of 'bistable', 'line', 'point'."),
        (
            lambda: steered([1], "line", trials=3),
            "steered: 3 trials of 100 steps; need an even number of trials, and 2 steps.",
        ),
        (lambda: preparations([1], True, units=3), "preparations: 3 units cannot show two planes; need at least 4."),
        (lambda: preparations([-1], True), "preparations: seeds [-1]; need at least one, and none negative."),
    ],
)
def test_what_makes_no_system_is_refused_with_the_reason(make, message):
    with pytest.raises(CaseError) as refused:
        make()

    assert message == str(refused.value)


def test_another_draw_is_the_same_slow_ring_recorded_anew():
    """The plane through which a ring is seen is its system's; where its trials start is the recording's."""
    first, second = (slow_rings([1], "round", same_start=False, draw=draw)[0] for draw in (1, 2))
    planes = [np.linalg.svd(x.reshape(-1, 24), full_matrices=False)[2][:2] for x in (first, second)]

    assert np.abs(np.linalg.svd(planes[0] @ planes[1].T)[1] - 1).max() < 1e-6
    assert np.abs(first - second).max() > 0.5


def test_idle_preparation_moves_the_same_plans_in_other_trials():
    """So what all systems share cannot tell the kinds apart by its moments."""
    kinds = [preparations([1], predictive, trials=50)[0] for predictive in (True, False)]
    lengths = [np.sort(np.linalg.norm(x[:, -20:], axis=-1).mean(axis=1)) for x in kinds]

    np.testing.assert_allclose(lengths[0] / lengths[0].mean(), lengths[1] / lengths[1].mean(), atol=0.15)
