"""How models trained at several noise factors do at all of them."""

from typing import Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import Normalize
from matplotlib.patches import Rectangle

from hourglass.figures.style import color_of
from hourglass.figures.text import format_gain
from hourglass.records import NoiseStudy

# Read alike by those who see no red or green, and its lightness rises all the way.
_COLORS: Final = "cividis"
_DARK: Final = 0.48
_CELL: Final = 0.72
# Written on a cell, never on the page: these two do not follow the page's ink.
_ON_LIGHT, _ON_DARK = "#101010", "#fefefe"


def noise_matrix_size(study: NoiseStudy) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_noise_matrix``."""
    columns, rows = len(study.tested_on), len(study.trained_on)
    return max(3.4, 1.5 + _CELL * columns), 1.1 + 0.42 * rows


def draw_noise_matrix(study: NoiseStudy, ax: Axes) -> Axes:
    """Show the validation gain of each pair of training and test noise; the chosen row is framed.

    Parameters
    ----------
    study
        Gains by training noise (rows) and test noise (columns).
    ax
        Where to draw.
    """
    gains = np.ma.masked_invalid(np.asarray(study.gains, dtype=float))
    rows, columns = gains.shape
    colors = matplotlib.colormaps[_COLORS]
    scale = Normalize(*_limits(gains))
    ax.pcolormesh(
        np.arange(columns + 1) - 0.5,
        np.arange(rows + 1) - 0.5,
        gains,
        cmap=colors,
        norm=scale,
        edgecolors="none",
    )
    for (row, column), gain in np.ndenumerate(np.asarray(study.gains, dtype=float)):
        light = bool(np.isfinite(gain)) and float(scale(gain)) > _DARK
        ax.text(
            column,
            row,
            format_gain(float(gain)),
            ha="center",
            va="center",
            color=_color_on(bool(np.isfinite(gain)), light),
            fontsize=9.5,
        )
    _mark_chosen(study, ax)
    ax.set_xticks(range(columns), [f"{factor:g}" for factor in study.tested_on])
    ax.set_yticks(range(rows), [f"{factor:g}" for factor in study.trained_on])
    ax.set(
        xlabel="noise factor on validation",
        ylabel="noise factor in training",
        xlim=(-0.58, columns - 0.42),
        ylim=(rows - 0.42, -0.58),
    )
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _limits(
    gains: "np.ma.MaskedArray[tuple[int, int], np.dtype[np.float64]]",
) -> tuple[float, float]:
    values = gains.compressed()
    if not len(values):
        return 0.0, 1.0
    low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 1.0, high + 1.0)


def _color_on(colored: bool, light: bool) -> str:
    if not colored:
        return color_of("network")
    return _ON_LIGHT if light else _ON_DARK


def _mark_chosen(study: NoiseStudy, ax: Axes) -> None:
    row = next((n for n, factor in enumerate(study.trained_on) if factor == study.chosen), None)
    if row is None:
        return
    ax.add_patch(
        Rectangle(
            (-0.5, row - 0.5),
            len(study.tested_on),
            1.0,
            fill=False,
            edgecolor=color_of("model"),
            linewidth=3.0,
            clip_on=False,
        )
    )
    ax.annotate(
        "chosen",
        (len(study.tested_on) - 0.5, row),
        (6.0, 0.0),
        textcoords="offset points",
        va="center",
        fontsize=9.5,
        fontweight="bold",
        annotation_clip=False,
    )
