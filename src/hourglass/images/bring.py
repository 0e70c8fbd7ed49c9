"""One decoded image brought to the size, the channels and the depth of its data set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hourglass.errors import DataError
from hourglass.images.form import Channels
from hourglass.images.memory import as_unit_range
from hourglass.images.reader import MOST_PIXELS
from hourglass.records import Sides, ValueRange, ValueRanges, dtype_range

# Weights of red, green and blue in luma, in thousandths (ITU-R BT.601).
_LUMA: Final = np.array([299, 587, 114], np.uint32)
#: Types of files whose values are kept as levels, the ends of which are black and white.
LEVELS: Final = ("uint8", "uint16")
_WHITE: Final = 65_535


@dataclass(frozen=True, slots=True)
class Form:
    """What every image of a data set is brought to.

    Attributes
    ----------
    resize, crop
        Height and width, or ``None``.
    channels
        What each image has.
    dtype
        ``uint8`` or ``uint16``, whose ends are black and white, or ``float32`` in [0, 1].
    max_pixels
        More in a file are refused before they are decoded.
    ranges
        What black and white are in the files.
    """

    resize: Sides | None
    crop: Sides | None
    channels: Channels
    dtype: str
    max_pixels: int = MOST_PIXELS
    ranges: ValueRanges = field(default_factory=ValueRanges)

    def bring(self, pixels: NDArray[Any], channels: Channels, file: object) -> NDArray[Any]:
        """Return decoded pixels (height, width, channels) in this form."""
        sized = bring_to_size(pixels, self.resize, self.crop)
        return self.bring_values(sized, channels, file)

    def bring_values(self, pixels: NDArray[Any], channels: Channels, file: object) -> NDArray[Any]:
        """Return pixels of the right size in this form."""
        value_range = self.ranges.of(pixels.dtype.name, file)
        return bring_to_values(pixels, channels, self.channels, self.dtype, value_range)


def type_at_rest(dtypes: Iterable[str], ranges: Mapping[str, ValueRange]) -> str:
    """Return the smallest type at rest that keeps the values of files apart.

    Parameters
    ----------
    dtypes
        Types of the files' values.
    ranges
        What black and white are in them, where these are not the ends of the type.
    """
    found = {_type_at_rest(dtype, ranges.get(dtype)) for dtype in dtypes}
    return next(name for name in ("float32", "uint16", "uint8") if name in found)


def _type_at_rest(dtype: str, value_range: ValueRange | None) -> str:
    if dtype not in LEVELS or value_range is None:
        return dtype if dtype in LEVELS else "float32"
    low, high = value_range.low, value_range.high
    # Fewer levels spread over 16 bits stay apart.
    return "uint16" if low == 0 and high <= _WHITE and high == int(high) else "float32"


def bring_to_size(pixels: NDArray[Any], resize: Sides | None, crop: Sides | None) -> NDArray[Any]:
    """Return an image resized, or its middle.

    Raises
    ------
    DataError
        If it is smaller than the middle; the message is the reason alone.
    """
    if resize is not None:
        return pixels if pixels.shape[:2] == resize else _resized(pixels, resize)
    return pixels if crop is None else _cropped(pixels, crop)


def bring_to_values(
    pixels: NDArray[Any],
    channels: Channels,
    wanted: Channels,
    dtype: str,
    value_range: ValueRange | None = None,
) -> NDArray[Any]:
    """Return an image with the channels that are asked for, its values at rest.

    Color becomes gray as its luma; an alpha is left out, not laid over anything, and one that is
    missing hides nothing; a value of 8 bits becomes the same share of white in 16.

    Parameters
    ----------
    pixels, channels
        Shape (height, width, channels), and what these are.
    wanted
        What they are brought to. Bands of data stay what they are.
    dtype
        ``uint8``, ``uint16`` or ``float32``.
    value_range
        What black and white are in ``pixels``; by default the ends of their type.
    """
    image = pixels[..., :-1] if channels.alpha else pixels
    if dtype not in LEVELS or value_range is not None:
        image = at_rest(image, dtype, value_range)
    if channels.colors == 1 and wanted.colors == 3:
        image = np.repeat(image, 3, axis=-1)
    elif channels.colors == 3 and wanted.colors == 1:
        image = _luma(image)
    if image.dtype == np.uint8 and dtype == "uint16":
        image = image * np.uint16(257)
    if wanted.alpha:
        image = np.concatenate([image, _alpha(pixels, channels, image.dtype)], axis=-1)
    return np.ascontiguousarray(image)


def at_rest(values: NDArray[Any], dtype: str, value_range: ValueRange | None) -> NDArray[Any]:
    """Return values of any shape as a type at rest, as ``type_at_rest`` names it."""
    if dtype not in LEVELS:
        return as_unit_range(values, value_range)
    if value_range is None:
        return values
    scaled: NDArray[Any] = _levels(values.dtype.newbyteorder("="), int(value_range.high))[values]
    return scaled


@lru_cache(maxsize=8)
def _levels(dtype: np.dtype[Any], white: int) -> NDArray[np.uint16]:
    """Return each value of a type as a share of white in 16 bits."""
    values = np.minimum(np.arange(np.iinfo(dtype).max + 1), white)
    levels: NDArray[np.uint16] = np.rint(values * (_WHITE / white)).astype(np.uint16)
    return levels


def _luma(image: NDArray[Any]) -> NDArray[Any]:
    if image.dtype.kind == "f":
        gray: NDArray[Any] = (image @ (_LUMA / np.float32(1000)))[..., None]
        np.clip(gray, 0, 1, out=gray)
        return gray
    levels: NDArray[Any] = ((image @ _LUMA + 500) // 1000).astype(image.dtype)[..., None]
    return levels


def _alpha(pixels: NDArray[Any], channels: Channels, dtype: np.dtype[Any]) -> NDArray[Any]:
    """Return the alpha of an image in another type, shape (height, width, 1)."""
    white = dtype_range(dtype).high
    if not channels.alpha:
        return np.full((*pixels.shape[:2], 1), white, dtype)
    alpha = pixels[..., -1:]
    if alpha.dtype == dtype:
        return alpha
    share = as_unit_range(alpha) * white
    rounded: NDArray[Any] = (share if dtype.kind == "f" else np.rint(share)).astype(dtype)
    return rounded


def _resized(pixels: NDArray[Any], sides: Sides) -> NDArray[Any]:
    if pixels.dtype.name in LEVELS:
        values = np.clip(_planes_resized(pixels, sides), 0, np.iinfo(pixels.dtype).max)
        rounded: NDArray[Any] = np.rint(values).astype(pixels.dtype)
        return rounded
    # What lies beyond an edge must not be darker or brighter than anything in the image.
    low, high = float(pixels.min()), float(pixels.max())
    if low == high:
        return np.full((*sides, pixels.shape[2]), pixels.flat[0])
    # Large numbers that differ little keep more of their digits this way.
    shares = _planes_resized(as_unit_range(pixels, ValueRange(low, high)), sides)
    wide = np.clip(low + shares.astype(np.float64) * (high - low), low, high)
    resized: NDArray[Any] = wide if pixels.dtype.kind == "f" else np.rint(wide)
    return resized.astype(pixels.dtype)


def _planes_resized(pixels: NDArray[Any], sides: Sides) -> NDArray[np.float32]:
    # Pillow widens the filter where an image shrinks, so that nothing finer than a pixel is left;
    # it does that for 16 bits in floating point alone.
    height, width = sides
    planes = [
        Image.fromarray(plane.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
        for plane in np.moveaxis(pixels, -1, 0)
    ]
    return np.stack([np.asarray(plane) for plane in planes], axis=-1)


def _cropped(pixels: NDArray[Any], sides: Sides) -> NDArray[Any]:
    height, width = sides
    top, left = (have - want for have, want in zip(pixels.shape[:2], sides, strict=True))
    if min(top, left) < 0:
        raise DataError(
            f"it is {pixels.shape[0]}×{pixels.shape[1]}, smaller than the crop of {height}×{width}"
        )
    top, left = top // 2, left // 2
    # A view would keep the whole image.
    return pixels[top : top + height, left : left + width].copy()
