"""How far a difference quotient is off, by the step that it takes."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator
from numpy.typing import NDArray

from hourglass.figures.marks import legend_above, marks_of

_MOST_TICKS: Final = 8
_RAISED: Final = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def draw_step_errors(
    steps: Sequence[float] | NDArray[Any],
    errors: Mapping[str, Sequence[float] | NDArray[Any]],
    ax: Axes,
    *,
    xlabel: str = "step",
    ylabel: str = "relative error",
) -> Axes:
    """Show errors by step, both axes logarithmic, a line for each name.

    Parameters
    ----------
    steps
        Above 0.
    errors
        One for each step, by name; where it is 0, the line has a gap.
    ax
        Where to draw.
    xlabel, ylabel
        What the axes show, with units.
    """
    for name, mark in marks_of(errors).items():
        ax.plot(steps, errors[name], label=name, **mark.line(1))
    ax.set(xlabel=xlabel, ylabel=ylabel, xscale="log", yscale="log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(numticks=_MOST_TICKS))
        axis.set_major_formatter(FuncFormatter(lambda value, _: _power_of_ten(value)))
    ax.grid()
    legend_above(ax, 2)
    return ax


def _power_of_ten(value: float) -> str:
    """Return a tick as a power, without the formula that names of the house do not parse."""
    return f"10{str(round(math.log10(value))).translate(_RAISED)}" if value > 0 else ""
