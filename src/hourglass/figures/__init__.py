"""Drawings of records, in one style: a record and axes in, the axes out.

Draw inside the style, on a figure without a backend::

    with hourglass_style():
        figure = Figure(figsize=methods_size(scores), layout="constrained")
        draw_methods(scores, figure.subplots())
        figure.savefig("methods.svg")
"""

from hourglass.figures.anomalies import HEAT_TOP, heat_map
from hourglass.figures.architecture import architecture_size, draw_architecture
from hourglass.figures.before_after import PAIR_SIDE, ImagePair, before_after_sheet, rows_sheet
from hourglass.figures.calibration import CALIBRATION_SIZE, draw_calibration
from hourglass.figures.classifiers import (
    accuracies_size,
    classifiers_size,
    draw_classifiers,
    draw_method_accuracies,
)
from hourglass.figures.components import components_size, draw_components, signed_images
from hourglass.figures.confusion import confusion_size, draw_confusion
from hourglass.figures.curves import CURVES_SIZE, draw_accuracies, draw_curves
from hourglass.figures.descents import draw_descent
from hourglass.figures.divergences import divergences_size, draw_divergences
from hourglass.figures.errors import ERRORS_SIZE, draw_errors
from hourglass.figures.errors_by_class import draw_errors_by_class, errors_by_class_size
from hourglass.figures.few_labels import FEW_LABELS_SIZE, draw_few_labels
from hourglass.figures.fits import draw_fits
from hourglass.figures.found import LabeledPicture, labeled_pictures
from hourglass.figures.grids import draw_grid, grid_size
from hourglass.figures.group_curves import (
    draw_group_accuracies,
    draw_group_curves,
    group_curves_size,
)
from hourglass.figures.lines import draw_heaps, draw_lines
from hourglass.figures.maps import CLASS_COLORS, MapPanel, draw_maps, maps_size
from hourglass.figures.marks import Mark, marks_of
from hourglass.figures.members import draw_members, members_size
from hourglass.figures.methods import draw_methods, methods_size
from hourglass.figures.mistakes import least_sure_picture, mistakes_picture
from hourglass.figures.noise_matrix import draw_noise_matrix, noise_matrix_size
from hourglass.figures.notebook import Chart, sheet_picture, strip_picture
from hourglass.figures.roc import ROC_SIZE, draw_roc
from hourglass.figures.slopes import draw_slopes
from hourglass.figures.spectra import draw_spectra, ring_edges, spectra_size
from hourglass.figures.step_errors import draw_step_errors
from hourglass.figures.strips import (
    image_grid,
    image_sheet,
    image_strip,
    labeled_strip,
    strip_scale,
)
from hourglass.figures.style import (
    INK,
    PALETTE,
    color_of,
    hourglass_style,
    use_hourglass_style,
)
from hourglass.figures.tensors import draw_tensor, tensor_size
from hourglass.figures.valleys import draw_valley

__all__ = [
    "CALIBRATION_SIZE",
    "CLASS_COLORS",
    "CURVES_SIZE",
    "ERRORS_SIZE",
    "FEW_LABELS_SIZE",
    "HEAT_TOP",
    "INK",
    "PAIR_SIDE",
    "PALETTE",
    "ROC_SIZE",
    "Chart",
    "ImagePair",
    "LabeledPicture",
    "MapPanel",
    "Mark",
    "accuracies_size",
    "architecture_size",
    "before_after_sheet",
    "classifiers_size",
    "color_of",
    "components_size",
    "confusion_size",
    "divergences_size",
    "draw_accuracies",
    "draw_architecture",
    "draw_calibration",
    "draw_classifiers",
    "draw_components",
    "draw_confusion",
    "draw_curves",
    "draw_descent",
    "draw_divergences",
    "draw_errors",
    "draw_errors_by_class",
    "draw_few_labels",
    "draw_fits",
    "draw_grid",
    "draw_group_accuracies",
    "draw_group_curves",
    "draw_heaps",
    "draw_lines",
    "draw_maps",
    "draw_members",
    "draw_method_accuracies",
    "draw_methods",
    "draw_noise_matrix",
    "draw_roc",
    "draw_slopes",
    "draw_spectra",
    "draw_step_errors",
    "draw_tensor",
    "draw_valley",
    "errors_by_class_size",
    "grid_size",
    "group_curves_size",
    "heat_map",
    "hourglass_style",
    "image_grid",
    "image_sheet",
    "image_strip",
    "labeled_pictures",
    "labeled_strip",
    "least_sure_picture",
    "maps_size",
    "marks_of",
    "members_size",
    "methods_size",
    "mistakes_picture",
    "noise_matrix_size",
    "ring_edges",
    "rows_sheet",
    "sheet_picture",
    "signed_images",
    "spectra_size",
    "strip_picture",
    "strip_scale",
    "tensor_size",
    "use_hourglass_style",
]
