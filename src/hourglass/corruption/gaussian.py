"""Additive white Gaussian noise, clipped to what a file can hold."""

from typing import ClassVar, final

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.corruption.base import LeveledCorruption
from hourglass.errors import require_not_negative


@final
@keras.saving.register_keras_serializable("hourglass")
class GaussianNoise(LeveledCorruption):
    """Add normal noise to every value and clip to [0, 1].

    noisy = clip(clean + level · ε, 0, 1), ε ~ N(0, 1): the corruption of the denoising
    autoencoder's best-known examples (Vincent et al. 2010, section 3.3, with clipping). The level
    is the noise factor: the standard deviation before clipping. Clipping biases the noise: a
    black pixel's mean is level / √(2π), not 0.
    """

    kind: ClassVar[str] = "gaussian"

    @staticmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is zero or more."""
        return require_not_negative("noise factor", level)

    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Return ``images`` with fresh noise."""
        noise = keras.random.normal(ops.shape(images), dtype=images.dtype, seed=draws)
        return ops.clip(images + level * noise, 0.0, 1.0)

    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return ``images`` with noise from ``generator``."""
        noisy = generator.standard_normal(images.shape, dtype=np.float32)
        noisy *= level
        noisy += images
        return np.clip(noisy, 0.0, 1.0, out=noisy)
