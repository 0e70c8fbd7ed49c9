"""Folders of tags, of a TIFF and of EXIF, looked through before a library reads them."""

import struct
from collections.abc import Iterator
from typing import BinaryIO, Final, NamedTuple

from hourglass.errors import DataError

# Bytes of a value of each type, from BYTE to BigTIFF's IFD8.
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_LONG_SIZES: Final = {16: 8, 17: 8, 18: 8}
_IN_BYTES: Final = (1, 2, 6, 7)
# Each number becomes an object of some 40 bytes. Tags above these are private and stay unread.
_MOST_NUMBERS: Final = 500_000
_STANDARD: Final = 32_768
_FOLDERS: Final = (34665, 34853)
_MOST_PAGES: Final = 1_000_000

DESCRIPTION: Final = 270
#: Labels, overlays and the like of an ImageJ stack: byte counts, and the bytes themselves.
IMAGEJ_METADATA: Final = (50838, 50839)
#: What tells of the picture, not of how its pixels lie in the file: document name, description,
#: make, model, orientation, page, software, date, artist, host, copyright, and XMP, IPTC.
TELLING: Final = (
    *(269, DESCRIPTION, 271, 272, 274, 285, 305, 306, 315, 316),
    *(33432, 700, 33723),
)
# Beside those a TIFF keeps which page it is, and what instruments and maps say: microscopes' and
# scanners' headers, where on earth it lies, GDAL's metadata, Photoshop's resources.
_KEPT: Final = (
    *TELLING,
    *(254, 255, 297, *range(33445, 33453), 33550, 33922, 34264, 34377, *range(34735, 34738)),
    *(34118, 34680, 34682, 42112, 42113, *IMAGEJ_METADATA, 51023, 51123, 65027),
)
# Written again from what was read: EXIF, GPS, profile, codings; and those that are told apart.
_HANDLED: Final = (*range(32995, 32999), 34665, 34675, 34853, 37724, 40965)


class Tag(NamedTuple):
    """One entry of a folder: number, type, how many values, and the bytes of value or place."""

    code: int
    kind: int
    values: int
    value: bytes


class Layout(NamedTuple):
    """Order of bytes, ``<`` or ``>``, whether it is BigTIFF, and where the first folder begins."""

    order: str
    big: bool
    first: int


def read_layout(file: BinaryIO) -> Layout:
    """Read the first bytes of a TIFF or of bare EXIF.

    Raises
    ------
    DataError
        If they are cut off.
    """
    file.seek(0)
    start = file.read(16)
    order = "<" if start[:2] == b"II" else ">"
    big = 43 in start[2:4]
    place = start[8:16] if big else start[4:8]
    if len(place) < (8 if big else 4):
        raise DataError("it is truncated")
    return Layout(order, big, struct.unpack(f"{order}{'Q' if big else 'I'}", place)[0])


def read_tags(file: BinaryIO, layout: Layout, place: int) -> Iterator[Tag]:
    """Yield the tags of the folder at a place in a file, as far as it goes."""
    file.seek(place)
    head = struct.Struct(f"{layout.order}{'Q' if layout.big else 'H'}")
    entry = struct.Struct(f"{layout.order}{'HHQ8s' if layout.big else 'HHI4s'}")
    start = file.read(head.size)
    count = head.unpack(start)[0] if len(start) == head.size else 0
    for _ in range(min(count, 65_535)):
        content = file.read(entry.size)
        if len(content) < entry.size:
            return
        yield Tag(*entry.unpack(content))


def require_honest_tags(file: BinaryIO, layout: Layout, place: int, file_bytes: int) -> None:
    """Refuse a folder of tags that would fill memory with what is not in the file.

    Raises
    ------
    DataError
        If its tags together declare more bytes than the file has, which libraries would read many
        times over, or a tag more than 500,000 numbers.
    """
    declared = 0
    for tag in read_tags(file, layout, place):
        declared += tag.values * (_SIZES | _LONG_SIZES).get(tag.kind, 1)
        read = tag.code < _STANDARD or tag.code in _FOLDERS
        if read and tag.kind not in _IN_BYTES and tag.values > _MOST_NUMBERS:
            raise DataError(
                f"its tag {tag.code} declares {tag.values:,} numbers, and at most "
                f"{_MOST_NUMBERS:,} are read"
            )
    if declared > file_bytes:
        raise DataError(f"its tags declare {declared:,} bytes in a file of {file_bytes:,} bytes")


class Folders(NamedTuple):
    """Where the folders of a TIFF's pages begin, and whether their list ends as it should."""

    places: tuple[int, ...]
    broken: bool


def find_folders(file: BinaryIO, layout: Layout, file_bytes: int) -> Folders:
    """Follow the list of a TIFF's pages up to its end, or to where it leads nowhere."""
    head = struct.Struct(f"{layout.order}{'Q' if layout.big else 'H'}")
    pointer = struct.Struct(f"{layout.order}{'Q' if layout.big else 'I'}")
    entry = 20 if layout.big else 12
    places, place = {layout.first: None}, layout.first
    while True:
        file.seek(place)
        start = file.read(head.size)
        after = (
            place + head.size + entry * (head.unpack(start)[0] if len(start) == head.size else 0)
        )
        following = 0
        if after + pointer.size <= file_bytes:
            file.seek(after)
            (following,) = pointer.unpack(file.read(pointer.size))
        if not following:
            return Folders(tuple(places), after + pointer.size > file_bytes)
        if following in places or following + head.size > file_bytes or len(places) == _MOST_PAGES:
            return Folders(tuple(places), broken=True)
        places[following], place = None, following


def value_of(file: BinaryIO, layout: Layout, place: int, code: int) -> int:
    """Return the first value of a tag of whole numbers; 0 where a folder does not have it."""
    for tag in read_tags(file, layout, place):
        if tag.code == code and _SIZES.get(tag.kind, 8) <= 4 and tag.values == 1:
            sign = "B" if _SIZES[tag.kind] == 1 else "H" if _SIZES[tag.kind] == 2 else "I"
            return int(struct.unpack_from(f"{layout.order}{sign}", tag.value)[0])
    return 0


def kept_tags(file: BinaryIO, layout: Layout, place: int) -> list[tuple[int, int, bytes]]:
    """Return the tags of a page that are written again as they were: code, type and bytes."""
    kept = []
    for tag in [tag for tag in read_tags(file, layout, place) if tag.code in _KEPT]:
        size = tag.values * (_SIZES | _LONG_SIZES).get(tag.kind, 1)
        content = tag.value[:size]
        if size > len(tag.value):
            (start,) = struct.unpack(f"{layout.order}{'Q' if layout.big else 'I'}", tag.value)
            file.seek(start)
            content = file.read(size)
        kept.append((tag.code, tag.kind, content))
    return kept


def unknown_tags(file: BinaryIO, layout: Layout, place: int) -> list[int]:
    """Return the numbers of a page's private tags that are not known here."""
    known = (*_KEPT, *_HANDLED)
    return [
        tag.code
        for tag in read_tags(file, layout, place)
        if tag.code >= _STANDARD and tag.code not in known
    ]
