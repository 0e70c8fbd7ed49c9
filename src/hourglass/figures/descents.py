"""Steps of a gradient descent on a curve."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.style import color_of

_POINTS = 300


def draw_descent(
    function: Callable[[NDArray[Any]], NDArray[Any]],
    visited: Sequence[float] | NDArray[Any],
    ax: Axes,
    *,
    limits: tuple[float, float],
    title: str = "",
    xlabel: str = "parameter",
    ylabel: str = "loss",
) -> Axes:
    """Show a curve and the places that a descent visits on it, the start as a ring.

    Parameters
    ----------
    function
        Values of an array of places.
    visited
        Places in order, the start first; what lies outside the limits is not seen.
    ax
        Where to draw.
    limits
        From where to where the curve is shown.
    title
        A line above.
    xlabel, ylabel
        What the axes show, with units.
    """
    across = np.linspace(*limits, _POINTS)
    curve = function(across)
    ax.plot(across, curve, color=color_of("clean"), linewidth=1.4)
    places = np.asarray(visited, dtype=float)
    heights = function(places)
    color = color_of("model")
    ax.plot(places, heights, "-", color=color, linewidth=1.0, marker="o", markersize=4.5)
    ax.plot(
        places[:1],
        heights[:1],
        "o",
        markersize=10,
        markerfacecolor="none",
        markeredgecolor=color,
    )
    low, high = float(curve.min()), float(curve.max())
    room = 0.06 * (high - low)
    ax.set(xlim=limits, ylim=(low - room, high + room), xlabel=xlabel, ylabel=ylabel)
    ax.grid()
    if title:
        ax.set_title(title, fontsize=10)
    return ax
