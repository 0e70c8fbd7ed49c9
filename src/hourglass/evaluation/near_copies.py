"""Vectors that are much nearer to each other than vectors of their kind are."""

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from hourglass.errors import DataError
from hourglass.seeds import generator

#: Fewer distances do not tell what is usual.
LEAST_DISTANCES: Final = 20
# The part of the others that is searched for the nearest, and how much smaller the second is.
_SHARE: Final = 1 / 16
_THINNER: Final = 4
_DRAWS: Final = 8
_SEED: Final = 0
# From the median of a normal distribution to its quartiles, in standard deviations.
_QUARTILE: Final = 0.6744897501960817
# A tile of distances takes 32 MB.
_ROWS: Final = 1024
_COLUMNS: Final = 8192
# Of a squared distance that a matrix product gives, in parts of the largest squared length.
_ROUNDING: Final = 1e-5


def nearest_positions(
    vectors: NDArray[np.float32], groups: NDArray[np.int64] | None = None
) -> NDArray[np.int64]:
    """Return which other vector is nearest to each by Euclidean distance, shape (count,).

    All pairs are compared, a tile of them in memory at a time, by products of matrices in float32.

    Parameters
    ----------
    vectors
        Shape (count, numbers), two or more.
    groups
        A number for each, two or more different ones: the nearest in its own group does not count.
        By default each is its own group.
    """
    least = np.full(len(vectors), np.inf, np.float32)
    where = np.zeros(len(vectors), np.int64)
    for top, left, squares in _tiles(vectors, groups):
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


def distances_among(vectors: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the Euclidean distances of some vectors, shape (count, count), infinite to itself.

    Parameters
    ----------
    vectors
        Shape (count, numbers); the whole matrix is held.
    """
    rows = vectors.astype(np.float64)
    rows -= rows.mean(axis=0)
    squares = np.square(rows).sum(axis=1)
    products = squares[:, None] + squares - 2 * rows @ rows.T
    distances: NDArray[np.float64] = np.sqrt(np.maximum(products, 0))
    np.fill_diagonal(distances, np.inf)
    return distances


def unusually_near(
    distances: NDArray[np.float64], count: int, *, deviations: float = 4.0
) -> float | None:
    """Return the distance up to which two vectors are nearer than different ones ever are.

    What is usual is the distance of a vector to its nearest among *a sixteenth* of the others,
    drawn at random: a copy is rarely among them, even where every vector has one. A second, four
    times smaller part tells how that distance falls as more are compared, as a power of their
    number whose exponent is the inverse of the intrinsic dimension (Levina and Bickel 2004), and
    so what it is among all. Far below the usual means some standard deviations of the logarithm.
    They are taken from the lower quartile: nearest distances have a long tail below.

    Parameters
    ----------
    distances
        Of a random sample of vectors to each other, shape (sample, sample), infinite
        to itself. Known copies are best left out.
    count
        How many vectors there are in all.
    deviations
        How far below the usual distance; four lets 1 of 30,000 pass where logarithms are normal.

    Returns
    -------
    float | None
        ``None`` where fewer than ``LEAST_DISTANCES`` are above 0.
    """
    chance = generator(_SEED, "usual distance")
    usual = []
    for share in (_SHARE, _SHARE / _THINNER):
        parts = [np.empty(0)]
        for _ in range(_DRAWS):
            drawn = chance.random(distances.shape) < share
            parts.append(np.where(drawn, distances, np.inf).min(axis=1, initial=np.inf))
        nearest = np.concatenate(parts)
        usual.append(np.log(nearest[np.isfinite(nearest) & (nearest > 0)]))
    if len(usual[-1]) < LEAST_DISTANCES:
        return None
    median, of_fewer = (float(np.median(part)) for part in usual)
    exponent = max(of_fewer - median, 0.0) / np.log(_THINNER)
    among_all = median - exponent * np.log(max(count / (_SHARE * len(distances)), 1.0))
    deviation = (median - float(np.quantile(usual[0], 0.25))) / _QUARTILE
    return float(np.exp(among_all - deviations * deviation))


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


def _tiles(
    vectors: NDArray[np.float32], groups: NDArray[np.int64] | None = None
) -> Iterator[tuple[int, int, NDArray[np.float32]]]:
    """Yield tiles of squared distances with the place of their corner; each pair comes once.

    The distance to itself, or to any vector of its own group, is infinite there.
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
            if groups is None:
                own = np.arange(max(top, left), min(top + len(tile), left + tile.shape[1]))
                tile[own - top, own - left] = np.inf
            else:
                tile[groups[here, None] == groups[there]] = np.inf
            yield top, left, tile


def _largest_square(vectors: NDArray[np.float32]) -> float:
    return float(np.square(vectors - vectors.mean(axis=0)).sum(axis=1).max())
