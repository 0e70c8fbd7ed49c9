"""Errors told apart by how fine the structure is that they are about."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

RINGS: Final = 8
_ROWS_AT_A_TIME: Final = 1000
# The corners of the frequency plane, cycles per pixel.
_HIGHEST: Final = 0.5 * np.sqrt(2.0)


def error_by_frequency(
    clean: NDArray[np.float32], reconstruction: NDArray[np.float32], rings: int = RINGS
) -> NDArray[np.float64]:
    """Return the mean squared error by spatial frequency.

    The power of the difference's Fourier transform, summed over rings of equal width between 0
    and √½ cycles per pixel. By Parseval's theorem the rings add up to the mean squared error:
    Σ|D|² / (height · width)² = mean of d².

    Parameters
    ----------
    clean, reconstruction
        Shape (count, height, width, channels), in [0, 1].
    rings
        How many rings to tell apart.

    Returns
    -------
    NDArray[np.float64]
        Shape (rings,), from the coarsest structure to the finest.
    """
    count, height, width, channels = clean.shape
    vertical, horizontal = np.fft.fftfreq(height), np.fft.fftfreq(width)
    radius = np.hypot(vertical[:, None], horizontal[None, :])
    ring = np.minimum((radius / _HIGHEST * rings).astype(int), rings - 1)
    power = np.zeros((height, width))
    for start in range(0, count, _ROWS_AT_A_TIME):
        rows = slice(start, start + _ROWS_AT_A_TIME)
        spectrum = np.fft.fft2(clean[rows] - reconstruction[rows], axes=(1, 2))
        power += np.square(np.abs(spectrum)).sum(axis=(0, 3))
    power /= count * channels * (height * width) ** 2
    sums: NDArray[np.float64] = np.bincount(ring.ravel(), power.ravel(), rings).astype(np.float64)
    return sums
