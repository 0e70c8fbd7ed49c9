"""How far a reconstruction is from the clean image: formulas, and Keras losses around them."""

from hourglass.losses.binary_cross_entropy import BinaryCrossEntropy, excess_cross_entropy
from hourglass.losses.mean_squared_error import MeanSquaredError, mean_squared_error
from hourglass.losses.words import loss_from_word

__all__ = [
    "BinaryCrossEntropy",
    "MeanSquaredError",
    "excess_cross_entropy",
    "loss_from_word",
    "mean_squared_error",
]
