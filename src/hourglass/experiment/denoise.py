"""A trained denoiser at work on image files."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, NoReturn

from hourglass.bundles import load_model
from hourglass.errors import (
    ConfigurationError,
    DataError,
    ImageShapeError,
    MissingPathError,
    PartialError,
)
from hourglass.files import exists
from hourglass.images import image_bits, read_image_file, write_image_file
from hourglass.inference import reconstruct
from hourglass.models import ImageModel
from hourglass.records import ModelSpec
from hourglass.runs import RunFolder

_SUFFIX = ".png"


class _Job(NamedTuple):
    source: Path
    target: Path


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
    jobs = list(_jobs(inputs, output))
    model, spec = load_model(run.model)
    _require_denoiser(spec, run)
    waiting = [job for job in jobs if not exists(job.target)]
    failed = [job for job in waiting if not _done(model, spec, job, tell)]
    if failed:
        raise PartialError(
            f"{len(failed)} of {len(jobs)} files failed, each named above; "
            f"the others are in {output}."
        )
    return len(waiting)


def _done(model: ImageModel, spec: ModelSpec, job: _Job, tell: Callable[[str], None]) -> bool:
    try:
        if job.source.suffix.lower() != _SUFFIX:
            raise DataError(f"{job.source} is no PNG file; convert it first.")
        image = read_image_file(job.source, channels=spec.image_shape[2])
        _require_shape(job.source, image.shape, spec)
        restored = reconstruct(model, image[None])[0]
        # A conversion to the model's channels gives up 16 bits, which PNG has for gray alone.
        bits = image_bits(job.source) if restored.shape[-1] == 1 else 8
        write_image_file(job.target, restored, bits=bits)
    except (DataError, MissingPathError) as error:
        tell(str(error))
        return False
    return True


def _jobs(inputs: Iterable[Path], output: Path) -> Iterator[_Job]:
    targets: dict[Path, Path] = {}
    for source, target in _sources_and_targets(inputs, output):
        if target.resolve() == source.resolve():
            raise ConfigurationError(
                f"{source} would be replaced by its own result. Choose another --output."
            )
        if target in targets:
            raise ConfigurationError(
                f"{targets[target]} and {source} would both be written to {target}. "
                "Denoise them into two folders."
            )
        targets[target] = source
        yield _Job(source, target)


def _sources_and_targets(inputs: Iterable[Path], output: Path) -> Iterator[tuple[Path, Path]]:
    for path in inputs:
        if not _is_folder(path):
            yield path, output / path.name
            continue
        files = sorted(_pictures(path, output))
        if not files:
            raise MissingPathError(f"{path} holds no PNG file.")
        yield from ((file, output / file.relative_to(path)) for file in files)


def _is_folder(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError, ValueError) as error:
        raise MissingPathError(f"There is no file or folder {path}.") from error
    except OSError as error:
        _refuse(error)
    if not (stat.S_ISDIR(mode) or stat.S_ISREG(mode)):
        raise MissingPathError(f"{path} is neither a file nor a folder.")
    return stat.S_ISDIR(mode)


def _pictures(folder: Path, output: Path) -> Iterator[Path]:
    """Yield the PNG files below a folder, but for hidden ones and earlier results."""
    results = output.resolve()
    for place, folders, names in os.walk(folder, onerror=_refuse):
        here = Path(place)
        folders[:] = [name for name in _seen(folders) if (here / name).resolve() != results]
        for file in map(here.joinpath, _seen(names)):
            if file.suffix.lower() == _SUFFIX and _is_file(file):
                yield file


def _seen(names: Iterable[str]) -> Iterator[str]:
    return (name for name in names if not name.startswith("."))


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        # It is named as one that failed when it is read.
        return True


def _refuse(error: OSError) -> NoReturn:
    raise MissingPathError(
        f"{error.filename} cannot be reached: {error.strerror or error}. Check its permissions."
    ) from error


def _require_denoiser(spec: ModelSpec, run: RunFolder) -> None:
    if spec.corruption is None:
        raise ConfigurationError(
            f"{run.path} was trained on clean images and cannot denoise. "
            "`hourglass train --noise 0.2` gives a run that can."
        )


def _require_shape(source: Path, shape: tuple[int, ...], spec: ModelSpec) -> None:
    fits = all(
        want is None or want == have for want, have in zip(spec.image_shape, shape, strict=True)
    )
    if not fits:
        height, width, channels = (size or "any" for size in spec.image_shape)
        raise ImageShapeError(
            f"{source} has shape {shape}, and the model takes images of height {height}, width "
            f"{width} and {channels} channels."
        )
