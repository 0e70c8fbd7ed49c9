"""How strong a corruption is: the same for all images, or drawn for each."""

from collections.abc import Callable
from typing import Final, NamedTuple, Self

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError

Level = float | tuple[float, float]
_EXPONENT: Final = 3


class Levels(NamedTuple):
    """The lowest and the highest level, between which each image draws its own.

    Low levels are drawn more often: lowest + (highest − lowest) · u³ with u uniform in [0, 1].
    Errors at high levels are so much larger that with an even draw a blind denoiser learns little
    of the low ones (docs/decisions/007-levels-of-a-range.md).
    """

    lowest: float
    highest: float

    @classmethod
    def checked(cls, level: Level, require: Callable[[float], float]) -> Self:
        """Return the levels that ``level`` stands for, each checked by ``require``.

        Raises
        ------
        ConfigurationError
            If one is not taken, or the lowest is above the highest.
        """
        lowest, highest = level if isinstance(level, tuple) else (level, level)
        if lowest > highest:
            raise ConfigurationError(
                f"A range of levels goes from low to high; {lowest:g}..{highest:g} was given."
            )
        return cls(require(lowest), require(highest))

    @property
    def fixed(self) -> bool:
        """Whether all images have the same level."""
        return self.lowest == self.highest

    @property
    def words(self) -> str:
        """The levels as users write them: ``0.2``, or ``0.05..0.5``."""
        return f"{self.lowest:g}" if self.fixed else f"{self.lowest:g}..{self.highest:g}"

    @property
    def value(self) -> Level:
        """The levels as a corruption takes them."""
        return self.lowest if self.fixed else (self.lowest, self.highest)

    def draw(self, images: KerasTensor, draws: keras.random.SeedGenerator) -> KerasTensor:
        """Return a level for each image, shape (batch, 1, 1, 1); fixed ones draw nothing."""
        shape = (ops.shape(images)[0], 1, 1, 1)
        if self.fixed:
            return ops.full(shape, self.lowest, dtype=images.dtype)
        share = ops.power(keras.random.uniform(shape, dtype=images.dtype, seed=draws), _EXPONENT)
        return self.lowest + (self.highest - self.lowest) * share

    def freeze(self, count: int, generator: np.random.Generator) -> NDArray[np.float32]:
        """Return a level for each image, shape (count, 1, 1, 1); fixed ones draw nothing."""
        shape = (count, 1, 1, 1)
        if self.fixed:
            return np.full(shape, self.lowest, np.float32)
        share = generator.random(shape) ** _EXPONENT
        return (self.lowest + (self.highest - self.lowest) * share).astype(np.float32)
