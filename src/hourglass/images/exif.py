"""EXIF: which way up an image is, and the part of it that a TIFF keeps in its own tags."""

import io
import struct
from typing import Any, BinaryIO, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hourglass.errors import DataError
from hourglass.images.tiff_tags import (
    TELLING,
    Layout,
    read_layout,
    read_tags,
    require_honest_tags,
)

ORIENTATION: Final = 0x0112
EXIF_FOLDER: Final = 0x8769
GPS_FOLDER: Final = 0x8825

_PREFIX: Final = b"Exif\x00\x00"
_INTEROPERABILITY: Final = 0xA005
_SHORT: Final = 3
_INVERSE: Final = {6: 8, 8: 6}


def bare_exif(exif: bytes | None) -> bytes | None:
    """Return EXIF without the word that some formats put before it; ``None`` for empty ones."""
    return (exif or b"").removeprefix(_PREFIX) or None


def orientation_of(exif: bytes | None) -> int:
    """Return the orientation that EXIF tells, 1 to 8; 1 where it tells none or is damaged."""
    if exif is None:
        return 1
    file = io.BytesIO(exif)
    try:
        layout = read_layout(file)
    except DataError:
        return 1
    for tag in read_tags(file, layout, layout.first):
        if tag.code == ORIENTATION and tag.kind == _SHORT and tag.values == 1:
            (told,) = struct.unpack(f"{layout.order}H", tag.value[:2])
            return int(told) if told in range(1, 9) else 1
    return 1


def upright(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn stored pixels, shape (height, width, ...), as EXIF's orientation says."""
    if orientation in (5, 6, 7, 8):
        pixels = np.swapaxes(pixels, 0, 1)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


def as_stored(pixels: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Turn upright pixels back to where they lay in a file of that orientation."""
    return upright(pixels, _INVERSE.get(orientation, orientation))


def turned(height: int, width: int, orientation: int) -> tuple[int, int]:
    """Return height and width once stored pixels are upright."""
    return (width, height) if orientation in (5, 6, 7, 8) else (height, width)


def exif_of_tiff(file: BinaryIO, layout: Layout, place: int, file_bytes: int) -> bytes | None:
    """Gather what a TIFF tells of a page into EXIF that can stand alone, if it can be read.

    Parameters
    ----------
    file, layout
        The TIFF.
    place
        Where the folder of the page begins, which was found honest.
    file_bytes
        Its size.
    """
    try:
        return _gathered(file, layout, place, file_bytes)
    # A stranger's tags can be damaged in any way, while the pixels are fine.
    except Exception:
        return None


def _gathered(file: BinaryIO, layout: Layout, place: int, file_bytes: int) -> bytes | None:
    source = Image.Exif()
    source.endian, source.bigtiff = layout.order, layout.big
    source.load_from_fp(file, place)
    kept = Image.Exif()
    for tag in TELLING:
        if tag in source:
            kept[tag] = source[tag]
    for folder in (EXIF_FOLDER, GPS_FOLDER):
        if folder in source:
            require_honest_tags(file, layout, source[folder], file_bytes)
        tags = dict(source.get_ifd(folder))
        # It is an offset in the file that is left behind.
        tags.pop(_INTEROPERABILITY, None)
        if tags:
            kept[folder] = tags
    return bare_exif(kept.tobytes()) if len(kept) else None


class TiffTags(NamedTuple):
    """EXIF taken apart for a TIFF: its own tags by number, and the folders below them."""

    own: dict[int, Any]
    folders: dict[int, dict[int, Any]]


def tags_for_tiff(exif: bytes | None) -> TiffTags:
    """Take EXIF apart into what a TIFF keeps as tags of its own and as folders below."""
    if exif is None:
        return TiffTags({}, {})
    parsed = _parsed(exif)
    own = {tag: parsed[tag] for tag in TELLING if tag in parsed}
    folders = {tag: dict(parsed.get_ifd(tag)) for tag in (EXIF_FOLDER, GPS_FOLDER)}
    return TiffTags(own, {tag: entries for tag, entries in folders.items() if entries})


def _parsed(exif: bytes) -> Image.Exif:
    parsed = Image.Exif()
    parsed.load_from_fp(io.BytesIO(exif))
    return parsed
