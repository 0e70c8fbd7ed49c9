"""Image files that a user gives, each brought to the form that a model was trained on."""

import hashlib
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError, MissingPathError, printable
from hourglass.images.arrangement import SplitFolders, split_folders
from hourglass.images.bring import bring_to_size, bring_to_values, type_at_rest
from hourglass.images.decode import DecodedImage, count_frames, decode, naming
from hourglass.images.form import Channels
from hourglass.images.listing import (
    Listing,
    every_frame_line,
    images_below,
    no_images,
    sorted_counts,
)
from hourglass.images.promise import Shape
from hourglass.images.reader import MOST_PIXELS
from hourglass.images.survey import digest_of
from hourglass.images.value_range import count_outside, outside_line
from hourglass.images.workers import in_order
from hourglass.records import ColorName, FrameChoice, Sides, ValueRanges

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


@final
class FilesRead:
    """What is to be told of all files that were read; any thread may read them."""

    def __init__(self) -> None:
        self._several: set[Path] = set()
        self._outside: dict[tuple[Path, int], int] = {}

    def note(self, path: Path, frame: int, frames: int, outside: int) -> None:
        """Take note of a frame of a file.

        Parameters
        ----------
        path, frame
            Which one.
        frames
            How many the file has.
        outside
            How many of its values lie outside of black and white.
        """
        if frames > 1:
            self._several.add(path)
        if outside:
            self._outside[path, frame] = outside

    def lines(
        self, ranges: ValueRanges, frames: FrameChoice = "first", advice: str = ""
    ) -> Iterator[str]:
        """Yield a sentence for each thing.

        Parameters
        ----------
        ranges
            What black and white were taken to be.
        frames
            Which frames were taken.
        advice
            What to do to have the others too.
        """
        count = len(self._several)
        if count and frames == "first":
            which = "1 file has" if count == 1 else f"{count:,} files have"
            yield f"{which} several frames or pages, of which the first was taken.{advice}"
        files = len({path for path, _ in self._outside})
        line = outside_line(sum(self._outside.values()), files, "file", ranges.known)
        if line is not None:
            yield line


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
    bands
        How many of the model's channels are data, neither shown nor an alpha.
    ranges
        What black and white are in the files.
    files_read
        What is to be told of the files that were read.
    """

    shape: Shape
    resize: Sides | None = None
    crop: Sides | None = None
    color: ColorName | None = None
    max_pixels: int = MOST_PIXELS
    bands: int = 0
    ranges: ValueRanges = field(default_factory=ValueRanges)
    files_read: FilesRead = field(default_factory=FilesRead, repr=False, compare=False)

    @property
    def channels(self) -> Channels:
        """What the channels of the model's images are."""
        count = self.shape[2] - self.bands
        if self.bands:
            return Channels(count, self.bands)
        return Channels(3 if count >= 3 else 1, alpha=count in (2, 4))

    def read(self, path: Path, frame: int = 0) -> GivenImage:
        """Decode a frame of a file and bring it to this form.

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
            image = decode(path, frame, max_pixels=self.max_pixels)
            sized = bring_to_size(image.pixels, self.resize, self.crop)
        self._require_fitting(path, sized.shape, image.channels)
        dtype = sized.dtype.name
        value_range = self.ranges.of(dtype, path)
        dtype = type_at_rest([dtype], {} if value_range is None else {dtype: value_range})
        wanted = self.channels
        if image.channels.bands:
            # Arrays do not say whether a channel is data; a model of as many takes them.
            wanted = image.channels
        brought = bring_to_values(sized, image.channels, wanted, dtype, value_range)
        outside = 0 if value_range is None else count_outside(_without_alpha(image), value_range)
        self.files_read.note(path, frame, image.frames, outside)
        return GivenImage(brought, digest_of(image.pixels))

    def _require_fitting(self, path: Path, shape: tuple[int, ...], channels: Channels) -> None:
        height, width, count = self.shape
        sides = all(
            want in (None, have) for want, have in zip((height, width), shape[:2], strict=True)
        )
        wanted = self.channels
        fits = wanted.colors >= channels.colors or self.color == "gray"
        if wanted.bands:
            fits = wanted[:2] == channels[:2]
        elif channels.bands:
            fits = channels.total == count
        if sides and fits:
            return
        raise ImageShapeError(
            f"{path} has shape {shape}, and the model takes images of height {height or 'any'}, "
            f"width {width or 'any'} and {count} channels, as it was trained on them."
        )


def _without_alpha(image: DecodedImage) -> NDArray[Any]:
    return image.pixels[..., :-1] if image.channels.alpha else image.pixels


@final
class GivenFiles:
    """Image files and the folders of them that a user named, in the order that was given.

    Within a folder files come sorted, those of sub-folders after those beside them. Hidden files
    are left out, and links that lead out of a folder.

    Parameters
    ----------
    inputs
        Files, and folders whose files are taken with the tree below them.
    frames
        ``first`` takes the first frame or page of each file, ``all`` every one.

    Attributes
    ----------
    left_out
        What lies in the folders and is not taken, counted by ending or reason.
    notes
        What was guessed of the folders, a sentence each.

    Raises
    ------
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    """

    def __init__(self, inputs: Sequence[Path], frames: FrameChoice = "first") -> None:
        self.inputs = tuple(inputs)
        self._listings = [_listing(path, frames) for path in inputs]
        self._ends = np.cumsum([len(listing) for listing in self._listings])
        self._labels = [
            _Labels(listing) if path.is_dir() else None
            for path, listing in zip(inputs, self._listings, strict=True)
        ]
        left_out = sum((listing.left_out for listing in self._listings), Counter[str]())
        self.left_out = sorted_counts(left_out)
        self.notes = tuple(note for one in self._labels if one is not None for note in one.notes)
        if any(listing.has_frames for listing in self._listings):
            files = sum(len(np.unique(listing.files)) for listing in self._listings)
            self.notes += (every_frame_line(len(self), files),)

    def __len__(self) -> int:
        """Return the number of files, or of their frames where these are taken."""
        return int(self._ends[-1]) if len(self._ends) else 0

    @property
    def paths(self) -> Iterator[Path]:
        """Where the files lie, in order; one of several frames comes once for each."""
        return map(self.path, range(len(self)))

    def path(self, position: int) -> Path:
        """Return where a file lies."""
        listing, index = self._place(position)
        return self._listings[listing][index]

    def frame(self, position: int) -> int:
        """Return which frame of its file an image is."""
        listing, index = self._place(position)
        return self._listings[listing].frame(index)

    def name(self, position: int) -> str:
        """Return a file's path from the given folder on, printable; with several inputs, all.

        Where frames are taken, the number of each follows a ``#``.
        """
        listing, index = self._place(position)
        found = self._listings[listing]
        text = found.name(index) if len(self._listings) == 1 else str(found[index])
        text += f"#{found.frame(index) + 1}" if found.has_frames else ""
        # The same name in every locale.
        return printable(os.fsencode(Path(text).as_posix()).decode("utf-8", "surrogateescape"))

    def label(self, position: int) -> str:
        """Return the sub-folder that stands for a file's class, nothing where none does."""
        listing, index = self._place(position)
        labels = self._labels[listing]
        return "" if labels is None else printable(labels[index])

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


def _listing(path: Path, frames: FrameChoice) -> Listing:
    try:
        if path.is_dir():
            listing = Listing(path)
            listing.extend(images_below(path, path, listing.left_out))
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
        raise MissingPathError(no_images(path, listing.left_out))
    if frames == "all":
        counts = np.fromiter(in_order(count_frames, listing), np.int64)
        return listing.with_frames(counts) if (counts > 1).any() else listing
    return listing


@final
class _Labels:
    """The classes that the sub-folders of a folder stand for, as training takes them.

    They are the folders below the splits, or the first ones where there are no splits. There are
    none where files lie beside them.
    """

    def __init__(self, listing: Listing) -> None:
        root = listing.root
        try:
            found = split_folders(root)
        except DataError:
            # What training refuses is taken by its first folders.
            found = SplitFolders({"train": root})
        self.notes = found.notes
        self._above = [folder.relative_to(root).parts for folder in found.folders.values()]
        self._listing = listing
        labels = map(self._below, range(len(listing)))
        self.are_known = all(len(parts) > 1 for parts in labels if parts is not None)

    def __getitem__(self, index: int) -> str:
        below = self._below(index) if self.are_known else None
        return "" if below is None else below[0]

    def _below(self, index: int) -> tuple[str, ...] | None:
        """Return a file's path from its split on, ``None`` for one that lies in none."""
        parts = Path(self._listing.name(index)).parts
        for above in self._above:
            if parts[: len(above)] == above:
                return parts[len(above) :]
        return None


def _size_and_change(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except OSError:
        # It is named as one that failed when it is read.
        return _UNREACHED
    return status.st_size, status.st_mtime_ns
