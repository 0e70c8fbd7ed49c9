"""The model that a user means: a run, or a file that was handed on."""

from pathlib import Path

from hourglass.bundles.bundle_file import BundleFile
from hourglass.bundles.reading import BUNDLE_SUFFIX
from hourglass.errors import ConfigurationError, MissingPathError
from hourglass.runs import RunFolder, find_run


def find_model(name: str, root: Path) -> RunFolder | BundleFile:
    """Return the trained model that a user means.

    Parameters
    ----------
    name
        The path of a run, its name inside ``root``, ``latest`` for the newest one there, or the
        path of a ``.hourglass`` file.
    root
        The folder that holds runs.

    Raises
    ------
    MissingPathError
        If there is no such run or file.
    ModelFileError
        If the file is damaged, or not one.
    """
    path = Path(name)
    if _is_file(path):
        found = BundleFile(path)
        # What is wrong with it is told before libraries take their seconds to load.
        _ = found.description
        return found
    if path.suffix.lower() == BUNDLE_SUFFIX and not path.is_dir():
        raise MissingPathError(f"There is no model file {name}.")
    return find_run(name, root)


def require_run(found: RunFolder | BundleFile, need: str) -> RunFolder:
    """Return a run, or say what a model file lacks.

    Parameters
    ----------
    found
        What the user named.
    need
        What is asked for and only a run has, as a whole sentence.

    Raises
    ------
    ConfigurationError
        If it is a model file.
    """
    if isinstance(found, RunFolder):
        return found
    raise ConfigurationError(
        f"{found.path} is a model file: it holds the model and its card. {need} "
        f"`hourglass runs show {found.path}` tells the card, `hourglass evaluate {found.path}` "
        "measures the model again."
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A name that cannot be: there is no such run either, and that is told.
        return False
