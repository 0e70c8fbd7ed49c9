"""The two halves of an autoencoder, which belong together because their sizes mirror."""

from typing import NamedTuple

import keras

from hourglass.records import (
    FixedShape,
    ImageShape,
    channels_and_width,
    require_fixed,
    require_multiple,
)

__all__ = [
    "FixedShape",
    "Halves",
    "ImageShape",
    "channels_and_width",
    "require_fixed",
    "require_multiple",
]


class Halves(NamedTuple):
    """An encoder, from image to code, and a decoder, from code to image in [0, 1]."""

    encoder: keras.Model
    decoder: keras.Model
