"""How many images of a class are found at the price of how many false alarms."""

from collections.abc import Iterable
from typing import Final

from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator

from hourglass.figures.marks import marks_of
from hourglass.figures.style import INK
from hourglass.figures.text import format_ssim, shortened
from hourglass.records import Classification, RocCurve

ROC_SIZE: Final = (6.8, 4.6)
# As many marks differ from each other; of more classes those with the least area are drawn.
_MOST_CLASSES: Final = 12
# Where the curves of a good classifier part from each other.
_NEAR: Final = ((0.0, 0.2), (0.78, 1.005))
_MEANS: Final = {"micro": (0, (6, 2)), "macro": (0, (1.5, 1.5))}


def draw_roc(classification: Classification, ax: Axes) -> Axes:
    """Show the ROC curve of each class, and of all together, once more enlarged at their corner.

    Each class has a color and a marker of its own; the legend gives the area under each curve.
    """
    means = [curve for curve in classification.curves if curve.name in _MEANS]
    classes = [curve for curve in classification.curves if curve.name not in _MEANS]
    shown = set(sorted(curve.auc for curve in classes)[:_MOST_CLASSES])
    drawn = [curve for curve in classes if curve.auc in shown][:_MOST_CLASSES]
    near = ax.inset_axes((0.38, 0.1, 0.58, 0.58), xlim=_NEAR[0], ylim=_NEAR[1])
    for place in (ax, near):
        _draw_classes(drawn, place)
        for curve in means:
            place.plot(
                curve.false_positives,
                curve.true_positives,
                color=INK,
                linestyle=_MEANS[curve.name],
                linewidth=1.6,
                label=_label(curve),
            )
    near.grid(visible=True)
    near.tick_params(labelsize=8)
    near.xaxis.set_major_locator(MultipleLocator(0.05))
    near.yaxis.set_major_locator(MultipleLocator(0.05))
    near.spines[:].set_visible(True)
    ax.indicate_inset_zoom(near, edgecolor=INK)
    ax.set(
        xlabel=f"false positive rate ({classification.split})",
        ylabel="true positive rate",
        xlim=(-0.01, 1.0),
        ylim=(0.0, 1.01),
    )
    title = "area under the curve"
    if len(drawn) < len(classes):
        title = f"least {len(drawn)} of {len(classes)} areas"
    ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8.5, title=title)
    return ax


def _draw_classes(curves: Iterable[RocCurve], ax: Axes) -> None:
    curves = list(curves)
    marks = marks_of(curve.name for curve in curves)
    for curve in curves:
        ax.plot(
            curve.false_positives,
            curve.true_positives,
            label=_label(curve),
            linewidth=1.4,
            **marks[curve.name].line(len(curve.true_positives)),
        )


def _label(curve: RocCurve) -> str:
    return f"{format_ssim(curve.auc)}  {shortened(curve.name, 18)}"
