"""How far reconstructions are from clean images, both as matrices of one image a row.

The formulas are those of ``hourglass.losses``, in TensorFlow's own operations.
"""

from typing import Final

import tensorflow as tf

# The smallest distance from 0 and 1 that float32 keeps apart from them.
_MARGIN: Final = 1e-7


def mean_squared_error(clean: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
    """Return the mean of (clean − reconstruction)² of each image.

    Parameters
    ----------
    clean, reconstruction
        Shape (count, pixels), in [0, 1].

    Returns
    -------
    tf.Tensor
        Shape (count,).
    """
    return tf.reduce_mean(tf.square(clean - reconstruction), axis=1)


def cross_entropy(clean: tf.Tensor, reconstruction: tf.Tensor) -> tf.Tensor:
    """Return each image's cross-entropy above its pixel entropy, in nats per pixel.

    x log(x / y) + (1 − x) log((1 − x) / (1 − y)) is 0 at y = x. The entropy of x, which is taken
    off, does not depend on the network: the gradient is that of the plain cross-entropy.

    Parameters
    ----------
    clean, reconstruction
        Shape (count, pixels), in [0, 1].

    Returns
    -------
    tf.Tensor
        Shape (count,), zero or more.
    """
    reconstruction = tf.clip_by_value(reconstruction, _MARGIN, 1.0 - _MARGIN)
    clean = tf.clip_by_value(clean, _MARGIN, 1.0 - _MARGIN)
    bright = clean * (tf.math.log(clean) - tf.math.log(reconstruction))
    dark = (1.0 - clean) * (tf.math.log1p(-clean) - tf.math.log1p(-reconstruction))
    return tf.reduce_mean(bright + dark, axis=1)
