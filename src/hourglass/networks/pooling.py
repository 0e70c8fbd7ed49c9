"""Convolutions with pooling down and up-sampling up again, written as two Sequentials."""

from collections.abc import Sequence
from typing import Final

import keras
from keras import layers

from hourglass.networks.halves import Halves, ImageShape, require_multiple
from hourglass.networks.initial import same_size
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["pooling"]


def pooling_autoencoder(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    activation: str = _DEFAULT.activation,
    output_activation: str | None = None,
    seed: int = 0,
) -> Halves:
    """Build 3×3 convolutions of stride 1 between which maps are pooled, then doubled again.

    With the defaults: Conv16-pool-Conv8-pool | Conv8-up-ConvT8-up-ConvT1 (LeCun et al. 1998 for
    convolution and pooling). Its code are the maps between the halves, 7×7×8 for images of
    28×28. Without activations in the hidden layers it can collapse
    (docs/decisions/005-no-default-collapses.md).

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
    shape = require_multiple(image_shape, 2 ** len(units), "pooling")
    encoder = keras.Sequential([keras.Input(shape, name="images")], name="encoder")
    for number, channels in enumerate(units, start=1):
        options = same_size(f"convolution_{number}", activation, seed)
        encoder.add(layers.Conv2D(channels, 3, **options))
        encoder.add(layers.MaxPooling2D(name=f"pooling_{number}"))
    decoder = keras.Sequential(
        [
            keras.Input(encoder.output_shape[1:], name="latents"),
            layers.Conv2D(units[-1], 3, **same_size("spread", activation, seed)),
        ],
        name="decoder",
    )
    for number in range(len(units), 1, -1):
        options = same_size(f"transposed_{number}", activation, seed)
        decoder.add(layers.UpSampling2D(name=f"doubling_{number}"))
        decoder.add(layers.Conv2DTranspose(units[number - 1], 3, **options))
    decoder.add(layers.UpSampling2D(name="doubling_1"))
    options = same_size("pixels", output_activation or "sigmoid", seed)
    decoder.add(layers.Conv2DTranspose(shape[2], 3, **options))
    return Halves(_functional(encoder), _functional(decoder))


def _functional(network: keras.Sequential) -> keras.Model:
    """Return the same layers as a Functional model, whose graph can be read."""
    return keras.Model(network.inputs[0], network.outputs[0], name=network.name)
