"""The image files below a folder: a million paths in the memory that their letters take."""

import os
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.images.decode import IMAGE_EXTENSIONS

_TOGETHER: Final = 65_536


@final
class Listing:
    """Paths below one folder, as one text with the place where each of them ends.

    Parameters
    ----------
    root
        The folder.
    names
        Paths from there, as the system's bytes.

    Examples
    --------
    >>> listing = Listing(Path("photos"), [b"a.png", b"2024/b.png"])
    >>> len(listing), listing.name(1), listing[1].name
    (2, '2024/b.png', 'b.png')
    """

    def __init__(self, root: Path, names: Iterable[bytes] = ()) -> None:
        self.root = root
        self._text = bytearray()
        self._ends = np.zeros(1, np.int64)
        self._count = 0
        self.extend(names)

    def __len__(self) -> int:
        """Return the number of files."""
        return self._count

    def __getitem__(self, index: int) -> Path:
        """Return a path; the root leads it."""
        return self.root / self.name(index)

    def __iter__(self) -> Iterator[Path]:
        """Yield the paths in order."""
        return map(self.__getitem__, range(len(self)))

    def name(self, index: int) -> str:
        """Return a path from the root on."""
        start, end = self._ends[index : index + 2]
        return os.fsdecode(bytes(self._text[start:end]))

    def moved(self, root: Path) -> "Listing":
        """Return the same paths below another folder."""
        other = Listing(root)
        other._text, other._ends, other._count = self._text, self._ends, self._count
        return other

    def extend(self, names: Iterable[bytes]) -> int:
        """Add paths at the end, and return how many they were."""
        before, names = self._count, iter(names)
        while piece := list(islice(names, _TOGETHER)):
            self._reserve(len(piece))
            ends = len(self._text) + np.cumsum([len(name) for name in piece])
            self._ends[self._count + 1 : self._count + 1 + len(piece)] = ends
            self._text += b"".join(piece)
            self._count += len(piece)
        return self._count - before

    def _reserve(self, more: int) -> None:
        needed = self._count + 1 + more
        if needed > len(self._ends):
            # By a quarter, so that growing to a million copies each place a few times only.
            self._ends = np.append(
                self._ends, np.empty(needed + needed // 4 - len(self._ends), np.int64)
            )


def images_in(folder: Path, root: Path) -> Iterator[bytes]:
    """Yield the images that lie in a folder itself, sorted, as paths from the root on."""
    prefix = _prefix(folder, root)
    return (prefix + bytes(name) for name in _sorted(_names(folder, root, [])))


def images_below(folder: Path, root: Path) -> Iterator[bytes]:
    """Yield the images of a folder and then those of its sub-folders, sorted, from the root on.

    Hidden files and folders are left out, links to folders, and links out of the root.
    """
    inside: list[str] = []
    prefix = _prefix(folder, root)
    for name in _sorted(_names(folder, root, inside)):
        yield prefix + bytes(name)
    for name in sorted(inside):
        yield from images_below(folder / name, root)


def sub_folders(folder: Path, root: Path) -> list[Path]:
    """Return the visible folders in a folder, links to others below the root among them."""
    with os.scandir(folder) as entries:
        return sorted(
            folder / entry.name
            for entry in entries
            if _is_ours(entry, root) and _leads(entry.is_dir)
        )


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Return what sorts names by the numbers in them, so that ``a10`` comes after ``a9``."""
    parts = [part.lstrip("0") if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
    # Of two numbers without leading zeros the longer one is the larger.
    return (*((len(part) if part.isdecimal() else 0, part) for part in parts), (0, name))


def _names(folder: Path, root: Path, inside: list[str]) -> Iterator[bytes]:
    """Yield the names of image files as they come; the folders beside them go to ``inside``."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if not _is_ours(entry, root):
                continue
            if entry.is_dir(follow_symlinks=False):
                inside.append(entry.name)
            elif _is_named_image(entry.name) and _leads(entry.is_file):
                yield os.fsencode(entry.name)


def _leads(question: Callable[[], bool]) -> bool:
    """Return what a question about an entry says; a link that leads in a circle is nothing."""
    try:
        return question()
    except OSError:
        return False


def _is_named_image(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in IMAGE_EXTENSIONS  # noqa: PTH122 - a million times


def _is_ours(entry: os.DirEntry[str], root: Path) -> bool:
    """Tell whether an entry is visible and no link that leads out of the root folder."""
    if entry.name.startswith("."):
        return False
    if not entry.is_symlink():
        return True
    return Path(os.path.realpath(entry.path)).is_relative_to(os.path.realpath(root))


def _sorted(names: Iterator[bytes]) -> NDArray[np.bytes_]:
    # Names as Python's own objects would take five times their letters.
    pieces: list[NDArray[Any]] = [np.empty(0, "S1")]
    while piece := list(islice(names, _TOGETHER)):
        pieces.append(np.array(piece))
    return np.sort(np.concatenate(pieces))


def _prefix(folder: Path, root: Path) -> bytes:
    inner = folder.relative_to(root)
    return b"" if inner == Path() else os.fsencode(inner) + os.fsencode(os.sep)
