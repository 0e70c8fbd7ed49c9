"""An image file that is to be written again as what it was, with other pixels.

>>> import dataclasses, pathlib, tempfile
>>> folder = pathlib.Path(tempfile.mkdtemp())
>>> from hourglass.images import write_image_file
>>> write_image_file(folder / "a.png", np.full((2, 3, 1), 0.5), bits=16)
>>> file = load_image_file(folder / "a.png")
>>> file.pixels.shape, file.pixels.dtype, file.form.mode
((2, 3, 1), dtype('uint16'), 'L')
>>> darker = dataclasses.replace(file, pixels=file.pixels // 2)
>>> save_image_file(folder / "b.png", darker)
"""

import io
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, Final, final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hourglass.errors import DataError, HourglassError, ImageShapeError
from hourglass.files import atomic_write
from hourglass.images.decode import decoded, naming, open_reader, reading
from hourglass.images.form import FileForm, JpegCoding, Resolution, TiffCoding, WebpCoding
from hourglass.images.png import encode_animation, encode_png
from hourglass.images.quiet import without_warnings
from hourglass.images.reader import MOST_PIXELS, ImageReader
from hourglass.images.tiff_write import write_tiff
from hourglass.images.webp import write_animation

_AS_PNG: Final = (
    *(".avif", ".bmp", ".dib", ".gif", ".j2k", ".jp2"),
    *(".pbm", ".pgm", ".pnm", ".ppm", ".tga"),
)
_WRITTEN: Final = ("PNG", "JPEG", "TIFF", "WEBP")
_CLOSE: Final = 1.0
_FINEST: Final = 100


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ImageFile:
    """An image, or one frame of several, as its file stores it.

    Parameters
    ----------
    pixels
        Gray or color and then bands of data, shape (height, width, channels), in the numbers of
        the file. They lie as in the file: ``form.orientation`` tells how to turn them upright.
    alpha
        How opaque each pixel is, shape (height, width), of the same type; ``None`` without one.
    form
        Everything else that is needed to write it as what it was.
    notes
        What was left out or changed when it was read, such as "its palette became RGB".
    """

    pixels: NDArray[Any]
    alpha: NDArray[Any] | None
    form: FileForm
    notes: tuple[str, ...] = ()


@final
class OpenImageFile:
    """An image file whose frames are loaded one at a time, in ascending order.

    Attributes
    ----------
    frames
        How many it has.
    parts
        What they are: frames or pages.
    value_range
        What black and white are, where the file itself says so.
    notes
        What else lies in the file and is never read.
    lost
        Which pictures of the file are in no frame, ``None`` where all are.
    """

    def __init__(self, path: Path, reader: ImageReader) -> None:
        self._path, self._reader = path, reader
        self.frames, self.parts = reader.frames, reader.parts
        self.value_range, self.lost = reader.value_range, reader.lost()
        self.notes = tuple(reader.left_out())

    def dtype_of(self, frame: int) -> str:
        """Return the type of a frame's values, from its header alone.

        Raises
        ------
        DataError
            If it is damaged, or larger than can be meant.
        """
        with naming(self._path), reading():
            self._reader.select(frame)
        return self._reader.stored.dtype

    def load(self, frame: int, *, alone: bool = False) -> ImageFile:
        """Load a frame with all that is needed to write it again as what it was.

        Parameters
        ----------
        frame
            Which one, from 0.
        alone
            Whether it is written without the others: then nothing in it tells of them.

        Raises
        ------
        DataError
            If it is damaged, or larger than can be meant.
        """
        reader = self._reader
        with naming(self._path), reading():
            reader.select(frame)
            form, notes = reader.form(alone=alone), tuple(reader.changes())
            pixels, place = decoded(reader), reader.stored.alpha
        if place is None:
            return ImageFile(pixels=pixels, alpha=None, form=form, notes=notes)
        others = pixels[..., :-1] if place == pixels.shape[-1] - 1 else np.delete(pixels, place, -1)
        return ImageFile(pixels=others, alpha=pixels[..., place], form=form, notes=notes)

    def notes_of_first(self, first: ImageFile) -> tuple[str, ...]:
        """Return all that is left out or changed where the first frame is all that is taken."""
        several = (f"the first of {self.frames:,} {self.parts}",) if self.frames > 1 else ()
        lost = (self.lost,) if self.lost else ()
        return (*several, *first.notes, *self.notes, *lost, *conversion_note(first.form))


@contextmanager
def open_image_file(path: str | Path, *, max_pixels: int = MOST_PIXELS) -> Iterator[OpenImageFile]:
    """Open an image file to load its frames; errors inside the block name it.

    Parameters
    ----------
    path
        A file as ``load_image_file`` takes it.
    max_pixels
        A frame that declares more is refused before it is decoded.

    Raises
    ------
    MissingPathError
        If there is no such file.
    DataError
        If it is not an image, a damaged one, or larger than can be meant.
    """
    path = Path(path)
    with ExitStack() as stack:
        with naming(path), reading():
            reader = open_reader(stack.enter_context(path.open("rb")), max_pixels)
            file = OpenImageFile(path, reader)
        yield file


def load_image_file(path: str | Path, *, max_pixels: int = MOST_PIXELS) -> ImageFile:
    """Load an image file with all that is needed to write it again as what it was.

    Parameters
    ----------
    path
        Of any kind that ``read_image_file`` reads, told by its content; of several frames or
        pages the first. Pixels of 1, 2 or 4 bits become gray of 8, a palette RGB or RGBA, CMYK
        RGB without its profile, a transparent color alpha, and gray on white gray on black.
    max_pixels
        A file that declares more is refused before it is decoded.

    Raises
    ------
    MissingPathError
        If there is no such file.
    DataError
        If it is not an image, a damaged one, or larger than can be meant.
    """
    with open_image_file(path, max_pixels=max_pixels) as file:
        first = file.load(0, alone=file.frames > 1)
        return replace(first, notes=file.notes_of_first(first))


def save_image_file(
    path: str | Path, frames: ImageFile | Iterable[ImageFile], count: int = 1
) -> None:
    """Write an image file as what it was when it was loaded, all of it or nothing.

    Parameters
    ----------
    path
        The file, which is replaced if it exists.
    frames
        The image, or its frames, each asked for when the one before is written. PNG and TIFF,
        and WebP that is lossless, are written exactly; TIFF with the
        compression, order of bytes and tiles that it had, where its compression is none, LZW,
        deflate, PackBits, LZMA or Zstandard, else with deflate. JPEG has the quantization tables
        and the sampling of its source, or colors at every pixel where that keeps the written
        pixels within one level in the mean and the sampling does not. Lossy WebP has the
        quality that its source's quantizer stands for; a higher one, and in the end none at all,
        where the written pixels would be off by more than one level in the mean. Formats that
        are not written, such as BMP and GIF, become PNG, and a PNG has lines from top to bottom.
        Several frames become pages of a TIFF, an animated WebP, or an animated PNG.
    count
        How many frames come.

    Raises
    ------
    ImageShapeError
        If pixels or alpha have not the shape and type that the form tells.
    DataError
        If the format cannot hold what is beside the pixels.
    WriteError
        If the file cannot be written.
    """
    path = Path(path)
    one_by_one = iter([frames] if isinstance(frames, ImageFile) else frames)
    first = next(one_by_one)
    _require_as_told(first)
    with atomic_write(path) as target:
        try:
            with without_warnings():
                _write(target, chain([first], one_by_one), first.form, count)
        except (HourglassError, OSError):
            raise
        # A stranger's metadata can drive an encoder into an error of any class.
        except Exception as error:
            raise DataError(f"{path} cannot be written as {first.form.format}: {error}.") from error


def conversion_note(form: FileForm, count: int = 1) -> tuple[str, ...]:
    """Tell that a format is written as another one; mostly nothing."""
    if form.format in _WRITTEN:
        return ()
    return (f"{form.format} is written as {'an animated ' if count > 1 else ''}PNG",)


def target_name(source: Path) -> str:
    """Return the name under which a file is written again: its own, or ``.png`` for some.

    They are those of formats that are read and not written, such as BMP and GIF.
    """
    return source.with_suffix(".png").name if source.suffix.lower() in _AS_PNG else source.name


def _require_as_told(file: ImageFile) -> None:
    form, (pixels, alpha) = file.form, (file.pixels, file.alpha)
    dtype, channels = np.dtype(form.dtype), form.colors + form.bands
    fits = pixels.ndim == 3 and pixels.shape[-1] == channels and pixels.size > 0
    if not fits or pixels.dtype != dtype:
        raise ImageShapeError(
            f"Pixels to be written as {form.mode} have shape (height, width, {channels}) and are "
            f"{dtype}; these have shape {pixels.shape} and are {pixels.dtype}."
        )
    wanted = pixels.shape[:2] if form.mode.endswith("A") else None
    given = None if alpha is None else alpha.shape
    if given != wanted or (alpha is not None and alpha.dtype != dtype):
        raise ImageShapeError(
            f"The alpha to be written as {form.mode} needs shape {wanted} and {dtype}; "
            f"{'there is none' if alpha is None else f'it has {given} and is {alpha.dtype}'}."
        )


def _write(target: BinaryIO, frames: Iterable[ImageFile], form: FileForm, count: int) -> None:
    images = map(_image_and_form, frames)
    if form.format == "TIFF":
        write_tiff(target, images, count)
    elif form.format == "WEBP" and count > 1:
        write_animation(target, ((_as_webp(*one, alone=False), one[1]) for one in images))
    elif form.format == "JPEG":
        target.write(_as_jpeg(*next(images)))
    elif form.format == "WEBP":
        target.write(_as_webp(*next(images), alone=True))
    elif count > 1:
        target.writelines(encode_animation(images, count))
    else:
        target.writelines(encode_png(*next(images)))


def _image_and_form(file: ImageFile) -> tuple[NDArray[Any], FileForm]:
    """Return all channels of a frame in the order of its file, and its form."""
    _require_as_told(file)
    if file.alpha is None:
        return file.pixels, file.form
    place = file.pixels.shape[-1]
    if isinstance(file.form.coding, TiffCoding):
        kinds = file.form.coding.extra_samples
        place = file.form.colors + next((n for n, kind in enumerate(kinds) if kind), len(kinds) - 1)
    parts = file.pixels[..., :place], file.alpha[..., None], file.pixels[..., place:]
    return np.concatenate(parts, axis=-1), file.form


def _as_jpeg(pixels: NDArray[Any], form: FileForm) -> bytes:
    coding = form.coding
    options: dict[str, Any] = {"quality": 95, "subsampling": 0}
    if isinstance(coding, JpegCoding):
        options = {
            "qtables": [list(table) for table in coding.tables],
            "subsampling": coding.subsampling,
            "progressive": coding.progressive,
            "keep_rgb": coding.rgb,
            "xmp": coding.xmp,
            "comment": coding.comment,
        }
    options["exif"] = b"" if form.exif is None else b"Exif\x00\x00" + form.exif
    content = _encoded(pixels, form, "JPEG", **options)
    if options["subsampling"] and _distance(content, pixels) > _CLOSE:
        # Colors that change from pixel to pixel are what sampling loses most of.
        denser = _encoded(pixels, form, "JPEG", **options | {"subsampling": 0})
        content = denser if _distance(denser, pixels) <= _CLOSE else content
    return _with_density(content, form.resolution)


def _with_density(jpeg: bytes, resolution: Resolution | None) -> bytes:
    """Return a JPEG with its resolution as it was, which Pillow would turn into inches."""
    if resolution is None or jpeg[6:11] != b"JFIF\x00":
        return jpeg
    scale = 0.01 if resolution.unit == "meter" else 1.0
    unit = {"inch": 1, "centimeter": 2, "meter": 2}.get(resolution.unit or "", 0)
    across, down = (min(max(round(value * scale), 1), 65_535) for value in resolution[:2])
    density = bytes([unit]) + across.to_bytes(2, "big") + down.to_bytes(2, "big")
    return jpeg[:13] + density + jpeg[18:]


def _as_webp(pixels: NDArray[Any], form: FileForm, *, alone: bool) -> bytes:
    if not alone:
        # What is beside the pixels of an animation is written once.
        form = replace(form, icc=None, exif=None, coding=_bare(form.coding))
    quality = form.coding.quality if isinstance(form.coding, WebpCoding) else None
    for finer in _finer_and_finer(quality):
        content = _webp_with(pixels, form, quality=finer, lossless=False)
        if _distance(content, pixels) <= _CLOSE:
            return content
    return _webp_with(pixels, form, quality=_FINEST, lossless=True)


def _bare(coding: object) -> WebpCoding:
    return WebpCoding(quality=coding.quality if isinstance(coding, WebpCoding) else None)


def _finer_and_finer(quality: int | None) -> Iterator[int]:
    if quality is not None:
        yield from sorted({quality, (quality + _FINEST) // 2, _FINEST})


def _webp_with(pixels: NDArray[Any], form: FileForm, **options: Any) -> bytes:
    xmp = form.coding.xmp if isinstance(form.coding, WebpCoding) else None
    # Without `exact` colors that nobody sees are lost.
    beside = {"exif": form.exif or b"", "xmp": xmp or b"", "exact": True}
    return _encoded(pixels, form, "WEBP", **beside, **options)


def _distance(content: bytes, pixels: NDArray[Any]) -> float:
    """Return the mean difference in levels between pixels and what was made of them."""
    with Image.open(io.BytesIO(content), formats=("JPEG", "WEBP")) as image:
        mode = {1: "L", 3: "RGB", 4: "RGBA"}[pixels.shape[-1]]
        again = np.asarray(image.convert(mode)).reshape(pixels.shape)
    rows = np.array_split(np.arange(len(pixels)), max(1, pixels.size // 10_000_000))
    total = sum(
        int(np.abs(again[some].astype(np.int16) - pixels[some]).sum(dtype=np.int64))
        for some in rows
    )
    return total / pixels.size


def _encoded(pixels: NDArray[Any], form: FileForm, name: str, **options: Any) -> bytes:
    plane = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    buffer = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(plane))
    image.save(buffer, name, icc_profile=form.icc, **options)
    return buffer.getvalue()
