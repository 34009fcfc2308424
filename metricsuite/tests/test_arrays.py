"""The door: what may come in, what goes out, and one clear error for each thing that may not."""

import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metricsuite import Trajectories
from metricsuite.arrays import Samples, as_trajectories, centred_samples, check_paired
from metricsuite.errors import InputError

RNG = np.random.default_rng(20)
X = RNG.normal(size=(2, 5, 3))  # trials, time, units
DTYPES = ("f4", "f8", ">f4", ">f8", "f2", "i1", "i4", "i8", "u1", "u8", "?", "g")


class Wrapped:
    """Anything with ``__array__``, such as a frame or a device array."""

    def __init__(self, array: Any) -> None:
        self.array = array

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        return np.array(self.array, dtype=dtype, copy=copy)


def refusal(x: Any, **who: str) -> str:
    with pytest.raises(InputError) as raised:
        as_trajectories(x, **who)
    return str(raised.value)


def with_value(value: float, at: tuple[int, int, int] = (1, 2, 0)) -> Any:
    x = X.copy()
    x[at] = value
    return x


class TestWhatComesIn:
    def test_three_dimensions_stay(self) -> None:
        np.testing.assert_array_equal(X, as_trajectories(X), strict=True)

    def test_two_dimensions_are_one_trial(self) -> None:
        np.testing.assert_array_equal(X[:1], as_trajectories(X[0]), strict=True)

    def test_nested_lists(self) -> None:
        np.testing.assert_array_equal(X, as_trajectories(X.tolist()), strict=True)

    def test_a_list_of_trials(self) -> None:
        np.testing.assert_array_equal(X, as_trajectories(list(X)), strict=True)

    def test_an_object_with_array(self) -> None:
        np.testing.assert_array_equal(X, as_trajectories(Wrapped(X)), strict=True)

    def test_trajectories(self) -> None:
        np.testing.assert_array_equal(X, as_trajectories(Trajectories(X)), strict=True)

    def test_a_matrix(self) -> None:
        expected = np.array([[[1.0, 2.0], [3.0, 5.0]]])
        np.testing.assert_array_equal(expected, as_trajectories(expected[0].view(np.matrix)), strict=True)

    def test_one_trial_one_unit(self) -> None:
        assert (1, 4, 1) == as_trajectories(np.arange(4.0)[:, None]).shape

    def test_one_time_point_where_units_differ_between_trials(self) -> None:
        assert (2, 1, 3) == as_trajectories(X[:, :1]).shape

    @pytest.mark.parametrize(
        "given_dtype, expected",
        [
            ("f4", "float32"), ("f8", "float64"), ("f2", "float32"), ("g", "float64"), (">f4", "float32"), (">f8", "float64"),
            (">f2", "float32"), ("i1", "float64"), ("i8", "float64"), (">i4", "float64"), ("u8", "float64"), ("?", "float64"),
        ],
    )  # fmt: skip
    def test_dtype(self, given_dtype: str, expected: str) -> None:
        array = as_trajectories((X * 3 > 0).astype(given_dtype))
        assert (expected, True) == (array.dtype.name, array.dtype.isnative)

    @pytest.mark.parametrize("given_dtype", ["f2", "f4", ">f4", ">f8", "g", "i4", "?"])
    def test_dtype_keeps_the_values(self, given_dtype: str) -> None:
        given_array = np.rint(10 * X).astype(given_dtype)
        np.testing.assert_array_equal(given_array.astype(float), as_trajectories(given_array))

    def test_a_large_float32_stays_finite(self) -> None:
        assert 3e38 == pytest.approx(float(as_trajectories(np.array([[3e38], [1]], "f4")).max()))

    def test_reversed_and_strided(self) -> None:
        strided = np.asfortranarray(X)[::-1, ::2, ::-1]
        np.testing.assert_array_equal(strided.copy(), as_trajectories(strided), strict=True)

    def test_a_broadcast_view(self) -> None:
        np.testing.assert_array_equal(
            np.stack([X[0]] * 4), as_trajectories(np.broadcast_to(X[0], (4, 5, 3))), strict=True
        )

    def test_read_only(self) -> None:
        frozen = X.copy()
        frozen.flags.writeable = False
        np.testing.assert_array_equal(X, as_trajectories(frozen), strict=True)


class TestTensors:
    @pytest.mark.parametrize(
        "dtype, expected",
        [
            (torch.float32, "float32"), (torch.float64, "float64"), (torch.bfloat16, "float32"), (torch.float16, "float32"),
            (torch.int64, "float64"), (torch.uint8, "float64"), (torch.bool, "float64"),
        ],
    )  # fmt: skip
    def test_dtype(self, dtype: torch.dtype, expected: str) -> None:
        assert expected == as_trajectories(torch.tensor(X > 0).to(dtype)).dtype.name

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16, torch.float16])
    def test_values(self, dtype: torch.dtype) -> None:
        tensor = torch.tensor(X).to(dtype)
        np.testing.assert_array_equal(tensor.double().numpy(), as_trajectories(tensor))

    def test_that_requires_grad(self) -> None:
        np.testing.assert_array_equal(X, as_trajectories(torch.tensor(X, requires_grad=True)), strict=True)

    def test_that_was_computed_with_grad(self) -> None:
        np.testing.assert_array_equal(2 * X, as_trajectories(2 * torch.tensor(X, requires_grad=True)), strict=True)

    def test_a_parameter_still_requires_grad_afterwards(self) -> None:
        weights = torch.nn.Parameter(torch.tensor(X))
        as_trajectories(weights)
        assert weights.requires_grad

    def test_transposed(self) -> None:
        np.testing.assert_array_equal(
            X.transpose(2, 1, 0), as_trajectories(torch.tensor(X).permute(2, 1, 0)), strict=True
        )

    def test_an_imaginary_part(self) -> None:
        """Torch keeps it as a lazily negated view, which ``.numpy()`` refuses."""
        z = torch.complex(torch.tensor(X), torch.tensor(X))
        np.testing.assert_array_equal(-X, as_trajectories(z.conj().imag), strict=True)

    def test_a_list_of_tensors_that_require_grad(self) -> None:
        trials = [torch.tensor(trial, requires_grad=True) for trial in X]
        np.testing.assert_array_equal(X, as_trajectories(trials), strict=True)

    def test_sparse(self) -> None:
        expected = "x is a sparse tensor; needed a dense one. Call .to_dense() first."
        assert expected == refusal(torch.tensor(X).to_sparse())

    @pytest.mark.filterwarnings("ignore:Sparse CSR:UserWarning")
    def test_sparse_by_rows(self) -> None:
        expected = "x is a sparse tensor; needed a dense one. Call .to_dense() first."
        assert expected == refusal(torch.tensor(X[0]).to_sparse_csr())

    def test_float8_is_refused_as_input(self) -> None:
        assert "float8" in refusal(torch.tensor(X).to(torch.float8_e4m3fn)).lower()

    def test_complex(self) -> None:
        expected = "x is complex (complex128); needed real numbers. Stack real and imaginary parts as units."
        assert expected == refusal(torch.tensor(X + 1j))


class TestWhatIsRefused:
    def test_names_the_array_and_the_metric(self) -> None:
        expected = "cka: y has 1 dimension, shape (3,); needed (trials, time, units), or (time, units) for one trial. Reshape it."
        assert expected == refusal(np.ones(3), name="y", metric="cka")

    @pytest.mark.parametrize(
        "x, expected",
        [
            (3.0, "x has 0 dimensions, shape ()"),
            (None, "x has 0 dimensions, shape ()"),
            ("text", "x has 0 dimensions, shape ()"),
            ({"a": 1}, "x has 0 dimensions, shape ()"),
            (np.ones(3), "x has 1 dimension, shape (3,)"),
            (np.ones((1, 2, 3, 4)), "x has 4 dimensions, shape (1, 2, 3, 4)"),
        ],
        ids=["number", "None", "text", "mapping", "1-D", "4-D"],
    )
    def test_other_dimensions(self, x: Any, expected: str) -> None:
        assert f"{expected}; needed (trials, time, units), or (time, units) for one trial. Reshape it." == refusal(x)

    @pytest.mark.parametrize("shape", [(0, 5, 3), (2, 0, 3), (2, 5, 0), (0, 3)])
    def test_empty(self, shape: tuple[int, ...]) -> None:
        expected = f"x is empty, shape {shape}; needed at least one trial, time point and unit."
        assert expected == refusal(np.empty(shape))

    def test_one_value_not_finite(self) -> None:
        expected = (
            "x holds 1 value that is not finite, the first (NaN) at (trial, time, unit) = (1, 2, 0); needed finite numbers. "
            "Drop or fill them first."
        )
        assert expected == refusal(with_value(np.nan))

    @pytest.mark.parametrize("value, word", [(np.nan, "NaN"), (np.inf, "infinity"), (-np.inf, "infinity")])
    def test_says_which_kind(self, value: float, word: str) -> None:
        assert f"the first ({word}) at (trial, time, unit) = (1, 2, 0)" in refusal(with_value(value))

    def test_several_values_not_finite(self) -> None:
        x = with_value(np.nan)
        x[0, 4, 2] = np.inf
        expected = (
            "x holds 2 values that are not finite, the first (infinity) at (trial, time, unit) = (0, 4, 2); needed finite numbers. "
            "Drop or fill them first."
        )
        assert expected == refusal(x)

    def test_a_nan_in_one_trial_is_placed_in_trial_0(self) -> None:
        assert "at (trial, time, unit) = (0, 2, 0)" in refusal(with_value(np.nan)[1])

    def test_a_nan_in_half_precision(self) -> None:
        assert "the first (NaN) at" in refusal(torch.tensor(with_value(np.nan)).to(torch.bfloat16))

    @pytest.mark.parametrize("x", [np.ones((2, 5, 3)), np.tile([1.0, 2.0, 3.0], (2, 5, 1)), np.zeros((2, 5, 3), bool)])
    def test_constant(self, x: Any) -> None:
        expected = (
            "x is constant, shape (2, 5, 3): no unit ever changes, so nothing can be compared. Check the recording, "
            "or the axes (trials, time, units)."
        )
        assert expected == refusal(x)

    def test_a_single_state_is_constant(self) -> None:
        assert "x is constant, shape (1, 1, 3)" in refusal(X[:1, :1])

    def test_complex(self) -> None:
        expected = "x is complex (complex64); needed real numbers. Stack real and imaginary parts as units."
        assert expected == refusal(X.astype("c8"))

    @pytest.mark.parametrize(
        "x, dtype",
        [
            (X.astype(object), "object"),
            (np.array([["a", "b"]]), "<U1"),
            (np.array([["2020", "2021"]], "M8[Y]"), "datetime64[Y]"),
            (np.array([[1, 2]], "m8[s]"), "timedelta64[s]"),
            (np.array([[b"a", b"b"]]), "|S1"),
            ([[1.0, None]], "object"),
        ],
        ids=["object", "text", "dates", "durations", "bytes", "None in a list"],
    )
    def test_no_numbers(self, x: Any, dtype: str) -> None:
        expected = f"x has dtype {dtype}; needed numbers (float32, float64 or integers). Convert it first."
        assert expected == refusal(x)

    @pytest.mark.parametrize("x", [[[1.0, 2.0], [3.0]], [np.ones((3, 2)), np.ones((4, 2))]], ids=["rows", "trials"])
    def test_ragged(self, x: Any) -> None:
        with pytest.raises(ValueError) as numpys:
            np.asarray(x)
        expected = (
            f"x is ragged or no array (list: {numpys.value}); needed one number for every trial, time point and unit. Cut all trials to "
            "one length, or compare them one by one."
        )
        assert expected == refusal(x)

    @pytest.mark.parametrize("mask", [X > 0, False], ids=["some", "none"])
    def test_masked(self, mask: Any) -> None:
        expected = "x is a masked array; masked values have no number. Fill or drop them first."
        assert expected == refusal(np.ma.masked_array(X, mask))

    def test_is_a_value_error(self) -> None:
        assert issubclass(InputError, ValueError)


@st.composite
def laid_out(draw: Callable[..., Any]) -> Any:
    """An array of any accepted dtype, in any memory layout: transposed, reversed, strided, read-only."""
    shape = draw(st.lists(st.integers(1, 4), min_size=2, max_size=3))
    steps = [draw(st.sampled_from([1, 2, -1, -3])) for _ in shape]
    whole = [n * abs(step) for n, step in zip(shape, steps, strict=True)]
    axes = draw(st.permutations(range(len(shape))))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    base = np.empty([whole[a] for a in axes], draw(st.sampled_from(DTYPES)))
    base[...] = rng.integers(0, 2 if base.dtype.kind == "b" else 100, size=base.shape)
    view = base.transpose(np.argsort(axes))[tuple(slice(None, None, step) for step in steps)]
    view.flags.writeable = draw(st.booleans())
    return view


class TestTheInputIsNeverChanged:
    @settings(max_examples=150)
    @given(laid_out())
    def test_whatever_its_layout(self, x: Any) -> None:
        before, flags = x.copy(), str(x.flags)
        try:
            out = as_trajectories(x)
        except InputError:  # constant
            assert 1 == len(np.unique(before.reshape(-1, before.shape[-1]), axis=0))
        else:
            np.testing.assert_array_equal(before.astype(float).reshape(out.shape), out)
        assert (before.dtype, flags) == (x.dtype, str(x.flags))
        np.testing.assert_array_equal(before, x, strict=True)

    @settings(max_examples=100)
    @given(laid_out())
    def test_when_it_is_centred(self, x: Any) -> None:
        before = x.copy()
        with suppress(InputError):  # constant
            centred_samples(x)
        np.testing.assert_array_equal(before, x, strict=True)

    def test_no_copy_is_made_of_what_fits(self) -> None:
        assert np.shares_memory(X, as_trajectories(X))


class TestCentredSamples:
    def test_trials_and_time_are_flattened(self) -> None:
        flat = X.reshape(10, 3) - X.reshape(10, 3).mean(0)
        np.testing.assert_allclose(centred_samples(X).matrix, flat / np.abs(flat).max(), rtol=1e-13, atol=1e-15)

    def test_remembers_trials_and_time(self) -> None:
        assert (2, 5) == centred_samples(X)[1:]

    @settings(max_examples=60)
    @given(st.integers(-300, 300), st.sampled_from(["f8", "f4"]), st.integers(0, 2**32))
    def test_scaled_to_a_largest_entry_of_1(self, power: int, dtype: str, seed: int) -> None:
        power = power if dtype == "f8" else power // 10
        x = (np.random.default_rng(seed).normal(size=(2, 4, 3)) * 10.0**power).astype(dtype)
        samples = centred_samples(x).matrix
        assert (1.0, "float64") == (np.abs(samples).max(), samples.dtype.name)

    @pytest.mark.parametrize("scale", [5e-324, 1e-310, 1e308])
    def test_at_the_ends_of_the_range(self, scale: float) -> None:
        x = np.array([[0.0], [1.0]]) * scale
        np.testing.assert_array_equal([[-1.0], [1.0]], centred_samples(x).matrix)

    def test_a_large_mean_is_removed(self) -> None:
        np.testing.assert_array_equal([[-1.0], [1.0]], centred_samples([[2.0**40], [2.0**40 + 2]]).matrix)

    def test_names_the_metric(self) -> None:
        with pytest.raises(InputError, match=r"^cka: x is empty, shape \(0, 3\); "):
            centred_samples(np.empty((0, 3)), "cka")


class TestCheckPaired:
    def test_units_may_differ(self) -> None:
        assert check_paired(centred_samples(X), centred_samples(X[..., :2])) is None

    @pytest.mark.parametrize("trials, time", [(1, 5), (2, 4), (5, 2)], ids=["trials", "time", "same product"])
    def test_trials_and_time_may_not(self, trials: int, time: int) -> None:
        expected = (
            f"cka: x has 2 trials of 5 time points, y has {trials} of {time}; needed the same, since row i of one is compared with "
            "row i of the other. Give both the same trials, or use a metric with pairing='none'."
        )
        with pytest.raises(InputError) as raised:
            check_paired(Samples(np.ones((10, 1)), 2, 5), Samples(np.ones((trials * time, 1)), trials, time), "cka")
        assert expected == str(raised.value)


def trajectories_refusal(**fields: Any) -> str:
    with pytest.raises(InputError) as raised:
        Trajectories(**{"array": X, **fields})
    return str(raised.value)


class TestTrajectories:
    def test_counts(self) -> None:
        system = Trajectories(X)
        assert (2, 5, 3) == (system.trials, system.time, system.units)

    def test_defaults(self) -> None:
        system = Trajectories(X)
        assert (None, None, 1.0) == (system.inputs, system.conditions, system.dt)

    def test_a_single_trial(self) -> None:
        system = Trajectories(X[0], inputs=np.ones((5, 1)), conditions=["go"])
        assert ((1, 5, 3), (1, 5, 1), (1,)) == (system.array.shape, system.inputs.shape, system.conditions.shape)

    def test_constant_inputs_are_inputs(self) -> None:
        np.testing.assert_array_equal(
            np.zeros((2, 5, 1)), Trajectories(X, inputs=np.zeros((2, 5, 1), int)).inputs, strict=True
        )

    def test_dt_is_a_float(self) -> None:
        assert "float" == type(Trajectories(X, dt=np.float32(0.5)).dt).__name__

    def test_is_an_array(self) -> None:
        np.testing.assert_array_equal(X, np.asarray(Trajectories(X)), strict=True)

    def test_is_an_array_of_another_dtype(self) -> None:
        np.testing.assert_array_equal(X.astype("f4"), np.asarray(Trajectories(X), dtype="f4"), strict=True)

    def test_repr(self) -> None:
        system = Trajectories(X, conditions=[0, 1], dt=0.01)
        assert "Trajectories(2 trials, 5 time points, 3 units, conditions, dt=0.01)" == repr(system)

    def test_refuses_what_the_door_refuses(self) -> None:
        assert (
            "trajectories is complex (complex128); needed real numbers. Stack real and imaginary parts as units."
            == (trajectories_refusal(array=X + 1j))
        )

    @pytest.mark.parametrize(
        "inputs", [np.ones((2, 4, 1)), np.ones((1, 5, 1)), np.ones((5, 1)), np.ones(5), np.full((2, 5, 1), np.nan)]
    )
    def test_refuses_inputs_that_do_not_fit(self, inputs: Any) -> None:
        shape = inputs.shape if inputs.ndim != 2 else (1, *inputs.shape)
        expected = f"inputs have shape {shape}; needed finite numbers (trials, time, channels) with trials and time (2, 5) as in the array."
        assert expected == trajectories_refusal(inputs=inputs)

    def test_refuses_inputs_that_are_no_numbers(self) -> None:
        expected = "inputs has dtype <U2; needed numbers (float32, float64 or integers). Convert it first."
        assert expected == trajectories_refusal(inputs=np.full((2, 5, 1), "go"))

    @pytest.mark.parametrize("conditions, shape", [([0], (1,)), ([[0, 1]], (1, 2)), ("go", ())])
    def test_refuses_conditions_that_do_not_fit(self, conditions: Any, shape: tuple[int, ...]) -> None:
        expected = f"conditions have shape {shape}; needed one label for each of 2 trials."
        assert expected == trajectories_refusal(conditions=conditions)

    @pytest.mark.parametrize("dt", [0, -0.1, np.nan, np.inf, "fast", None, 1j])
    def test_refuses_dt(self, dt: Any) -> None:
        assert f"dt is {dt!r}; needed a positive number." == trajectories_refusal(dt=dt)


def test_numpy_input_needs_no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "torch")
    np.testing.assert_array_equal(X, as_trajectories(X), strict=True)
