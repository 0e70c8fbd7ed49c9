"""What each unit of a variational code costs."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from hourglass.figures.style import color_of
from hourglass.records import LEAST_ACTIVITY, VariationalScores

_BAR: Final = 0.3
_ROOM_FOR_LABELS: Final = 0.9
_NARROWEST: Final = 3.4
_WIDEST: Final = 7.0
_HEIGHT: Final = 2.6
_MOST_NUMBERED: Final = 20


def divergences_size(scores: VariationalScores) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_divergences``."""
    width = _ROOM_FOR_LABELS + _BAR * scores.units
    return min(_WIDEST, max(_NARROWEST, width)), _HEIGHT


def draw_divergences(scores: VariationalScores, ax: Axes) -> Axes:
    """Show the divergence of each unit from the prior, the costliest first; idle ones hollow.

    Parameters
    ----------
    scores
        The figures of a variational autoencoder.
    ax
        Where to draw.
    """
    costs, variances = np.array(scores.divergence_by_unit), np.array(scores.variance_by_unit)
    order = np.argsort(-costs, kind="stable")
    active = variances[order] > LEAST_ACTIVITY
    places, color = np.arange(scores.units), color_of("model")
    for kind, face, label in ((active, color, "active"), (~active, "none", "idle")):
        if kind.any():
            ax.bar(places[kind], costs[order][kind], color=face, edgecolor=color, label=label)
    step = -(-scores.units // _MOST_NUMBERED)
    ax.set_xticks(places[::step], [str(number + 1) for number in order[::step]])
    ax.set(xlabel="unit of the code", ylabel=f"KL in nats, {scores.split}")
    ax.tick_params(axis="x", length=0)
    ax.grid(axis="y")
    if not active.all():
        ax.legend()
    return ax
