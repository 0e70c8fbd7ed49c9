"""The model beside what it must beat."""

import math

from matplotlib.axes import Axes

from hourglass.figures.style import color_of
from hourglass.figures.text import format_count, format_decibel, shortened
from hourglass.records import MethodScores, Scores


def methods_size(scores: Scores) -> tuple[float, float]:
    """Return width and height in inches that suit ``draw_methods``."""
    return 4.6, 1.1 + 0.36 * len(scores.methods)


def draw_methods(scores: Scores, ax: Axes) -> Axes:
    """Show the PSNR of each method, the best on top, the model in bold."""
    methods = sorted(scores.methods, key=lambda method: method.psnr, reverse=True)
    bars = ax.barh(
        range(len(methods)),
        _lengths(methods),
        height=0.68,
        color=[color_of(method.method) for method in methods],
    )
    values = ax.bar_label(bars, [format_decibel(method.psnr) for method in methods], padding=4)
    ax.set_yticks(range(len(methods)), [shortened(method.label, 26) for method in methods])
    ax.tick_params(axis="y", length=0)
    for method, name, value in zip(methods, ax.get_yticklabels(), values, strict=True):
        if method.kind == "model":
            name.set_fontweight("bold")
            value.set_fontweight("bold")
    ax.set(
        xlabel=f"PSNR in dB, more is better\n{scores.split}, {format_count(scores.images)} images",
        ylabel="method",
    )
    ax.invert_yaxis()
    ax.grid(axis="x")
    ax.margins(x=0.14)
    return ax


def _lengths(methods: list[MethodScores]) -> list[float]:
    # A perfect method has no finite PSNR; its bar is as long as the longest that has.
    finite = [method.psnr for method in methods if math.isfinite(method.psnr)]
    longest = max(finite, default=1.0)
    return [method.psnr if math.isfinite(method.psnr) else longest for method in methods]
