import numpy as np
import pytest
from sklearn.decomposition import PCA

from hourglass.errors import ConfigurationError
from hourglass.evaluation import (
    LinearWeights,
    centered_weights,
    compare_with_pca,
    decoder_directions,
    linear_mse,
    match_directions,
    mean_squared_errors,
    moments_of,
)
from hourglass.records import LinearComparison
from hourglass.seeds import generator

LATENT_DIM = 6


@pytest.fixture(scope="module")
def training(digits):
    return moments_of(digits[:1400])


@pytest.fixture(scope="module")
def test(digits):
    return moments_of(digits[1400:])


@pytest.fixture(scope="module")
def pca(digits):
    fitted = PCA(LATENT_DIM).fit(digits[:1400].reshape(1400, -1))
    return centered_weights(fitted.components_.T, fitted.components_, fitted.mean_)


def random_weights(seed):
    random = generator(seed)
    return LinearWeights(
        random.normal(0, 0.2, (64, LATENT_DIM)),
        random.normal(0, 0.2, LATENT_DIM),
        random.normal(0, 0.2, (LATENT_DIM, 64)),
        random.normal(0, 0.2, 64),
    )


def mixed(weights, seed=0):
    """Return an autoencoder that does the same with another code."""
    mix = generator(seed).normal(size=(LATENT_DIM, LATENT_DIM))
    back = np.linalg.inv(mix)
    return LinearWeights(
        weights.encoder @ mix, weights.encoder_bias @ mix, back @ weights.decoder, weights[3]
    )


def test_moments_are_those_of_all_images(digits, training):
    rows = digits[:1400].reshape(1400, -1).astype(np.float64)
    assert np.allclose(training.mean, rows.mean(axis=0))
    assert np.allclose(training.covariance, np.cov(rows, rowvar=False, bias=True))


def test_many_images_are_taken_in_parts(digits, monkeypatch, training):
    monkeypatch.setattr("hourglass.evaluation.linear._IMAGES_AT_A_TIME", 333)
    assert np.allclose(moments_of(digits[:1400]).covariance, training.covariance)


def test_the_error_is_that_of_the_images(digits, training):
    weights = random_weights(3)
    codes = digits[:1400].reshape(1400, -1) @ weights.encoder + weights.encoder_bias
    rebuilt = (codes @ weights.decoder + weights.decoder_bias).reshape(1400, 8, 8, 1)
    expected = mean_squared_errors(digits[:1400].astype(np.float64), rebuilt).mean()
    assert linear_mse(weights, training) == pytest.approx(expected, rel=1e-9)


def test_pca_compared_with_itself_differs_in_nothing(pca, training, test):
    same = compare_with_pca(pca, pca, training=training, test=test)
    assert same.excess == 0.0 and same.test_mse == same.pca_test_mse
    assert same.largest_angle < 1e-3


def test_another_basis_of_the_subspace_is_no_other_autoencoder(pca, training, test):
    turned = compare_with_pca(mixed(pca), pca, training=training, test=test)
    assert turned.largest_angle < 1e-3
    assert turned.excess == pytest.approx(0.0, abs=1e-6)
    assert turned.test_mse == pytest.approx(turned.pca_test_mse)
    assert turned.least_cosine < 0.999


@pytest.mark.parametrize("seed", range(5))
def test_nothing_linear_is_better_than_pca_in_training(seed, pca, training, test):
    compared = compare_with_pca(random_weights(seed), pca, training=training, test=test)
    assert compared.excess > 0.0
    assert 0.0 < compared.largest_angle <= 90.0


def test_an_angle_is_known(training, test):
    encoder = np.eye(64)[:, [10, 20]]
    beside = encoder.copy()
    beside[[20, 21], 1] = np.cos(0.3), np.sin(0.3)
    axes, tilted = (centered_weights(e, e.T, training.mean) for e in (encoder, beside))
    compared = compare_with_pca(tilted, axes, training=training, test=test)
    assert compared.angles == pytest.approx((np.degrees(0.3), 0.0), abs=1e-5)


def test_separations_are_distances_to_the_nearest_eigenvalue():
    images = np.zeros((8, 2, 2, 1), np.float32)
    for value, variance in enumerate((4.0, 2.0, 1.9, 0.5)):
        images[2 * value : 2 * value + 2, value // 2, value % 2, 0] = np.sqrt([variance] * 2)
        images[2 * value + 1] *= -1
    moments = moments_of(images)
    axes = centered_weights(np.eye(4)[:, :3], np.eye(4)[:3], moments.mean)
    compared = compare_with_pca(axes, axes, training=moments, test=moments)
    assert compared.separations == pytest.approx((1.0, 2.0 / 1.9 - 1, 2.0 / 1.9 - 1), rel=1e-5)


def test_only_components_that_stand_apart_count():
    errors = {"train_mse": 1.0, "test_mse": 1.0, "pca_train_mse": 1.0, "pca_test_mse": 1.0}
    compared = LinearComparison(
        **errors, angles=(0.0,) * 3, cosines=(0.99, 0.6, 0.5), separations=(0.4, 0.06, 0.05)
    )
    assert compared.least_cosine == 0.6
    alone = LinearComparison(**errors, angles=(0.0,), cosines=(0.5,), separations=(0.01,))
    assert alone.least_cosine is None


def test_directions_are_matched_in_order_and_sign():
    axes = np.eye(7)[:4]
    shuffled = (axes * np.array([3.0, -2.0, -0.1, 1.0])[:, None])[[2, 0, 3, 1]]
    matched, cosines = match_directions(shuffled, axes)
    assert np.array_equal(matched, axes) and np.array_equal(cosines, np.ones(4))


def test_directions_of_a_decoder_are_orthonormal_and_the_most_stretched_first(pca):
    directions = decoder_directions(pca._replace(decoder=pca.decoder * np.arange(1, 7)[:, None]))
    assert np.allclose(directions @ directions.T, np.eye(LATENT_DIM))
    assert np.abs(directions @ pca.decoder[::-1].T).diagonal() == pytest.approx(1.0)


def test_codes_of_another_size_are_refused(pca, training, test):
    smaller = centered_weights(pca.encoder[:, :3], pca.decoder[:3], training.mean)
    with pytest.raises(ConfigurationError, match="n_components=3"):
        compare_with_pca(smaller, pca, training=training, test=test)
