"""JPEG, WebP, AVIF, BMP, GIF and TGA, and what is left of TIFF: all that Pillow decodes."""

import math
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any, BinaryIO, Final, final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, JpegImagePlugin

from hourglass.errors import DataError
from hourglass.images.exif import bare_exif, orientation_of
from hourglass.images.form import (
    FileForm,
    FrameTime,
    ImageForm,
    JpegCoding,
    Resolution,
    Unit,
    WebpCoding,
    fitting_profile,
)
from hourglass.images.reader import Caps, ImageReader
from hourglass.images.webp import WebpHeader, read_webp_header

_FORMATS: Final = ("JPEG", "BMP", "GIF", "WEBP", "AVIF")
# Nothing in their first bytes tells them for sure, so that their names have to.
_BY_NAME: Final = {".tga": "TGA", ".dib": "DIB"}
_PLAIN: Final = {
    "1": "L",
    "L": "L",
    "LA": "LA",
    "RGB": "RGB",
    "RGBX": "RGB",
    "RGBA": "RGBA",
    "P": "RGB",
    "PA": "RGBA",
    "CMYK": "RGB",
    "YCbCr": "RGB",
}
_WITH_ALPHA: Final = {"L": "LA", "RGB": "RGBA"}
_TOLD: Final = {"P": "its palette", "PA": "its palette", "CMYK": "its CMYK color"}
_UNITS: Final[dict[int, Unit]] = {1: "inch", 2: "centimeter"}
# Where an MPO lists its pictures.
_PICTURES: Final = 0xB002

_AVIF_HEADER: Final = 65_536

_pixel_cap = threading.Lock()


@final
class PillowReader(ImageReader):
    """A JPEG, WebP, AVIF, BMP, GIF or TGA.

    Parameters
    ----------
    file
        The file, from its first byte.
    caps
        What its header may declare.

    Raises
    ------
    DataError
        If its pixels are of a kind that is not read, or it lies outside the caps.
    """

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        # Pillow makes room for the whole of a WebP as soon as it is opened.
        self._webp = _capped_webp(file, caps)
        file.seek(0)
        ending = os.path.splitext(str(getattr(file, "name", "")))[1].lower()  # noqa: PTH122
        by_name = (_BY_NAME[ending],) if ending in _BY_NAME else ()
        self._image = open_with_pillow(file, (*_FORMATS, *by_name))
        self._bits = _avif_bits(file) if self._image.format == "AVIF" else 8
        self._mode = target_mode(self._image)
        width, height = self._image.size
        super().__init__(ImageForm.of_mode(height, width, self._mode), caps)

    @property
    def frames(self) -> int:
        """How many frames an animation has."""
        # The pictures of an MPO are views and sizes of one photograph, not a sequence.
        return 1 if self._image.format == "MPO" else frames_of(self._image)

    def _select(self, frame: int) -> ImageForm:
        self._mode = self._mode_of_all
        self._image.seek(frame)
        width, height = self._image.size
        return ImageForm.of_mode(height, width, self._mode)

    @cached_property
    def _mode_of_all(self) -> str:
        """The mode that holds every frame: the later ones of a GIF can be transparent."""
        if self._image.format != "GIF":
            return self._mode
        modes = set()
        for frame in range(self.frames):
            self._image.seek(frame)
            modes.add(target_mode(self._image))
        self._image.seek(0)
        return modes.pop() if len(modes) == 1 else "RGBA"

    @property
    def orientation(self) -> int:
        """What its EXIF tells."""
        return orientation_of(self._exif())

    def pixels(self) -> NDArray[Any]:
        """Decode the frame; a palette and CMYK become RGB."""
        return decode_with_pillow(self._image, self._mode)

    def form(self, *, alone: bool) -> FileForm:
        """Read its EXIF, profile, resolution, how it was compressed and how long it is shown."""
        exif = self._exif()
        name = self._image.format or ""
        return FileForm(
            format="JPEG" if name == "MPO" else name,
            mode=self._mode,
            dtype="uint8",
            orientation=orientation_of(exif),
            exif=exif,
            icc=fitting_profile(self._image.info.get("icc_profile"), self._mode),
            resolution=_resolution(self._image),
            coding=self._coding(),
            animation=None if alone or self.frames == 1 else self._time(),
        )

    def changes(self) -> Iterator[str]:
        """Tell of a palette, CMYK, and more than 8 bits."""
        yield from tell_of(self._image, self._mode)
        if self._bits > 8:
            yield f"its {self._bits} bits became 8"

    def left_out(self) -> Iterator[str]:
        """Tell of thumbnails behind a photograph."""
        if self._image.format == "MPO" and self._only_thumbnails:
            yield "the smaller copies behind its picture are left out"

    def lost(self) -> str | None:
        """Tell of other pictures behind a photograph, such as another view or a gain map."""
        if self._image.format != "MPO" or self._only_thumbnails:
            return None
        return f"the first of {frames_of(self._image):,} pictures in it (MPO)"

    @property
    def _only_thumbnails(self) -> bool:
        listed = getattr(self._image, "mpinfo", {}).get(_PICTURES, ())
        kinds = [str(entry.get("Attribute", {}).get("MPType")) for entry in listed][1:]
        return bool(kinds) and all("Thumbnail" in kind for kind in kinds)

    def _time(self) -> FrameTime:
        # WebP tells it once the frame is decoded.
        self._image.load()
        info = self._image.info
        milliseconds = max(0, round(float(info.get("duration", 0))))
        plays = int(info.get("loop", 0 if self._image.format == "WEBP" else -1))
        if self._image.format == "GIF":
            # A GIF counts how often it runs again.
            plays = 0 if plays == 0 else plays + 1 if plays > 0 else 1
        return FrameTime((milliseconds, 1000), plays)

    def _exif(self) -> bytes | None:
        return bare_exif(self._image.info.get("exif"))

    def _coding(self) -> JpegCoding | WebpCoding | None:
        xmp = self._image.info.get("xmp")
        if self._webp is not None:
            return WebpCoding(quality=self._webp.quality, xmp=xmp)
        if not isinstance(self._image, JpegImagePlugin.JpegImageFile):
            return None
        tables = self._image.quantization
        return JpegCoding(
            tables=tuple(tuple(tables[number]) for number in sorted(tables)),
            # Samplings that cannot be written again are written without any: nothing is lost.
            subsampling=max(JpegImagePlugin.get_sampling(self._image), 0),
            progressive=bool(self._image.info.get("progressive")),
            rgb=self._image.mode == "RGB" and self._image.info.get("adobe_transform") == 0,
            xmp=xmp,
            comment=self._image.info.get("comment"),
        )


def open_with_pillow(file: BinaryIO, formats: tuple[str, ...]) -> Image.Image:
    """Read a header with Pillow, whatever size it declares."""
    # Pillow knows one cap for the whole process, lower than ours and with a warning below it. It
    # is lifted while the header is read, and nothing is decoded before our own check.
    with _pixel_cap_lifted():
        return Image.open(file, formats=formats)


def target_mode(image: Image.Image) -> str:
    """Return the mode that an image is decoded to: L, LA, RGB or RGBA.

    Raises
    ------
    DataError
        If its own mode has no known white.
    """
    mode = _PLAIN.get(image.mode)
    if mode is None:
        raise DataError(
            f"its pixels are of Pillow's mode {image.mode}; save it with 8 or 16 bits a channel, "
            "in gray or color"
        )
    return _WITH_ALPHA.get(mode, mode) if image.has_transparency_data else mode


def decode_with_pillow(image: Image.Image, mode: str) -> NDArray[Any]:
    """Decode the frame it stands at to a target mode, shape (height, width, channels) uint8."""
    image.load()
    pixels = np.asarray(image if image.mode == mode else image.convert(mode))
    return pixels[..., None] if mode == "L" else pixels


def frames_of(image: Image.Image) -> int:
    """Return how many frames or pages an image has."""
    return int(getattr(image, "n_frames", 1))


def tell_of(image: Image.Image, mode: str) -> Iterator[str]:
    """Tell of colors that are read as others."""
    if image.mode in _TOLD:
        yield f"{_TOLD[image.mode]} became {mode}"
    if image.mode == "1":
        yield "its gray of 1 bits became gray of 8"


@contextmanager
def _pixel_cap_lifted() -> Iterator[None]:
    with _pixel_cap:
        theirs, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = theirs


def _capped_webp(file: BinaryIO, caps: Caps) -> WebpHeader | None:
    file.seek(0)
    start = file.read(12)
    if start[:4] != b"RIFF" or start[8:] != b"WEBP":
        return None
    header = read_webp_header(file)
    if header is None or int.from_bytes(start[4:8], "little") + 8 > caps.file_bytes:
        raise DataError("it is truncated")
    caps.require(ImageForm.of_mode(header.height, header.width, "RGB"))
    return header


def _avif_bits(file: BinaryIO) -> int:
    """Return the depth that the configuration of an AVIF's codec tells (AV1-ISOBMFF, 2.3.3)."""
    file.seek(0)
    _, _, configuration = file.read(_AVIF_HEADER).partition(b"av1C")
    flags = configuration[2] if len(configuration) > 2 else 0
    return (12 if flags & 0x20 else 10) if flags & 0x40 else 8


def _resolution(image: Image.Image) -> Resolution | None:
    if "jfif_density" in image.info:
        across, down = image.info["jfif_density"]
        unit = _UNITS.get(image.info.get("jfif_unit", 0))
        return Resolution(across, down, unit) if across and down else None
    if image.format == "BMP" and "dpi" in image.info:
        across, down = image.info["dpi"]
        usable = all(math.isfinite(value) and value > 0 for value in (across, down))
        return Resolution(across, down, "inch") if usable else None
    return None
