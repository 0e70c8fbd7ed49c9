"""The nearest of many vectors to one of them, or to a new one."""

from typing import Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, DataError
from hourglass.records import MetricName

# Of a squared distance that a matrix product gives, in parts of the squared lengths in it.
_ROUNDING: Final = 1e-5


class Found(NamedTuple):
    """The nearest vectors, the nearest first; of equally near ones the one that came first.

    Attributes
    ----------
    positions
        Which they are, shape (count,).
    distances
        How far, shape (count,), float64.
    """

    positions: NDArray[np.int64]
    distances: NDArray[np.float64]


@final
class NeighborsSearch:
    """Vectors that are made ready once, to be asked many times.

    All of them are compared by one product of a matrix in float32; those that come near enough
    are measured again in float64, so that the order is that of exact distances.

    Parameters
    ----------
    vectors
        Shape (count, numbers), finite.
    metric
        ``euclidean``, or ``cosine``: 1 less the cosine of the angle, which is 1 for a vector of
        zeros.

    Examples
    --------
    >>> search = NeighborsSearch(np.eye(3, dtype=np.float32))
    >>> search.nearest(np.array([0, 1, 0], np.float32), 2).positions.tolist()
    [1, 0]
    """

    def __init__(self, vectors: NDArray[np.float32], metric: MetricName = "euclidean") -> None:
        self.metric = metric
        self._vectors = vectors
        # Lengths are small around the mean, and so is what rounding does.
        self._center = vectors.mean(axis=0) if metric == "euclidean" else np.float32(0)
        self._rows = self._ready(vectors)
        self._squares = np.einsum("ij,ij->i", self._rows, self._rows)
        self._most = float(self._squares.max())

    def __len__(self) -> int:
        """Return the number of vectors."""
        return len(self._vectors)

    def nearest(self, vector: NDArray[np.float32], count: int) -> Found:
        """Return the ``count`` nearest to a vector of shape (numbers,), or all if they are fewer.

        Raises
        ------
        ConfigurationError
            If ``count`` is not above 0.
        DataError
            If the vector has another length.
        """
        if count < 1:
            raise ConfigurationError(f"count must be 1 or more; {count} was given.")
        if vector.shape != self._vectors.shape[1:]:
            raise DataError(
                f"The vectors have {self._vectors.shape[1]:,} numbers, and this one has shape "
                f"{vector.shape}."
            )
        asked = self._ready(vector[None])[0]
        squares = self._squares - 2 * (self._rows @ asked)
        near = self._near(squares, min(count, len(self)), float(asked @ asked))
        distances = self._exact(vector, near)
        order = np.lexsort((near, distances))[:count]
        return Found(near[order], distances[order])

    def _near(self, squares: NDArray[np.float32], count: int, own: float) -> NDArray[np.int64]:
        """Return the positions of all that may be among the ``count`` nearest."""
        limit = float(np.partition(squares, count - 1)[count - 1])
        limit += _ROUNDING * (self._most + own)
        return np.flatnonzero(squares <= limit)

    def _exact(
        self, vector: NDArray[np.float32], positions: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        there = self._vectors[positions].astype(np.float64)
        here = vector.astype(np.float64)
        if self.metric == "cosine":
            return np.asarray(1.0 - _unit(there) @ _unit(here[None])[0])
        return np.asarray(np.linalg.norm(there - here, axis=1))

    def _ready(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        rows = vectors - self._center
        return np.ascontiguousarray(_unit(rows) if self.metric == "cosine" else rows, np.float32)


def _unit(rows: NDArray[np.floating]) -> NDArray[np.floating]:
    """Return rows of length 1; those of zeros stay what they are."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.floating] = rows / np.where(lengths > 0, lengths, 1)
    return unit
