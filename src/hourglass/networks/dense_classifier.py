"""Fully connected layers from an image to a number for each class."""

from collections.abc import Sequence
from typing import Final

import keras
from keras import layers

from hourglass.networks.halves import ImageShape, require_fixed
from hourglass.networks.initial import glorot_uniform
from hourglass.records import CLASSIFIER_DEFAULTS
from hourglass.seeds import derive

_DEFAULT: Final = CLASSIFIER_DEFAULTS["dense"]


def dense_classifier(
    image_shape: ImageShape,
    *,
    classes: int,
    units: Sequence[int] = _DEFAULT.units,
    activation: str = _DEFAULT.activation,
    activations: Sequence[str] | None = None,
    dropout: float = _DEFAULT.dropout,
    normalized: bool = False,
    seed: int = 0,
) -> keras.Model:
    """Build dense layers that end in a logit for each class.

    Weights start as Glorot and Bengio (2010) have it, whatever the activation: what Keras does
    where nothing is said.

    Parameters
    ----------
    image_shape
        Height, width, channels.
    classes
        How many logits there are.
    units
        Widths of the hidden layers; with none, the network is a logistic regression.
    activation
        Activation of every hidden layer.
    activations
        Activation of each hidden layer, in place of one for all.
    dropout
        Share of values that are dropped after each hidden layer while training (Srivastava et
        al. 2014).
    normalized
        Normalize each hidden layer over the batch, before its activation (Ioffe and Szegedy
        2015).
    seed
        Where weights and dropout start from.

    Raises
    ------
    ImageShapeError
        If height or width is open.
    """
    images = keras.Input(
        require_fixed(image_shape, "dense", any_size="convolutional"), name="images"
    )
    hidden = layers.Flatten(name="flatten")(images)
    chosen = activations or [activation] * len(units)
    for number, (width, function) in enumerate(zip(units, chosen, strict=True), start=1):
        name = f"dense_{number}"
        start = glorot_uniform(seed, name)
        if normalized:
            hidden = layers.Dense(width, use_bias=False, kernel_initializer=start, name=name)(
                hidden
            )
            hidden = layers.BatchNormalization(momentum=0.9, name=f"normalization_{number}")(hidden)
            hidden = layers.Activation(function, name=f"activation_{number}")(hidden)
        else:
            hidden = layers.Dense(width, activation=function, kernel_initializer=start, name=name)(
                hidden
            )
        if dropout:
            chance = derive(seed, "dropout", number)
            hidden = layers.Dropout(dropout, seed=chance, name=f"dropout_{number}")(hidden)
    logits = layers.Dense(
        classes, kernel_initializer=glorot_uniform(seed, "logits"), name="logits"
    )(hidden)
    return keras.Model(images, logits, name="network")
