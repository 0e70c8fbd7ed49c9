"""Vectors that are much nearer to each other than vectors of their kind are."""

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hourglass.errors import DataError

#: Fewer distances do not tell what is usual.
LEAST_DISTANCES: Final = 20
_SPREADS: Final = 3.0
# The median absolute deviation of a normal distribution, in standard deviations.
_MEDIAN_DEVIATION: Final = 0.6744897501960817
# A tile of distances takes 32 MB.
_ROWS: Final = 1024
_COLUMNS: Final = 8192
# Of a squared distance that a matrix product gives, in parts of the largest squared length.
_ROUNDING: Final = 1e-5


class NearPairs(NamedTuple):
    """Pairs of vectors that are near, and what near is.

    Attributes
    ----------
    pairs
        Positions of both, the lower first, shape (pairs, 2), sorted.
    distances
        Shape (pairs,).
    within
        The distance up to which they are near.
    usual
        Each vector with its nearest, shape (count, 2).
    """

    pairs: NDArray[np.int64]
    distances: NDArray[np.float64]
    within: float
    usual: NDArray[np.int64]


def near_pairs(
    vectors: NDArray[np.float32], *, within: float | None = None, most: int = 1_000_000
) -> NearPairs:
    """Return all pairs of vectors that are near.

    Parameters
    ----------
    vectors
        Shape (count, numbers), two or more.
    within
        The distance up to which they are; by default that of ``unusually_near``.
    most
        Pairs that are kept at most.

    Raises
    ------
    DataError
        If there are more, or too few vectors to tell what is near.
    """
    usual = np.stack([np.arange(len(vectors)), nearest_positions(vectors)], axis=1)
    nearest = distances_between(vectors, usual[:, 0], usual[:, 1])
    if within is None:
        within = unusually_near(nearest)
    # A vector whose nearest is not near has no pair: mostly few are left to be compared.
    left = np.flatnonzero(nearest <= within * (1 + _ROUNDING) + _ROUNDING * nearest.max())
    pairs, distances = pairs_within(vectors[left], within, most=most)
    return NearPairs(left[pairs], distances, within, usual)


def nearest_positions(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return which other vector is nearest to each by Euclidean distance, shape (count,).

    All pairs are compared, a tile of them in memory at a time, by products of matrices in float32.

    Parameters
    ----------
    vectors
        Shape (count, numbers), two or more.
    """
    least = np.full(len(vectors), np.inf, np.float32)
    where = np.zeros(len(vectors), np.int64)
    for top, left, squares in _tiles(vectors):
        for axis, start, other in ((1, top, left), (0, left, top)):
            values = squares.min(axis=axis)
            better = values < least[start : start + len(values)]
            if better.any():
                # Where the least is takes far longer to find than what it is.
                positions = np.flatnonzero(better) + start
                where[positions] = squares.compress(better, axis=1 - axis).argmin(axis) + other
                least[positions] = values[better]
    return where


def distances_between(
    vectors: NDArray[np.float32], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the Euclidean distance of each pair, measured in float64, shape (pairs,)."""
    pieces = [np.empty(0)]
    for start in range(0, len(first), _COLUMNS):
        here = slice(start, start + _COLUMNS)
        apart = vectors[first[here]].astype(np.float64) - vectors[second[here]]
        pieces.append(np.linalg.norm(apart, axis=1))
    return np.concatenate(pieces)


def unusually_near(distances: NDArray[np.float64]) -> float:
    """Return the distance up to which two are nearer than what is usual among ``distances``.

    Logarithms of distances to the nearest are spread about evenly around their median; three
    standard deviations below it is unusual (1 of 740 where they are normal). The deviation is
    taken from the median absolute one (Hampel 1974), which a few copies do not change.

    Parameters
    ----------
    distances
        To the nearest other vector, ``LEAST_DISTANCES`` or more above 0.

    Raises
    ------
    DataError
        If there are too few.
    """
    above = distances[distances > 0]
    if len(above) < LEAST_DISTANCES:
        raise DataError(
            f"What is near is told from at least {LEAST_DISTANCES} distances above 0; there are "
            f"{len(above)}. Say it yourself, with --within DISTANCE."
        )
    logarithms = np.log(above)
    middle = np.median(logarithms)
    deviation = np.median(np.abs(logarithms - middle)) / _MEDIAN_DEVIATION
    return float(np.exp(middle - _SPREADS * deviation))


def pairs_within(
    vectors: NDArray[np.float32], distance: float, *, most: int
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return all pairs of vectors that are no further apart than a distance.

    Parameters
    ----------
    vectors
        Shape (count, numbers).
    distance
        Euclidean.
    most
        Pairs that are kept at most.

    Returns
    -------
    tuple
        Positions of both, the lower first, shape (pairs, 2), sorted; and their distances.

    Raises
    ------
    DataError
        If there are more than ``most``.
    """
    kept: list[NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
    if not len(vectors):
        return kept[0], np.empty(0)
    count = 0
    margin = _ROUNDING * _largest_square(vectors)
    for top, left, squares in _tiles(vectors):
        rows, columns = np.nonzero(squares <= distance**2 + margin)
        pairs = np.stack([rows + top, columns + left], axis=1)
        pairs = pairs[pairs[:, 0] < pairs[:, 1]]
        pairs = pairs[distances_between(vectors, *pairs.T) <= distance]
        count += len(pairs)
        if count > most:
            raise DataError(
                f"More than {most:,} pairs are within {distance:g} of each other. Choose a smaller "
                "distance with --within."
            )
        kept.append(pairs)
    found = np.concatenate(kept)
    found = found[np.lexsort((found[:, 1], found[:, 0]))]
    return found, distances_between(vectors, *found.T)


def joined(pairs: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Return a number for each of ``count`` things, the same for those that pairs join."""
    ones = np.ones(len(pairs), np.int8)
    graph = coo_array((ones, (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    return np.asarray(connected_components(graph, directed=False)[1], np.int64)


def _tiles(vectors: NDArray[np.float32]) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """Yield tiles of squared distances with the place of their corner; each pair comes once.

    A vector's distance to itself is infinite there.
    """
    rows = vectors - vectors.mean(axis=0)
    squares = np.einsum("ij,ij->i", rows, rows)
    for top in range(0, len(rows), _ROWS):
        for left in range(top, len(rows), _COLUMNS):
            here, there = slice(top, top + _ROWS), slice(left, left + _COLUMNS)
            tile: NDArray[Any] = rows[here] @ rows[there].T
            tile *= -2
            tile += squares[here, None]
            tile += squares[there]
            own = np.arange(max(top, left), min(top + len(tile), left + tile.shape[1]))
            tile[own - top, own - left] = np.inf
            yield top, left, tile


def _largest_square(vectors: NDArray[np.float32]) -> float:
    return float(np.square(vectors - vectors.mean(axis=0)).sum(axis=1).max())
