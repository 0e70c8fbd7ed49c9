"""A TIFF is written by tifffile, straight from the array, with the tags that its source had."""

import os
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

from numpy.typing import NDArray
from PIL import TiffImagePlugin

from hourglass.images.exif import tags_for_tiff
from hourglass.images.form import FileForm, Resolution, TiffCoding

_COMPRESSIONS: Final = {
    5: "lzw",
    8: "deflate",
    32773: "packbits",
    34925: "lzma",
    50000: "zstd",
}
_PER_INCH: Final = {"inch": 1.0, "centimeter": 1.0, "meter": 0.01}
_UNITS: Final = {"inch": "inch", "centimeter": "centimeter", "meter": "centimeter"}
_ASCII, _LONG, _BYTES, _SHORT = 2, 4, 7, 3
_SHORTS: Final = (0x0112,)
_PLAIN: Final = TiffCoding(
    compression=8, differences=True, byteorder="<", tile=None, extra_sample=2
)


def write_tiff(file: BinaryIO, pixels: NDArray[Any], form: FileForm) -> None:
    """Write an image as the one page of a TIFF.

    Parameters
    ----------
    file
        An empty file with a name, open for writing.
    pixels
        Shape (height, width, channels), uint8 or uint16. They are not copied where they lie in
        one piece.
    form
        What is written beside the pixels, and how they are compressed.
    """
    from tifffile import TiffWriter

    coding = form.coding if isinstance(form.coding, TiffCoding) else _PLAIN
    tags = tags_for_tiff(form.exif)
    own = [_own_tag(code, value) for code, value in sorted(tags.own.items())]
    plane = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    with TiffWriter(file, byteorder=coding.byteorder) as writer:
        writer.write(
            plane,
            photometric="rgb" if pixels.shape[-1] > 2 else "minisblack",
            planarconfig="contig" if pixels.shape[-1] > 1 else None,
            extrasamples=[coding.extra_sample] if pixels.shape[-1] in (2, 4) else None,
            compression=_COMPRESSIONS.get(coding.compression),
            predictor=2 if coding.differences else None,
            tile=coding.tile,
            iccprofile=form.icc,
            extratags=own,
            metadata=None,
            software=False,
            maxworkers=1,
            **_density(form.resolution),
        )
    if tags.folders:
        _append_folders(file, coding.byteorder, tags.folders)


def _own_tag(code: int, value: Any) -> tuple[int, int, int, Any, bool]:
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


def _append_folders(
    file: BinaryIO, byteorder: str, folders: Mapping[int, Mapping[int, Any]]
) -> None:
    """Write folders of tags behind the image, and the page's own once more with their places.

    tifffile writes no folders below a page.
    """
    short, long = struct.Struct(f"{byteorder}H"), struct.Struct(f"{byteorder}I")
    head = (b"II*\x00" if byteorder == "<" else b"MM\x00*") + long.pack(8)
    file.flush()
    entries = _entries(Path(file.name), short, long)
    for code, tags in folders.items():
        folder = TiffImagePlugin.ImageFileDirectory_v2(ifh=head, group=code)
        for tag, value in tags.items():
            folder[tag] = value
        start = _even_end(file)
        file.write(folder.tobytes(start))
        entries.append(short.pack(code) + short.pack(_LONG) + long.pack(1) + long.pack(start))
    entries.sort(key=lambda entry: short.unpack_from(entry))
    start = _even_end(file)
    file.write(short.pack(len(entries)) + b"".join(entries) + long.pack(0))
    file.seek(4)
    file.write(long.pack(start))
    file.seek(0, os.SEEK_END)


def _entries(path: Path, short: struct.Struct, long: struct.Struct) -> list[bytes]:
    """Return the entries of the first folder of a TIFF, 12 bytes each."""
    with path.open("rb") as written:
        written.seek(4)
        written.seek(*long.unpack(written.read(4)))
        (count,) = short.unpack(written.read(2))
        return [written.read(12) for _ in range(count)]


def _even_end(file: BinaryIO) -> int:
    end = file.seek(0, os.SEEK_END)
    return end + file.write(bytes(end % 2))
