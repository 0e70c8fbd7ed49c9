"""Drawings of records, in one style: a record and axes in, the axes out.

Draw inside the style, on a figure without a backend::

    with hourglass_style():
        figure = Figure(figsize=methods_size(scores), layout="constrained")
        draw_methods(scores, figure.subplots())
        figure.savefig("methods.svg")
"""

from hourglass.figures.architecture import architecture_size, draw_architecture
from hourglass.figures.components import components_size, draw_components, signed_images
from hourglass.figures.curves import CURVES_SIZE, draw_curves
from hourglass.figures.errors import ERRORS_SIZE, draw_errors
from hourglass.figures.errors_by_class import draw_errors_by_class, errors_by_class_size
from hourglass.figures.group_curves import draw_group_curves, group_curves_size
from hourglass.figures.maps import CLASS_COLORS, MapPanel, draw_maps, maps_size
from hourglass.figures.marks import Mark, marks_of
from hourglass.figures.members import draw_members, members_size
from hourglass.figures.methods import draw_methods, methods_size
from hourglass.figures.noise_matrix import draw_noise_matrix, noise_matrix_size
from hourglass.figures.spectra import draw_spectra, ring_edges, spectra_size
from hourglass.figures.strips import image_strip, labeled_strip, strip_scale
from hourglass.figures.style import INK, PALETTE, color_of, hourglass_style

__all__ = [
    "CLASS_COLORS",
    "CURVES_SIZE",
    "ERRORS_SIZE",
    "INK",
    "PALETTE",
    "MapPanel",
    "Mark",
    "architecture_size",
    "color_of",
    "components_size",
    "draw_architecture",
    "draw_components",
    "draw_curves",
    "draw_errors",
    "draw_errors_by_class",
    "draw_group_curves",
    "draw_maps",
    "draw_members",
    "draw_methods",
    "draw_noise_matrix",
    "draw_spectra",
    "errors_by_class_size",
    "group_curves_size",
    "hourglass_style",
    "image_strip",
    "labeled_strip",
    "maps_size",
    "marks_of",
    "members_size",
    "methods_size",
    "noise_matrix_size",
    "ring_edges",
    "signed_images",
    "spectra_size",
    "strip_scale",
]
