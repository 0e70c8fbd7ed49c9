"""Which files a command works on, where each result goes, and what is left to do."""

import contextlib
import os
import stat
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple, NoReturn

from hourglass.errors import ConfigurationError, MissingPathError, PartialError, TargetError
from hourglass.files import exists, locked, remove_leftovers
from hourglass.images import target_name
from hourglass.images.listing import images_below, no_images

_LOCK: Final = ".hourglass.lock"


class SourceFile(NamedTuple):
    """A file that a user gave.

    Attributes
    ----------
    root
        The folder that was given, or that the file lies in.
    name
        The path from there.
    """

    root: Path
    name: str

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.root / self.name


class FileJob(NamedTuple):
    """A file, and where its result goes."""

    source: Path
    target: Path

    @property
    def done(self) -> bool:
        """Whether its result is there.

        A folder of that name is none, nor is anything where there can be no such name: writing
        says why.
        """
        try:
            return exists(self.target) and not self.target.is_dir()
        except TargetError:
            return False


def list_jobs(
    inputs: Iterable[Path], output: Path, left_out: Counter[str] | None = None
) -> list[FileJob]:
    """Return a job for each file: names are kept, and folders with the tree below them.

    Of a folder the files are taken that ``images_below`` takes, but for what lies in ``output``;
    others are counted in ``left_out``. Files of formats that are not written become PNG files.

    Raises
    ------
    ConfigurationError
        If a result would replace an input or another result.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    """
    sources: dict[Path, Path] = {}
    for source, target in _sources_and_targets(inputs, output, left_out):
        if target in sources:
            raise ConfigurationError(
                f"{sources[target]} and {source} would both be written to {target}. "
                "Give one of them alone, or each a command with its own --output."
            )
        sources[target] = source
    given = {source.resolve() for source in sources.values()}
    for target, source in sources.items():
        if target.resolve() in given:
            raise ConfigurationError(
                f"{source} would be replaced by its own result. Choose another --output."
                if target.resolve() == source.resolve()
                else f"The result of {source} would replace {target}, which is an input itself. "
                "Choose another --output."
            )
    return [FileJob(source, target) for target, source in sources.items()]


def list_sources(
    inputs: Iterable[Path], output: Path, left_out: Counter[str] | None = None
) -> list[SourceFile]:
    """Return the files of a command that gives one result for all of them, each named once.

    They are taken as ``list_jobs`` takes them.

    Raises
    ------
    ConfigurationError
        If two files would have the same name in the results.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    """
    sources: dict[str, SourceFile] = {}
    for path in inputs:
        for file in _sources_of(path, output, left_out):
            if file.name in sources:
                raise ConfigurationError(
                    f"{sources[file.name].path} and {file.path} would both be called {file.name}. "
                    "Give the folder above them, or each a command with its own --output."
                )
            sources[file.name] = file
    return list(sources.values())


def waiting(jobs: Iterable[FileJob]) -> list[FileJob]:
    """Return the jobs that have no result yet."""
    return [job for job in jobs if not job.done]


@contextlib.contextmanager
def writing_to(output: Path, jobs: Sequence[FileJob]) -> Iterator[None]:
    """Keep other commands from a folder of results, and clear what a killed one has left.

    Raises
    ------
    BusyError
        If another command is writing to it.
    WriteError
        If it cannot be written to.
    """
    names: defaultdict[Path, set[str]] = defaultdict(set)
    for job in jobs:
        names[job.target.parent].add(job.target.name)
    busy = (
        f"Another command is writing to {output}. Wait until it is done; files that it has done "
        "are left alone then."
    )
    with locked(output / _LOCK, busy=busy):
        for folder, of_folder in names.items():
            remove_leftovers(folder, of_folder)
        yield


def require_all_done(failed: int, files: int, output: Path, incomplete: int = 0) -> None:
    """Refuse a batch of which some files failed, or some results hold less than their files.

    Each of them was named before.

    Raises
    ------
    PartialError
        If there are any.
    """
    parts = []
    if failed:
        parts.append(
            f"{failed} of {files} files failed, each named above; the others are in {output}."
        )
    if incomplete:
        parts.append(
            f"{incomplete} of {files} results hold less than their files, each named above."
        )
    if parts:
        raise PartialError(" ".join(parts))


def _sources_and_targets(
    inputs: Iterable[Path], output: Path, left_out: Counter[str] | None
) -> Iterator[tuple[Path, Path]]:
    for path in inputs:
        for file in _sources_of(path, output, left_out):
            name = Path(file.name)
            yield file.path, output / name.with_name(target_name(name))


def _sources_of(path: Path, output: Path, left_out: Counter[str] | None) -> Iterator[SourceFile]:
    """Yield a file that was given, or the image files below a folder, by their paths from there."""
    if not _is_folder(path):
        yield SourceFile(path.parent, path.name)
        return
    counted = Counter[str]()
    try:
        names = [os.fsdecode(name) for name in images_below(path, path, counted, output.resolve())]
    except OSError as error:
        _refuse(error)
    if not names:
        raise MissingPathError(no_images(path, counted))
    if left_out is not None:
        left_out.update(counted)
    # As paths are sorted: folder by folder, not letter by letter.
    for name in sorted(names, key=lambda name: Path(name).parts):
        yield SourceFile(path, name)


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


def _refuse(error: OSError) -> NoReturn:
    raise MissingPathError(
        f"{error.filename} cannot be reached: {error.strerror or error}. Check its permissions."
    ) from error
