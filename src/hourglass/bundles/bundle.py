"""``model.json`` and ``weights.safetensors``, checked before anything is built.

Nothing is unpickled and nothing of the file is executed: the description names one of our own
networks and its sizes, and the weights are arrays whose names and shapes have to match it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

import keras
import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load as load_tensors
from safetensors.numpy import save as save_tensors

from hourglass.errors import ConfigurationError, MissingPathError, ModelFileError
from hourglass.files import sha256, write_bytes
from hourglass.models import ImageModel, build_model
from hourglass.records import ModelSpec, from_json, to_json

_SCHEMA: Final = 1
_MOST_DESCRIPTION_BYTES: Final = 1_000_000
_DESCRIPTION: Final = "model.json"
_WEIGHTS: Final = "weights.safetensors"

Tensors = Mapping[str, NDArray[np.generic]]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Description:
    """The content of ``model.json``."""

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    schema_version: int
    spec: ModelSpec
    weights_sha256: str


def save_model(model: ImageModel, spec: ModelSpec, folder: Path) -> None:
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
    """Read a model and what it was built from.

    Raises
    ------
    MissingPathError
        If there is no model in the folder.
    ModelFileError
        If a file is damaged, of another schema, or does not fit the other one.
    """
    description = _read_description(folder / _DESCRIPTION)
    tensors = _read_tensors(folder / _WEIGHTS, description.weights_sha256)
    model = build_model(description.spec)
    _fill(model, tensors, folder / _WEIGHTS)
    return model, description.spec


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


def _read_tensors(path: Path, expected: str) -> Tensors:
    if not path.is_file():
        raise ModelFileError(f"{path} is missing; the model was not copied whole.")
    found = sha256(path)
    if found != expected:
        raise ModelFileError(
            f"{path} has SHA-256 {found}, and {_DESCRIPTION} expects {expected}. "
            "The file is damaged or belongs to another model; copy the model again."
        )
    try:
        return load_tensors(path.read_bytes())
    except SafetensorError as error:
        raise ModelFileError(f"{path} is not a safetensors file: {error}") from error


def _fill(model: ImageModel, tensors: Tensors, path: Path) -> None:
    variables = _variables(model)
    expected = {name: tuple(variable.shape) for name, variable in variables.items()}
    found = {name: tensor.shape for name, tensor in tensors.items()}
    if found != expected:
        wrong = sorted(set(expected.items()) ^ set(found.items()))[0][0]
        raise ModelFileError(
            f"{path} does not fit {_DESCRIPTION}: {wrong} should have shape "
            f"{expected.get(wrong, 'none')} and has {found.get(wrong, 'none')}."
        )
    for name, variable in variables.items():
        variable.assign(tensors[name])


def _variables(model: ImageModel) -> dict[str, keras.Variable]:
    return {
        f"{part}/{variable.path}": variable
        for part, network in model.parts.items()
        for variable in network.weights
    }
