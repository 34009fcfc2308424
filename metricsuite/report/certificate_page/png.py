"""A matrix as a small PNG in a palette: dark where small, bright where large, nothing where nothing was measured."""

from __future__ import annotations

import base64
import io

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]
SHADES = 63  # of colour; one more for what is missing
MISSING = (255, 255, 255)  # and transparent: no colour of the palette can be taken for it
# Cividis (Nunez, Anderton & Renslow 2018), which the colour-blind see as others do; polynomials by d3-scale-chromatic
_RED = (-4.54, -35.34, 2381.73, -6402.7, 7024.72, -2710.57)
_GREEN = (32.49, 170.73, 52.82, -131.46, 176.58, -67.37)
_BLUE = (81.24, 442.36, -2482.43, 6167.24, -6614.94, 2475.67)


def palette() -> list[tuple[int, int, int]]:
    """The colours, from small to large, and the one for what is missing."""
    parts = np.linspace(0, 1, SHADES)
    channels = [
        np.polynomial.Polynomial(c)(parts).round().clip(0, 255).astype(int).tolist() for c in (_RED, _GREEN, _BLUE)
    ]
    return [*zip(*channels, strict=True), MISSING]


def shades(values: Array, low: float, high: float) -> npt.NDArray[np.uint8]:
    """The palette's index of each value; what is not finite is `SHADES`."""
    span = high - low if high > low else 1.0
    with np.errstate(invalid="ignore"):
        part = np.nan_to_num(np.clip((values - low) / span, 0, 1))
    found = np.where(np.isfinite(values), (part * (SHADES - 1)).round(), SHADES)
    return found.astype(np.uint8)


def png_uri(values: Array, low: float, high: float) -> str:
    """A matrix (rows, columns) as a data URI of one pixel a value."""
    from PIL import Image

    index = shades(values, low, high)
    image = Image.frombytes("P", (index.shape[1], index.shape[0]), index.tobytes())
    image.putpalette([channel for colour in palette() for channel in colour])
    held = io.BytesIO()
    image.save(held, format="PNG", optimize=True, transparency=SHADES)
    return "data:image/png;base64," + base64.b64encode(held.getvalue()).decode("ascii")
