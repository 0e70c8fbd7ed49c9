"""IDX files, the form in which MNIST and its relatives are published.

The header is two zero bytes, the type (8 for unsigned bytes), the number of axes, and the length
of each axis as a big-endian integer of 32 bits; the values follow in C order. See LeCun, Cortes
and Burges, "The MNIST database of handwritten digits".
"""

import gzip
import math
import os
import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, MissingPathError
from hourglass.images.memory import images_from, require_memory
from hourglass.images.split import DataSet

TRAIN_IMAGES: Final = "train-images-idx3-ubyte"
TRAIN_LABELS: Final = "train-labels-idx1-ubyte"
TEST_IMAGES: Final = "t10k-images-idx3-ubyte"
TEST_LABELS: Final = "t10k-labels-idx1-ubyte"
MNIST_FILES: Final = (TRAIN_IMAGES, TRAIN_LABELS, TEST_IMAGES, TEST_LABELS)

_AXES: Final = {b"\x00\x00\x08\x03": 3, b"\x00\x00\x08\x01": 1}
_HEADER_LENGTH: Final = {1: 8, 3: 16}
_GZIP_MAGIC: Final = b"\x1f\x8b"
# Deflate cannot shrink data by more than 1032 to 1 (zlib's technical notes).
_MOST_INFLATION: Final = 1032
_PIECE: Final = 1 << 20
# Larger content is counted before any of it is kept, so that a lie costs time but no memory.
_COUNTED_FIRST: Final = 64 << 20


def load_idx_file(path: Path) -> DataSet:
    """Load one IDX file of images, with the labels file beside it where there is one.

    Raises
    ------
    DataError
        If it is damaged, not an IDX file, or one of labels.
    """
    images = decode_idx(read_content(path))
    if images.ndim != 3:
        raise DataError(
            f"{path} holds labels, not images. Give the file of images that belongs to it, or the "
            "folder that holds both."
        )
    beside = path.with_name(path.name.replace("images-idx3", "labels-idx1"))
    labels = None
    if beside != path and beside.is_file():
        labels = decode_idx(read_content(beside))
    train = images_from(str(path), images[..., None], labels)
    return DataSet(name=path.name.removesuffix(".gz"), train=train, source=str(path))


def load_idx_folder(folder: Path) -> DataSet:
    """Load a folder that holds the four files that MNIST consists of, by their names.

    Raises
    ------
    DataError
        If one of them is damaged, or they do not belong together.
    """
    contents = {file: read_content(require_idx(folder, file)) for file in MNIST_FILES}
    return data_set_of(contents, name=folder.resolve().name, source=str(folder))


def holds_idx(folder: Path) -> bool:
    """Tell whether a folder holds the four files that MNIST consists of."""
    return all(find_idx(folder, file) for file in MNIST_FILES)


def find_idx(folder: Path, name: str) -> Path | None:
    """Return the file of that name in a folder, compressed or not, or ``None``."""
    candidates = (folder / f"{name}.gz", folder / name)
    return next((path for path in candidates if path.is_file()), None)


def require_idx(folder: Path, name: str) -> Path:
    """Return the file of that name in a folder, compressed or not.

    Raises
    ------
    MissingPathError
        If there is neither.
    """
    path = find_idx(folder, name)
    if path is None:
        raise MissingPathError(f"{folder} holds neither {name} nor {name}.gz.")
    return path


def data_set_of(
    contents: Mapping[str, bytes],
    *,
    name: str,
    source: str,
    class_names: tuple[str, ...] | None = None,
) -> DataSet:
    """Return the data set that the contents of the four files make."""
    arrays = {file: decode_idx(content) for file, content in contents.items()}
    train, test = (
        images_from(f"{source}: {images}", arrays[images][..., None], arrays[labels], class_names)
        for images, labels in ((TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS))
    )
    return DataSet(name=name, train=train, test=test, source=source)


def read_content(path: Path) -> bytes:
    """Return header and values of an IDX file, decompressed and of the declared length.

    Raises
    ------
    DataError
        If it is damaged, or no IDX file of images or labels.
    """
    with path.open("rb") as file:
        return unpack(file, str(path))


def unpack(file: BinaryIO, source: str) -> bytes:
    """Return header and values of an IDX file that may be compressed with gzip.

    Never more than the declared length and one byte is decompressed, and a declared length that
    the file cannot hold is refused first: a header that lies and a gzip bomb cost no memory.

    Parameters
    ----------
    file
        The file, from its beginning; it must be able to seek.
    source
        What an error calls it.

    Raises
    ------
    DataError
        If it is damaged, or no IDX file of images or labels.
    """
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    packed = file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC
    file.seek(0)
    stream = gzip.GzipFile(fileobj=file) if packed else file
    try:
        declared = _declared_length(stream, source)
        most = size * (_MOST_INFLATION if packed else 1)
        _require_length(source, declared, found=min(declared, most))
        require_memory(declared, source)
        if declared > _COUNTED_FIRST:
            stream.seek(0)
            _require_length(source, declared, found=_count(stream, declared + 1))
        stream.seek(0)
        content = stream.read(declared + 1)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(
            f"{source} is a damaged or cut gzip file: {error}. Fetch it again."
        ) from error
    _require_length(source, declared, found=len(content))
    return content


def decode_idx(content: bytes) -> NDArray[np.uint8]:
    """Return the array in an IDX file's content, as ``unpack`` gives it.

    Returns
    -------
    NDArray
        Shape (count, height, width) of images, or (count,) of labels. It shares the memory of
        ``content``.
    """
    shape = _shape(content, "this content")
    return np.frombuffer(content, np.uint8, offset=_HEADER_LENGTH[len(shape)]).reshape(shape)


def encode_idx(array: NDArray[np.uint8]) -> bytes:
    """Return the content of the IDX file that holds an array, as ``decode_idx`` reads it."""
    header = struct.pack(f">{1 + array.ndim}I", 0x800 + array.ndim, *array.shape)
    return header + array.tobytes()


def _declared_length(stream: BinaryIO | gzip.GzipFile, source: str) -> int:
    shape = _shape(stream.read(max(_HEADER_LENGTH.values())), source)
    return _HEADER_LENGTH[len(shape)] + math.prod(shape)


def _shape(header: bytes, source: str) -> tuple[int, ...]:
    axes = _AXES.get(header[:4])
    if axes is None or len(header) < _HEADER_LENGTH[axes]:
        raise DataError(
            f"{source} is no IDX file: it starts with {header[:4].hex(' ') or 'nothing'} where "
            "00 00 08 03 (images) or 00 00 08 01 (labels) and the sizes were expected. Data are "
            "a folder of images, an .npz, an .npy, an IDX file, or a .csv of pixels."
        )
    return struct.unpack(f">{axes}I", header[4 : _HEADER_LENGTH[axes]])


def _require_length(source: str, declared: int, *, found: int) -> None:
    if found != declared:
        held = f"cannot hold more than {found:,}" if found < declared else "holds more"
        raise DataError(
            f"{source} declares {declared:,} bytes in its header and {held}. It is cut short, "
            "damaged or no IDX file; fetch it again."
        )


def _count(stream: BinaryIO | gzip.GzipFile, most: int) -> int:
    """Return how many bytes are left in a stream, but no more than ``most``, keeping none."""
    counted = 0
    while counted < most and (piece := stream.read(min(_PIECE, most - counted))):
        counted += len(piece)
    return counted
