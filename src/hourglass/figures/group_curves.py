"""Loss by epoch of several runs."""

from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from hourglass.figures.curves import known
from hourglass.figures.marks import Mark, legend_above, legend_columns
from hourglass.figures.scales import needs_log, use_log
from hourglass.records import History

_WIDTH: Final = 4.6
_LEGEND_ROW: Final = 0.19
_BOTH: Final = "epoch (solid: validation, dotted: training)"


def group_curves_size(histories: Mapping[str, History]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_group_curves``."""
    rows = -(-len(histories) // legend_columns(histories))
    return _WIDTH, 3.2 + _LEGEND_ROW * rows


def draw_group_curves(
    histories: Mapping[str, History],
    marks: Mapping[str, Mark],
    ax: Axes,
    *,
    loss: str | None = None,
) -> Axes:
    """Show the losses of all runs by epoch, validation as solid lines and training dotted.

    Parameters
    ----------
    histories
        At least one epoch each, by the run's name.
    marks
        Color and marker of each run.
    ax
        Where to draw.
    loss
        What the loss is called that all runs share. Where they have several, ``None``: losses of
        different kinds are not one axis, so the validation MSE is drawn alone.
    """
    shown = [
        value
        for name, history in histories.items()
        for value in _draw_one(name, history, marks[name], loss is not None, ax)
    ]
    if needs_log(shown):
        use_log(ax)
    if loss is None:
        ax.set(xlabel="epoch", ylabel="validation MSE")
    else:
        ax.set(xlabel=_BOTH, ylabel=loss)
    return _finished(histories, ax)


def draw_group_accuracies(
    histories: Mapping[str, History], marks: Mapping[str, Mark], ax: Axes
) -> Axes:
    """Show the accuracies of classifiers by epoch, validation as solid lines, training dotted.

    Parameters
    ----------
    histories
        At least one epoch each, by the run's name.
    marks
        Color and marker of each run.
    ax
        Where to draw.
    """
    for name, history in histories.items():
        mark, epochs = marks[name], [row.epoch for row in history.epochs]
        training = [known(row.accuracy) for row in history.epochs]
        validation = [known(row.val_accuracy) for row in history.epochs]
        ax.plot(epochs, training, ":", color=mark.color, linewidth=1.3)
        ax.plot(epochs, validation, label=name, **mark.line(len(epochs)))
    ax.set(xlabel=_BOTH, ylabel="accuracy")
    return _finished(histories, ax)


def _finished(histories: Mapping[str, History], ax: Axes) -> Axes:
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, min_n_ticks=1))
    ax.grid(axis="y")
    legend_above(ax, legend_columns(histories))
    return ax


def _draw_one(
    name: str, history: History, mark: Mark, with_training: bool, ax: Axes
) -> Sequence[float]:
    """Draw the lines of one run and return their values."""
    epochs = [row.epoch for row in history.epochs]
    if not with_training:
        measured = [known(row.val_mse) for row in history.epochs]
        ax.plot(epochs, measured, label=name, **mark.line(len(epochs)))
        return measured
    training = [row.loss for row in history.epochs]
    validation = [row.val_loss for row in history.epochs]
    ax.plot(epochs, training, ":", color=mark.color, linewidth=1.3)
    ax.plot(epochs, validation, label=name, **mark.line(len(epochs)))
    return training + validation
