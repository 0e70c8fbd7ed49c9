"""What learned latents are worth where labels are few."""

from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from hourglass.figures.marks import legend_above
from hourglass.figures.style import PALETTE
from hourglass.figures.text import format_count
from hourglass.records import FewLabelsStudy

FEW_LABELS_SIZE: Final = (4.6, 3.9)
# Features have a color, methods a line: all four are told apart in print too.
_COLORS: Final = {"latents": PALETTE["model"], "pixels": PALETTE["validation"]}
_LINES: Final = {"dense": "-", "logistic": "--"}
_MARKERS: Final = {"dense": "o", "logistic": "s"}


def draw_few_labels(study: FewLabelsStudy, ax: Axes) -> Axes:
    """Show test accuracy by the number of labels, a line for each way to classify.

    Where labels were drawn several times, the line is their mean and whiskers are the extremes.
    """
    for (features, method), rows in study.ways.items():
        labels = [row.labels for row in rows]
        means = [row.test_accuracy for row in rows]
        ax.errorbar(
            labels,
            means,
            yerr=[
                [row.test_accuracy - min(row.test_accuracies) for row in rows],
                [max(row.test_accuracies) - row.test_accuracy for row in rows],
            ],
            color=_COLORS[features],
            linestyle=_LINES[method],
            marker=_MARKERS[method],
            capsize=3,
            label=f"{method} on {features}",
        )
    ax.set_xscale("log")
    ticks = list(dict.fromkeys(row.labels for row in study.rows))
    ax.set_xticks(ticks, [format_count(labels) for labels in ticks])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set(xlabel="training labels", ylabel="test accuracy")
    ax.grid(axis="y")
    legend_above(ax, 2)
    return ax
