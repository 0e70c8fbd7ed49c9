"""Named lines and named heaps of values, told apart in print too."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator
from numpy.typing import NDArray

from hourglass.figures.marks import legend_above, legend_columns, marks_of
from hourglass.figures.scales import needs_log, use_log
from hourglass.figures.style import INK
from hourglass.figures.text import format_count


def draw_lines(
    lines: Mapping[str, Sequence[float] | NDArray[Any]],
    ax: Axes,
    *,
    places: Sequence[float] | NDArray[Any] | None = None,
    log_places: bool = False,
    xlabel: str,
    ylabel: str,
) -> Axes:
    """Show values along a common axis, a line with its color and marker for each name.

    Parameters
    ----------
    lines
        Values by name, all of the same length.
    ax
        Where to draw; its axis of values becomes logarithmic where they span decades.
    places
        Where the values belong, in the unit of ``xlabel``; by default 1, 2, 3 and so on.
    log_places
        Whether the axis of places is logarithmic, with a tick at each of them.
    xlabel, ylabel
        What is shown, with its unit.
    """
    marks = marks_of(lines)
    for name, values in lines.items():
        along = np.arange(1, len(values) + 1) if places is None else places
        ax.plot(along, values, label=name, **marks[name].line(len(values)))
    if places is None:
        # Nothing happens between the first and the second.
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    elif log_places:
        ax.set_xscale("log")
        ax.set_xticks(places, [format_count(place) for place in places])
        ax.xaxis.set_minor_locator(NullLocator())
    if needs_log(float(value) for values in lines.values() for value in values):
        use_log(ax)
    return _finish(lines, ax, xlabel, ylabel)


def draw_heaps(
    heaps: Mapping[str, Sequence[float] | NDArray[Any]],
    ax: Axes,
    *,
    xlabel: str,
    ylabel: str = "images",
    threshold: float | None = None,
    threshold_name: str = "threshold",
    bins: int = 40,
) -> Axes:
    """Show how often values occur, an outline for each name, and a threshold between them.

    Parameters
    ----------
    heaps
        Values by name, all with the unit of ``xlabel``.
    ax
        Where to draw.
    xlabel, ylabel
        What is counted, with its unit, and what there is so many of.
    threshold
        Where to draw a dotted line.
    threshold_name
        What the line is called.
    bins
        Number of bins over the range of all values.
    """
    everything = np.concatenate([np.ravel(values) for values in heaps.values()])
    edges = list(np.histogram_bin_edges(everything, bins))
    for name, mark in marks_of(heaps).items():
        face = (mark.color, 0.18)
        line = "-" if mark.marker == "o" else "--"
        ax.hist(
            heaps[name],
            edges,
            histtype="stepfilled",
            facecolor=face,
            label=name,
            edgecolor=mark.color,
            linewidth=1.4,
            linestyle=line,
        )
    if threshold is not None:
        ax.axvline(threshold, color=INK, linestyle=":", label=threshold_name)
    return _finish(heaps, ax, xlabel, ylabel)


def _finish(named: Mapping[str, object], ax: Axes, xlabel: str, ylabel: str) -> Axes:
    ax.set(xlabel=xlabel, ylabel=ylabel)
    ax.grid(axis="y")
    legend_above(ax, legend_columns(named))
    return ax
