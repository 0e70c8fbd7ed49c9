"""What a WebP tells before it is decoded, and how encoded frames become an animation."""

import io
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, NamedTuple

from hourglass.images.form import FileForm, WebpCoding

_LINEAR_BELOW: Final = 0.75
_COARSEST: Final = 127
# 1 + 0.9 · 50 / 100 / 128 · 127: libwebp's default strength at the end of its scale.
_SMOOTHEST: Final = 1.4465


class WebpHeader(NamedTuple):
    """Size of a WebP, and the quality estimated from its quantizer: ``None`` if lossless."""

    height: int
    width: int
    quality: int | None


def read_webp_header(file: BinaryIO) -> WebpHeader | None:
    """Return the header of a WebP, or ``None`` if there is nothing to be understood.

    Parameters
    ----------
    file
        The file. The size is the canvas' where there is one, else the first frame's.
    """
    canvas: tuple[int, int] | None = None
    for kind, start, length in _chunks(file):
        file.seek(start)
        if kind == b"VP8X":
            content = file.read(10)
            canvas = (_little(content[7:10]) + 1, _little(content[4:7]) + 1)
        elif kind in (b"VP8 ", b"VP8L"):
            frame = _frame_size(kind, file.read(30))
            if canvas is None and frame is None:
                return None
            file.seek(start)
            quality = None if kind == b"VP8L" else _quality(file.read(min(length, 1_000)))
            return WebpHeader(*(canvas or frame or (0, 0)), quality)
    return None if canvas is None else WebpHeader(*canvas, None)


def write_animation(file: BinaryIO, frames: Iterable[tuple[bytes, FileForm]]) -> None:
    """Write frames that are WebP files of their own as one animation, as they come.

    The container is that of Google's "WebP Container Specification": every frame covers the
    canvas and replaces what was there.

    Parameters
    ----------
    file
        An empty file, open for writing.
    frames
        Encoded frames of one size, and their forms, whose ``animation`` says how long each is
        shown. What is beside the pixels is the first one's.
    """
    behind: list[bytes] = []
    for number, (content, form) in enumerate(frames):
        chunks = [
            content[start - 8 : start + length + length % 2]
            for kind, start, length in _chunks(io.BytesIO(content))
            if kind in (b"ALPH", b"VP8 ", b"VP8L")
        ]
        sides = _sides(content)
        if number == 0:
            behind = list(_beside(form, (b"EXIF", b"XMP ")))
            file.write(b"RIFF\0\0\0\0WEBP" + _canvas(form, sides))
            file.writelines(_beside(form, (b"ICCP",)))
            plays = 0 if form.animation is None else form.animation.plays
            file.write(_packed(b"ANIM", bytes(4) + min(plays, 65_535).to_bytes(2, "little")))
        file.write(_packed(b"ANMF", _frame_start(form, sides) + b"".join(chunks)))
    file.writelines(behind)
    size = file.tell() - 8
    file.seek(4)
    file.write(size.to_bytes(4, "little"))
    file.seek(0, 2)


def _canvas(form: FileForm, sides: bytes) -> bytes:
    flags = 0x02 | (0x20 if form.icc else 0) | (0x10 if form.mode.endswith("A") else 0)
    kinds = [chunk[:4] for chunk in _beside(form, (b"EXIF", b"XMP "))]
    flags |= (0x08 if b"EXIF" in kinds else 0) | (0x04 if b"XMP " in kinds else 0)
    return _packed(b"VP8X", bytes([flags, 0, 0, 0]) + sides)


def _frame_start(form: FileForm, sides: bytes) -> bytes:
    above, below = (0, 1) if form.animation is None else form.animation.seconds
    milliseconds = min(round(1000 * above / below), (1 << 24) - 1)
    replaced = 0x02
    return bytes(6) + sides + milliseconds.to_bytes(3, "little") + bytes([replaced])


def _beside(form: FileForm, kinds: tuple[bytes, ...]) -> Iterator[bytes]:
    xmp = form.coding.xmp if isinstance(form.coding, WebpCoding) else None
    for kind, content in ((b"ICCP", form.icc), (b"EXIF", form.exif), (b"XMP ", xmp)):
        if kind in kinds and content:
            yield _packed(kind, content)


def _packed(kind: bytes, content: bytes) -> bytes:
    return kind + len(content).to_bytes(4, "little") + content + bytes(len(content) % 2)


def _sides(content: bytes) -> bytes:
    """Return width and height, less one each, as an animation writes them."""
    header = read_webp_header(io.BytesIO(content))
    height, width = (1, 1) if header is None else header[:2]
    return (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and length of the chunks, those of an animation's frames among them."""
    place = 12
    while True:
        file.seek(place)
        start = file.read(8)
        if len(start) < 8:
            return
        kind, length = start[:4], _little(start[4:])
        yield kind, place + 8, length
        # A frame is a chunk of 16 bytes of its own followed by chunks.
        place += 8 + (16 if kind == b"ANMF" else length + length % 2)


def _little(content: bytes) -> int:
    return int.from_bytes(content, "little")


def _frame_size(kind: bytes, content: bytes) -> tuple[int, int] | None:
    if kind == b"VP8L" and content[:1] == b"\x2f":
        bits = _little(content[1:5])
        return ((bits >> 14) & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    if kind == b"VP8 " and content[3:6] == b"\x9d\x01\x2a":
        return _little(content[8:10]) & 0x3FFF, _little(content[6:8]) & 0x3FFF
    return None


def _quality(frame: bytes) -> int:
    """Return the quality, 0 to 100, whose quantizer a lossy frame was made with.

    libwebp turns a quality q into c = 2q/3 below 0.75 and 2q - 1 above, and the quantizer's index
    into 127 (1 - c^(1/3)); this is its inverse. Where it sees several kinds of content, the first
    quantizer is that of the smoothest, whose exponent is larger by half its default strength.
    """
    bits = _Bits(frame[10:])
    exponent = 3.0 / _SMOOTHEST if _has_segments(bits) else 3.0
    coarseness = min(_quantizer(bits), _COARSEST)
    linear: float = (1 - coarseness / _COARSEST) ** exponent
    quality = linear * 1.5 if linear < 2 * _LINEAR_BELOW - 1 else (linear + 1) / 2
    return min(100, round(100 * quality))


def _has_segments(bits: "_Bits") -> bool:
    """Read a VP8 frame header (RFC 6386, 9.2 and 9.3) up to the end of its segments."""
    bits.number(2)  # color space, clamping
    if not bits.number(1):
        return False
    _skip_segments(bits)
    return True


def _quantizer(bits: "_Bits") -> int:
    """Return the first quantizer's index behind the segments (RFC 6386, 9.4 to 9.6)."""
    bits.number(10)  # loop filter: kind, level, sharpness
    if bits.number(1) and bits.number(1):
        for _ in range(8):
            bits.optional(6)
    bits.number(2)  # partitions
    return bits.number(7)


def _skip_segments(bits: "_Bits") -> None:
    new_map, new_data = bits.number(1), bits.number(1)
    if new_data:
        bits.number(1)
        for width in (7, 7, 7, 7, 6, 6, 6, 6):
            bits.optional(width)
    if new_map:
        for _ in range(3):
            if bits.number(1):
                bits.number(8)


class _Bits:
    """The bits of VP8's arithmetic decoder, all with even chances (RFC 6386, 7.3)."""

    def __init__(self, content: bytes) -> None:
        self._content = content + bytes(2)
        self._value = int.from_bytes(self._content[:2], "big")
        self._place = 2
        self._range = 255
        self._shifted = 0

    def number(self, width: int) -> int:
        """Return a number of so many bits."""
        number = 0
        for _ in range(width):
            number = 2 * number + self._bit()
        return number

    def optional(self, width: int) -> None:
        """Pass over a number with a sign that may be left out."""
        if self.number(1):
            self.number(width + 1)

    def _bit(self) -> int:
        split = 1 + ((self._range - 1) >> 1)
        bit = int(self._value >= split << 8)
        self._value -= (split << 8) * bit
        self._range = self._range - split if bit else split
        while self._range < 128:
            self._range <<= 1
            self._value <<= 1
            self._shifted += 1
            if self._shifted == 8:
                self._shifted = 0
                self._value |= self._next()
        return bit

    def _next(self) -> int:
        self._place += 1
        return self._content[self._place - 1] if self._place <= len(self._content) else 0
