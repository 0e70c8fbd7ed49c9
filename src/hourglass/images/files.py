"""Images that are read from their files when they are asked for."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError
from hourglass.images.bring import Form, bring_to_size
from hourglass.images.decode import decode
from hourglass.images.listing import Listing
from hourglass.images.memory import as_unit_range
from hourglass.images.promise import Images, Shape, fingerprint_of, shown_names
from hourglass.images.survey import digest_of
from hourglass.images.workers import PixelCache, in_order, worker_count

CACHE_BYTES: Final = 512 << 20


@final
class FileSource:
    """Checked image files, shared by all sets of images that are read from them.

    Parameters
    ----------
    listing
        The files.
    positions
        Which of them can be used, shape (files,).
    sides
        Height and width of each of those, shape (files, 2).
    digests
        A digest of the pixels of each, shape (files, bytes).
    form
        What they are brought to.
    cache_bytes
        Bytes of decoded images that are kept at most. A constant: what is read, and in which
        order, never follows from the machine.
    """

    def __init__(
        self,
        listing: Listing,
        positions: NDArray[np.int64],
        sides: NDArray[np.uint32],
        digests: NDArray[np.uint8],
        form: Form,
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self.listing, self.positions, self.sides = listing, positions, sides
        self.digests, self.form = digests, form
        self.cache = PixelCache(cache_bytes)
        heights, widths = (_only(values) for values in (sides[:, 0], sides[:, 1]))
        self.shape: Shape = (heights, widths, form.channels.total)

    @property
    def ranges_in_words(self) -> tuple[str, ...]:
        """What black and white are in the files, where these are not the ends of the type."""
        return tuple(f"{name} {one}" for name, one in sorted(self.form.ranges.by_type.items()))

    def pixels(self, number: int) -> NDArray[Any]:
        """Return the pixels at rest of the file with a number among those that can be used.

        Raises
        ------
        DataError
            If it is not what it was when it was checked.
        """
        kept = self.cache.get(number)
        if kept is None:
            kept = self.decoded(number)
            self.cache.put(number, kept)
        return kept

    def decoded(self, number: int) -> NDArray[Any]:
        """Return the same, decoded now and not kept."""
        position = int(self.positions[number])
        path, frame = self.listing[position], self.listing.frame(position)
        try:
            read = decode(path, frame, max_pixels=self.form.max_pixels)
            sized = bring_to_size(read.pixels, self.form.resize, self.form.crop)
        except DataError as error:
            raise DataError(f"{path} could be read when it was checked: {error}.") from error
        if digest_of(sized) != self.digests[number].tobytes():
            raise DataError(
                f"{path} has changed since it was checked. Leave files alone while they are used, "
                "and start again."
            )
        return self.form.bring_values(sized, read.channels, path)


@final
class FileImages(Images):
    """Images in files, of one size or of several, in memory that does not grow with their number.

    Each is decoded when it is asked for, by several threads; those asked for last are kept.

    Parameters
    ----------
    source
        The checked files.
    numbers
        Which of them, shape (count,); by default all.
    labels
        Class of each image as an integer from 0, shape (count,).
    class_names
        Name of each class.
    """

    def __init__(
        self,
        source: FileSource,
        numbers: NDArray[np.int64] | None = None,
        labels: NDArray[np.int64] | Sequence[int] | None = None,
        class_names: Sequence[str] | None = None,
    ) -> None:
        self._source = source
        self._numbers = np.arange(len(source.positions)) if numbers is None else numbers
        self._labels = None if labels is None else np.asarray(labels, np.int64)
        self._class_names = shown_names(class_names)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self._numbers)

    def __repr__(self) -> str:
        """Return count, sizes and type in one line."""
        sizes = "×".join("any" if size is None else str(size) for size in self.shape)
        return f"FileImages({len(self)}×{sizes}, {self.dtype.name})"

    @property
    def shape(self) -> Shape:
        """Height, width and channels of each image; ``None`` for a side that differs."""
        return self._source.shape

    @property
    def sides(self) -> NDArray[np.int64]:
        """Height and width of each image, shape (count, 2)."""
        return self._source.sides[self._numbers].astype(np.int64)

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels at rest: uint8, uint16 or float32."""
        return np.dtype(self._source.form.dtype)

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """Class of each image, shape (count,), or ``None`` for images without classes."""
        return self._labels

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes, where they have any."""
        return self._class_names

    @property
    def cache_bytes(self) -> int:
        """Bytes of decoded images that are kept at most."""
        return self._source.cache.budget

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of shape, type, a digest of each image's pixels, how they are scaled, labels."""
        digests = self._source.digests[self._numbers]
        scaled = [np.frombuffer(words.encode(), np.uint8) for words in self._source.ranges_in_words]
        return fingerprint_of(self.shape, self.dtype, [digests, *scaled], self._labels)

    def at_rest(self, index: int) -> NDArray[Any]:
        """Return one image as it lies at rest, shape (height, width, channels)."""
        return self._source.pixels(int(self._numbers[index]))

    def read(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the images at ``indices``, shape (n, height, width, channels) in [0, 1].

        Raises
        ------
        ImageShapeError
            If they differ in size.
        """
        wanted, places = np.unique(indices, return_inverse=True)
        sides = self._source.sides[self._numbers[wanted]]
        if (sides != sides[:1]).any():
            least, most = ("×".join(map(str, ends(axis=0))) for ends in (sides.min, sides.max))
            raise ImageShapeError(
                f"Only images of one size make one array; these have sides from {least} to {most}. "
                "Read them one by one, cut patches, or load them with resize or crop."
            )
        height, width = sides[0] if len(sides) else (self.shape[0] or 0, self.shape[1] or 0)
        pixels = np.empty((len(wanted), height, width, self.shape[2]), self.dtype)

        def put(some: NDArray[np.int64]) -> None:
            for place in some:
                pixels[place] = self.at_rest(int(wanted[place]))

        run_shared(put, len(wanted))
        return as_unit_range(pixels[places.ravel()])

    def take(self, indices: NDArray[np.int64]) -> "FileImages":
        """Return the images at ``indices`` with their labels, read from the same files."""
        labels = None if self._labels is None else self._labels[indices]
        return FileImages(self._source, self._numbers[indices], labels, self._class_names)


def run_shared(work: Callable[[NDArray[np.int64]], None], count: int) -> None:
    """Let threads work on the numbers from 0 to ``count``, each on a part of them."""
    parts = min(count, 2 * worker_count())
    for _ in in_order(work, np.array_split(np.arange(count), parts) if parts else []):
        pass


def _only(values: NDArray[np.uint32]) -> int | None:
    """Return the value that all have, ``None`` where they differ."""
    return int(values[0]) if len(values) and (values == values[0]).all() else None
