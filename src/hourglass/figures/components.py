"""Directions among images, shown as images themselves."""

from collections.abc import Mapping
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.strips import GAP, image_strip, strip_scale

# Brewer's blue and red: told apart with every kind of color vision, and equally dark in print.
_COLORS: Final = "RdBu_r"
_PIXELS_PER_INCH: Final = 96
_ROOM_FOR_LABELS: Final = 1.5
_ROOM_FOR_NUMBERS: Final = 0.6


def signed_images(directions: NDArray[Any]) -> NDArray[np.float64]:
    """Return signed images in color: blue below zero, white at zero, red above.

    Each image has its full range of color, because the length of a direction says nothing. The
    images can be rows of ``image_strip`` and ``labeled_strip``.

    Parameters
    ----------
    directions
        Shape (count, height, width, 1).

    Returns
    -------
    NDArray[np.float64]
        Shape (count, height, width, 3), RGB in [0, 1].
    """
    largest = np.abs(directions).max(axis=(1, 2, 3), keepdims=True)
    values = directions / np.where(largest > 0, largest, 1.0)
    colors: NDArray[np.float64] = matplotlib.colormaps[_COLORS]((values[..., 0] + 1.0) / 2.0)
    return colors[..., :3]


def components_size(rows: Mapping[str, NDArray[Any]]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_components``."""
    height, width = _strip(rows).shape[:2]
    return (
        width / _PIXELS_PER_INCH + _ROOM_FOR_LABELS,
        height / _PIXELS_PER_INCH + _ROOM_FOR_NUMBERS,
    )


def draw_components(rows: Mapping[str, NDArray[Any]], ax: Axes) -> Axes:
    """Show directions below each other, a row for each method, numbered from 1.

    Parameters
    ----------
    rows
        Directions of shape (count, height, width, 1) by label; blue is below zero, red above.
    ax
        Where to draw.
    """
    strip = _strip(rows)
    first = next(iter(rows.values()))
    ax.imshow(strip, interpolation="none")
    ax.set_xticks(_middles(strip.shape[1], len(first)), [str(n + 1) for n in range(len(first))])
    ax.set_yticks(_middles(strip.shape[0], len(rows)), list(rows))
    ax.set_xlabel("direction")
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _strip(rows: Mapping[str, NDArray[Any]]) -> NDArray[np.uint8]:
    colored = {label: signed_images(directions) for label, directions in rows.items()}
    side = max(next(iter(colored.values())).shape[1:3])
    return image_strip(colored, strip_scale(side))


def _middles(length: int, tiles: int) -> list[float]:
    """Return the middle of each tile along a strip, in pixels."""
    pitch = (length + GAP) / tiles
    return [number * pitch + (pitch - GAP - 1) / 2 for number in range(tiles)]
