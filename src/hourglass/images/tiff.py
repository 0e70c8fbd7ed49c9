"""TIFF: its tags by tifffile, its pixels by libtiff, page by page and in any plain type."""

import json
import mmap
import re
import sys
from collections.abc import Iterator
from functools import cached_property
from io import BufferedReader
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, cast, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.exif import ORIENTATION, as_stored, exif_of_tiff
from hourglass.images.form import FileForm, ImageForm, Resolution, TiffCoding, Unit, fitting_profile
from hourglass.images.reader import Caps, ImageReader
from hourglass.images.through_pillow import (
    decode_with_pillow,
    open_with_pillow,
    target_mode,
    tell_of,
)
from hourglass.images.tiff_tags import (
    DESCRIPTION,
    IMAGEJ_METADATA,
    find_folders,
    kept_tags,
    read_layout,
    require_honest_tags,
    unknown_tags,
    value_of,
)
from hourglass.records import ValueRange

if TYPE_CHECKING:
    from PIL import Image
    from tifffile import TiffPage

TIFF_STARTS: Final = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")

_GRAY_ON_WHITE: Final = 0
_PLAIN_COLORS: Final = {0: 1, 1: 1, 2: 3}
_CMYK: Final = 5
_JPEG: Final = (6, 7)
_DEFLATES: Final = (8, 32946)
_WRITTEN: Final = (1, 5, 8, 32773, 34925, 50000)
_PREDICTED: Final = (5, 8, 34925, 50000)
# TIFF's number for a kind of values: the letter of its NumPy types, and the bits that are read.
_PLAIN_BITS: Final = {
    1: ("u", (1, 2, 4, 8, 10, 12, 14, 16, 32)),
    2: ("i", (8, 16, 32)),
    3: ("f", (16, 32, 64)),
    4: ("u", (1, 2, 4, 8, 16)),
}
_KINDS: Final = {1: "unsigned integers", 2: "signed integers", 3: "floating point", 4: "untyped"}
_PACKED: Final = (10, 12, 14)
_IN_BYTES: Final = (8, 16, 32, 64)
_ALPHAS: Final = (1, 2)
_UNITS: Final[dict[int, Unit]] = {2: "inch", 3: "centimeter"}
# NewSubfileType: a smaller copy, a mask.
_SMALLER, _MASK = 1, 4
_SUBFILE, _SUB_FOLDERS, _LAYERS = 254, 330, 37724
_LONGEST_SHAPE: Final = 1_000
# ImageJ's lines that say how many images there are, and along which axes.
_OF_SEVERAL: Final = re.compile(rb"(?:images|channels|slices|frames|hyperstack|loop)=.*\n?")
_SIGNIFICANT: Final = re.compile(rb'SignificantBits="(\d{1,2})"')


@final
class TiffReader(ImageReader):
    """The pages of a TIFF.

    Smaller copies and masks of other pages are left out, told by ``left_out``.

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

        self._file, self._layout = file, read_layout(file)
        self.caps = caps
        self._folders = find_folders(file, self._layout, caps.file_bytes)
        require_honest_tags(file, self._layout, self._layout.first, caps.file_bytes)
        file.seek(0)
        self._tiff = TiffFile(file)
        self._image: Image.Image | None = None
        self._offset = 0
        super().__init__(self._open(self._pages[0] if self._starts_smaller else 0), caps)
        self._described = _described_frames(self._page)
        self.value_range = _told_range(self._page)

    @cached_property
    def _pages(self) -> list[int]:
        """Numbers of the pages that are images of their own."""
        own = [
            number
            for number, place in enumerate(self._folders.places)
            if not value_of(self._file, self._layout, place, _SUBFILE) & (_SMALLER | _MASK)
        ]
        return own or [0]

    @property
    def _starts_smaller(self) -> bool:
        return bool(value_of(self._file, self._layout, self._layout.first, _SUBFILE) & _SMALLER)

    @cached_property
    def _together(self) -> int:
        """How many frames lie behind each other in the data of the only page, as ImageJ does it."""
        if len(self._folders.places) > 1 or self._described <= 1 or self._image is not None:
            return 1
        size = self.stored.nbytes
        behind = self._page.dataoffsets[0] + self._described * size
        whole = _lies_in_one_piece(self._page, size) and behind <= self.caps.file_bytes
        return self._described if whole else 1

    @property
    def frames(self) -> int:
        """How many pages it has, or frames in its only page."""
        return max(len(self._pages), self._together)

    @property
    def orientation(self) -> int:
        """What its own tag tells."""
        tag = self._page.tags.get(ORIENTATION)
        return int(tag.value) if tag is not None and tag.value in range(1, 9) else 1

    def _select(self, frame: int) -> ImageForm:
        if self._together > 1:
            self._offset = frame * self.stored.nbytes
            return self.stored
        return self._open(self._pages[frame])

    def _open(self, number: int) -> ImageForm:
        """Go to a page and return its form."""
        place = self._folders.places[number]
        require_honest_tags(self._file, self._layout, place, self.caps.file_bytes)
        page = cast("TiffPage", self._tiff.pages[number])
        self._page, self._number, self._image = page, number, None
        _require_sizes(page, self.caps)
        if _is_plain(page):
            return _plain_form(page)
        return self._through_pillow(number)

    def pixels(self) -> NDArray[Any]:
        """Decode the page; a palette and CMYK become RGB, and black is 0."""
        if self._image is None:
            return self._plainly()
        # Pillow turns a TIFF by itself.
        return as_stored(decode_with_pillow(self._image, self.stored.mode), self.orientation)

    def form(self, *, alone: bool) -> FileForm:
        """Read its EXIF, profile, resolution, compression and what else it tells of itself."""
        stored = self.stored
        return FileForm(
            format="TIFF",
            mode=stored.mode,
            dtype=stored.dtype,
            bands=stored.bands,
            orientation=self.orientation,
            exif=exif_of_tiff(
                self._file, self._layout, self._folders.places[self._number], self.caps.file_bytes
            ),
            icc=fitting_profile(self._page.iccprofile, stored.mode),
            resolution=_resolution(self._page),
            coding=_coding(self._page, stored, self._layout.big, tuple(self._tags(alone))),
        )

    def changes(self) -> Iterator[str]:
        """Tell of a palette, CMYK, few or inverted bits, compression, bands and dimmed colors."""
        page = self._page
        if self._image is not None:
            yield from tell_of(self._image, self.stored.mode)
        elif page.bitspersample == 1:
            yield "its gray of 1 bits became gray of 8"
        elif page.bitspersample in _PACKED:
            yield f"its {page.bitspersample} bits became 16, with the same numbers"
        if page.photometric == _GRAY_ON_WHITE:
            yield "its numbers count from white, and those of a result count from black"
        if page.compression not in (*_WRITTEN, *_DEFLATES) and page.bitspersample > 1:
            compression = getattr(page.compression, "name", page.compression)
            yield f"its {compression} compression became deflate"
        if self.stored.bands:
            first, last = self.stored.colors + 1, self.stored.colors + self.stored.bands
            which = f"channel {first}" if first == last else f"channels {first} to {last}"
            yield f"{which} of {self.stored.channels} taken for data, as it is not marked as alpha"
        if self._image is None and 1 in page.extrasamples:
            yield "its colors are multiplied by its alpha and stay so"

    def left_out(self) -> Iterator[str]:
        """Tell of smaller copies, masks, layers and tags that a result does not have."""
        derived = len(self._folders.places) - len(self._pages)
        if derived:
            yield f"{derived:,} smaller copies or masks in it are left out"
        if _SUB_FOLDERS in self._page.tags:
            below = self._page.tags[_SUB_FOLDERS].count
            yield f"{below:,} smaller copies below its page are left out"
        if _LAYERS in self._page.tags:
            yield "its Photoshop layers are left out"
        unknown = unknown_tags(self._file, self._layout, self._folders.places[self._number])
        if unknown:
            yield f"its private tags {', '.join(map(str, unknown))} are left out"
        if self._described > self.frames:
            yield f"its description tells of {self._described:,} frames, and it has {self.frames:,}"

    def lost(self) -> str | None:
        """Tell that the list of pages leads nowhere behind the last one."""
        return "what follows its last page is damaged" if self._folders.broken else None

    def _tags(self, alone: bool) -> Iterator[tuple[int, int, bytes]]:
        """Yield the tags that are written as they were; alone, none that tells of other frames."""
        true = not alone and self._described in (0, self.frames)
        place = self._folders.places[self._number]
        for code, kind, content in kept_tags(self._file, self._layout, place):
            if code == DESCRIPTION:
                content = _description(content) if true else _description_of_one(content)
            elif code in IMAGEJ_METADATA and not true:
                continue
            if content:
                yield code, kind, content

    def _through_pillow(self, number: int) -> ImageForm:
        self._file.seek(0)
        self._image = open_with_pillow(self._file, ("TIFF",))
        self._image.seek(number)
        mode = target_mode(self._image)
        return ImageForm.of_mode(self._page.imagelength, self._page.imagewidth, mode)

    def _plainly(self) -> NDArray[Any]:
        form, page = self.stored, self._page
        shape: tuple[int, ...] = form[:2] if form.channels == 1 else form[:3]
        in_planes = page.planarconfig == 2 and form.channels > 1
        is_bilevel = page.bitspersample == 1
        dtype = np.dtype(bool if is_bilevel else form.dtype)
        if page.bitspersample in _PACKED:
            room = page.asarray(maxworkers=1).astype(dtype)
        else:
            room = np.empty((form.channels, *form[:2]) if in_planes else shape, dtype)
            if _lies_in_one_piece(page, room.nbytes):
                self._read_straight(room)
            else:
                self._decode_into(room)
        if is_bilevel:
            room = room.view(np.uint8) * np.uint8(255)
        if page.photometric == _GRAY_ON_WHITE:
            # Its alpha, if it has one, is not turned around.
            gray = room[0] if in_planes else room.reshape(form[:3])[..., 0]
            white = 255 if is_bilevel else _white(page, dtype)
            np.subtract(white, gray, out=gray)
        pixels = np.moveaxis(room, 0, -1) if in_planes else room
        return np.ascontiguousarray(pixels.reshape(form[:3]))

    def _read_straight(self, room: NDArray[Any]) -> None:
        """Fill an array from a file whose pixels lie in it as they will in memory."""
        self._file.seek(self._page.dataoffsets[0] + self._offset)
        # BufferedReader fills the array itself; a mapped file would count as a second one.
        if self._file.readinto(room.data.cast("B")) < room.nbytes:
            raise DataError("it is truncated")
        if (self._page.parent.byteorder == ">") != (sys.byteorder == "big"):
            room.byteswap(inplace=True)

    def _decode_into(self, room: NDArray[Any]) -> None:
        import imagecodecs

        try:
            with mmap.mmap(self._file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                imagecodecs.tiff_decode(content, index=self._number, out=room)
        except imagecodecs.TiffError as error:
            told = f" ({error})" if str(error) else ""
            raise DataError(f"it is damaged or truncated{told}") from error


def _is_plain(page: "TiffPage") -> bool:
    """Tell whether a page is gray or color as libtiff gives it; refuse what cannot be read."""
    _, known = _PLAIN_BITS.get(page.sampleformat, ("", ()))
    if page.photometric not in _PLAIN_COLORS or page.compression in _JPEG:
        known = (8,) if page.photometric == _CMYK else (1, 2, 4, 8)
        if page.sampleformat not in (1, 4):
            known = ()
    if page.bitspersample not in known:
        kind = _KINDS.get(page.sampleformat, "of an unknown kind")
        raise DataError(
            f"its pixels are {kind} of {page.bitspersample} bits, which are not read; save it as "
            "gray or color of 8 or 16 bits a channel, or as 32-bit floating point"
        )
    if page.photometric not in _PLAIN_COLORS or page.compression in _JPEG:
        return False
    return page.bitspersample in (1, *_PACKED, *_IN_BYTES)


def _lies_in_one_piece(page: "TiffPage", size: int) -> bool:
    """Tell whether a plain page is uncompressed, one strip behind the other."""
    offsets, counts = page.dataoffsets, page.databytecounts
    if (
        page.bitspersample not in _IN_BYTES
        or page.compression != 1
        or page.predictor != 1
        or page.fillorder != 1
        or page.is_tiled
    ):
        return False
    ends = (offset + count for offset, count in zip(offsets, counts, strict=False))
    # ImageJ's writers give the bytes of all frames to the one strip of the first.
    whole = sum(counts) == size or (len(counts) == 1 and counts[0] > size)
    return whole and all(end == start for end, start in zip(ends, offsets[1:], strict=False))


def _plain_form(page: "TiffPage") -> ImageForm:
    channels, colors = page.samplesperpixel, _PLAIN_COLORS[page.photometric]
    if channels < colors:
        raise DataError(f"it has {channels} channels, and its colors need {colors}")
    extra = tuple(page.extrasamples)[: channels - colors]
    alpha = next((colors + n for n, kind in enumerate(extra) if kind in _ALPHAS), None)
    letter, _ = _PLAIN_BITS[page.sampleformat]
    size = (
        1 if page.bitspersample <= 8 else 2 if page.bitspersample <= 16 else page.bitspersample // 8
    )
    dtype = np.dtype(f"{letter}{size}").name
    return ImageForm(page.imagelength, page.imagewidth, channels, dtype, colors, alpha)


def _require_sizes(page: "TiffPage", caps: Caps) -> None:
    if page.imagedepth != 1:
        raise DataError(f"it is a volume {page.imagedepth} deep")
    if page.imagelength < 1 or page.imagewidth < 1 or not page.dataoffsets:
        raise DataError("it declares no pixels")
    caps.require(ImageForm.of_mode(page.imagelength, page.imagewidth, "L"))
    if page.is_tiled and page.tilelength * page.tilewidth > caps.max_pixels:
        raise DataError(
            f"it has tiles of {page.tilelength * page.tilewidth:,} pixels, and at most "
            f"{caps.max_pixels:,} are read"
        )
    if page.is_reduced and _SUB_FOLDERS in page.tags:
        raise DataError(
            "its page is a small preview and the picture lies below it, as in raw photographs; "
            "convert it to a plain TIFF"
        )
    if page.is_stk or page.is_lsm:
        kind = "MetaMorph (STK)" if page.is_stk else "Zeiss (LSM)"
        raise DataError(
            f"it is a {kind} file, which keeps frames in a way of its own; convert it to OME-TIFF"
        )


def _white(page: "TiffPage", dtype: np.dtype[Any]) -> Any:
    """Return the value of white where gray lies on white."""
    if dtype.kind == "f":
        return dtype.type(1)
    return dtype.type(
        np.iinfo(dtype).max if page.bitspersample not in _PACKED else 2**page.bitspersample - 1
    )


def _described_frames(page: "TiffPage") -> int:
    """Return how many frames the description of the first page tells of; 0 where it tells none."""
    text = page.description
    if page.is_imagej:
        found = re.search(r"^images=(\d{1,9})\s*$", text, re.MULTILINE)
        return int(found[1]) if found else 1
    shape = _shape(text.encode(errors="replace"))
    if not shape:
        return 0
    frame = page.shape if page.samplesperpixel > 1 else page.shape[:2]
    count, values = int(np.prod(shape, dtype=object)), int(np.prod(frame, dtype=object))
    return count // values if values and count % values == 0 and count < 1 << 60 else 0


def _shape(description: bytes) -> list[int]:
    """Return the shape in a description as tifffile writes it, nothing where it is another one."""
    if not description.startswith(b'{"shape"') or len(description) > _LONGEST_SHAPE:
        return []
    try:
        shape = json.loads(description.rstrip(b"\0")).get("shape", [])
    except (ValueError, AttributeError, RecursionError):
        return []
    whole = isinstance(shape, list) and all(isinstance(side, int) and side > 0 for side in shape)
    return shape if whole else []


def _description(content: bytes) -> bytes:
    """Return a description that is true of all frames; each of them gets a page of its own."""
    if not _shape(content) or b"truncated" not in content:
        return content
    told = json.loads(content.rstrip(b"\0"))
    told.pop("truncated")
    return json.dumps(told).encode() + b"\0"


def _description_of_one(content: bytes) -> bytes:
    """Return what a description says that is true of a frame alone."""
    if content.startswith(b"ImageJ="):
        return _OF_SEVERAL.sub(b"", content)
    several = _shape(content) or b"<OME " in content[:2_000]
    return b"" if several else content


def _told_range(page: "TiffPage") -> ValueRange | None:
    """Return what black and white are where a file's bits say it."""
    if page.bitspersample in _PACKED:
        return ValueRange(0, 2**page.bitspersample - 1)
    found = _SIGNIFICANT.search(page.description[:1_000_000].encode(errors="replace"))
    bits = int(found[1]) if found and page.is_ome and page.sampleformat == 1 else 0
    return ValueRange(0, 2**bits - 1) if 8 <= bits < page.bitspersample else None


def _coding(
    page: "TiffPage", stored: ImageForm, big: bool, tags: tuple[tuple[int, int, bytes], ...]
) -> TiffCoding:
    compression = 8 if page.compression in _DEFLATES else int(page.compression)
    written = compression if compression in _WRITTEN else 8
    byteorder: Literal["<", ">"] = ">" if page.parent.byteorder == ">" else "<"
    plain = page.photometric in _PLAIN_COLORS
    extra = tuple(map(int, page.extrasamples))[: stored.channels - stored.colors] if plain else (2,)
    # A band without a kind is data: 0.
    missing = stored.channels - stored.colors - len(extra)
    return TiffCoding(
        compression=written,
        predictor=int(page.predictor) if written in _PREDICTED else 1,
        byteorder=byteorder,
        tile=(page.tilelength, page.tilewidth) if page.is_tiled else None,
        extra_samples=(*extra, *(0 for _ in range(missing)))[: stored.channels - stored.colors],
        planar=plain and page.planarconfig == 2 and stored.channels > 1,
        big=big,
        tags=tags,
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
