"""A ``.keras`` file as a model of ours: a graph from images to images, and its weights."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

from hourglass.bundles.graph_shapes import graph_shapes
from hourglass.bundles.keras_archive import read_archive
from hourglass.bundles.keras_graph import KerasGraph, layers_of
from hourglass.bundles.keras_layers import is_model
from hourglass.bundles.keras_weights import Arrays, read_weights
from hourglass.errors import ConfigurationError, ModelFileError
from hourglass.records import IMAGES, LAYER_KINDS, LayerGraph, checked

FixedShape = tuple[int, int, int]
_MOST_CHANNELS: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class KerasModel:
    """What a ``.keras`` file holds, in our words.

    Attributes
    ----------
    image_shape
        Height, width, channels of the images that go in and come out.
    graph
        The layers.
    arrays
        The weights, by the names of a model file.
    """

    image_shape: FixedShape
    graph: LayerGraph
    arrays: Arrays


def read_keras_model(
    file: BinaryIO, *, image_shape: FixedShape | None = None, code: str | None = None
) -> KerasModel:
    """Read a ``.keras`` file without Keras.

    Parameters
    ----------
    file
        The file, open for reading.
    image_shape
        Height, width, channels, where the file does not say them: of a model that takes flat
        images, or images of any size.
    code
        The layer whose output is the code; by default the last of the first of two models, if
        the file's model is made of two.

    Raises
    ------
    ConfigurationError
        If the image shape does not fit or is missing, or there is no such code.
    ModelFileError
        If the file is damaged, or holds what cannot be taken.
    """
    entry, weights = read_archive(file)
    _require_model(entry)
    given = _input_shape(entry)
    shape = _image_shape(given, image_shape)
    graph = KerasGraph(shape)
    if len(given) < len(shape):
        flat = len(given) == 1
        _lay_out(graph, "as_taken", (math.prod(shape),) if flat else shape[:2])
    graph.add_model(entry)
    if graph.last == IMAGES:
        raise ModelFileError("The model has no layers but its input.")
    if graph.shape != shape:
        _require_images(graph.shape, shape)
        _lay_out(graph, "as_images", shape)
    layers = _layer_graph(graph, code)
    arrays = read_weights(weights, weights.getbuffer().nbytes, graph.weights)
    names = {name.partition("/")[2]: name for name in graph_shapes(shape, layers)}
    return KerasModel(
        image_shape=shape,
        graph=layers,
        arrays={names[name]: array for name, array in arrays.items()},
    )


def _layer_graph(graph: KerasGraph, code: str | None) -> LayerGraph:
    found = graph.code(code)
    try:
        return LayerGraph(nodes=tuple(graph.nodes), code=found)
    except ConfigurationError as error:
        raise ModelFileError(str(error)) from error


def _lay_out(graph: KerasGraph, name: str, shape: tuple[int, ...]) -> None:
    layer = checked(LAYER_KINDS["Reshape"], {"target_shape": shape}, name)
    graph.add(name, layer, [graph.last])


def _require_model(entry: Mapping[str, Any]) -> None:
    if is_model(entry):
        return
    raise ModelFileError(
        f"Its model is {str(entry.get('class_name'))[:60]!r}, a class of someone's own, whose code "
        "Hourglass does not run. Where that code is, save what it is made of: "
        "keras.Sequential([model.encoder, model.decoder]).save('model.keras')."
    )


def _input_shape(entry: Mapping[str, Any]) -> tuple[int | None, ...]:
    """Return the shape of what a model takes, without the axis of the batch."""
    first = layers_of(entry)[0]
    if is_model(first):
        return _input_shape(first)
    own, outer = first.get("config"), entry["config"]
    found = own.get("batch_shape") if isinstance(own, Mapping) else None
    found = found or outer.get("build_input_shape")
    if not isinstance(found, list) or not all(_is_size(size) for size in found[1:]):
        raise ModelFileError(
            "The model does not say what it takes. Show it a batch of images, and save it again."
        )
    return tuple(found[1:])


def _is_size(size: Any) -> bool:
    return size is None or (type(size) is int and 1 <= size <= 1 << 30)


def _image_shape(given: tuple[int | None, ...], asked: FixedShape | None) -> FixedShape:
    """Return height, width, channels by what the file says and the user adds."""
    shape = (*given, 1) if len(given) == 2 else given
    if len(shape) == 3 and None not in shape and asked in (None, shape):
        return _require_channels(shape)
    if len(shape) not in (1, 3):
        raise ModelFileError(f"The model takes {list(given)}, which is no image.")
    if asked is None:
        raise ConfigurationError(
            f"The model takes {list(given)}, which does not say height, width and channels. Add "
            "--image-shape, such as --image-shape 28 28 1."
        )
    fits = (
        given[0] in (None, math.prod(asked))
        if len(given) == 1
        else all(size in (None, own) for size, own in zip(shape, asked, strict=True))
    )
    if not fits:
        raise ConfigurationError(
            f"The model takes {list(given)}; images of shape {list(asked)} do not fit. Give the "
            "shape that it was trained on."
        )
    return asked


def _require_channels(shape: Any) -> FixedShape:
    if shape[2] > _MOST_CHANNELS:
        raise ModelFileError(
            f"The model takes {list(shape)}; images have height, width and 1 to {_MOST_CHANNELS} "
            "channels, in this order."
        )
    return (shape[0], shape[1], shape[2])


def _require_images(found: Sequence[int], shape: FixedShape) -> None:
    flat_or_gray = (math.prod(shape),), shape[:2]
    if tuple(found) not in flat_or_gray or math.prod(found) != math.prod(shape):
        raise ModelFileError(
            f"The model gives {list(found)} for images of shape {list(shape)}; Hourglass takes "
            "models that give images as large as those they are given."
        )
