"""Values that are lost to black or to white."""

from typing import ClassVar, final

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.corruption.base import LeveledCorruption
from hourglass.errors import require_fraction


@final
@keras.saving.register_keras_serializable("hourglass")
class SaltAndPepper(LeveledCorruption):
    """Set each value with probability level / 2 to 0 and with level / 2 to 1.

    Impulse noise (Gonzalez and Woods 2008, section 5.2.2); channels of a pixel are hit on their
    own.
    """

    kind: ClassVar[str] = "salt-and-pepper"

    @staticmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is a fraction."""
        return require_fraction("salt-and-pepper amount", level)

    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Return ``images`` with fresh impulses."""
        toss = keras.random.uniform(ops.shape(images), dtype=images.dtype, seed=draws)
        peppered = ops.where(toss < level / 2.0, 0.0, images)
        return ops.where(toss >= 1.0 - level / 2.0, 1.0, peppered)

    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Return ``images`` with impulses from ``generator``."""
        toss = generator.random(images.shape, dtype=np.float32)
        noisy = np.where(toss < level / 2.0, np.float32(0.0), images)
        noisy[toss >= 1.0 - level / 2.0] = 1.0
        return noisy
