"""The door: the only place that looks at trajectories somebody hands in.

A system's **trajectories** are a float array ``(trials, time, units)``; a 2-D input is one trial ``(time, units)``. Numpy arrays,
nested lists, torch tensors and anything with ``__array__`` may come in; what goes out is a plain numpy array of float32 or
float64, finite, and neither empty nor constant. The input is never changed; the output may share its memory.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from metricsuite.errors import InputError

Array = npt.NDArray[np.floating[Any]]


def as_trajectories(x: Any, name: str = "x", metric: str = "") -> Array:
    """Validate one system's trajectories.

    Parameters
    ----------
    x : array_like, shape (trials, time, units) or (time, units)
        Real numbers. Integers and booleans become float64, float16 and bfloat16 become float32.
    name, metric : str
        How an error names the array and who asked for it.

    Returns
    -------
    ndarray, shape (trials, time, units), float32 or float64

    Raises
    ------
    InputError
        Not an array, ragged, object, text, complex, masked, not 2-D or 3-D, empty, NaN, infinite or constant.
    """
    who = f"{metric}: {name}" if metric else name
    array = _to_numpy(x, who)
    if array.ndim not in (2, 3):
        raise InputError(
            f"{who} has {array.ndim} dimension{'' if array.ndim == 1 else 's'}, shape {array.shape}; needed (trials, time, units), "
            "or (time, units) for one trial. Reshape it."
        )
    if array.size == 0:
        raise InputError(f"{who} is empty, shape {array.shape}; needed at least one trial, time point and unit.")
    array = _to_float(array, who)
    if array.ndim == 2:
        array = array[None]
    _check_values(array, who)
    return array


def _to_numpy(x: Any, who: str) -> npt.NDArray[Any]:
    if isinstance(x, Trajectories):
        return x.array
    torch = sys.modules.get("torch")  # a tensor can only exist where torch is loaded already
    if torch is not None and isinstance(x, torch.Tensor):
        return _from_torch(x, torch, who)
    if torch is not None and isinstance(x, list | tuple) and any(isinstance(part, torch.Tensor) for part in x):
        x = [_to_numpy(part, who) for part in x]
    if isinstance(x, np.ma.MaskedArray):
        raise InputError(f"{who} is a masked array; masked values have no number. Fill or drop them first.")
    try:
        return np.asarray(x)
    except Exception as error:  # __array__ may raise anything
        raise InputError(
            f"{who} is ragged or no array ({type(x).__name__}: {error}); needed one number for every trial, time point "
            "and unit. Cut all trials to one length, or compare them one by one."
        ) from error


def _from_torch(x: Any, torch: Any, who: str) -> npt.NDArray[Any]:
    if x.layout != torch.strided:
        raise InputError(f"{who} is a sparse tensor; needed a dense one. Call .to_dense() first.")
    try:
        tensor = x.detach().cpu().resolve_conj().resolve_neg()
        return np.asarray((tensor.float() if tensor.dtype == torch.bfloat16 else tensor).numpy())
    except (TypeError, RuntimeError) as error:
        raise InputError(
            f"{who} is a tensor of {x.dtype} that numpy cannot hold ({error}). Call .float() first."
        ) from error


def _to_float(array: npt.NDArray[Any], who: str) -> Array:
    kind = array.dtype.kind
    if kind == "c":
        raise InputError(
            f"{who} is complex ({array.dtype}); needed real numbers. Stack real and imaginary parts as units."
        )
    if kind not in "fiub":
        raise InputError(
            f"{who} has dtype {array.dtype}; needed numbers (float32, float64 or integers). Convert it first."
        )
    if kind in "iub" or array.dtype.itemsize > 8:
        return array.astype(np.float64)
    if array.dtype.itemsize < 4:
        return array.astype(np.float32)
    return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))


def _check_values(array: Array, who: str) -> None:
    finite = np.isfinite(array)
    if not finite.all():
        bad = np.argwhere(~finite)
        first = tuple(int(i) for i in bad[0])
        word = "NaN" if np.isnan(array[first]) else "infinity"
        raise InputError(
            f"{who} holds {len(bad)} {'value that is' if len(bad) == 1 else 'values that are'} not finite, the first ({word}) at (trial, time, unit) "
            f"= {first}; needed finite numbers. Drop or fill them first."
        )
    if (array == array[0, 0]).all():
        raise InputError(
            f"{who} is constant, shape {array.shape}: no unit ever changes, so nothing can be compared. Check the recording, "
            "or the axes (trials, time, units)."
        )


class Samples(NamedTuple):
    """One system as samples: trials and time flattened, so that ``matrix`` is (trials * time, units), float64."""

    matrix: npt.NDArray[np.float64]
    trials: int
    time: int


def centred_samples(x: Any, metric: str = "") -> Samples:
    """Samples with the mean over samples removed, largest entry 1, so that neither squares nor fourth powers over- or underflow.

    Raises
    ------
    InputError
        As `as_trajectories`.
    """
    array = as_trajectories(x, "x", metric)
    flat = array.reshape(-1, array.shape[2]).astype(np.float64)
    flat /= np.abs(flat).max()
    flat -= flat.mean(0)
    flat /= np.abs(flat).max()
    return Samples(flat, *array.shape[:2])


def check_paired(a: Samples, b: Samples, metric: str = "") -> None:
    """Row i of one belongs to row i of the other only if both have the same trials and time.

    Raises
    ------
    InputError
        Trials or time differ.
    """
    if a[1:] != b[1:]:
        raise InputError(
            f"{metric}: x has {a.trials} trials of {a.time} time points, y has {b.trials} of {b.time}; needed the same, since row i of "
            "one is compared with row i of the other. Give both the same trials, or use a metric with pairing='none'."
        )


@dataclass(frozen=True, eq=False)
class Trajectories:
    """What one system did, with what it was given.

    Parameters
    ----------
    array : array_like, shape (trials, time, units) or (time, units)
    inputs : array_like, shape (trials, time, channels) or (time, channels), optional
        What drove the system.
    conditions : array_like, shape (trials,), optional
        A label for each trial.
    dt : float
        Time between two time points, in the same unit for every system of a design.

    Raises
    ------
    InputError
        As `as_trajectories`; inputs or conditions that do not fit the trials; dt not positive and finite.
    """

    array: Array
    inputs: Array | None = None
    conditions: npt.NDArray[Any] | None = None
    dt: float = 1.0

    def __post_init__(self) -> None:
        array = as_trajectories(self.array, "trajectories")
        object.__setattr__(self, "array", array)
        if self.inputs is not None:
            inputs = _to_float(_to_numpy(self.inputs, "inputs"), "inputs")
            inputs = inputs[None] if inputs.ndim == 2 else inputs
            if inputs.ndim != 3 or inputs.shape[:2] != array.shape[:2] or not np.isfinite(inputs).all():
                raise InputError(
                    f"inputs have shape {inputs.shape}; needed finite numbers (trials, time, channels) with trials and time "
                    f"{array.shape[:2]} as in the array."
                )
            object.__setattr__(self, "inputs", inputs)
        if self.conditions is not None:
            conditions = np.asarray(self.conditions)
            if conditions.shape != array.shape[:1]:
                raise InputError(
                    f"conditions have shape {conditions.shape}; needed one label for each of {array.shape[0]} trials."
                )
            object.__setattr__(self, "conditions", conditions)
        if not (isinstance(self.dt, int | float | np.number) and np.isfinite(self.dt) and self.dt > 0):
            raise InputError(f"dt is {self.dt!r}; needed a positive number.")
        object.__setattr__(self, "dt", float(self.dt))

    @classmethod
    def unchecked(cls, **parts: Any) -> Trajectories:
        """From parts that came out of another `Trajectories`, without looking at every number again."""
        new = object.__new__(cls)
        for name in ("array", "inputs", "conditions", "dt"):
            object.__setattr__(new, name, parts.get(name))
        return new

    def copy(self) -> Trajectories:
        """Nothing shared."""
        parts = {name: getattr(self, name) for name in ("array", "inputs", "conditions")}
        return self.unchecked(dt=self.dt, **{name: None if v is None else v.copy() for name, v in parts.items()})

    @property
    def trials(self) -> int:
        return int(self.array.shape[0])

    @property
    def time(self) -> int:
        return int(self.array.shape[1])

    @property
    def units(self) -> int:
        return int(self.array.shape[2])

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> npt.NDArray[Any]:
        return np.array(self.array, dtype=dtype, copy=copy)

    def __repr__(self) -> str:
        extra = [n for n in ("inputs", "conditions") if getattr(self, n) is not None]
        return f"Trajectories({self.trials} trials, {self.time} time points, {self.units} units{''.join(', ' + e for e in extra)}, dt={self.dt:g})"
