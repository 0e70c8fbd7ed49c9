"""Pairs of images of any sizes, one below the other: before on the left, after on the right."""

from collections.abc import Mapping
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
    if not pairs:
        raise ImageShapeError("A sheet needs one pair of images or more; none was given.")
    rows = {label: _tiles(pair) for label, pair in pairs.items()}
    column = max(tile.width for tiles in rows.values() for tile in tiles)
    lefts = (_MARGIN, _MARGIN + column + _GAP)
    font = label_font()
    column_of_text = round(max(font.getlength(head) for head in heads))
    width = max(lefts[1] + max(column, column_of_text) + _MARGIN, PAIR_SIDE)
    height = 2 * _MARGIN + _LINE + sum(_LINE + _GAP + tiles[0].height for tiles in rows.values())
    paper = Image.new("RGB", (width, height), "white")
    pen = ImageDraw.Draw(paper)
    for left, head in zip(lefts, heads, strict=True):
        pen.text((left, _MARGIN), head, INK, font)
    top = _MARGIN + _LINE
    for label, tiles in rows.items():
        pen.text((_MARGIN, top), fitting_end(label, width - 2 * _MARGIN), INK, font)
        top += _LINE
        for left, tile in zip(lefts, tiles, strict=True):
            paper.paste(tile, (left, top), tile)
        top += tiles[0].height + _GAP
    return np.asarray(paper)


def _tiles(pair: ImagePair) -> list[Image.Image]:
    scale = max(1, PAIR_SIDE // max(pair.before.shape[:2]))
    # One strip of both would need as many channels in each.
    rows = {"before": pair.before[None], "after": pair.after[None]}
    if pair.before.shape[:2] != pair.after.shape[:2]:
        raise ImageShapeError(
            f"The images of a pair are of one size; these have shapes {pair.before.shape} and "
            f"{pair.after.shape}."
        )
    return [Image.fromarray(image_strip({label: one}, scale)) for label, one in rows.items()]
