"""Latents as arrays by name, for NumPy: ``np.load(path)["latents"]``.

``ids``, ``paths``, ``labels`` (where known), ``latents``, ``digests``, ``places`` (where there is
a map), and small PNG pictures one after the other in ``thumbnails``, where ``thumbnail_ends`` says
that each of them ends. ``facts`` holds JSON. Nothing is compressed or pickled, so that nothing in
memory is larger than the file.
"""

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.files import atomic_write
from hourglass.records import LatentRows, LatentsFacts
from hourglass.runs.latents_format import (
    MOST_FACTS_BYTES,
    LatentsFormat,
    Rows,
    facts_from_bytes,
    facts_to_bytes,
)

# The first moment that ZIP can tell: the same rows give the same bytes.
_WRITTEN: Final = (1980, 1, 1, 0, 0, 0)
_KINDS: Final = {
    "ids": ("<i8", 1),
    "paths": ("U", 1),
    "labels": ("U", 1),
    "latents": ("<f4", 2),
    "digests": ("|u1", 2),
    "places": ("<f4", 2),
    "thumbnails": ("|u1", 1),
    "thumbnail_ends": ("<i8", 1),
}


class _Extent(NamedTuple):
    """What must be known of all rows before the first is written."""

    rows: int
    path: int
    label: int
    pictures: int


@final
class NpzLatents(LatentsFormat):
    """Arrays by name in a ZIP archive."""

    suffix = ".npz"
    thumbnails = False

    def write(self, path: Path, facts: LatentsFacts, rows: Rows) -> None:
        """Write one array after the other; the rows are gone through once for each."""
        extent = _extent(rows())
        with atomic_write(path) as file, zipfile.ZipFile(file, "w") as archive:
            _put(archive, "facts", np.frombuffer(facts_to_bytes(facts), np.uint8), ())
            for name, (dtype, tail) in _layout(facts, extent).items():
                count = extent.pictures if name == "thumbnails" else extent.rows
                empty = np.lib.stride_tricks.as_strided(
                    np.zeros(1, dtype), (count, *tail), (0,) * (1 + len(tail))
                )
                _put(archive, name, empty, _pieces(name, dtype, rows()))

    def read_facts(self, path: Path) -> LatentsFacts:
        """Read the array of facts alone."""
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            return _facts(archive)

    def read(self, path: Path, facts: LatentsFacts) -> LatentRows:
        """Read all arrays."""
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            found = {name: _get(archive, name) for name in _KINDS if _has(archive, name)}
        missing = {"ids", "paths", "latents", "digests"} - found.keys()
        if missing:
            raise DataError(f"the arrays {', '.join(sorted(missing))} are missing.")
        labels = found.get("labels")
        return LatentRows(
            ids=found["ids"],
            paths=tuple(found["paths"].tolist()),
            labels=None if labels is None else tuple(labels.tolist()),
            latents=found["latents"],
            digests=found["digests"],
            thumbnails=_pictures(found),
            places=found.get("places"),
        )


def _extent(parts: Iterable[LatentRows]) -> _Extent:
    rows = path = label = pictures = 0
    for part in parts:
        rows += len(part)
        path = max(path, *map(len, part.paths), 1)
        label = max(label, *map(len, part.labels or ("",)), 1)
        pictures += sum(map(len, part.thumbnails or ()))
    return _Extent(rows, path, label, pictures)


def _layout(facts: LatentsFacts, extent: _Extent) -> dict[str, tuple[str, tuple[int, ...]]]:
    """Return type and inner shape of each array that such a file has, in order."""
    layout: dict[str, tuple[str, tuple[int, ...]]] = {
        "ids": ("<i8", ()),
        "paths": (f"<U{extent.path}", ()),
        "latents": ("<f4", (facts.numbers,)),
        "digests": ("|u1", (16,)),
    }
    if facts.labeled:
        layout["labels"] = (f"<U{extent.label}", ())
    if facts.request.map is not None:
        layout["places"] = ("<f4", (2,))
    if facts.request.thumbnails:
        layout |= {"thumbnail_ends": ("<i8", ()), "thumbnails": ("|u1", ())}
    return layout


def _pieces(name: str, dtype: str, parts: Iterable[LatentRows]) -> Iterator[NDArray[Any]]:
    """Yield what each part of the rows adds to an array."""
    end = 0
    for part in parts:
        if name == "thumbnails":
            yield np.frombuffer(b"".join(part.thumbnails or ()), np.uint8)
        elif name == "thumbnail_ends":
            ends = end + np.cumsum([len(picture) for picture in part.thumbnails or ()])
            end = int(ends[-1]) if len(ends) else end
            yield ends.astype(dtype)
        else:
            yield np.asarray(getattr(part, name), dtype)


def _put(
    archive: zipfile.ZipFile, name: str, like: NDArray[Any], pieces: Iterable[NDArray[Any]]
) -> None:
    """Write an array: a header for one like ``like``, and the pieces, or its own values."""
    entry = zipfile.ZipInfo(f"{name}.npy", _WRITTEN)
    with archive.open(entry, mode="w", force_zip64=True) as member:
        _put_header(member, like)
        if name == "facts":
            member.write(like.tobytes())
        for piece in pieces:
            member.write(np.ascontiguousarray(piece).tobytes())


def _put_header(member: IO[bytes], like: NDArray[Any]) -> None:
    header = {
        "descr": np.lib.format.dtype_to_descr(like.dtype),
        "fortran_order": False,
        "shape": like.shape,
    }
    np.lib.format.write_array_header_1_0(member, header)


def _has(archive: zipfile.ZipFile, name: str) -> bool:
    names = archive.namelist()
    if len(set(names)) < len(names):
        raise DataError("it holds an array twice.")
    return f"{name}.npy" in names


def _facts(archive: zipfile.ZipFile) -> LatentsFacts:
    if not _has(archive, "facts"):
        raise DataError("it has no facts.")
    if archive.getinfo("facts.npy").file_size > MOST_FACTS_BYTES:
        raise DataError("its facts are too long.")
    return facts_from_bytes(_array(archive, "facts", "|u1", 1).tobytes())


def _get(archive: zipfile.ZipFile, name: str) -> NDArray[Any]:
    kind, axes = _KINDS[name]
    return _array(archive, name, kind, axes)


def _array(archive: zipfile.ZipFile, name: str, kind: str, axes: int) -> NDArray[Any]:
    """Read an array whose header says what was expected, and as much as there is."""
    entry = archive.getinfo(f"{name}.npy")
    if entry.compress_type != zipfile.ZIP_STORED or entry.file_size != entry.compress_size:
        raise DataError("its arrays are compressed; only those that are not are read.")
    with archive.open(entry) as member:
        shape, dtype = _header(member)
        fits = dtype.kind == "U" if kind == "U" else dtype.str == kind
        if not fits or len(shape) != axes:
            raise DataError(f"its {name} are {dtype} of shape {shape}.")
        count = int(np.prod(shape, dtype=object))
        if count * dtype.itemsize != entry.file_size - member.tell():
            raise DataError(f"its {name} are cut short.")
        values = np.frombuffer(member.read(), dtype)
    return values.reshape(shape)


def _header(member: IO[bytes] | BinaryIO) -> tuple[tuple[int, ...], np.dtype[Any]]:
    if np.lib.format.read_magic(member) != (1, 0):
        raise DataError("its arrays are not of NumPy's format 1.0.")
    shape, in_columns, dtype = np.lib.format.read_array_header_1_0(member)
    if in_columns or dtype.hasobject:
        raise DataError("its arrays hold Python objects, or lie in columns.")
    return shape, dtype


def _pictures(found: dict[str, NDArray[Any]]) -> tuple[bytes, ...] | None:
    ends, content = found.get("thumbnail_ends"), found.get("thumbnails")
    if ends is None or content is None:
        return None
    starts = np.concatenate([[0], ends])
    if (np.diff(starts) < 0).any() or starts[-1] != len(content):
        raise DataError("its thumbnails do not end where it says.")
    text = content.tobytes()
    return tuple(
        text[start:end] for start, end in zip(starts[:-1].tolist(), ends.tolist(), strict=True)
    )
