"""One network from image to image, without a latent."""

from collections.abc import Mapping
from typing import Any, final

import keras
from keras import KerasTensor

from hourglass.models.base import ImageModel


@final
class Denoiser(ImageModel):
    """Corrupt and repair; the target stays the clean image.

    Parameters
    ----------
    network
        From images to images of the same size.
    **kwargs
        ``corruption`` and ``reconstruction_loss``, as every model takes them.
    """

    def __init__(self, network: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.network = network

    @property
    def parts(self) -> Mapping[str, keras.Model]:
        """The network."""
        return {"network": self.network}

    def rebuild(self, seen: KerasTensor, training: bool) -> KerasTensor:
        """Return the repaired images."""
        return self.network(seen, training=training)
