"""Distances that grow with the error, not with its square."""

from typing import final

import keras
from keras import KerasTensor, ops


def mean_absolute_error(clean: KerasTensor, reconstruction: KerasTensor) -> KerasTensor:
    """Return the mean of |clean − reconstruction| of each image, shape (batch,)."""
    return ops.mean(ops.abs(clean - reconstruction), axis=(1, 2, 3))


def charbonnier(
    clean: KerasTensor, reconstruction: KerasTensor, softness: float = 1e-3
) -> KerasTensor:
    """Return the mean of √(d² + softness²) − softness of each image, shape (batch,).

    Absolute far away and squared near zero (Charbonnier et al. 1994, table 1), with a gradient
    everywhere; the subtraction lets a perfect reconstruction have a loss of zero.
    """
    distance = ops.sqrt(ops.square(clean - reconstruction) + softness**2)
    return ops.mean(distance, axis=(1, 2, 3)) - softness


@final
@keras.saving.register_keras_serializable("hourglass")
class MeanAbsoluteError(keras.losses.Loss):
    """Mean absolute error per pixel, pixels in [0, 1]."""

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Return the error of each image."""
        return mean_absolute_error(y_true, y_pred)


@final
@keras.saving.register_keras_serializable("hourglass")
class Charbonnier(keras.losses.Loss):
    """Charbonnier's distance per pixel, pixels in [0, 1]."""

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Return the distance of each image."""
        return charbonnier(y_true, y_pred)
