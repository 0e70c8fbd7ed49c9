"""One decoded image brought to the size, the channels and the depth of its data set."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hourglass.errors import DataError
from hourglass.images.memory import as_unit_range
from hourglass.images.reader import MOST_PIXELS
from hourglass.records import Sides, ValueRange

# Weights of red, green and blue in luma, in thousandths (ITU-R BT.601).
_LUMA: Final = np.array([299, 587, 114], np.uint32)
_WHITE: Final = 65_535


@dataclass(frozen=True, slots=True)
class Form:
    """What every image of a data set is brought to.

    Attributes
    ----------
    resize, crop
        Height and width, or ``None``.
    channels
        1 gray, 2 gray and alpha, 3 color, 4 color and alpha.
    dtype
        Type of the pixels at rest: ``uint8``, ``uint16``, or ``float32`` in [0, 1].
    max_pixels
        More in a file are refused before they are decoded.
    ranges
        What black and white are in files, by the type of their values, where these are not the
        ends of the type.
    """

    resize: Sides | None
    crop: Sides | None
    channels: int
    dtype: str
    max_pixels: int = MOST_PIXELS
    ranges: Mapping[str, ValueRange] = field(default_factory=dict)

    def bring_values(self, sized: NDArray[Any]) -> NDArray[Any]:
        """Return an image that has its size already, (height, width, channels), in this form."""
        return bring_to_values(sized, self.channels, self.dtype, self.ranges.get(sized.dtype.name))


def type_at_rest(dtypes: Iterable[str], ranges: Mapping[str, ValueRange]) -> str:
    """Return the smallest type at rest that keeps files of some types apart as they are.

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
    if dtype not in ("uint8", "uint16"):
        return "float32"
    if value_range is None:
        return dtype
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
    pixels: NDArray[Any], channels: int, dtype: str, value_range: ValueRange | None = None
) -> NDArray[Any]:
    """Return an image with as many channels and of the type at rest that is asked for.

    Color becomes gray as its luma; an alpha is left out, not laid over anything; a value becomes
    the same share of white.

    Parameters
    ----------
    pixels
        Shape (height, width, channels), in the numbers of the file.
    channels, dtype
        As ``Form`` has them; the type as ``type_at_rest`` says.
    value_range
        What black and white are in these numbers, but for an alpha; by default the ends of the
        type.
    """
    with_alpha, colors = channels in (2, 4), 3 if channels >= 3 else 1
    has_alpha = pixels.shape[-1] in (2, 4)
    alpha = pixels[..., -1:] if has_alpha else None
    image = pixels[..., :-1] if has_alpha else pixels
    if value_range is not None or dtype == "float32":
        image = at_rest(image, dtype, value_range)
    if image.shape[-1] == 1 and colors == 3:
        image = np.repeat(image, 3, axis=-1)
    elif image.shape[-1] == 3 and colors == 1:
        image = _luma(image)
    if with_alpha and alpha is not None:
        image = np.concatenate([_widened(image, dtype), at_rest(alpha, dtype)], axis=-1)
    return np.ascontiguousarray(_widened(image, dtype))


def at_rest(image: NDArray[Any], dtype: str, value_range: ValueRange | None = None) -> NDArray[Any]:
    """Return values of any shape as a type at rest, as ``bring_to_values`` scales them."""
    if dtype == "float32":
        return as_unit_range(image, value_range)
    if value_range is None:
        return _widened(image, dtype)
    scaled: NDArray[Any] = _levels(image.dtype, int(value_range.high))[image]
    return scaled


@lru_cache(maxsize=8)
def _levels(dtype: np.dtype[Any], white: int) -> NDArray[np.uint16]:
    """Return each value of a type as a share of white in 16 bits."""
    values = np.minimum(np.arange(np.iinfo(dtype).max + 1), white)
    levels: NDArray[np.uint16] = np.rint(values * (_WHITE / white)).astype(np.uint16)
    return levels


def _widened(image: NDArray[Any], dtype: str) -> NDArray[Any]:
    widens = image.dtype == np.uint8 and dtype == "uint16"
    return image * np.uint16(_WHITE // 255) if widens else image


def _luma(image: NDArray[Any]) -> NDArray[Any]:
    if image.dtype.kind == "f":
        gray: NDArray[Any] = image @ (_LUMA / np.float32(1000)).astype(np.float32)
        return np.minimum(gray, np.float32(1))[..., None]
    levels: NDArray[Any] = ((image @ _LUMA + 500) // 1000).astype(image.dtype)
    return levels[..., None]


def _resized(pixels: NDArray[Any], sides: Sides) -> NDArray[Any]:
    # Pillow widens the filter where an image shrinks, so that nothing finer than a pixel is left;
    # it does that for 16 bits in floating point alone.
    if pixels.dtype in (np.uint8, np.uint16):
        values = np.clip(_planes_resized(pixels, sides), 0, np.iinfo(pixels.dtype).max)
        rounded: NDArray[Any] = np.rint(values).astype(pixels.dtype)
        return rounded
    low, high = float(pixels.min()), float(pixels.max())
    if low == high:
        return np.full((*sides, pixels.shape[2]), pixels.flat[0])
    # Numbers of 32 and 64 bits keep more of their digits this way.
    shares = _planes_resized(as_unit_range(pixels, ValueRange(low, high)), sides)
    values = low + np.clip(shares, 0, 1).astype(np.float64) * (high - low)
    resized: NDArray[Any] = (
        values if pixels.dtype.kind == "f" else np.rint(np.clip(values, low, high))
    ).astype(pixels.dtype)
    return resized


def _planes_resized(pixels: NDArray[Any], sides: Sides) -> NDArray[np.float32]:
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
