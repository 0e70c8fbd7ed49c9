"""Whether a classifier is right as often as it is sure."""

from typing import Final

from matplotlib.axes import Axes

from hourglass.figures.style import INK, color_of
from hourglass.records import Classification

CALIBRATION_SIZE: Final = (4.6, 3.9)


def draw_calibration(classification: Classification, ax: Axes) -> Axes:
    """Show the accuracy of images by the model's confidence, and how many images have which.

    On the diagonal a classifier is right as often as it says; below it, it is too sure.
    """
    bins = [entry for entry in classification.calibration if entry.images]
    ax.bar(
        [entry.low for entry in bins],
        [entry.images / classification.images for entry in bins],
        width=[entry.high - entry.low for entry in bins],
        align="edge",
        color=color_of("clean"),
        alpha=0.35,
        label="share of the images",
    )
    ax.plot((0.0, 1.0), (0.0, 1.0), color=INK, linestyle="--", linewidth=1.0, alpha=0.6)
    ax.plot(
        [entry.confidence for entry in bins],
        [entry.accuracy for entry in bins],
        "o-",
        color=color_of("model"),
        label="accuracy",
    )
    ax.set(
        xlabel=f"confidence ({classification.split})",
        ylabel="accuracy, share of the images",
        xlim=(0.0, 1.0),
        ylim=(0.0, 1.01),
    )
    ax.grid(axis="y")
    ax.legend(loc="lower left", bbox_to_anchor=(0.0, 1.0), ncols=2)
    return ax
