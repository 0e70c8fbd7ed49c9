"""Convolutions with pooling down to small maps, fully connected layers up to an image."""

import math
from collections.abc import Sequence
from typing import Final

import keras
from keras import layers

from hourglass.networks.halves import Halves, ImageShape, channels_and_width, require_multiple
from hourglass.networks.initial import glorot_uniform, same_size
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["pooling-dense"]


def pooling_dense_autoencoder(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    activation: str = _DEFAULT.activation,
    output_activation: str | None = None,
    seed: int = 0,
) -> Halves:
    """Build the encoder of ``pooling`` and a decoder of three dense layers.

    With the defaults and 28×28 images: Conv16-pool-Conv8-pool | Dense128-Dense784-Dense784 (LeCun
    et al. 1998 for convolution and pooling). Its code are the maps after the last pooling, 7×7×8
    for images of 28×28; the middle dense layer is as wide as the image. It starts as Keras does,
    with Glorot's weights.

    Parameters
    ----------
    image_shape
        Height and width, each a multiple of 2 to the power of the number of convolutions; channels.
    units
        Channels of the convolutions, from the image to the code, and last the width of the first
        dense layer.
    activation
        Activation of the hidden layers and of the code.
    output_activation
        Activation of the output; by default a sigmoid.
    seed
        Where the weights start from.

    Raises
    ------
    ConfigurationError
        If there are fewer than two units.
    ImageShapeError
        If height or width is open, or cannot be halved often enough.
    """
    convolutions, width = channels_and_width(units, "pooling-dense")
    shape = require_multiple(image_shape, 2 ** len(convolutions), "pooling-dense")
    images = keras.Input(shape, name="images")
    maps = images
    for number, channels in enumerate(convolutions, start=1):
        options = same_size(f"convolution_{number}", activation, seed)
        maps = layers.Conv2D(channels, 3, **options)(maps)
        maps = layers.MaxPooling2D(name=f"pooling_{number}")(maps)
    latents = keras.Input(maps.shape[1:], name="latents")
    hidden = layers.Flatten(name="flatten")(latents)
    for name, size, function in (
        ("dense_1", width, activation),
        ("dense_2", math.prod(shape), activation),
        ("pixels", math.prod(shape), output_activation or "sigmoid"),
    ):
        initializer = glorot_uniform(seed, name)
        layer = layers.Dense(size, activation=function, kernel_initializer=initializer, name=name)
        hidden = layer(hidden)
    return Halves(
        keras.Model(images, maps, name="encoder"),
        keras.Model(latents, layers.Reshape(shape, name="reshape")(hidden), name="decoder"),
    )
