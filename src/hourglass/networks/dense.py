"""Fully connected layers down to a code and, mirrored, up again."""

import math
from collections.abc import Sequence
from typing import Final

import keras
from keras import layers

from hourglass.networks.halves import FixedShape, Halves, ImageShape, require_fixed
from hourglass.networks.initial import glorot_uniform, he_normal
from hourglass.networks.transposed_dense import TransposedDense
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["dense"]


def dense_autoencoder(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    latent_dim: int = 32,
    activation: str = _DEFAULT.activation,
    code_activation: str | None = None,
    output_activation: str | None = None,
    tied: bool = False,
    seed: int = 0,
) -> Halves:
    """Build dense layers that narrow to a code and widen again.

    With the defaults and 28×28 images: 784-128-64-32-64-128-784 (Hinton and Salakhutdinov 2006,
    figure 1, without the pretraining).

    Parameters
    ----------
    image_shape
        Height, width, channels.
    units
        Widths between image and code; with none, the code follows the image.
    latent_dim
        Numbers in the code.
    activation
        Activation of every hidden layer.
    code_activation
        Activation of the code; by default that of the hidden layers.
    output_activation
        Activation of the output; by default a sigmoid.
    tied
        Give the decoder the transposed weights of the encoder.
    seed
        Where the weights start from.

    Raises
    ------
    ImageShapeError
        If height or width is open.
    """
    shape = require_fixed(image_shape, "dense")
    activations = [activation] * len(units)
    encoder = _encoder(
        shape, (*units, latent_dim), (*activations, code_activation or activation), seed
    )
    widths = (*reversed(units), math.prod(shape))
    backward = (*activations, output_activation or "sigmoid")
    if tied:
        return Halves(encoder, _tied_decoder(encoder, shape, backward))
    return Halves(encoder, _decoder(shape, latent_dim, widths, backward, seed))


def _encoder(
    shape: FixedShape, widths: Sequence[int], activations: Sequence[str], seed: int
) -> keras.Model:
    images = keras.Input(shape, name="images")
    hidden = layers.Flatten(name="flatten")(images)
    for number, (width, activation) in enumerate(zip(widths, activations, strict=True), start=1):
        hidden = layers.Dense(
            width,
            activation=activation,
            kernel_initializer=he_normal(seed, f"encoder/dense_{number}"),
            name=f"dense_{number}",
        )(hidden)
    return keras.Model(images, hidden, name="encoder")


def _decoder(
    shape: FixedShape,
    latent_dim: int,
    widths: Sequence[int],
    activations: Sequence[str],
    seed: int,
) -> keras.Model:
    latents = keras.Input((latent_dim,), name="latents")
    hidden = latents
    for number, (width, activation) in enumerate(zip(widths, activations, strict=True), start=1):
        last = number == len(widths)
        name = _name(number, last)
        initializer = glorot_uniform(seed, name) if last else he_normal(seed, f"decoder/{name}")
        hidden = layers.Dense(
            width, activation=activation, kernel_initializer=initializer, name=name
        )(hidden)
    return keras.Model(latents, layers.Reshape(shape, name="reshape")(hidden), name="decoder")


def _tied_decoder(
    encoder: keras.Model, shape: FixedShape, activations: Sequence[str]
) -> keras.Model:
    sources = [layer for layer in reversed(encoder.layers) if isinstance(layer, layers.Dense)]
    latents = keras.Input(encoder.output.shape[1:], name="latents")
    hidden = latents
    for number, (source, activation) in enumerate(zip(sources, activations, strict=True), start=1):
        name = _name(number, number == len(sources))
        hidden = TransposedDense(source, activation, name=name)(hidden)
    return keras.Model(latents, layers.Reshape(shape, name="reshape")(hidden), name="decoder")


def _name(number: int, last: bool) -> str:
    return "pixels" if last else f"dense_{number}"
