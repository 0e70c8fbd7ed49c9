"""What was found once, kept under a key that says all it depends on."""

import contextlib
import os
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.files import atomic_write

_MOST_BYTES: Final = 1 << 30


@final
class ArrayCache:
    """A folder of arrays by key, from which what was not used for longest goes first.

    A damaged entry counts as one that is not there.

    Parameters
    ----------
    folder
        Where entries lie; made when the first is kept.
    most_bytes
        How large all entries together may grow.
    """

    def __init__(self, folder: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self.folder = folder
        self.most_bytes = most_bytes

    def load(self, key: str) -> dict[str, NDArray[Any]] | None:
        """Return the arrays that were kept under a key, or ``None``."""
        path = self._path(key)
        try:
            # NumPy leaves a file open when it turns out to be no archive.
            with path.open("rb") as file, np.load(file, allow_pickle=False) as archive:
                arrays = dict(archive)
            os.utime(path)
        except (OSError, EOFError, ValueError, zipfile.BadZipFile):
            return None
        return arrays

    def store(self, key: str, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Keep arrays under a key.

        Raises
        ------
        WriteError
            If they cannot be written.
        """
        with atomic_write(self._path(key)) as file:
            np.savez(file, **dict[str, Any](arrays))
        self._make_room()

    def _path(self, key: str) -> Path:
        return self.folder / f"{key}.npz"

    def _make_room(self) -> None:
        # Another process may make room at the same time.
        with contextlib.suppress(OSError):
            entries = sorted(self.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime)
            total = sum(path.stat().st_size for path in entries)
            for path in entries[:-1]:
                if total <= self.most_bytes:
                    break
                total -= path.stat().st_size
                path.unlink()
