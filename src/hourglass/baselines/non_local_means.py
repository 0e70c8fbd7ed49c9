"""The mean of the pixels whose surroundings look alike."""

import math
from itertools import product
from typing import ClassVar, Final, Self, final

import numpy as np
from numpy.typing import NDArray
from skimage.restoration import denoise_nl_means

from hourglass.baselines.base import Baseline, Pairs, Shape
from hourglass.baselines.choice import chosen_on_validation

_NOISES: Final = (0.0, 0.05, 0.15, 0.25, 0.3, 0.4)
_TOLERANCES: Final = (0.05, 0.075, 0.1, 0.15, 0.2, 0.3)
# A search 7 pixels far takes twice the time and is hardly better on images of 28×28.
_PATCH_SIZE: Final = 5
_SEARCH_DISTANCE: Final = 5
# About half a minute; twice the 10,000 test images of 28×28.
_MOST_VALUES: Final = 16_000_000


@final
class NonLocalMeans(Baseline):
    """Average each pixel with those near it whose patches look alike.

    Buades, Coll and Morel (2005): a pixel weighs exp(−max(d² − 2 noise², 0) / tolerance²), where
    d² is the mean squared difference of the 5×5 patches around it and around the pixel to be
    rebuilt, at most 5 rows and columns apart. Noise and tolerance are those with the lowest error
    on validation.
    """

    method: ClassVar[str] = "non-local-means"
    label: ClassVar[str] = "non-local means"

    @property
    def detail(self) -> str:
        """The noise and the tolerance that were chosen."""
        return f"noise {self._noise:g}, tolerance {self._tolerance:g}, chosen on validation"

    def refusal(self, shape: Shape) -> str | None:
        """Refuse so many images that filtering them one by one would take minutes."""
        values = math.prod(shape)
        if values <= _MOST_VALUES:
            return None
        return (
            f"{values:,} values in all are more than the {_MOST_VALUES:,} that take half a minute"
        )

    def fit(self, training: Pairs, validation: Pairs) -> Self:
        """Choose noise and tolerance on validation; training pairs are not needed."""
        candidates = product(_NOISES, _TOLERANCES)
        self._noise, self._tolerance = chosen_on_validation(candidates, _filtered, validation)
        return self

    def reconstruct(self, seen: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the averaged images."""
        return _filtered(seen, (self._noise, self._tolerance))


def _filtered(
    images: NDArray[np.float32], noise_and_tolerance: tuple[float, float]
) -> NDArray[np.float32]:
    # Threads do not help: the library holds the interpreter while it computes.
    noise, tolerance = noise_and_tolerance
    rebuilt = np.empty_like(images)
    for image, averaged in zip(images, rebuilt, strict=True):
        filtered = denoise_nl_means(
            image,
            patch_size=_PATCH_SIZE,
            patch_distance=_SEARCH_DISTANCE,
            h=tolerance,
            sigma=noise,
            fast_mode=True,
            channel_axis=-1,
        )
        # A single channel comes back without its axis.
        np.clip(filtered.reshape(image.shape), 0.0, 1.0, out=averaged)
    return rebuilt
