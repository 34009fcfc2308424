"""Phase-randomised surrogates: what is left of a system when only its autocovariances are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from metricsuite.errors import CaseError
from metricsuite.systems.streams import Array, stream


def closed_windows(systems: Sequence[Array], steps: int) -> list[Array]:
    """From each trial of long recordings the window that comes nearest to closing.

    A Fourier transform takes a window for a loop: where its ends do not meet, a surrogate is given the jump, spread over its whole
    length, and is faster than its original for that alone. So the window is chosen whose next sample is nearest to its first, and
    whose next step is nearest to its first step; and of lengths from two thirds of `steps` to `steps` the one at which the trials
    of that system close best, since periodic motion closes at whole periods only. Windows are then brought to `steps` by trigonometric
    interpolation, which suits a loop: tempo differs by up to a third between systems. Begun anew, each a step of steps / trials later
    than the one before, they show nothing of where they were cut.

    Parameters
    ----------
    systems : sequence of arrays (trials, time, units)
        At least 2 samples longer than the window; five times as long leaves a choice.
    steps : int
        The longest window, and how many samples each is given; at least 8.

    Returns
    -------
    list of float arrays (trials, steps, units)

    Raises
    ------
    CaseError
        Windows that are too short, or too long for their recordings.

    References
    ----------
    Theiler et al. 1992, sec. 2.4.1; Schreiber & Schmitz 2000, sec. 4.2 (end-point mismatch).
    """
    shortest = min((x.shape[1] for x in systems), default=0)
    if not 8 <= steps <= shortest - 2:
        raise CaseError(f"closed_windows: steps={steps} of recordings of {shortest}; needed 8 to {shortest - 2}.")
    return [_closed(x, steps) for x in systems]


def _closed(x: Array, steps: int) -> Array:
    pace = np.diff(x, axis=1)
    found = []
    for length in range(steps - steps // 3, steps + 1):
        apart, turned = x[:, length:-1] - x[:, : -length - 1], pace[:, length:] - pace[:, :-length]
        miss = np.square(apart).sum(-1) + np.square(turned).sum(-1)
        found.append((float(miss.min(axis=1).mean()), length, miss.argmin(axis=1)))
    _, length, begins = min(found, key=lambda f: f[0])
    windows = np.stack([trial[b : b + length] for trial, b in zip(x, begins, strict=True)])
    spectrum = np.fft.rfft(windows, axis=1)
    resampled = np.fft.irfft(spectrum, steps, axis=1) * (steps / length)
    # a loop may begin anywhere; the windows chosen begin all in one place, which a surrogate does not know
    begin = np.arange(len(x)) * steps // len(x)
    return np.stack([np.roll(loop, k, axis=0) for loop, k in zip(resampled, begin, strict=True)])


def phase_surrogates(systems: Sequence[Array], seeds: Sequence[int]) -> list[Array]:
    """Each trial with its Fourier phases moved at random, by the same amount in all units.

        X(f) -> X(f) exp(i phi(f)),   phi uniform in [0, 2 pi), one a frequency and trial

    Means, power spectra and cross-spectra of a trial stay, and with them norm, speed, dimension and circular autocovariance. All else goes: what
    remains is a linear Gaussian process. A function of autocovariances alone cannot tell a system from it.

    Parameters
    ----------
    systems : sequence of arrays (trials, time, units)
        Windows that close: see `closed_windows`.
    seeds : sequence of int
        One a system: the phases come from (seed, "phases").

    Returns
    -------
    list of float arrays of the same shapes

    Raises
    ------
    CaseError
        Seeds that are not one for each system, or negative.

    References
    ----------
    Theiler et al. 1992; Prichard & Theiler 1994, eq. 7 (several channels).
    """
    if len(seeds) != len(systems) or min(seeds, default=-1) < 0:
        raise CaseError(
            f"phase_surrogates: {len(systems)} systems, seeds {list(seeds)}; needed one for each, none negative."
        )
    return [_surrogate(x, seed) for x, seed in zip(systems, seeds, strict=True)]


def _surrogate(x: Array, seed: int) -> Array:
    rng = stream(seed, "phases")
    steps = x.shape[1]
    spectrum = np.fft.rfft(x, axis=1)
    phases = rng.uniform(0, 2 * np.pi, spectrum.shape[:2])
    phases[:, 0] = 0  # the mean is real
    if steps % 2 == 0:
        phases[:, -1] = 0  # and so is the highest frequency
    surrogate: Array = np.fft.irfft(spectrum * np.exp(1j * phases)[..., None], steps, axis=1)
    return surrogate
