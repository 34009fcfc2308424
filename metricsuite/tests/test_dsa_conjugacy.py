"""The alignment of operators: conjugate ones come back, others reach the best minimum known, alone or in a batch."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite.errors import InputError
from metricsuite.metrics.dsa import conjugacy, descent, forms, starts
from metricsuite.metrics.dsa.conjugacy import align_operators, align_pairs
from metricsuite.metrics.dsa.descent import Problems, descend
from metricsuite.metrics.dsa.dsa import DSA
from metricsuite.metrics.dsa.newton import finish
from metricsuite.tests.test_dsa import QUICK, haar, message, rotation


def jordan(n: int, eigenvalue: float) -> np.ndarray:
    return eigenvalue * np.eye(n) + np.diag(np.ones(n - 1), 1)


def distance(a: np.ndarray, b: np.ndarray) -> float:
    return DSA().compare(a, b)


def plain_problem(a: np.ndarray, b: np.ndarray, rows: int) -> Problems:
    """One pair for all rows, without a preconditioner."""
    flat = np.ones((1, a.size))
    return Problems(a[None], b[None], forms.Preconditioner(flat, 0 * flat), np.zeros(rows, int))


def operators(count: int, rank: int, noise: float = 0.3) -> list[np.ndarray]:
    """Of noisy stable linear systems with laws of their own."""
    fitted = DSA(n_delays=6, delay_interval=1, rank=rank, n_components=None)
    return [fitted.prepare(stable_linear(seed, noise)) for seed in range(count)]


def stable_linear(seed: int, noise: float, units: int = 8) -> np.ndarray:
    rng = np.random.default_rng(seed)
    law = rng.standard_normal((units, units))
    law *= 0.95 / np.abs(np.linalg.eigvals(law)).max()
    states = [rng.standard_normal((8, units))]
    for _ in range(60):
        states.append(states[-1] @ law.T + noise * rng.standard_normal((8, units)))
    return np.stack(states, axis=1)


def degenerate(kind: str, rng: np.random.Generator, n: int) -> np.ndarray:
    half = n // 2
    return {
        "random": lambda: rng.standard_normal((n, n)),
        "repeated rotations": lambda: np.kron(np.eye(half), rotation(0.7)),
        "two rotations, repeated": lambda: scipy.linalg.block_diag(*[rotation(0.3 + i % 2) for i in range(half)]),
        "symmetric, multiple": lambda: np.diag(np.resize([1.0, 1.0, 2.0, -1.0], n)),
        "skew": lambda: rng.standard_normal((n, n)) - np.triu(np.ones((n, n))),
        "Jordan": lambda: jordan(n, 0.9),
        "two equal Jordan blocks": lambda: np.kron(np.eye(2), jordan(half, 0.5)),
        "two unequal Jordan blocks": lambda: scipy.linalg.block_diag(jordan(half, 0.2), 0.7 * jordan(half, 0.2)),
        "rank one": lambda: np.outer(rng.standard_normal(n), rng.standard_normal(n)),
        "non-normal, doubled": lambda: np.kron(rng.standard_normal((half, half)), np.eye(2)),
        "orthogonal": lambda: haar(rng, n),
        "identity": lambda: np.eye(n),
        "nilpotent": lambda: np.triu(rng.standard_normal((n, n)), 1),
        "slow": lambda: np.eye(n) + 1e-3 * rng.standard_normal((n, n)),
        "all but still": lambda: np.eye(n) + 1e-6 * rng.standard_normal((n, n)),
        "cyclic": lambda: np.roll(np.eye(n), 1, axis=0),
        "two equal parts and another": lambda: two_equal_parts(rng, n),
    }[kind]()


def two_equal_parts(rng: np.random.Generator, n: int) -> np.ndarray:
    part = rng.standard_normal((max(1, n // 3), max(1, n // 3)))
    rest = n - 2 * len(part)
    return scipy.linalg.block_diag(part, part, rng.standard_normal((rest, rest)))


KINDS = [
    "random", "repeated rotations", "two rotations, repeated", "symmetric, multiple", "skew", "Jordan",
    "two equal Jordan blocks", "two unequal Jordan blocks", "rank one", "non-normal, doubled", "orthogonal", "identity",
    "nilpotent", "slow", "all but still", "cyclic", "two equal parts and another",
]  # fmt: skip


@pytest.mark.parametrize(("n", "times"), [(2, 5), (4, 5), (10, 5), (20, 3), (30, 2)])
@pytest.mark.parametrize("kind", KINDS)
def test_planted_conjugacy_comes_back(kind, n, times):
    rng = np.random.default_rng(KINDS.index(kind) * 100 + n)
    far = []
    for _ in range(times):
        a, q = degenerate(kind, rng, n), haar(rng, n)
        far.append(distance(a, q @ a @ q.T))
    assert max(far) < 1e-8


@given(st.integers(0, 10**6), st.integers(1, 12))
@QUICK
def test_any_planted_conjugacy_comes_back(seed, n):
    rng = np.random.default_rng(seed)
    a, q = rng.standard_normal((n, n)), haar(rng, n)
    assert distance(a, q.T @ a @ q) < 1e-8


@pytest.mark.parametrize("sign", [1, -1])
def test_both_components_of_the_group_are_reached(sign):
    rng = np.random.default_rng(3)
    q = haar(rng, 6)
    q[0] *= sign * np.sign(np.linalg.det(q))
    a = rng.standard_normal((6, 6))
    found = align_operators(a, q.T @ a @ q).rotation
    assert sign == round(np.linalg.det(found))


def test_reflections_are_needed():
    """Turning left and turning right are mirror images: distance 0 in O(2), and not in SO(2)."""
    assert distance(rotation(0.5), rotation(-0.5)) < 1e-8


def test_permuted_operators_are_the_same():
    rng = np.random.default_rng(0)
    a, order = rng.standard_normal((9, 9)), rng.permutation(9)
    assert distance(a, a[np.ix_(order, order)]) < 1e-8


def test_rotation_is_orthogonal():
    rng = np.random.default_rng(0)
    c = align_operators(rng.standard_normal((8, 8)), rng.standard_normal((8, 8))).rotation
    assert np.eye(8) == pytest.approx(c @ c.T, abs=1e-13)


def test_objective_is_that_of_the_rotation():
    rng = np.random.default_rng(0)
    a, b = rng.standard_normal((2, 7, 7))
    found = align_operators(a, b)
    residual = a / np.linalg.norm(a) - found.rotation @ (b / np.linalg.norm(b)) @ found.rotation.T
    assert np.sum(residual**2) == pytest.approx(found.objective, rel=1e-12)


def test_gradient_vanishes():
    rng = np.random.default_rng(0)
    assert align_operators(rng.standard_normal((8, 8)), rng.standard_normal((8, 8))).gradient_norm < 1e-7


def test_known_minimum_of_symmetric_operators():
    """For symmetric operators sorted eigenvalues are optimal (Hoffman & Wielandt 1953)."""
    rng = np.random.default_rng(0)
    x, y = np.sort(rng.standard_normal((2, 8)))
    q = haar(rng, 8)
    cosine = x @ y / np.linalg.norm(x) / np.linalg.norm(y)
    assert math.acos(cosine) == pytest.approx(distance(np.diag(x), q @ np.diag(y) @ q.T), abs=1e-10)


def test_known_minimum_of_skew_operators():
    """For skew ones as well: frequencies in order."""
    x, y = np.array([3.0, 1.0]), np.array([2.0, 0.5])
    planes = [scipy.linalg.block_diag(*[f * rotation(np.pi / 2) for f in fs]) for fs in (x, y)]
    q = haar(np.random.default_rng(0), 4)
    cosine = x @ y / np.linalg.norm(x) / np.linalg.norm(y)
    assert math.acos(cosine) == pytest.approx(distance(planes[0], q @ planes[1] @ q.T), abs=1e-10)


def test_opposite_operators_are_half_a_turn_apart():
    assert math.pi == pytest.approx(distance(np.eye(3), -np.eye(3)))


def test_exchanged_arguments_give_the_same_number():
    a, b = np.random.default_rng(0).standard_normal((2, 8, 8))
    assert distance(a, b) == distance(b, a)


def test_exchanged_arguments_transpose_the_rotation():
    a, b = np.random.default_rng(0).standard_normal((2, 6, 6))
    assert align_operators(a, b).rotation.tolist() == align_operators(b, a).rotation.T.tolist()


def test_an_operator_is_at_distance_zero_from_itself():
    a = np.random.default_rng(0).standard_normal((10, 10))
    expected = 0.0
    assert expected == distance(a, a.copy())


@pytest.mark.parametrize("scale", [1e-300, 1e-150, 1e150, 1e300])
def test_scale_of_an_operator_does_not_matter(scale):
    a, b = np.random.default_rng(0).standard_normal((2, 6, 6))
    assert distance(a, b) == pytest.approx(distance(a, scale * b), rel=1e-9)


def test_better_than_any_of_many_random_rotations():
    rng = np.random.default_rng(5)
    a, b = rng.standard_normal((2, 5, 5))
    x, y = a / np.linalg.norm(a), b / np.linalg.norm(b)
    problem = plain_problem(x, y, 300)
    _, best = descend(problem, starts.haar(300, 5), steps=400)
    assert align_operators(a, b).objective <= 2 * best.min() + 1e-9


def test_gradient_is_the_slope():
    rng = np.random.default_rng(0)
    a, b, w = rng.standard_normal((3, 5, 5))
    w = w - w.T
    c = haar(rng, 5)

    def value(t: float) -> float:
        e = scipy.linalg.expm(t * w) @ c
        return float(descent.half_residual(a, (e @ b @ e.T)[None])[0])

    gradient = descent.skew_gradient(a, (c @ b @ c.T)[None])[0]
    assert (value(1e-6) - value(-1e-6)) / 2e-6 == pytest.approx(np.sum(gradient * w), rel=1e-6)


def test_newton_squares_the_error():
    rng = np.random.default_rng(1)
    a, b = (m / np.linalg.norm(m) for m in rng.standard_normal((2, 6, 6)))
    near, _ = descend(plain_problem(a, b, 1), haar(rng, 6)[None], steps=400, tolerance=1e-6)
    c = finish(a, b, near[0])
    assert np.linalg.norm(descent.skew_gradient(a, (c @ b @ c.T)[None])) < 1e-13


def test_exponential_stays_orthogonal():
    w = np.random.default_rng(0).standard_normal((4, 7, 7))
    w = w - w.transpose(0, 2, 1)
    e = descent.exponential(0.5 * w / np.linalg.norm(w, ord=2, axis=(1, 2))[:, None, None])
    assert np.broadcast_to(np.eye(7), (4, 7, 7)) == pytest.approx(e @ e.transpose(0, 2, 1), abs=5e-4 * 0.5**8)


@given(st.lists(st.integers(0, 10**6), min_size=3, max_size=3, unique=True))
@settings(max_examples=8, deadline=None, derandomize=True)
def test_angles_keep_the_triangle_inequality(seeds):
    a, b, c = (np.random.default_rng(s).standard_normal((5, 5)) for s in seeds)
    assert distance(a, c) <= distance(a, b) + distance(b, c) + 1e-9


def test_angles_keep_the_triangle_inequality_where_it_is_tight():
    """The middle of the shortest way: any slack of the optimiser would show."""
    a, b = np.random.default_rng(0).standard_normal((2, 8, 8))
    c = align_operators(a, b).rotation
    middle = a / np.linalg.norm(a) + c @ (b / np.linalg.norm(b)) @ c.T
    assert distance(a, b) == pytest.approx(distance(a, middle) + distance(middle, b), abs=1e-9)


def test_different_sizes_are_refused():
    with pytest.raises(InputError) as error:
        align_operators(np.eye(3), np.eye(4))
    expected = (
        "dsa: a has shape (3, 3), b has shape (4, 4); needed operators of one size. "
        "Fit both at a rank that both systems support: the lower one, or noise-free data may need fewer delays."
    )
    assert expected == message(error)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (np.zeros((2, 2)), "a is zero"),
        (np.full((2, 2), np.nan), "a is not finite"),
        (np.ones((2, 3)), r"a has shape \(2, 3\)"),
        (np.ones((0, 0)), r"a has shape \(0, 0\)"),
    ],
    ids=["zero", "nan", "oblong", "empty"],
)
def test_operators_that_cannot_be_aligned_are_refused(bad, said):
    with pytest.raises(InputError, match=said):
        align_operators(bad, np.eye(2))


def test_search_is_deterministic():
    a, b = np.random.default_rng(0).standard_normal((2, 8, 8))
    assert align_operators(a, b).rotation.tolist() == align_operators(a, b).rotation.tolist()


def test_large_operators_do_without_newton():
    rng = np.random.default_rng(0)
    n = conjugacy.NEWTON_UP_TO + 2
    a, q = rng.standard_normal((n, n)), haar(rng, n)
    assert distance(a, q @ a @ q.T) < 1e-8


# --- batches ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rank", [1, 2, 3, 4, 7, 10, 16, 34])
def test_a_batch_gives_every_pair_the_same_bits_as_alone(rank):
    ops = operators(5, rank)
    pairs = list(itertools.combinations(range(5), 2))
    alone = [align_operators(ops[i], ops[j]) for i, j in pairs]
    batch = align_pairs(ops, pairs)
    assert [x.objective for x in alone] == [x.objective for x in batch]
    assert [x.rotation.tolist() for x in alone] == [x.rotation.tolist() for x in batch]


def test_a_batch_may_hold_any_pairs():
    ops = operators(3, 5)
    there, back, itself = align_pairs(ops, [(0, 2), (2, 0), (1, 1)])
    assert there.objective == back.objective
    assert there.rotation.tolist() == back.rotation.T.tolist()
    assert itself.objective < 1e-28


def test_a_batch_may_mix_sizes_between_pairs():
    small, large = operators(2, 4), operators(2, 6)
    mixed = align_pairs([*small, *large], [(0, 1), (2, 3), (1, 0)])
    expected = [align_operators(*small).objective, align_operators(*large).objective, align_operators(*small).objective]
    assert expected == [found.objective for found in mixed]


def test_no_pairs_are_no_answers():
    expected: list[object] = []
    assert expected == align_pairs(operators(2, 4), [])


def test_only_operators_that_are_asked_for_are_looked_at():
    good = operators(2, 4)
    found = align_pairs([good[0], np.full((4, 4), np.nan), good[1]], [(0, 2)])
    assert align_operators(*good).objective == found[0].objective


def test_a_batch_says_which_operators_do_not_fit():
    with pytest.raises(InputError) as error:
        align_pairs([np.eye(3), np.ones((3, 3)), np.eye(4)], [(0, 1), (1, 2)])
    expected = (
        "dsa: operator 1 has shape (3, 3), operator 2 has shape (4, 4); needed operators of one size. "
        "Fit both at a rank that both systems support: the lower one, or noise-free data may need fewer delays."
    )
    assert expected == message(error)


# --- bounds and minima --------------------------------------------------------------------------------------


@given(st.integers(0, 10**6), st.integers(1, 9))
@QUICK
def test_no_rotation_goes_below_the_bound(seed, n):
    rng = np.random.default_rng(seed)
    a, b = rng.standard_normal((2, n, n))
    found = align_operators(a, b)
    a, b = a / np.linalg.norm(a), b / np.linalg.norm(b)
    values = [float(np.sum((a - c @ b @ c.T) ** 2)) for c in (haar(rng, n) for _ in range(20))]
    assert 0 <= found.bound <= min(*values, found.objective) + 1e-12


def test_the_bound_is_reached_by_symmetric_operators():
    x, y = np.random.default_rng(0).standard_normal((2, 7))
    q = haar(np.random.default_rng(1), 7)
    found = align_operators(np.diag(x), q @ np.diag(y) @ q.T)
    assert found.objective == pytest.approx(found.bound, rel=1e-9)


def test_the_bound_of_singular_values_can_be_the_larger_one():
    """A nilpotent operator and half of it: symmetric and skew parts differ less than the singular values do."""
    a, b = jordan(4, 0.0), np.diag([1.0, 1.0, 0.0], 1)
    found = align_operators(a, b)
    mirsky = np.sum((np.array([1, 1, 1, 0]) / math.sqrt(3) - np.array([1, 1, 0, 0]) / math.sqrt(2)) ** 2)
    assert found.bound >= mirsky - 1e-12


@pytest.mark.parametrize(("rank", "most"), [(4, 0), (10, 1)])
def test_no_worse_than_many_random_starts(rank, most):
    """Forty descents to the end from everywhere in O(n), against the search."""
    ops = operators(6, rank)
    pairs = list(itertools.combinations(range(6), 2))
    worse = 0
    for (i, j), found in zip(pairs, align_pairs(ops, pairs), strict=True):
        a, b = (ops[k] / np.linalg.norm(ops[k]) for k in (i, j))
        _, value = descend(plain_problem(a, b, 40), starts.haar(40, rank), 400, 1e-9)
        worse += found.objective > 2 * value.min() + 1e-6
    assert worse <= most


def turned_by_rounding(rng: np.random.Generator, op: np.ndarray) -> np.ndarray:
    return op * (1 + 1e-15 * rng.standard_normal(op.shape))


def turned_in_space(rng: np.random.Generator, op: np.ndarray) -> np.ndarray:
    q = haar(rng, len(op))
    return q @ op @ q.T


def scaled(rng: np.random.Generator, op: np.ndarray) -> np.ndarray:
    return 3.7 * op


@pytest.mark.parametrize("change", [turned_by_rounding, turned_in_space, scaled])
@pytest.mark.parametrize("n", [3, 6, 10, 13, 20])
@pytest.mark.parametrize("kind", ["random", "recorded"])
def test_a_search_is_not_turned_by_rounding_scale_or_basis(kind, n, change):
    """Where it misses the best minimum it misses it for every copy alike: an invariance that is claimed must hold."""
    rng = np.random.default_rng(n)
    ops = operators(7, n) if kind == "recorded" else list(rng.standard_normal((7, n, n)))
    pairs = list(itertools.combinations(range(7), 2))
    expected = [found.objective for found in align_pairs(ops, pairs)]
    copies = [change(rng, op) for op in ops]
    assert expected == pytest.approx([found.objective for found in align_pairs(copies, pairs)], rel=1e-7)


@pytest.mark.parametrize("n", [6, 13, 20, 28])
@pytest.mark.parametrize("size", [1e-3, 1e-2, 1e-1])
def test_related_operators_are_as_near_as_they_were_made(n, size):
    """Too far for algebra to end it, and near enough that every other valley is a scandal."""
    rng = np.random.default_rng(n)
    ops, made = [], []
    for _ in range(12):
        a, e = (m / np.linalg.norm(m) for m in rng.standard_normal((2, n, n)))
        b = (a + size * e) / np.linalg.norm(a + size * e)
        ops += [a, turned_in_space(rng, b)]
        made.append(float(np.linalg.norm(a - b)))
    found = align_pairs(ops, [(2 * k, 2 * k + 1) for k in range(12)])
    assert [f.objective**0.5 < 1.001 * m for f, m in zip(found, made, strict=True)] == [True] * 12


def test_nearly_equal_operators_are_nearly_at_zero():
    """Between an algebraic answer and a search: the difference is small, and must not be lost in a wrong valley."""
    rng = np.random.default_rng(0)
    a = operators(1, 8)[0]
    for size in (1e-9, 1e-6, 1e-4, 1e-3, 1e-2):
        q = haar(rng, 8)
        b = q @ (a + size * rng.standard_normal(a.shape) * np.linalg.norm(a) / 8) @ q.T
        assert distance(a, b) < 1.5 * size


@pytest.mark.parametrize("kind", KINDS)
def test_degenerate_operators_against_others_raise_no_warning(kind):
    rng = np.random.default_rng(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = distance(degenerate(kind, rng, 6), rng.standard_normal((6, 6)))
    assert 0 < value <= math.pi


# --- forms and preconditioner -------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [1, 2, 3, 6, 9])
def test_planes_turn_an_orthogonal_matrix_into_rotations(n):
    q = haar(np.random.default_rng(n), n)
    basis, turning = forms.planes(q)
    assert np.eye(n) == pytest.approx(basis.T @ basis, abs=1e-12)
    assert np.zeros((n, n)) == pytest.approx(forms.off_blocks(basis.T @ q @ basis), abs=1e-12)
    assert 2 * turning.sum() == sum(abs(np.linalg.eigvals(q).imag) > 1e-9)


def test_preconditioner_inverts_the_curvature_of_a_normal_operator(monkeypatch):
    """There it is exact but for its shift, for every skew W that turns no plane within itself."""
    monkeypatch.setattr(forms, "SHIFT", 1e-9)
    n = 6
    form = forms.form_of(scipy.linalg.block_diag(*[r * rotation(t) for r, t in ((1, 0.3), (0.8, 1.2), (0.5, 2.2))]))
    a = form.turned
    w = np.random.default_rng(0).standard_normal((n, n))
    w = w - w.T
    for plane in range(3):  # there the curvature is 0
        w[plane, plane + 3] = w[plane + 3, plane] = 0
    bracket = w @ a - a @ w
    back = bracket @ a.T - a.T @ bracket
    curvature = (back - back.T) / 2
    precondition = forms.Preconditioner(*(weights[None] for weights in form.inverse_curvature))
    assert w == pytest.approx(precondition(curvature.reshape(1, -1)).reshape(n, n), abs=1e-6)


def test_preconditioner_is_symmetric_and_positive():
    direct, crossed = forms.form_of(operators(1, 7)[0]).inverse_curvature
    matrix = np.diag(direct) + crossed[:, None] * np.eye(49)[forms.across(7)]
    assert matrix == pytest.approx(matrix.T, abs=1e-12)
    assert np.linalg.eigvalsh(matrix).min() > 0


def test_matched_planes_are_orthogonal_and_of_both_components():
    planes = [(1, 0.3), (0.8, 1.2), (0.5, 2.2)], [(0.9, 0.4), (0.9, 1.1), (0.6, 2.0)]
    rng = np.random.default_rng(0)
    a, b = (
        forms.form_of(turned_in_space(rng, scipy.linalg.block_diag(*[r * rotation(t) for r, t in these])))
        for these in planes
    )
    found = starts.matched_planes(a, b, 12, 5)
    assert np.broadcast_to(np.eye(6), (12, 6, 6)) == pytest.approx(found @ found.swapaxes(1, 2), abs=1e-12)
    signs = np.sign(np.linalg.det(found))
    assert signs.tolist() == [signs[0]] * 7 + [-signs[0]] * 5


def test_matched_planes_put_like_on_like():
    """One plane of three turns slowly, one fast: every start leaves little of the difference but phases."""
    rng = np.random.default_rng(1)
    law = scipy.linalg.block_diag(*[rotation(t) for t in (0.3, 1.2, 2.2)])
    a, b = (forms.form_of(turned_in_space(rng, law)) for _ in range(2))
    found = starts.matched_planes(a, b, 8, 0)
    value = descent.half_residual(a.turned, descent.conjugated(found, b.turned))
    assert np.zeros(8) == pytest.approx(value, abs=1e-20)


@pytest.mark.parametrize("n", [4, 7, 12])
def test_a_settled_basis_belongs_to_the_operator(n):
    """A rotated copy has the rotated basis, up to one sign for all, and so the same form."""
    rng = np.random.default_rng(n)
    op = operators(1, n)[0]
    form, other = forms.form_of(op), forms.form_of(turned_in_space(rng, op))
    assert form.turned == pytest.approx(other.turned, abs=1e-9)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (
            [(0, 2)],
            r"dsa: pairs are \[\(0, 2\)\]; needed whole numbers \(k, 2\), indexes from 0 to 1 into the operators\.",
        ),
        ([(0, -1)], "needed whole numbers"),
        ([(0, 0.5)], "needed whole numbers"),
        ([0, 1], "needed whole numbers"),
    ],
    ids=str,
)
def test_pairs_that_are_none_are_refused(pairs, said):
    with pytest.raises(InputError, match=said):
        align_pairs(operators(2, 3), pairs)


@pytest.mark.parametrize(
    ("bad", "said"),
    [
        (1j * np.eye(2), "a has dtype complex128; needed real numbers"),
        ([[1.0], [1.0, 2.0]], "a is no matrix"),
        ("x", "dtype <U1"),
    ],
    ids=["complex", "ragged", "text"],
)
def test_what_is_no_matrix_is_refused(bad, said):
    with pytest.raises(InputError, match=said):
        align_operators(bad, np.eye(2))


def test_slow_valleys_are_walked_to_their_end():
    """Newton finishes what descent leaves: operators whose objective is all but flat in some directions."""
    rng = np.random.default_rng(3)
    slow = [np.eye(8) + 0.02 * rng.standard_normal((8, 8)) @ np.diag(0.3 ** np.arange(8)) for _ in range(6)]
    found = align_pairs(slow, list(itertools.combinations(range(6), 2)))
    assert max(f.gradient_norm for f in found) < 1e-7
