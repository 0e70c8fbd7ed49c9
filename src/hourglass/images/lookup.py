"""Where a published data set may lie on this machine, in the order of looking."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hourglass.errors import DataError, MissingPathError
from hourglass.files import cache_folder, environment_path
from hourglass.images.arrays import read_archive
from hourglass.images.catalog import Publication
from hourglass.images.idx import (
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    encode_idx,
    read_content,
    require_idx,
)

DATA_DIR_VARIABLE: Final = "HOURGLASS_DATA_DIR"
SYSTEM_DATA: Final = Path("/usr/share/datasets")

_ARCHIVE_KEYS: Final = {
    TRAIN_IMAGES: "x_train",
    TRAIN_LABELS: "y_train",
    TEST_IMAGES: "x_test",
    TEST_LABELS: "y_test",
}

Contents = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Somewhere a data set may be.

    Attributes
    ----------
    location
        A path, or the address of a mirror.
    kind
        What the place is, such as ``Keras' cache``.
    found
        Whether the data set is there, whole and with the right checksums.
    reason
        Why it is not used; empty where it is found.
    """

    location: str
    kind: str
    found: bool
    reason: str = ""

    def __str__(self) -> str:
        """Return the place and what was found there, in one clause."""
        return f"{self.location} ({self.kind}: {self.reason or 'found'})"


def search(
    publication: Publication, data_dir: Path | None
) -> Iterator[tuple[Place, Contents | None]]:
    """Look at each place in turn, and yield it with the contents of its files if they are right.

    Nothing is read before it is asked for, so a caller stops at the first place that serves.
    """
    for kind, path in _candidates(publication.name, data_dir):
        try:
            contents = _read_place(path, publication)
        except (DataError, OSError) as error:
            yield Place(location=str(path), kind=kind, found=False, reason=_told(error)), None
        else:
            yield Place(location=str(path), kind=kind, found=True), contents


def require_checksum(content: bytes, publication: Publication, file: str, source: str) -> bytes:
    """Return ``content`` if it is what was published under that file name.

    Raises
    ------
    DataError
        If its SHA-256 is another.
    """
    expected = publication.checksums[file]
    found = hashlib.sha256(content).hexdigest()
    if found != expected:
        raise DataError(
            f"{source} is not the published {file} of {publication.name}: SHA-256 {expected} was "
            f"expected of its decompressed bytes and {found} was found."
        )
    return content


def _candidates(name: str, data_dir: Path | None) -> Iterator[tuple[str, Path]]:
    chosen = environment_path(DATA_DIR_VARIABLE)
    if data_dir is not None:
        yield "the data folder given", _within(data_dir, name)
    if chosen is not None and chosen != data_dir:
        yield DATA_DIR_VARIABLE, _within(chosen, name)
    yield "the system's data", SYSTEM_DATA / name
    keras = Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser() / "datasets"
    yield "Keras' cache", keras / ("mnist.npz" if name == "mnist" else name)
    yield "Hourglass' cache", cache_folder(name)


def _within(data_dir: Path, name: str) -> Path:
    folder = Path(data_dir).expanduser()
    itself = folder.resolve().name == name and not (folder / name).is_dir()
    return folder if itself else folder / name


def _read_place(path: Path, publication: Publication) -> dict[str, bytes]:
    if not path.exists():
        raise MissingPathError("it does not exist")
    read = _read_archive if path.suffix == ".npz" else _read_folder
    return {
        file: require_checksum(content, publication, file, source)
        for file, content, source in read(path, publication)
    }


def _read_folder(folder: Path, publication: Publication) -> Iterator[tuple[str, bytes, str]]:
    for file in publication.checksums:
        path = require_idx(folder, file)
        yield file, read_content(path), str(path)


def _read_archive(path: Path, publication: Publication) -> Iterator[tuple[str, bytes, str]]:
    arrays = read_archive(path, ["x_train", "x_test"], ["y_train", "y_test"])
    for file in publication.checksums:
        key = _ARCHIVE_KEYS[file]
        if key not in arrays:
            raise DataError(f"{path} has no array {key}")
        yield file, encode_idx(arrays[key]), f"{path}: {key}"


def _told(error: Exception) -> str:
    return str(error).rstrip(".")
