"""Images made up by PCA: what an autoencoder that makes up images must beat."""

import numpy as np
from numpy.typing import NDArray
from sklearn.decomposition import PCA


def images_from_pca(
    training: NDArray[np.float32], normals: NDArray[np.float32], *, seed: int = 0
) -> NDArray[np.float32]:
    """Return images from random codes of PCA, each component with its variance on training.

    The maximum likelihood of a linear Gaussian model, without its noise (Tipping and Bishop 1999,
    section 3).

    Parameters
    ----------
    training
        Shape (count, height, width, channels), in [0, 1].
    normals
        Standard normal draws, shape (images, components).
    seed
        For the randomized solver that large images take.

    Returns
    -------
    NDArray[np.float32]
        Shape (images, height, width, channels), clipped to [0, 1].
    """
    rows = training.reshape(len(training), -1)
    size = min(normals.shape[1], *rows.shape)
    pca = PCA(size, random_state=seed).fit(rows)
    codes = normals[:, :size] * np.sqrt(pca.explained_variance_)
    images: NDArray[np.float32] = pca.inverse_transform(codes).astype(np.float32)
    return np.clip(images, 0.0, 1.0).reshape(-1, *training.shape[1:])
