"""Pairs of images of any sizes, one below the other: before on the left, after on the right."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hourglass.errors import ImageShapeError
from hourglass.figures.strips import fitting_end, image_strip, label_font
from hourglass.figures.style import INK

#: The longer side of an image that is shown as it is; smaller ones are enlarged.
PAIR_SIDE: Final = 256
_MARGIN: Final = 10
_GAP: Final = 6
_LINE: Final = 22


class ImagePair(NamedTuple):
    """An image before and after, both of shape (height, width, channels), in [0, 1]."""

    before: NDArray[Any]
    after: NDArray[Any]


def before_after_sheet(
    pairs: Mapping[str, ImagePair], heads: tuple[str, str] = ("noisy", "denoised")
) -> NDArray[np.uint8]:
    """Return pairs on white, each pixel a square of whole screen pixels.

    Parameters
    ----------
    pairs
        Pairs by the label that stands above each; they may differ in size.
    heads
        What stands above the two columns.

    Returns
    -------
    NDArray
        Shape (height, width, 3), RGB.

    Raises
    ------
    ImageShapeError
        If there is no pair, or the images of one differ in height or width.
    """
    return rows_sheet(pairs, heads)


def rows_sheet(
    rows: Mapping[str, Sequence[NDArray[Any]]], heads: Sequence[str]
) -> NDArray[np.uint8]:
    """Return rows of images that belong together on white, each with its label above.

    Parameters
    ----------
    rows
        By label: images of shape (height, width, channels) in [0, 1], of one height and width,
        one for each of the heads.
    heads
        What stands above the columns.

    Returns
    -------
    NDArray
        Shape (height, width, 3), RGB.

    Raises
    ------
    ImageShapeError
        If there is no row, or the images of one differ in height or width.
    """
    if not rows:
        raise ImageShapeError("A sheet needs one row of images or more; none was given.")
    tiles = {label: _tiles(images) for label, images in rows.items()}
    font = label_font()
    column = max(tile.width for line in tiles.values() for tile in line)
    pitch = max(column, *(round(font.getlength(head)) for head in heads[:-1])) + _GAP
    last = max(column, round(font.getlength(heads[-1])))
    lefts = [_MARGIN + number * pitch for number in range(len(heads))]
    width = max(lefts[-1] + last + _MARGIN, PAIR_SIDE)
    height = 2 * _MARGIN + _LINE + sum(_LINE + _GAP + line[0].height for line in tiles.values())
    paper = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(paper)
    for left, head in zip(lefts, heads, strict=True):
        pen.text((left, _MARGIN), head, INK, font)
    top = _MARGIN + _LINE
    for label, line in tiles.items():
        pen.text((_MARGIN, top), fitting_end(label, width - 2 * _MARGIN), INK, font)
        top += _LINE
        for left, tile in zip(lefts, line, strict=True):
            paper.paste(tile, (left, top), tile)
        top += line[0].height + _GAP
    return np.asarray(paper)


def _tiles(images: Sequence[NDArray[Any]]) -> list[Image.Image]:
    scale = max(1, PAIR_SIDE // max(images[0].shape[:2]))
    if len({image.shape[:2] for image in images}) > 1:
        raise ImageShapeError(
            f"The images of a row are of one size; these have shapes "
            f"{', '.join(str(image.shape) for image in images)}."
        )
    # One strip of all would need as many channels in each.
    return [Image.fromarray(image_strip({"image": image[None]}, scale)) for image in images]
