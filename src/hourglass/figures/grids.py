"""A table of numbers, each written in its cell."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from hourglass.figures.style import INK, color_of
from hourglass.figures.text import NOTHING

CELL: Final = 0.46
_WHITE: Final = "#ffffff"
_PAPER, _LENT = "#fbf1e6", "#ffffff"
# Written on a cell, never on the page: these two do not follow the page's ink.
_ON_LIGHT, _ON_DARK = "#101010", "#fefefe"
# Rec. 709: how bright red, green and blue seem.
_BRIGHTNESS: Final = (0.2126, 0.7152, 0.0722)
_BRIGHT: Final = 0.4
_ROOM_ABOVE: Final = 0.4

Color = tuple[float, float, float] | str


def grid_size(*tables: NDArray[Any]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_grid`` for tables side by side."""
    shapes = [np.atleast_2d(table).shape for table in tables]
    width = sum(max(columns * CELL, 1.5) + 0.3 for _, columns in shapes)
    return width, max(rows for rows, _ in shapes) * CELL + _ROOM_ABOVE


def draw_grid(
    values: NDArray[Any],
    ax: Axes,
    *,
    title: str = "",
    limits: tuple[float, float] | None = None,
    lent: NDArray[np.bool_] | None = None,
) -> Axes:
    """Show a vector or a matrix with each number in its cell, row 0 above.

    Parameters
    ----------
    values
        Shape (columns,) or (rows, columns).
    ax
        Where to draw.
    title
        A line above.
    limits
        What is black and what is white; without it, all cells have one color.
    lent
        Cells that are there in thought alone, such as the copies that broadcasting stands for:
        pale and dotted. Shape of ``values``.
    """
    table = np.atleast_2d(values)
    pale = np.zeros(table.shape, bool) if lent is None else np.atleast_2d(lent)
    for (row, column), value in np.ndenumerate(table):
        face = _LENT if pale[row, column] else cell_color(value, limits)
        draw_cell(value, (column, row), ax, face, lent=bool(pale[row, column]))
    finish_cells(ax, (0.0, table.shape[1]), (0.0, table.shape[0]), title)
    return ax


def cell_color(
    value: Any, limits: tuple[float, float] | None, hue: Sequence[float] = (1.0, 1.0, 1.0)
) -> Color:
    """Return the color of a cell: from black to ``hue``, or paper where there are no limits."""
    if limits is None:
        return _PAPER
    share = float(np.clip((value - limits[0]) / (limits[1] - limits[0]), 0.0, 1.0))
    red, green, blue = (share * part for part in hue)
    return red, green, blue


def draw_cell(
    value: Any,
    corner: tuple[float, float],
    ax: Axes,
    face: Color,
    *,
    lent: bool = False,
    written: bool = True,
    height: float = 1.0,
) -> None:
    """Draw a square with a number; ``corner`` is the upper left one, ``height`` its layer."""
    edge = color_of("noisy") if lent else INK
    ax.add_patch(
        Rectangle(
            corner,
            1.0,
            1.0,
            facecolor=face,
            edgecolor=edge,
            linewidth=0.7,
            linestyle=":" if lent else "-",
            zorder=height,
        )
    )
    if written:
        bright = float(np.dot(to_rgb(face), _BRIGHTNESS)) > _BRIGHT
        ink = _ON_LIGHT if bright else _ON_DARK
        ax.text(
            corner[0] + 0.5,
            corner[1] + 0.5,
            cell_text(value),
            ha="center",
            va="center",
            fontsize=9,
            color=edge if lent else ink,
            zorder=height + 0.1,
        )


def cell_text(value: Any) -> str:
    """Return a number as it stands in a cell: at most two decimals, and no zeros at the end."""
    if isinstance(value, np.floating | float) and not np.isfinite(value):
        return NOTHING
    text = f"{value:.2f}"
    text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace("-", "\u2212")


def finish_cells(
    ax: Axes, across: tuple[float, float], down: tuple[float, float], title: str
) -> None:
    """Give cells one scale and their title, and take everything else away."""
    ax.set(xlim=(across[0] - 0.06, across[1] + 0.06), ylim=(down[1] + 0.06, down[0] - 0.06))
    ax.set_aspect("equal")
    ax.set_axis_off()
    if title:
        ax.set_title(title, fontsize=10)
