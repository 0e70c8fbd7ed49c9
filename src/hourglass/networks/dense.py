"""Fully connected layers down to a code and, mirrored, up again."""

import math
from collections.abc import Sequence
from typing import Final

import keras
from keras import layers

from hourglass.networks.halves import FixedShape, Halves, ImageShape, require_fixed
from hourglass.networks.initial import glorot_uniform, he_normal
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["dense"]


def dense_autoencoder(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    latent_dim: int = 32,
    activation: str = _DEFAULT.activation,
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
        Widths between image and code.
    latent_dim
        Numbers in the code.
    activation
        Activation of every hidden layer, the code included. The output is a sigmoid.
    seed
        Where the weights start from.

    Raises
    ------
    ImageShapeError
        If height or width is open.
    """
    shape = require_fixed(image_shape, "dense")
    return Halves(
        _encoder(shape, (*units, latent_dim), activation, seed),
        _decoder(shape, (latent_dim, *reversed(units)), activation, seed),
    )


def _encoder(shape: FixedShape, widths: Sequence[int], activation: str, seed: int) -> keras.Model:
    images = keras.Input(shape, name="images")
    hidden = layers.Flatten(name="flatten")(images)
    hidden = _stack(hidden, widths, activation, "encoder", seed)
    return keras.Model(images, hidden, name="encoder")


def _decoder(shape: FixedShape, widths: Sequence[int], activation: str, seed: int) -> keras.Model:
    latents = keras.Input((widths[0],), name="latents")
    hidden = _stack(latents, widths[1:], activation, "decoder", seed)
    pixels = layers.Dense(
        math.prod(shape),
        activation="sigmoid",
        kernel_initializer=glorot_uniform(seed, "pixels"),
        name="pixels",
    )(hidden)
    return keras.Model(latents, layers.Reshape(shape, name="reshape")(pixels), name="decoder")


def _stack(
    hidden: keras.KerasTensor, widths: Sequence[int], activation: str, part: str, seed: int
) -> keras.KerasTensor:
    for number, width in enumerate(widths, start=1):
        hidden = layers.Dense(
            width,
            activation=activation,
            kernel_initializer=he_normal(seed, f"{part}/dense_{number}"),
            name=f"dense_{number}",
        )(hidden)
    return hidden
