"""Images with the classes they were given, and how sure that is, in words below them."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from hourglass.figures.strips import drawable, fitting_end, image_strip, label_font
from hourglass.figures.style import INK
from hourglass.figures.text import shortened
from hourglass.records import Mistake, PredictedFile

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
    captions = [
        (
            f"is {shortened(mistake.true, _LETTERS)}",
            f"→ {shortened(mistake.predicted, _LETTERS)}",
            f"{100 * mistake.confidence:.1f} % sure",
        )
        for mistake in mistakes
    ]
    return _captioned(list(images), captions, scale, f"Surest mistakes ({split} split)")


def least_sure_picture(
    images: Sequence[NDArray[Any]], files: Sequence[PredictedFile], scale: int, title: str
) -> NDArray[np.uint8]:
    """Return the images on white, each above its class, how sure that is, and its file.

    Parameters
    ----------
    images
        Each of shape (height, width, channels), in [0, 1].
    files
        One for each image.
    scale
        How many times larger each pixel becomes; nothing is interpolated.
    title
        What stands above them.

    Returns
    -------
    NDArray
        Shape (height, width, 3), RGB.
    """
    captions = [
        (
            shortened(file.class_name, _LETTERS),
            f"{100 * file.probability:.1f} %  {file.flag}",
            # Names differ at their end.
            fitting_end(shortened(file.file, len(file.file)), _WIDTH - _MARGIN),
        )
        for file in files
    ]
    return _captioned(images, captions, scale, title)


def _captioned(
    images: Sequence[NDArray[Any]], captions: Sequence[Sequence[str]], scale: int, title: str
) -> NDArray[np.uint8]:
    """Return images on white in columns, each above its lines."""
    side = scale * max(image.shape[0] for image in images)
    pitch = side + 3 * _LINE + _MARGIN
    rows = -(-len(images) // _COLUMNS)
    width = max(_WIDTH, scale * max(image.shape[1] for image in images) + _MARGIN)
    columns = min(_COLUMNS, len(images))
    size = (columns * width + _MARGIN, rows * pitch + _MARGIN + 2 * _LINE)
    paper = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(paper), label_font()
    pen.text((_MARGIN, _MARGIN), title, INK, font)
    for number, (image, lines) in enumerate(zip(images, captions, strict=True)):
        left = _MARGIN + number % _COLUMNS * width
        top = _MARGIN + 2 * _LINE + number // _COLUMNS * pitch
        tile = Image.fromarray(image_strip({"": image[None]}, scale))
        paper.paste(tile, (left, top), tile)
        for line, text in enumerate(lines):
            pen.text((left, top + side + 2 + line * _LINE), drawable(text), INK, font)
    return np.asarray(paper)
