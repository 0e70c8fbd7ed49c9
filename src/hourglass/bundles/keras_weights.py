"""Weights out of the HDF5 file inside a ``.keras`` file.

Only what a description asks for is opened, step by step and by links of the plain kind, so that
no link leads to another file; of an array, everything is checked before a byte of it is read.
"""

import math
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, Final

import h5py
import numpy as np
from numpy.typing import NDArray

from hourglass.bundles.graph_shapes import Shape
from hourglass.bundles.keras_graph import Weights
from hourglass.errors import ModelFileError

_FLOAT_BYTES: Final = 4
Arrays = dict[str, NDArray[np.float32]]


def read_weights(file: BinaryIO, size: int, wanted: Mapping[str, Weights]) -> Arrays:
    """Return all weights, as ``LAYER/WEIGHT``.

    Parameters
    ----------
    file
        The HDF5 file.
    size
        Its bytes.
    wanted
        Where each layer has its weights, and of which shapes.

    Raises
    ------
    ModelFileError
        If it is no such file, a weight is missing, lies elsewhere, or is not what the
        description says.
    """
    shapes = [shape for layer in wanted.values() for shape in layer.shapes.values()]
    needed = _FLOAT_BYTES * sum(map(math.prod, shapes))
    if needed > size:
        raise ModelFileError(
            f"config.json describes a model with {needed} bytes of weights; the file of its "
            f"weights has {size}."
        )
    try:
        with h5py.File(file, "r") as opened:
            return dict(_arrays(opened, wanted))
    except (ModelFileError, MemoryError):
        raise
    except Exception as error:
        # Of a damaged file h5py raises whatever its parts do.
        raise ModelFileError(f"model.weights.h5 cannot be read: {error}.") from error


def _arrays(
    file: h5py.File, wanted: Mapping[str, Weights]
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for layer, weights in wanted.items():
        group = file
        for step in weights.group.strip("/").split("/"):
            group = _child(group, step, h5py.Group, layer)
        if len(group) != len(weights.shapes):
            raise ModelFileError(
                f"Layer {layer} has {len(group)} weights in the file, and config.json describes "
                f"{len(weights.shapes)}."
            )
        for number, (name, shape) in enumerate(weights.shapes.items()):
            dataset = _child(group, str(number), h5py.Dataset, layer)
            _require_plain(dataset, shape, f"{layer}/{name}")
            yield f"{layer}/{name}", dataset[()].astype(np.float32, copy=False)


def _child(group: Any, name: str, kind: type, layer: str) -> Any:
    """Return what a plain link of a group leads to; any other link is not followed."""
    link = group.get(name, getlink=True) if name in group.keys() else None  # noqa: SIM118
    if link is None:
        raise ModelFileError(f"The weights of layer {layer} are missing: there is no {name}.")
    if not isinstance(link, h5py.HardLink):
        raise ModelFileError(
            f"The weights of layer {layer} lie behind a link to another place, which is not "
            "followed. Save the model again with Keras."
        )
    child = group[name]
    if not isinstance(child, kind):
        raise ModelFileError(f"The weights of layer {layer} are damaged: {name} is something else.")
    return child


def _require_plain(dataset: Any, shape: Shape, name: str) -> None:
    """Refuse an array that is not as described, or does not lie in this file as it is."""
    if dataset.shape != shape:
        raise ModelFileError(
            f"{name} should have shape {shape} by config.json and has {dataset.shape}."
        )
    if dataset.dtype.newbyteorder("=") != np.float32:
        raise ModelFileError(f"{name} must hold 32-bit floats; it holds {dataset.dtype}.")
    filtered = dataset.id.get_create_plist().get_nfilters() > 0
    if dataset.is_virtual or dataset.external or filtered:
        raise ModelFileError(
            f"{name} is packed, or its numbers lie in another file. Save the model again with "
            "Keras."
        )
    if dataset.id.get_storage_size() != _FLOAT_BYTES * math.prod(shape):
        raise ModelFileError(f"{name} has fewer numbers in the file than its shape says.")
