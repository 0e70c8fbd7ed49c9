"""A trained model at work on image files: what it makes of them, and how near that is."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from hourglass.bundles import load_model
from hourglass.evaluation import peak_signal_to_noise
from hourglass.experiment.file_jobs import list_jobs, waiting, writing_to
from hourglass.experiment.file_ranges import find_ranges, learned_ranges
from hourglass.experiment.files import FileRebuilder, outside_of_files, rebuild_and_tell
from hourglass.images.listing import sorted_counts
from hourglass.records import FRAMES, FileScores, FrameChoice, RangeOption
from hourglass.runs import TrainedModel


def reconstruct_files(
    run: TrainedModel,
    inputs: Sequence[Path],
    output: Path,
    *,
    frames: FrameChoice = FRAMES[0],
    value_range: RangeOption | None = None,
    tell: Callable[[str], None] = lambda line: None,
) -> FileScores:
    """Rebuild image files as they are, keeping their names and kinds, and measure how well.

    Parameters
    ----------
    run
        Any run, trained on clean images or to undo a corruption; nothing is added to the files.
    inputs
        Files, and folders whose files are taken with the tree below them.
    output
        Folder of the results; files that it has already are left alone, and not measured.
    frames, value_range
        As ``denoise_files`` takes them.
    tell
        Called with a line for each file that failed, and for what is not in a result.

    Returns
    -------
    FileScores
        Files that failed are counted there, so that what was measured on the others is kept.

    Raises
    ------
    BusyError
        If another command is writing to the output.
    ConfigurationError
        If an output would replace an input.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    WriteError
        If results cannot be written; the rest is not tried.
    """
    left_out = Counter[str]()
    jobs = list_jobs(inputs, output, left_out)
    model, spec = load_model(run.model)
    with writing_to(output, jobs):
        ranges, range_notes = find_ranges(
            [job.source for job in jobs], value_range, learned_ranges(run), frames=frames
        )
        for note in range_notes:
            tell(note)
        # A code holds images of the size that it was trained on, and says little of others.
        rebuilder = FileRebuilder(
            model=model,
            spec=spec,
            ranges=ranges,
            frames=frames,
            any_shape=False,
            estimate_noise=False,
        )
        new = waiting(jobs)
        # One file at a time is in memory; its error is all that is kept.
        tried = (rebuild_and_tell(job, rebuilder.rebuild, tell) for job in new)
        done = [(made.mse, made.lost, made.outside) for made in tried if not isinstance(made, str)]
    outside = outside_of_files([count for _, _, count in done], ranges)
    for note in outside:
        tell(note)
    errors = [mse for mse, _, _ in done]
    return FileScores(
        files=len(jobs),
        measured=len(errors),
        done_before=len(jobs) - len(new),
        failed=len(new) - len(errors),
        incomplete=sum(lost is not None for _, lost, _ in done),
        ranges=ranges.by_type,
        range_notes=(*range_notes, *outside),
        corruption=spec.corruption,
        not_listed=sorted_counts(left_out),
        **_figures(errors),
    )


def _figures(errors: list[float]) -> dict[str, Any]:
    if not errors:
        return {"mse": None, "psnr": None, "psnr_per_image": None}
    mse = float(np.mean(errors))
    return {
        "mse": mse,
        "psnr": float(peak_signal_to_noise(mse)),
        "psnr_per_image": float(peak_signal_to_noise(np.array(errors)).mean()),
    }
