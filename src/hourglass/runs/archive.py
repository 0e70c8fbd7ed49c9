"""Arrays by name in one compressed file."""

import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.files import atomic_write
from hourglass.records import Maps, Samples

_MOST_BYTES: Final = 256 * 1024**2
Found = TypeVar("Found")


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays by name.

    Raises
    ------
    WriteError
        If they cannot be written.
    """
    with atomic_write(path) as file:
        np.savez_compressed(file, allow_pickle=False, **dict[str, Any](arrays))


def read_arrays(path: Path, what: str, build: Callable[[dict[str, NDArray[Any]]], Found]) -> Found:
    """Return what ``build`` makes of the arrays in a file.

    Parameters
    ----------
    path
        As ``write_arrays`` wrote it.
    what
        What the file should hold, for the error.
    build
        Takes the arrays by name.

    Raises
    ------
    DataError
        If the file is damaged, too large, or not what ``build`` takes.
    """
    try:
        _require_size(path)
        with np.load(path, allow_pickle=False) as archive:
            return build(dict(archive))
    # ZIP, zlib, LZMA and NumPy each raise errors of their own, without a common root.
    except Exception as error:
        raise DataError(f"{path} does not hold {what}: {error}") from error


def with_prefix(arrays: Mapping[str, NDArray[Any]], prefix: str) -> dict[str, NDArray[Any]]:
    """Return the arrays whose names begin with a prefix, by what follows it."""
    return {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }


def samples_of(arrays: dict[str, NDArray[Any]]) -> Samples:
    """Return the samples of a run from its arrays by name."""
    return Samples(
        positions=arrays["positions"],
        groups=with_prefix(arrays, "group/"),
        images=with_prefix(arrays, "image/"),
        errors=with_prefix(arrays, "error/"),
    )


def maps_of(arrays: dict[str, NDArray[Any]]) -> Maps:
    """Return the maps of a run from its arrays by name."""
    return Maps(
        positions=arrays["positions"],
        labels=arrays.get("labels"),
        maps=with_prefix(arrays, "map/"),
    )


def _require_size(path: Path) -> None:
    """Refuse an archive that would unpack to more than the arrays of any run."""
    with zipfile.ZipFile(path) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > _MOST_BYTES:
        raise DataError(f"it unpacks to {size:,} bytes, more than {_MOST_BYTES:,}.")
