"""A trained denoiser at work on image files."""

from collections.abc import Callable, Sequence
from pathlib import Path

from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.experiment.files import list_jobs, rebuild_file, require_all_done, waiting
from hourglass.records import ModelSpec
from hourglass.runs import RunFolder


def denoise_files(
    run: RunFolder,
    inputs: Sequence[Path],
    output: Path,
    *,
    tell: Callable[[str], None] = lambda line: None,
) -> int:
    """Denoise PNG files, keeping their names, and 16 bits where gray ones have them.

    Parameters
    ----------
    run
        A run whose model was trained to undo a corruption.
    inputs
        Files, and folders whose files are taken with the tree below them.
    output
        Folder of the results; files that it has already are left alone.
    tell
        Called with a line for each file that failed.

    Returns
    -------
    int
        How many files were written.

    Raises
    ------
    ConfigurationError
        If the model was not trained to denoise, or an output would replace its input.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without a PNG file.
    WriteError
        If results cannot be written; the rest is not tried.
    PartialError
        If some files failed; all others are done.
    """
    jobs = list_jobs(inputs, output)
    model, spec = load_model(run.model)
    _require_denoiser(spec, run)
    new = waiting(jobs)
    failed = sum(rebuild_file(model, spec, job, tell) is None for job in new)
    require_all_done(failed, len(jobs), output)
    return len(new)


def _require_denoiser(spec: ModelSpec, run: RunFolder) -> None:
    if spec.corruption is None:
        raise ConfigurationError(
            f"{run.path} was trained on clean images and cannot denoise. "
            "`hourglass train --noise 0.2` gives a run that can; `hourglass reconstruct` shows "
            "what this one makes of files."
        )
