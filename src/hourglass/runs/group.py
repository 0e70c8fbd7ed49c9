"""The folder of a group of runs.

::

    runs/<group>/
        group.json          what the group found beside its runs
        components.npz      directions of linear autoencoders and of PCA, where they were compared
        pictures.npz        images from codes, where codes were compared
        <run>/              one folder for each run
        figures/            written by ``report``
        report.html         written by ``report``
"""

from collections.abc import Mapping
from pathlib import Path
from typing import final

import numpy as np
from numpy.typing import NDArray

from hourglass.files import exists, make_folder, write_bytes
from hourglass.records import GroupRecord, to_json
from hourglass.runs.archive import read_arrays, write_arrays
from hourglass.runs.folder import RunFolder
from hourglass.runs.reading import read_json


@final
class GroupFolder:
    """Several runs on disk that belong together.

    Parameters
    ----------
    path
        The folder of the group.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def create(cls, path: Path) -> "GroupFolder":
        """Make the folder of a group, or take the one that is there.

        Raises
        ------
        WriteError
            If it cannot be made.
        """
        return cls(make_folder(path))

    @property
    def figures(self) -> Path:
        """Folder of the pictures."""
        return self.path / "figures"

    @property
    def report(self) -> Path:
        """The report, one HTML file."""
        return self.path / "report.html"

    def exists(self) -> bool:
        """Return whether there is a group, finished or not."""
        return (self.path / "group.json").is_file()

    def run(self, name: str) -> RunFolder:
        """Return the run of a name; it need not be there yet."""
        return RunFolder(self.path / name)

    def write_components(self, components: Mapping[str, NDArray[np.float32]]) -> None:
        """Write ``components.npz``: arrays (count, height, width, 1) by label.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        write_arrays(self.path / "components.npz", components)

    def read_components(self) -> dict[str, NDArray[np.float32]]:
        """Read ``components.npz``, empty where there is none.

        Raises
        ------
        DataError
            If it is damaged.
        """
        return self._read("components.npz", "directions")

    def write_pictures(self, pictures: Mapping[str, NDArray[np.float32]]) -> None:
        """Write ``pictures.npz``: images (count, height, width, channels) by what they show.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        write_arrays(self.path / "pictures.npz", pictures)

    def read_pictures(self) -> dict[str, NDArray[np.float32]]:
        """Read ``pictures.npz``, empty where there is none.

        Raises
        ------
        DataError
            If it is damaged.
        """
        return self._read("pictures.npz", "images")

    def _read(self, name: str, what: str) -> dict[str, NDArray[np.float32]]:
        path = self.path / name
        return read_arrays(path, what, dict) if path.is_file() else {}

    def write_record(self, record: GroupRecord) -> None:
        """Write ``group.json``.

        Raises
        ------
        WriteError
            If it cannot be written.
        """
        write_bytes(self.path / "group.json", to_json(record))

    def read_record(self) -> GroupRecord:
        """Read ``group.json``.

        Raises
        ------
        DataError
            If it is missing or damaged.
        """
        return read_json(GroupRecord, self.path / "group.json")


def find_group(name: str, root: Path) -> GroupFolder | None:
    """Return the group that a user means by its path or its name inside ``root``.

    ``None`` where that is no group; a run of that name, say.
    """
    for path in (Path(name), root / name):
        if exists(path / "group.json"):
            return GroupFolder(path)
    return None
