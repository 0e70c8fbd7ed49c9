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
