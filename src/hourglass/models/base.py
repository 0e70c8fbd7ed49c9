"""What every model of images promises."""

import abc
from collections.abc import Mapping
from typing import Any, final

import keras
from keras import KerasTensor, ops

from hourglass.corruption import Corruption
from hourglass.losses import MeanSquaredError
from hourglass.models.architecture import read_architecture
from hourglass.records import Architecture


class ImageModel(keras.Model, abc.ABC):
    """Corrupt while training, rebuild, and give images in [0, 1].

    Parameters
    ----------
    corruption
        What images go through while training; ``None`` leaves them clean.
    reconstruction_loss
        How the reconstruction is compared with the *clean* image; by default the squared error.
    """

    def __init__(
        self,
        *,
        corruption: Corruption | None = None,
        reconstruction_loss: keras.losses.Loss | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.corruption = corruption
        self.reconstruction_loss = reconstruction_loss or MeanSquaredError()
        # The parts bring all their weights along; nothing waits for the first images.
        self.built = True

    @property
    @abc.abstractmethod
    def parts(self) -> Mapping[str, keras.Model]:
        """The networks inside, by name, in the order in which they compute."""

    @abc.abstractmethod
    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return what the networks make of the images that they see."""

    @final
    def call(self, images: KerasTensor, training: bool = False) -> KerasTensor:
        """Return the reconstruction of ``images`` (batch, height, width, channels)."""
        seen = images
        if self.corruption is not None:
            seen = self.corruption(images, training=training)
        reconstruction = self.rebuild(seen, training)
        # Training sees the networks' own output, because clipping would stop its gradient;
        # everyone else sees a valid image. Validation thus scores what users get.
        return reconstruction if training else ops.clip(reconstruction, 0.0, 1.0)

    @final
    def reconstruct(self, images: KerasTensor) -> KerasTensor:
        """Return the reconstruction of ``images``, same shape, in [0, 1]."""
        return self(images, training=False)

    @property
    def draws_in_training(self) -> bool:
        """Whether a step draws random numbers."""
        return self.corruption is not None

    def set_step(self, step: int) -> None:
        """Let the next call in training draw the chance that belongs to ``step``."""
        if self.corruption is not None:
            self.corruption.set_step(step)

    @final
    def architecture(self) -> Architecture:
        """Return the graph of layers."""
        return read_architecture(self.parts)

    @final
    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the images, which no model changes."""
        return input_shape
