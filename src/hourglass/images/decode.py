"""One image file into an array and back, by Pillow and never by hand."""

import io
import math
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from hourglass.errors import DataError, ImageShapeError, MissingPathError
from hourglass.files import write_bytes
from hourglass.images.memory import MOST_CHANNELS, as_unit_range

IMAGE_EXTENSIONS: Final = (".bmp", ".gif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
MOST_PIXELS: Final = 256_000_000

_FORMATS: Final = ("PNG", "JPEG", "TIFF", "BMP", "GIF", "WEBP")
_PLAIN: Final = {
    "1": "L",
    "L": "L",
    "LA": "LA",
    "I;16": "I;16",
    "I;16B": "I;16",
    "I;16L": "I;16",
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGBA",
    "P": "RGB",
    "PA": "RGBA",
    "CMYK": "RGB",
    "YCbCr": "RGB",
}
_WITH_ALPHA: Final = {"L": "LA", "RGB": "RGBA"}
_CHANNELS: Final = {"L": 1, "I;16": 1, "LA": 2, "RGB": 3, "RGBA": 4}
_MODES: Final = ("L", "LA", "RGB", "RGBA")
_ORIENTATION: Final = 0x0112
_ON_THE_SIDE: Final = (5, 6, 7, 8)

_pixel_cap = threading.Lock()


class ImageForm(NamedTuple):
    """Size and type of an image."""

    height: int
    width: int
    channels: int
    dtype: str

    def __str__(self) -> str:
        """Return the form as ``28×28×1 uint8``."""
        return f"{self.height}×{self.width}×{self.channels} {self.dtype}"


def read_image_file(path: str | Path, channels: int | None = None) -> NDArray[np.float32]:
    """Read one image file, turned upright as its camera says.

    Parameters
    ----------
    path
        PNG, JPEG, TIFF, BMP, GIF (its first frame) or WebP.
    channels
        How many channels the image must have, where that matters: gray becomes color and an
        opaque alpha is added or left out, because this loses nothing.

    Returns
    -------
    NDArray
        Shape (height, width, channels) in [0, 1]. An alpha that is opaque everywhere is left out
        unless ``channels`` asks for it.

    Raises
    ------
    MissingPathError
        If there is no such file.
    DataError
        If it is not an image, or a damaged one.
    ImageShapeError
        If it cannot be brought to ``channels`` without loss.
    """
    path = Path(path)
    try:
        pixels = decode(path)
    except DataError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            raise MissingPathError(f"There is no image file {path}.") from error
        raise DataError(f"{path} cannot be read as an image: {error}.") from error
    image = as_unit_range(pixels[..., :-1] if has_opaque_alpha(pixels) else pixels)
    return image if channels is None else _with_channels(image, channels, path)


def write_image_file(path: str | Path, image: NDArray[np.floating[Any]], *, bits: int = 8) -> None:
    """Write one image as PNG, all of it or nothing.

    Parameters
    ----------
    path
        The file, which is replaced if it exists.
    image
        Shape (height, width, channels); values are clipped to [0, 1].
    bits
        Bits of each value: 8, or 16 for an image of one channel.

    Raises
    ------
    ImageShapeError
        If it has not three axes or not 1 to 4 channels, or more than one with 16 bits.
    DataError
        If the values are not floating point, or one is not finite.
    WriteError
        If the file cannot be written.
    """
    _require_writable(path, image, bits)
    white, dtype = (65_535.0, np.uint16) if bits == 16 else (255.0, np.uint8)
    levels = np.rint(np.clip(image, 0.0, 1.0) * white).astype(dtype)
    mode = "I;16" if bits == 16 else _MODES[image.shape[-1] - 1]
    plane = levels[..., 0] if image.shape[-1] == 1 else levels
    buffer = io.BytesIO()
    Image.frombytes(mode, (image.shape[1], image.shape[0]), plane.tobytes()).save(buffer, "PNG")
    write_bytes(Path(path), buffer.getvalue())


def image_bits(path: Path) -> int:
    """Return how many bits a value of an image file has: 8 or 16.

    Raises
    ------
    DataError
        If it is not an image that can be read.
    """
    try:
        return 16 if probe(path).dtype == "uint16" else 8
    except DataError as error:
        raise DataError(f"{path} cannot be read as an image: {error}.") from error


def _require_writable(path: str | Path, image: NDArray[np.floating[Any]], bits: int) -> None:
    most = 1 if bits == 16 else MOST_CHANNELS
    if image.ndim != 3 or not 1 <= image.shape[-1] <= most or image.size == 0:
        raise ImageShapeError(
            f"An image with {bits} bits has axes (height, width, channels) with 1 to {most} "
            f"channels; this array has shape {image.shape}."
        )
    if image.dtype.kind != "f":
        raise DataError(
            f"Pixels to be written are floating-point numbers in [0, 1]; the image for {path} is "
            f"{image.dtype}. Divide it by its white: 255 for uint8."
        )
    if not np.isfinite(image).all():
        raise DataError(f"Pixels must be finite; the image for {path} has NaN or infinite ones.")


def probe(path: Path) -> ImageForm:
    """Return the form that an image file will have once decoded, from its header alone.

    Raises
    ------
    DataError
        If it is not an image that can be read; the message is the reason alone.
    """
    with _opened(path) as image:
        mode = _target_mode(image)
        width, height = image.size
        if _lies_on_its_side(image):
            width, height = height, width
        dtype = "uint16" if mode == "I;16" else "uint8"
        return ImageForm(height, width, _CHANNELS[mode], dtype)


def decode(path: Path) -> NDArray[Any]:
    """Return the pixels of an image file, shape (height, width, channels), uint8 or uint16.

    Raises
    ------
    DataError
        If it is not an image that can be read; the message is the reason alone.
    """
    with _opened(path) as image:
        mode = _target_mode(image)
        image.load()
        upright = ImageOps.exif_transpose(image)
        if mode == "I;16":
            return np.asarray(upright).astype(np.uint16)[..., None]
        pixels = np.asarray(upright.convert(mode))
        return pixels[..., None] if mode == "L" else pixels


def has_opaque_alpha(pixels: NDArray[Any]) -> bool:
    """Tell whether the last of two or four channels is an alpha that hides nothing."""
    if pixels.shape[-1] not in (2, 4):
        return False
    return bool((pixels[..., -1] == np.iinfo(pixels.dtype).max).all())


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    """Open an image file; whatever goes wrong inside the block becomes a ``DataError``."""
    try:
        with warnings.catch_warnings():
            # Pillow warns of odd metadata, which is no one's business while pixels are fine.
            warnings.simplefilter("ignore")
            with _open(path) as image:
                yield image
    except DataError:
        raise
    # A stranger's bytes can drive a decoder into an error of any class.
    except Exception as error:
        raise DataError(_reason(error, path)) from error


def _open(path: Path) -> Image.Image:
    # Pillow knows one cap for the whole process, lower than ours and with a warning below it. It
    # is lifted while the header is read, and nothing is decoded before our own check.
    with _pixel_cap:
        theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            image = Image.open(path, formats=_FORMATS)
        finally:
            Image.MAX_IMAGE_PIXELS = theirs
    if math.prod(image.size) > MOST_PIXELS:
        image.close()
        raise DataError(
            f"it has {math.prod(image.size):,} pixels, and at most {MOST_PIXELS:,} are read"
        )
    return image


def _target_mode(image: Image.Image) -> str:
    mode = _PLAIN.get(image.mode)
    if mode is None:
        raise DataError(
            f"its pixels are of Pillow's mode {image.mode}; save it with 8 bits a channel, or "
            "gray with 16"
        )
    return _WITH_ALPHA.get(mode, mode) if image.has_transparency_data else mode


def _lies_on_its_side(image: Image.Image) -> bool:
    # Pillow turns a TIFF by itself and tells its upright size; and to look for the EXIF of a PNG
    # that has none in its header, it would decode the whole image.
    if image.format == "TIFF" or (image.format == "PNG" and "exif" not in image.info):
        return False
    return image.getexif().get(_ORIENTATION) in _ON_THE_SIDE


def _reason(error: Exception, path: Path) -> str:
    if isinstance(error, UnidentifiedImageError):
        empty = path.stat().st_size == 0
        return "it is empty" if empty else "it is no PNG, JPEG, TIFF, BMP, GIF or WebP image"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return str(error).rstrip(".") or type(error).__name__


def _with_channels(image: NDArray[np.float32], channels: int, path: Path) -> NDArray[np.float32]:
    present = image.shape[-1]
    if present == channels:
        return image
    if present == 1 and channels >= 3:
        image = np.repeat(image, 3, axis=-1)
    if image.shape[-1] + 1 == channels and channels in (2, 4):
        image = np.concatenate([image, np.ones_like(image[..., :1])], axis=-1)
    if image.shape[-1] == channels:
        return image
    raise ImageShapeError(
        f"{path} has {present} channels and {channels} are needed, which cannot be made without "
        "loss. Convert the image first."
    )
