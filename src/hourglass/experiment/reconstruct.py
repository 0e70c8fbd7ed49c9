"""A trained model at work on image files: what it makes of them, and how near that is."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hourglass.bundles import load_model
from hourglass.evaluation import mean_squared_errors, peak_signal_to_noise
from hourglass.experiment.files import RebuiltImage, list_jobs, rebuild_file, waiting
from hourglass.records import FileScores
from hourglass.runs import RunFolder


def reconstruct_files(
    run: RunFolder,
    inputs: Sequence[Path],
    output: Path,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> FileScores:
    """Rebuild PNG files as they are, keeping their names, and measure how well.

    Parameters
    ----------
    run
        Any run, trained on clean images or to undo a corruption; nothing is added to the files.
    inputs
        Files, and folders whose files are taken with the tree below them.
    output
        Folder of the results; files that it has already are left alone, and not measured.
    tell
        Called with a line for each file that failed.

    Returns
    -------
    FileScores
        Files that failed are counted there, so that what was measured on the others is kept.

    Raises
    ------
    ConfigurationError
        If an output would replace its input.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without a PNG file.
    WriteError
        If results cannot be written; the rest is not tried.
    """
    jobs = list_jobs(inputs, output)
    model, spec = load_model(run.model)
    new = waiting(jobs)
    rebuilt = (rebuild_file(model, spec, job, tell) for job in new)
    # One file at a time is in memory; its error is all that is kept.
    errors = [_error(images) for images in rebuilt if images is not None]
    return FileScores(
        files=len(jobs),
        measured=len(errors),
        done_before=len(jobs) - len(new),
        failed=len(new) - len(errors),
        corruption=spec.corruption,
        **_figures(errors),
    )


def _error(images: RebuiltImage) -> float:
    return float(mean_squared_errors(images.image[None], images.reconstruction[None])[0])


def _figures(errors: list[float]) -> dict[str, Any]:
    if not errors:
        return {"mse": None, "psnr": None, "psnr_per_image": None}
    mse = float(np.mean(errors))
    return {
        "mse": mse,
        "psnr": float(peak_signal_to_noise(mse)),
        "psnr_per_image": float(peak_signal_to_noise(np.array(errors)).mean()),
    }
