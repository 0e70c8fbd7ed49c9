"""What every kind of image file promises once its header is read and nothing is decoded."""

import abc
import logging
from collections.abc import Iterator
from typing import Any, ClassVar, Final, NamedTuple, final

from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.form import FileForm, ImageForm
from hourglass.records import ValueRange

MOST_PIXELS: Final = 256_000_000
MOST_METADATA: Final = 16_000_000

# They tell of odd metadata there, which is no one's business while pixels are fine.
for _name in ("imagecodecs", "tifffile"):
    logging.getLogger(_name).addHandler(logging.NullHandler())

_UNQUESTIONED: Final = 64_000_000
_MOST_PER_BYTE: Final = 2_000


class Caps(NamedTuple):
    """What a header may declare, in a file of so many bytes, before anything is decoded."""

    max_pixels: int
    file_bytes: int

    def require(self, form: ImageForm) -> None:
        """Refuse a form that is too large, or that no honest file of this size could hold.

        Raises
        ------
        DataError
            If there are more than ``max_pixels`` pixels; or more than 64 MB of them, decoded, and
            more than 2,000 decoded bytes for each byte of the file. Deflate, the densest coding
            of photographs' formats, packs at most 1,032 into one.
        """
        pixels = form.height * form.width
        if pixels > self.max_pixels:
            raise DataError(f"it has {pixels:,} pixels, and at most {self.max_pixels:,} are read")
        declared = form.nbytes
        if declared > _UNQUESTIONED and declared > _MOST_PER_BYTE * self.file_bytes:
            raise DataError(
                f"it declares {declared:,} bytes of pixels in a file of {self.file_bytes:,} bytes, "
                f"and at most {_MOST_PER_BYTE:,} for each byte of the file are believed"
            )


class ImageReader(abc.ABC):
    """An open image file whose header lies within the caps; no pixel is decoded yet.

    It stands at its first frame; ``select`` goes to another one.

    Parameters
    ----------
    stored
        The form of the pixels as they are stored, before they are turned upright.
    caps
        What a header may declare.

    Raises
    ------
    DataError
        If the form lies outside the caps.
    """

    #: What a file of this kind has several of.
    parts: ClassVar[str] = "frames"
    #: What black and white are, where the file itself says so.
    value_range: ValueRange | None = None

    def __init__(self, stored: ImageForm, caps: Caps) -> None:
        caps.require(stored)
        self.stored, self.caps = stored, caps

    @property
    @abc.abstractmethod
    def frames(self) -> int:
        """How many frames or pages the file has."""

    @property
    @abc.abstractmethod
    def orientation(self) -> int:
        """EXIF's orientation, 1 to 8: how the stored pixels are to be turned."""

    @final
    def select(self, frame: int) -> None:
        """Go to a frame, whose form must lie within the caps too.

        Raises
        ------
        DataError
            If it is damaged, or it lies outside the caps.
        """
        stored = self._select(frame)
        self.caps.require(stored)
        self.stored = stored

    @abc.abstractmethod
    def _select(self, frame: int) -> ImageForm:
        """Go to a frame and return its form; frames are asked for in ascending order."""

    @abc.abstractmethod
    def pixels(self) -> NDArray[Any]:
        """Decode the pixels as they are stored, shape (height, width, channels)."""

    @abc.abstractmethod
    def form(self, *, alone: bool) -> FileForm:
        """Read what else is needed to write the image again as what it was.

        Parameters
        ----------
        alone
            Whether one frame of several is written alone: then what tells of the others is left
            out.
        """

    @abc.abstractmethod
    def changes(self) -> Iterator[str]:
        """Tell what becomes another kind when the frame is read, such as a palette."""

    def left_out(self) -> Iterator[str]:
        """Tell what else lies in the file and is never read, such as smaller copies."""
        return iter(())

    def lost(self) -> str | None:
        """Tell which pictures of the file are in no frame, and cannot be made again from one."""
        return None
