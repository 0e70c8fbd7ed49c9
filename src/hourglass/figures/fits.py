"""Points, and lines that were fitted to them."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.marks import legend_above, marks_of
from hourglass.figures.style import color_of

_DARKEST, _PALEST = 0.6, 0.1
_POINTS_OF_ALL: Final = 600.0


def draw_fits(
    inputs: NDArray[Any],
    targets: NDArray[Any],
    lines: Mapping[str, tuple[float, float]],
    ax: Axes,
    *,
    xlabel: str,
    ylabel: str,
) -> Axes:
    """Show points and a line for each name; where many points meet, it is darker.

    Parameters
    ----------
    inputs, targets
        Where the points are, shape (points,) each.
    lines
        Slope and intercept by name.
    ax
        Where to draw.
    xlabel, ylabel
        What the axes show, with units.
    """
    shade = float(np.clip(_POINTS_OF_ALL / len(inputs), _PALEST, _DARKEST))
    color = color_of("clean")
    ax.scatter(inputs, targets, s=9, color=color, alpha=shade, linewidths=0, rasterized=True)
    ends = np.array([inputs.min(), inputs.max()], dtype=float)
    for (name, mark), (slope, intercept) in zip(
        marks_of(lines).items(), lines.values(), strict=True
    ):
        dashes = "-" if mark.marker == "o" else "--"
        ax.plot(ends, slope * ends + intercept, dashes, color=mark.color, label=name)
    ax.set(xlabel=xlabel, ylabel=ylabel)
    legend_above(ax, 2)
    return ax
