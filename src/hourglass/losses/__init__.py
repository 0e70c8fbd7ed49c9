"""How far a reconstruction is from the clean image: formulas, and Keras losses around them."""

from hourglass.losses.absolute_error import (
    Charbonnier,
    MeanAbsoluteError,
    charbonnier,
    mean_absolute_error,
)
from hourglass.losses.binary_cross_entropy import BinaryCrossEntropy, excess_cross_entropy
from hourglass.losses.mean_squared_error import MeanSquaredError, mean_squared_error
from hourglass.losses.mixture import WeightedLosses
from hourglass.losses.structural_dissimilarity import (
    StructuralDissimilarity,
    structural_dissimilarity,
)
from hourglass.losses.words import loss_from_words

__all__ = [
    "BinaryCrossEntropy",
    "Charbonnier",
    "MeanAbsoluteError",
    "MeanSquaredError",
    "StructuralDissimilarity",
    "WeightedLosses",
    "charbonnier",
    "excess_cross_entropy",
    "loss_from_words",
    "mean_absolute_error",
    "mean_squared_error",
    "structural_dissimilarity",
]
