"""What every model with a code promises."""

import math
from abc import ABC
from collections.abc import Mapping
from typing import Any, final

import keras
from keras import KerasTensor, ops

from hourglass.models.base import ImageModel


class LatentModel(ImageModel, ABC):
    """An encoder, a latent and a decoder; how they are trained is up to each objective.

    Parameters
    ----------
    encoder
        From images (batch, height, width, channels) to latents.
    decoder
        From latents to images in [0, 1].
    **kwargs
        ``corruption`` and ``reconstruction_loss``, as every model takes them.
    """

    def __init__(self, encoder: keras.Model, decoder: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.encoder = encoder
        self.decoder = decoder

    @property
    def parts(self) -> Mapping[str, keras.Model]:
        """Encoder and decoder."""
        return {"encoder": self.encoder, "decoder": self.decoder}

    @final
    @property
    def code_size(self) -> int:
        """Numbers in the code of one image."""
        return math.prod(self.encoder.output.shape[1:])

    @final
    def encode(self, images: KerasTensor) -> KerasTensor:
        """Return the latents of ``images``; they are not corrupted first."""
        return self.encoder(images, training=False)

    @final
    def decode(self, latents: KerasTensor) -> KerasTensor:
        """Return the images in [0, 1] that ``latents`` stand for."""
        return ops.clip(self.decoder(latents, training=False), 0.0, 1.0)
