"""Which classes are rebuilt well, and which are not."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes

from hourglass.figures.errors import compared
from hourglass.figures.style import color_of
from hourglass.figures.text import format_count, format_mse, shortened
from hourglass.records import MethodScores, Scores

_MOST_CLASSES: Final = 30
_BAR: Final = 0.38


def errors_by_class_size(scores: Scores) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_errors_by_class``."""
    return 4.6, 1.15 + 0.42 * min(len(scores.model.mse_by_class), _MOST_CLASSES)


def draw_errors_by_class(scores: Scores, ax: Axes) -> Axes:
    """Show the error of the model and of the best baseline for each class, the worst on top.

    Of many classes, those with the highest error of the model are shown.
    """
    by_class = scores.model.mse_by_class
    names = sorted(by_class, key=lambda name: by_class[name], reverse=True)[:_MOST_CLASSES]
    pair = [method for method in compared(scores) if method.mse_by_class]
    for number, method in enumerate(pair):
        _draw_bars(method, names, number, len(pair), ax)
    every = "class" if len(names) == len(by_class) else f"worst {len(names)} of {len(by_class)}"
    ax.set_yticks(range(len(names)), [shortened(name, 20) for name in names])
    ax.tick_params(axis="y", length=0)
    ax.set(
        xlabel="mean squared error (pixels in [0, 1])\n"
        f"{scores.split}, {format_count(scores.images)} images",
        ylabel=every,
    )
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.margins(x=0.22)
    ax.locator_params(axis="x", nbins=5)
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
    return ax


def _draw_bars(method: MethodScores, names: list[str], number: int, methods: int, ax: Axes) -> None:
    values = [method.mse_by_class.get(name, np.nan) for name in names]
    middles = np.arange(len(names)) + (number - (methods - 1) / 2) * _BAR
    bars = ax.barh(
        middles,
        values,
        height=_BAR * 0.92,
        color=color_of(method.method),
        label=shortened(method.label, 24),
    )
    ax.bar_label(bars, [format_mse(value) for value in values], padding=3, fontsize=8.5)
