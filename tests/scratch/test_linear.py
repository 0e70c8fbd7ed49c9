"""What gradients find, finished exactly, is PCA; a penalty tells the directions apart."""

import numpy as np
import pytest
import tensorflow as tf
from sklearn.decomposition import PCA

from hourglass.errors import ConfigurationError
from hourglass.evaluation import (
    LinearWeights,
    Moments,
    centered_weights,
    compare_with_pca,
    linear_mse,
    moments_of,
)
from hourglass.scratch import (
    finish_exactly,
    get_weights,
    start_parameters,
    train_regularized,
)
from hourglass.scratch.linear import regularized_loss
from hourglass.seeds import generator


@pytest.fixture(scope="module")
def moments(digits):
    return moments_of(digits)


@pytest.fixture(scope="module")
def compare(digits, moments):
    """Return a function from weights to their comparison with PCA of the digits."""
    pca = PCA(64).fit(digits.reshape(len(digits), -1).astype(np.float64))

    def compared(weights):
        components = pca.components_[: len(weights.decoder)]
        exact = centered_weights(components.T, components, pca.mean_)
        return compare_with_pca(weights, exact, training=moments, test=moments)

    return compared


def random_start(latent_dim):
    layers = start_parameters((8, 8, 1), units=(), latent_dim=latent_dim, seed=1)
    return LinearWeights(*get_weights(layers))


@pytest.mark.parametrize("latent_dim", [1, 2, 10, 32])
def test_the_exact_finish_reaches_pca(latent_dim, moments, compare):
    finished = compare(finish_exactly(random_start(latent_dim), moments))
    assert abs(finished.excess) < 1e-6
    assert finished.largest_angle < 0.5


def test_the_finish_takes_the_best_biases(moments):
    finished = finish_exactly(random_start(5), moments)
    mean = moments.mean
    rebuilt = (mean @ finished.encoder + finished.encoder_bias) @ finished.decoder
    assert np.allclose(rebuilt + finished.decoder_bias, mean)
    shifted = finished._replace(decoder_bias=finished.decoder_bias + 0.01)
    assert linear_mse(shifted, moments) > linear_mse(finished, moments)


@pytest.mark.parametrize(("latent_dim", "penalty"), [(2, 0.2), (10, 0.05)])
def test_a_penalty_recovers_the_components_themselves(latent_dim, penalty, moments, compare):
    trained = compare(train_regularized(moments, latent_dim=latent_dim, penalty=penalty))
    assert trained.largest_angle < 0.5
    assert trained.least_cosine > 0.999


def test_the_penalized_minimum_is_the_published_one():
    variances = np.array([5.0, 3.0, 2.0, 1.0, 0.5])
    basis = np.linalg.qr(generator(4).normal(size=(5, 5)))[0]
    moments = Moments(np.full(5, 0.5), basis * variances @ basis.T)
    trained = train_regularized(moments, latent_dim=3, penalty=0.4, seed=2)
    assert np.allclose(trained.decoder, trained.encoder.T, atol=1e-5)
    stretched = np.linalg.svd(trained.decoder, compute_uv=False)
    assert stretched == pytest.approx(np.sqrt(1.0 - 0.4 / variances[:3]), abs=1e-5)


def test_the_penalized_loss_is_the_error_and_the_penalty(moments):
    start = random_start(4)
    centered = centered_weights(*(start.encoder, start.decoder), moments.mean)
    matrices = [tf.constant(matrix, tf.float64) for matrix in (start.encoder, start.decoder)]
    loss = regularized_loss(*matrices, tf.constant(moments.covariance), 0.3)
    squares = sum(float(tf.reduce_sum(matrix**2)) for matrix in matrices)
    assert float(loss) == pytest.approx(64 * linear_mse(centered, moments) + 0.3 * squares)


def test_the_same_seed_gives_the_same_weights(moments):
    first, again, other = (
        train_regularized(moments, latent_dim=2, penalty=0.5, steps=20, seed=seed)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(first.decoder, again.decoder)
    assert not np.array_equal(first.decoder, other.decoder)


def test_a_penalty_of_nothing_is_refused(moments):
    with pytest.raises(ConfigurationError, match="penalty must be a number above 0"):
        train_regularized(moments, latent_dim=2, penalty=0.0)
