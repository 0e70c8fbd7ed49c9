"""A trained denoiser at work on image files."""

from collections import Counter
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
from hourglass.experiment.file_ranges import find_ranges, learned_ranges
from hourglass.experiment.files import (
    FileRebuilder,
    RebuiltFile,
    outside_of_files,
    rebuild_and_tell,
)
from hourglass.experiment.noise_advice import noise_advice
from hourglass.experiment.sheet import require_sheet, write_sheet
from hourglass.files import exists
from hourglass.images import MOST_PIXELS
from hourglass.images.listing import sorted_counts
from hourglass.records import (
    FRAMES,
    DenoisedFile,
    DenoisedFiles,
    FrameChoice,
    ModelSpec,
    RangeOption,
)
from hourglass.runs import TrainedModel


def denoise_files(
    run: TrainedModel,
    inputs: Sequence[Path],
    output: Path,
    *,
    strength: float = 1.0,
    noise_level: float | None = None,
    frames: FrameChoice = FRAMES[0],
    value_range: RangeOption | None = None,
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
    frames
        Which frames or pages of a file are denoised: ``all``, or the ``first`` alone; then its
        result is a file of one.
    value_range
        What black and white are: ``data``, ``dtype`` or ``LOW..HIGH``; by default what the
        files' tags, the model and the values of all files say. Values outside keep their
        distance to it.
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
    left_out = Counter[str]()
    jobs = list_jobs(inputs, output, left_out)
    if sheet is not None:
        require_sheet(sheet, jobs, inputs)
        if exists(sheet):
            tell(f"{sheet} exists already and is left alone.")
    model, spec = load_model(run.model)
    trained_for, data = _require_denoiser(spec, run), run.read_experiment().data
    with writing_to(output, jobs):
        ranges, range_notes = find_ranges(
            [job.source for job in jobs],
            value_range,
            learned_ranges(run),
            frames=frames,
            max_pixels=max_pixels,
        )
        for note in range_notes:
            tell(note)
        rebuilder = FileRebuilder(
            model=model,
            spec=spec,
            ranges=ranges,
            frames=frames,
            strength=strength,
            max_pixels=max_pixels,
        )
        files = tuple(_denoised(jobs, rebuilder.rebuild, tell, progress))
        outside = outside_of_files([file.outside for file in files], ranges)
        for note in outside:
            tell(note)
        drawn = sheet is not None and write_sheet(
            sheet, jobs, output, ranges, max_pixels=max_pixels
        )
    levels = [one.estimated_noise_level for one in files if one.estimated_noise_level is not None]
    return DenoisedFiles(
        files=files,
        corruption=trained_for,
        strength=strength,
        noise_level=noise_level,
        ranges=ranges.by_type,
        range_notes=(*range_notes, *outside),
        advice=noise_advice(trained_for, levels, data, given=noise_level),
        sheet=str(sheet) if drawn else None,
        not_listed=sorted_counts(left_out),
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
    return replace(
        file,
        status="written",
        estimated_noise_level=made.noise_level,
        frames=made.frames,
        outside=made.outside,
        notes=made.notes,
        incomplete=made.lost is not None,
    )


def _require_denoiser(spec: ModelSpec, run: TrainedModel) -> str:
    """Return what a model was trained to undo."""
    if spec.corruption is None:
        raise ConfigurationError(
            f"{run.path} was trained on clean images and cannot denoise. "
            "`hourglass train --noise 0.2` gives a run that can; `hourglass reconstruct` shows "
            "what this one makes of files."
        )
    return spec.corruption
