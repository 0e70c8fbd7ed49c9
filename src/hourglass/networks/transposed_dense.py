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

    @property
    def kernel(self) -> keras.Variable:
        """The kernel of the source, shape (inputs, outputs) there."""
        return self._kernel()

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


def untied(decoder: keras.Model) -> keras.Model:
    """Return a decoder whose layers have their own weights, equal to those they shared.

    A decoder without a ``TransposedDense`` comes back as it is.
    """
    shared = [layer for layer in decoder.layers if isinstance(layer, TransposedDense)]
    if not shared:
        return decoder
    copy = keras.models.clone_model(decoder, clone_function=_with_own_weights)
    for layer in shared:
        kernel = ops.convert_to_numpy(layer.kernel).T
        copy.get_layer(layer.name).set_weights([kernel, ops.convert_to_numpy(layer.bias)])
    return copy


def _with_own_weights(layer: layers.Layer) -> layers.Layer:
    if isinstance(layer, TransposedDense):
        activation = keras.activations.serialize(layer.activation)
        return layers.Dense(layer.units, activation=activation, name=layer.name)
    return type(layer).from_config(layer.get_config())
