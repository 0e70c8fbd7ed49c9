"""Whole arrays through a model, a batch at a time."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.evaluation import softmax
from hourglass.models import (
    Classifier,
    ImageModel,
    LatentModel,
    VariationalAutoencoder,
    images_at_a_time,
)


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


def encoder_layers(model: LatentModel) -> keras.Model:
    """Return a network from images to what each layer of the encoder says, the code last.

    Layers without weights are left out: they say what the one before them says. Build it once and
    ask it with ``encode_in_depth``, as it is compiled for its first batch.
    """
    encoder = model.encoder
    hidden = [layer.output for layer in encoder.layers if layer.weights]
    depths = [output for output in hidden if output is not encoder.output]
    return keras.Model(encoder.input, [*depths, encoder.output])


def encode_in_depth(
    depths: keras.Model, images: NDArray[np.float32]
) -> tuple[NDArray[np.float32], ...]:
    """Return what each layer of an encoder says of a batch of images.

    Parameters
    ----------
    depths
        What ``encoder_layers`` returned.
    images
        Shape (count, height, width, channels), in [0, 1]; as many as memory holds at once.

    Returns
    -------
    tuple
        Arrays of shape (count, numbers), the code last.
    """
    outputs = depths.predict_on_batch(images)
    layers = map(keras.ops.convert_to_numpy, outputs if len(depths.outputs) > 1 else [outputs])
    return tuple(layer.reshape(len(images), -1) for layer in layers)


def classify(
    model: Classifier, images: NDArray[np.float32], *, batch_size: int | None = None
) -> NDArray[np.float64]:
    """Return the probability of each class for each image, shape (count, classes).

    They are as the network has them; ``hourglass classify`` calibrates them on held-out images.
    """
    return softmax(classify_logits(model, images, batch_size=batch_size))


def classify_logits(
    model: Classifier, images: NDArray[np.float32], *, batch_size: int | None = None
) -> NDArray[np.float64]:
    """Return the logit of each class for each image, shape (count, classes)."""
    return _batched(model.predict_on_batch, images, batch_size).astype(np.float64)


def encode_gaussian(
    model: VariationalAutoencoder, images: NDArray[np.float32], *, batch_size: int | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and log-variance of the codes of images, each of shape (count, latent_dim)."""

    def both(batch: NDArray[np.float32]) -> Any:
        return keras.ops.concatenate(model.posterior(batch), axis=-1)

    moments = _batched(both, images, batch_size)
    return moments[:, : model.code_size], moments[:, model.code_size :]


def decode(
    model: LatentModel, latents: NDArray[np.float32], *, batch_size: int | None = None
) -> NDArray[np.float32]:
    """Return the images that codes stand for, shape (count, height, width, channels), in [0, 1].

    Codes may come flat, shape (count, numbers in a code), also where the network has maps.
    """
    codes = latents.reshape(len(latents), *model.encoder.output.shape[1:])
    # An image has more values than its code, and they are what takes the memory.
    batch_size = batch_size or images_at_a_time(model.encoder.input.shape[1:])
    return np.clip(_batched(model.decoder.predict_on_batch, codes, batch_size), 0.0, 1.0)


def _batched(
    compute: Callable[[Any], Any], images: NDArray[np.float32], batch_size: int | None
) -> NDArray[np.float32]:
    batch_size = batch_size or images_at_a_time(images.shape[1:])
    starts = range(0, len(images), batch_size)
    outputs = [
        keras.ops.convert_to_numpy(compute(images[start : start + batch_size])) for start in starts
    ]
    return np.concatenate(outputs)
