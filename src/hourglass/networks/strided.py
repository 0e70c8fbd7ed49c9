"""Strided convolutions down to small maps, transposed ones up again: no dense layer at all."""

from collections.abc import Sequence
from typing import Final

import keras
from keras import layers

from hourglass.networks.halves import Halves, ImageShape, require_multiple
from hourglass.networks.initial import same_size
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["strided"]


def strided_autoencoder(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    activation: str = _DEFAULT.activation,
    output_activation: str | None = None,
    seed: int = 0,
) -> Halves:
    """Build 3×3 convolutions of stride 2, as many transposed ones, and a last convolution.

    With the defaults: Conv16, Conv8 | ConvT8, ConvT16, Conv1, the network of a widely used
    tutorial (TensorFlow, "Intro to autoencoders"). Its code are the maps between the halves,
    7×7×8 for images of 28×28: half as many numbers as pixels.

    Parameters
    ----------
    image_shape
        Height and width, each a multiple of 2 to the power of ``len(units)``; channels.
    units
        Channels of the convolutions, from the image to the code.
    activation
        Activation of the hidden layers and of the code.
    output_activation
        Activation of the output; by default a sigmoid.
    seed
        Where the weights start from.

    Raises
    ------
    ImageShapeError
        If height or width is open, or cannot be halved often enough.
    """
    shape = require_multiple(image_shape, 2 ** len(units), "strided")
    images = keras.Input(shape, name="images")
    maps = images
    for number, channels in enumerate(units, start=1):
        options = same_size(f"convolution_{number}", activation, seed)
        maps = layers.Conv2D(channels, 3, strides=2, **options)(maps)
    latents = keras.Input(maps.shape[1:], name="latents")
    grown = latents
    for number, channels in zip(range(len(units), 0, -1), reversed(units), strict=True):
        options = same_size(f"transposed_{number}", activation, seed)
        grown = layers.Conv2DTranspose(channels, 3, strides=2, **options)(grown)
    pixels = layers.Conv2D(shape[2], 3, **same_size("pixels", output_activation or "sigmoid", seed))
    return Halves(
        keras.Model(images, maps, name="encoder"),
        keras.Model(latents, pixels(grown), name="decoder"),
    )
