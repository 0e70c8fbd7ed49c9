"""What every corruption promises."""

import abc
from typing import Any, ClassVar, Self, final

import keras
import numpy as np
from numpy.typing import NDArray


class Corruption(keras.layers.Layer, abc.ABC):
    """Corrupt images while training; pass them through otherwise.

    Noise is a pure function of the seed and the step: each call in training draws once and moves
    a counter on by one, and ``set_step`` puts the counter where a step expects it.

    Parameters
    ----------
    seed
        Where the noise of this layer starts from.
    """

    kind: ClassVar[str]

    def __init__(self, *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seed = seed
        self.draws = keras.random.SeedGenerator(seed)

    @property
    @abc.abstractmethod
    def level(self) -> float:
        """How strong the corruption is, on the scale of its own kind."""

    @abc.abstractmethod
    def corrupt(self, images: keras.KerasTensor) -> keras.KerasTensor:
        """Return a corrupted copy of ``images`` (batch, height, width, channels) in [0, 1]."""

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

    @classmethod
    @abc.abstractmethod
    def from_level(cls, level: float, *, seed: int = 0) -> Self:
        """Return this kind of corruption at a level."""

    @final
    def call(self, images: keras.KerasTensor, training: bool = False) -> keras.KerasTensor:
        """Return corrupted images in training, and the images themselves otherwise."""
        # Validation never relies on this: it gets pairs from `freeze`.
        return self.corrupt(images) if training else images

    @final
    def set_step(self, step: int) -> None:
        """Let the next call in training draw the noise that belongs to ``step``."""
        self.draws.state.assign(np.array([self.seed, step], dtype="uint32"))

    @final
    @property
    def words(self) -> str:
        """The corruption as users write it, such as ``gaussian:0.2``."""
        return f"{self.kind}:{self.level:g}"

    @final
    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the images, which no corruption changes."""
        return input_shape

    @final
    def get_config(self) -> dict[str, Any]:
        """Return what Keras needs to build this layer again."""
        return {**super().get_config(), "level": self.level, "seed": self.seed}

    @final
    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the layer that ``get_config`` described."""
        return cls.from_level(config["level"], seed=config["seed"])
