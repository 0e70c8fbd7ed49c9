"""A TIFF is written by tifffile, page by page, with the tags that its source had."""

import os
import struct
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import TiffImagePlugin

from hourglass.images.exif import TiffTags, tags_for_tiff
from hourglass.images.form import FileForm, Resolution, TiffCoding
from hourglass.images.tiff_tags import read_layout

_COMPRESSIONS: Final = {
    5: "lzw",
    8: "deflate",
    32773: "packbits",
    34925: "lzma",
    50000: "zstd",
}
_PER_INCH: Final = {"inch": 1.0, "centimeter": 1.0, "meter": 0.01}
_UNITS: Final = {"inch": "inch", "centimeter": "centimeter", "meter": "centimeter"}
_ASCII, _SHORT, _LONG, _BYTES, _LONG8 = 2, 3, 4, 7, 16
_SHORTS: Final = (0x0112,)
_SUBFILE: Final = 254
_PLAIN: Final = TiffCoding(compression=8, predictor=2, byteorder="<", tile=None)
# A TIFF whose offsets have 32 bits holds no more than 4 GiB; tags and compression take some.
_MOST_BYTES: Final = 4_000_000_000

Pages = Iterable[tuple[NDArray[Any], FileForm]]


def write_tiff(file: BinaryIO, pages: Pages, count: int = 1) -> None:
    """Write images as the pages of a TIFF, one after the other as they come.

    Parameters
    ----------
    file
        An empty file with a name, open for writing.
    pages
        Pixels, shape (height, width, channels), and what is written beside them. They are not
        copied where they lie in one piece.
    count
        How many pages come. The file becomes a BigTIFF where they could take more than 4 GB.
    """
    from tifffile import TiffWriter

    numbered = enumerate(pages)
    number, (pixels, form) = next(numbered)
    coding = _coding(form)
    big = coding.big or count * pixels.nbytes > _MOST_BYTES
    folders: dict[int, Mapping[int, Mapping[int, Any]]] = {}
    with TiffWriter(file, byteorder=coding.byteorder, bigtiff=big) as writer:
        while True:
            tags = tags_for_tiff(form.exif)
            folders |= {number: tags.folders} if tags.folders else {}
            writer.write(**_page(pixels, form, tags))
            # Let go of a page before the next one is made.
            del pixels
            try:
                number, (pixels, form) = next(numbered)
            except StopIteration:
                break
    if folders:
        _append_folders(file, folders)


def _coding(form: FileForm) -> TiffCoding:
    if isinstance(form.coding, TiffCoding):
        return form.coding
    return _PLAIN


def _page(pixels: NDArray[Any], form: FileForm, tags: TiffTags) -> dict[str, Any]:
    """Return what tifffile writes a page from."""
    coding, channels = _coding(form), pixels.shape[-1]
    extra = coding.extra_samples or (2,) * (channels - form.colors)
    kept: list[tuple[int, int, int | None, Any, bool]] = [
        (code, kind, None, content, True) for code, kind, content in coding.tags
    ]
    if not isinstance(form.coding, TiffCoding):
        kept = [_own_tag(code, value) for code, value in sorted(tags.own.items())]
    subfile = next((content for code, _, content in coding.tags if code == _SUBFILE), b"")
    order: Literal["little", "big"] = "little" if coding.byteorder == "<" else "big"
    plane = pixels[..., 0] if channels == 1 else pixels
    return {
        "data": np.moveaxis(plane, -1, 0) if coding.planar and channels > 1 else plane,
        "photometric": "rgb" if form.colors == 3 else "minisblack",
        "planarconfig": None if channels == 1 else "separate" if coding.planar else "contig",
        "extrasamples": list(extra) if extra else None,
        "compression": _COMPRESSIONS.get(coding.compression),
        "predictor": None if coding.predictor == 1 else _predictor(pixels.dtype),
        "tile": coding.tile,
        "subfiletype": int.from_bytes(subfile, order) if subfile else None,
        "iccprofile": form.icc,
        "extratags": [tag for tag in kept if tag[0] != _SUBFILE],
        "metadata": None,
        "software": False,
        "maxworkers": 1,
        **_density(form.resolution),
    }


def _predictor(dtype: np.dtype[Any]) -> int:
    return 3 if dtype.kind == "f" else 2


def _own_tag(code: int, value: Any) -> tuple[int, int, int | None, Any, bool]:
    if isinstance(value, str):
        return code, _ASCII, 0, value.encode("utf-8", "replace"), True
    if isinstance(value, bytes):
        return code, _BYTES, len(value), value, True
    return code, _SHORT if code in _SHORTS else _LONG, 1, int(value), True


def _density(resolution: Resolution | None) -> dict[str, Any]:
    if resolution is None:
        return {}
    scale = _PER_INCH.get(resolution.unit or "", 1.0)
    return {
        "resolution": (resolution.across * scale, resolution.down * scale),
        "resolutionunit": _UNITS.get(resolution.unit or "", "none"),
    }


def _append_folders(file: BinaryIO, folders: Mapping[int, Mapping[int, Mapping[int, Any]]]) -> None:
    """Write folders of tags behind the pages, and those pages' own once more with their places.

    tifffile writes no folders below a page.
    """
    file.flush()
    with Path(file.name).open("rb") as written:
        layout = read_layout(written)
        count_of = struct.Struct(f"{layout.order}{'Q' if layout.big else 'H'}")
        pointer = struct.Struct(f"{layout.order}{'Q' if layout.big else 'I'}")
        size = 20 if layout.big else 12
        pointed_at, place, number = (8 if layout.big else 4), layout.first, 0
        while place:
            written.seek(place)
            (count,) = count_of.unpack(written.read(count_of.size))
            entries = [written.read(size) for _ in range(count)]
            (following,) = pointer.unpack(written.read(pointer.size))
            if number in folders:
                entries += [
                    _entry(file, layout.order, layout.big, *one) for one in folders[number].items()
                ]
                entries.sort(key=lambda entry: struct.unpack_from(f"{layout.order}H", entry))
                place, count = _even_end(file), len(entries)
                file.write(count_of.pack(count) + b"".join(entries) + pointer.pack(following))
                file.seek(pointed_at)
                file.write(pointer.pack(place))
                file.flush()
            pointed_at = place + count_of.size + count * size
            place, number = following, number + 1
    file.seek(0, os.SEEK_END)


def _entry(file: BinaryIO, order: str, big: bool, code: int, tags: Mapping[int, Any]) -> bytes:
    """Write a folder at the end of a file, and return the tag that names its place."""
    head = _head(order, big)
    folder = TiffImagePlugin.ImageFileDirectory_v2(ifh=head, group=code)
    for tag, value in tags.items():
        folder[tag] = value
    start = _even_end(file)
    file.write(folder.tobytes(start))
    return struct.pack(
        f"{order}HH{'QQ' if big else 'II'}", code, _LONG8 if big else _LONG, 1, start
    )


def _head(order: str, big: bool) -> bytes:
    mark = b"II" if order == "<" else b"MM"
    if big:
        return mark + struct.pack(f"{order}HHHQ", 43, 8, 0, 16)
    return mark + struct.pack(f"{order}HI", 42, 8)


def _even_end(file: BinaryIO) -> int:
    end = file.seek(0, os.SEEK_END)
    return end + file.write(bytes(end % 2))
