"""Whole arrays through a model, a batch at a time."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.models import Classifier, ImageModel, LatentModel, images_at_a_time


def reconstruct(
    model: ImageModel, images: NDArray[np.float32], *, batch_size: int | None = None
) -> NDArray[np.float32]:
    """Return what the model makes of images.

    Parameters
    ----------
    model
        A trained model.
    images
        Shape (count, height, width, channels), in [0, 1]. They are not corrupted.
    batch_size
        Images in the network at a time; by default as many as fit into bounded memory.

    Returns
    -------
    NDArray[np.float32]
        Same shape, in [0, 1].
    """
    return _batched(model.predict_on_batch, images, batch_size)


def encode(
    model: LatentModel, images: NDArray[np.float32], *, batch_size: int | None = None
) -> NDArray[np.float32]:
    """Return the latents of images, shape (count, latent_dim)."""
    return _batched(model.encoder.predict_on_batch, images, batch_size)


def classify(
    model: Classifier, images: NDArray[np.float32], *, batch_size: int | None = None
) -> NDArray[np.float64]:
    """Return the probability of each class for each image, shape (count, classes)."""
    logits = _batched(model.predict_on_batch, images, batch_size).astype(np.float64)
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = odds / odds.sum(axis=1, keepdims=True)
    return probabilities


def _batched(
    compute: Callable[[Any], Any], images: NDArray[np.float32], batch_size: int | None
) -> NDArray[np.float32]:
    batch_size = batch_size or images_at_a_time(images.shape[1:])
    starts = range(0, len(images), batch_size)
    outputs = [
        keras.ops.convert_to_numpy(compute(images[start : start + batch_size])) for start in starts
    ]
    return np.concatenate(outputs)
