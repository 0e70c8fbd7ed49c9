"""One decoded image brought to the size, the channels and the depth of its data set."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hourglass.errors import DataError
from hourglass.images.reader import MOST_PIXELS
from hourglass.records import Sides

# Weights of red, green and blue in luma, in thousandths (ITU-R BT.601).
_LUMA: Final = np.array([299, 587, 114], np.uint32)


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
        ``uint8`` or ``uint16``.
    max_pixels
        More in a file are refused before they are decoded.
    """

    resize: Sides | None
    crop: Sides | None
    channels: int
    dtype: str
    max_pixels: int = MOST_PIXELS

    def bring(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Return decoded pixels (height, width, channels) in this form."""
        sized = bring_to_size(pixels, self.resize, self.crop)
        return bring_to_values(sized, self.channels, self.dtype)


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


def bring_to_values(pixels: NDArray[Any], channels: int, dtype: str) -> NDArray[Any]:
    """Return an image with as many channels and as deep as is asked for.

    Color becomes gray as its luma; an alpha is left out, not laid over anything; a value of 8
    bits becomes the same share of white in 16.
    """
    with_alpha, colors = channels in (2, 4), 3 if channels >= 3 else 1
    has_alpha = pixels.shape[-1] in (2, 4)
    alpha = pixels[..., -1:] if has_alpha else None
    image = pixels[..., :-1] if has_alpha else pixels
    if image.shape[-1] == 1 and colors == 3:
        image = np.repeat(image, 3, axis=-1)
    elif image.shape[-1] == 3 and colors == 1:
        image = ((image @ _LUMA + 500) // 1000).astype(image.dtype)[..., None]
    if with_alpha and alpha is not None:
        image = np.concatenate([image, alpha], axis=-1)
    if image.dtype == np.uint8 and dtype == "uint16":
        image = image * np.uint16(257)
    return np.ascontiguousarray(image)


def _resized(pixels: NDArray[Any], sides: Sides) -> NDArray[Any]:
    # Pillow widens the filter where an image shrinks, so that nothing finer than a pixel is left;
    # it does that for 16 bits in floating point alone.
    height, width = sides
    planes = [
        Image.fromarray(plane.astype(np.float32)).resize((width, height), Image.Resampling.BICUBIC)
        for plane in np.moveaxis(pixels, -1, 0)
    ]
    white = np.iinfo(pixels.dtype).max
    values = np.stack([np.asarray(plane) for plane in planes], axis=-1)
    rounded: NDArray[Any] = np.rint(np.clip(values, 0, white)).astype(pixels.dtype)
    return rounded


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
