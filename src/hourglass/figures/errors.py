"""How the errors of single images are spread."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from hourglass.figures.style import INK, color_of
from hourglass.figures.text import format_count, format_mse, shortened
from hourglass.records import MethodScores, Scores

ERRORS_SIZE: Final = (4.6, 3.6)
_BINS: Final = 40
_SHOWN_QUANTILE: Final = 0.995


def compared(scores: Scores) -> list[MethodScores]:
    """Return the model and, where there is one, the best of what it must beat."""
    others = [method for method in scores.methods if method.kind != "model"]
    return [scores.model, scores.best_baseline] if others else [scores.model]


def draw_errors(errors: Mapping[str, NDArray[Any]], scores: Scores, ax: Axes) -> Axes:
    """Show how many images the model and the best baseline rebuild how well.

    Parameters
    ----------
    errors
        Mean squared error of every image of the split by method, shape (images,).
    scores
        The same split's table; the means are taken from it.
    ax
        Where to draw. The noisy input is drawn too where the others' axis has room for it.
    """
    shown = [method for method in compared(scores) if method.method in errors]
    upper = _upper_end([errors[method.method] for method in shown])
    shown += [
        method
        for method in scores.methods
        if method.kind == "input"
        and method not in shown
        and method.method in errors
        and _upper_end([errors[method.method]]) <= upper
    ]
    edges = np.linspace(0.0, upper, _BINS + 1)
    # The model comes last, so that nothing covers it.
    for method in reversed(shown):
        _draw_one(errors[method.method], method, edges, ax)
    if any(float(np.max(errors[method.method])) > upper for method in shown):
        _note_last_bin(ax)
    ax.set(
        xlabel="mean squared error per image (pixels in [0, 1])",
        ylabel=f"images of {format_count(scores.images)} ({scores.split})",
        xlim=(0.0, upper),
    )
    ax.locator_params(axis="x", nbins=5)
    ax.grid(axis="y")
    if shown:
        # Above the axes: inside, a line would run through it for some data.
        ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), reverse=True)
    return ax


def _upper_end(errors: list[NDArray[Any]]) -> float:
    ends = [float(np.quantile(values, _SHOWN_QUANTILE)) for values in errors]
    return max([end * 1.1 for end in ends if end > 0], default=1.0)


def _draw_one(
    errors: NDArray[Any], method: MethodScores, edges: NDArray[np.float64], ax: Axes
) -> None:
    color = color_of(method.method)
    label = f"{shortened(method.label, 22)}, mean {format_mse(method.mse)}"
    inside = np.minimum(errors, edges[-1])
    ax.hist(inside, bins=edges.tolist(), histtype="stepfilled", color=color, alpha=0.25)
    ax.hist(inside, bins=edges.tolist(), histtype="step", color=color, linewidth=1.4)
    ax.axvline(method.mse, color=color, linestyle=_dashes(method), linewidth=1.6, label=label)


def _dashes(method: MethodScores) -> str:
    return {"model": "-", "baseline": "--", "input": ":"}[method.kind]


def _note_last_bin(ax: Axes) -> None:
    ax.annotate(
        "last bar:\nand above",
        (1.0, 0.0),
        (0.0, 6.0),
        xycoords="axes fraction",
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=8.5,
        color=INK,
        alpha=0.75,
    )
