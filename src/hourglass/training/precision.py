"""Computing in fewer bits than weights are kept in."""

from collections.abc import Iterator
from contextlib import contextmanager

import keras

from hourglass.corruption import Corruption
from hourglass.models import Trainable
from hourglass.records import Precision


@contextmanager
def computing_in(model: Trainable, precision: Precision) -> Iterator[None]:
    """Let the layers of a model compute in a precision, and put theirs back at the end.

    Weights, optimizer, noise and loss stay in float32 (Micikevicius et al. 2018, section 3.1;
    bfloat16 has the exponent of float32, so that no loss needs scaling). No policy is set
    globally.

    Parameters
    ----------
    model
        It is to be compiled and trained inside the block.
    precision
        ``float32`` changes nothing.
    """
    layers = [] if precision == "float32" else _computing_layers(model)
    policies = [layer.dtype_policy for layer in layers]
    for layer in layers:
        layer.dtype_policy = precision
    try:
        yield
    finally:
        for layer, policy in zip(layers, policies, strict=True):
            layer.dtype_policy = policy


def _computing_layers(model: Trainable) -> list[keras.layers.Layer]:
    # A network casts its input to what its first layer was built for; its layers cast again.
    others = (keras.Model, keras.layers.InputLayer, Corruption)
    return [layer for layer in model._flatten_layers() if not isinstance(layer, others)]
