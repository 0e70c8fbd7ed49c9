"""Drawings of records, in one style: a record and axes in, the axes out.

Draw inside the style, on a figure without a backend::

    with hourglass_style():
        figure = Figure(figsize=methods_size(scores), layout="constrained")
        draw_methods(scores, figure.subplots())
        figure.savefig("methods.svg")
"""

from hourglass.figures.architecture import architecture_size, draw_architecture
from hourglass.figures.curves import CURVES_SIZE, draw_curves
from hourglass.figures.errors import ERRORS_SIZE, draw_errors
from hourglass.figures.errors_by_class import draw_errors_by_class, errors_by_class_size
from hourglass.figures.methods import draw_methods, methods_size
from hourglass.figures.strips import image_strip, labeled_strip, strip_scale
from hourglass.figures.style import INK, PALETTE, color_of, hourglass_style

__all__ = [
    "CURVES_SIZE",
    "ERRORS_SIZE",
    "INK",
    "PALETTE",
    "architecture_size",
    "color_of",
    "draw_architecture",
    "draw_curves",
    "draw_errors",
    "draw_errors_by_class",
    "draw_methods",
    "errors_by_class_size",
    "hourglass_style",
    "image_strip",
    "labeled_strip",
    "methods_size",
    "strip_scale",
]
