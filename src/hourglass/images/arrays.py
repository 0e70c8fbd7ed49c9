"""NumPy's files: ``.npz`` archives and ``.npy`` arrays, read without unpickling anything."""

import math
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, HourglassError
from hourglass.images.memory import (
    ArrayImages,
    images_from,
    require_image_axes,
    require_memory,
    require_pixel_type,
)
from hourglass.images.split import DataSet

_PIXEL_KEYS: Final = ("images", "x_train", "x_val", "x_test")
_LABEL_KEYS: Final = ("labels", "y_train", "y_val", "y_test")
_KNOWN_KEYS: Final = (*_PIXEL_KEYS, *_LABEL_KEYS, "class_names")
_CHECKED_FIRST: Final = 64 << 20
_PIECE: Final = 1 << 20
_KERAS_SPLITS: Final = {"train": "train", "validation": "val", "test": "test"}


def load_npz(path: Path) -> DataSet:
    """Load an archive of arrays.

    Parameters
    ----------
    path
        Holds ``images`` and perhaps ``labels``; or Keras' ``x_train``, ``y_train``, ``x_test``
        and ``y_test`` (labels may be missing, ``x_val`` and ``y_val`` may be there), which are
        splits. ``class_names`` may be there in both. Grayscale images may come without the axis
        of channels.

    Raises
    ------
    DataError
        If it is no such archive, a needed key is missing, or an array does not hold images.
    """
    arrays = read_archive(path)
    names = arrays.get("class_names")
    class_names = None if names is None else tuple(map(str, names.ravel()))
    if "images" in arrays:
        keys = {"train": ("images", "labels")}
    elif "x_train" in arrays:
        keys = {split: (f"x_{word}", f"y_{word}") for split, word in _KERAS_SPLITS.items()}
    else:
        raise DataError(
            f"{path} needs the arrays images (and labels), or x_train, y_train, x_test and "
            f"y_test; it has {', '.join(_keys(path)) or 'none'}. Save it again with "
            "np.savez(path, images=..., labels=...)."
        )
    parts = {
        split: _images(arrays[pixels], arrays.get(labels), class_names, f"{path}: {pixels}")
        for split, (pixels, labels) in keys.items()
        if pixels in arrays
    }
    return DataSet(
        name=path.stem,
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        source=str(path),
    )


def load_npy(path: Path) -> DataSet:
    """Load one array of images.

    Raises
    ------
    DataError
        If it is damaged or does not hold images.
    """
    size = path.stat().st_size
    require_memory(size, str(path))
    with path.open("rb") as file:
        array = _read_array(file, size, str(path), pixels=True)
    return DataSet(name=path.stem, train=_images(array, None, None, str(path)), source=str(path))


def read_archive(path: Path) -> Mapping[str, NDArray[Any]]:
    """Read those arrays of an archive that this room knows, by name; the others are left alone.

    Raises
    ------
    DataError
        If it is damaged or no archive.
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                key = member.filename.removesuffix(".npy")
                if key in arrays:
                    raise DataError(f"{path} holds the array {key} twice. Save it again.")
                if key in _KNOWN_KEYS:
                    arrays[key] = _read_member(archive, member, f"{path}: {key}", key)
    except (HourglassError, OSError):
        raise
    # A stranger's bytes can drive the parser of archives into an error of any class.
    except Exception as error:
        raise DataError(
            f"{path} is no NumPy archive, or a damaged one: {error}. "
            "Save it again with np.savez_compressed."
        ) from error
    return arrays


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: str, key: str
) -> NDArray[Any]:
    require_memory(member.file_size, source)
    if member.file_size > _CHECKED_FIRST:
        _require_whole(archive, member, source)
    with archive.open(member) as file:
        return _read_array(file, member.file_size, source, pixels=key in _PIXEL_KEYS)


def _require_whole(archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: str) -> None:
    """Read a member to its end without keeping it, so that a damaged one costs no memory."""
    counted = 0
    with archive.open(member) as file:
        while piece := file.read(_PIECE):
            counted += len(piece)
    if counted != member.file_size:
        raise DataError(
            f"{source} declares {member.file_size:,} bytes and holds {counted:,}. It is cut "
            "short or damaged; save it again."
        )


def _keys(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return [name.removesuffix(".npy") for name in archive.namelist()]


def _read_array(file: IO[bytes], size: int, source: str, *, pixels: bool) -> NDArray[Any]:
    """Read an array whose header has been checked against the bytes that there are."""
    try:
        shape, dtype = _read_header(file)
        if dtype.hasobject:
            raise DataError(
                f"{source} holds Python objects, which are never loaded because that can run "
                "someone else's code. Save plain numbers."
            )
        declared = math.prod(shape) * dtype.itemsize
        if declared != size - file.tell():
            raise DataError(
                f"{source} declares {declared:,} bytes of values and holds "
                f"{size - file.tell():,}. It is cut short or damaged; save it again."
            )
        if pixels:
            _require_pixels(shape, dtype, source)
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    except HourglassError:
        raise
    # The same is true of the parser of headers, and of decompression.
    except Exception as error:
        raise DataError(
            f"{source} is no NumPy array, or a damaged one: {error}. Save it again with np.save."
        ) from error


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"its format is {version[0]}.{version[1]}, and 1.0 or 2.0 was expected")
    shape, _, dtype = read(file)
    return shape, dtype


def _require_pixels(shape: tuple[int, ...], dtype: np.dtype[Any], source: str) -> None:
    # Told from the header, before a large array of the wrong kind takes memory.
    try:
        require_image_axes((*shape, 1) if len(shape) == 3 else shape)
        require_pixel_type(dtype)
    except DataError as error:
        raise type(error)(f"{source}: {error}") from error


def _images(
    pixels: NDArray[Any],
    labels: NDArray[Any] | None,
    class_names: tuple[str, ...] | None,
    source: str,
) -> ArrayImages:
    # Keras keeps grayscale images without channels, and some labels as a column.
    pixels = pixels[..., None] if pixels.ndim == 3 else pixels
    labels = labels[:, 0] if labels is not None and labels.shape[1:] == (1,) else labels
    return images_from(source, pixels, labels, class_names)
