"""Classifiers beside each other, and what they must beat."""

import math
from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.axes import Axes

from hourglass.figures.marks import Mark
from hourglass.figures.rows import draw_baselines, name_rows, write_values
from hourglass.figures.style import color_of
from hourglass.figures.text import format_share, shortened
from hourglass.records import Classification, ClassifierResult, ClassifierScores

_BAR: Final = 0.68
# Accuracies of good classifiers differ near the end of an axis that starts at 0.
_LEAST_ROOM: Final = 0.02


def accuracies_size(classification: Classification) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_method_accuracies``."""
    return 4.6, 1.1 + 0.36 * len(classification.methods)


def draw_method_accuracies(classification: Classification, ax: Axes) -> Axes:
    """Show the accuracy of each method, the best on top, the model in bold."""
    methods = sorted(classification.methods, key=lambda method: method.accuracy, reverse=True)
    bars = ax.barh(
        range(len(methods)),
        [method.accuracy for method in methods],
        height=_BAR,
        color=[color_of(method.method) for method in methods],
    )
    values = ax.bar_label(bars, [format_share(method.accuracy) for method in methods], padding=4)
    ax.set_yticks(range(len(methods)), [shortened(method.label, 26) for method in methods])
    for method, name, value in zip(methods, ax.get_yticklabels(), values, strict=True):
        if method.kind == "model":
            name.set_fontweight("bold")
            value.set_fontweight("bold")
    ax.tick_params(axis="y", length=0)
    ax.set(xlabel=f"accuracy ({classification.split})", xlim=(0.0, 1.19))
    ax.set_xticks((0.0, 0.25, 0.5, 0.75, 1.0))
    ax.invert_yaxis()
    ax.grid(axis="x")
    return ax


def classifiers_size(results: Sequence[ClassifierResult]) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_classifiers``."""
    return 4.6, 1.2 + 0.36 * len(results)


def draw_classifiers(
    results: Sequence[ClassifierResult],
    baselines: Mapping[str, ClassifierScores],
    marks: Mapping[str, Mark],
    ax: Axes,
) -> Axes:
    """Show the test accuracy of each classifier as a point, its best baseline as a line.

    Parameters
    ----------
    results
        From top to bottom.
    baselines
        The best baseline of each one's own table, by name.
    marks
        Color and marker of each.
    ax
        Where to draw; the axis starts near the lowest figure, so there are no bars.
    """
    for row, result in enumerate(results):
        mark = marks[result.name]
        ax.plot(
            [result.test_accuracy],
            [row],
            mark.marker,
            color=mark.color,
            markerfacecolor=mark.face,
            markersize=9,
        )
    write_values([format_share(result.test_accuracy) for result in results], ax)
    known = {name: scores for name, scores in baselines.items() if math.isfinite(scores.accuracy)}
    rows = [(row, known[result.name]) for row, result in enumerate(results) if result.name in known]
    if rows:
        labels = {scores.label for _, scores in rows}
        best = labels.pop() if len(labels) == 1 else "of each run"
        values = [(row, scores.accuracy) for row, scores in rows]
        draw_baselines(values, f"best baseline ({best})", ax)
    name_rows([shortened(result.name, 24) for result in results], ax)
    ax.set(xlabel="test accuracy, more is better")
    ax.grid(axis="both")
    low, high = ax.get_xlim()
    ax.set_xlim(min(low, high - _LEAST_ROOM), high)
    ax.locator_params(axis="x", nbins=5)
    return ax
