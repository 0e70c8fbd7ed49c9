"""How near a reconstruction is to the clean image, as numbers."""

from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from skimage import metrics

# Keeps the PSNR of a perfect reconstruction finite, at 100 dB.
_LEAST_ERROR: Final = 1e-10
_WINDOW: Final = 7

Value = TypeVar("Value", float, NDArray[np.float64])


def mean_squared_errors(
    clean: NDArray[np.float32], reconstruction: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the mean squared error per pixel of each image.

    Parameters
    ----------
    clean, reconstruction
        Shape (count, height, width, channels), in [0, 1].

    Returns
    -------
    NDArray[np.float64]
        Shape (count,).
    """
    squares = np.square(clean - reconstruction)
    errors: NDArray[np.float64] = squares.mean(axis=(1, 2, 3), dtype=np.float64)
    return errors


def peak_signal_to_noise(error: Value) -> Value:
    """Return the PSNR in dB of a mean squared error of pixels in [0, 1]: −10 log10(error).

    An error below 10⁻¹⁰ counts as 10⁻¹⁰.
    """
    decibels: Value = -10.0 * np.log10(np.maximum(error, _LEAST_ERROR))
    return decibels


def structural_similarity(
    clean: NDArray[np.float32], reconstruction: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the structural similarity of each image (Wang et al. 2004, equation 13).

    Uniform windows of 7×7 pixels that lie wholly inside the image, averaged over windows and
    channels, as scikit-image computes it.

    Parameters
    ----------
    clean, reconstruction
        Shape (count, height, width, channels), in [0, 1]. Where height or width is below 7, the
        window is the largest odd one that fits.

    Returns
    -------
    NDArray[np.float64]
        Shape (count,), 1 at best.
    """
    height, width = clean.shape[1:3]
    window = min(_WINDOW, height - 1 + height % 2, width - 1 + width % 2)
    return np.array(
        [
            metrics.structural_similarity(*pair, win_size=window, data_range=1.0, channel_axis=-1)
            for pair in zip(clean, reconstruction, strict=True)
        ],
        dtype=np.float64,
    )
