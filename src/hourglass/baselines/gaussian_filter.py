"""A blur: the weighted mean of each pixel's neighborhood."""

from typing import ClassVar, Final, Self, final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hourglass.baselines.base import Baseline, Pairs
from hourglass.baselines.choice import chosen_on_validation

_WIDTHS: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.2, 1.5, 2.0)


@final
class GaussianFilter(Baseline):
    """Convolve each image with a Gaussian (Gonzalez and Woods 2018, section 3.5).

    The Gaussian's standard deviation, 0.3 to 2 pixels, is the one with the lowest error on
    validation.
    """

    method: ClassVar[str] = "gaussian-filter"
    label: ClassVar[str] = "Gaussian filter"

    @property
    def detail(self) -> str:
        """The width that was chosen."""
        return f"standard deviation {self._width:g} pixels, chosen on validation"

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Choose the width on validation; training pairs are not needed."""
        self._width = chosen_on_validation(_WIDTHS, _filtered, validation)
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the filtered images."""
        return _filtered(seen, self._width)


def _filtered(images: NDArray[np.float32], width: float) -> NDArray[np.float32]:
    # One call over all images: a width of 0 along count and channels keeps them apart.
    filtered = ndimage.gaussian_filter(images, sigma=(0, width, width, 0), mode="reflect")
    # A weighted mean stays in [0, 1] but for the last bit of its rounding.
    clipped: NDArray[np.float32] = np.clip(filtered, 0.0, 1.0)
    return clipped
