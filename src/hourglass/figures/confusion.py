"""Which classes are taken for which."""

from typing import Final

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import PowerNorm

from hourglass.figures.text import format_count, shortened
from hourglass.records import Classification

# Read alike by those who see no red or green, and its lightness rises all the way.
_COLORS: Final = "cividis"
_BRIGHT: Final = 0.5
# Rare mistakes would be as dark as none, next to a diagonal near 1.
_POWER: Final = 0.4
_MOST_NUMBERS: Final = 16
_MOST_NAMES: Final = 50
_CELL: Final = 0.5
# Written on a cell, never on the page: these two do not follow the page's ink.
_ON_LIGHT, _ON_DARK = "#101010", "#fefefe"


def confusion_size(classification: Classification) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_confusion``."""
    count = len(classification.classes)
    side = max(2.6, (_CELL if count <= _MOST_NUMBERS else 0.2) * min(count, _MOST_NAMES))
    return side + 1.5, side + 1.2


def draw_confusion(classification: Classification, ax: Axes) -> Axes:
    """Show how many images of each class (rows) were given which class (columns).

    The color of a cell follows its share of the row; the numbers are counts, left out where there
    are many classes.
    """
    counts = np.asarray(classification.confusion)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    scale = PowerNorm(_POWER, vmin=0.0, vmax=1.0)
    ax.imshow(shares, cmap=matplotlib.colormaps[_COLORS], norm=scale, interpolation="none")
    if len(counts) <= _MOST_NUMBERS:
        for (row, column), count in np.ndenumerate(counts):
            if count:
                light = float(scale(shares[row, column])) > _BRIGHT
                ax.text(
                    column,
                    row,
                    format_count(int(count)),
                    ha="center",
                    va="center",
                    color=_ON_LIGHT if light else _ON_DARK,
                    fontsize=8.5,
                )
    _name(classification, ax)
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    return ax


def _name(classification: Classification, ax: Axes) -> None:
    names = classification.class_names
    ax.set(
        xlabel=f"given class\n{classification.split}, {format_count(classification.images)} images",
        ylabel="true class",
    )
    if len(names) <= _MOST_NAMES:
        labels = [shortened(name, 14) for name in names]
        ax.set_xticks(range(len(names)), labels, rotation=45, ha="right", rotation_mode="anchor")
        ax.set_yticks(range(len(names)), labels)
