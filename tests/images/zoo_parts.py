"""What the zoo is made with: scenes, and encoders that are not the ones under test."""

import io
import struct
import zlib
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image, ImageCms

Pixels = NDArray[Any]

PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
CMYK_PROFILE = bytes(16) + b"CMYK" + bytes(108)
# What turns an upright image into how it lies in a file of that orientation.
LAID = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """A file and what becomes of it.

    Parameters
    ----------
    name, content
        The file.
    expected
        Its pixels, upright, shape (height, width, channels); ``None`` for a bad file.
    reason
        What the error says of a bad file, a regular expression.
    again
        How its pixels are written: exactly, or close to what they were.
    kept
        Whether it is written in the same kind: format, mode, depth and compression.
    notes
        What is told of it.
    """

    name: str
    content: bytes
    expected: Pixels | None = None
    reason: str = ""
    again: Literal["exact", "close"] = "exact"
    kept: bool = True
    notes: tuple[str, ...] = ()


def scene(channels: int, dtype: str = "uint8", size: tuple[int, int] = (24, 32)) -> Pixels:
    """Return a smooth scene whose low bits all count, shape (height, width, channels)."""
    down, across = np.mgrid[: size[0], : size[1]]
    waves = [
        0.5 + 0.4 * np.sin(across / 9 + number) * np.cos(down / 7 - number)
        for number in range(channels)
    ]
    return (np.dstack(waves) * np.iinfo(dtype).max).astype(dtype)


def chunk(kind: bytes, content: bytes) -> bytes:
    """Return a PNG chunk with an honest checksum."""
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def png(
    size: tuple[int, int],
    depth: int,
    color: int,
    rows: bytes,
    *,
    before: bytes = b"",
    after: bytes = b"",
    interlaced: bool = False,
) -> bytes:
    """Return a PNG of that height and width, made by hand."""
    header = struct.pack(">IIBBBBB", size[1], size[0], depth, color, 0, 0, interlaced)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + before
        + chunk(b"IDAT", zlib.compress(rows))
        + after
        + chunk(b"IEND", b"")
    )


def filtered(pixels: Pixels) -> bytes:
    """Return the rows of a PNG, each with the filter that leaves it as it is."""
    order = pixels.astype(pixels.dtype.newbyteorder(">"))
    return b"".join(b"\x00" + row.tobytes() for row in order)


def interlace(pixels: Pixels) -> bytes:
    """Return the rows of a PNG in the seven passes of Adam7."""
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2)]
    passes += [(0, 1, 2, 2), (1, 0, 2, 1)]
    return b"".join(
        filtered(part)
        for top, left, down, across in passes
        if (part := pixels[top::down, left::across]).size
    )


def packed(values: Pixels, depth: int) -> bytes:
    """Return the rows of a PNG of 1, 2 or 4 bits; the width fills whole bytes."""
    bits = np.unpackbits(values.astype(np.uint8)[..., None], axis=-1)[..., 8 - depth :]
    rows = np.packbits(bits.reshape(len(values), -1), axis=-1)
    return b"".join(b"\x00" + row.tobytes() for row in rows)


def exif(orientation: int = 1, *, full: bool = False) -> bytes:
    """Return EXIF without the word before it."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    if full:
        tags[0x010F] = "Hourglass works"
        tags[0x0132] = "2026:11:21 10:00:00"
        tags.get_ifd(0x8769)[0x829A] = 0.008
        tags.get_ifd(0x8769)[0x8827] = 400
        tags.get_ifd(0x8825)[0x0001] = "N"
    return tags.tobytes()[6:]


def encoded(pixels: Pixels, kind: str, **options: Any) -> bytes:
    """Return pixels as Pillow writes them."""
    buffer = io.BytesIO()
    Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels).save(
        buffer, kind, **options
    )
    return buffer.getvalue()


def drawn(image: Image.Image, kind: str, **options: Any) -> bytes:
    """Return an image of any mode as Pillow writes it."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def tiff(pixels: Pixels, **options: Any) -> bytes:
    """Return pixels as tifffile writes them."""
    buffer = io.BytesIO()
    plane = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    color = "rgb" if pixels.shape[-1] in (3, 4) else "minisblack"
    contiguous = {"planarconfig": "contig"} if pixels.shape[-1] > 1 else {}
    settings = {"photometric": color, "metadata": None, **contiguous, **options}
    if settings["planarconfig" if contiguous else "metadata"] == "separate":
        plane = np.moveaxis(plane, -1, 0)
    tifffile.imwrite(buffer, np.ascontiguousarray(plane), **settings)
    return buffer.getvalue()


def seen(content: bytes, mode: str | None = None) -> Pixels:
    """Return what Pillow alone makes of a file, as it is stored."""
    with Image.open(io.BytesIO(content)) as image:
        pixels = np.asarray(image.convert(mode) if mode else image)
    return pixels[..., None] if pixels.ndim == 2 else pixels


def laid(pixels: Pixels, orientation: int) -> Pixels:
    """Return upright pixels as they lie in a file of that orientation."""
    if orientation == 1:
        return pixels
    return np.asarray(Image.fromarray(pixels).transpose(LAID[orientation]))
