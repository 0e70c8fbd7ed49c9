"""The network: matrices and biases, and what they make of a matrix of images."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Final, NamedTuple

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hourglass.errors import require_positive
from hourglass.networks.halves import ImageShape, require_fixed
from hourglass.networks.initial import glorot_uniform, he_normal
from hourglass.records import NETWORK_DEFAULTS

_DEFAULT: Final = NETWORK_DEFAULTS["dense"]


class Layer(NamedTuple):
    """The weights of one layer: x becomes x · matrix + bias.

    Attributes
    ----------
    matrix
        Shape (inputs, outputs).
    bias
        Shape (outputs,).
    """

    matrix: tf.Variable
    bias: tf.Variable


def start_parameters(
    image_shape: ImageShape,
    *,
    units: Sequence[int] = _DEFAULT.units,
    latent_dim: int = 32,
    seed: int = 0,
) -> list[Layer]:
    """Return the fresh weights of an autoencoder, input first.

    They are those of ``hourglass.networks.dense_autoencoder`` with the same arguments, number for
    number: He's start for the hidden layers, which have rectifiers, Glorot's for the output.

    Parameters
    ----------
    image_shape
        Height, width, channels.
    units
        Widths between image and code.
    latent_dim
        Numbers in the code.
    seed
        Where the weights start from.

    Raises
    ------
    ConfigurationError
        If a width is not above zero.
    ImageShapeError
        If height or width is open.
    """
    pixels = math.prod(require_fixed(image_shape, "dense"))
    widths = [int(require_positive("width of a layer", width)) for width in (*units, latent_dim)]
    down = [f"encoder/dense_{number}" for number in range(1, len(widths) + 1)]
    up = [f"decoder/dense_{number}" for number in range(1, len(widths))]
    starts = [*(he_normal(seed, name) for name in (*down, *up)), glorot_uniform(seed, "pixels")]
    shapes = pairwise((pixels, *widths, *reversed(widths[:-1]), pixels))
    return [_layer(start, shape) for start, shape in zip(starts, shapes, strict=True)]


def forward(parameters: Sequence[Layer], images: tf.Tensor) -> tf.Tensor:
    """Return what the network makes of images: rectifiers inside, a sigmoid at the end.

    Parameters
    ----------
    parameters
        The layers, input first.
    images
        One image a row, shape (count, pixels), in [0, 1].

    Returns
    -------
    tf.Tensor
        The reconstructions, same shape, in [0, 1].
    """
    *hidden_layers, output = parameters
    hidden = images
    for layer in hidden_layers:
        hidden = tf.nn.relu(tf.matmul(hidden, layer.matrix) + layer.bias)
    return tf.sigmoid(tf.matmul(hidden, output.matrix) + output.bias)


def get_weights(parameters: Sequence[Layer]) -> list[NDArray[np.float32]]:
    """Return copies of all matrices and biases in the order of Keras' ``get_weights``.

    ``Autoencoder(*dense_autoencoder(...)).set_weights`` takes them: encoder, then decoder.
    """
    return [variable.numpy() for layer in parameters for variable in layer]


def set_weights(parameters: Sequence[Layer], weights: Sequence[NDArray[np.float32]]) -> None:
    """Put matrices and biases, in the order of ``get_weights``, in place of those there are."""
    variables = (variable for layer in parameters for variable in layer)
    for variable, value in zip(variables, weights, strict=True):
        variable.assign(value)


def _layer(start: keras.initializers.Initializer, shape: tuple[int, int]) -> Layer:
    matrix = keras.ops.convert_to_numpy(start(shape))
    return Layer(tf.Variable(matrix), tf.Variable(tf.zeros(shape[1])))
