"""Weights at the start: each layer's follow from the seed and the layer's name alone."""

from typing import Any

import keras

from hourglass.seeds import derive


def he_normal(seed: int, layer: str) -> keras.initializers.Initializer:
    """Return He's initializer (He et al. 2015, equation 10) for one layer.

    It keeps the variance through ReLU and its kin, where Keras' default, Glorot's, loses half of
    it in every layer.
    """
    return keras.initializers.HeNormal(seed=derive(seed, "weights", layer))


def glorot_uniform(seed: int, layer: str) -> keras.initializers.Initializer:
    """Return Glorot's initializer (Glorot and Bengio 2010, equation 16) for one layer."""
    return keras.initializers.GlorotUniform(seed=derive(seed, "weights", layer))


def same_size(layer: str, activation: str, seed: int) -> dict[str, Any]:
    """Return the keywords of a convolution that pads its input and starts as Glorot's do."""
    return {
        "padding": "same",
        "activation": activation,
        "kernel_initializer": glorot_uniform(seed, layer),
        "name": layer,
    }
