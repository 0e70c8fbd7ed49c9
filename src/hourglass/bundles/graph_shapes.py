"""Shapes of a graph of layers, from its description alone and without Keras.

Integers in, integers out, as in ``shapes``: a graph that calls for gigabytes is found out before
they are taken. A test holds every kind of layer equal to what Keras makes of it.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType
from typing import Any, Final

from hourglass.errors import ConfigurationError
from hourglass.records import IMAGES, LayerGraph, LayerKind

Shape = tuple[int, ...]
Shapes = dict[str, Shape]
Found = tuple[Shape, Shapes]
# A quarter of a gigabyte of numbers for one image; a U-Net on a photograph has a tenth of it.
_MOST_VALUES: Final = 1 << 26


def graph_shapes(image_shape: Shape, graph: LayerGraph) -> Shapes:
    """Return the shape of every weight of a graph, by the name it is saved under.

    Parameters
    ----------
    image_shape
        Height, width, channels of the images that go in and come out.
    graph
        The layers.

    Raises
    ------
    ConfigurationError
        If a layer does not fit those before it, or no images come out.
    """
    outputs: Shapes = {IMAGES: image_shape}
    weights: Shapes = {}
    for part, nodes in graph.parts.items():
        for node in nodes:
            taken = [outputs[name] for name in node.inputs]
            outputs[node.name], own = layer_shapes(node.name, node.layer, taken)
            weights |= {f"{part}/{node.name}/{name}": shape for name, shape in own.items()}
    if outputs[graph.nodes[-1].name] != image_shape:
        raise ConfigurationError(
            f"The last layer, {graph.nodes[-1].name}, must give images of shape {image_shape}; it "
            f"gives {outputs[graph.nodes[-1].name]}."
        )
    return weights


def layer_shapes(name: str, layer: LayerKind, taken: Sequence[Shape]) -> Found:
    """Return the shape of what a layer gives for one image, and those of its weights by name.

    Parameters
    ----------
    name
        What the layer is called, for the error.
    layer
        Its kind and what it is told.
    taken
        The shapes of what it takes, without the axis of the batch.

    Raises
    ------
    ConfigurationError
        If it cannot take that, or what it gives would be too large.
    """
    try:
        output, weights = _SHAPES[layer.kind](layer, *taken)
    except (ConfigurationError, TypeError) as error:
        raise ConfigurationError(
            f"{layer.kind} {name} does not fit what it takes, {' and '.join(map(str, taken))}: "
            f"{error}"
        ) from error
    if min(output, default=1) < 1 or math.prod(output) > _MOST_VALUES:
        raise ConfigurationError(
            f"{layer.kind} {name} would give {output} for one image; between 1 and "
            f"{_MOST_VALUES} numbers are possible."
        )
    return output, weights


def _same(_: Any, taken: Shape) -> Found:
    return taken, {}


def _dense(layer: Any, taken: Shape) -> Found:
    output = (*taken[:-1], layer.units)
    return output, _with_bias(layer, {"kernel": (taken[-1], layer.units)}, layer.units)


def _convolution(layer: Any, taken: Shape) -> Found:
    channels = _maps(taken)[2]
    if channels % layer.groups or layer.filters % layer.groups:
        raise ConfigurationError(f"{layer.groups} groups must divide channels and filters.")
    _require_one_step(layer)
    kernel = (*layer.kernel_size, channels // layer.groups, layer.filters)
    output = (*_slide(layer, layer.kernel_size, taken), layer.filters)
    return output, _with_bias(layer, {"kernel": kernel}, layer.filters)


def _transposed(layer: Any, taken: Shape) -> Found:
    height, width, channels = _maps(taken)
    sides = zip((height, width), layer.kernel_size, layer.strides, strict=True)
    beyond = layer.padding == "valid"
    output = [size * step + beyond * max(kernel - step, 0) for size, kernel, step in sides]
    kernel = (*layer.kernel_size, layer.filters, channels)
    return (*output, layer.filters), _with_bias(layer, {"kernel": kernel}, layer.filters)


def _depthwise(layer: Any, taken: Shape) -> Found:
    channels = _maps(taken)[2]
    _require_one_step(layer)
    if layer.strides[0] != layer.strides[1]:
        raise ConfigurationError(f"its strides must be equal; they are {layer.strides}.")
    between = channels * layer.depth_multiplier
    weights = {"kernel": (*layer.kernel_size, channels, layer.depth_multiplier)}
    output = (*_slide(layer, layer.kernel_size, taken), between)
    return output, _with_bias(layer, weights, between)


def _separable(layer: Any, taken: Shape) -> Found:
    (height, width, between), own = _depthwise(layer, taken)
    weights = {
        "depthwise_kernel": own["kernel"],
        "pointwise_kernel": (1, 1, between, layer.filters),
    }
    return (height, width, layer.filters), _with_bias(layer, weights, layer.filters)


def _pooling(layer: Any, taken: Shape) -> Found:
    return (*_slide(layer, layer.pool_size, taken), _maps(taken)[2]), {}


def _global(layer: Any, taken: Shape) -> Found:
    channels = _maps(taken)[2]
    return ((1, 1, channels) if layer.keepdims else (channels,)), {}


def _grown(layer: Any, taken: Shape) -> Found:
    height, width, channels = _maps(taken)
    return (height * layer.size[0], width * layer.size[1], channels), {}


def _padded(layer: Any, taken: Shape) -> Found:
    height, width, channels = _maps(taken)
    return (height + sum(layer.padding[0]), width + sum(layer.padding[1]), channels), {}


def _cropped(layer: Any, taken: Shape) -> Found:
    height, width, channels = _maps(taken)
    return (height - sum(layer.cropping[0]), width - sum(layer.cropping[1]), channels), {}


def _flat(_: Any, taken: Shape) -> Found:
    return (math.prod(taken),), {}


def _reshaped(layer: Any, taken: Shape) -> Found:
    if math.prod(layer.target_shape) != math.prod(taken):
        raise ConfigurationError(f"{layer.target_shape} holds another number of values.")
    return layer.target_shape, {}


def _slopes(layer: Any, taken: Shape) -> Found:
    shared = layer.shared_axes or ()
    if max(shared, default=0) > len(taken):
        raise ConfigurationError(f"it shares the axes {shared}.")
    alpha = tuple(1 if axis in shared else size for axis, size in enumerate(taken, start=1))
    return taken, {"alpha": alpha}


def _scaled(layer: Any, taken: Shape) -> Found:
    names = ["gamma"] * layer.scale + ["beta"] * layer.center
    return taken, dict.fromkeys(names, taken[-1:])


def _batch(layer: Any, taken: Shape) -> Found:
    return taken, _scaled(layer, taken)[1] | dict.fromkeys(
        ("moving_mean", "moving_variance"), taken[-1:]
    )


def _spatial(_: Any, taken: Shape) -> Found:
    return _maps(taken), {}


def _merged(_: Any, first: Shape, *others: Shape) -> Found:
    if any(other != first for other in others):
        raise ConfigurationError("all must have one shape.")
    return first, {}


def _difference(_: Any, first: Shape, second: Shape) -> Found:
    return _merged(None, first, second)


def _joined(_: Any, first: Shape, *others: Shape) -> Found:
    if any(other[:-1] != first[:-1] for other in others):
        raise ConfigurationError("all but the last axis must be the same.")
    return (*first[:-1], sum(shape[-1] for shape in chain([first], others))), {}


def _with_bias(layer: Any, weights: Shapes, width: int) -> Shapes:
    return weights | ({"bias": (width,)} if layer.use_bias else {})


def _maps(taken: Shape) -> Shape:
    if len(taken) != 3:
        raise ConfigurationError("it takes height, width and channels.")
    return taken


def _require_one_step(layer: Any) -> None:
    if max(layer.strides) > 1 and max(layer.dilation_rate) > 1:
        raise ConfigurationError("strides and dilation cannot both be above 1.")


def _slide(layer: Any, window: Sequence[int], taken: Shape) -> Shape:
    """Return how often a window fits into maps, from side to side."""
    dilation = getattr(layer, "dilation_rate", (1, 1))
    sides = zip(_maps(taken)[:2], window, layer.strides, dilation, strict=True)
    if layer.padding == "same":
        return tuple(math.ceil(size / step) for size, _, step, _ in sides)
    return tuple((size - (side - 1) * wide - 1) // step + 1 for size, side, step, wide in sides)


_SHAPES: Final[Mapping[str, Callable[..., Found]]] = MappingProxyType(
    {
        "Activation": _same,
        "Add": _merged,
        "Average": _merged,
        "AveragePooling2D": _pooling,
        "BatchNormalization": _batch,
        "Concatenate": _joined,
        "Conv2D": _convolution,
        "Conv2DTranspose": _transposed,
        "Cropping2D": _cropped,
        "Dense": _dense,
        "DepthwiseConv2D": _depthwise,
        "Dropout": _same,
        "ELU": _same,
        "Flatten": _flat,
        "GaussianDropout": _same,
        "GaussianNoise": _same,
        "GlobalAveragePooling2D": _global,
        "GlobalMaxPooling2D": _global,
        "LayerNormalization": _scaled,
        "LeakyReLU": _same,
        "MaxPooling2D": _pooling,
        "Maximum": _merged,
        "Multiply": _merged,
        "PReLU": _slopes,
        "ReLU": _same,
        "Rescaling": _same,
        "Reshape": _reshaped,
        "SeparableConv2D": _separable,
        "Softmax": _same,
        "SpatialDropout2D": _spatial,
        "Subtract": _difference,
        "UpSampling2D": _grown,
        "ZeroPadding2D": _padded,
    }
)
