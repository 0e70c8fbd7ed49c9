"""The members of a ``.keras`` file: a zip of two texts and the weights."""

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from typing import Any, BinaryIO, Final, NoReturn

from hourglass.errors import ModelFileError

_METADATA: Final = "metadata.json"
_CONFIG: Final = "config.json"
_WEIGHTS: Final = "model.weights.h5"
_MOST_MEMBERS: Final = 50
_MOST_TEXT_BYTES: Final = 1_000_000
# Numbers that were trained do not pack; Keras itself packs none.
_MOST_PACKED: Final = 4


def read_archive(file: BinaryIO) -> tuple[Mapping[str, Any], io.BytesIO]:
    """Return the description of the model, and its weights as the file of HDF5 that they are.

    Parameters
    ----------
    file
        A ``.keras`` file. Nothing of it is unpacked to disk.

    Raises
    ------
    ModelFileError
        If it is not what Keras 3 writes, or would take more memory than its size explains.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            size = file.seek(0, io.SEEK_END)
            members = _members(archive)
            _require_keras_3(_read_json(archive, members, _METADATA))
            config = _read_json(archive, members, _CONFIG)
            weights = _require(members, _WEIGHTS)
            if weights.file_size > _MOST_PACKED * size:
                raise ModelFileError(
                    f"{_WEIGHTS} would unpack to {weights.file_size} bytes, more than "
                    f"{_MOST_PACKED} times the whole file. Save the model again with Keras."
                )
            return config, io.BytesIO(archive.read(weights))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        if isinstance(error, ModelFileError):
            raise
        raise ModelFileError(f"It is not a whole .keras file: {error}.") from error


def _members(archive: zipfile.ZipFile) -> Mapping[str, zipfile.ZipInfo]:
    infos = archive.infolist()
    if len(infos) > _MOST_MEMBERS:
        raise ModelFileError(f"It has {len(infos)} members; a .keras file has three.")
    for info in infos:
        parts = info.filename.replace("\\", "/").split("/")
        if ".." in parts or parts[0] == "" or ":" in parts[0]:
            raise ModelFileError(f"It has a member {info.filename[:60]!r} that leads out of it.")
    members = {info.filename: info for info in infos}
    if len(members) != len(infos):
        raise ModelFileError("It has two members of one name.")
    return members


def _require(members: Mapping[str, zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    if name not in members:
        raise ModelFileError(
            f"It has no {name}. A .keras file is what model.save('model.keras') of Keras 3 writes."
        )
    return members[name]


def _read_json(
    archive: zipfile.ZipFile, members: Mapping[str, zipfile.ZipInfo], name: str
) -> Mapping[str, Any]:
    info = _require(members, name)
    if info.file_size > _MOST_TEXT_BYTES:
        raise ModelFileError(f"{name} has {info.file_size} bytes; {_MOST_TEXT_BYTES} are possible.")
    try:
        found = json.loads(
            archive.read(info), object_pairs_hook=_without_twins, parse_constant=_refuse_constant
        )
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deep" if isinstance(error, RecursionError) else error
        raise ModelFileError(f"{name} is not JSON that Keras writes: {reason}.") from error
    if not isinstance(found, Mapping):
        raise ModelFileError(f"{name} is not JSON that Keras writes: it is no object.")
    return found


def _without_twins(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands there twice")
    return found


def _refuse_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number")


def _require_keras_3(metadata: Mapping[str, Any]) -> None:
    version = str(metadata.get("keras_version"))[:20]
    if not version.startswith("3."):
        raise ModelFileError(
            f"It was saved by Keras {version}; Hourglass reads what Keras 3 writes. Load it with "
            "the Keras it was saved by, build the same model in Keras 3, set_weights, save."
        )
