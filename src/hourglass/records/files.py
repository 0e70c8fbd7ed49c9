"""What became of a user's own files, as numbers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, get_args

from hourglass.records.value_range import ValueRange

FileStatus = Literal["written", "done before", "failed"]
FrameChoice = Literal["all", "first"]
FRAMES: Final[tuple[FrameChoice, ...]] = get_args(FrameChoice)


@dataclass(frozen=True, kw_only=True, slots=True)
class DenoisedFile:
    """What became of one file that was to be denoised.

    Attributes
    ----------
    file
        Its path.
    output
        The path of its result.
    status
        Whether the result was written now, was there already, or could not be made.
    estimated_noise_level
        Standard deviation of the noise in the file as it is, 1 from black to white, estimated
        from the file alone; ``None`` for a file that was not denoised now.
    frames
        How many of its frames or pages were denoised; ``None`` as above.
    outside
        How many of its values lie outside of what was taken for black and white; 0 also for a
        file that was not denoised now.
    notes
        What of the file is not in the result, or was changed, in words.
    incomplete
        Whether pictures of the file are not in the result though nobody asked for that.
    reason
        Why it failed.
    """

    file: str
    output: str
    status: FileStatus
    estimated_noise_level: float | None = None
    frames: int | None = None
    outside: int = 0
    notes: tuple[str, ...] = ()
    incomplete: bool = False
    reason: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DenoisedFiles:
    """What became of all files that were to be denoised.

    Attributes
    ----------
    files
        One record for each, in the order in which they were done.
    corruption
        What the model was trained to undo.
    strength
        Share of its correction that was applied.
    noise_level
        Standard deviation of the noise as the user gave it; ``None`` where it was estimated.
    ranges
        What black and white were taken to be, by type of the values, where it is not what the
        type says.
    range_notes
        Why, a sentence each.
    advice
        Where the model was trained for other noise than this: which training would fit.
    sheet
        Path of the sheet that shows files before and after, if one was asked for and there was
        something to show.
    not_listed
        What the given folders hold besides, counted by ending or reason.
    """

    files: tuple[DenoisedFile, ...]
    corruption: str
    strength: float = 1.0
    noise_level: float | None = None
    ranges: Mapping[str, ValueRange] = field(default_factory=dict)
    range_notes: tuple[str, ...] = ()
    advice: str | None = None
    sheet: str | None = None
    not_listed: Mapping[str, int] = field(default_factory=dict)

    def count(self, status: FileStatus) -> int:
        """Return how many files have a status."""
        return sum(file.status == status for file in self.files)

    @property
    def incomplete(self) -> int:
        """How many results do not hold all pictures of their file, unasked."""
        return sum(file.incomplete for file in self.files)


@dataclass(frozen=True, kw_only=True, slots=True)
class FileScores:
    """How near a model's reconstructions are to the files that it was given.

    Files that a user gives belong to no split: the model may have been trained on them.

    Attributes
    ----------
    files
        How many files were given.
    measured
        How many of them were rebuilt, and are what the figures were measured on.
    done_before
        How many had a result already; they are neither rebuilt nor measured.
    failed
        How many could not be rebuilt.
    incomplete
        How many results do not hold all pictures of their file, unasked.
    ranges, range_notes
        As ``DenoisedFiles`` has them.
    mse
        Mean squared error per pixel, pixels in [0, 1], between a file and its reconstruction
        before that is rounded to the levels of a file; the mean over files. ``None`` where
        nothing was measured.
    psnr
        In dB, of the mean MSE: −10 log10(mse).
    psnr_per_image
        In dB, the mean of the PSNR of each file.
    corruption
        What the model was trained to undo; ``None`` for clean images.
    measured_on
        Stands where other figures name their split.
    not_listed
        What the given folders hold besides, counted by ending or reason.
    """

    files: int
    measured: int
    done_before: int
    failed: int
    mse: float | None
    psnr: float | None
    psnr_per_image: float | None
    corruption: str | None = None
    incomplete: int = 0
    ranges: Mapping[str, ValueRange] = field(default_factory=dict)
    range_notes: tuple[str, ...] = ()
    measured_on: Literal["the given files"] = "the given files"
    not_listed: Mapping[str, int] = field(default_factory=dict)
