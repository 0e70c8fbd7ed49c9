"""A share of the rows of each image, so that a single image has splits too."""

import hashlib
from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hourglass.images.memory import as_unit_range
from hourglass.images.paired import PairedImages
from hourglass.images.promise import Images, Shape
from hourglass.images.split import HELD_OUT, DataSet, Splits


@final
class BandImages(Images):
    """The same band of rows of each image.

    Parameters
    ----------
    images
        What the bands are cut from.
    first, last
        Where a band begins and ends, as shares of the height from top to bottom.
    """

    def __init__(self, images: Images, first: float, last: float) -> None:
        self._images, self._first, self._last = images, first, last

    def __len__(self) -> int:
        """Return the number of bands, one an image."""
        return len(self._images)

    def __repr__(self) -> str:
        """Return which rows of what in one line."""
        return f"BandImages({self._first:.0%} to {self._last:.0%} of the rows of {self._images!r})"

    @property
    def shape(self) -> Shape:
        """Height, width and channels of each band; ``None`` for a side that differs."""
        height, width, channels = self._images.shape
        rows = None if height is None else int(self._rows(np.array([height]))[0])
        return rows, width, channels

    @property
    def sides(self) -> NDArray[np.int64]:
        """Height and width of each band, shape (count, 2)."""
        sides = self._images.sides
        return np.column_stack([self._rows(sides[:, 0]), sides[:, 1]])

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels at rest, that of the images."""
        return self._images.dtype

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """Class of each image, shape (count,), or ``None``."""
        return self._images.labels

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes, where they have any."""
        return self._images.class_names

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of the images' fingerprint and of which rows these are."""
        words = f"{self._images.fingerprint} {self._first} {self._last}"
        return hashlib.sha256(words.encode()).hexdigest()

    def at_rest(self, index: int) -> NDArray[Any]:
        """Return one band as it lies at rest, shape (height, width, channels)."""
        image = self._images.at_rest(index)
        top, bottom = (round(share * len(image)) for share in (self._first, self._last))
        return image[top:bottom]

    def read(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the bands at ``indices``, shape (n, height, width, channels) in [0, 1]."""
        return as_unit_range(np.stack([self.at_rest(int(index)) for index in indices]))

    def take(self, indices: NDArray[np.int64]) -> "BandImages":
        """Return the bands of the images at ``indices``, with their labels."""
        return BandImages(self._images.take(indices), self._first, self._last)

    def _rows(self, heights: NDArray[np.int64]) -> NDArray[np.int64]:
        # Rounded like the ends themselves: bands that follow each other share no row.
        first, last = (np.rint(share * heights) for share in (self._first, self._last))
        rows: NDArray[np.int64] = (last - first).astype(np.int64)
        return rows


def split_rows(data_set: DataSet) -> Splits:
    """Split few images by their rows: the upper 80 % train, then come validation and test.

    For patches, which are cut from within an image: whoever has a single noisy image can train
    on it, and be measured on rows that were not learned from.

    Parameters
    ----------
    data_set
        What was loaded, without splits of its own.
    """
    folder = data_set.folder
    note = "Too few images for three splits: the upper 80 % of rows are learned from."
    ends = (0.0, 1.0 - 2 * HELD_OUT, 1.0 - HELD_OUT, 1.0)
    train, validation, test = (_band(data_set.train, *part) for part in pairwise(ends))
    return Splits(
        name=data_set.name,
        train=train,
        validation=validation,
        test=test,
        split_hash=hashlib.sha256(f"rows {ends} of {len(train)}".encode()).hexdigest(),
        fingerprint=data_set.fingerprint,
        bands=data_set.bands,
        ranges=data_set.ranges,
        folder=None if folder is None else replace(folder, notes=(*folder.notes, note)),
    )


def _band(images: Images, first: float, last: float) -> Images:
    if isinstance(images, PairedImages):
        return PairedImages(
            BandImages(images.target, first, last), BandImages(images.seen, first, last)
        )
    return BandImages(images, first, last)
