"""A curve, the lines through two of its points, and the tangent that they turn into."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.marks import legend_above, marks_of
from hourglass.figures.style import INK

_POINTS = 300


def draw_slopes(
    function: Callable[[NDArray[Any]], NDArray[Any]],
    place: float,
    steps: Sequence[float],
    slope: float,
    ax: Axes,
    *,
    limits: tuple[float, float],
    xlabel: str = "x",
    ylabel: str = "f(x)",
) -> Axes:
    """Show secants of a curve from ``place`` on, and its tangent there.

    Parameters
    ----------
    function
        Values of an array of places.
    place
        Where the tangent touches.
    steps
        How far to the second point of each secant.
    slope
        Slope of the tangent.
    ax
        Where to draw.
    limits
        From where to where the curve is shown.
    xlabel, ylabel
        What the axes show, with units.
    """
    across = np.linspace(*limits, _POINTS)
    ends = np.array(limits)
    ax.plot(across, function(across), color=INK, label="the function")
    names = {f"through two points, {step:g} apart": step for step in steps}
    here, *there = function(np.array([place, *(place + step for step in steps)]))
    marks = marks_of(["tangent", *names])
    for (name, step), value in zip(names.items(), there, strict=True):
        rise = (value - here) / step
        color = marks[name].color
        ax.plot(ends, here + rise * (ends - place), "--", color=color, linewidth=1.2, label=name)
        ax.plot([place + step], [value], marks[name].marker, color=color)
    tangent = here + slope * (ends - place)
    ax.plot(ends, tangent, color=marks["tangent"].color, label=f"tangent, slope {slope:g}")
    ax.plot([place], [here], "o", color=INK, markersize=6)
    ax.set(xlabel=xlabel, ylabel=ylabel, xlim=limits)
    ax.grid()
    legend_above(ax)
    return ax
