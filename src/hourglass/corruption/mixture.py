"""Several corruptions, one after the other."""

from collections.abc import Sequence
from typing import Any, ClassVar, Self, final

import keras
import numpy as np
from keras import KerasTensor
from numpy.typing import NDArray

from hourglass.corruption.base import Corruption


@final
@keras.saving.register_keras_serializable("hourglass")
class Mixture(Corruption):
    """Corrupt images by several corruptions in the order in which they are given.

    Parameters
    ----------
    parts
        The corruptions; each keeps the seed it was made with.
    """

    kind: ClassVar[str] = "mixture"

    def __init__(self, parts: Sequence[Corruption], *, seed: int = 0, **kwargs: Any) -> None:
        super().__init__(seed=seed, **kwargs)
        self.parts = list(parts)

    @property
    def words(self) -> str:
        """The corruptions as users write them: ``gaussian:0.1+blur:1``."""
        return "+".join(part.words for part in self.parts)

    def corrupt(self, images: KerasTensor) -> KerasTensor:
        """Return ``images`` after all corruptions."""
        for part in self.parts:
            images = part.corrupt(images)
        return images

    def corrupt_for(self, images: KerasTensor, step: KerasTensor) -> KerasTensor:
        """Return what ``corrupt`` gives at ``step``, whatever was drawn before."""
        for part in self.parts:
            images = part.corrupt_for(images, step)
        return images

    def freeze(
        self, images: NDArray[np.float32], generator: np.random.Generator
    ) -> NDArray[np.float32]:
        """Return ``images`` after all corruptions, one generator for all of them."""
        for part in self.parts:
            images = part.freeze(images, generator)
        return images

    def set_step(self, step: int) -> None:
        """Let the next call in training draw the noise that belongs to ``step``."""
        for part in self.parts:
            part.set_step(step)

    def get_config(self) -> dict[str, Any]:
        """Return what Keras needs to build this layer again."""
        parts = [keras.saving.serialize_keras_object(part) for part in self.parts]
        return {**super().get_config(), "parts": parts, "seed": self.seed}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the layer that ``get_config`` described."""
        parts = map(keras.saving.deserialize_keras_object, config.pop("parts"))
        return cls(list(parts), **config)
