"""Fully connected layers that add a correction to what a linear map makes of an image."""

import math
from collections.abc import Sequence
from typing import Final

import keras
from keras import KerasTensor, layers

from hourglass.networks.halves import ImageShape, require_fixed
from hourglass.networks.initial import glorot_uniform, he_normal
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["residual"]


def residual(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    activation: str = _DEFAULT.activation,
    probabilities: bool = False,
    seed: int = 0,
) -> keras.Model:
    """Build dense residual blocks beside an affine map of all pixels.

    The output is the affine map of the image, which alone could become the affine LMMSE, plus
    what the blocks find: h ← h + W₂ φ(W₁ LayerNorm(h)), the layer normalized before it is used
    (He et al. 2016b, pre-activation; Ba et al. 2016, layer normalization). The second matrix of
    each block and the last one of all start at zero, so that an untrained network is its affine
    map.

    Parameters
    ----------
    image_shape
        Height, width, channels.
    units
        Inner widths of the blocks, from the image on; the first is that of the stream too.
    activation
        Activation inside the blocks.
    probabilities
        End in a sigmoid, as a cross-entropy needs it.
    seed
        Where the weights start from.

    Raises
    ------
    ImageShapeError
        If height or width is open.
    """
    shape = require_fixed(image_shape, "residual")
    pixels = math.prod(shape)
    images = keras.Input(shape, name="images")
    flat = layers.Flatten(name="flatten")(images)
    stream = layers.Dense(
        units[0], kernel_initializer=glorot_uniform(seed, "stream"), name="stream"
    )(flat)
    for number, width in enumerate(units, start=1):
        stream = _block(stream, width, activation, f"block_{number}", seed)
    found = layers.LayerNormalization(name="norm")(stream)
    correction = layers.Dense(pixels, kernel_initializer="zeros", name="correction")(found)
    affine = layers.Dense(pixels, kernel_initializer=glorot_uniform(seed, "affine"), name="affine")(
        flat
    )
    output = layers.Add(name="output")([affine, correction])
    if probabilities:
        output = layers.Activation("sigmoid", name="probabilities")(output)
    return keras.Model(images, layers.Reshape(shape, name="reshape")(output), name="network")


def _block(stream: KerasTensor, width: int, activation: str, name: str, seed: int) -> KerasTensor:
    """Add what two dense layers find; nothing at the start of training."""
    branch = layers.LayerNormalization(name=f"{name}_norm")(stream)
    branch = layers.Dense(
        width,
        activation=activation,
        kernel_initializer=he_normal(seed, f"{name}_first"),
        name=f"{name}_first",
    )(branch)
    branch = layers.Dense(stream.shape[-1], kernel_initializer="zeros", name=f"{name}_second")(
        branch
    )
    return layers.Add(name=name)([stream, branch])
