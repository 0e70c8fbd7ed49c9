"""A model at work on one of a user's own image files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any, Final, NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError, MissingPathError, TargetError
from hourglass.evaluation import estimate_noise_level, mean_squared_errors
from hourglass.experiment.file_jobs import FileJob
from hourglass.images import (
    MOST_PIXELS,
    FileForm,
    ImageFile,
    as_stored,
    conversion_note,
    open_image_file,
    save_image_file,
    upright,
)
from hourglass.images.hidden import spread_visible
from hourglass.images.memory import as_unit_range
from hourglass.images.value_range import count_outside, outside_line
from hourglass.inference import rebuild_in_bands
from hourglass.models import ImageModel
from hourglass.records import FRAMES, FrameChoice, ModelSpec, ValueRange, ValueRanges, dtype_range

# Models of so many channels were trained on images whose last channel is an alpha.
_WITH_ALPHA: Final = (2, 4)


class RebuiltFile(NamedTuple):
    """What is known of a file that was rebuilt.

    Attributes
    ----------
    noise_level
        Estimated standard deviation of the noise in the file, 1 from black to white, the median
        over its frames; ``None`` where it was not asked for.
    mse
        Mean squared error per value between the file and its reconstruction, in [0, 1], before
        that is rounded to the levels of a file; the mean over its frames.
    frames
        How many frames or pages were rebuilt.
    notes
        What of the file is not in the result, or was changed, in words.
    lost
        Which pictures of the file are not in the result though nobody asked for that.
    outside
        How many of its values lie outside of what was taken for black and white.
    """

    noise_level: float | None
    mse: float
    frames: int
    notes: tuple[str, ...]
    lost: str | None
    outside: int


class RebuiltFrame(NamedTuple):
    """What is known of a frame: as ``RebuiltFile`` has it."""

    noise_level: float | None
    mse: float
    notes: tuple[str, ...]
    outside: int


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class FileRebuilder:
    """How files become what a model makes of them.

    Parameters
    ----------
    model, spec
        A trained model, and what it was built from.
    ranges
        What black and white are in the files.
    frames
        Which frames of a file are rebuilt: ``all``, or the ``first`` alone.
    strength
        Share of the model's correction that is applied, in [0, 1].
    max_pixels
        Files with more pixels are refused before they are decoded.
    any_shape
        Whether files are taken whose size or channels are not the model's.
    estimate_noise
        Whether the noise in the file is estimated.
    """

    model: ImageModel
    spec: ModelSpec
    ranges: ValueRanges = field(default_factory=ValueRanges)
    frames: FrameChoice = FRAMES[0]
    strength: float = 1.0
    max_pixels: int = MOST_PIXELS
    any_shape: bool = True
    estimate_noise: bool = True

    def rebuild(
        self, job: FileJob, progress: Callable[[float], None] = lambda share: None
    ) -> RebuiltFile:
        """Rebuild a file, frame by frame, and write the result as the kind of file that it was.

        Depth, alpha and all that is not pixels are kept. A frame lies in memory once: its rows
        are replaced as they are rebuilt.

        Parameters
        ----------
        job
            The file, and where its result goes.
        progress
            Called with the share of the file that is rebuilt, now and then.

        Raises
        ------
        DataError
            If the file is no image, is too large, or has a shape that the model does not take.
        MissingPathError
            If there is no such file.
        WriteError
            If the result cannot be written; other files would fare no better.
        """
        with open_image_file(job.source, max_pixels=self.max_pixels) as file:
            count = 1 if self.frames == "first" else file.frames
            left_out = file.notes
            if count < file.frames:
                left_out = (f"the first of {file.frames:,} {file.parts}, as asked for", *left_out)
            rebuilt: list[RebuiltFrame] = []
            # In the order in which they came, each once.
            told: dict[str, None] = {}

            def frames() -> Iterator[ImageFile]:
                for number in range(count):
                    frame = file.load(number, alone=count < file.frames)
                    share = partial(_share_done, progress, number, count)
                    frame, known = self._rebuilt(job.source, frame, share)
                    rebuilt.append(known)
                    told.update(dict.fromkeys((*known.notes, *conversion_note(frame.form, count))))
                    yield frame

            save_image_file(job.target, frames(), count)
            lost = file.lost
        levels = [one.noise_level for one in rebuilt if one.noise_level is not None]
        return RebuiltFile(
            noise_level=float(np.median(levels)) if levels else None,
            mse=float(np.mean([one.mse for one in rebuilt])),
            frames=count,
            notes=(*left_out, *told, *((lost,) if lost else ())),
            lost=lost,
            outside=sum(one.outside for one in rebuilt),
        )

    def _rebuilt(
        self, source: Path, file: ImageFile, progress: Callable[[float], None]
    ) -> tuple[ImageFile, RebuiltFrame]:
        """Return a frame with other pixels, and what is known of it."""
        channels, orientation = self.spec.image_shape[2], file.form.orientation
        pixels = _shown(file, channels)
        if not self.any_shape:
            require_fitting(source, pixels.shape, self.spec)
        hidden, notes = _hidden(file)
        before = None
        if hidden is not None:
            before = file.pixels[hidden]
            spread_visible(pixels[..., : file.pixels.shape[-1]], upright(hidden, orientation))
        value_range = self.ranges.of(file.form.dtype, source)
        level = None
        if self.estimate_noise:
            seen = pixels[..., : file.pixels.shape[-1]]
            level = estimate_noise_level(seen, (value_range or dtype_range(seen.dtype)).width)
        squares = 0.0
        outside = 0 if value_range is None else _count_in_rows(pixels, value_range)
        for part in _together(source, file.form, pixels.shape[2], self.spec):
            squares += self._rebuild_in_place(pixels[..., part], value_range, progress)
        colors = as_stored(_colors(pixels, file.pixels.shape[2]), orientation)
        if hidden is not None:
            colors[hidden] = before
        known = RebuiltFrame(level, squares / pixels.size, (*file.notes, *notes), outside)
        return replace(file, pixels=colors), known

    def _rebuild_in_place(
        self,
        pixels: NDArray[Any],
        value_range: ValueRange | None,
        progress: Callable[[float], None],
    ) -> float:
        """Replace an image at rest, shape (height, width, channels); return the squared error."""
        squares = 0.0
        bands = rebuild_in_bands(
            self.model, self.spec, pixels, value_range=value_range, strength=self.strength
        )
        for row, band in bands:
            rows = pixels[row : row + len(band)]
            before = as_unit_range(rows, value_range)
            squares += float(mean_squared_errors(before[None], band[None])[0]) * band.size
            rows[...] = _corrected(rows, before, band, value_range)
            progress((row + len(band)) / len(pixels))
        return squares


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


def outside_of_files(rebuilt: Sequence[int], ranges: ValueRanges) -> tuple[str, ...]:
    """Return a line on values outside of black and white, of which each file has so many.

    Parameters
    ----------
    rebuilt
        How many each file has that was rebuilt.
    ranges
        What was taken for black and white.
    """
    line = outside_line(sum(rebuilt), sum(map(bool, rebuilt)), "file", ranges.known)
    return () if line is None else (line,)


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


def _count_in_rows(pixels: NDArray[Any], value_range: ValueRange) -> int:
    """Return how many values lie outside of a range, in little memory beside the image."""
    return sum(count_outside(row, value_range) for row in pixels)


def _share_done(progress: Callable[[float], None], number: int, count: int, share: float) -> None:
    progress((number + share) / count)


def _shown(file: ImageFile, channels: int) -> NDArray[Any]:
    """Return upright pixels to write over, with an alpha where the model takes one."""
    pixels = upright(file.pixels, file.form.orientation)
    if channels not in _WITH_ALPHA or file.form.bands:
        return np.require(pixels, requirements="W")
    alpha = np.full(pixels.shape[:2], dtype_range(pixels.dtype).high, pixels.dtype)
    if file.alpha is not None:
        alpha = upright(file.alpha, file.form.orientation)
    colors = np.repeat(pixels, (channels - 1) // pixels.shape[2] or 1, axis=2)
    return np.concatenate([colors, alpha[..., None]], axis=2)


def _hidden(file: ImageFile) -> tuple[NDArray[np.bool_] | None, tuple[str, ...]]:
    """Return which stored pixels carry no information, and what is told of them."""
    hidden = None if file.alpha is None else file.alpha == 0
    notes: tuple[str, ...] = ()
    if file.pixels.dtype.kind == "f":
        missing = ~np.isfinite(file.pixels).all(axis=-1)
        if missing.any():
            notes = (f"{missing.sum():,} pixels that are no finite numbers stay as they are",)
            hidden = missing if hidden is None else hidden | missing
    if hidden is None or not hidden.any():
        return None, notes
    return hidden, notes


def _together(source: Path, form: FileForm, channels: int, spec: ModelSpec) -> Iterator[slice]:
    """Yield the channels that go through the model together: colors, and each band of data."""
    taken = spec.image_shape[2]
    if channels == taken or taken == 1 or channels == 1:
        yield slice(None)
        return
    if not form.bands:
        raise ImageShapeError(
            f"{source} is a color image, and the model takes gray ones with an alpha. Convert "
            "it to gray first."
        )
    together = form.colors if form.colors == taken else 1
    yield slice(0, together)
    yield from (slice(number, number + 1) for number in range(together, channels))


def _colors(pixels: NDArray[Any], channels: int) -> NDArray[Any]:
    """Return as many channels as the file has; a color that was made of gray is gray again."""
    if pixels.shape[2] == channels:
        return pixels
    colors = pixels[..., :-1]
    if colors.shape[2] == channels:
        return np.ascontiguousarray(colors)
    return _rounded(colors.mean(axis=2, keepdims=True, dtype=np.float64), pixels.dtype)


def _corrected(
    rows: NDArray[Any],
    before: NDArray[np.float32],
    band: NDArray[np.float32],
    value_range: ValueRange | None,
) -> NDArray[Any]:
    """Return rows of a file as their reconstruction, in the numbers of the file.

    Where these are not simply levels, the correction is added to them: they keep what single
    precision would lose, and what lies outside of the range.
    """
    if value_range is None and rows.dtype.kind == "u":
        return _rounded(band * dtype_range(rows.dtype).high, rows.dtype)
    correction = (band.astype(np.float64) - before) * (value_range or dtype_range(rows.dtype)).width
    return _rounded(rows + correction, rows.dtype)


def _rounded(values: NDArray[Any], dtype: np.dtype[Any]) -> NDArray[Any]:
    if dtype.kind == "f":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    rounded: NDArray[Any] = np.clip(np.rint(values), limits.min, limits.max).astype(dtype)
    return rounded
