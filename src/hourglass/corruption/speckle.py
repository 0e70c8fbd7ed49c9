"""Noise that grows with the light, as in radar and ultrasound images."""

from typing import ClassVar, final

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.corruption.base import LeveledCorruption
from hourglass.errors import require_not_negative


@final
@keras.saving.register_keras_serializable("hourglass")
class Speckle(LeveledCorruption):
    """Multiply every value by 1 + level · ε, ε ~ N(0, 1), and clip to [0, 1].

    The normal approximation of multiplicative speckle (Goodman 1976) for many looks; a black
    pixel stays black.
    """

    kind: ClassVar[str] = "speckle"

    @staticmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is zero or more."""
        return require_not_negative("speckle level", level)

    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Return ``images`` with fresh speckle."""
        noise = keras.random.normal(ops.shape(images), dtype=images.dtype, seed=draws)
        return ops.clip(images * (1.0 + level * noise), 0.0, 1.0)

    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return ``images`` with speckle from ``generator``."""
        noisy = generator.standard_normal(images.shape, dtype=np.float32)
        noisy *= level
        noisy += 1.0
        noisy *= images
        return np.clip(noisy, 0.0, 1.0, out=noisy)
