"""A sheet that shows files before and after a model worked on them."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, DataError, MissingPathError
from hourglass.experiment.file_jobs import FileJob
from hourglass.figures import PAIR_SIDE, ImagePair, before_after_sheet
from hourglass.files import exists
from hourglass.images import ImageFile, load_image_file, upright, write_image_file
from hourglass.images.memory import as_unit_range
from hourglass.records import ValueRange, ValueRanges

_MOST_ROWS: Final = 12


def require_sheet(sheet: Path, jobs: Iterable[FileJob], inputs: Iterable[Path]) -> None:
    """Refuse a place for a sheet where it would be taken for an image to work on, or a result.

    Raises
    ------
    ConfigurationError
        If it is no PNG file, an input or the result of one, or lies in a folder of inputs.
    """
    if sheet.suffix.lower() != ".png":
        raise ConfigurationError(f"The sheet is a PNG file; --sheet {sheet} names none.")
    place = sheet.resolve()
    for job in jobs:
        if place in (job.source.resolve(), job.target.resolve()):
            raise ConfigurationError(
                f"--sheet {sheet} is the place of an input or of a result. Choose another one."
            )
    for folder in inputs:
        if folder.is_dir() and place.is_relative_to(folder.resolve()):
            raise ConfigurationError(
                f"--sheet {sheet} lies in {folder}, where it would be an image to work on the "
                "next time. Choose a place outside."
            )


def write_sheet(
    sheet: Path, jobs: Sequence[FileJob], output: Path, ranges: ValueRanges, *, max_pixels: int
) -> bool:
    """Write a sheet of up to twelve files that have a result; tell whether there was one.

    It shows what lies in the files, so that it is the same when a command was stopped between
    them. A sheet that is there is left alone, like all that is done already.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    if exists(sheet):
        return False
    pairs: dict[str, ImagePair] = {}
    for job in jobs:
        if len(pairs) == _MOST_ROWS:
            break
        if job.done:
            pair = _pair(job, ranges, max_pixels)
            if pair is not None:
                pairs[str(job.target.relative_to(output))] = pair
    if not pairs:
        return False
    write_image_file(sheet, before_after_sheet(pairs).astype(np.float32) / 255.0)
    return True


def _pair(job: FileJob, ranges: ValueRanges, max_pixels: int) -> ImagePair | None:
    try:
        source = load_image_file(job.source, max_pixels=max_pixels)
        value_range = ranges.of(source.form.dtype, job.source)
        before = _center(source, value_range)
        after = _center(load_image_file(job.target, max_pixels=max_pixels), value_range)
    except (DataError, MissingPathError):
        # What failed was named when it was worked on; what stood there before may be no image.
        return None
    return ImagePair(before, after) if before.shape[:2] == after.shape[:2] else None


def _center(file: ImageFile, value_range: ValueRange | None) -> NDArray[np.float32]:
    """Return the middle of an image without bands of data, shape (height, width, 1 or 3)."""
    pixels: NDArray[Any] = upright(file.pixels[..., : file.form.colors], file.form.orientation)
    middle = tuple(
        slice(max(0, (size - PAIR_SIDE) // 2), max(0, (size - PAIR_SIDE) // 2) + PAIR_SIDE)
        for size in pixels.shape[:2]
    )
    return as_unit_range(np.nan_to_num(pixels[middle]), value_range)
