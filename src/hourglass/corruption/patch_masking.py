"""Whole patches that are hidden."""

from typing import Any, ClassVar, Final, final

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.corruption.base import LeveledCorruption
from hourglass.errors import require_fraction

_SIDE: Final = 4


@final
@keras.saving.register_keras_serializable("hourglass")
class PatchMasking(LeveledCorruption):
    """Black out each patch of 4×4 pixels with probability ``level``.

    The task of masked autoencoders (He et al. 2022), with black for a hidden patch in place of a
    learned token, so that every network can be trained on it.
    """

    kind: ClassVar[str] = "masking"

    @staticmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is a fraction."""
        return require_fraction("masking rate", level)

    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Return ``images`` with other patches hidden."""
        count, height, width, _ = ops.shape(images)
        one_per_patch = (count, *_patches(height, width), 1)
        toss = keras.random.uniform(one_per_patch, dtype=images.dtype, seed=draws)
        toss = ops.repeat(ops.repeat(toss, _SIDE, axis=1), _SIDE, axis=2)
        return images * ops.cast(toss[:, :height, :width] >= level, images.dtype)

    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return ``images`` without the patches that ``generator`` hides."""
        count, height, width, _ = images.shape
        toss = generator.random((count, *_patches(height, width), 1), dtype=np.float32)
        toss = toss.repeat(_SIDE, axis=1).repeat(_SIDE, axis=2)
        return images * (toss[:, :height, :width] >= level)


def _patches(height: Any, width: Any) -> tuple[Any, Any]:
    """Return how many patches cover an image; sizes may be tensors."""
    return -(-height // _SIDE), -(-width // _SIDE)
