"""The image without its small wavelet coefficients."""

from functools import partial
from typing import ClassVar, Final, Self, final

import numpy as np
import pywt
from numpy.typing import NDArray

from hourglass.baselines.base import Baseline, Pairs
from hourglass.baselines.choice import chosen_on_validation
from hourglass.baselines.slices import filtered_in_slices

_THRESHOLDS: Final = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0, 1.4)
# Measured on MNIST and Fashion-MNIST: neither one nor three levels, longer wavelets (db2, sym4),
# soft thresholds nor BayesShrink (Chang, Yu and Vetterli 2000) are better at most noise levels.
_WAVELET: Final = "haar"
_LEVELS: Final = 2


@final
class WaveletShrinkage(Baseline):
    """Set wavelet coefficients below a threshold to zero (Donoho and Johnstone 1994).

    The Haar transform is undecimated, which gives the mean over all shifts of the image (cycle
    spinning, Coifman and Donoho 1995). The threshold is the one with the lowest error on
    validation.
    """

    method: ClassVar[str] = "wavelet"
    label: ClassVar[str] = "wavelet shrinkage"

    @property
    def detail(self) -> str:
        """The threshold that was chosen."""
        return f"threshold {self._threshold:g}, chosen on validation"

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Choose the threshold on validation; training pairs are not needed."""
        self._threshold = chosen_on_validation(_THRESHOLDS, _filtered, validation)
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the images of their large coefficients."""
        return _filtered(seen, self._threshold)


def _filtered(images: NDArray[np.float32], threshold: float) -> NDArray[np.float32]:
    return filtered_in_slices(images, partial(_shrunk, threshold=threshold))


def _shrunk(images: NDArray[np.float32], threshold: float) -> NDArray[np.float32]:
    height, width = images.shape[1:3]
    coarse, *details = pywt.swt2(
        _padded(images), _WAVELET, level=_LEVELS, axes=(1, 2), trim_approx=True
    )
    kept = [
        tuple(pywt.threshold(band, threshold, mode="hard") for band in bands) for bands in details
    ]
    rebuilt: NDArray[np.float32] = pywt.iswt2([coarse, *kept], _WAVELET, axes=(1, 2))
    return rebuilt[:, :height, :width]


def _padded(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Mirror the last rows and columns until the transform can halve both sides at each level."""
    height, width = images.shape[1:3]
    multiple = 2**_LEVELS
    return np.pad(
        images, ((0, 0), (0, -height % multiple), (0, -width % multiple), (0, 0)), mode="symmetric"
    )
