"""A lens out of focus."""

import math
from typing import ClassVar, Final, final

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray
from scipy import ndimage

from hourglass.corruption.base import LeveledCorruption
from hourglass.errors import require_not_negative

_REACH: Final = 3.0
# Far below a pixel: the kernel is one point, and nothing is divided by zero.
_LEAST_WIDTH: Final = 1e-2


@final
@keras.saving.register_keras_serializable("hourglass")
class GaussianBlur(LeveledCorruption):
    """Average each pixel with its neighbors, weighted by a Gaussian of ``level`` pixels' width.

    The kernel is cut off at three times the highest level; beyond the border the last row and
    column go on.
    """

    kind: ClassVar[str] = "blur"
    draws_of_noise: ClassVar[int] = 0

    @staticmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is zero or more."""
        return require_not_negative("blur width", level)

    @property
    def radius(self) -> int:
        """Pixels that the kernel reaches to each side."""
        return math.ceil(_REACH * self.levels.highest)

    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Return blurred ``images``, rows and columns one after the other."""
        offsets = range(-self.radius, self.radius + 1)
        width = ops.maximum(level, _LEAST_WIDTH)
        weights = [ops.exp(-0.5 * ops.square(offset / width)) for offset in offsets]
        total = sum(weights)
        for axis in (1, 2):
            shifted = (_shifted(images, offset, axis) for offset in offsets)
            images = sum(weight * image for weight, image in zip(weights, shifted, strict=True))
            images = images / total
        return ops.clip(images, 0.0, 1.0)

    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return blurred ``images``."""
        blurred = [
            ndimage.gaussian_filter(
                image, max(width, _LEAST_WIDTH), axes=(0, 1), mode="nearest", radius=self.radius
            )
            for image, width in zip(images, level.ravel(), strict=True)
        ]
        return np.clip(np.stack(blurred), 0.0, 1.0)


def _shifted(images: KerasTensor, offset: int, axis: int) -> KerasTensor:
    """Return ``images`` moved by ``offset`` along ``axis``, the edge repeated."""
    size = ops.shape(images)[axis]
    return ops.take(images, ops.clip(ops.arange(size) + offset, 0, size - 1), axis=axis)
