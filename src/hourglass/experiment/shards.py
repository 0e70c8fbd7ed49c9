"""Results of many files, kept a part at a time, so that a stopped command is gone on with."""

import contextlib
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import ArrayCache
from hourglass.experiment.file_jobs import SourceFile
from hourglass.files import make_folder, remove_file, remove_leftovers, write_text

#: The array that says of each file why it has no result; empty for one that has.
REASON: Final = "reason"

# A terabyte: what is kept here belongs to the user, and none of it is given up.
_NO_LIMIT: Final = 1 << 40

Results = Mapping[str, NDArray[Any]]


@final
class Shards:
    """Results of files in parts of a fixed number of files, each written when it is whole.

    A part is found again while its files and all that the results follow from are the same; a
    file that has changed asks for its part again. Damaged parts count as missing.

    Parameters
    ----------
    folder
        A hidden folder for them beside the output. Nobody else may be writing to it.
    causes
        What results follow from besides the files.
    size
        Files in a part.
    """

    def __init__(self, folder: Path, causes: str, size: int) -> None:
        self.folder, self.causes, self.size = folder, causes, size
        self._parts = ArrayCache(folder, most_bytes=_NO_LIMIT)
        self._used: set[str] = set()
        remove_leftovers(make_folder(folder))

    def begin(self) -> bool:
        """Note what results follow from; tell whether those of an earlier command did not.

        Raises
        ------
        WriteError
            If it cannot be noted.
        """
        place, now = self.folder / "causes", hashlib.sha256(self.causes.encode()).hexdigest()
        before = now
        with contextlib.suppress(FileNotFoundError):
            before = place.read_text(errors="replace")
        write_text(place, now)
        return before != now

    def results(
        self,
        files: Sequence[SourceFile],
        compute: Callable[[Sequence[SourceFile]], Results],
        again: Callable[[SourceFile], bool] = lambda file: False,
    ) -> Iterator[tuple[Sequence[SourceFile], Results]]:
        """Yield each part of the files with its results, computed now or kept from before.

        Parameters
        ----------
        files
            All files, in the same order each time.
        compute
            Gives arrays by name, the first axis of each as long as the files that it is given;
            ``REASON`` is one of them. Files that have a reason are tried again the next time.
        again
            Says of a file that has a result whether it is to be computed again all the same.

        Raises
        ------
        WriteError
            If a part cannot be written; the rest is not tried.
        """
        for start in range(0, len(files), self.size):
            part = files[start : start + self.size]
            key = self._key(part)
            self._used.add(key)
            yield part, self._of_part(part, key, compute, again)

    def clear_unused(self) -> None:
        """Remove the parts that no file of this command needed."""
        for path in self.folder.glob("*.npz"):
            if path.stem not in self._used:
                remove_file(path)

    @property
    def digest(self) -> str:
        """SHA-256 of everything that the results yielded so far follow from."""
        return hashlib.sha256("\n".join([self.causes, *sorted(self._used)]).encode()).hexdigest()

    def _of_part(
        self,
        part: Sequence[SourceFile],
        key: str,
        compute: Callable[[Sequence[SourceFile]], Results],
        again: Callable[[SourceFile], bool],
    ) -> Results:
        kept = self._kept(key, len(part))
        if kept is None:
            found = compute(part)
        else:
            reasons = kept[REASON]
            places = [n for n, file in enumerate(part) if reasons[n] or again(file)]
            if not places:
                return kept
            found = _replaced(kept, places, compute([part[place] for place in places]))
        self._parts.store(key, dict(found))
        return found

    def _kept(self, key: str, count: int) -> Results | None:
        kept = self._parts.load(key)
        whole = kept is not None and REASON in kept
        return kept if whole and all(len(rows) == count for rows in (kept or {}).values()) else None

    def _key(self, part: Sequence[SourceFile]) -> str:
        """Return a name that changes with the files of a part and what results follow from."""
        digest = hashlib.sha256(self.causes.encode())
        for file in part:
            digest.update(os.fsencode(file.path) + b"\0" + _state(file.path) + b"\0")
        return digest.hexdigest()[:32]


def _replaced(kept: Results, places: Sequence[int], new: Results) -> Results:
    """Return results with some rows replaced; the longest of both kinds of words has room."""
    merged = {}
    for name, rows in kept.items():
        merged[name] = rows.astype(np.result_type(rows, new[name]))
        merged[name][list(places)] = new[name]
    return merged


def _state(path: Path) -> bytes:
    """Return what changes when a file does, short of reading it."""
    with contextlib.suppress(OSError, ValueError):
        status = path.stat()
        return f"{status.st_size} {status.st_mtime_ns}".encode()
    return b"not there"
