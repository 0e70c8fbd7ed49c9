"""Names and shapes of a model's weights, from its description alone.

Integers in, integers out: a description that calls for gigabytes is found out before they are
taken. A test holds these equal to what ``build_model`` makes.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from types import MappingProxyType
from typing import Final

from hourglass.errors import ConfigurationError
from hourglass.records import ModelSpec, channels_and_width, require_fixed, require_multiple

Shapes = dict[str, tuple[int, ...]]


def weight_shapes(spec: ModelSpec) -> Shapes:
    """Return the shape of every weight that a model has, by the name it is saved under.

    Raises
    ------
    ConfigurationError
        If the network has a code and its size is missing, or the other way round; if it has none
        that could be variational; or if a classifier has no number of classes, or a network that
        classifies nothing.
    ImageShapeError
        If the network needs images of one size and the size is open.
    """
    known = _CLASSIFIER_SHAPES if spec.objective == "classify" else _SHAPES
    if spec.network not in known:
        raise ConfigurationError(f"There is no classifier of network {spec.network}.")
    shapes = known[spec.network](spec)
    if spec.objective == "variational":
        shapes |= _log_variance(spec, shapes)
    return shapes


def _log_variance(spec: ModelSpec, shapes: Shapes) -> Shapes:
    """Return what stands beside the layer of the code, with as many inputs and outputs."""
    codes = {"dense": f"dense_{len(spec.options.units) + 1}", "convolutional": "code"}
    if spec.network not in codes:
        raise ConfigurationError(
            f"The {spec.network} network has no code that could be variational."
        )
    return _layer("encoder/log_variance", *shapes[f"encoder/{codes[spec.network]}/kernel"])


def _dense(spec: ModelSpec) -> Shapes:
    pixels = math.prod(require_fixed(spec.image_shape, spec.network))
    widths = (pixels, *spec.options.units, _code(spec))
    *inner, last, _ = reversed(widths)
    decoder = _stack("decoder", (*inner, last)) | _layer("decoder/pixels", last, pixels)
    if spec.options.tied:
        # The kernels are the encoder's.
        decoder = {name: shape for name, shape in decoder.items() if name.endswith("/bias")}
    return _stack("encoder", widths) | decoder


def _stack(part: str, widths: Sequence[int]) -> Shapes:
    shapes: Shapes = {}
    for number, (inputs, outputs) in enumerate(pairwise(widths), start=1):
        shapes |= _layer(f"{part}/dense_{number}", inputs, outputs)
    return shapes


def _convolutional(spec: ModelSpec) -> Shapes:
    height, width, channels = require_fixed(spec.image_shape, spec.network)
    units, code = _units(spec), _code(spec)
    for _ in units:
        height, width = math.ceil(height / 2), math.ceil(width / 2)
    widths = (height * width * units[-1], *spec.options.dense_units, code)
    shapes = _layer("encoder/code", *widths[-2:]) | _layer("decoder/spread", *widths[1::-1])
    shapes |= _stack("encoder", widths[:-1]) | _stack("decoder", widths[:0:-1])
    for number, (inputs, outputs) in enumerate(pairwise((channels, *units)), start=1):
        shapes |= _layer(f"encoder/convolution_{number}", 3, 3, inputs, outputs)
        name = "pixels" if number == 1 else f"transposed_{number - 1}"
        shapes |= _transposed(f"decoder/{name}", 3, outputs, inputs)
    return shapes


def _strided(spec: ModelSpec) -> Shapes:
    units = _units_alone(spec)
    channels = require_multiple(spec.image_shape, 2 ** len(units), spec.network)[2]
    shapes = _layer("decoder/pixels", 3, 3, units[0], channels)
    for number, (inputs, outputs) in enumerate(pairwise((channels, *units)), start=1):
        shapes |= _layer(f"encoder/convolution_{number}", 3, 3, inputs, outputs)
    for number, outputs in enumerate(units, start=1):
        inputs = units[number] if number < len(units) else units[-1]
        shapes |= _transposed(f"decoder/transposed_{number}", 3, inputs, outputs)
    return shapes


def _pooling(spec: ModelSpec) -> Shapes:
    units = _units_alone(spec)
    channels = require_multiple(spec.image_shape, 2 ** len(units), spec.network)[2]
    # The layers of a Sequential carry its name in their path.
    shapes = _layer("decoder/decoder/spread", 3, 3, units[-1], units[-1])
    for number, (inputs, outputs) in enumerate(pairwise((channels, *units)), start=1):
        shapes |= _layer(f"encoder/encoder/convolution_{number}", 3, 3, inputs, outputs)
    widths = (units[-1], *reversed(units[1:]), channels)
    names = [f"transposed_{number}" for number in range(len(units), 1, -1)]
    for name, (inputs, outputs) in zip([*names, "pixels"], pairwise(widths), strict=True):
        shapes |= _transposed(f"decoder/decoder/{name}", 3, inputs, outputs)
    return shapes


def _residual(spec: ModelSpec) -> Shapes:
    pixels = math.prod(require_fixed(spec.image_shape, spec.network))
    units = _units_alone(spec)
    stream = units[0]
    shapes = (
        _layer("network/stream", pixels, stream)
        | _norm("network/norm", stream)
        | _layer("network/correction", stream, pixels)
        | _layer("network/affine", pixels, pixels)
    )
    for number, width in enumerate(units, start=1):
        name = f"network/block_{number}"
        shapes |= _norm(f"{name}_norm", stream)
        shapes |= _layer(f"{name}_first", stream, width)
        shapes |= _layer(f"{name}_second", width, stream)
    return shapes


def _pooling_dense(spec: ModelSpec) -> Shapes:
    units, width = channels_and_width(_units_alone(spec), spec.network)
    side = 2 ** len(units)
    height, length, channels = require_multiple(spec.image_shape, side, spec.network)
    pixels, code = height * length * channels, height * length // side**2 * units[-1]
    shapes = _stack("decoder", (code, width, pixels)) | _layer("decoder/pixels", pixels, pixels)
    for number, (inputs, outputs) in enumerate(pairwise((channels, *units)), start=1):
        shapes |= _layer(f"encoder/convolution_{number}", 3, 3, inputs, outputs)
    return shapes


def _unet(spec: ModelSpec) -> Shapes:
    channels, units = spec.image_shape[2], _units_alone(spec)
    shapes = _transposed("network/correction", 2, units[0], channels)
    for depth, (inputs, outputs) in enumerate(pairwise((channels, *units)), start=1):
        shapes |= _layer(f"network/down_{depth}", 2, 2, inputs, outputs)
        shapes |= _block(f"network/down_{depth}_block_1", outputs)
        if depth == len(units):
            shapes |= _block(f"network/down_{depth}_block_2", outputs)
        if depth > 1:
            shapes |= _transposed(f"network/up_{depth - 1}", 2, outputs, inputs)
            shapes |= _block(f"network/up_{depth - 1}_block_1", inputs)
    return shapes


def _dense_classifier(spec: ModelSpec) -> Shapes:
    pixels = math.prod(require_fixed(spec.image_shape, spec.network))
    widths = (pixels, *spec.options.units)
    shapes = _layer("network/logits", widths[-1], _classes(spec))
    for number, (inputs, outputs) in enumerate(pairwise(widths), start=1):
        shapes |= _layer(f"network/dense_{number}", inputs, outputs)
        if spec.options.normalized:
            del shapes[f"network/dense_{number}/bias"]
            shapes |= _normalization(f"network/normalization_{number}", outputs)
    return shapes


def _convolutional_classifier(spec: ModelSpec) -> Shapes:
    units = _units_alone(spec)
    shapes = _layer("network/logits", units[-1], _classes(spec))
    inputs = spec.image_shape[2]
    for stage, width in enumerate(units, start=1):
        for number in range(1, min(stage, 2) + 1):
            name = f"{stage}_{number}"
            shapes[f"network/convolution_{name}/kernel"] = (3, 3, inputs, width)
            shapes |= _normalization(f"network/normalization_{name}", width)
            inputs = width
    return shapes


def _normalization(name: str, width: int) -> Shapes:
    weights = ("beta", "gamma", "moving_mean", "moving_variance")
    return {f"{name}/{weight}": (width,) for weight in weights}


def _classes(spec: ModelSpec) -> int:
    if spec.classes is None:
        raise ConfigurationError("A classifier needs classes; their number is missing.")
    return spec.classes


def _block(name: str, width: int) -> Shapes:
    return {
        **_layer(f"{name}_first", 3, 3, width, width),
        **_layer(f"{name}_second", 3, 3, width, width),
    }


def _layer(name: str, *kernel: int) -> Shapes:
    return {f"{name}/kernel": kernel, f"{name}/bias": kernel[-1:]}


def _norm(name: str, width: int) -> Shapes:
    return {f"{name}/gamma": (width,), f"{name}/beta": (width,)}


def _transposed(name: str, side: int, inputs: int, outputs: int) -> Shapes:
    # Keras keeps the kernel of a transposed convolution with its two last axes swapped.
    return {f"{name}/kernel": (side, side, outputs, inputs), f"{name}/bias": (outputs,)}


def _units(spec: ModelSpec) -> Sequence[int]:
    if not spec.options.units:
        raise ConfigurationError(f"The {spec.network} network needs units; there are none.")
    return spec.options.units


def _units_alone(spec: ModelSpec) -> Sequence[int]:
    """Return the units of a network that has no code of a chosen size."""
    if spec.options.latent_dim is not None:
        raise ConfigurationError(
            f"The {spec.network} network has no code of a chosen size, so latent_dim = "
            f"{spec.options.latent_dim} cannot be."
        )
    return _units(spec)


def _code(spec: ModelSpec) -> int:
    if spec.options.latent_dim is None:
        raise ConfigurationError(f"The {spec.network} network has a code; latent_dim is missing.")
    return spec.options.latent_dim


_SHAPES: Final[Mapping[str, Callable[[ModelSpec], Shapes]]] = MappingProxyType(
    {
        "convolutional": _convolutional,
        "dense": _dense,
        "pooling": _pooling,
        "pooling-dense": _pooling_dense,
        "residual": _residual,
        "strided": _strided,
        "unet": _unet,
    }
)

_CLASSIFIER_SHAPES: Final[Mapping[str, Callable[[ModelSpec], Shapes]]] = MappingProxyType(
    {"convolutional": _convolutional_classifier, "dense": _dense_classifier}
)
