"""What a linear autoencoder shares with PCA, computed from mean and covariance alone.

A linear autoencoder x̂ = (x · E + a) · D + b never sees more of its images than their mean and
covariance, so neither do the questions here: all are answered in float64 without another pass
over the images.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import subspace_angles
from scipy.optimize import linear_sum_assignment

from hourglass.errors import ConfigurationError
from hourglass.records import LinearComparison

_IMAGES_AT_A_TIME: Final = 4096
# Below this part of the largest eigenvalue another one is rounding.
_NOTHING: Final = 1e-12


class Moments(NamedTuple):
    """Mean and covariance of images as rows.

    Attributes
    ----------
    mean
        Shape (values,).
    covariance
        Shape (values, values), the sum of products over the number of images.
    """

    mean: NDArray[np.float64]
    covariance: NDArray[np.float64]


class LinearWeights(NamedTuple):
    """The weights of a linear autoencoder x̂ = (x · encoder + a) · decoder + b.

    ``LinearWeights(*model.get_weights())`` takes them from a model.

    Attributes
    ----------
    encoder
        Shape (values, latent_dim).
    encoder_bias
        a, shape (latent_dim,).
    decoder
        Shape (latent_dim, values).
    decoder_bias
        b, shape (values,).
    """

    encoder: NDArray[Any]
    encoder_bias: NDArray[Any]
    decoder: NDArray[Any]
    decoder_bias: NDArray[Any]


def moments_of(images: NDArray[np.float32]) -> Moments:
    """Return mean and covariance of images, shape (count, height, width, channels)."""
    rows = images.reshape(len(images), -1)
    mean = rows.mean(axis=0, dtype=np.float64)
    covariance = np.zeros((rows.shape[1], rows.shape[1]))
    for start in range(0, len(rows), _IMAGES_AT_A_TIME):
        centered = rows[start : start + _IMAGES_AT_A_TIME] - mean
        covariance += centered.T @ centered
    return Moments(mean, covariance / len(rows))


def centered_weights(
    encoder: NDArray[Any], decoder: NDArray[Any], mean: NDArray[Any]
) -> LinearWeights:
    """Return the autoencoder x̂ = (x − mean) · encoder · decoder + mean.

    No other biases give these matrices a lower error. With ``pca.components_.T``,
    ``pca.components_`` and ``pca.mean_`` of scikit-learn it is PCA.

    Parameters
    ----------
    encoder, decoder
        Shapes (values, latent_dim) and (latent_dim, values).
    mean
        Shape (values,).
    """
    return LinearWeights(encoder, -mean @ encoder, decoder, mean)


def linear_mse(weights: LinearWeights, moments: Moments) -> float:
    """Return the mean squared error per value over all images that have these moments.

    With M = encoder · decoder, covariance C and mean m it is
    (tr (I − M)ᵀ C (I − M) + ‖m − m̂‖²) / values. Nothing is clipped to [0, 1].
    """
    encoder, encoder_bias, decoder, decoder_bias = (array.astype(np.float64) for array in weights)
    mean, covariance = moments
    seen = covariance @ encoder
    spread = (
        np.trace(covariance)
        - 2.0 * np.sum(seen * decoder.T)
        + np.sum((encoder.T @ seen) * (decoder @ decoder.T))
    )
    offset = mean - ((mean @ encoder + encoder_bias) @ decoder + decoder_bias)
    return float((spread + offset @ offset) / len(mean))


def decoder_directions(weights: LinearWeights) -> NDArray[np.float64]:
    """Return the orthonormal directions along which the decoder stretches codes, most first.

    They are its singular vectors on the side of the images. In an autoencoder with an L2 penalty
    they are the principal components (Kunin et al. 2019); the decoder's own rows are not, because
    neither error nor penalty changes when the code is rotated.

    Returns
    -------
    NDArray[np.float64]
        Shape (latent_dim, values).
    """
    directions: NDArray[np.float64] = np.linalg.svd(
        weights.decoder.astype(np.float64), full_matrices=False
    )[2]
    return directions


def match_directions(
    directions: NDArray[Any], components: NDArray[Any]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Put directions in the order of the components that they are nearest to, and turn them.

    Each direction goes to one component, such that the sum of all |cos| is as high as can be.

    Parameters
    ----------
    directions, components
        Shape (latent_dim, values), of any length.

    Returns
    -------
    matched
        The directions with length 1, ordered and with the sign of their components.
    cosines
        Cosine between each and its component, shape (latent_dim,), 0 or more.
    """
    units = _unit_rows(directions)
    cosines = _unit_rows(components) @ units.T  # (component, direction)
    rows, columns = linear_sum_assignment(-np.abs(cosines))
    matched = cosines[rows, columns]
    return units[columns] * np.where(matched < 0, -1.0, 1.0)[:, None], np.abs(matched)


def compare_with_pca(
    weights: LinearWeights, pca: LinearWeights, *, training: Moments, test: Moments
) -> LinearComparison:
    """Compare a linear autoencoder with PCA.

    Parameters
    ----------
    weights
        Of the autoencoder.
    pca
        The same for PCA, from ``centered_weights``, the largest component first.
    training
        Of the images that both were fitted to.
    test
        Of images that neither has seen.

    Raises
    ------
    ConfigurationError
        If the code has not as many numbers as PCA has components.
    """
    if weights.decoder.shape != pca.decoder.shape:
        raise ConfigurationError(
            "A linear autoencoder is compared with as many principal components as its code has "
            f"numbers; its decoder has shape {weights.decoder.shape}, PCA {pca.decoder.shape}. "
            f"Fit PCA with n_components={len(weights.decoder)} on the same images."
        )
    directions = decoder_directions(weights)
    _, cosines = match_directions(directions, pca.decoder)
    angles = subspace_angles(directions.T, pca.decoder.T.astype(np.float64))
    return LinearComparison(
        train_mse=linear_mse(weights, training),
        test_mse=linear_mse(weights, test),
        pca_train_mse=linear_mse(pca, training),
        pca_test_mse=linear_mse(pca, test),
        angles=tuple(np.degrees(angles).tolist()),
        cosines=tuple(cosines.tolist()),
        separations=tuple(_separations(training.covariance)[: len(directions)].tolist()),
    )


def _separations(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how far each eigenvalue is from the nearest other one, the largest first."""
    values = np.linalg.eigvalsh(covariance)[::-1]
    values = np.maximum(values, _NOTHING * values[0])
    steps = np.concatenate([[np.inf], values[:-1] / values[1:] - 1.0, [np.inf]])
    nearest: NDArray[np.float64] = np.minimum(steps[:-1], steps[1:])
    return nearest


def _unit_rows(rows: NDArray[Any]) -> NDArray[np.float64]:
    unit: NDArray[np.float64] = rows / np.linalg.norm(rows.astype(np.float64), axis=1)[:, None]
    return unit
