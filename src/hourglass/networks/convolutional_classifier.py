"""Convolutions from an image of any size to a number for each class."""

from collections.abc import Sequence
from typing import Final

import keras
from keras import KerasTensor, layers

from hourglass.networks.halves import ImageShape
from hourglass.networks.initial import glorot_uniform, he_normal
from hourglass.records import CLASSIFIER_DEFAULTS
from hourglass.seeds import derive

_DEFAULT: Final = CLASSIFIER_DEFAULTS["convolutional"]


def convolutional_classifier(
    image_shape: ImageShape,
    *,
    classes: int,
    units: Sequence[int] = _DEFAULT.units,
    activation: str = _DEFAULT.activation,
    dropout: float = _DEFAULT.dropout,
    seed: int = 0,
) -> keras.Model:
    """Build stages of 3×3 convolutions with pooling between, and a mean over what is left.

    Each convolution is normalized over the batch (Ioffe and Szegedy 2015). The first stage has
    one convolution, because at full size each costs as much as all others together; later ones
    have two (Simonyan and Zisserman 2015). The mean over positions in place of dense layers (Lin,
    Chen and Yan 2014) keeps the network small, and open to any size of image.

    Parameters
    ----------
    image_shape
        Height, width, channels; height and width may be ``None``.
    classes
        How many logits there are.
    units
        Channels of each stage; between two stages height and width are halved, rounding up.
    activation
        Activation of every convolution.
    dropout
        Share of the means that are dropped while training (Srivastava et al. 2014).
    seed
        Where weights and dropout start from.
    """
    images = keras.Input(image_shape, name="images")
    maps = images
    for stage, width in enumerate(units, start=1):
        convolutions = min(stage, 2)
        for number in range(1, convolutions + 1):
            halved = number == convolutions and stage < len(units)
            maps = _convolution(maps, width, activation, f"{stage}_{number}", seed, halved=halved)
    features = layers.GlobalAveragePooling2D(name="mean")(maps)
    if dropout:
        chance = derive(seed, "dropout")
        features = layers.Dropout(dropout, seed=chance, name="dropout")(features)
    logits = layers.Dense(
        classes, kernel_initializer=glorot_uniform(seed, "logits"), name="logits"
    )(features)
    return keras.Model(images, logits, name="network")


def _convolution(
    maps: KerasTensor, width: int, activation: str, number: str, seed: int, *, halved: bool
) -> KerasTensor:
    name = f"convolution_{number}"
    maps = layers.Conv2D(
        width,
        3,
        padding="same",
        use_bias=False,
        kernel_initializer=he_normal(seed, name),
        name=name,
    )(maps)
    if halved:
        # The largest value stays the largest through what follows, which has a fourth to do here.
        maps = layers.MaxPooling2D(2, padding="same", name=f"pool_{number}")(maps)
    maps = layers.BatchNormalization(momentum=0.9, name=f"normalization_{number}")(maps)
    return layers.Activation(activation, name=f"activation_{number}")(maps)
