"""How strong the noise of an image is, guessed from the image alone."""

import itertools
import warnings
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from skimage.restoration import estimate_sigma

# Nine blocks of this side are plenty for a median, and little memory for an image of any size.
_BLOCK: Final = 512
_BLOCKS: Final = 3


def estimate_noise_level(pixels: NDArray[Any], width: float | None = None) -> float:
    """Estimate the standard deviation of white Gaussian noise in an image.

    The median absolute value of the finest diagonal wavelet coefficients over 0.6745 (Donoho and
    Johnstone 1994, section 4.2), as scikit-image computes it, averaged over the channels; of a
    large image the median over nine blocks. Coefficients that are exactly zero are left out:
    they belong to flat regions. Noise that was clipped to [0, 1] is weaker than its factor
    (0.58 of it where the image is black), and the estimate is that of the noise that is there.

    Parameters
    ----------
    pixels
        Shape (height, width, channels), in the numbers of a file.
    width
        The distance from black to white in those numbers; by default that of unsigned integers,
        and 1 for floating point.

    Returns
    -------
    float
        In units of the distance from black to white; 0 for an image without any change.
    """
    if width is None:
        width = 1.0 if pixels.dtype.kind == "f" else float(np.iinfo(pixels.dtype).max)
    places = itertools.product(_places(pixels.shape[0]), _places(pixels.shape[1]))
    return float(np.median([_estimate(pixels[place], width) for place in places]))


def _places(size: int) -> list[slice]:
    """Return where blocks lie along an axis: all of it, or spread from end to end."""
    if size <= _BLOCK * _BLOCKS:
        return [slice(0, size)]
    starts = np.linspace(0, size - _BLOCK, _BLOCKS).astype(int)
    return [slice(start, start + _BLOCK) for start in starts]


def _estimate(block: NDArray[Any], width: float) -> float:
    with warnings.catch_warnings():
        # A block without any change leaves no coefficient, and the median of none is a warning;
        # an axis of up to four pixels is taken for one of channels that was forgotten.
        warnings.simplefilter("ignore")
        sigma = estimate_sigma(block / np.float32(width), average_sigmas=True, channel_axis=-1)
    return float(np.nan_to_num(sigma))
