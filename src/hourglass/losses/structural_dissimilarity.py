"""One minus the structural similarity, in the graph."""

from typing import Final, final

import keras
from keras import KerasTensor, ops

_WINDOW: Final = 7
_LUMINANCE_GUARD: Final = 0.01**2
_CONTRAST_GUARD: Final = 0.03**2


def structural_dissimilarity(clean: KerasTensor, reconstruction: KerasTensor) -> KerasTensor:
    """Return 1 − SSIM of each image (Wang et al. 2004, equation 13), shape (batch,).

    Uniform windows of 7×7 pixels that lie wholly inside, or the largest odd ones that fit;
    variances with Bessel's correction: the SSIM that evaluation reports, in Keras' operations.
    """
    height, width = clean.shape[1:3]
    side = min(_WINDOW, height - 1 + height % 2, width - 1 + width % 2)
    unbiased = side**2 / (side**2 - 1)
    mean_clean, mean_other = _average(clean, side), _average(reconstruction, side)
    variance_clean = unbiased * (_average(ops.square(clean), side) - ops.square(mean_clean))
    variance_other = unbiased * (
        _average(ops.square(reconstruction), side) - ops.square(mean_other)
    )
    covariance = unbiased * (_average(clean * reconstruction, side) - mean_clean * mean_other)
    similar = (2 * mean_clean * mean_other + _LUMINANCE_GUARD) * (2 * covariance + _CONTRAST_GUARD)
    alike = (ops.square(mean_clean) + ops.square(mean_other) + _LUMINANCE_GUARD) * (
        variance_clean + variance_other + _CONTRAST_GUARD
    )
    return 1.0 - ops.mean(similar / alike, axis=(1, 2, 3))


def _average(images: KerasTensor, side: int) -> KerasTensor:
    return ops.average_pool(images, side, strides=1, padding="valid")


@final
@keras.saving.register_keras_serializable("hourglass")
class StructuralDissimilarity(keras.losses.Loss):
    """One minus the structural similarity of each image; images need three pixels a side."""

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Return the dissimilarity of each image."""
        return structural_dissimilarity(y_true, y_pred)
