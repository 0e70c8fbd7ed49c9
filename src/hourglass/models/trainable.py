"""What every model that can be trained here promises."""

import abc
from collections.abc import Mapping
from typing import Any, final

import keras
import numpy as np
from keras import KerasTensor
from numpy.typing import NDArray

from hourglass.corruption import Corruption
from hourglass.images import Images
from hourglass.models.architecture import read_architecture
from hourglass.records import Architecture


class Trainable(keras.Model, abc.ABC):
    """Networks that are known by name, and chance that follows from the step.

    Parameters
    ----------
    corruption
        What images go through while training; ``None`` leaves them clean.

    Attributes
    ----------
    corrupts
        Whether the model corrupts what it is given in training. Who trains it may set this to
        ``False`` and give it images that ``corruption.corrupt_for`` has corrupted already.
    """

    def __init__(self, *, corruption: Corruption | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.corruption = corruption
        self.corrupts = corruption is not None
        # The parts bring all their weights along; nothing waits for the first images.
        self.built = True

    @property
    @abc.abstractmethod
    def parts(self) -> Mapping[str, keras.Model]:
        """The networks inside, by name, in the order in which they compute."""

    @property
    @abc.abstractmethod
    def training_loss(self) -> keras.losses.Loss:
        """How the output is compared with its target."""

    def targets(self, images: Images) -> NDArray[np.int64] | None:
        """Return what the output should be for each image, ``None`` for the images themselves."""
        return None

    def see(self, images: KerasTensor, training: bool) -> KerasTensor:
        """Return what the networks see of ``images``: corrupted while training."""
        if self.corruption is None or not self.corrupts:
            return images
        return self.corruption(images, training=training)

    @property
    def draws_in_training(self) -> bool:
        """Whether a step draws random numbers."""
        return self.corrupts

    def set_step(self, step: int) -> None:
        """Let the next call in training draw the chance that belongs to ``step``."""
        if self.corruption is not None:
            self.corruption.set_step(step)

    @final
    def has_layers(self, *kinds: str) -> bool:
        """Return whether the name of a layer's kind holds one of these words."""
        found = {layer.kind for layer in self.architecture().layers}
        return any(kind in name for kind in kinds for name in found)

    @final
    def architecture(self) -> Architecture:
        """Return the graph of layers."""
        return read_architecture(self.parts)
