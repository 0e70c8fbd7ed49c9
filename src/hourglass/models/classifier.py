"""From images to classes."""

from collections.abc import Mapping
from typing import Any, final

import keras
import numpy as np
from keras import KerasTensor, layers, ops
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images import Images
from hourglass.models.trainable import Trainable


@final
class Classifier(Trainable):
    """Give each class a logit; a softmax makes probabilities of them.

    Training compares logits with labels by the cross-entropy, which is exact where a probability
    would round to 0.

    Parameters
    ----------
    network
        From images (batch, height, width, channels) to logits (batch, classes).
    """

    def __init__(self, network: keras.Model, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.network = network
        logits = keras.Input(network.output.shape[1:], name="logits")
        probabilities = layers.Softmax(name="probabilities")(logits)
        self.softmax = keras.Model(logits, probabilities, name="softmax")
        self._dropouts = [layer for layer in network.layers if isinstance(layer, layers.Dropout)]

    @property
    def parts(self) -> Mapping[str, keras.Model]:
        """The network, and the softmax behind it."""
        return {"network": self.network, "softmax": self.softmax}

    @property
    def training_loss(self) -> keras.losses.Loss:
        """The cross-entropy of labels and logits, in nats."""
        return keras.losses.SparseCategoricalCrossentropy(from_logits=True)

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return int(self.network.output.shape[-1])

    def targets(self, images: Images) -> NDArray[np.int64]:
        """Return the labels of ``images``.

        Raises
        ------
        DataError
            If they have none.
        """
        if images.labels is None:
            raise DataError(
                "A classifier learns from labels, and these images have none. Put the images of "
                "each class into a folder of its own, or give labels beside them."
            )
        return images.labels

    def call(self, images: KerasTensor, training: bool = False) -> KerasTensor:
        """Return the logits of ``images``, shape (batch, classes)."""
        return self.network(self.see(images, training), training=training)

    def classify(self, images: KerasTensor) -> KerasTensor:
        """Return the probability of each class, shape (batch, classes); a row adds up to 1."""
        return ops.softmax(self(images, training=False))

    def set_step(self, step: int) -> None:
        """Let the next call in training draw the noise, and drop the values, of ``step``."""
        super().set_step(step)
        for layer in self._dropouts:
            layer.seed_generator.state.assign(np.array([layer.seed, step], dtype="uint32"))

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of the logits."""
        return input_shape[0], self.classes
