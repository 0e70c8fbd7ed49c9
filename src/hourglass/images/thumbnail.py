"""Small pictures of images, as PNG: to look at beside numbers."""

import io
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hourglass.errors import DataError

#: The longer side of a thumbnail; smaller images are kept as they are.
THUMBNAIL_SIDE: Final = 64
# A thumbnail of noise in four channels has some 17,000.
_MOST_BYTES: Final = 100_000
_MODES: Final = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def encode_thumbnail(pixels: NDArray[Any]) -> bytes:
    """Return a small picture of an image as a PNG of 8 bits.

    An image of up to ``THUMBNAIL_SIDE`` pixels a side keeps each of them; a larger one shrinks to
    that, its proportions kept.

    Parameters
    ----------
    pixels
        Shape (height, width, 1 to 4 channels); uint8, uint16, or float32 in [0, 1].
    """
    levels = _eight_bits(pixels)
    picture = Image.fromarray(levels[..., 0] if levels.shape[2] == 1 else levels)
    if max(picture.size) > THUMBNAIL_SIDE:
        picture.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE), Image.Resampling.BOX)
    content = io.BytesIO()
    # The strongest compression takes ten times as long, for a tenth fewer bytes.
    picture.save(content, "PNG", compress_level=1)
    return content.getvalue()


def decode_thumbnail(content: bytes) -> NDArray[np.float32]:
    """Return a small picture, shape (height, width, channels) in [0, 1].

    Raises
    ------
    DataError
        If it is no PNG, damaged, or larger than a thumbnail.
    """
    try:
        if len(content) > _MOST_BYTES:
            raise ValueError("it is too long")
        with Image.open(io.BytesIO(content), formats=("PNG",)) as picture:
            if max(picture.size) > THUMBNAIL_SIDE or picture.mode not in _MODES.values():
                raise ValueError(f"it has {picture.size} pixels of {picture.mode}")
            levels = np.asarray(picture)
    # A stranger's bytes can drive a decoder into an error of any class.
    except Exception as error:
        raise DataError(f"A thumbnail cannot be read: {error}.") from error
    return np.atleast_3d(levels).astype(np.float32) / np.float32(255)


def recompressed(pixels: NDArray[np.float32], quality: int) -> NDArray[np.float32]:
    """Return an image as it is after being saved as JPEG; an alpha channel stays as it is.

    Parameters
    ----------
    pixels
        Shape (height, width, 1 to 4 channels) in [0, 1].
    quality
        Of the JPEG, 1 to 95.
    """
    colors = 3 if pixels.shape[2] >= 3 else 1
    levels = _eight_bits(pixels[..., :colors])
    picture = Image.fromarray(levels[..., 0] if colors == 1 else levels)
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality)
    with Image.open(content, formats=("JPEG",)) as again:
        saved = np.atleast_3d(np.asarray(again)).astype(np.float32) / np.float32(255)
    return np.concatenate([saved, pixels[..., colors:]], axis=2)


def _eight_bits(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    if pixels.dtype == np.uint8:
        return pixels
    white = 65_535.0 if pixels.dtype == np.uint16 else 1.0
    levels: NDArray[np.uint8] = np.rint(np.clip(pixels / white, 0, 1) * 255).astype(np.uint8)
    return levels
