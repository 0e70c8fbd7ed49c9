"""Codes that no image was encoded to: random ones, those between two, those of a plane."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm


class GaussianCodes(NamedTuple):
    """A Gaussian over codes.

    Attributes
    ----------
    mean
        Shape (numbers,).
    factor
        Shape (numbers, numbers); times its transpose it is the covariance.
    """

    mean: NDArray[np.float64]
    factor: NDArray[np.float64]

    def codes(self, normals: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return codes from standard normal draws, both of shape (count, numbers)."""
        return (self.mean + normals @ self.factor.T).astype(np.float32)


def standard_codes(numbers: int) -> GaussianCodes:
    """Return the standard normal over codes of so many numbers."""
    return GaussianCodes(np.zeros(numbers), np.eye(numbers))


def fit_codes(codes: NDArray[np.float32]) -> GaussianCodes:
    """Return the Gaussian with the mean and the covariance of codes.

    Parameters
    ----------
    codes
        Shape (count, ...), the numbers of each code in any arrangement.
    """
    rows = codes.reshape(len(codes), -1).astype(np.float64)
    covariance = np.cov(rows, rowvar=False, bias=True).reshape(rows.shape[1], rows.shape[1])
    # A unit that is dead has no variance, which a Cholesky factor would refuse.
    values, vectors = np.linalg.eigh(covariance)
    return GaussianCodes(rows.mean(axis=0), vectors * np.sqrt(np.maximum(values, 0.0)))


def interpolate(
    first: NDArray[np.float32], last: NDArray[np.float32], steps: int
) -> NDArray[np.float32]:
    """Return arrays on the straight line between two, both ends included.

    Parameters
    ----------
    first, last
        One shape.
    steps
        How many, 2 or more.

    Returns
    -------
    NDArray[np.float32]
        Shape (steps, ...).
    """
    shares = np.linspace(0.0, 1.0, steps).reshape(steps, *[1] * first.ndim)
    return ((1.0 - shares) * first + shares * last).astype(np.float32)


def normal_quantiles(count: int) -> NDArray[np.float64]:
    """Return the quantiles of the standard normal that cut it into parts of equal probability.

    Each lies in the middle of its part, so that none is infinite.
    """
    return np.asarray(norm.ppf((np.arange(count) + 0.5) / count))


def plane_codes(
    horizontal: NDArray[np.float64], vertical: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Return codes of two numbers on a grid, row by row, the highest vertical number first.

    Returns
    -------
    NDArray[np.float32]
        Shape (rows × columns, 2).
    """
    first, second = np.meshgrid(horizontal, vertical[::-1])
    return np.stack([first, second], axis=-1).reshape(-1, 2).astype(np.float32)
