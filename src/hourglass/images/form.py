"""What an image file is beside its pixels: format, depth, EXIF, colors, coding."""

from dataclasses import dataclass
from math import prod
from typing import Final, Literal, NamedTuple

import numpy as np

# The profile's own name of its color space, and the modes whose pixels it can speak of.
_PROFILED: Final = {b"GRAY": ("L", "LA"), b"RGB ": ("RGB", "RGBA")}
Unit = Literal["inch", "centimeter", "meter"]

_MODES: Final = ("L", "LA", "RGB", "RGBA")


class ImageForm(NamedTuple):
    """Size and type of an image."""

    height: int
    width: int
    channels: int
    dtype: str

    def __str__(self) -> str:
        """Return the form as ``28×28×1 uint8``."""
        return f"{self.height}×{self.width}×{self.channels} {self.dtype}"

    @property
    def nbytes(self) -> int:
        """Bytes of the decoded pixels."""
        return prod(self[:3]) * np.dtype(self.dtype).itemsize

    @property
    def bits(self) -> int:
        """Bits of each value: 8 or 16."""
        return 8 * np.dtype(self.dtype).itemsize

    @property
    def mode(self) -> str:
        """What the channels are: L, LA, RGB or RGBA."""
        return _MODES[self.channels - 1]


class Resolution(NamedTuple):
    """Pixels per unit, across and down; without a unit their ratio alone has a meaning."""

    across: float
    down: float
    unit: Unit | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PngCoding:
    """What a PNG is written with.

    Parameters
    ----------
    chunks
        Kind and content of the chunks that tell of color (gAMA, cHRM, sRGB, cICP) or are text.
    """

    chunks: tuple[tuple[bytes, bytes], ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class JpegCoding:
    """What a JPEG is written with.

    Parameters
    ----------
    tables
        The quantization tables, 64 numbers each: they are what "quality" stands for.
    subsampling
        0 for colors at every pixel (4:4:4), 1 at every second across (4:2:2), 2 at every second
        across and down (4:2:0).
    progressive
        Whether it is written in passes from coarse to fine.
    rgb
        Whether its components are red, green and blue themselves.
    xmp, comment
        Kept as they are.
    """

    tables: tuple[tuple[int, ...], ...]
    subsampling: int
    progressive: bool = False
    rgb: bool = False
    xmp: bytes | None = None
    comment: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class WebpCoding:
    """What a WebP is written with.

    Parameters
    ----------
    quality
        From 0 to 100, estimated from the quantizer; ``None`` where it is lossless.
    xmp
        Kept as it is.
    """

    quality: int | None
    xmp: bytes | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class TiffCoding:
    """What a TIFF is written with.

    Parameters
    ----------
    compression
        TIFF's number: 1 none, 5 LZW, 8 deflate, 32773 PackBits, 34925 LZMA, 50000 Zstandard.
    differences
        Whether the differences of neighbors are compressed (predictor 2).
    byteorder
        "<" or ">".
    tile
        Height and width of its tiles, or ``None`` for strips.
    extra_sample
        TIFF's number for the kind of its alpha: 0 not said, 1 multiplied into the colors, 2 not.
    """

    compression: int
    differences: bool
    byteorder: Literal["<", ">"]
    tile: tuple[int, int] | None
    extra_sample: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FileForm:
    """Everything of an image file but its pixels and its name.

    Parameters
    ----------
    format
        PNG, JPEG, WEBP or TIFF; others, such as BMP, are written as PNG.
    mode
        What is written: L, LA, RGB or RGBA.
    bits
        Bits of each value: 8 or 16.
    orientation
        EXIF's: how the stored pixels are to be turned, 1 to 8.
    exif
        EXIF as a TIFF of its own, without the ``Exif`` that formats put before it.
    icc
        The ICC profile, if it fits the mode.
    resolution
        Pixels per inch, centimeter or meter.
    coding
        What belongs to the one format; ``None`` for those that are written as PNG.
    """

    format: str
    mode: str
    bits: int
    orientation: int = 1
    exif: bytes | None = None
    icc: bytes | None = None
    resolution: Resolution | None = None
    coding: PngCoding | JpegCoding | WebpCoding | TiffCoding | None = None


def fitting_profile(icc: bytes | None, mode: str) -> bytes | None:
    """Return an ICC profile if it speaks of such pixels; one of CMYK does not fit RGB."""
    if icc is None or mode not in _PROFILED.get(icc[16:20], ()):
        return None
    return icc
