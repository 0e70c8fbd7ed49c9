"""Pixels that carry no information: a network is shown the colors around them in their place."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

# Rows that are worked on together, and how far beyond them a color may come from.
_ROWS: Final = 512
_MARGIN: Final = 128


def spread_visible(pixels: NDArray[Any], hidden: NDArray[np.bool_]) -> None:
    """Replace hidden pixels by the nearest visible ones, in place.

    What lies below a transparent pixel is whatever the editor left there, and it must not change
    what becomes of the pixels that are seen. Memory beside the image is bounded.

    Parameters
    ----------
    pixels
        Shape (height, width, channels), of any type.
    hidden
        Which pixels carry no information, shape (height, width). Where none is visible within
        128 rows, the mean of all visible pixels is taken; where none is visible at all, zeros.
    """
    from scipy.ndimage import distance_transform_edt

    far: NDArray[Any] | None = None
    for top in range(0, len(pixels), _ROWS):
        rows = slice(top, top + _ROWS)
        if not hidden[rows].any():
            continue
        first = max(0, top - _MARGIN)
        around = slice(first, top + _ROWS + _MARGIN)
        if hidden[around].all():
            far = _mean_of_visible(pixels, hidden) if far is None else far
            pixels[rows] = far
            continue
        nearest = distance_transform_edt(
            hidden[around], return_distances=False, return_indices=True
        )[:, top - first : top - first + _ROWS]
        pixels[rows] = pixels[around][tuple(nearest)]


def _mean_of_visible(pixels: NDArray[Any], hidden: NDArray[np.bool_]) -> NDArray[Any]:
    """Return the mean of the visible pixels, shape (channels,)."""
    total, count = np.zeros(pixels.shape[-1]), 0
    for top in range(0, len(pixels), _ROWS):
        rows = slice(top, top + _ROWS)
        seen = pixels[rows][~hidden[rows]]
        total += seen.sum(axis=0, dtype=np.float64)
        count += len(seen)
    mean: NDArray[Any] = (total / max(count, 1)).astype(pixels.dtype)
    return mean
