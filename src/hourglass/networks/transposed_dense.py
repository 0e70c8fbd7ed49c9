"""A dense layer that takes its weights from another one."""

from typing import Any, final

import keras
from keras import KerasTensor, layers, ops


@final
class TransposedDense(layers.Layer):
    """Multiply by the transposed kernel of another dense layer and add a bias of its own.

    With it a decoder is tied to its encoder (Vincent et al. 2010, section 2.2): half the weights,
    and no way to make a code small that the decoder makes large again.

    Parameters
    ----------
    source
        A built layer from ``inputs`` to ``outputs`` values; this one goes back.
    activation
        By Keras' name.
    """

    def __init__(self, source: layers.Dense, activation: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)
        self.units = source.kernel.shape[0]
        self.source = source.name
        # Behind a function, because Keras would count a layer that it finds here as a part of
        # this one, and the kernel would be saved and updated twice.
        self._kernel = lambda: source.kernel

    def build(self, input_shape: tuple[int | None, ...]) -> None:
        """Make the bias."""
        self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, hidden: KerasTensor) -> KerasTensor:
        """Return activations (batch, inputs of the source)."""
        return self.activation(ops.matmul(hidden, ops.transpose(self._kernel())) + self.bias)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return the shape of what the source takes."""
        return (*input_shape[:-1], self.units)

    def get_config(self) -> dict[str, Any]:
        """Return what describes this layer; whoever builds it again has to find the source."""
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "source": self.source, "activation": activation}
