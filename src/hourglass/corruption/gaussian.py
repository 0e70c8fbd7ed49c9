"""Additive white Gaussian noise, clipped to what a file can hold."""

from typing import Any, ClassVar, Self, final

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from hourglass.corruption.base import Corruption
from hourglass.errors import require_not_negative


@final
@keras.saving.register_keras_serializable("hourglass")
class GaussianNoise(Corruption):
    """Add normal noise to every value and clip to [0, 1].

    noisy = clip(clean + noise_factor · ε, 0, 1), ε ~ N(0, 1): the corruption of the denoising
    autoencoder's best-known examples (Vincent et al. 2010, section 3.3, with clipping). Clipping
    biases the noise: a black pixel's mean is noise_factor / √(2π), not 0.

    Parameters
    ----------
    noise_factor
        Standard deviation of the noise before clipping, on the scale of pixels in [0, 1].
    seed
        Where the noise starts from.

    Raises
    ------
    ConfigurationError
        If the noise factor is negative or not finite.
    """

    kind: ClassVar[str] = "gaussian"

    def __init__(self, noise_factor: float = 0.2, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.noise_factor = require_not_negative("noise factor", noise_factor)

    @property
    def level(self) -> float:
        """The noise factor."""
        return self.noise_factor

    @classmethod
    def from_level(cls, level: float, *, seed: int = 0) -> Self:
        """Return Gaussian noise with ``level`` as its noise factor."""
        return cls(level, seed=seed)

    def corrupt(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """Return ``images`` with fresh noise."""
        noise = keras.random.normal(ops.shape(images), dtype=images.dtype, seed=self.draws)
        return ops.clip(images + self.noise_factor * noise, 0.0, 1.0)

    def freeze(
        self, images: NDArray[np.float32], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return ``images`` with noise from ``generator``."""
        noisy = generator.standard_normal(images.shape, dtype=np.float32)
        noisy *= np.float32(self.noise_factor)
        noisy += images
        return np.clip(noisy, 0.0, 1.0, out=noisy)
