"""The linear autoencoder, whose loss depends on its images through mean and covariance alone.

That makes a step on all images at once as cheap as one product of the covariance with the
encoder, and lets a least-squares problem take the place of many steps.
"""

import math
from typing import Any, Final

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hourglass.errors import require_positive
from hourglass.evaluation import LinearWeights, Moments, centered_weights
from hourglass.scratch.adam import Adam
from hourglass.scratch.network import start_parameters

# Less than this part of the error in one round is no progress. A round does least where two
# eigenvalues nearly agree, but there the wrong one costs least too: with 64 numbers for
# Fashion-MNIST, whose 64th and 65th differ by 0.6 %, less than 1e-7 of the error is then missing.
_LEAST_PROGRESS: Final = 1e-10
_MOST_ROUNDS: Final = 20_000


def finish_exactly(weights: LinearWeights, moments: Moments) -> LinearWeights:
    """Bring a trained linear autoencoder to the minimum by alternating least squares.

    With one matrix held still the error is quadratic in the other, and its minimum is known: for
    a decoder D the best encoder is Dᵀ (D Dᵀ)⁻¹, for an encoder E and covariance C the best decoder
    is (Eᵀ C E)⁻¹ Eᵀ C. Each round solves for both. All critical points but the global minimum are
    saddles (Baldi and Hornik 1989), so that there is nowhere else to get stuck. A round
    multiplies what the decoder spans by C, as subspace iteration does; nothing is taken from PCA.

    Parameters
    ----------
    weights
        Where to start from.
    moments
        Of the training images.

    Returns
    -------
    LinearWeights
        In float64, with the best biases.
    """
    decoder: NDArray[Any] = weights.decoder.astype(np.float64)
    before = math.inf
    for _ in range(_MOST_ROUNDS):
        decoder, error = _best_decoder(_best_encoder(decoder), moments.covariance)
        if error >= before * (1.0 - _LEAST_PROGRESS):
            break
        before = error
    return centered_weights(_best_encoder(decoder), decoder, moments.mean)


def train_regularized(
    moments: Moments,
    *,
    latent_dim: int,
    penalty: float,
    steps: int = 3000,
    learning_rate: float = 0.02,
    seed: int = 0,
) -> LinearWeights:
    """Train a linear autoencoder with an L2 penalty from a random start.

    The loss is the mean of ‖x − x̂‖² plus λ (‖E‖² + ‖D‖²) (Kunin et al. 2019). At its minimum
    D = Eᵀ, and the singular vectors of D are the principal components, the i-th with the singular
    value √(1 − λ / λᵢ) for the eigenvalue λᵢ of the covariance. Each step of Adam sees all images;
    the rate falls to zero along half a cosine.

    Parameters
    ----------
    moments
        Of the training images.
    latent_dim
        Numbers in the code.
    penalty
        λ. A component whose eigenvalue is not above it is lost.
    steps
        Optimizer steps.
    learning_rate
        Of the first step.
    seed
        Where the weights start from.

    Returns
    -------
    LinearWeights
        In float64, with the best biases.
    """
    require_positive("penalty", penalty)
    layers = start_parameters((len(moments.mean), 1, 1), units=(), latent_dim=latent_dim, seed=seed)
    encoder, decoder = (tf.Variable(tf.cast(layer.matrix, tf.float64)) for layer in layers)
    _descend(encoder, decoder, tf.constant(moments.covariance), penalty, steps, learning_rate)
    return centered_weights(encoder.numpy(), decoder.numpy(), moments.mean)


def regularized_loss(
    encoder: tf.Tensor, decoder: tf.Tensor, covariance: tf.Tensor, penalty: float
) -> tf.Tensor:
    """Return tr (I − M)ᵀ C (I − M) + λ (‖E‖² + ‖D‖²) with M = E · D.

    Parameters
    ----------
    encoder, decoder
        Shapes (values, latent_dim) and (latent_dim, values).
    covariance
        C, shape (values, values).
    penalty
        λ.
    """
    seen = tf.matmul(covariance, encoder)
    code_covariance = tf.matmul(encoder, seen, transpose_a=True)
    decoder_products = tf.matmul(decoder, decoder, transpose_b=True)
    kept = 2.0 * tf.reduce_sum(seen * tf.transpose(decoder))
    error = tf.linalg.trace(covariance) - kept + tf.reduce_sum(code_covariance * decoder_products)
    return error + penalty * (tf.reduce_sum(encoder**2) + tf.reduce_sum(decoder**2))


def _descend(
    encoder: tf.Variable,
    decoder: tf.Variable,
    covariance: tf.Tensor,
    penalty: float,
    steps: int,
    learning_rate: float,
) -> None:
    """Do all steps in one graph."""
    rate = tf.Variable(learning_rate, dtype=tf.float64)
    adam = Adam(rate)
    adam.build([encoder, decoder])

    @tf.function
    def descend() -> None:
        for step in tf.range(steps, dtype=tf.float64):
            rate.assign(learning_rate * (1.0 + tf.cos(math.pi * step / steps)) / 2.0)
            with tf.GradientTape() as tape:
                loss = regularized_loss(encoder, decoder, covariance, penalty)
            adam.apply(tape.gradient(loss, [encoder, decoder]), [encoder, decoder])

    descend()


def _best_encoder(decoder: NDArray[Any]) -> NDArray[Any]:
    return np.linalg.solve(decoder @ decoder.T, decoder).T


def _best_decoder(
    encoder: NDArray[Any], covariance: NDArray[np.float64]
) -> tuple[NDArray[Any], float]:
    """Return the decoder, and the squared error that it leaves, summed over values."""
    seen = covariance @ encoder
    decoder = np.linalg.solve(encoder.T @ seen, seen.T)
    return decoder, float(np.trace(covariance) - np.sum(decoder * seen.T))
