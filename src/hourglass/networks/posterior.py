"""A Gaussian in place of a code: its mean, and beside it a log-variance."""

import keras
from keras import layers

from hourglass.errors import ConfigurationError
from hourglass.networks.initial import glorot_uniform


def with_log_variance(encoder: keras.Model, *, seed: int = 0) -> keras.Model:
    """Return an encoder with a second output: the log-variance of each number of the code.

    The layers are the encoder's own, its code becomes the mean; the log-variance comes from a
    dense layer of the same size on the same hidden values (Kingma and Welling 2014, appendix
    C.2).

    Parameters
    ----------
    encoder
        From images to a code, ending in a dense layer.
    seed
        Where the new weights start from.

    Returns
    -------
    keras.Model
        From images to means and log-variances, each of shape (batch, latent_dim).

    Raises
    ------
    ConfigurationError
        If the encoder ends in maps.
    """
    code = encoder.layers[-1]
    if not isinstance(code, layers.Dense):
        raise ConfigurationError(
            "A variational code needs an encoder that ends in a dense layer; this one ends in maps "
            f"of shape {tuple(encoder.output.shape[1:])}. Choose network dense or convolutional."
        )
    log_variance = layers.Dense(
        code.units, kernel_initializer=glorot_uniform(seed, "log_variance"), name="log_variance"
    )
    return keras.Model(encoder.input, [encoder.output, log_variance(code.input)], name=encoder.name)
