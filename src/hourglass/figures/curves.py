"""Loss by epoch."""

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
    epochs = [row.epoch for row in history.epochs]
    training = [row.loss for row in history.epochs]
    validation = [row.val_loss for row in history.epochs]
    marker = "o" if len(epochs) <= _MARKED_EPOCHS else ""
    ax.plot(epochs, training, "--", marker=marker, color=color_of("training"), label="training")
    ax.plot(epochs, validation, marker=marker, color=color_of("validation"), label="validation")
    _mark_best(history, ax)
    if needs_log(training + validation):
        use_log(ax)
    ax.set_xlim(epochs[0] - 0.5, epochs[-1] + 0.5)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    note = "\n(training: freshly corrupted input)" if corrupted else ""
    ax.set(xlabel="epoch", ylabel=f"{loss}{note}")
    ax.grid(axis="y")
    ax.legend(loc="upper right")
    return ax


def _mark_best(history: History, ax: Axes) -> None:
    best = next((row for row in history.epochs if row.epoch == history.best_epoch), None)
    if best is not None:
        ax.plot(
            [best.epoch],
            [best.val_loss],
            "o",
            markersize=10,
            markerfacecolor="none",
            markeredgecolor=INK,
            label=f"best: epoch {best.epoch}",
        )
