"""Pixels that are lost."""

from typing import ClassVar, final

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.corruption.base import LeveledCorruption
from hourglass.errors import require_fraction


@final
@keras.saving.register_keras_serializable("hourglass")
class PixelDropout(LeveledCorruption):
    """Black out each pixel, all of its channels, with probability ``level``.

    The masking noise of Vincent et al. (2010, section 3.3).
    """

    kind: ClassVar[str] = "pixel-dropout"

    @staticmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is a fraction."""
        return require_fraction("pixel-dropout rate", level)

    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Return ``images`` with other pixels lost."""
        one_per_pixel = (*ops.shape(images)[:-1], 1)
        toss = keras.random.uniform(one_per_pixel, dtype=images.dtype, seed=draws)
        return images * ops.cast(toss >= level, images.dtype)

    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return ``images`` without the pixels that ``generator`` drops."""
        toss = generator.random((*images.shape[:-1], 1), dtype=np.float32)
        return images * (toss >= level)
