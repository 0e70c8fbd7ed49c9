"""What every corruption promises."""

import abc
from typing import Any, ClassVar, Self, final

import keras
import numpy as np
from keras import KerasTensor
from numpy.typing import NDArray

from hourglass.corruption.draws import StepDraws
from hourglass.corruption.level import Level, Levels


class Corruption(keras.layers.Layer, abc.ABC):
    """Corrupt images while training; pass them through otherwise.

    Noise is a pure function of the seed and the step: each call in training makes the same number
    of draws, and ``set_step`` puts the counter where a step expects it.

    Parameters
    ----------
    seed
        Where the noise of this layer starts from.
    """

    kind: ClassVar[str]

    def __init__(self, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        # There is nothing to build: a corruption has no weights.
        self.built = True

    @property
    @abc.abstractmethod
    def words(self) -> str:
        """The corruption as users write it, such as ``gaussian:0.2``."""

    @abc.abstractmethod
    def corrupt(self, images: KerasTensor) -> KerasTensor:
        """Return a corrupted copy of ``images`` (batch, height, width, channels) in [0, 1]."""

    @abc.abstractmethod
    def corrupt_for(self, images: KerasTensor, step: KerasTensor) -> KerasTensor:
        """Return what ``corrupt`` gives at ``step``, whatever was drawn before.

        Nothing is kept, so a feed can corrupt ahead of the network.

        Parameters
        ----------
        images
            Shape (batch, height, width, channels), in [0, 1].
        step
            An integer scalar.
        """

    @abc.abstractmethod
    def freeze(
        self, images: NDArray[np.float32], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return a corrupted copy of ``images``, equal on every backend.

        Parameters
        ----------
        images
            Shape (count, height, width, channels), in [0, 1].
        generator
            Where the noise comes from.

        Returns
        -------
        NDArray[np.float32]
            Same shape and range, distributed as ``corrupt`` gives it.
        """

    @abc.abstractmethod
    def set_step(self, step: int) -> None:
        """Let the next call in training draw the noise that belongs to ``step``."""

    @final
    def call(self, images: KerasTensor, training: bool = False) -> KerasTensor:
        """Return corrupted images in training, and the images themselves otherwise."""
        # Validation never relies on this: it gets pairs from `freeze`.
        return self.corrupt(images) if training else images

    @final
    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the images, which no corruption changes."""
        return input_shape


class LeveledCorruption(Corruption):
    """A corruption with one level, or a range of levels from which each image draws its own.

    Parameters
    ----------
    level
        How strong the corruption is, on the scale of its kind: a number, or the lowest and the
        highest.
    seed
        Where levels and noise start from.

    Raises
    ------
    ConfigurationError
        If a level is not one that the kind takes, or the lowest is above the highest.
    """

    #: Random tensors that one call of ``corrupt_at`` draws.
    draws_of_noise: ClassVar[int] = 1

    def __init__(self, level: Level, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.levels = Levels.checked(level, self.require_level)
        self.draws = keras.random.SeedGenerator(seed)

    @staticmethod
    @abc.abstractmethod
    def require_level(level: float) -> float:
        """Return ``level`` if it is one that this kind takes.

        Raises
        ------
        ConfigurationError
            If it is not.
        """

    @abc.abstractmethod
    def corrupt_at(
        self, images: KerasTensor, level: KerasTensor, draws: keras.random.SeedGenerator
    ) -> KerasTensor:
        """Corrupt ``images`` in the graph, each at its ``level`` of shape (batch, 1, 1, 1).

        Every random tensor takes its seed from ``draws``.
        """

    @abc.abstractmethod
    def freeze_at(
        self,
        images: NDArray[np.float32],
        level: NDArray[np.float32],
        generator: np.random.Generator,
    ) -> NDArray[np.float32]:
        """Corrupt ``images`` in NumPy, each at its ``level`` of shape (count, 1, 1, 1)."""

    @final
    @property
    def words(self) -> str:
        """The corruption as users write it, such as ``gaussian:0.2``."""
        return f"{self.kind}:{self.levels.words}"

    @final
    def corrupt(self, images: KerasTensor) -> KerasTensor:
        """Return a corrupted copy of ``images`` (batch, height, width, channels) in [0, 1]."""
        return self._corrupt_by(images, self.draws)

    @final
    def corrupt_for(self, images: KerasTensor, step: KerasTensor) -> KerasTensor:
        """Return what ``corrupt`` gives at ``step``, whatever was drawn before."""
        return self._corrupt_by(images, StepDraws(self.seed, self._draws_before(step)))

    @final
    def freeze(
        self, images: NDArray[np.float32], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return a corrupted copy of ``images``, levels and noise drawn from ``generator``."""
        return self.freeze_at(images, self.levels.freeze(len(images), generator), generator)

    @final
    def set_step(self, step: int) -> None:
        """Let the next call in training draw the levels and noise that belong to ``step``."""
        self.draws.state.assign(np.array([self.seed, self._draws_before(step)], dtype="uint32"))

    @final
    def get_config(self) -> dict[str, Any]:
        """Return what Keras needs to build this layer again."""
        return {**super().get_config(), "level": self.levels.value, "seed": self.seed}

    @final
    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the layer that ``get_config`` described."""
        level = config.pop("level")
        return cls(tuple(level) if isinstance(level, list | tuple) else level, **config)

    def _corrupt_by(self, images: KerasTensor, draws: keras.random.SeedGenerator) -> KerasTensor:
        return self.corrupt_at(images, self.levels.draw(images, draws), draws)

    def _draws_before(self, step: Any) -> Any:
        return step * (self.draws_of_noise + (not self.levels.fixed))
