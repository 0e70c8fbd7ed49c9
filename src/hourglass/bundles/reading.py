"""A model on disk, a folder or a bundle: all of it checked before anything is built.

No Keras here: a file that is refused is refused before it is imported, and a card is told without.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from textwrap import shorten
from typing import BinaryIO, Final, NamedTuple

from hourglass.bundles.archive import (
    DESCRIPTION,
    MOST_DESCRIPTION_BYTES,
    WEIGHTS,
    read_archive,
)
from hourglass.bundles.shapes import weight_shapes
from hourglass.bundles.strict_json import parse_json
from hourglass.bundles.vocabulary import require_vocabulary
from hourglass.bundles.weights import read_again, require_weights, scan_weights
from hourglass.errors import ConfigurationError, MissingPathError, ModelFileError
from hourglass.records import FirstDescription, ModelDescription, from_json

BUNDLE_SUFFIX: Final = ".hourglass"

# What is wrong may be told for each of thousands of entries.
_LONGEST_REASON: Final = 600
_BLOCK_BYTES: Final = 1 << 20
_SCHEMAS: Final = (1, 2)


class ModelFile(NamedTuple):
    """A model whose files were found to be whole, and to belong together.

    Attributes
    ----------
    description
        What ``model.json`` tells, in the newest schema.
    read_weights
        Reads the bytes of the safetensors file that was checked, while it is open.
    """

    description: ModelDescription
    read_weights: Callable[[], bytes]


class _Source(NamedTuple):
    """The bytes of a model, wherever they lie."""

    description: bytes
    weights: Callable[[], Iterable[bytes]]
    where_description: str
    where_weights: str
    schemas: tuple[int, ...]


@contextlib.contextmanager
def open_model(path: Path) -> Iterator[ModelFile]:
    """Check a model and keep its file open while a block lasts.

    Parameters
    ----------
    path
        The folder of a model, that of a run, or a ``.hourglass`` file.

    Raises
    ------
    MissingPathError
        If there is no model.
    ModelFileError
        If a file is damaged, of another schema, cannot be read, or does not fit the other one.
    """
    with _opened(path) as source:
        description = _parsed(source.description, source.where_description, source.schemas)
        with describing(source.where_description):
            require_vocabulary(description.spec)
            expected = weight_shapes(description.spec)
        sha256, where = description.weights_sha256, source.where_weights
        require_weights(scan_weights(source.weights()), expected, sha256, where)
        yield ModelFile(description, lambda: read_again(source.weights(), sha256, where))


def read_description(path: Path) -> ModelDescription:
    """Return what the description of a model tells; its weights are checked as well.

    Raises
    ------
    MissingPathError
        If there is no model.
    ModelFileError
        If a file is damaged, of another schema, cannot be read, or does not fit the other one.
    """
    with open_model(path) as model:
        return model.description


@contextlib.contextmanager
def describing(where: str) -> Iterator[None]:
    """Say of errors in a block that they come from the description of a model.

    Raises
    ------
    ModelFileError
        If something in the block cannot be.
    """
    try:
        yield
    except (TypeError, ValueError) as error:
        cause = str(error).rstrip(".")
        raise ModelFileError(
            f"{where} describes a model that cannot be built: {cause}. "
            "It is damaged, or not a model of Hourglass."
        ) from error


def check_description(content: bytes, where: str) -> None:
    """Refuse a description that could be written and not be read again.

    Raises
    ------
    ModelFileError
        If it could not.
    """
    if len(content) > MOST_DESCRIPTION_BYTES:
        raise ModelFileError(f"{where} is too large for the description of a model.")
    _parsed(content, where, _SCHEMAS)


def description_of(path: Path) -> str:
    """Return how errors call the description of a model."""
    return f"{DESCRIPTION} in {path}" if path.is_file() else str(_model_folder(path) / DESCRIPTION)


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[_Source]:
    with _reading(path):
        if path.is_file():
            with path.open("rb") as file:
                yield _of_archive(file, path)
        else:
            yield _of_folder(_model_folder(path))


def _model_folder(path: Path) -> Path:
    """Return the folder of a model, or the one in the folder of a run."""
    inner = path / "model"
    return inner if (inner / DESCRIPTION).is_file() else path


def _of_archive(file: BinaryIO, path: Path) -> _Source:
    description, weights = read_archive(file, str(path))
    return _Source(
        description=b"".join(description.blocks()),
        weights=weights.blocks,
        where_description=description.where,
        where_weights=weights.where,
        # There were no bundles before.
        schemas=_SCHEMAS[1:],
    )


def _of_folder(folder: Path) -> _Source:
    description, weights = folder / DESCRIPTION, folder / WEIGHTS
    if not description.is_file():
        raise MissingPathError(f"There is no model in {folder}: {DESCRIPTION} is missing.")
    if description.stat().st_size > MOST_DESCRIPTION_BYTES:
        raise ModelFileError(f"{description} is too large for the description of a model.")
    content = description.read_bytes()
    if not weights.is_file():
        raise ModelFileError(f"{weights} is missing; the model was not copied whole.")
    return _Source(
        description=content,
        weights=lambda: _blocks(weights),
        where_description=str(description),
        where_weights=str(weights),
        schemas=_SCHEMAS,
    )


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            yield block


@contextlib.contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except MissingPathError:
        raise
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ModelFileError(
            f"The model in {path} cannot be read: {reason}. Check its files and permissions."
        ) from error


def _parsed(content: bytes, where: str, schemas: tuple[int, ...]) -> ModelDescription:
    values = parse_json(content, where)
    version = values.get("schema_version")
    if version not in schemas or type(version) is not int:
        known = " and ".join(map(str, schemas))
        raise ModelFileError(
            f"{where} has schema version {version!r}; this version of Hourglass reads {known}. "
            "Update Hourglass, or ask for a file that this one reads."
        )
    try:
        if version == 1:
            return from_json(FirstDescription, content, where, strict=True).to_second()
        return from_json(ModelDescription, content, where, strict=True)
    except ConfigurationError as error:
        reason = shorten(str(error), _LONGEST_REASON, placeholder=" …")
        raise ModelFileError(f"{reason} It is damaged, or not a model of Hourglass.") from error
