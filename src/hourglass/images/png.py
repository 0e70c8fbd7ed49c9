"""PNG of every depth: chunks are walked here, pixels are libpng's work.

Only the chunks that pixels depend on reach the decoder, so that a stranger's metadata, which libpng
would warn of on standard error, is never its business.
"""

import itertools
import struct
import zlib
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, BinaryIO, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.exif import bare_exif, orientation_of
from hourglass.images.form import (
    FileForm,
    FrameTime,
    ImageForm,
    PngCoding,
    Resolution,
    fitting_profile,
)
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
# Of a frame: number, width, height, left, top, delay as a fraction, disposal, blending.
_CONTROL: Final = struct.Struct(">IIIIIHHBB")
_CLEARED, _RESTORED, _LAID_OVER = 1, 2, 1
_MOST_DELAY: Final = 65_535


class _Header(NamedTuple):
    width: int
    height: int
    depth: int
    color: int


class _Chunk(NamedTuple):
    kind: bytes
    start: int
    length: int


class _Frame(NamedTuple):
    """A frame of an animation: what its fcTL chunk says, and the chunks of its pixels."""

    width: int
    height: int
    left: int
    top: int
    delay: tuple[int, int]
    disposal: int
    blending: int
    chunks: list[_Chunk]

    @property
    def area(self) -> tuple[slice, slice]:
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )


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
        colors = _COLORS[color]
        where = colors if alpha else None
        super().__init__(ImageForm(height, width, colors + alpha, dtype, colors, where), caps)
        self._number, self._canvas = -1, _Canvas(self.stored)

    @property
    def frames(self) -> int:
        """How many frames its acTL chunk tells of."""
        return int.from_bytes((self._contents.first(b"acTL") or b"")[:4], "big") or 1

    @property
    def orientation(self) -> int:
        """What its eXIf chunk tells."""
        return orientation_of(bare_exif(self._contents.first(b"eXIf")))

    def _select(self, frame: int) -> ImageForm:
        if self.frames > 1 and len(self._animation) != self.frames:
            raise DataError(
                f"it tells of {self.frames:,} frames and holds {len(self._animation):,}"
            )
        self._number = frame if self.frames > 1 else -1
        return self.stored

    @cached_property
    def _animation(self) -> list[_Frame]:
        """The frames of an animation, in order; a picture before the first one is none of them."""
        found: list[_Frame] = []
        for chunk in self._walk():
            if chunk.kind == b"fcTL" and chunk.length == _CONTROL.size:
                self._file.seek(chunk.start + 8)
                told = _CONTROL.unpack(self._file.read(_CONTROL.size))
                _, width, height, left, top, above, below, disposal, blending = told
                delay = above, below or 100
                found.append(_Frame(width, height, left, top, delay, disposal, blending, []))
            elif chunk.kind in (b"IDAT", b"fdAT") and found:
                found[-1].chunks.append(chunk)
        return found

    def pixels(self) -> NDArray[Any]:
        """Decode the pixels; a palette becomes color, fewer bits than 8 become 8."""
        if self._number < 0:
            return self._decoded(self._essence(), self.stored[:3])
        while self._canvas.drawn < self._number:
            frame = self._animation[self._canvas.drawn + 1]
            shape = (frame.height, frame.width, self.stored.channels)
            self._canvas.draw(frame, self._decoded(self._essence(frame), shape))
        return self._canvas.pixels.copy()

    def _decoded(self, content: bytearray, shape: tuple[int, int, int]) -> NDArray[Any]:
        import imagecodecs

        try:
            decoded: NDArray[Any] = imagecodecs.png_decode(content)
        except imagecodecs.PngError as error:
            raise DataError(_told(str(error))) from error
        if decoded.shape != (shape[:2] if shape[2] == 1 else shape):
            raise DataError("its header tells another form than its pixels have")
        return decoded.reshape(shape)

    def form(self, *, alone: bool) -> FileForm:
        """Read its EXIF, profile, resolution, color and text chunks, and how long it is shown."""
        exif = bare_exif(self._contents.first(b"eXIf"))
        mode = self.stored.mode
        return FileForm(
            format="PNG",
            mode=mode,
            dtype=self.stored.dtype,
            orientation=orientation_of(exif),
            exif=exif,
            icc=fitting_profile(_unpacked(self._contents.first(b"iCCP")), mode),
            resolution=_resolution(self._contents.first(b"pHYs")),
            coding=PngCoding(chunks=self._contents.kept()),
            animation=None if alone or self.frames == 1 else self._time(),
        )

    def _time(self) -> FrameTime:
        plays = int.from_bytes((self._contents.first(b"acTL") or b"")[4:8], "big")
        return FrameTime(self._animation[max(0, self._number)].delay, plays)

    def changes(self) -> Iterator[str]:
        """Tell of a palette, few bits and a transparent color."""
        if self._header.color == _PALETTE:
            yield "its palette became RGB" + ("A" if self._keyed else "")
        elif self._header.depth < 8:
            yield f"its gray of {self._header.depth} bits became gray of 8"
        if self._keyed and self._header.color != _PALETTE:
            yield "its transparent color became alpha"

    def lost(self) -> str | None:
        """Tell of a picture for viewers that show no animation."""
        if self.frames == 1 or not self._animation:
            return None
        is_frame = any(chunk.kind == b"IDAT" for chunk in self._animation[0].chunks)
        return None if is_frame else "the still picture beside its frames is left out"

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

    def _essence(self, frame: _Frame | None = None) -> bytearray:
        """Return the PNG with nothing in it but what pixels, or those of a frame, are made of."""
        self._file.seek(0)
        content = bytearray(self._file.read(len(PNG_START) + 12 + _HEADER.size))
        wanted = {b"PLTE", b"IDAT", b"IEND"} | ({b"tRNS"} if self._keyed else set())
        if frame is not None:
            header = struct.pack(">II", frame.width, frame.height) + content[24:29]
            content[8:] = _packed(b"IHDR", bytes(header))
            wanted -= {b"IDAT", b"IEND"}
        for chunk in self._walk():
            if frame is not None and chunk.kind == b"IDAT":
                break
            if chunk.kind in wanted:
                self._file.seek(chunk.start)
                content += self._file.read(chunk.length + 12)
        if frame is not None:
            for chunk in frame.chunks:
                numbered = 4 if chunk.kind == b"fdAT" else 0
                self._file.seek(chunk.start + 8 + numbered)
                content += _packed(b"IDAT", self._file.read(max(0, chunk.length - numbered)))
            content += _packed(b"IEND", b"")
        return content


class _Canvas:
    """What the frames of an animation are drawn on, one after the other."""

    def __init__(self, form: ImageForm) -> None:
        self._form, self.drawn = form, -1
        self._cleanup: tuple[tuple[slice, slice], NDArray[Any] | int] | None = None

    @cached_property
    def pixels(self) -> NDArray[Any]:
        return np.zeros(self._form[:3], self._form.dtype)

    def draw(self, frame: _Frame, image: NDArray[Any]) -> None:
        """Dispose of the frame before as it asked for, and draw the next one."""
        if self._cleanup is not None:
            area, content = self._cleanup
            self.pixels[area] = content
        area = frame.area
        target = self.pixels[area]
        if target.shape != image.shape:
            raise DataError("a frame of its animation lies outside of the picture")
        first = self.drawn < 0
        self._cleanup = None
        if frame.disposal == _CLEARED or (frame.disposal == _RESTORED and first):
            self._cleanup = area, 0
        elif frame.disposal == _RESTORED:
            self._cleanup = area, target.copy()
        over = frame.blending == _LAID_OVER and self._form.alpha is not None and not first
        self.pixels[area] = _laid_over(image, target) if over else image
        self.drawn += 1


def _laid_over(image: NDArray[Any], below: NDArray[Any]) -> NDArray[Any]:
    """Return an image with alpha over another one, neither multiplied by its alpha."""
    white = np.iinfo(image.dtype).max
    above, under = (part[..., -1:].astype(np.float64) / white for part in (image, below))
    alpha = above + under * (1.0 - above)
    share = np.divide(above, alpha, out=np.ones_like(alpha), where=alpha > 0)
    colors = share * image[..., :-1] + (1.0 - share) * below[..., :-1]
    laid: NDArray[Any] = np.rint(np.concatenate([colors, alpha * white], axis=-1)).astype(
        image.dtype
    )
    return laid


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


def encode_animation(
    frames: Iterable[tuple[NDArray[Any], FileForm]], count: int
) -> Iterator[bytes]:
    """Yield the parts of an animated PNG, frame by frame as they come.

    Parameters
    ----------
    frames
        Pixels of one shape, (height, width, channels), uint8 or uint16, and their forms, whose
        ``animation`` says how long each is shown. What is beside the pixels is the first one's.
    count
        How many come.
    """
    number = itertools.count()
    for index, (pixels, form) in enumerate(frames):
        time = form.animation or FrameTime((0, 1), 0)
        parts = [bytes(part) for part in encode_png(pixels, form if index == 0 else None)]
        if index == 0:
            yield parts[0]
            yield _packed(b"acTL", struct.pack(">II", count, time.plays))
            yield from parts[1:-1]
        height, width = pixels.shape[:2]
        control = (next(number), width, height, 0, 0, *_delay(time.seconds), 0, 0)
        yield _packed(b"fcTL", _CONTROL.pack(*control))
        for kind, content in _chunks_of(parts[-1]):
            if kind == b"IDAT" and index:
                yield _packed(b"fdAT", struct.pack(">I", next(number)) + content)
            elif kind == b"IDAT":
                yield _packed(kind, content)
    yield _packed(b"IEND", b"")


def _delay(seconds: tuple[int, int]) -> tuple[int, int]:
    """Return a delay as a fraction of numbers of 16 bits; longer ones in whole seconds."""
    if max(seconds) <= _MOST_DELAY:
        return seconds
    return min(round(seconds[0] / seconds[1]), _MOST_DELAY), 1


def _chunks_of(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        yield content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        place += 12 + length


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
