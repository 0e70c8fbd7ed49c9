"""The median of each pixel's neighborhood."""

from typing import ClassVar, Final, Self, final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from hourglass.baselines.base import Baseline, Pairs
from hourglass.baselines.choice import chosen_on_validation

_WINDOWS: Final = (3, 5, 7)


@final
class MedianFilter(Baseline):
    """Replace each value by the median of a square window around it (Tukey 1977).

    The window's side is the one of 3, 5 and 7 pixels with the lowest error on validation.
    """

    method: ClassVar[str] = "median"
    label: ClassVar[str] = "median filter"

    @property
    def detail(self) -> str:
        """The window that was chosen."""
        return f"{self._window}×{self._window} window, chosen on validation"

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Choose the window on validation; training pairs are not needed."""
        self._window = chosen_on_validation(_WINDOWS, _filtered, validation)
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the filtered images."""
        return _filtered(seen, self._window)


def _filtered(images: NDArray[np.float32], window: int) -> NDArray[np.float32]:
    # One call over all images: a window of 1 along count and channels keeps them apart.
    size = (1, window, window, 1)
    filtered: NDArray[np.float32] = ndimage.median_filter(images, size=size, mode="reflect")
    return filtered
