"""A model at work on one of a user's own image files."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError, MissingPathError, TargetError
from hourglass.evaluation import estimate_noise_level, mean_squared_errors
from hourglass.experiment.file_jobs import FileJob
from hourglass.images import (
    MOST_PIXELS,
    ImageFile,
    as_stored,
    load_image_file,
    save_image_file,
    upright,
)
from hourglass.images.memory import as_unit_range
from hourglass.inference import rebuild_in_bands
from hourglass.models import ImageModel
from hourglass.records import ModelSpec

# Models of so many channels were trained on images whose last channel is an alpha.
_WITH_ALPHA: Final = (2, 4)


class RebuiltFile(NamedTuple):
    """What is known of a file that was rebuilt.

    Attributes
    ----------
    noise_level
        Estimated standard deviation of the noise in the file, 1 from black to white; ``None``
        where it was not asked for.
    mse
        Mean squared error per value between the file and its reconstruction, in [0, 1], before
        that is rounded to the levels of a file.
    notes
        What of the file is not in the result, in words.
    """

    noise_level: float | None
    mse: float
    notes: tuple[str, ...]


def rebuild_file(
    model: ImageModel,
    spec: ModelSpec,
    job: FileJob,
    *,
    strength: float = 1.0,
    max_pixels: int = MOST_PIXELS,
    any_shape: bool = True,
    estimate_noise: bool = True,
    progress: Callable[[float], None] = lambda share: None,
) -> RebuiltFile:
    """Rebuild one file and write the result as the kind of file that it was.

    Depth, alpha and all that is not pixels are kept. The image lies in memory once: its rows are
    replaced as they are rebuilt.

    Parameters
    ----------
    model, spec
        A trained model, and what it was built from.
    job
        The file, and where its result goes.
    strength
        Share of the model's correction that is applied, in [0, 1].
    max_pixels
        Files with more pixels are refused before they are decoded.
    any_shape
        Whether files are taken whose size or channels are not the model's.
    estimate_noise
        Whether the noise in the file is estimated.
    progress
        Called with the share of the image that is rebuilt, now and then.

    Raises
    ------
    DataError
        If the file is no image, is too large, or has a shape that the model does not take.
    MissingPathError
        If there is no such file.
    WriteError
        If the result cannot be written; other files would fare no better.
    """
    file = load_image_file(job.source, max_pixels=max_pixels)
    pixels = _shown(file, spec.image_shape[2])
    if not any_shape:
        require_fitting(job.source, pixels.shape, spec)
    elif pixels.shape[2] != spec.image_shape[2] and 1 not in (pixels.shape[2], spec.image_shape[2]):
        raise ImageShapeError(
            f"{job.source} is a color image, and the model takes gray ones with an alpha. Convert "
            "it to gray first."
        )
    noise_level = estimate_noise_level(file.pixels) if estimate_noise else None
    mse = _rebuild_in_place(model, spec, pixels, strength, progress)
    colors = as_stored(_colors(pixels, file.pixels.shape[2]), file.form.orientation)
    save_image_file(job.target, replace(file, pixels=colors))
    return RebuiltFile(noise_level, mse, file.notes)


def rebuild_and_tell(
    job: FileJob, rebuild: Callable[[FileJob], RebuiltFile], tell: Callable[[str], None]
) -> RebuiltFile | str:
    """Rebuild a file and tell what is not in its result; if it cannot be, tell and return why."""
    try:
        made = rebuild(job)
    except (DataError, MissingPathError, TargetError) as error:
        tell(str(error))
        return str(error)
    for note in made.notes:
        tell(f"{job.source}: {note}")
    return made


def require_fitting(source: Path, shape: tuple[int, ...], spec: ModelSpec) -> None:
    """Refuse an image that is not of the shape that a model was trained on.

    Gray is taken where the model takes more channels than one.

    Raises
    ------
    ImageShapeError
        If it has another height or width, or more channels.
    """
    height, width, channels = spec.image_shape
    fits = shape[2] in (1, channels) and all(
        want in (None, have) for want, have in zip((height, width), shape[:2], strict=True)
    )
    if not fits:
        raise ImageShapeError(
            f"{source} has shape {shape}, and the model takes images of height "
            f"{height or 'any'}, width {width or 'any'} and {channels} channels."
        )


def _shown(file: ImageFile, channels: int) -> NDArray[Any]:
    """Return upright pixels to write over, with an alpha where the model takes one."""
    pixels = upright(file.pixels, file.form.orientation)
    if channels not in _WITH_ALPHA:
        return np.require(pixels, requirements="W")
    alpha = np.full(pixels.shape[:2], np.iinfo(pixels.dtype).max, pixels.dtype)
    if file.alpha is not None:
        alpha = upright(file.alpha, file.form.orientation)
    colors = np.repeat(pixels, (channels - 1) // pixels.shape[2] or 1, axis=2)
    return np.concatenate([colors, alpha[..., None]], axis=2)


def _colors(pixels: NDArray[Any], channels: int) -> NDArray[Any]:
    """Return as many channels as the file has; a color that was made of gray is gray again."""
    if pixels.shape[2] == channels:
        return pixels
    colors = pixels[..., :-1]
    if colors.shape[2] == channels:
        return np.ascontiguousarray(colors)
    gray: NDArray[Any] = np.rint(colors.mean(axis=2, keepdims=True)).astype(pixels.dtype)
    return gray


def _rebuild_in_place(
    model: ImageModel,
    spec: ModelSpec,
    pixels: NDArray[Any],
    strength: float,
    progress: Callable[[float], None],
) -> float:
    """Replace an image at rest, shape (height, width, channels); return the error per value."""
    white = np.iinfo(pixels.dtype).max
    squares = 0.0
    for row, band in rebuild_in_bands(model, spec, pixels, strength=strength):
        rows = pixels[row : row + len(band)]
        squares += mean_squared_errors(as_unit_range(rows)[None], band[None])[0] * band.size
        rows[...] = np.rint(band * white)
        progress((row + len(band)) / len(pixels))
    return float(squares / pixels.size)
