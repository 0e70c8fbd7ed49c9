"""A network of a user's own, built from its description by Keras' own layers."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from types import MappingProxyType
from typing import Any, Final

import keras
from keras import KerasTensor, layers

from hourglass.networks.halves import FixedShape, Halves
from hourglass.networks.initial import glorot_uniform
from hourglass.records import CODES, IMAGES, LAYER_KINDS, LayerGraph, LayerNode
from hourglass.seeds import derive

# A name of the description finds a layer here or nowhere.
_LAYERS: Final[Mapping[str, type[layers.Layer]]] = MappingProxyType(
    {kind: getattr(layers, kind) for kind in LAYER_KINDS}
)
_KERNELS: Final[Mapping[str, Sequence[str]]] = MappingProxyType(
    {
        "Conv2D": ("kernel_initializer",),
        "Conv2DTranspose": ("kernel_initializer",),
        "Dense": ("kernel_initializer",),
        "DepthwiseConv2D": ("depthwise_initializer",),
        "SeparableConv2D": ("depthwise_initializer", "pointwise_initializer"),
    }
)
_CHANCE: Final = frozenset({"Dropout", "GaussianDropout", "GaussianNoise", "SpatialDropout2D"})


def layer_graph(
    image_shape: FixedShape, graph: LayerGraph, *, seed: int = 0
) -> Halves | keras.Model:
    """Build the layers of a description.

    Parameters
    ----------
    image_shape
        Height, width, channels of the images that go in and come out.
    graph
        The layers, each from a closed vocabulary.
    seed
        Where weights and chance start from.

    Returns
    -------
    Halves or keras.Model
        Encoder and decoder where the description names a code, else one network.

    Raises
    ------
    ValueError
        If layers do not fit each other.
    """
    images = keras.Input(image_shape, name=IMAGES)
    parts = graph.parts
    if graph.code is None:
        return _network("network", parts["network"], IMAGES, images, seed)
    encoder = _network("encoder", parts["encoder"], IMAGES, images, seed)
    codes = keras.Input(encoder.output.shape[1:], name=CODES)
    return Halves(encoder, _network("decoder", parts["decoder"], graph.code, codes, seed))


def _network(
    part: str, nodes: Sequence[LayerNode], first: str, given: KerasTensor, seed: int
) -> keras.Model:
    tensors = {first: given}
    for node in nodes:
        taken = [tensors[name] for name in node.inputs]
        tensors[node.name] = _layer(part, node, seed)(taken[0] if len(taken) == 1 else taken)
    return keras.Model(given, tensors[nodes[-1].name], name=part)


def _layer(part: str, node: LayerNode, seed: int) -> layers.Layer:
    keywords: dict[str, Any] = asdict(node.layer)
    kind = keywords.pop("kind")
    for name in _KERNELS.get(kind, ()):
        keywords[name] = glorot_uniform(seed, f"{part}/{node.name}/{name}")
    if kind in _CHANCE:
        keywords["seed"] = derive(seed, "chance", node.name)
    return _LAYERS[kind](**keywords, name=node.name)
