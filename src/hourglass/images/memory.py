"""Images whose pixels lie in memory."""

import os
from collections.abc import Sequence
from dataclasses import astuple
from functools import cached_property
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError
from hourglass.images.promise import Images, Shape, fingerprint_of, shown_names
from hourglass.records import ValueRange, dtype_range

MOST_CHANNELS: Final = 4


@final
class ArrayImages(Images):
    """Images in one array.

    Parameters
    ----------
    pixels
        Shape (count, height, width, channels): uint8 (0 is black, 255 white), uint16 (65,535 is
        white), or floating point in [0, 1], which is kept as float32. The array is not copied
        where its type fits, and must not be changed afterwards.
    labels
        Class of each image as an integer from 0, shape (count,).
    class_names
        Name of each class.

    Attributes
    ----------
    pixels
        The pixels at rest, read-only: what a feed gathers from without a copy.

    Raises
    ------
    ImageShapeError
        If the axes, the channels or the number of labels do not fit.
    DataError
        If there is no image, or the type or a value of the pixels or labels does not fit.

    Examples
    --------
    >>> images = ArrayImages(np.full((2, 8, 8, 1), 255, np.uint8), labels=[0, 1])
    >>> images.read(np.array([1])).max()
    np.float32(1.0)
    """

    def __init__(
        self,
        pixels: NDArray[Any],
        labels: NDArray[np.integer[Any]] | Sequence[int] | None = None,
        class_names: Sequence[str] | None = None,
    ) -> None:
        pixels = np.asarray(pixels)
        require_image_axes(pixels.shape)
        require_pixel_type(pixels.dtype)
        self.pixels = _locked(_at_rest(pixels))
        _require_unit_range(self.pixels)
        self._labels = None if labels is None else _checked_labels(labels, len(pixels))
        self._class_names = shown_names(class_names)
        _require_named(self._labels, self._class_names)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.pixels)

    def __repr__(self) -> str:
        """Return count, sizes and type in one line."""
        sizes = "×".join(map(str, self.pixels.shape))
        return f"ArrayImages({sizes}, {self.dtype.name})"

    @property
    def shape(self) -> Shape:
        """Height, width and channels of each image."""
        _, height, width, channels = self.pixels.shape
        return height, width, channels

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the pixels at rest: uint8, uint16 or float32."""
        return self.pixels.dtype

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """Class of each image, shape (count,), or ``None`` for images without classes."""
        return self._labels

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes, where they have any."""
        return self._class_names

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of shape, type, pixels at rest and labels."""
        return fingerprint_of(self.shape, self.dtype, [self.pixels], self._labels)

    def at_rest(self, index: int) -> NDArray[Any]:
        """Return one image as it lies at rest, shape (height, width, channels)."""
        image: NDArray[Any] = self.pixels[index]
        return image

    def read(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the images at ``indices``, shape (n, height, width, channels) in [0, 1]."""
        return as_unit_range(self.pixels[indices])

    def take(self, indices: NDArray[np.int64]) -> "ArrayImages":
        """Return the images at ``indices`` with their labels."""
        labels = None if self._labels is None else self._labels[indices]
        return ArrayImages(self.pixels[indices], labels, self._class_names)


def images_from(
    source: str,
    pixels: NDArray[Any],
    labels: NDArray[np.integer[Any]] | Sequence[int] | None = None,
    class_names: Sequence[str] | None = None,
) -> ArrayImages:
    """Return images in memory; an error names the source that they were read from."""
    try:
        return ArrayImages(pixels, labels, class_names)
    except DataError as error:
        raise type(error)(f"{source}: {error}") from error


def as_unit_range(
    pixels: NDArray[Any], value_range: ValueRange | None = None
) -> NDArray[np.float32]:
    """Return pixels at rest as float32 in [0, 1].

    Parameters
    ----------
    pixels
        Of any shape and type.
    value_range
        What black and white are; values outside count as these. By default the ends of the type,
        and floating point is taken as it is.
    """
    if value_range is None and pixels.dtype.kind in "uf":
        white = 1.0 if pixels.dtype.kind == "f" else float(np.iinfo(pixels.dtype).max)
        scaled: NDArray[np.float32] = np.divide(pixels, white, dtype=np.float32)
        return scaled
    low, high = astuple(value_range or dtype_range(pixels.dtype))
    # Numbers of 32 bits would lose some in single precision before black is taken away.
    wide = np.subtract(pixels, low, dtype=np.float64)
    share: NDArray[np.float32] = np.clip(wide / (high - low), 0.0, 1.0).astype(np.float32)
    return share


def require_memory(needed: int, source: str) -> None:
    """Refuse values that this machine could never hold, before any of them is read.

    An archive of a few megabytes may truthfully declare a thousand times as much.

    Parameters
    ----------
    needed
        Bytes of the values.
    source
        What the error calls them.

    Raises
    ------
    DataError
        If they have more bytes than the machine has memory.
    """
    memory = _machine_memory()
    if memory is not None and needed > memory:
        raise DataError(
            f"{source} holds {needed:,} bytes once it is unpacked, and this machine has {memory:,} "
            "bytes of memory. Take fewer or smaller images."
        )


def require_image_axes(shape: tuple[int, ...]) -> None:
    """Check the shape of an array of images.

    Raises
    ------
    ImageShapeError
        If it has not four axes, no pixels, or not 1 to 4 channels.
    DataError
        If it has no image.
    """
    if len(shape) != 4:
        raise ImageShapeError(
            "Images need four axes (count, height, width, channels); "
            f"this array has shape {shape}. "
            "For grayscale images add the last axis: pixels[..., None]."
        )
    count, height, width, channels = shape
    if not 1 <= channels <= MOST_CHANNELS:
        raise ImageShapeError(
            f"The last axis of images holds 1 to {MOST_CHANNELS} channels; this array has shape "
            f"{shape}. For grayscale images add the last axis: pixels[..., None]; move a first "
            "axis of channels to the end: np.moveaxis(pixels, 1, -1)."
        )
    if count == 0:
        raise DataError(f"At least one image is needed; this array has shape {shape}.")
    if height == 0 or width == 0:
        raise ImageShapeError(f"Images need height and width; this array has shape {shape}.")


def require_pixel_type(dtype: np.dtype[Any], *, scaled: bool = False) -> None:
    """Check the type of pixels.

    Parameters
    ----------
    dtype
        Their type.
    scaled
        Whether it is known what black and white are in them, so that other integers will do.

    Raises
    ------
    DataError
        If it is not uint8, uint16 or floating point.
    """
    if dtype.kind == "f" or (dtype.kind == "u" and dtype.itemsize <= 2):
        return
    if scaled and dtype.kind in "iu":
        return
    advice = (
        "Turn a mask into pixels with mask.astype('uint8') * 255."
        if dtype.kind == "b"
        else "Say what black and white are (--range LOW..HIGH), or pass values from 0 to 255 as "
        "pixels.astype('uint8')."
    )
    raise DataError(
        f"Pixels are uint8, uint16 or floating point in [0, 1]; this array is {dtype}. {advice}"
    )


def _at_rest(pixels: NDArray[Any]) -> NDArray[Any]:
    # A file from another machine may hold its bytes in the other order.
    kept = np.dtype(np.float32) if pixels.dtype.kind == "f" else pixels.dtype.newbyteorder("=")
    with np.errstate(over="ignore"):
        return np.ascontiguousarray(pixels, kept)


def _locked(array: NDArray[Any]) -> NDArray[Any]:
    view = array.view()
    view.flags.writeable = False
    return view


def _require_unit_range(pixels: NDArray[Any]) -> None:
    if pixels.dtype.kind != "f":
        return
    low, high = float(pixels.min()), float(pixels.max())
    # NaN spreads to both ends and infinity is one of them, so finite ends mean finite pixels.
    if not (np.isfinite(low) and np.isfinite(high)):
        raise DataError(_tell_not_finite(pixels))
    if low < 0.0 or high > 1.0:
        raise DataError(
            "Floating-point pixels lie in [0, 1]; these lie in "
            f"[{low:g}, {high:g}]. Divide values from 0 to 255 by 255, pass them as uint8, or say "
            "what black and white are (--range LOW..HIGH)."
        )


def _tell_not_finite(pixels: NDArray[Any]) -> str:
    missing, infinite = np.isnan(pixels), np.isinf(pixels)
    first = tuple(map(int, np.argwhere(missing | infinite)[0]))
    return (
        f"Pixels must be finite; {missing.sum():,} are NaN and {infinite.sum():,} infinite, the "
        f"first at index {first}. Replace them, for instance with np.nan_to_num, or leave those "
        "images out."
    )


def _checked_labels(
    labels: NDArray[np.integer[Any]] | Sequence[int], count: int
) -> NDArray[np.int64]:
    given = np.asarray(labels)
    if given.shape != (count,):
        raise ImageShapeError(
            f"There is one label an image: shape ({count},) was expected and {given.shape} came."
        )
    if given.dtype.kind not in "iu" or given.min() < 0:
        lowest = f" from {given.min()}" if given.dtype.kind in "iuf" else ""
        raise DataError(
            f"Labels are integers from 0; these are {given.dtype}{lowest}. Number the classes "
            "with np.unique(labels, return_inverse=True)."
        )
    return _locked(given.astype(np.int64))


def _require_named(labels: NDArray[np.int64] | None, names: tuple[str, ...] | None) -> None:
    if labels is None or names is None or labels.max() < len(names):
        return
    raise DataError(
        f"Every label needs a class name; there are {len(names)} names and the highest label is "
        f"{labels.max()}. Name {labels.max() + 1} classes."
    )


def _machine_memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):
        # Windows does not tell it this way.
        return None
