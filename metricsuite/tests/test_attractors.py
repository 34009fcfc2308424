"""Rings, cut rings and lines: the same numbers for the same seed, and the manifold that each name promises."""

from collections.abc import Callable, Iterable
from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest

from metricsuite.systems import cut_rings, lines, rings

Array = npt.NDArray[np.float64]
KINDS = [rings, cut_rings, lines]
SMALL = {"trials": 6, "steps": 30, "units": 5}

each_kind = pytest.mark.parametrize("kind", KINDS)


def plane_of(system: Array) -> Array:
    """The two coordinates that hold the system, (trials, steps, 2), whitened: a stretched ring is round again."""
    flat = system.reshape(-1, system.shape[-1])
    power, axes = np.linalg.eigh(flat.T @ flat / len(flat))
    plane: Array = system @ (axes[:, -2:] / np.sqrt(2 * power[-2:]))
    return plane


def angles(system: Array) -> Array:
    """The angle in the plane, (trials, steps), with its origin anywhere."""
    plane = plane_of(system)
    return np.arctan2(plane[..., 1], plane[..., 0])


def radius(plane: Array) -> Array:
    """The distance from the centre of the ellipse, axes along the plane's, that fits the points best; in parts of its own."""
    x, y = plane.reshape(-1, 2).T
    a, b, c, d = np.linalg.lstsq(np.stack([x**2, y**2, x, y], axis=-1), np.ones(len(x)), rcond=None)[0]
    off = (plane + np.array([c / a, d / b]) / 2) * np.sqrt([a, b])
    return np.asarray(np.linalg.norm(off, axis=-1))


def widest_gap(angle: Array) -> float:
    """The widest arc without a point, in radians."""
    around = np.sort(angle, axis=None)
    return float(np.diff(np.append(around, around[0] + 2 * np.pi)).max())


def centred(system: Array) -> Array:
    flat = system.reshape(-1, system.shape[-1])
    return flat - flat.mean(axis=0)


def norm(system: Array) -> float:
    return float(np.sqrt(np.square(centred(system)).sum(axis=1).mean()))


def relative_speed(system: Array) -> float:
    return float(np.linalg.norm(np.diff(system, axis=1), axis=-1).mean()) / norm(system)


def participation_ratio(system: Array) -> float:
    gram = centred(system).T @ centred(system)
    return float(np.trace(gram) ** 2 / np.square(gram).sum())


def mean_of(number: Callable[[Array], float], systems: Iterable[Array]) -> float:
    return float(np.mean([number(system) for system in systems]))


@each_kind
@pytest.mark.parametrize("same_input", [True, False])
def test_one_finite_array_a_seed(kind, same_input):
    systems = kind([3, 1], same_input, noise=0.1, trials=4, steps=7, units=5)

    assert [system.shape for system in systems] == [(4, 7, 5), (4, 7, 5)]
    assert all(system.dtype == np.float64 and np.isfinite(system).all() for system in systems)


@each_kind
@pytest.mark.parametrize("same_input", [True, False])
def test_a_seed_decides_its_system_whatever_the_company_and_the_order(kind, same_input):
    alone = kind([5], same_input, noise=0.2, **SMALL)[0]
    kind([9], same_input, **SMALL)
    in_company = kind([7, 5], same_input, noise=0.2, **SMALL)[1]

    np.testing.assert_array_equal(alone, in_company)


@each_kind
def test_the_global_random_state_is_not_moved(kind):
    def state() -> list[object]:
        return [part.tolist() if isinstance(part, np.ndarray) else part for part in np.random.get_state()]  # noqa: NPY002

    before = state()
    kind([5], noise=0.2, **SMALL)

    assert before == state()


@each_kind
def test_no_two_seeds_share_their_numbers(kind):
    first, second = kind([0, 1], False, **SMALL)

    assert not np.isclose(first, second).any()


def test_streams_do_not_overlap_between_kinds():
    """One seed: neither the readout nor the noise of one kind is that of another."""
    clean = [kind([4], **SMALL)[0] for kind in KINDS]
    planes = [np.linalg.svd(centred(system))[2][:2] for system in clean]
    overlaps = [np.linalg.norm(a @ b.T, 2) for a, b in combinations(planes, 2)]
    noise = [(kind([4], noise=0.5, **SMALL)[0] - system).ravel() for kind, system in zip(KINDS, clean, strict=True)]

    assert max(overlaps) < 0.999
    assert np.abs(np.corrcoef(noise)[np.triu_indices(3, 1)]).max() < 5 / np.sqrt(noise[0].size)


def test_own_input_changes_the_input_alone():
    """Same seed, both modes: same readout, so the same plane."""
    same, own = rings([2], True, **SMALL)[0], rings([2], False, **SMALL)[0]

    assert np.linalg.matrix_rank(np.concatenate([same.reshape(-1, 5), own.reshape(-1, 5)]), tol=1e-8) == 2
    assert not np.isclose(same, own).any()


@each_kind
def test_same_input_makes_rows_correspond_and_own_input_does_not(kind):
    def alignment(same_input: bool) -> float:  # 1: one is a rotated copy of the other
        a, b = (centred(system[:, :25]) for system in kind([0, 1], same_input, trials=100, steps=25))
        return float(np.linalg.norm(a.T @ b, "nuc") / np.linalg.norm(a) / np.linalg.norm(b))

    assert alignment(True) > 0.9
    assert alignment(False) < 0.5


def test_same_input_starts_ring_and_cut_ring_alike():
    ring, cut = (centred(kind([0], trials=200, steps=5)[0]) for kind in (rings, cut_rings))

    assert np.linalg.norm(ring.T @ cut, "nuc") / np.linalg.norm(ring) / np.linalg.norm(cut) > 0.9


def test_another_input_seed_is_another_input():
    first, second = (rings([0], input_seed=seed, **SMALL)[0] for seed in (0, 1))

    assert not np.isclose(first, second).any()


@each_kind
@pytest.mark.parametrize("noise", [0.05, 0.5])
def test_the_noise_has_the_size_that_was_asked_for(kind, noise):
    clean, noisy = (kind([6], noise=level)[0] for level in (0.0, noise))
    signal = np.sqrt(clean.var(axis=(0, 1)).mean())

    assert pytest.approx(noise, rel=0.01) == (noisy - clean).std() / signal


@each_kind
def test_noise_of_another_level_is_the_same_noise_on_the_same_signal(kind):
    clean, faint, loud = (kind([6], noise=level, **SMALL)[0] for level in (0.0, 0.1, 0.5))

    np.testing.assert_allclose(5 * (faint - clean), loud - clean, atol=1e-12)


def test_the_ring_visits_all_angles_and_goes_all_the_way_round():
    seen = [angles(ring) for ring in rings(range(4))]

    assert max(widest_gap(angle) for angle in seen) < 0.02
    assert min(np.ptp(np.unwrap(angle), axis=1).max() for angle in seen) > 4 * np.pi


def test_the_cut_ring_never_crosses_the_cut():
    seen = [angles(cut) for cut in cut_rings(range(4))]

    assert min(widest_gap(angle) for angle in seen) > 0.3
    assert max(np.ptp(np.unwrap(angle), axis=1).max() for angle in seen) < 2 * np.pi


def test_the_line_is_straight_and_reaches_both_ends_of_the_same_stretch():
    for system in lines(range(4)):
        position = plane_of(system)[..., 1]
        assert participation_ratio(system) < 1.02
        assert pytest.approx(-position.min(), rel=0.02) == position.max()


@each_kind
def test_a_start_off_the_manifold_is_forgotten_in_a_few_steps(kind):
    plane = plane_of(kind([1], trials=200)[0])
    across = plane[..., 0] if kind is lines else radius(plane)
    away = np.abs(across - np.median(across)).mean(axis=0)

    assert away[0] > 2 * away[10:].mean()


def test_ring_and_cut_ring_agree_in_norm_speed_and_dimension():
    ring, cut = rings(range(12)), cut_rings(range(12))

    assert pytest.approx(mean_of(norm, ring), rel=0.05) == mean_of(norm, cut)
    assert pytest.approx(mean_of(relative_speed, ring), rel=0.03) == mean_of(relative_speed, cut)
    assert pytest.approx(mean_of(participation_ratio, ring), rel=0.03) == mean_of(participation_ratio, cut)


def test_ring_and_line_agree_in_norm_and_speed_and_not_in_dimension():
    ring, line = rings(range(12)), lines(range(12))

    assert pytest.approx(mean_of(norm, ring), rel=0.1) == mean_of(norm, line)
    assert pytest.approx(mean_of(relative_speed, ring), rel=0.1) == mean_of(relative_speed, line)
    assert mean_of(participation_ratio, ring) > 1.8 > 1.1 > mean_of(participation_ratio, line)


def test_a_squeezed_ring_is_an_image_still_a_ring_and_narrower_at_its_waist():
    (ring,), (squeezed,) = (rings([8], squeeze=squeeze) for squeeze in (0.0, 0.4))
    together = np.concatenate([ring.reshape(-1, 24), squeezed.reshape(-1, 24)])

    assert np.linalg.matrix_rank(together, tol=1e-8) == 2
    assert widest_gap(angles(squeezed)) < 0.02
    assert participation_ratio(squeezed) < participation_ratio(ring)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"seeds": []}, "attractors: seeds []; need at least one, and none negative."),
        ({"seeds": [-1]}, "attractors: seeds [-1]; need at least one, and none negative."),
        ({"squeeze": 1.0}, "attractors: squeeze=1.0; need 0 <= squeeze < 1 (at 1 the ring touches itself)."),
        ({"noise": -0.1}, "attractors: noise=-0.1; need a finite fraction of the signal, not negative."),
        ({"noise": float("nan")}, "attractors: noise=nan; need a finite fraction of the signal, not negative."),
        ({"trials": 0}, "attractors: 0 trials of 200 steps; need at least 1 of 2."),
        ({"units": 1}, "attractors: 1 units cannot show a plane; need at least 2."),
        ({"pace": 0.0}, "attractors: pace=0.0; need a positive number of radii a step."),
        ({"input_seed": -1}, "attractors: input_seed=-1; need an integer, not negative."),
    ],
)
def test_what_makes_no_system_is_refused(wrong, message):
    with pytest.raises(ValueError) as refused:
        rings(**{"seeds": [0], **wrong})

    assert message == str(refused.value)


def test_the_gap_does_not_put_the_cut_ring_off_its_centre():
    """Its mean state is as near to 0 as the ring's: else that one number would tell them apart."""
    off = [
        [np.linalg.norm(x.mean((0, 1))) / np.sqrt(x.var()) for x in kind(range(12), False)]
        for kind in (rings, cut_rings)
    ]
    between = np.array([abs(a - b) for a in off[0] for b in off[1]])

    assert np.median(between) < np.ptp(off[0])
