"""PCA as a model with codes: what an autoencoder that makes up images must beat."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA


class GaussianPCA(NamedTuple):
    """Principal components, each measured in its own deviation.

    On the training images the codes have mean 0 and the covariance of the standard normal, so
    that draws from it are random codes: the maximum likelihood of a linear Gaussian model, without
    its noise (Tipping and Bishop 1999, section 3).

    Attributes
    ----------
    mean
        Of the images, shape (height, width, channels).
    directions
        Shape (numbers in the code, values in an image); as long as the deviation along them.
    """

    mean: NDArray[np.float64]
    directions: NDArray[np.float64]

    @classmethod
    def fit(cls, training: NDArray[np.float32], numbers: int, *, seed: int = 0) -> Self:
        """Find the components of images (count, height, width, channels).

        Parameters
        ----------
        training
            The images.
        numbers
            Numbers in the code; at most as many as images and values allow.
        seed
            For the randomized solver that large images take.
        """
        rows = training.reshape(len(training), -1)
        pca = PCA(min(numbers, *rows.shape), random_state=seed).fit(rows)
        directions = pca.components_ * np.sqrt(pca.explained_variance_)[:, None]
        return cls(pca.mean_.reshape(training.shape[1:]), directions.astype(np.float64))

    def encode(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the codes of images, shape (count, numbers); 0 along a direction of no length."""
        variances = np.square(self.directions).sum(axis=1)
        codes = (images - self.mean).reshape(len(images), -1) @ self.directions.T
        scaled: NDArray[np.float32] = np.divide(
            codes, variances, out=np.zeros_like(codes), where=variances > 0
        ).astype(np.float32)
        return scaled

    def decode(self, codes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the images of codes, clipped to [0, 1]."""
        images = (codes @ self.directions).reshape(-1, *self.mean.shape) + self.mean
        return np.clip(images, 0.0, 1.0).astype(np.float32)
