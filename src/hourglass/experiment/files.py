"""A model at work on a user's own PNG files, one after the other."""

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

import numpy as np
from numpy.typing import NDArray

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

_SUFFIX: Final = ".png"


class FileJob(NamedTuple):
    """A file, and where its result goes."""

    source: Path
    target: Path


class RebuiltImage(NamedTuple):
    """An image as its file gave it, and what the model made of it.

    Both have shape (height, width, channels) and lie in [0, 1].
    """

    image: NDArray[np.float32]
    reconstruction: NDArray[np.float32]


def list_jobs(inputs: Iterable[Path], output: Path) -> list[FileJob]:
    """Return a job for each file: names are kept, and folders with the tree below them.

    Raises
    ------
    ConfigurationError
        If a result would replace its input or another result.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without a PNG file.
    """
    sources: dict[Path, Path] = {}
    for source, target in _sources_and_targets(inputs, output):
        if target.resolve() == source.resolve():
            raise ConfigurationError(
                f"{source} would be replaced by its own result. Choose another --output."
            )
        if target in sources:
            raise ConfigurationError(
                f"{sources[target]} and {source} would both be written to {target}. "
                "Give each a command with its own --output."
            )
        sources[target] = source
    return [FileJob(source, target) for target, source in sources.items()]


def waiting(jobs: Iterable[FileJob]) -> list[FileJob]:
    """Return the jobs that have no result yet."""
    return [job for job in jobs if not exists(job.target)]


def rebuild_file(
    model: ImageModel, spec: ModelSpec, job: FileJob, tell: Callable[[str], None]
) -> RebuiltImage | None:
    """Rebuild one file and write the result, in 16 bits where the file is gray and has them.

    Parameters
    ----------
    model, spec
        A trained model, and what it was built from.
    job
        The file, and where its result goes.
    tell
        Called with the reason if the file failed.

    Returns
    -------
    RebuiltImage | None
        ``None`` if the file failed.

    Raises
    ------
    WriteError
        If the result cannot be written; other files would fare no better.
    """
    try:
        image = read_fitting(job.source, spec)
        reconstruction = reconstruct(model, image[None])[0]
        # A conversion to the model's channels gives up 16 bits, which PNG has for gray alone.
        bits = image_bits(job.source) if image.shape[-1] == 1 else 8
        write_image_file(job.target, reconstruction, bits=bits)
    except (DataError, MissingPathError) as error:
        tell(str(error))
        return None
    return RebuiltImage(image, reconstruction)


def require_all_done(failed: int, files: int, output: Path) -> None:
    """Refuse a batch of which some files failed, once each of them was named.

    Raises
    ------
    PartialError
        If some files failed.
    """
    if failed:
        raise PartialError(
            f"{failed} of {files} files failed, each named above; the others are in {output}."
        )


def read_fitting(source: Path, spec: ModelSpec) -> NDArray[np.float32]:
    """Read a PNG file as a model takes it, shape (height, width, channels) in [0, 1].

    Raises
    ------
    DataError
        If it is no PNG file, cannot be read, or has another shape than the model takes.
    MissingPathError
        If there is no such file.
    """
    if source.suffix.lower() != _SUFFIX:
        raise DataError(f"{source} is no PNG file; convert it first.")
    image = read_image_file(source, channels=spec.image_shape[2])
    _require_shape(source, image.shape, spec)
    return image


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
