"""A trained denoiser at work on image files."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from hourglass.bundles import load_model
from hourglass.errors import (
    ConfigurationError,
    require_fraction,
    require_not_negative,
    require_positive,
)
from hourglass.experiment.file_jobs import FileJob, list_jobs, writing_to
from hourglass.experiment.files import RebuiltFile, rebuild_and_tell, rebuild_file
from hourglass.experiment.noise_advice import noise_advice
from hourglass.experiment.sheet import require_sheet, write_sheet
from hourglass.files import exists
from hourglass.images import MOST_PIXELS
from hourglass.records import DenoisedFile, DenoisedFiles, ModelSpec
from hourglass.runs import TrainedModel


def denoise_files(
    run: TrainedModel,
    inputs: Sequence[Path],
    output: Path,
    *,
    strength: float = 1.0,
    noise_level: float | None = None,
    max_pixels: int = MOST_PIXELS,
    sheet: Path | None = None,
    tell: Callable[[str], None] = lambda line: None,
    progress: Callable[[float, int], None] = lambda done, files: None,
) -> DenoisedFiles:
    """Denoise image files of any size and write each as the kind of file that it was.

    Tree and names are kept, and with them format, depth, alpha, EXIF and colors. A file is
    written whole or not at all, so that a stopped command is gone on with by the same one.

    Parameters
    ----------
    run
        A run whose model was trained to undo a corruption.
    inputs
        Files, and folders whose files are taken with the tree below them.
    output
        Folder of the results; files that it has already are left alone.
    strength
        Share of the model's correction that is applied, in [0, 1]; at 0 the pixels are those of
        the file.
    noise_level
        Standard deviation of the noise, 1 from black to white, where it is known; by default it
        is estimated for each file. It is held against what the model was trained for.
    max_pixels
        Files with more pixels are refused before they are decoded.
    sheet
        A PNG file for up to twelve files before and after; one that is there is left alone.
    tell
        Called with a line for each file that failed, and for what is not in a result.
    progress
        Called with the number of files that are done, with the share of the one in work, and the
        number of all.

    Returns
    -------
    DenoisedFiles
        Files that failed are told there too; all others are done.

    Raises
    ------
    BusyError
        If another command is writing to the output.
    ConfigurationError
        If the model was not trained to denoise, an output would replace an input, or a value
        cannot be.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    WriteError
        If results cannot be written; the rest is not tried.
    """
    require_fraction("strength", strength)
    require_positive("max pixels", max_pixels)
    if noise_level is not None:
        require_not_negative("noise level", noise_level)
    jobs = list_jobs(inputs, output)
    if sheet is not None:
        require_sheet(sheet, jobs, inputs)
        if exists(sheet):
            tell(f"{sheet} exists already and is left alone.")
    model, spec = load_model(run.model)
    trained_for, data = _require_denoiser(spec, run), run.read_experiment().data
    with writing_to(output, jobs):
        rebuild = partial(rebuild_file, model, spec, strength=strength, max_pixels=max_pixels)
        files = tuple(_denoised(jobs, rebuild, tell, progress))
        drawn = sheet is not None and write_sheet(sheet, jobs, output, max_pixels=max_pixels)
    levels = [one.estimated_noise_level for one in files if one.estimated_noise_level is not None]
    return DenoisedFiles(
        files=files,
        corruption=trained_for,
        strength=strength,
        noise_level=noise_level,
        advice=noise_advice(trained_for, levels, data, given=noise_level),
        sheet=str(sheet) if drawn else None,
    )


def _denoised(
    jobs: Sequence[FileJob],
    rebuild: Callable[..., RebuiltFile],
    tell: Callable[[str], None],
    progress: Callable[[float, int], None],
) -> Iterator[DenoisedFile]:
    """Yield what became of each file."""

    def share_done(number: int, share: float) -> None:
        progress(number + share, len(jobs))

    for number, job in enumerate(jobs):
        yield _done(job, partial(rebuild, progress=partial(share_done, number)), tell)


def _done(
    job: FileJob, rebuild: Callable[[FileJob], RebuiltFile], tell: Callable[[str], None]
) -> DenoisedFile:
    """Rebuild a file that has no result yet, and return what became of it."""
    file = DenoisedFile(file=str(job.source), output=str(job.target), status="done before")
    if job.done:
        return file
    made = rebuild_and_tell(job, rebuild, tell)
    if isinstance(made, str):
        return replace(file, status="failed", reason=made)
    return replace(file, status="written", estimated_noise_level=made.noise_level, notes=made.notes)


def _require_denoiser(spec: ModelSpec, run: TrainedModel) -> str:
    """Return what a model was trained to undo."""
    if spec.corruption is None:
        raise ConfigurationError(
            f"{run.path} was trained on clean images and cannot denoise. "
            "`hourglass train --noise 0.2` gives a run that can; `hourglass reconstruct` shows "
            "what this one makes of files."
        )
    return spec.corruption
