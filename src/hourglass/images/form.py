"""What an image file is beside its pixels: format, depth, EXIF, colors, coding."""

from dataclasses import dataclass
from math import prod
from typing import Final, Literal, NamedTuple

import numpy as np

# The profile's own name of its color space, and the modes whose pixels it can speak of.
_PROFILED: Final = {b"GRAY": ("L", "LA"), b"RGB ": ("RGB", "RGBA")}
Unit = Literal["inch", "centimeter", "meter"]


class Channels(NamedTuple):
    """What the channels of an image are, in their order.

    Attributes
    ----------
    colors
        1 for gray, 3 for red, green and blue.
    bands
        How many follow that are data, such as near infrared.
    alpha
        Whether the last one is an alpha.
    """

    colors: int
    bands: int = 0
    alpha: bool = False

    @property
    def total(self) -> int:
        """How many they are."""
        return self.colors + self.bands + self.alpha

    def __str__(self) -> str:
        """Return them in words, such as ``3 colors and 1 band of data``."""
        words = ["gray" if self.colors == 1 else "3 colors"]
        words += [f"{self.bands} band{'s' if self.bands > 1 else ''} of data"] if self.bands else []
        words += ["an alpha"] if self.alpha else []
        return " and ".join(words)


class ImageForm(NamedTuple):
    """Size and type of an image.

    Attributes
    ----------
    height, width
        In pixels.
    channels
        Gray or color, then bands of data, and an alpha wherever the file has it.
    dtype
        Type of the values, such as ``uint8``.
    colors
        How many channels are shown: 1 for gray, 3 for red, green and blue.
    alpha
        Which channel is an alpha, ``None`` where none is. Channels beyond the colors that are no
        alpha are bands of data, such as near infrared.
    """

    height: int
    width: int
    channels: int
    dtype: str
    colors: int
    alpha: int | None = None

    @classmethod
    def of_mode(cls, height: int, width: int, mode: str, dtype: str = "uint8") -> "ImageForm":
        """Return the form of an image whose channels are those of L, LA, RGB or RGBA."""
        colors = 3 if mode.startswith("RGB") else 1
        alpha = colors if mode.endswith("A") else None
        return cls(height, width, len(mode), dtype, colors, alpha)

    def __str__(self) -> str:
        """Return the form as ``28×28×1 uint8``."""
        return f"{self.height}×{self.width}×{self.channels} {self.dtype}"

    @property
    def nbytes(self) -> int:
        """Bytes of the decoded pixels."""
        return prod(self[:3]) * np.dtype(self.dtype).itemsize

    @property
    def bits(self) -> int:
        """Bits of each value."""
        return 8 * np.dtype(self.dtype).itemsize

    @property
    def bands(self) -> int:
        """How many channels are data: neither shown nor an alpha."""
        return self.channels - self.colors - (self.alpha is not None)

    @property
    def mode(self) -> str:
        """What is shown: L, LA, RGB or RGBA; bands of data are not."""
        return ("RGB" if self.colors == 3 else "L") + ("A" if self.alpha is not None else "")


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
    predictor
        1 where values are compressed as they are, 2 for the differences of neighbors, 3 for those
        of floating-point numbers.
    byteorder
        "<" or ">".
    tile
        Height and width of its tiles, or ``None`` for strips.
    extra_samples
        TIFF's number for the kind of each channel beyond the colors: 0 data, 1 an alpha that is
        multiplied into the colors, 2 one that is not.
    planar
        Whether it stores one channel after the other.
    big
        Whether it is a BigTIFF, whose offsets have 64 bits.
    tags
        Tags that are written as they were: code, type, and the bytes in the order of the file.
    """

    compression: int
    predictor: int
    byteorder: Literal["<", ">"]
    tile: tuple[int, int] | None
    extra_samples: tuple[int, ...] = ()
    planar: bool = False
    big: bool = False
    tags: tuple[tuple[int, int, bytes], ...] = ()


class FrameTime(NamedTuple):
    """When a frame of an animation is shown.

    Attributes
    ----------
    seconds
        How long, as a fraction: numerator and denominator.
    plays
        How often the whole animation runs; 0 for ever.
    """

    seconds: tuple[int, int]
    plays: int


@dataclass(frozen=True, kw_only=True, slots=True)
class FileForm:
    """Everything of an image file, or of one of its frames, but the pixels and the name.

    Parameters
    ----------
    format
        PNG, JPEG, WEBP or TIFF; or another one, which is written as PNG.
    mode
        What is shown: L, LA, RGB or RGBA.
    dtype
        Type of the values, such as ``uint8``.
    bands
        How many channels of data it has beyond those.
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
    animation
        How long a frame of an animation is shown, and how often all of them.
    """

    format: str
    mode: str
    dtype: str
    bands: int = 0
    orientation: int = 1
    exif: bytes | None = None
    icc: bytes | None = None
    resolution: Resolution | None = None
    coding: PngCoding | JpegCoding | WebpCoding | TiffCoding | None = None
    animation: FrameTime | None = None

    @property
    def colors(self) -> int:
        """How many channels are shown, without the alpha: 1 or 3."""
        return 3 if self.mode.startswith("RGB") else 1


def fitting_profile(icc: bytes | None, mode: str) -> bytes | None:
    """Return an ICC profile if it speaks of such pixels; one of CMYK does not fit RGB."""
    if icc is None or mode not in _PROFILED.get(icc[16:20], ()):
        return None
    return icc
