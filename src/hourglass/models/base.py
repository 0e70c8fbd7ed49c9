"""What every model that rebuilds images promises."""

import abc
from typing import Any, final

import keras
from keras import KerasTensor, ops

from hourglass.corruption import Corruption
from hourglass.losses import MeanSquaredError
from hourglass.models.trainable import Trainable


class ImageModel(Trainable, abc.ABC):
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
        super().__init__(corruption=corruption, **kwargs)
        self.reconstruction_loss = reconstruction_loss or MeanSquaredError()

    @final
    @property
    def training_loss(self) -> keras.losses.Loss:
        """How the reconstruction is compared with the clean image."""
        return self.reconstruction_loss

    @abc.abstractmethod
    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return what the networks make of the images that they see."""

    @final
    def call(self, images: KerasTensor, training: bool = False) -> KerasTensor:
        """Return the reconstruction of ``images`` (batch, height, width, channels)."""
        reconstruction = self.rebuild(self.see(images, training), training)
        # Training sees the networks' own output, because clipping would stop its gradient;
        # everyone else sees a valid image. Validation thus scores what users get.
        return reconstruction if training else ops.clip(reconstruction, 0.0, 1.0)

    @final
    def reconstruct(self, images: KerasTensor) -> KerasTensor:
        """Return the reconstruction of ``images``, same shape, in [0, 1]."""
        return self(images, training=False)

    @final
    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the images, which no model changes."""
        return input_shape
