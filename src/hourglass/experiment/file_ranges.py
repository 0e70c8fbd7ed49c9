"""What black and white are in the files that a user gave."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np

from hourglass.bundles.reading import read_description
from hourglass.errors import DataError, MissingPathError
from hourglass.images import MOST_PIXELS, RangeScan, open_image_file
from hourglass.images.decode import holds_bytes
from hourglass.records import FrameChoice, RangeOption, ValueRange, ValueRanges
from hourglass.runs import TrainedModel


def learned_ranges(run: TrainedModel) -> Mapping[str, ValueRange]:
    """Return what black and white were to a model, by type of the values."""
    return read_description(run.model).preprocessing.ranges


def find_ranges(
    files: Iterable[Path],
    option: RangeOption | None,
    learned: Mapping[str, ValueRange],
    *,
    frames: FrameChoice = "first",
    max_pixels: int = MOST_PIXELS,
) -> tuple[ValueRanges, tuple[str, ...]]:
    """Find what black and white are in files, all of them together, and say why.

    Files of bytes are not decoded for it, and others only as long as a value can still decide.
    It follows from all files, also from those that are done already, so that a command that was
    stopped ends with the same results.

    Parameters
    ----------
    files
        The files; those that cannot be read are passed over, and named when they are worked on.
    option
        What the user said.
    learned
        What black and white were to the model.
    frames
        Which frames of a file count.
    max_pixels
        Files with more pixels are not decoded.
    """
    scan = RangeScan(option, learned)
    bytes_alone = np.dtype(np.uint8)
    for path in files:
        if holds_bytes(path) and scan.settled(bytes_alone):
            scan.see(bytes_alone)
            continue
        try:
            with open_image_file(path, max_pixels=max_pixels) as file:
                for number in range(1 if frames == "first" else file.frames):
                    dtype = np.dtype(file.dtype_of(number))
                    scan.see(dtype)
                    if scan.settled(dtype):
                        continue
                    values = file.load(number).pixels
                    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
                    if finite.size:
                        scan.add(finite, file.value_range, path)
        except (DataError, MissingPathError):
            continue
    return scan.ranges()
