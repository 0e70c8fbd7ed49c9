"""What codes decode to, as PNG: random ones, those between two images, those of a plane."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.figures import image_grid, image_sheet, labeled_strip, strip_scale
from hourglass.files import write_bytes
from hourglass.records import CodeSpace
from hourglass.report import code_words
from hourglass.report.group_contents import GroupContents
from hourglass.report.strips import Strip, StripRow, png, row_uri, strip_of

# A plane is about as wide as a chart beside another one.
_PLANE_SIDE: Final = 480

Row = tuple[str, str, NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Plane:
    """The decoded plane of a code of two numbers.

    Attributes
    ----------
    picture
        The grid, with what it shows.
    width, height
        In pixels.
    caption
        Which codes were decoded.
    """

    picture: StripRow
    width: int
    height: int
    caption: str


@dataclass(frozen=True, slots=True)
class SpacePictures:
    """The pictures of one data set and size of the code.

    Attributes
    ----------
    strips
        Images from random codes, and those between two images.
    planes
        One for each run with a code of two numbers.
    """

    strips: tuple[Strip, ...]
    planes: tuple[Plane, ...]


def save_code_pictures(group: GroupContents, folder: Path) -> list[SpacePictures]:
    """Save the pictures of every space as PNG and return them in its order."""
    return [
        SpacePictures(
            tuple(_strips(group, space, number, folder)),
            tuple(_planes(group, space, number, folder)),
        )
        for number, space in enumerate(group.record.codes)
    ]


def _strips(group: GroupContents, space: CodeSpace, number: int, folder: Path) -> Iterator[Strip]:
    for kind, title, caption in code_words.strips(space):
        rows = list(_rows(group, space, f"{number}/{kind}/"))
        if not rows:
            continue
        scale = strip_scale(max(rows[0][2].shape[1:3]))
        yield strip_of(title, caption, rows, scale)
        labeled = {label: images for label, _, images in rows}
        picture = labeled_strip(labeled, scale, f"{title}: {code_words.title(space)}")
        write_bytes(folder / f"{kind}-{number + 1}.png", png(picture))


def _rows(group: GroupContents, space: CodeSpace, prefix: str) -> Iterator[Row]:
    """Yield label, kind and images of each row; those of variational codes are marked."""
    variational = tuple(spread.run for spread in space.spreads if spread.kind == "variational")
    for key, images in group.pictures.items():
        if key.startswith(prefix):
            label = key.removeprefix(prefix)
            yield label, "model" if label.partition(",")[0] in variational else "baseline", images


def _planes(group: GroupContents, space: CodeSpace, number: int, folder: Path) -> Iterator[Plane]:
    for place, spread in enumerate(space.spreads, start=1):
        images = group.pictures.get(f"{number}/plane/{spread.run}")
        if images is None or spread.plane is None:
            continue
        columns = max(1, round(len(images) ** 0.5))
        scale = max(1, _PLANE_SIDE // (columns * max(images.shape[1:3])))
        yield _plane(images, columns, scale, code_words.plane(spread))
        sheet = image_sheet(images, columns, scale)
        write_bytes(folder / f"plane-{number + 1}-{place}.png", png(sheet))


def _plane(images: NDArray[Any], columns: int, scale: int, caption: str) -> Plane:
    grid = image_grid(images, columns, scale)
    alternative = f"{len(images)} images on a grid. {caption}"
    picture = StripRow("plane", "model", row_uri(grid), alternative)
    return Plane(picture, grid.shape[1], grid.shape[0], caption)
