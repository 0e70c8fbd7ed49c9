"""The squared distance, averaged over pixels."""

from typing import final

import keras
from keras import KerasTensor, ops


def mean_squared_error(clean: KerasTensor, reconstruction: KerasTensor) -> KerasTensor:
    """Return the mean of (clean − reconstruction)² of each image, shape (batch,)."""
    return ops.mean(ops.square(clean - reconstruction), axis=(1, 2, 3))


@final
@keras.saving.register_keras_serializable("hourglass")
class MeanSquaredError(keras.losses.Loss):
    """Mean squared error per pixel, pixels in [0, 1]."""

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Return the error of each image."""
        return mean_squared_error(y_true, y_pred)
