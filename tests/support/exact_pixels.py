"""Exactly the pixels of an image file, with whatever lies below an alpha of 0."""

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from hourglass.images.decode import decoded, opened
from hourglass.images.exif import upright


def exact_pixels(path: Path) -> NDArray[Any]:
    """Return the first frame of a file, turned upright."""
    with opened(path) as reader:
        return upright(decoded(reader), reader.orientation)
