"""Drawings that a notebook shows when they are the last thing in a cell."""

import io
from collections.abc import Callable, Mapping
from typing import Any, Final, final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from PIL import Image

from hourglass.figures.strips import image_sheet, labeled_strip, strip_scale
from hourglass.figures.style import hourglass_style

_DOTS_PER_INCH: Final = 110
# Pixels between the margins of a page of text.
_PAGE_WIDTH: Final = 736


@final
class Chart:
    """Axes in the style of the house on white paper, shown as a picture by a notebook.

    Parameters
    ----------
    size
        Width and height of the whole in inches; the sizes beside each ``draw_*`` suit.
    columns
        Axes side by side.
    """

    def __init__(self, size: tuple[float, float] = (5.4, 3.4), columns: int = 1) -> None:
        with hourglass_style():
            self.figure = Figure(figsize=size, layout="constrained", facecolor="white")
            self.axes: list[Axes] = list(self.figure.subplots(1, columns, squeeze=False)[0])

    @property
    def ax(self) -> Axes:
        """The first axes."""
        return self.axes[0]

    def _repr_png_(self) -> bytes:
        """Return the picture, as notebooks ask for it."""
        target = io.BytesIO()
        with hourglass_style():
            self.figure.savefig(target, format="png", dpi=_DOTS_PER_INCH, facecolor="white")
        return target.getvalue()


def strip_picture(rows: Mapping[str, NDArray[Any]], title: str = "") -> Image.Image:
    """Return rows of images with their labels, at the whole scale that suits a page.

    Parameters
    ----------
    rows
        Images in [0, 1] of shape (count, height, width, channels) by label.
    title
        A line above.

    Raises
    ------
    ImageShapeError
        If the rows differ in shape, or there is none.
    """
    count, *sides = next((images.shape[:3] for images in rows.values()), (1,))
    largest = strip_scale(max(sides, default=1), count)
    return _fitting(lambda scale: labeled_strip(rows, scale, title), largest)


def sheet_picture(images: NDArray[Any], columns: int) -> Image.Image:
    """Return images row after row, at the whole scale that suits a page.

    Parameters
    ----------
    images
        Shape (count, height, width, channels), in [0, 1].
    columns
        Images in a row.

    Raises
    ------
    ImageShapeError
        If there is no image, or the array has not four axes.
    """
    largest = strip_scale(max(images.shape[1:3], default=1), columns)
    return _fitting(lambda scale: image_sheet(images, columns, scale), largest)


def _fitting(draw: Callable[[int], NDArray[np.uint8]], scale: int) -> Image.Image:
    """Return the largest picture that a page shows as it is: shrunk, its pixels would blur."""
    picture = Image.fromarray(draw(scale))
    if picture.width <= _PAGE_WIDTH or scale == 1:
        return picture
    return _fitting(draw, scale - 1)
