"""Axes for values that span decades."""

import math
from collections.abc import Iterable
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

# From about this ratio on, a linear axis presses small values onto its floor.
_LOG_RATIO: Final = 12.0
# From this ratio on, three ticks in each decade would cover each other.
_MANY_DECADES: Final = 1e5


def needs_log(values: Iterable[float]) -> bool:
    """Return whether values are all above 0 and far enough apart for a logarithmic axis."""
    finite = [value for value in values if math.isfinite(value)]
    return bool(finite) and min(finite) > 0 and max(finite) / min(finite) > _LOG_RATIO


def use_log(ax: Axes) -> None:
    """Make the axis of values logarithmic, with numbers that people read."""
    ax.set_yscale("log")
    low, high = ax.get_ylim()
    steps = (1.0, 2.0, 5.0) if high < _MANY_DECADES * low else (1.0,)
    ax.yaxis.set_major_locator(LogLocator(subs=steps))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _plain(value)))
    ax.yaxis.set_minor_locator(LogLocator(subs=()))


def _plain(value: float) -> str:
    """Return a tick without an exponent down to a millionth."""
    return f"{value:.6f}".rstrip("0") if 1e-6 <= value < 1e-4 else f"{value:g}"
