"""Strided convolutions down to a code and, mirrored, transposed ones up again."""

import math
from collections.abc import Sequence
from typing import Final

import keras
from keras import KerasTensor, layers

from hourglass.networks.halves import FixedShape, Halves, ImageShape, require_fixed
from hourglass.networks.initial import glorot_uniform, he_normal
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["convolutional"]


def convolutional_autoencoder(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    latent_dim: int = 64,
    dense_units: Sequence[int] = (),
    activation: str = _DEFAULT.activation,
    code_activation: str | None = None,
    output_activation: str | None = None,
    seed: int = 0,
) -> Halves:
    """Build strided convolutions that halve the image and a dense layer that gives the code.

    Each 3×3 convolution of stride 2 halves height and width, rounding up; the decoder retraces
    the sizes and crops what rounding added (Masci et al. 2011, with strides for pooling).

    Parameters
    ----------
    image_shape
        Height, width, channels.
    units
        Channels of each convolution, from the image to the code.
    latent_dim
        Numbers in the code.
    dense_units
        Widths of dense layers between the convolutions and the code, mirrored behind it.
    activation
        Activation of the hidden layers.
    code_activation
        Activation of the code; by default it is linear.
    output_activation
        Activation of the output; by default a sigmoid.
    seed
        Where the weights start from.

    Raises
    ------
    ImageShapeError
        If height or width is open.
    """
    shape = require_fixed(image_shape, "convolutional")
    sizes = _sizes(shape, len(units))
    return Halves(
        _encoder(shape, units, (*dense_units, latent_dim), (activation, code_activation), seed),
        _decoder(
            shape,
            sizes,
            units,
            (latent_dim, *reversed(dense_units)),
            (activation, output_activation or "sigmoid"),
            seed,
        ),
    )


def _sizes(shape: FixedShape, halvings: int) -> list[tuple[int, int]]:
    """Return height and width before and after each halving, largest first."""
    sizes = [shape[:2]]
    for _ in range(halvings):
        height, width = sizes[-1]
        sizes.append((math.ceil(height / 2), math.ceil(width / 2)))
    return sizes


def _encoder(
    shape: FixedShape,
    units: Sequence[int],
    widths: Sequence[int],
    activations: tuple[str, str | None],
    seed: int,
) -> keras.Model:
    activation, code_activation = activations
    *dense_units, latent_dim = widths
    images = keras.Input(shape, name="images")
    maps = images
    for number, channels in enumerate(units, start=1):
        maps = layers.Conv2D(
            channels,
            3,
            strides=2,
            padding="same",
            activation=activation,
            kernel_initializer=he_normal(seed, f"convolution_{number}"),
            name=f"convolution_{number}",
        )(maps)
    flat = _dense(layers.Flatten(name="flatten")(maps), dense_units, activation, "encoder", seed)
    code = layers.Dense(
        latent_dim,
        activation=code_activation,
        kernel_initializer=glorot_uniform(seed, "code"),
        name="code",
    )(flat)
    return keras.Model(images, code, name="encoder")


def _decoder(
    shape: FixedShape,
    sizes: Sequence[tuple[int, int]],
    units: Sequence[int],
    widths: Sequence[int],
    activations: tuple[str, str],
    seed: int,
) -> keras.Model:
    activation, output_activation = activations
    latent_dim, *dense_units = widths
    latents = keras.Input((latent_dim,), name="latents")
    height, width = sizes[-1]
    maps = layers.Dense(
        height * width * units[-1],
        activation=activation,
        kernel_initializer=he_normal(seed, "spread"),
        name="spread",
    )(_dense(latents, dense_units, activation, "decoder", seed))
    maps = layers.Reshape((height, width, units[-1]), name="reshape")(maps)
    for depth in range(len(units) - 1, 0, -1):
        name = f"transposed_{depth}"
        initializer = he_normal(seed, name)
        maps = _doubled(maps, units[depth - 1], name, initializer, activation)
        maps = _cropped(maps, sizes[depth], f"crop_{depth}")
    maps = _doubled(maps, shape[2], "pixels", glorot_uniform(seed, "pixels"), output_activation)
    return keras.Model(latents, _cropped(maps, sizes[0], "crop_pixels"), name="decoder")


def _dense(
    values: KerasTensor, widths: Sequence[int], activation: str, part: str, seed: int
) -> KerasTensor:
    for number, width in enumerate(widths, start=1):
        values = layers.Dense(
            width,
            activation=activation,
            kernel_initializer=he_normal(seed, f"{part}/dense_{number}"),
            name=f"dense_{number}",
        )(values)
    return values


def _doubled(
    maps: KerasTensor,
    channels: int,
    name: str,
    initializer: keras.initializers.Initializer,
    activation: str,
) -> KerasTensor:
    return layers.Conv2DTranspose(
        channels,
        3,
        strides=2,
        padding="same",
        activation=activation,
        kernel_initializer=initializer,
        name=name,
    )(maps)


def _cropped(maps: KerasTensor, size: tuple[int, int], name: str) -> KerasTensor:
    surplus = [(0, have - want) for have, want in zip(maps.shape[1:3], size, strict=True)]
    return layers.Cropping2D(surplus, name=name)(maps) if any(map(max, surplus)) else maps
