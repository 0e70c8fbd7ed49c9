"""How strong a corruption is: the same for all images, or drawn for each."""

from collections.abc import Callable
from typing import NamedTuple, Self

import keras
import numpy as np
from keras import KerasTensor, ops
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError

Level = float | tuple[float, float]


class Levels(NamedTuple):
    """The lowest and the highest level, between which each image draws its own."""

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
        return keras.random.uniform(
            shape, self.lowest, self.highest, dtype=images.dtype, seed=draws
        )

    def freeze(self, count: int, generator: np.random.Generator) -> NDArray[np.float32]:
        """Return a level for each image, shape (count, 1, 1, 1); fixed ones draw nothing."""
        shape = (count, 1, 1, 1)
        if self.fixed:
            return np.full(shape, self.lowest, np.float32)
        return generator.uniform(self.lowest, self.highest, shape).astype(np.float32)
