"""Several losses at once, each with a weight."""

from collections.abc import Sequence
from typing import Any, Self, final

import keras
from keras import KerasTensor


@final
@keras.saving.register_keras_serializable("hourglass")
class WeightedLosses(keras.losses.Loss):
    """The weighted sum of several losses.

    Parameters
    ----------
    parts
        Pairs of a weight and a loss whose ``call`` gives one number an image.
    """

    def __init__(self, parts: Sequence[tuple[float, keras.losses.Loss]], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.parts = tuple(parts)

    def call(self, y_true: KerasTensor, y_pred: KerasTensor) -> KerasTensor:
        """Return the weighted sum of each image."""
        return sum(weight * part.call(y_true, y_pred) for weight, part in self.parts)

    def get_config(self) -> dict[str, Any]:
        """Return what Keras needs to build this loss again."""
        serialize = keras.saving.serialize_keras_object
        parts = [(weight, serialize(part)) for weight, part in self.parts]
        return {**super().get_config(), "parts": parts}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Build the loss that ``get_config`` described."""
        build = keras.saving.deserialize_keras_object
        parts = [(weight, build(part)) for weight, part in config.pop("parts")]
        return cls(parts, **config)
