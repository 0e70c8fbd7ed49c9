"""Cross-entropy of gray values read as probabilities, minus what no network can go below."""

from typing import Final, final

import keras
from keras import KerasTensor, ops

# The smallest distance from 0 and 1 that float32 keeps apart from them.
_MARGIN: Final = 1e-7


def excess_cross_entropy(clean: KerasTensor, reconstruction: KerasTensor) -> KerasTensor:
    """Return each image's cross-entropy above its pixel entropy, in nats per pixel.

    −x log y − (1 − x) log(1 − y) is at best the entropy of x, reached at y = x; on MNIST that
    floor is 93 % of a good autoencoder's cross-entropy. What is left above the floor is the
    Kullback–Leibler divergence of the pixel's Bernoulli distributions, with the same gradient:
    x log(x / y) + (1 − x) log((1 − x) / (1 − y)).

    Parameters
    ----------
    clean, reconstruction
        Shape (batch, height, width, channels), in [0, 1].

    Returns
    -------
    KerasTensor
        Shape (batch,), zero or more.
    """
    reconstruction = ops.clip(reconstruction, _MARGIN, 1.0 - _MARGIN)
    clean = ops.clip(clean, _MARGIN, 1.0 - _MARGIN)
    bright = clean * (ops.log(clean) - ops.log(reconstruction))
    dark = (1.0 - clean) * (ops.log1p(-clean) - ops.log1p(-reconstruction))
    return ops.mean(bright + dark, axis=(1, 2, 3))


@final
@keras.saving.register_keras_serializable("hourglass")
class BinaryCrossEntropy(keras.losses.Loss):
    """Binary cross-entropy above the pixel entropy, in nats per pixel."""

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Return the excess of each image."""
        return excess_cross_entropy(y_true, y_pred)
