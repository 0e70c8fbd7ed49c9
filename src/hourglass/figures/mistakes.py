"""Images that were given the wrong class, with both names below them."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hourglass.figures.strips import drawable, image_strip, label_font
from hourglass.figures.style import INK
from hourglass.figures.text import shortened
from hourglass.records import Mistake

_COLUMNS: Final = 6
_WIDTH: Final = 168
_MARGIN: Final = 14
_LINE: Final = 19
_LETTERS: Final = 17


def mistakes_picture(
    images: NDArray[Any], mistakes: Sequence[Mistake], scale: int, split: str
) -> NDArray[np.uint8]:
    """Return the images on white, each above its true class, the given one and the confidence.

    Parameters
    ----------
    images
        Shape (count, height, width, channels), in [0, 1].
    mistakes
        One for each image.
    scale
        How many times larger each pixel becomes; nothing is interpolated.
    split
        What the images are, named above them.

    Returns
    -------
    NDArray
        Shape (height, width, 3), RGB.
    """
    side = scale * images.shape[1]
    pitch = side + 3 * _LINE + _MARGIN
    rows = -(-len(mistakes) // _COLUMNS)
    width = max(_WIDTH, scale * images.shape[2] + _MARGIN)
    columns = min(_COLUMNS, len(mistakes))
    size = (columns * width + _MARGIN, rows * pitch + _MARGIN + 2 * _LINE)
    paper = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(paper), label_font()
    pen.text((_MARGIN, _MARGIN), f"Surest mistakes ({split} split)", INK, font)
    for number, mistake in enumerate(mistakes):
        left = _MARGIN + number % _COLUMNS * width
        top = _MARGIN + 2 * _LINE + number // _COLUMNS * pitch
        tile = Image.fromarray(image_strip({"": images[number : number + 1]}, scale))
        paper.paste(tile, (left, top), tile)
        lines = (
            f"is {shortened(mistake.true, _LETTERS)}",
            f"→ {shortened(mistake.predicted, _LETTERS)}",
            f"{100 * mistake.confidence:.1f} % sure",
        )
        for line, text in enumerate(lines):
            pen.text((left, top + side + 2 + line * _LINE), drawable(text), INK, font)
    return np.asarray(paper)
