"""``model.json`` and ``weights.safetensors``, checked before anything is built.

Nothing is unpickled and nothing of the file is executed: the description names one of our own
networks and its sizes, and the weights are arrays whose names and shapes have to match it.
The header of the weights is compared with the description first; no array is read before it fits,
so that memory is taken only for what really lies in the file.
"""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final, TypeVar

import keras
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from hourglass.bundles.graph_shapes import Shapes
from hourglass.bundles.shapes import weight_shapes
from hourglass.errors import ConfigurationError, MissingPathError, ModelFileError
from hourglass.files import sha256, write_bytes
from hourglass.models import Classifier, ImageModel, Trainable, build_classifier, build_model
from hourglass.records import ModelSpec, from_json, to_json

_SCHEMA: Final = 1
# Ours have 500 bytes, and some 20,000 in the header for the deepest network; a graph of 200
# layers that a user brought has ten times that.
_MOST_DESCRIPTION_BYTES: Final = 200_000
_MOST_HEADER_BYTES: Final = 200_000
_LENGTH_BYTES: Final = 8
_BLOCK_BYTES: Final = 1 << 20
_DESCRIPTION: Final = "model.json"
_WEIGHTS: Final = "weights.safetensors"

Tensors = Mapping[str, NDArray[np.generic]]
Model = TypeVar("Model", bound=Trainable)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Description:
    """The content of ``model.json``."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    schema_version: int
    spec: ModelSpec
    weights_sha256: str


def save_model(model: Trainable, spec: ModelSpec, folder: Path) -> None:
    """Write a model; the description comes last, so that a folder with one is whole.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    arrays = {name: np.asarray(variable.numpy()) for name, variable in _variables(model).items()}
    write_bytes(folder / _WEIGHTS, save_tensors(arrays))
    description = _Description(
        schema_version=_SCHEMA, spec=spec, weights_sha256=sha256(folder / _WEIGHTS)
    )
    write_bytes(folder / _DESCRIPTION, to_json(description))


def load_model(folder: Path) -> tuple[ImageModel, ModelSpec]:
    """Read a model that rebuilds images, and what it was built from.

    Raises
    ------
    MissingPathError
        If there is no model in the folder.
    ConfigurationError
        If it is a classifier.
    ModelFileError
        If a file is damaged, of another schema, cannot be read, or does not fit the other one.
    """
    return _load(folder, build_model, classifies=False)


def load_classifier(folder: Path) -> tuple[Classifier, ModelSpec]:
    """Read a classifier and what it was built from.

    Raises
    ------
    MissingPathError
        If there is no model in the folder.
    ConfigurationError
        If it is a model that rebuilds images.
    ModelFileError
        If a file is damaged, of another schema, cannot be read, or does not fit the other one.
    """
    return _load(folder, build_classifier, classifies=True)


def _load(
    folder: Path, build: Callable[[ModelSpec], Model], *, classifies: bool
) -> tuple[Model, ModelSpec]:
    path = folder / _WEIGHTS
    with _reading(folder):
        description = _read_description(folder / _DESCRIPTION)
        _require_task(description.spec, folder, classifies=classifies)
        with _building(folder / _DESCRIPTION):
            expected = weight_shapes(description.spec)
        _require_sha256(path, description.weights_sha256)
        _require_header(path, expected)
        _require_finite(path)
        with _building(folder / _DESCRIPTION):
            model = build(description.spec)
        _fill(model, path)
    return model, description.spec


def read_weights_of(path: Path, spec: ModelSpec) -> ImageModel:
    """Build the model of a description and fill it from a file of weights.

    Raises
    ------
    ModelFileError
        If the weights do not fit the description, are no numbers, or no model follows from it.
    """
    with _building(path):
        expected = weight_shapes(spec)
    _require_header(path, expected)
    _require_finite(path)
    with _building(path):
        model = build_model(spec)
    _fill(model, path)
    return model


def _fill(model: Trainable, path: Path) -> None:
    tensors: Tensors = load_tensors(path.read_bytes())
    for name, variable in _variables(model).items():
        variable.assign(tensors[name])


def _require_task(spec: ModelSpec, folder: Path, *, classifies: bool) -> None:
    if (spec.objective == "classify") == classifies:
        return
    if classifies:
        raise ConfigurationError(
            f"The model in {folder} rebuilds images and names no classes. "
            "`hourglass train --objective classify` gives a classifier."
        )
    raise ConfigurationError(
        f"The model in {folder} is a classifier: it names classes and rebuilds no images. "
        "`hourglass evaluate` measures it; `hourglass train` without --objective classify gives "
        "a run that rebuilds images."
    )


@contextlib.contextmanager
def _reading(folder: Path) -> Iterator[None]:
    try:
        yield
    except MissingPathError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelFileError(
            f"The model in {folder} cannot be read: {reason}. Check its files and permissions."
        ) from error


@contextlib.contextmanager
def _building(path: Path) -> Iterator[None]:
    try:
        yield
    except (TypeError, ValueError) as error:
        cause = str(error).rstrip(".")
        raise ModelFileError(
            f"{path} describes a model that cannot be built: {cause}. "
            "It is damaged, or not a model of Hourglass."
        ) from error


def _read_description(path: Path) -> _Description:
    if not path.is_file():
        raise MissingPathError(f"There is no model in {path.parent}: {path.name} is missing.")
    if path.stat().st_size > _MOST_DESCRIPTION_BYTES:
        raise ModelFileError(f"{path} is too large for the description of a model.")
    try:
        description = from_json(_Description, path.read_bytes(), str(path))
    except ConfigurationError as error:
        raise ModelFileError(f"{error} It is damaged, or not a model of Hourglass.") from error
    if description.schema_version != _SCHEMA:
        raise ModelFileError(
            f"{path} has schema version {description.schema_version}; this version of Hourglass "
            f"reads {_SCHEMA}. Update Hourglass."
        )
    return description


def _require_header(path: Path, expected: Shapes) -> None:
    """Refuse weights whose names, shapes or types are not those of the description."""
    if _header_bytes(path) > _MOST_HEADER_BYTES:
        raise ModelFileError(f"{path} is not a safetensors file of ours: its header is too long.")
    try:
        with safe_open(path, framework="numpy") as file:
            slices = {name: file.get_slice(name) for name in file.keys()}  # noqa: SIM118 - no dict
            found = {name: tuple(entry.get_shape()) for name, entry in slices.items()}
            types = {entry.get_dtype() for entry in slices.values()}
    except SafetensorError as error:
        raise ModelFileError(f"{path} is not a safetensors file: {error}") from error
    if found != expected:
        wrong = min(set(expected.items()) ^ set(found.items()))[0]
        raise ModelFileError(
            f"{path} does not fit {_DESCRIPTION}: {wrong} should have shape "
            f"{expected.get(wrong, 'none')} and has {found.get(wrong, 'none')}."
        )
    if types != {"F32"}:
        raise ModelFileError(
            f"{path} must hold 32-bit floating-point numbers (F32) alone; it has "
            f"{', '.join(sorted(types))}."
        )


def _header_bytes(path: Path) -> int:
    with path.open("rb") as file:
        return int.from_bytes(file.read(_LENGTH_BYTES), "little")


def _require_sha256(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelFileError(f"{path} is missing; the model was not copied whole.")
    found = sha256(path)
    if found != expected:
        raise ModelFileError(
            f"{path} has SHA-256 {found}, and {_DESCRIPTION} expects {expected}. "
            "The file is damaged or belongs to another model; copy the model again."
        )


def _require_finite(path: Path) -> None:
    """Refuse weights that are not numbers, a block at a time: behind the header all is F32."""
    start = _LENGTH_BYTES + _header_bytes(path)
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(_BLOCK_BYTES):
            if not np.isfinite(np.frombuffer(block, "<f4")).all():
                raise ModelFileError(
                    f"{path} has weights that are infinite or not a number: its training "
                    "diverged, or the file is damaged. Train again with a lower learning rate."
                )


def _variables(model: Trainable) -> dict[str, keras.Variable]:
    return {
        f"{part}/{variable.path}": variable
        for part, network in model.parts.items()
        for variable in network.weights
    }
