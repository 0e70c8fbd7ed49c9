"""The experiments that come with the package, by name."""

from importlib import resources
from pathlib import Path
from typing import Final

from hourglass.errors import require_known
from hourglass.records.group import GroupPlan

# Made once; every report that asks one of its questions shows its runs.
LONGER_RUNS: Final = "ten-minutes"
_FOLDER: Final = "gallery"
_SUFFIX: Final = ".toml"


def gallery_names() -> list[str]:
    """Return the names of all entries, in order."""
    return sorted(path.stem for path in _folder().glob(f"*{_SUFFIX}"))


def gallery_path(name: str) -> Path:
    """Return the file of an entry.

    Raises
    ------
    ConfigurationError
        If there is no such entry; the nearest is offered.
    """
    return _folder() / f"{require_known('gallery entry', name, gallery_names())}{_SUFFIX}"


def read_entry(name_or_path: str) -> GroupPlan:
    """Read a gallery entry by its name, or a file of one's own by its path.

    Raises
    ------
    MissingPathError
        If the file does not exist.
    ConfigurationError
        If there is no such entry, or the file is not one of a run or a group.
    """
    path = Path(name_or_path)
    if path.suffix != _SUFFIX:
        path = gallery_path(name_or_path)
    return GroupPlan.from_toml(path)


def _folder() -> Path:
    return Path(str(resources.files("hourglass"))) / _FOLDER
