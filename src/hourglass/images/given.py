"""Image files that a user gives, each brought to the form that a model was trained on."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ImageShapeError, MissingPathError, printable
from hourglass.images.arrangement import SPLIT_FOLDERS
from hourglass.images.bring import bring_to_size, bring_to_values
from hourglass.images.decode import IMAGE_EXTENSIONS, decode, naming
from hourglass.images.listing import Listing, images_below
from hourglass.images.promise import Shape
from hourglass.images.reader import MOST_PIXELS
from hourglass.images.survey import digest_of
from hourglass.records import ColorName, Sides

_UNREACHED: Final = (-1, -1)


class GivenImage(NamedTuple):
    """An image in the form of a model.

    Attributes
    ----------
    pixels
        Shape (height, width, channels), as it lies at rest.
    digest
        Of its own pixels, before they were brought to that form.
    """

    pixels: NDArray[Any]
    digest: bytes


@dataclass(frozen=True, slots=True)
class ModelForm:
    """How a file becomes an image that a model takes: as training did it with its folder.

    Attributes
    ----------
    shape
        Height, width and channels of the model's images; ``None`` for a side that is open.
    resize, crop
        Height and width that every file is brought to, or ``None``.
    color
        ``gray`` makes color files gray for a model of gray images; otherwise they are refused.
    max_pixels
        More in a file are refused before they are decoded.
    """

    shape: Shape
    resize: Sides | None = None
    crop: Sides | None = None
    color: ColorName | None = None
    max_pixels: int = MOST_PIXELS

    def read(self, path: Path) -> GivenImage:
        """Decode a file and bring it to this form.

        Raises
        ------
        DataError
            If it is no image, or too large.
        ImageShapeError
            If it does not fit.
        MissingPathError
            If there is no such file.
        """
        with naming(path):
            decoded = decode(path, max_pixels=self.max_pixels)
            sized = bring_to_size(decoded, self.resize, self.crop)
        self._require_fitting(path, sized.shape)
        return GivenImage(_with_alpha(sized, self.shape[2]), digest_of(decoded))

    def _require_fitting(self, path: Path, shape: tuple[int, ...]) -> None:
        height, width, channels = self.shape
        sides = all(
            want in (None, have) for want, have in zip((height, width), shape[:2], strict=True)
        )
        if sides and (shape[2] <= 2 or channels >= 3 or self.color == "gray"):
            return
        raise ImageShapeError(
            f"{path} has shape {shape}, and the model takes images of height {height or 'any'}, "
            f"width {width or 'any'} and {channels} channels, as it was trained on them."
        )


def _with_alpha(pixels: NDArray[Any], channels: int) -> NDArray[Any]:
    """Return an image with as many channels as a model takes; an alpha that is missing hides none.

    An alpha that the model does not take is left out, as in training.
    """
    image = bring_to_values(pixels, channels, pixels.dtype.name)
    if image.shape[2] == channels:
        return image
    opaque = np.full((*image.shape[:2], 1), np.iinfo(image.dtype).max, image.dtype)
    return np.concatenate([image, opaque], axis=2)


@final
class GivenFiles:
    """Image files and the folders of them that a user named, in the order that was given.

    Within a folder files come sorted, those of sub-folders after those beside them. Hidden files
    are left out, and links that lead out of a folder.

    Parameters
    ----------
    inputs
        Files, and folders whose files are taken with the tree below them.

    Raises
    ------
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    """

    def __init__(self, inputs: Sequence[Path]) -> None:
        self.inputs = tuple(inputs)
        self._listings = [_listing(path) for path in inputs]
        self._ends = np.cumsum([len(listing) for listing in self._listings])
        self._depths = [
            _depth_of_labels(listing) if path.is_dir() else None
            for path, listing in zip(inputs, self._listings, strict=True)
        ]

    def __len__(self) -> int:
        """Return the number of files."""
        return int(self._ends[-1]) if len(self._ends) else 0

    def path(self, position: int) -> Path:
        """Return where a file lies."""
        listing, index = self._place(position)
        return self._listings[listing][index]

    def name(self, position: int) -> str:
        """Return a file's path from the given folder on, printable; with several inputs, all."""
        listing, index = self._place(position)
        found = self._listings[listing]
        text = found.name(index) if len(self._listings) == 1 else str(found[index])
        # The same name in every locale.
        return printable(os.fsencode(Path(text).as_posix()).decode("utf-8", "surrogateescape"))

    def label(self, position: int) -> str:
        """Return the sub-folder that stands for a file's class, nothing where none does."""
        listing, index = self._place(position)
        depth = self._depths[listing]
        if depth is None:
            return ""
        return printable(Path(self._listings[listing].name(index)).parts[depth])

    def fingerprints(self) -> tuple[str, str]:
        """Return SHA-256 over names and sizes, and over when the files were changed."""
        listed, changed = hashlib.sha256(), hashlib.sha256()
        for position in range(len(self)):
            size, moment = _size_and_change(self.path(position))
            listed.update(f"{self.name(position)}\0{size}\n".encode())
            changed.update(moment.to_bytes(8, "little", signed=True))
        return listed.hexdigest(), changed.hexdigest()

    def _place(self, position: int) -> tuple[int, int]:
        listing = int(np.searchsorted(self._ends, position, side="right"))
        return listing, position - int(self._ends[listing - 1] if listing else 0)


def _listing(path: Path) -> Listing:
    try:
        if path.is_dir():
            listing = Listing(path, images_below(path, path))
        elif path.is_file():
            listing = Listing(path.parent, [os.fsencode(path.name)])
        else:
            raise MissingPathError(f"There is no file or folder {path}.")
    except MissingPathError:
        raise
    except OSError as error:
        raise MissingPathError(
            f"{error.filename or path} cannot be reached: {error.strerror or error}. Check its "
            "permissions."
        ) from error
    if not len(listing):
        raise MissingPathError(
            f"{path} holds no image file: one whose name ends in {', '.join(IMAGE_EXTENSIONS)}. "
            "Hidden files are left out, and links that lead out of it."
        )
    return listing


def _depth_of_labels(listing: Listing) -> int | None:
    """Return which folder on a path is a class: the first, or the one below ``train`` and such.

    It is none where files lie beside the folders.
    """
    for depth in (0, 1):
        names = set(_folders_at(listing, depth))
        if None in names:
            return None
        if not names <= SPLIT_FOLDERS.keys():
            return depth
    return None


def _folders_at(listing: Listing, depth: int) -> Iterator[str | None]:
    for index in range(len(listing)):
        parts = Path(listing.name(index)).parts
        yield parts[depth] if len(parts) > depth + 1 else None


def _size_and_change(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        # It is named as one that failed when it is read.
        return _UNREACHED
    return status.st_size, status.st_mtime_ns
