"""Noise of counted photons."""

import math
from typing import ClassVar, Final, final

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.corruption.base import LeveledCorruption
from hourglass.errors import require_positive

# Trials for each expected photon: the variance of the binomial stays within 0.5 % of Poisson's.
_TRIALS: Final = 200


@final
@keras.saving.register_keras_serializable("hourglass")
class PoissonNoise(LeveledCorruption):
    """Count photons: noisy = clip(Poisson(level · clean) / level, 0, 1).

    The level is the peak, the photons that a white pixel expects: the *lower*, the noisier. Keras
    draws no Poisson numbers, so the graph draws binomial ones of many unlikely trials, Poisson's
    law of rare events: mean level · clean, variance at least 0.995 of it.
    """

    kind: ClassVar[str] = "poisson"

    @staticmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is above zero."""
        return require_positive("poisson peak", level)

    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Return ``images`` with photons counted afresh."""
        trials = math.ceil(_TRIALS * self.levels.highest)
        photons = keras.random.binomial(
            ops.shape(images),
            counts=ops.cast(trials, images.dtype),
            probabilities=images * level / trials,
            dtype=images.dtype,
            seed=draws,
        )
        return ops.clip(photons / level, 0.0, 1.0)

    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return ``images`` with photons counted by ``generator``."""
        photons = generator.poisson(images * level).astype(np.float32)
        return np.clip(photons / level, 0.0, 1.0)
