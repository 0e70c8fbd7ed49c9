"""Small pictures with a word above each, in rows."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hourglass.errors import ImageShapeError
from hourglass.figures.strips import fitting_end, image_strip, label_font, strip_scale
from hourglass.figures.style import INK

_MARGIN: Final = 10
_GAP: Final = 8
_LINE: Final = 20
#: Wide enough for a distance and the end of a name.
_COLUMN: Final = 112


class LabeledPicture(NamedTuple):
    """An image (height, width, channels) in [0, 1], and the lines above it."""

    image: NDArray[Any]
    lines: tuple[str, ...]


def labeled_pictures(rows: Sequence[Sequence[LabeledPicture]]) -> NDArray[np.uint8]:
    """Return rows of pictures on white, each pixel a square of whole screen pixels.

    Parameters
    ----------
    rows
        Pictures may differ in size; all have as many lines.

    Returns
    -------
    NDArray
        Shape (height, width, 3), RGB.

    Raises
    ------
    ImageShapeError
        If there is none.
    """
    if not rows or not all(rows):
        raise ImageShapeError("A sheet needs a picture in every row; there is none.")
    tiles = [[_tile(picture.image) for picture in row] for row in rows]
    lines = max(len(picture.lines) for row in rows for picture in row)
    column = max(_COLUMN, *(tile.width for row in tiles for tile in row))
    heights = [lines * _LINE + max(tile.height for tile in row) + _GAP for row in tiles]
    width = 2 * _MARGIN + max(map(len, rows)) * (column + _GAP) - _GAP
    paper = Image.new("RGB", (width, 2 * _MARGIN + sum(heights) - _GAP), "white")
    top = _MARGIN
    for row, of_row, height in zip(rows, tiles, heights, strict=True):
        for number, (picture, tile) in enumerate(zip(row, of_row, strict=True)):
            left = _MARGIN + number * (column + _GAP)
            _put(paper, picture.lines, tile, (left, top), (column, lines * _LINE))
        top += height
    return np.asarray(paper)


def _tile(image: NDArray[Any]) -> Image.Image:
    scale = strip_scale(max(image.shape[:2]))
    return Image.fromarray(image_strip({"": image[None]}, scale))


def _put(
    paper: Image.Image,
    lines: tuple[str, ...],
    tile: Image.Image,
    place: tuple[int, int],
    head: tuple[int, int],
) -> None:
    (left, top), (width, height) = place, head
    pen, font = ImageDraw.Draw(paper), label_font()
    for number, line in enumerate(lines):
        pen.text((left, top + number * _LINE), fitting_end(line, width), INK, font)
    paper.paste(tile, (left, top + height), tile)
