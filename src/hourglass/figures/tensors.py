"""A tensor of up to four axes, as sheets of numbers one behind the other."""

from collections.abc import Sequence
from itertools import product
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.grids import CELL, cell_color, draw_cell, finish_cells
from hourglass.figures.style import INK

# Far enough that one row and one column of a sheet behind can be read.
_SHIFT: Final = 1.2
_GAP: Final = 2.2
_LEFT, _BELOW, _RIGHT = 0.9, 0.8, 2.9
_HUES: Final = ((0.95, 0.30, 0.25), (0.35, 0.85, 0.40), (0.40, 0.60, 1.00))
_GRAY: Final = (1.0, 1.0, 1.0)


def tensor_size(values: NDArray[Any]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_tensor``."""
    stacks = _as_stacks(values)
    width, height = _extent(stacks.shape)
    count_line = 0.8 if values.ndim == 4 else 0.0
    across, down = width + _LEFT + _RIGHT, height + _BELOW + count_line
    return CELL * across + 0.2, CELL * down + 0.45


def draw_tensor(
    values: NDArray[Any],
    ax: Axes,
    *,
    names: Sequence[str],
    title: str = "",
    limits: tuple[float, float] | None = None,
) -> Axes:
    """Show a tensor in cells, with an arrow along each axis.

    Of three axes, the first goes from sheet to sheet, front to back. Of four, as of a batch of
    images, the first goes from left to right and the last from sheet to sheet.

    Parameters
    ----------
    values
        One to four axes, small: each number gets a cell, and those in sheets behind can be read
        in their first row and last column.
    ax
        Where to draw.
    names
        What each axis counts.
    title
        A line above.
    limits
        What is black and what is white, or the full color of one of three channels; without it,
        all cells have one color.
    """
    stacks = _as_stacks(values)
    count, rows, columns, depth = stacks.shape
    colored = values.ndim == 4 and depth == 3
    for number, sheet in product(range(count), reversed(range(depth))):
        left, top = _corner(number, sheet, stacks.shape)
        for row, column in product(range(rows), range(columns)):
            value = stacks[number, row, column, sheet]
            draw_cell(
                value,
                (left + column, top + row),
                ax,
                cell_color(value, limits, _HUES[sheet] if colored else _GRAY),
                written=sheet == 0 or row == 0 or column == columns - 1,
                height=1.0 + depth - sheet,
            )
    _name_axes(values, stacks.shape, names, ax)
    width, height = _extent(stacks.shape)
    below = _BELOW + (0.8 if values.ndim == 4 else 0.0)
    finish_cells(ax, (-_LEFT, width + _RIGHT), (0.0, height + below), title)
    return ax


def _as_stacks(values: NDArray[Any]) -> NDArray[Any]:
    """Return (count, rows, columns, sheets), sizes of 1 for axes that are not there."""
    if values.ndim == 4:
        return values
    sheets = values.reshape((1,) * (3 - values.ndim) + values.shape)
    return np.moveaxis(sheets, 0, -1)[None]


def _extent(shape: tuple[int, ...]) -> tuple[float, float]:
    count, rows, columns, depth = shape
    behind = _SHIFT * (depth - 1)
    pitch = columns + behind + _GAP
    return count * pitch - _GAP, rows + behind


def _corner(number: int, sheet: int, shape: tuple[int, ...]) -> tuple[float, float]:
    _, _, columns, depth = shape
    pitch = columns + _SHIFT * (depth - 1) + _GAP
    return number * pitch + _SHIFT * sheet, _SHIFT * (depth - 1 - sheet)


def _name_axes(
    values: NDArray[Any], shape: tuple[int, ...], names: Sequence[str], ax: Axes
) -> None:
    """Draw an arrow along each axis of the first stack, and one along the stacks."""
    _, rows, columns, depth = shape
    left, top = _corner(0, 0, shape)
    texts = [
        f"axis {number}: {name}, {size}"
        for number, (name, size) in enumerate(zip(names, values.shape, strict=True))
    ]
    across = texts[2] if values.ndim == 4 else texts[-1]
    _arrow(ax, (left, top + rows + 0.3), (columns, 0.0))
    ax.text(left, top + rows + 0.45, across, va="top", fontsize=9)
    if values.ndim > 1:
        down = texts[1] if values.ndim == 4 else texts[-2]
        _arrow(ax, (left - 0.3, top), (0.0, rows))
        ax.text(left - 0.42, top + rows, down, ha="right", va="bottom", rotation=90, fontsize=9)
    if values.ndim > 2:
        behind = _SHIFT * (depth - 1)
        last = _corner(shape[0] - 1, 0, shape)[0] + columns
        _arrow(ax, (last + 0.25, top + rows + 0.1), (behind + 0.3, -behind - 0.3))
        middle = (last + 0.6 + behind / 2, top + rows - behind / 2)
        ax.text(*middle, texts[3] if values.ndim == 4 else texts[0], va="top", fontsize=9)
    if values.ndim == 4:
        line = top + rows + 1.15
        _arrow(ax, (left, line), (_corner(shape[0] - 1, 0, shape)[0] + columns, 0.0))
        ax.text(left, line + 0.15, texts[0], va="top", fontsize=9)


def _arrow(ax: Axes, start: tuple[float, float], way: tuple[float, float]) -> None:
    end = (start[0] + way[0], start[1] + way[1])
    ax.annotate("", end, start, arrowprops={"arrowstyle": "->", "color": INK, "linewidth": 0.9})
