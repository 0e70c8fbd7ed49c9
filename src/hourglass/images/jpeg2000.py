"""JPEG 2000: its header read here, its pixels decoded by OpenJPEG with 8 or 16 bits a channel."""

import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.form import FileForm, ImageForm
from hourglass.images.reader import Caps, ImageReader

JPEG2000_STARTS: Final = (b"\x00\x00\x00\x0cjP  ", b"\xff\x4f\xff\x51")

_MODES: Final = ("L", "LA", "RGB", "RGBA")
_MOST_BOXES: Final = 1000


class _Size(NamedTuple):
    """What the SIZ marker of a codestream declares."""

    height: int
    width: int
    channels: int
    bits: int


@final
class Jpeg2000Reader(ImageReader):
    """A JPEG 2000 image, bare or in a JP2 file.

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

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        self._file = file
        self._size = _read_size(file)
        super().__init__(self._select(0), caps)

    def _select(self, frame: int) -> ImageForm:
        dtype = "uint16" if self._size.bits > 8 else "uint8"
        mode = _MODES[self._size.channels - 1]
        return ImageForm.of_mode(self._size.height, self._size.width, mode, dtype)

    @property
    def frames(self) -> int:
        """Always 1."""
        return 1

    @property
    def orientation(self) -> int:
        """Always 1: EXIF has no settled place in it."""
        return 1

    def pixels(self) -> NDArray[Any]:
        """Decode the image; its white becomes that of 8 or 16 bits."""
        # It takes a moment to import, and few files need it.
        from imagecodecs import jpeg2k_decode

        self._file.seek(0)
        pixels = np.asarray(jpeg2k_decode(self._file.read()))
        pixels = pixels[..., None] if pixels.ndim == 2 else pixels
        if pixels.dtype != self.stored.dtype:
            raise DataError("its header tells another form than its pixels have")
        white, full = 2**self._size.bits - 1, int(np.iinfo(pixels.dtype).max)
        if white == full:
            return pixels
        levels = np.rint(np.arange(white + 1) * (full / white)).astype(pixels.dtype)
        scaled: NDArray[Any] = levels[np.minimum(pixels, white)]
        return scaled

    def form(self, *, alone: bool) -> FileForm:
        """Return its mode and depth; nothing else is kept."""
        return FileForm(format="JPEG 2000", mode=self.stored.mode, dtype=self.stored.dtype)

    def changes(self) -> Iterator[str]:
        """Tell of depths that are not 8 or 16."""
        if self._size.bits not in (8, 16):
            yield f"its {self._size.bits} bits became {self.stored.bits}"
        if self.stored.alpha is not None and not _defines_channels(self._file):
            last = self._size.channels
            yield f"channel {last} of {last} taken for alpha, which the file does not say"


def _read_size(file: BinaryIO) -> _Size:
    """Return what the first marker of the codestream declares (ISO/IEC 15444-1, A.5.1)."""
    file.seek(_codestream(file))
    marker = file.read(42)
    if len(marker) < 42 or marker[:4] != JPEG2000_STARTS[1]:
        raise DataError("its header is damaged")
    right, bottom, left, top = struct.unpack(">4I", marker[8:24])
    channels = int.from_bytes(marker[40:42], "big")
    if not 1 <= channels <= len(_MODES):
        raise DataError(f"it has {channels} channels, and 1 to {len(_MODES)} are read")
    kinds = file.read(3 * channels)
    if len(kinds) < 3 * channels or right <= left or bottom <= top:
        raise DataError("its header is damaged")
    # A sign, bits less one, and how many pixels a sample stands for across and down.
    depths, across, down = set(kinds[::3]), set(kinds[1::3]), set(kinds[2::3])
    (depth, *others) = depths
    if others or depth & 0x80 or (depth & 0x7F) > 15:
        raise DataError(
            "its channels are signed, differ in depth or have more than 16 bits; save it with 8 or "
            "16 bits a channel"
        )
    if min(across) != 1 or min(down) != 1:
        raise DataError("its channels have fewer pixels than it declares")
    return _Size(bottom - top, right - left, channels, (depth & 0x7F) + 1)


def _defines_channels(file: BinaryIO) -> bool:
    """Tell whether a file says what its channels are (ISO/IEC 15444-1, I.5.3.6)."""
    before = _codestream(file)
    file.seek(0)
    return b"cdef" in file.read(min(before, 65_536))


def _codestream(file: BinaryIO) -> int:
    """Return where the codestream begins: at once, or in a box of its own."""
    file.seek(0)
    if file.read(4) == JPEG2000_STARTS[1]:
        return 0
    place = 0
    for _ in range(_MOST_BOXES):
        file.seek(place)
        box = file.read(16)
        if len(box) < 8:
            break
        length, kind, header = int.from_bytes(box[:4], "big"), box[4:8], 8
        if length == 1:
            length, header = int.from_bytes(box[8:16], "big"), 16
        if kind == b"jp2c":
            return place + header
        if length < header:
            break
        place += length
    raise DataError("its header is damaged")
