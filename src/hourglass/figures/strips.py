"""Rows of small images, each pixel a square of whole screen pixels."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import matplotlib
import numpy as np
from matplotlib.ft2font import FT2Font
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from hourglass.errors import ImageShapeError, escape, printable, require_positive
from hourglass.figures.style import INK

GAP: Final = 3
_TILE_SIDE: Final = 84
_STRIP_WIDTH: Final = 860
_MARGIN: Final = 10
_FONT_SIZE: Final = 14
_TITLE_HEIGHT: Final = 30


def strip_scale(image_side: int, count: int = 1) -> int:
    """Return the whole factor that brings images of this side near a good size on screen.

    Parameters
    ----------
    image_side
        The longer side of an image, in pixels.
    count
        Images that stand side by side, which should fit on a page.
    """
    return max(1, min(_TILE_SIDE, _STRIP_WIDTH // count) // image_side)


def image_strip(rows: Mapping[str, NDArray[Any]], scale: int) -> NDArray[np.uint8]:
    """Put images side by side, a row for each entry, every pixel a square of ``scale``².

    Parameters
    ----------
    rows
        Images in [0, 1] of shape (count, height, width, channels) by label, the same shape but
        for the channels: 1 (gray), 3 (RGB) or 4 (RGBA).
    scale
        How many times larger each pixel becomes; nothing is interpolated.

    Returns
    -------
    NDArray
        Shape (height, width, 4), RGBA; gaps are transparent.

    Raises
    ------
    ImageShapeError
        If an entry has another shape, or there is none.
    ConfigurationError
        If ``scale`` is not above 0.
    """
    require_positive("scale", scale)
    _require_alike(rows)
    tiles = [[_enlarged(image, scale) for image in _rgba(images)] for images in rows.values()]
    lines = [_joined(line, axis=1) for line in tiles]
    return _joined(lines, axis=0)


def image_grid(images: NDArray[Any], columns: int, scale: int) -> NDArray[np.uint8]:
    """Put images side by side, row after row, every pixel a square of ``scale``².

    Parameters
    ----------
    images
        Shape (count, height, width, channels), in [0, 1].
    columns
        Images in a row; what the last row lacks stays transparent.
    scale
        How many times larger each pixel becomes; nothing is interpolated.

    Returns
    -------
    NDArray
        Shape (height, width, 4), RGBA; gaps are transparent.

    Raises
    ------
    ImageShapeError
        If there is no image, or the array has not four axes.
    ConfigurationError
        If ``columns`` or ``scale`` is not above 0.
    """
    require_positive("columns", columns)
    require_positive("scale", scale)
    _require_alike({"images": images})
    tiles = [_enlarged(image, scale) for image in _rgba(images)]
    tiles += [np.zeros_like(tiles[0])] * (-len(tiles) % columns)
    lines = [
        _joined(tiles[start : start + columns], axis=1) for start in range(0, len(tiles), columns)
    ]
    return _joined(lines, axis=0)


def image_sheet(images: NDArray[Any], columns: int, scale: int) -> NDArray[np.uint8]:
    """Return a grid of images on white, shape (height, width, 3), RGB.

    Parameters and errors are those of ``image_grid``.
    """
    grid = Image.fromarray(image_grid(images, columns, scale))
    paper = Image.new("RGB", (grid.width + 2 * _MARGIN, grid.height + 2 * _MARGIN), "white")
    paper.paste(grid, (_MARGIN, _MARGIN), grid)
    return np.asarray(paper)


def labeled_strip(
    rows: Mapping[str, NDArray[Any]], scale: int, title: str = ""
) -> NDArray[np.uint8]:
    """Return a strip on white with the label of each row to its left and a title above.

    Parameters
    ----------
    rows
        As for ``image_strip``.
    scale
        As for ``image_strip``.
    title
        A line above the strip.

    Returns
    -------
    NDArray
        Shape (height, width, 3), RGB; the strip ends at the margin of the lower right corner.
    """
    strip = Image.fromarray(image_strip(rows, scale))
    font, title = label_font(), drawable(title)
    labels = [drawable(label) for label in rows]
    left = 2 * _MARGIN + round(max(map(font.getlength, labels)))
    top = _MARGIN + (_TITLE_HEIGHT if title else 0)
    width = max(left + strip.width, _MARGIN + round(font.getlength(title))) + _MARGIN
    paper = Image.new("RGB", (width, top + strip.height + _MARGIN), "white")
    paper.paste(strip, (left, top), strip)
    pen = ImageDraw.Draw(paper)
    pen.text((_MARGIN, _MARGIN), title, INK, font)
    pitch = (strip.height + GAP) / len(rows)
    for number, label in enumerate(labels):
        middle = top + number * pitch + (pitch - GAP) / 2
        pen.text((_MARGIN, middle), label, INK, font, anchor="lm")
    return np.asarray(paper)


@functools.cache
def _letters() -> frozenset[int]:
    """Return the letters that the font of pictures has, as code points."""
    return frozenset(FT2Font(_font_file()).get_charmap())


def label_font() -> ImageFont.FreeTypeFont:
    """Return the font of everything that is written on a picture."""
    return ImageFont.truetype(_font_file(), _FONT_SIZE)


def _font_file() -> str:
    # Matplotlib brings the font of the charts, which has more letters than Pillow's own.
    return str(Path(matplotlib.get_data_path(), "fonts", "ttf", "DejaVuSans.ttf"))


def drawable(text: str) -> str:
    """Return a text as one line in letters that the font of pictures has; others are escaped."""
    known = _letters()
    return "".join(letter if ord(letter) in known else escape(letter) for letter in printable(text))


def fitting_end(label: str, width: int) -> str:
    """Return a label as it can be drawn, of one that is too long the end: names differ there."""
    font = label_font()
    # A letter takes a pixel at least.
    label = short = drawable(label[-width:])
    while len(short) > 1 and font.getlength(short) > width:
        label = label[1:]
        short = f"…{label}"
    return short


def _require_alike(rows: Mapping[str, NDArray[Any]]) -> None:
    shapes = {label: images.shape for label, images in rows.items()}
    alike = len({shape[:3] for shape in shapes.values()}) == 1
    if not alike or not all(_is_images(shape) for shape in shapes.values()):
        raise ImageShapeError(
            "A strip needs rows of shape (count, height, width, 1 to 4 channels), alike in "
            f"the first three; it was given {shapes}. Pass the same images for every row."
        )


def _is_images(shape: tuple[int, ...]) -> bool:
    return len(shape) == 4 and min(shape) > 0 and 1 <= shape[3] <= 4


def _rgba(images: NDArray[Any]) -> NDArray[np.uint8]:
    pixels: NDArray[np.uint8] = np.round(np.clip(np.nan_to_num(images), 0.0, 1.0) * 255.0).astype(
        np.uint8
    )
    if pixels.shape[-1] <= 2:
        # Gray, perhaps with an alpha: the gray goes to all three colors.
        pixels = np.concatenate([np.repeat(pixels[..., :1], 3, axis=-1), pixels[..., 1:]], axis=-1)
    if pixels.shape[-1] == 3:
        pixels = np.pad(pixels, [(0, 0)] * 3 + [(0, 1)], constant_values=255)
    return pixels


def _enlarged(image: NDArray[np.uint8], scale: int) -> NDArray[np.uint8]:
    return image.repeat(scale, axis=0).repeat(scale, axis=1)


def _joined(parts: list[NDArray[np.uint8]], axis: int) -> NDArray[np.uint8]:
    """Put arrays of shape (height, width, 4) along ``axis`` with a transparent gap between."""
    shape = list(parts[0].shape)
    shape[axis] = GAP
    gap = np.zeros(shape, np.uint8)
    with_gaps = [array for part in parts for array in (part, gap)]
    return np.concatenate(with_gaps[:-1], axis=axis)
