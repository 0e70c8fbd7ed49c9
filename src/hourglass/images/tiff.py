"""TIFF: its tags by tifffile, its pixels by libtiff, with 8 or 16 bits a channel."""

import mmap
import sys
from collections.abc import Iterator
from io import BufferedReader
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.exif import ORIENTATION, as_stored, exif_of_tiff
from hourglass.images.form import FileForm, ImageForm, Resolution, TiffCoding, Unit, fitting_profile
from hourglass.images.reader import Caps, ImageReader
from hourglass.images.through_pillow import (
    channels_of,
    decode_with_pillow,
    frames_of,
    open_with_pillow,
    target_mode,
    tell_of,
)
from hourglass.images.tiff_tags import read_layout, require_honest_tags

if TYPE_CHECKING:
    from PIL import Image
    from tifffile import TiffPage

TIFF_STARTS: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")

_GRAY_ON_WHITE: Final = 0
_PLAIN_COLORS: Final = {0: 1, 1: 1, 2: 3}
_CMYK: Final = 5
_WHOLE_OR_SINGLE: Final = (1, 8, 16)
_JPEG: Final = (6, 7)
_DEFLATES: Final = (8, 32946)
_WRITTEN: Final = (1, 5, 8, 32773, 34925, 50000)
_PREDICTED: Final = (5, 8, 34925, 50000)
_KINDS: Final = {1: "unsigned integers", 2: "signed integers", 3: "floating point", 4: "untyped"}
_UNSIGNED: Final = (1, 4)
_UNITS: Final[dict[int, Unit]] = {2: "inch", 3: "centimeter"}


@final
class TiffReader(ImageReader):
    """The first page of a TIFF.

    Parameters
    ----------
    file
        The file, from its first byte.
    caps
        What its header may declare.

    Raises
    ------
    DataError
        If it is damaged, its pixels are of a kind that is not read, or it lies outside the caps.
    """

    parts: ClassVar[str] = "pages"

    def __init__(self, file: BufferedReader, caps: Caps) -> None:
        from tifffile import TiffFile

        self._file, self._file_bytes = file, caps.file_bytes
        self._layout = read_layout(file)
        require_honest_tags(file, self._layout, self._layout.first, caps.file_bytes)
        file.seek(0)
        self._tiff = TiffFile(file)
        self._page: TiffPage = self._tiff.pages.first
        _require_sizes(self._page, caps)
        self._image: Image.Image | None = None
        if _is_plain(self._page):
            stored = _plain_form(self._page)
        else:
            self._image, stored = self._through_pillow()
        super().__init__(stored, caps)

    @property
    def frames(self) -> int:
        """How many pages it has."""
        return len(self._tiff.pages) if self._image is None else frames_of(self._image)

    @property
    def orientation(self) -> int:
        """What its own tag tells."""
        tag = self._page.tags.get(ORIENTATION)
        return int(tag.value) if tag is not None and tag.value in range(1, 9) else 1

    def pixels(self) -> NDArray[Any]:
        """Decode the first page; a palette and CMYK become RGB, and black is 0."""
        if self._image is None:
            return self._plainly()
        # Pillow turns a TIFF by itself.
        return as_stored(decode_with_pillow(self._image, self.stored.mode), self.orientation)

    def form(self) -> FileForm:
        """Read its EXIF, profile, resolution and compression."""
        mode = self.stored.mode
        return FileForm(
            format="TIFF",
            mode=mode,
            bits=self.stored.bits,
            orientation=self.orientation,
            exif=exif_of_tiff(self._file, self._layout, self._file_bytes),
            icc=fitting_profile(self._page.iccprofile, mode),
            resolution=_resolution(self._page),
            coding=_coding(self._page),
        )

    def changes(self) -> Iterator[str]:
        """Tell of a palette, CMYK, few bits, and colors that their alpha has dimmed."""
        if self._image is not None:
            yield from tell_of(self._image, self.stored.mode)
            return
        if self._page.bitspersample == 1:
            yield "its gray of 1 bits became gray of 8"
        if _extra_sample(self._page) == 1:
            yield "its colors are multiplied by its alpha and stay so"

    def _through_pillow(self) -> "tuple[Image.Image, ImageForm]":
        self._file.seek(0)
        image = open_with_pillow(self._file, ("TIFF",))
        mode = target_mode(image)
        form = ImageForm(self._page.imagelength, self._page.imagewidth, channels_of(mode), "uint8")
        return image, form

    def _plainly(self) -> NDArray[Any]:
        form = self.stored
        shape: tuple[int, ...] = form[:2] if form.channels == 1 else form[:3]
        in_planes = self._page.planarconfig == 2 and form.channels > 1
        is_bilevel = self._page.bitspersample == 1
        dtype = np.dtype(bool if is_bilevel else form.dtype)
        room = np.empty((form.channels, *form[:2]) if in_planes else shape, dtype)
        if _lies_in_one_piece(self._page, room.nbytes):
            self._read_straight(room)
        else:
            self._decode_into(room)
        if is_bilevel:
            room = room.view(np.uint8) * np.uint8(255)
        if self._page.photometric == _GRAY_ON_WHITE:
            # Its alpha, if it has one, is not turned around.
            gray = room[0] if in_planes else room.reshape(form[:3])[..., 0]
            np.subtract(np.iinfo(room.dtype).max, gray, out=gray)
        pixels = np.moveaxis(room, 0, -1) if in_planes else room
        return np.ascontiguousarray(pixels.reshape(form[:3]))

    def _read_straight(self, room: NDArray[Any]) -> None:
        """Fill an array from a file whose pixels lie in it as they will in memory."""
        self._file.seek(self._page.dataoffsets[0])
        # BufferedReader fills the array itself; a mapped file would count as a second one.
        if self._file.readinto(room.data.cast("B")) < room.nbytes:
            raise DataError("it is truncated")
        if (self._page.parent.byteorder == ">") != (sys.byteorder == "big"):
            room.byteswap(inplace=True)

    def _decode_into(self, room: NDArray[Any]) -> None:
        import imagecodecs

        try:
            with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                imagecodecs.tiff_decode(content, index=0, out=room)
        except imagecodecs.TiffError as error:
            told = f" ({error})" if str(error) else ""
            raise DataError(f"it is damaged or truncated{told}") from error


def _is_plain(page: "TiffPage") -> bool:
    """Tell whether a page is gray or color as libtiff gives it; refuse what cannot be read."""
    if page.sampleformat not in _UNSIGNED:
        kind = _KINDS.get(page.sampleformat, "of an unknown kind")
        raise DataError(
            f"its pixels are {kind} of {page.bitspersample} bits; save it with 8 or 16 bits a "
            "channel"
        )
    if page.photometric not in _PLAIN_COLORS or page.compression in _JPEG:
        _require_bits(page, (8,) if page.photometric == _CMYK else (1, 2, 4, 8))
        return False
    _require_bits(page, (1, 2, 4, 8, 16))
    return page.bitspersample in _WHOLE_OR_SINGLE


def _lies_in_one_piece(page: "TiffPage", size: int) -> bool:
    """Tell whether a plain page is uncompressed, one strip behind the other."""
    offsets, counts = page.dataoffsets, page.databytecounts
    if (
        page.bitspersample == 1
        or page.compression != 1
        or page.predictor != 1
        or page.fillorder != 1
        or page.is_tiled
    ):
        return False
    ends = (offset + count for offset, count in zip(offsets, counts, strict=False))
    return sum(counts) == size and all(
        end == start for end, start in zip(ends, offsets[1:], strict=False)
    )


def _require_bits(page: "TiffPage", known: tuple[int, ...]) -> None:
    if page.bitspersample not in known:
        raise DataError(
            f"it has {page.bitspersample} bits a channel; save it with 8 or 16, in gray or color"
        )


def _plain_form(page: "TiffPage") -> ImageForm:
    channels, colors = page.samplesperpixel, _PLAIN_COLORS[page.photometric]
    if channels - colors not in (0, 1):
        raise DataError(
            f"it has {channels} channels, {colors} of them colors; at most one more, an alpha, is "
            "read"
        )
    dtype = "uint16" if page.bitspersample == 16 else "uint8"
    return ImageForm(page.imagelength, page.imagewidth, channels, dtype)


def _require_sizes(page: "TiffPage", caps: Caps) -> None:
    if page.imagedepth != 1:
        raise DataError(f"it is a volume {page.imagedepth} deep")
    if page.imagelength < 1 or page.imagewidth < 1 or not page.dataoffsets:
        raise DataError("it declares no pixels")
    caps.require(ImageForm(page.imagelength, page.imagewidth, 1, "uint8"))
    if page.is_tiled and page.tilelength * page.tilewidth > caps.max_pixels:
        raise DataError(
            f"it has tiles of {page.tilelength * page.tilewidth:,} pixels, and at most "
            f"{caps.max_pixels:,} are read"
        )


def _extra_sample(page: "TiffPage") -> int:
    """Return what kind of alpha a plain page has: 0 not said, 1 multiplied in, 2 not."""
    return int(page.extrasamples[0]) if page.extrasamples else 0


def _coding(page: "TiffPage") -> TiffCoding:
    compression = 8 if page.compression in _DEFLATES else int(page.compression)
    written = compression if compression in _WRITTEN else 8
    byteorder: Literal["<", ">"] = ">" if page.parent.byteorder == ">" else "<"
    return TiffCoding(
        compression=written,
        differences=page.predictor == 2 and written in _PREDICTED,
        byteorder=byteorder,
        tile=(page.tilelength, page.tilewidth) if page.is_tiled else None,
        extra_sample=_extra_sample(page) if page.photometric in _PLAIN_COLORS else 2,
    )


def _resolution(page: "TiffPage") -> Resolution | None:
    if 282 not in page.tags or 283 not in page.tags:
        return None
    across, down = (page.tags[code].value for code in (282, 283))
    values = [part[0] / part[1] if part[1] else 0.0 for part in (across, down)]
    if not all(values):
        return None
    unit = page.tags[296].value if 296 in page.tags else 2
    return Resolution(values[0], values[1], _UNITS.get(unit))
