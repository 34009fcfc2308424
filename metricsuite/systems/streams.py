"""What the files of this folder share: a stream of random numbers for each purpose, noise on a recording, and a door for arguments."""

from zlib import crc32

import numpy as np
import numpy.typing as npt

from metricsuite.errors import CaseError

Array = npt.NDArray[np.float64]


def stream(seed: int, purpose: str) -> np.random.Generator:
    """The Generator of one seed for one purpose: kinds of systems share nothing, and whatever else is drawn moves nothing."""
    return np.random.default_rng([seed, crc32(purpose.encode())])


def readout(rng: np.random.Generator, units: int, dimensions: int) -> Array:
    """Orthonormal vectors, (units, dimensions), through which a state is seen."""
    return np.linalg.qr(rng.standard_normal((units, dimensions)))[0]


def recorded(clean: Array, noise: float, rng: np.random.Generator) -> Array:
    """Observation noise of ``noise`` times the signal's standard deviation over all units."""
    spread = float(np.sqrt(clean.var(axis=(0, 1)).mean()))
    return np.asarray(clean + noise * spread * rng.standard_normal(clean.shape))


def factor(rng: np.random.Generator, jitter: float) -> float:
    """What no two systems have in common: a factor whose logarithm is uniform in +-jitter."""
    return float(np.exp(rng.uniform(-jitter, jitter)))


def checked(kind: str, seeds: object, needs: dict[str, bool]) -> list[int]:
    """Seeds as integers; a `CaseError` with the first need that is not met."""
    for message, met in needs.items():
        if not met:
            raise CaseError(f"{kind}: {message}.")
    try:
        chosen = [int(seed) for seed in seeds]  # type: ignore[attr-defined]
    except (TypeError, ValueError):
        raise CaseError(f"{kind}: seeds {seeds!r}; need integers, one a system.") from None
    if not chosen or min(chosen) < 0:
        raise CaseError(f"{kind}: seeds {chosen}; need at least one, and none negative.")
    return chosen
