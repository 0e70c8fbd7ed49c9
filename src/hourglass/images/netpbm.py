"""Netpbm's PBM, PGM and PPM, as text and as bytes, with every white that they can declare."""

import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.form import FileForm, ImageForm
from hourglass.images.reader import Caps, ImageReader

_START: Final = re.compile(rb"P[1-6]\s+[#\d]")
_NUMBER: Final = re.compile(rb"(?:\s|#[^\n\r]*[\n\r])*(\d{1,9})")
_COMMENT: Final = re.compile(rb"#[^\n\r]*")
_LONGEST_HEADER: Final = 4096
_MOST_FRAMES: Final = 10_000


class _Header(NamedTuple):
    """What comes before the pixels: ``kind`` is 1 to 6, and ``start`` where they begin."""

    kind: int
    width: int
    height: int
    white: int
    start: int

    @property
    def is_text(self) -> bool:
        return self.kind <= 3

    @property
    def channels(self) -> int:
        return 3 if self.kind in (3, 6) else 1

    @property
    def nbytes(self) -> int:
        """Bytes of the pixels in the file, where they are no text."""
        if self.kind == 4:
            return self.height * ((self.width + 7) // 8)
        return self.height * self.width * self.channels * (2 if self.white > 255 else 1)


def starts_like_netpbm(start: bytes) -> bool:
    """Tell whether a file starts as a PBM, PGM or PPM, by its first eight bytes."""
    return _START.match(start) is not None


@final
class NetpbmReader(ImageReader):
    """The images of a PBM, PGM or PPM.

    Values are scaled so that the white that the header declares becomes that of 8 bits, or of 16
    where it is above 255.

    Parameters
    ----------
    file
        The file, from its first byte.
    caps
        What its header may declare.

    Raises
    ------
    DataError
        If it is damaged or truncated, or lies outside the caps.
    """

    parts = "images"

    def __init__(self, file: BinaryIO, caps: Caps) -> None:
        self._file = file
        self._header, self._number = _read_header(file, 0), 0
        self.caps = caps
        super().__init__(self._checked(), caps)

    def _checked(self) -> ImageForm:
        """Return the form that a header promises, once the file is long enough for it."""
        header = self._header
        # Two signs are the fewest that a value of a text takes, but for a bitmap.
        fewest = header.height * header.width * header.channels * (1 if header.kind == 1 else 2) - 1
        needed = fewest if header.is_text else header.nbytes
        dtype = "uint16" if header.white > 255 else "uint8"
        mode = "RGB" if header.channels == 3 else "L"
        form = ImageForm.of_mode(header.height, header.width, mode, dtype)
        self.caps.require(form)
        if header.start + needed > self.caps.file_bytes:
            raise DataError("it is truncated")
        return form

    def _select(self, frame: int) -> ImageForm:
        if frame < self._number:
            self._header, self._number = _read_header(self._file, 0), 0
        while self._number < frame:
            after = self._header.start + self._header.nbytes
            self._header, self._number = _read_header(self._file, after), self._number + 1
        return self._checked()

    @property
    def frames(self) -> int:
        """How many images follow each other."""
        header, count = _read_header(self._file, 0), 1
        while not header.is_text and count < _MOST_FRAMES:
            place = header.start + header.nbytes
            try:
                header = _read_header(self._file, place)
            except DataError:
                break
            count += 1
        return count

    @property
    def orientation(self) -> int:
        """Always 1: nothing tells another."""
        return 1

    def pixels(self) -> NDArray[Any]:
        """Decode the image; its white becomes that of 8 or 16 bits."""
        header = self._header
        self._file.seek(header.start)
        shape = (header.height, header.width, header.channels)
        if header.kind == 4:
            rows = np.frombuffer(self._file.read(header.nbytes), np.uint8)
            bits = np.unpackbits(rows.reshape(header.height, -1), axis=1)[:, : header.width]
            return ((1 - bits) * np.uint8(255))[..., None]
        values = self._of_text() if header.is_text else self._of_bytes()
        if values.size != np.prod(shape) or (values > header.white).any():
            raise DataError("it is truncated, or has values above the white that it declares")
        return _scaled(values.reshape(shape), header.white)

    def form(self, *, alone: bool) -> FileForm:
        """Return its mode and depth; nothing else is in it."""
        return FileForm(format="Netpbm", mode=self.stored.mode, dtype=self.stored.dtype)

    def changes(self) -> Iterator[str]:
        """Tell of a white that is not that of 8 or 16 bits."""
        if self._header.white == 1:
            yield "its gray of 1 bits became gray of 8"
        elif self._header.white not in (255, 65_535):
            yield (
                f"its values up to {self._header.white:,} became those of {self.stored.bits} bits"
            )

    def _of_bytes(self) -> NDArray[Any]:
        dtype = ">u2" if self._header.white > 255 else "u1"
        content = self._file.read(self._header.nbytes)
        return np.frombuffer(content, dtype).astype(self.stored.dtype, copy=False)

    def _of_text(self) -> NDArray[Any]:
        text = _COMMENT.sub(b"", self._file.read())
        if self._header.kind == 1:
            # The digits of a bitmap need nothing between them, and 1 is black.
            signs = np.frombuffer(text, np.uint8)
            bits: NDArray[Any] = ord("1") - signs[(signs == ord("0")) | (signs == ord("1"))]
            return bits
        values = np.fromstring(text.decode("ascii"), np.int64, sep=" ")
        return np.clip(values, 0, 65_536)


def _read_header(file: BinaryIO, place: int) -> _Header:
    """Return what a header says that begins at a place, after white space."""
    file.seek(place)
    content = file.read(_LONGEST_HEADER)
    skipped = len(content) - len(content.lstrip())
    content = content[skipped:]
    if not starts_like_netpbm(content):
        raise DataError("its header is damaged")
    kind, end = content[1] - ord("0"), 2
    numbers = []
    for _ in range(2 if kind in (1, 4) else 3):
        found = _NUMBER.match(content, end)
        if found is None:
            raise DataError("its header is damaged")
        numbers.append(int(found[1]))
        end = found.end()
    width, height, white = (*numbers, 1)[:3]
    if not (width and height and 1 <= white <= 65_535):
        raise DataError("its header is damaged")
    # One white space ends the header.
    return _Header(kind, width, height, white, place + skipped + end + 1)


def _scaled(values: NDArray[Any], white: int) -> NDArray[Any]:
    dtype = np.dtype("uint16" if white > 255 else "uint8")
    full = np.iinfo(dtype).max
    if white == full:
        return values.astype(dtype, copy=False)
    levels = np.rint(np.arange(white + 1) * (full / white)).astype(dtype)
    scaled: NDArray[Any] = levels[values]
    return scaled
