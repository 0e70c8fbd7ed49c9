"""Finding runs, and names for new ones."""

import itertools
from datetime import datetime
from pathlib import Path
from typing import Final

from hourglass.errors import MissingPathError, printable
from hourglass.files import derived_name, exists
from hourglass.records import Experiment
from hourglass.runs.folder import RunFolder
from hourglass.runs.reading import reading

LATEST: Final = "latest"


def find_run(name: str, root: Path) -> RunFolder:
    """Return the run that a user means.

    Parameters
    ----------
    name
        The path of a run, its name inside ``root``, or ``latest`` for the newest one there.
    root
        The folder that holds runs.

    Raises
    ------
    MissingPathError
        If there is no such run; those that are there are named.
    """
    if name == LATEST:
        runs = list_runs(root)
        if runs:
            return runs[-1]
        raise MissingPathError(f"There is no run in {root}. Make one with `hourglass train`.")
    for path in (Path(name), root / name):
        if _started(path) is not None:
            return RunFolder(path)
    names = ", ".join(run.path.name for run in list_runs(root)[-8:]) or "none"
    raise MissingPathError(f"There is no run '{name}'. Runs in {root}: {names}.")


def list_runs(root: Path) -> list[RunFolder]:
    """Return the runs in a folder, the newest last; those that may not be seen are left out.

    Raises
    ------
    DataError
        If the folder itself cannot be read.
    """
    with reading(root):
        # What a killed process had not finished has a hidden name.
        there = root.iterdir() if root.is_dir() else ()
        folders = [folder for folder in there if not folder.name.startswith(".")]
    started = {folder: _started(folder) for folder in folders}
    runs = [(began, folder) for folder, began in started.items() if began is not None]
    return [RunFolder(folder) for _, folder in sorted(runs)]


def new_run_path(root: Path, experiment: Experiment, now: datetime) -> Path:
    """Return a path in ``root`` for a new run: date, data and network, and a number if taken.

    What is not printable in the name of the data is a hyphen in that of the run.
    """
    stem = Path(experiment.data).stem or "images"
    data = "".join(letter if printable(letter) == letter else "-" for letter in stem)
    kind = f"{experiment.network_or_default}{'-classifier' if experiment.classifies else ''}"
    for number in itertools.count(1):
        after = f"-{kind}-{number}" if number > 1 else f"-{kind}"
        path = root / derived_name(data, before=f"{now:%Y-%m-%d}-", after=after)
        if not exists(path):
            break
    return path


def _started(folder: Path) -> int | None:
    """Return when the run in a folder began, in nanoseconds; ``None`` where no run can be seen."""
    try:
        return (folder / "experiment.toml").stat().st_mtime_ns
    except (OSError, ValueError):
        return None
