"""One image file into an array and back, by the decoder of its format and never by hand."""

import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from types import TracebackType
from typing import Any, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray
from PIL import UnidentifiedImageError

from hourglass.errors import DataError, ImageShapeError, MissingPathError
from hourglass.files import atomic_write
from hourglass.images.exif import turned, upright
from hourglass.images.form import Channels
from hourglass.images.form import ImageForm as ImageForm
from hourglass.images.hidden import spread_visible
from hourglass.images.jpeg2000 import JPEG2000_STARTS, Jpeg2000Reader
from hourglass.images.memory import MOST_CHANNELS, as_unit_range
from hourglass.images.netpbm import NetpbmReader, starts_like_netpbm
from hourglass.images.png import PNG_START, PngReader, encode_png
from hourglass.images.quiet import without_warnings
from hourglass.images.reader import MOST_PIXELS, Caps, ImageReader
from hourglass.images.through_pillow import PillowReader
from hourglass.images.tiff import TIFF_STARTS, TiffReader
from hourglass.records import ValueRange, dtype_range

IMAGE_EXTENSIONS: Final = (
    *(".avif", ".bmp", ".dib", ".gif", ".j2k", ".jfif", ".jif", ".jp2", ".jpe", ".jpeg", ".jpg"),
    *(".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"),
)

_HEIC_BRANDS: Final = re.compile(rb"hei[cxms]|hev[cxms]|mif1|msf1")


def read_image_file(
    path: str | Path,
    channels: int | None = None,
    *,
    max_pixels: int = MOST_PIXELS,
    value_range: ValueRange | None = None,
) -> NDArray[np.float32]:
    """Read one image file, turned upright as its camera says.

    Parameters
    ----------
    path
        PNG, JPEG, TIFF, BMP, GIF, WebP, AVIF, JPEG 2000, Netpbm or TGA, told by its content and
        not by its name; of several frames or pages the first.
    channels
        How many channels the image must have, where that matters: gray becomes color and an
        opaque alpha is added or left out, because this loses nothing.
    max_pixels
        A file that declares more is refused before it is decoded.
    value_range
        What black and white are in the numbers of the file, where these are no levels of 8 or 16
        bits.

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
        If it is not an image, a damaged one, or larger than can be meant.
    ImageShapeError
        If it cannot be brought to ``channels`` without loss.
    """
    path = Path(path)
    with naming(path):
        with opened(path, max_pixels=max_pixels) as reader:
            pixels, found = _upright_image(reader)
        if value_range is None:
            _require_levels(pixels)
    opaque = found.alpha and is_opaque(pixels)
    image = as_unit_range(pixels[..., :-1] if opaque else pixels, value_range)
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
        Bits of each value: 8 or 16.

    Raises
    ------
    ImageShapeError
        If it has not three axes or not 1 to 4 channels.
    DataError
        If the values are not floating point, or one is not finite.
    WriteError
        If the file cannot be written.
    """
    _require_writable(path, image, bits)
    white, dtype = (65_535.0, np.uint16) if bits == 16 else (255.0, np.uint8)
    levels = np.rint(np.clip(image, 0.0, 1.0) * white).astype(dtype)
    with atomic_write(Path(path)) as file:
        file.writelines(encode_png(levels))


def image_bits(path: Path) -> int:
    """Return how many bits a value of an image file has: 8 or 16.

    Raises
    ------
    DataError
        If it is not an image that can be read.
    MissingPathError
        If there is no such file.
    """
    with naming(path):
        return probe(path).bits


def _require_writable(path: str | Path, image: NDArray[np.floating[Any]], bits: int) -> None:
    if bits not in (8, 16):
        raise DataError(f"A PNG has 8 or 16 bits a channel; {bits} were asked for.")
    if image.ndim != 3 or not 1 <= image.shape[-1] <= MOST_CHANNELS or image.size == 0:
        raise ImageShapeError(
            f"An image has axes (height, width, channels) with 1 to {MOST_CHANNELS} channels; "
            f"this array has shape {image.shape}."
        )
    if image.dtype.kind != "f":
        raise DataError(
            f"Pixels to be written are floating-point numbers in [0, 1]; the image for {path} is "
            f"{image.dtype}. Divide it by its white: 255 for uint8."
        )
    if not np.isfinite(image).all():
        raise DataError(f"Pixels must be finite; the image for {path} has NaN or infinite ones.")


def probe(path: Path, *, max_pixels: int = MOST_PIXELS) -> ImageForm:
    """Return the form that an image file will have once decoded, from its header alone.

    Raises
    ------
    DataError
        If it is not an image that can be read; the message is the reason alone.
    """
    with opened(path, max_pixels=max_pixels) as reader:
        return _upright_form(reader)


class DecodedImage(NamedTuple):
    """An image as it is learned from: upright, and nothing in it that nobody sees.

    Attributes
    ----------
    pixels
        Shape (height, width, channels), in the numbers of the file; an alpha is the last channel.
        Below an alpha of 0 lie the colors of the nearest visible pixels.
    channels
        What the channels are.
    frames
        How many frames or pages the file has.
    value_range
        What black and white are, where the file says so.
    """

    pixels: NDArray[Any]
    channels: Channels
    frames: int
    value_range: ValueRange | None


def decode(path: Path, frame: int = 0, *, max_pixels: int = MOST_PIXELS) -> DecodedImage:
    """Decode a frame or page of an image file to be learned from.

    Raises
    ------
    DataError
        If it is not an image that can be read, or holds values that are no numbers; the message
        is the reason alone.
    """
    with opened(path, max_pixels=max_pixels) as reader:
        if frame:
            reader.select(frame)
        pixels, channels = _upright_image(reader)
        frames, value_range = reader.frames, reader.value_range
    if pixels.dtype.kind == "f" and (missing := int((~np.isfinite(pixels)).sum())):
        raise DataError(f"{missing:,} of its values are NaN or infinite")
    if channels.alpha:
        hidden = pixels[..., -1] == 0
        if hidden.any():
            pixels = np.require(pixels, requirements="W")
            spread_visible(pixels[..., :-1], hidden)
    return DecodedImage(pixels, channels, frames, value_range)


def count_frames(path: Path, *, max_pixels: int = MOST_PIXELS) -> int:
    """Return how many frames or pages an image file has; 1 for one that cannot be read."""
    try:
        with opened(path, max_pixels=max_pixels) as reader:
            return reader.frames
    except DataError:
        return 1


def holds_bytes(path: Path) -> bool:
    """Tell from its first bytes whether a file is one whose values have 8 bits for certain.

    It is much quicker than opening the file, and False for whatever is not obvious.
    """
    try:
        with path.open("rb") as file:
            start = file.read(32)
    except OSError:
        return False
    if start.startswith(PNG_START):
        return start[12:16] == b"IHDR" and start[24] <= 8
    return start.startswith((b"\xff\xd8\xff", b"GIF8", b"RIFF", b"BM"))


def is_opaque(pixels: NDArray[Any]) -> bool:
    """Tell whether the alpha that is the last channel hides nothing."""
    return bool((pixels[..., -1] == dtype_range(pixels.dtype).high).all())


@contextmanager
def opened(path: Path, *, max_pixels: int = MOST_PIXELS) -> Iterator[ImageReader]:
    """Open an image file; whatever goes wrong inside the block becomes a ``DataError``."""
    with reading(), path.open("rb") as file:
        yield open_reader(file, max_pixels)


@final
class reading:  # noqa: N801 - it is used like a function, a million times
    """Turn whatever a decoder raises inside the block into a ``DataError``, the reason alone."""

    def __enter__(self) -> None:
        self._silence = without_warnings()
        self._silence.__enter__()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._silence.__exit__(kind, error, trace)
        # A stranger's bytes can drive a decoder into an error of any class.
        if isinstance(error, Exception) and not isinstance(error, DataError):
            raise DataError(_reason(error)) from error


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the file in the error that tells only the reason why it cannot be read."""
    try:
        yield
    except DataError as error:
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            raise MissingPathError(f"There is no image file {path}.") from error
        raise DataError(f"{path} cannot be read as an image: {error}.") from error


def decoded(reader: ImageReader) -> NDArray[Any]:
    """Return the pixels as they are stored, in the form that the header promised.

    Raises
    ------
    DataError
        If they have another.
    """
    pixels, form = reader.pixels(), reader.stored
    if pixels.shape != form[:3] or pixels.dtype != form.dtype:
        raise DataError("its header tells another form than its pixels have")
    return pixels


def starts_like_an_image(start: bytes) -> bool:
    """Tell whether a file of any name starts as an image that is read, by its first 64 bytes."""
    if start[:2] == b"BM":
        # Two letters start many a text: the size of the header that follows is one of few.
        return int.from_bytes(start[14:18], "little") in (12, 16, 40, 52, 56, 64, 108, 124)
    return (
        start.startswith((PNG_START, b"\xff\xd8\xff", b"GIF87a", b"GIF89a", *JPEG2000_STARTS))
        or start[:4] in TIFF_STARTS
        or (start[:4] == b"RIFF" and start[8:12] == b"WEBP")
        or (start[4:8] == b"ftyp" and start[8:12] in (b"avif", b"avis"))
        or starts_like_netpbm(start)
    )


def open_reader(file: BufferedReader, max_pixels: int) -> ImageReader:
    """Return the reader of an open image file, told by its content."""
    status = os.fstat(file.fileno())
    if not stat.S_ISREG(status.st_mode):
        raise DataError("it is no regular file")
    start = file.read(len(PNG_START))
    if not start:
        raise DataError("it is empty")
    caps = Caps(max_pixels, status.st_size)
    if start == PNG_START:
        return PngReader(file, caps)
    if start[:4] in TIFF_STARTS:
        return TiffReader(file, caps)
    if starts_like_netpbm(start):
        return NetpbmReader(file, caps)
    if start.startswith(JPEG2000_STARTS):
        return Jpeg2000Reader(file, caps)
    if start[4:8] == b"ftyp":
        _refuse_heic(file)
    return PillowReader(file, caps)


def _refuse_heic(file: BufferedReader) -> None:
    file.seek(0)
    size = int.from_bytes(file.read(4), "big")
    brands = file.read(min(size, 1024))
    if b"avif" not in brands and b"avis" not in brands and _HEIC_BRANDS.search(brands):
        raise DataError("it is HEIC, which is not read; convert it to PNG, JPEG or TIFF")


def _upright_image(reader: ImageReader) -> tuple[NDArray[Any], Channels]:
    """Return the pixels of a frame, turned upright, and what its channels are; alpha comes last."""
    form, pixels = reader.stored, upright(decoded(reader), reader.orientation)
    if form.alpha is not None and form.alpha < form.channels - 1:
        others = np.delete(pixels, form.alpha, axis=-1)
        pixels = np.concatenate([others, pixels[..., form.alpha, None]], axis=-1)
    return pixels, Channels(form.colors, form.bands, form.alpha is not None)


def _require_levels(pixels: NDArray[Any]) -> None:
    """Refuse numbers of which nobody knows what black and white are."""
    low, high = float(pixels.min()), float(pixels.max())
    unit = pixels.dtype.kind == "f" and low >= 0 and high <= 1
    if pixels.dtype not in (np.uint8, np.uint16) and not unit:
        raise DataError(
            f"its values are {pixels.dtype} from {low:g} to {high:g}, and what black and white are "
            "is not known; say it as value_range=ValueRange(low, high)"
        )


def _upright_form(reader: ImageReader) -> ImageForm:
    form = reader.stored
    height, width = turned(form.height, form.width, reader.orientation)
    return form._replace(height=height, width=width)


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "it is no PNG, JPEG, TIFF, BMP, GIF or WebP image, nor AVIF, JPEG 2000, Netpbm, TGA"
    if isinstance(error, MemoryError):
        return "there is not enough memory for it"
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
