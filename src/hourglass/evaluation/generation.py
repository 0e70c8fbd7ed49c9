"""Whether images that were made up lie among real ones, and how many of these they cover."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_NEIGHBORS: Final = 3


def precision_and_recall(
    real: NDArray[np.float32], made: NDArray[np.float32], *, neighbors: int = _NEIGHBORS
) -> tuple[float, float]:
    """Return which share of made images is among real ones, and which of real among made ones.

    An image is among others where it is no farther from one of them than the third nearest of
    the others is (Kynkäänniemi et al. 2019, equations 1 and 2); distances are those of pixels,
    because the features of a network would be those of other images.

    Parameters
    ----------
    real, made
        Shape (count, height, width, channels), in [0, 1], best as many of each.
    neighbors
        Which neighbor sets the distance.

    Returns
    -------
    tuple[float, float]
        Precision and recall, both in [0, 1].
    """
    first, second = (images.reshape(len(images), -1).astype(np.float64) for images in (real, made))
    between = _squared_distances(first, second)
    precision = (between <= _radii(first, neighbors)[:, None]).any(axis=0).mean()
    recall = (between <= _radii(second, neighbors)[None, :]).any(axis=1).mean()
    return float(precision), float(recall)


def _radii(images: NDArray[np.float64], neighbors: int) -> NDArray[np.float64]:
    """Return the squared distance of each image to its neighbor of a rank."""
    distances = _squared_distances(images, images)
    np.fill_diagonal(distances, np.inf)
    rank = min(neighbors, len(images) - 1) - 1
    radii: NDArray[np.float64] = np.partition(distances, rank, axis=1)[:, rank]
    return radii


def _squared_distances(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    lengths = [np.einsum("ij,ij->i", rows, rows) for rows in (first, second)]
    squares: NDArray[np.float64] = lengths[0][:, None] + lengths[1] - 2.0 * first @ second.T
    return np.maximum(squares, 0.0)
