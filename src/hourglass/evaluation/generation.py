"""Whether what was made up lies among what is real, and how much of it is covered."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

_NEIGHBORS: Final = 3


def precision_and_recall(
    real: NDArray[np.float32], made: NDArray[np.float32], *, neighbors: int = _NEIGHBORS
) -> tuple[float, float]:
    """Return which share of made points is among real ones, and which of real among made ones.

    A point is among others where it is no farther from one of them than that one's third nearest
    neighbor among the others is (Kynkäänniemi et al. 2019, equations 1 and 2). Both should fill
    as many dimensions, as codes do: decoded images lie on a thin sheet among real ones, and are
    covered by all of them and cover none.

    Parameters
    ----------
    real, made
        Shape (count, ...), best as many of each.
    neighbors
        Which neighbor sets the distance.

    Returns
    -------
    tuple[float, float]
        Precision and recall, both in [0, 1].
    """
    first, second = (points.reshape(len(points), -1).astype(np.float64) for points in (real, made))
    between = _squared_distances(first, second)
    precision = (between <= _radii(first, neighbors)[:, None]).any(axis=0).mean()
    recall = (between <= _radii(second, neighbors)[None, :]).any(axis=1).mean()
    return float(precision), float(recall)


def _radii(points: NDArray[np.float64], neighbors: int) -> NDArray[np.float64]:
    """Return the squared distance of each point to its neighbor of a rank."""
    distances = _squared_distances(points, points)
    np.fill_diagonal(distances, np.inf)
    rank = min(neighbors, len(points) - 1) - 1
    radii: NDArray[np.float64] = np.partition(distances, rank, axis=1)[:, rank]
    return radii


def _squared_distances(
    first: NDArray[np.float64], second: NDArray[np.float64]
) -> NDArray[np.float64]:
    lengths = [np.einsum("ij,ij->i", rows, rows) for rows in (first, second)]
    squares: NDArray[np.float64] = lengths[0][:, None] + lengths[1] - 2.0 * first @ second.T
    return np.maximum(squares, 0.0)
