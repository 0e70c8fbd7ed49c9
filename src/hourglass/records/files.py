"""What became of a user's own files, as numbers."""

from dataclasses import dataclass
from typing import Literal


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
    """

    files: int
    measured: int
    done_before: int
    failed: int
    mse: float | None
    psnr: float | None
    psnr_per_image: float | None
    corruption: str | None = None
    measured_on: Literal["the given files"] = "the given files"
