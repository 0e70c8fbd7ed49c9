"""PNG of every depth: chunks are walked here, pixels are libpng's work.

Only the chunks that pixels depend on reach the decoder, so that a stranger's metadata, which libpng
would warn of on standard error, is never its business.
"""

import struct
import zlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.exif import bare_exif, orientation_of
from hourglass.images.form import FileForm, ImageForm, PngCoding, Resolution, fitting_profile
from hourglass.images.reader import MOST_METADATA, Caps, ImageReader

PNG_START: Final = b"\x89PNG\r\n\x1a\n"

_HEADER: Final = struct.Struct(">IIBBBBB")
_DENSITY: Final = struct.Struct(">IIB")
_COLORS: Final = {0: 1, 2: 3, 3: 3, 4: 1, 6: 3}
_DEPTHS: Final = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
_PALETTE: Final = 3
_WITH_ALPHA: Final = (4, 6)
_KEPT: Final = (b"cICP", b"gAMA", b"cHRM", b"sRGB", b"tEXt", b"zTXt", b"iTXt")
_READ: Final = (*_KEPT, b"iCCP", b"eXIf", b"pHYs", b"acTL", b"tRNS")


class _Header(NamedTuple):
    width: int
    height: int
    depth: int
    color: int


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    length: int


@final
class PngReader(ImageReader):
    """A PNG, by its chunks.

    Parameters
    ----------
    file
        The file, from its first byte.
    caps
        What its header may declare.

    Raises
    ------
    DataError
        If it is truncated, its header is damaged, or it lies outside the caps.
    """

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        self._file = file
        self._file_bytes = caps.file_bytes
        self._header = _read_header(file)
        self._contents = _Contents(file, self._walk())
        self._keyed = self._header.color not in _WITH_ALPHA and self._contents.has_transparency
        alpha = self._keyed or self._header.color in _WITH_ALPHA
        width, height, depth, color = self._header
        dtype = "uint16" if depth == 16 else "uint8"
        super().__init__(ImageForm(height, width, _COLORS[color] + alpha, dtype), caps)

    @property
    def frames(self) -> int:
        """How many frames its acTL chunk tells of."""
        return int.from_bytes((self._contents.first(b"acTL") or b"")[:4], "big") or 1

    @property
    def orientation(self) -> int:
        """What its eXIf chunk tells."""
        return orientation_of(bare_exif(self._contents.first(b"eXIf")))

    def pixels(self) -> NDArray[Any]:
        """Decode the pixels; a palette becomes color, fewer bits than 8 become 8."""
        import imagecodecs

        try:
            decoded: NDArray[Any] = imagecodecs.png_decode(self._essence())
        except imagecodecs.PngError as error:
            raise DataError(_told(str(error))) from error
        form = self.stored
        if decoded.shape != (form[:2] if form.channels == 1 else form[:3]):
            raise DataError("its header tells another form than its pixels have")
        return decoded.reshape(form[:3])

    def form(self) -> FileForm:
        """Read its EXIF, profile, resolution, color and text chunks."""
        exif = bare_exif(self._contents.first(b"eXIf"))
        mode = self.stored.mode
        return FileForm(
            format="PNG",
            mode=mode,
            bits=self.stored.bits,
            orientation=orientation_of(exif),
            exif=exif,
            icc=fitting_profile(_unpacked(self._contents.first(b"iCCP")), mode),
            resolution=_resolution(self._contents.first(b"pHYs")),
            coding=PngCoding(chunks=self._contents.kept()),
        )

    def changes(self) -> Iterator[str]:
        """Tell of a palette, few bits and a transparent color."""
        if self._header.color == _PALETTE:
            yield "its palette became RGB" + ("A" if self._keyed else "")
        elif self._header.depth < 8:
            yield f"its gray of {self._header.depth} bits became gray of 8"
        if self._keyed and self._header.color != _PALETTE:
            yield "its transparent color became alpha"

    def _walk(self) -> Iterator[_Chunk]:
        """Yield every chunk but the first up to the end of the image."""
        place = len(PNG_START) + 12 + _HEADER.size
        while True:
            self._file.seek(place)
            start = self._file.read(8)
            if len(start) < 8:
                raise DataError("it is truncated")
            chunk = _Chunk(start[4:], place, int.from_bytes(start[:4], "big"))
            place += chunk.length + 12
            if place > self._file_bytes:
                raise DataError("it is truncated")
            yield chunk
            if chunk.kind == b"IEND":
                return

    def _essence(self) -> bytearray:
        """Return the PNG with nothing in it but what pixels are made of."""
        self._file.seek(0)
        content = bytearray(self._file.read(len(PNG_START) + 12 + _HEADER.size))
        wanted = {b"PLTE", b"IDAT", b"IEND"} | ({b"tRNS"} if self._keyed else set())
        for chunk in self._walk():
            if chunk.kind in wanted:
                self._file.seek(chunk.start)
                content += self._file.read(chunk.length + 12)
        return content


class _Contents:
    """The chunks of a PNG that are not pixels."""

    def __init__(self, file: BinaryIO, chunks: Iterator[_Chunk]) -> None:
        self._read: list[tuple[bytes, bytes]] = []
        self.has_transparency = False
        room, pixels_began = MOST_METADATA, False
        for chunk in chunks:
            pixels_began |= chunk.kind == b"IDAT"
            self.has_transparency |= chunk.kind == b"tRNS" and not pixels_began
            if chunk.kind not in _READ or chunk.length > room:
                continue
            file.seek(chunk.start + 8)
            content, sum_of_it = file.read(chunk.length), file.read(4)
            if zlib.crc32(chunk.kind + content).to_bytes(4, "big") == sum_of_it:
                # An empty chunk takes room too, or there could be millions.
                room -= chunk.length + 100
                self._read.append((chunk.kind, content))

    def first(self, kind: bytes) -> bytes | None:
        return next((content for name, content in self._read if name == kind), None)

    def kept(self) -> tuple[tuple[bytes, bytes], ...]:
        return tuple(chunk for chunk in self._read if chunk[0] in _KEPT)


def encode_png(
    pixels: NDArray[Any], form: FileForm | None = None
) -> tuple[bytes | memoryview, ...]:
    """Return the parts of a PNG, to be written one after the other.

    Parameters
    ----------
    pixels
        Shape (height, width, channels), uint8 or uint16.
    form
        What is written beside the pixels.
    """
    import imagecodecs

    plane = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    image = imagecodecs.png_encode(np.ascontiguousarray(plane))
    header = len(PNG_START) + 12 + _HEADER.size
    beside = () if form is None else tuple(_packed_chunks(form))
    return bytes(image[:header]), *beside, memoryview(image)[header:]


def _packed_chunks(form: FileForm) -> Iterator[bytes]:
    if isinstance(form.coding, PngCoding):
        yield from (_packed(*chunk) for chunk in form.coding.chunks)
    if form.icc is not None:
        yield _packed(b"iCCP", b"ICC profile\x00\x00" + zlib.compress(form.icc))
    if form.resolution is not None:
        yield _packed(b"pHYs", _density(form.resolution))
    if form.exif is not None:
        yield _packed(b"eXIf", form.exif)


def _packed(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _read_header(file: BinaryIO) -> _Header:
    file.seek(len(PNG_START))
    start = file.read(_HEADER.size + 12)
    if len(start) < _HEADER.size + 12:
        raise DataError("it is truncated")
    if start[:8] != struct.pack(">I", _HEADER.size) + b"IHDR":
        raise DataError("its first chunk is not its header")
    if zlib.crc32(start[4:-4]).to_bytes(4, "big") != start[-4:]:
        raise DataError("the checksum of its header is wrong")
    width, height, depth, color, *_ = _HEADER.unpack(start[8:-4])
    if depth not in _DEPTHS.get(color, ()) or not width or not height:
        raise DataError(f"its header declares {width}×{height} of color {color} in {depth} bits")
    return _Header(width, height, depth, color)


def _unpacked(content: bytes | None) -> bytes | None:
    """Return the profile in an iCCP chunk: a name, a zero, a zero, and the profile deflated."""
    if content is None:
        return None
    packed = content.partition(b"\x00")[2][1:]
    try:
        return zlib.decompressobj().decompress(packed, MOST_METADATA) or None
    except zlib.error:
        return None


def _resolution(content: bytes | None) -> Resolution | None:
    if content is None or len(content) != _DENSITY.size:
        return None
    across, down, unit = _DENSITY.unpack(content)
    return Resolution(across, down, "meter" if unit == 1 else None)


def _density(resolution: Resolution) -> bytes:
    a_meter = {"inch": 1 / 0.0254, "centimeter": 100.0}.get(resolution.unit or "", 1.0)
    across, down = (min(round(value * a_meter), 2**31 - 1) for value in resolution[:2])
    return _DENSITY.pack(across, down, resolution.unit is not None)


def _told(reason: str) -> str:
    """Return libpng's reason; that it ran out of bytes, in our word."""
    if "ot enough" in reason or "too small" in reason:
        return "it is truncated"
    return f"it is damaged ({reason.strip()})"
