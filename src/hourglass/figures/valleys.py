"""A function of two parameters from above, and the ways that descents take through it."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.marks import legend_above, marks_of
from hourglass.figures.style import INK, color_of

_POINTS: Final = 161
_LEVELS: Final = 11
_LEAST: Final = 2e-3


def draw_valley(
    function: Callable[[NDArray[Any], NDArray[Any]], NDArray[Any]],
    paths: Mapping[str, NDArray[Any]],
    ax: Axes,
    *,
    across: tuple[float, float],
    up: tuple[float, float],
    xlabel: str,
    ylabel: str,
    lowest: tuple[float, float] | None = None,
) -> Axes:
    """Show lines of equal height, closer where it is steep, and a path for each name.

    Parameters
    ----------
    function
        Height over arrays of both parameters.
    paths
        Places in order by name, each of shape (places, 2); all begin where the first does.
    ax
        Where to draw.
    across, up
        From where to where each parameter is shown.
    xlabel, ylabel
        What the parameters are, with units.
    lowest
        Where the minimum is, marked with a cross.
    """
    grid = np.meshgrid(np.linspace(*across, _POINTS), np.linspace(*up, _POINTS))
    heights = function(*grid)
    above = heights - heights.min()
    levels = np.geomspace(_LEAST, 1.0, _LEVELS) * above.max()
    ax.contour(*grid, above, levels, colors=color_of("noisy"), linewidths=0.7)
    for (name, mark), path in zip(marks_of(paths).items(), paths.values(), strict=True):
        style = {"markersize": 3.5, "linewidth": 1.3}
        ax.plot(path[:, 0], path[:, 1], label=name, **mark.line(1) | style)
    start = next(iter(paths.values()))[0]
    ax.plot(*start, "o", markersize=10, markerfacecolor="none", markeredgecolor=INK, label="start")
    if lowest is not None:
        ax.plot(*lowest, "x", markersize=9, markeredgewidth=2.2, color=INK, label="minimum")
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=across, ylim=up)
    legend_above(ax, 2)
    return ax
