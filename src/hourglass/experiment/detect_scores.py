"""Scores of a user's files, a part of them at a time."""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, MissingPathError, TargetError
from hourglass.experiment.detector import Detector, Seen
from hourglass.experiment.file_jobs import FileJob, SourceFile
from hourglass.experiment.shards import REASON, Results, Shards
from hourglass.figures import heat_map, strip_scale
from hourglass.files import derived_name, remove_leftovers
from hourglass.images import ModelForm, write_image_file
from hourglass.images.memory import as_unit_range
from hourglass.images.workers import in_order
from hourglass.models import images_at_a_time
from hourglass.records import DETECTION_METHODS


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class FileScorer:
    """A detector at work on files.

    Attributes
    ----------
    detector
        What scores them.
    form
        What each is brought to.
    heat_maps
        Folder of the heat maps of all files; ``None`` where not all have one.
    """

    detector: Detector
    form: ModelForm
    heat_maps: Path | None = None

    @property
    def at_a_time(self) -> int:
        """How many files are in memory together."""
        return images_at_a_time([size or 1 for size in self.form.shape])

    def read(self, file: SourceFile) -> NDArray[np.float32]:
        """Return a file as the network sees it, shape (height, width, channels)."""
        return as_unit_range(self.form.read(file.path).pixels)

    def score(self, files: Sequence[SourceFile]) -> Results:
        """Return the scores of files by method, and why those have none that cannot be read."""
        images: dict[int, NDArray[np.float32]] = {}
        reasons = [""] * len(files)
        for number, image in enumerate(in_order(self._read_or_why, files)):
            if isinstance(image, str):
                reasons[number] = image
            else:
                images[number] = image
        found: dict[str, NDArray[Any]] = {
            name: np.full(len(files), np.nan) for name in DETECTION_METHODS
        }
        if images:
            seen = self.detector.see(np.stack(list(images.values())))
            for name, scores in seen.scores.items():
                found[name][list(images)] = scores
            if self.heat_maps is not None:
                shown = [files[number] for number in images]
                failed = write_heat_maps(shown, seen, self.heat_maps)
                for number, reason in zip(images, failed, strict=True):
                    if reason:
                        reasons[number] = reason
                        for scores in found.values():
                            scores[number] = np.nan
        return {**found, REASON: np.array(reasons)}

    def _read_or_why(self, file: SourceFile) -> NDArray[np.float32] | str:
        """Return a file as the network sees it, or why it cannot be read."""
        try:
            return self.read(file)
        except (DataError, MissingPathError) as error:
            return str(error)


@final
class FileScores:
    """The scores of all files, and which have none.

    Parameters
    ----------
    count
        How many files there are.

    Attributes
    ----------
    scores
        By method, shape (files,); NaN where a file could not be read.
    reasons
        Why, by the number of the file.
    """

    def __init__(self, count: int) -> None:
        self.scores = {name: np.full(count, np.nan) for name in DETECTION_METHODS}
        self.reasons: dict[int, str] = {}

    def put(self, start: int, found: Results) -> None:
        """Take the results of the files from a number on."""
        for name, scores in self.scores.items():
            scores[start : start + len(found[name])] = found[name]
        reasons = enumerate(map(str, found[REASON]), start)
        self.reasons |= {number: reason for number, reason in reasons if reason}


def score_files(
    files: Sequence[SourceFile],
    scorer: FileScorer,
    shards: Shards,
    tell_failed: Callable[[str], None],
    progress: Callable[[float, int], None],
) -> FileScores:
    """Score all files, but for those that an earlier command has scored."""
    found, done = FileScores(len(files)), 0

    def lacks_heat_map(file: SourceFile) -> bool:
        folder = scorer.heat_maps
        return folder is not None and not FileJob(file.path, heat_map_path(folder, file)).done

    for part, results in shards.results(files, scorer.score, lacks_heat_map):
        found.put(done, results)
        for number in range(done, done + len(part)):
            if number in found.reasons:
                tell_failed(found.reasons[number])
        done += len(part)
        progress(done, len(files))
    return found


def heat_map_path(folder: Path, file: SourceFile) -> Path:
    """Return where the heat map of a file lies: its kind stays in the name, so that none meet."""
    path = folder / file.name
    return path.with_name(derived_name(path.name, after=".png"))


def heat_map_notes(folder: Path, files: Iterable[SourceFile]) -> Iterator[str]:
    """Yield a sentence on heat maps that could not have the whole name of their file."""
    short = [
        path.name
        for file in files
        if (path := heat_map_path(folder, file)).name != f"{Path(file.name).name}.png"
    ]
    if short:
        more = f", {len(short) - 1:,} more" if len(short) > 1 else ""
        yield f"Heat maps whose names were shortened to fit: {short[0]}{more}."


def clear_heat_maps(folder: Path) -> None:
    """Remove what a killed command has left half written among heat maps."""
    for place, _, _ in os.walk(folder):
        remove_leftovers(Path(place))


def write_heat_maps(files: Sequence[SourceFile], seen: Seen, folder: Path) -> list[str]:
    """Write the heat maps of files; return of each why it could not be written, or nothing."""
    scale = strip_scale(max(seen.heat.shape[1:]))
    reasons = []
    for file, heat in zip(files, seen.heat, strict=True):
        try:
            write_image_file(heat_map_path(folder, file), heat_map(heat, scale))
            reasons.append("")
        except TargetError as error:
            reasons.append(str(error))
    return reasons
