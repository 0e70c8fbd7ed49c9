"""Loss and accuracy by epoch."""

import math
from collections.abc import Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hourglass.figures.scales import needs_log, use_log
from hourglass.figures.style import INK, color_of
from hourglass.records import History

CURVES_SIZE: Final = (4.6, 3.2)
_MARKED_EPOCHS: Final = 12


def draw_curves(history: History, ax: Axes, *, loss: str = "loss", corrupted: bool = False) -> Axes:
    """Show training and validation loss by epoch, and the epoch whose weights were kept.

    Parameters
    ----------
    history
        At least one epoch.
    ax
        Where to draw.
    loss
        What the loss is called.
    corrupted
        Whether the training loss was taken on images corrupted afresh in each step, so that it
        is not on the same images as that of validation.
    """
    training = [row.loss for row in history.epochs]
    validation = [row.val_loss for row in history.epochs]
    _draw_pair(history, training, validation, ax)
    if needs_log(training + validation):
        use_log(ax)
    note = "\n(training: freshly corrupted input)" if corrupted else ""
    ax.set(xlabel="epoch", ylabel=f"{loss}{note}")
    ax.legend(loc="upper right")
    return ax


def draw_accuracies(history: History, ax: Axes) -> Axes:
    """Show training and validation accuracy by epoch, and the epoch whose weights were kept.

    Parameters
    ----------
    history
        That of a classifier, at least one epoch.
    ax
        Where to draw.
    """
    training = [known(row.accuracy) for row in history.epochs]
    validation = [known(row.val_accuracy) for row in history.epochs]
    _draw_pair(history, training, validation, ax)
    ax.set(xlabel="epoch", ylabel="accuracy")
    ax.legend(loc="lower right")
    return ax


def known(value: float | None) -> float:
    """Return a value that can be drawn: a gap where it is not known."""
    return math.nan if value is None else value


def _draw_pair(
    history: History, training: Sequence[float], validation: Sequence[float], ax: Axes
) -> None:
    epochs = [row.epoch for row in history.epochs]
    marker = "o" if len(epochs) <= _MARKED_EPOCHS else ""
    ax.plot(epochs, training, "--", marker=marker, color=color_of("training"), label="training")
    ax.plot(epochs, validation, marker=marker, color=color_of("validation"), label="validation")
    _mark_best(history, validation, ax)
    ax.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.grid(axis="y")


def _mark_best(history: History, validation: Sequence[float], ax: Axes) -> None:
    rows = zip(history.epochs, validation, strict=True)
    best = next(((row, value) for row, value in rows if row.epoch == history.best_epoch), None)
    if best is not None:
        row, value = best
        ax.plot(
            [row.epoch],
            [value],
            "o",
            markersize=10,
            markerfacecolor="none",
            markeredgecolor=INK,
            label=f"best: epoch {row.epoch}",
        )
