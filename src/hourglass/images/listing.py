"""The image files below a folder: a million paths in the memory that their letters take."""

import os
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.images.decode import IMAGE_EXTENSIONS, starts_like_an_image
from hourglass.records import left_out_line

_TOGETHER: Final = 65_536
# Files that lie beside images and are none: nobody misses them, so nobody is told of them.
_UNRELATED_ENDINGS: Final = frozenset(
    re.findall(
        r"\.\w+",
        """
        .bat .bib .cfg .conf .css .csv .db .doc .docx .html .ini .ipynb .js .json .jsonl .license
        .log .lst .md .names .ods .odt .parquet .pdf .pickle .pkl .py .rst .rtf .sh .sha1 .sha256
        .sqlite .tex .toml .tsv .txt .url .xls .xlsx .xml .yaml .yml
        """,
    )
)
_UNRELATED_NAMES: Final = frozenset(
    re.findall(
        r"\S+",
        """
        authors changelog changes citation copying desktop.ini dockerfile license makefile md5sums
        notice readme sha256sums thumbs.db version
        """,
    )
)
_MOST_ENDINGS: Final = 1000
_MOST_FOLDERS: Final = 5
_LONGEST_ENDING: Final = 12
_MASKS: Final = frozenset({"groundtruth", "gt", "mask", "masks"})


@final
class Listing:
    """Paths below one folder, as one text with the place where each of them ends.

    Parameters
    ----------
    root
        The folder.
    names
        Paths from there, as the system's bytes.

    Attributes
    ----------
    left_out
        What the listing does not take, counted by ending or reason, as ``left_out_line`` shows it.

    Examples
    --------
    >>> listing = Listing(Path("photos"), [b"a.png", b"2024/b.png"])
    >>> len(listing), listing.name(1), listing[1].name
    (2, '2024/b.png', 'b.png')
    """

    def __init__(
        self, root: Path, names: Iterable[bytes] = (), left_out: Counter[str] | None = None
    ) -> None:
        self.root = root
        self.left_out: Counter[str] = Counter() if left_out is None else left_out
        self._text = bytearray()
        self._ends = np.zeros(1, np.int64)
        self._count = 0
        self._files: NDArray[np.int64] | None = None
        self.extend(names)

    def __len__(self) -> int:
        """Return the number of files, or of their frames where these are listed."""
        return self._count if self._files is None else len(self._files)

    def __getitem__(self, index: int) -> Path:
        """Return a path; the root leads it."""
        return self.root / self.name(index)

    def __iter__(self) -> Iterator[Path]:
        """Yield the paths in order."""
        return map(self.__getitem__, range(len(self)))

    def name(self, index: int) -> str:
        """Return a path from the root on."""
        index = index if self._files is None else int(self._files[index])
        start, end = self._ends[index : index + 2]
        return os.fsdecode(bytes(self._text[start:end]))

    def moved(self, root: Path) -> "Listing":
        """Return the same paths below another folder."""
        other = Listing(root, left_out=self.left_out)
        other._text, other._ends, other._count = self._text, self._ends, self._count
        other._files = self._files
        return other

    @property
    def has_frames(self) -> bool:
        """Whether every frame of a file has a place of its own."""
        return self._files is not None

    @property
    def files(self) -> NDArray[np.int64]:
        """Which file each place belongs to, counted from 0, shape (places,)."""
        return np.arange(self._count) if self._files is None else self._files

    def frame(self, index: int) -> int:
        """Return which frame of its file a place stands for."""
        if self._files is None:
            return 0
        return index - int(np.searchsorted(self._files, self._files[index]))

    def shown(self, index: int) -> str:
        """Return a path as it is told, with the number of the frame where frames are listed."""
        path = str(self[index])
        return f"{path}#{self.frame(index) + 1}" if self.has_frames else path

    def with_frames(self, counts: NDArray[np.int64]) -> "Listing":
        """Return a listing with a place for each frame of its files, which have so many."""
        other = self.moved(self.root)
        other._files = np.repeat(np.arange(self._count), counts)
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


def images_in(folder: Path, root: Path, left_out: Counter[str] | None = None) -> Iterator[bytes]:
    """Yield the images that lie in a folder itself, sorted, as paths from the root on.

    What is not taken is counted in ``left_out``.
    """
    prefix = _prefix(folder, root)
    return (prefix + bytes(name) for name in _sorted(_names(folder, root, [], left_out)))


def images_below(
    folder: Path,
    root: Path,
    left_out: Counter[str] | None = None,
    results: Path | None = None,
) -> Iterator[bytes]:
    """Yield the images of a folder and then those of its sub-folders, sorted, from the root on.

    A file is taken if its name ends like an image, or if it has no ending and starts like one.
    Hidden files and folders are left out, links to folders, links out of the root, folders of
    masks as anomaly data sets have them, and folders that cannot be read.

    Parameters
    ----------
    folder, root
        Where to look, and where paths start.
    left_out
        Gets a count of what is not taken, by ending or reason.
    results
        A folder that is not walked into.

    Raises
    ------
    OSError
        If the root itself cannot be read.
    """
    inside: list[str] = []
    prefix = _prefix(folder, root)
    for name in _sorted(_names(folder, root, inside, left_out)):
        yield prefix + bytes(name)
    masks = mask_folders(folder, inside)
    for name in sorted(inside):
        if name in masks:
            count_masks(folder / name, root, left_out)
        elif results is None or (folder / name).resolve() != results:
            yield from images_below(folder / name, root, left_out, results)


def has_images(folder: Path, root: Path) -> bool:
    """Tell whether ``images_below`` would yield anything, looking no further than needed."""
    inside: list[str] = []
    if next(_names(folder, root, inside, None), None) is not None:
        return True
    masks = mask_folders(folder, inside)
    return any(has_images(folder / name, root) for name in inside if name not in masks)


def sub_folders(folder: Path, root: Path) -> list[Path]:
    """Return the visible folders in a folder, links to others below the root among them.

    There are none in a folder that cannot be read, unless it is the root.
    """
    return sorted(
        folder / entry.name
        for entry in _entries(folder, root)
        if not entry.name.startswith(".") and _leads(entry.is_dir) and not _leads_out(entry, root)
    )


def mask_folders(folder: Path, names: Sequence[str]) -> frozenset[str]:
    """Return which sub-folders hold masks of anomalies, as those of MVTec AD, BTAD and VisA do.

    They are named ``ground_truth``, ``masks`` or the like, and all their own sub-folders are in
    another one too, which has more of them: normal images have no mask.
    """
    named = [name for name in names if is_named_as_masks(name)]
    others = {name: _visible_folders(folder / name) for name in names} if named else {}
    return frozenset(
        name
        for name in named
        if any(
            other not in named
            and others[name]
            and (others[name] < beside or (_plain(other) == "test" and others[name] == beside))
            for other, beside in others.items()
        )
    )


def is_named_as_masks(name: str) -> bool:
    """Tell whether a folder is named as folders of masks are."""
    return _plain(name) in _MASKS


def count_masks(folder: Path, root: Path, left_out: Counter[str] | None) -> None:
    """Count the images of a folder of masks as left out."""
    if left_out is not None and (masks := sum(1 for _ in images_below(folder, root))):
        left_out[f"in {folder.name} (masks)"] += masks


def every_frame_line(images: int, files: int) -> str:
    """Tell that every frame of files was taken."""
    return f"Every frame was taken: {images:,} images from {files:,} files."


def sorted_counts(left_out: Counter[str]) -> dict[str, int]:
    """Return counts in an order that does not follow from that of a disk."""
    return dict(sorted(left_out.items()))


def no_images(folder: Path, left_out: Counter[str]) -> str:
    """Return what an error says of a folder in which there is no image to be used."""
    line = left_out_line(left_out)
    return (
        f"{folder} holds no image files: they end in {', '.join(IMAGE_EXTENSIONS)}, or have no "
        f"ending and the content of an image.{f' {line}' if line else ''}"
    )


def _names(
    folder: Path, root: Path, inside: list[str], left_out: Counter[str] | None
) -> Iterator[bytes]:
    """Yield the names of image files as they come; the folders beside them go to ``inside``."""
    for entry in _entries(folder, root, left_out):
        is_image = _is_named_image(entry.name)
        if entry.name.startswith("."):
            _count_hidden(entry, is_image, left_out)
        elif _leads_out(entry, root):
            if is_image or _leads(entry.is_dir):
                _count(left_out, "link out of the folder")
        elif entry.is_dir(follow_symlinks=False):
            inside.append(entry.name)
        elif not _leads(entry.is_file):
            if is_image and not _leads(entry.is_dir):
                _count(left_out, "broken link" if entry.is_symlink() else "no regular file")
        elif is_image or _is_nameless_image(entry, left_out):
            yield os.fsencode(entry.name)


def _entries(
    folder: Path, root: Path, left_out: Counter[str] | None = None
) -> Iterator[os.DirEntry[str]]:
    """Yield what lies in a folder; one below the root that cannot be read is empty, and counted."""
    try:
        found = os.scandir(folder)
    except OSError as error:
        if folder == root:
            raise
        if left_out is not None:
            name = os.fsencode(folder.relative_to(root)).decode("utf-8", "backslashreplace")
            named = sum(key.startswith("folder ") for key in left_out)
            reason = (error.strerror or "cannot be read").lower()
            left_out[f"folder {name} ({reason})" if named < _MOST_FOLDERS else "more folders"] += 1
        return
    with found as entries:
        yield from entries


def _count(left_out: Counter[str] | None, key: str) -> None:
    if left_out is not None:
        left_out[key if key in left_out or len(left_out) < _MOST_ENDINGS else "other"] += 1


def _count_hidden(entry: os.DirEntry[str], is_image: bool, left_out: Counter[str] | None) -> None:
    # macOS writes a file ._NAME beside every file on a foreign disk.
    if left_out is None or entry.name.startswith("._"):
        return
    if is_image:
        left_out["hidden"] += 1
    elif entry.is_dir(follow_symlinks=False):
        # No deeper: what else programs keep for themselves is nobody's data.
        inner = Path(entry.path)
        left_out["hidden"] += sum(
            _is_named_image(file.name) for file in _entries(inner, inner.parent)
        )


def natural_key(name: str) -> tuple[tuple[int, str], ...]:
    """Return what sorts names by the numbers in them, so that ``a10`` comes after ``a9``."""
    parts = [part.lstrip("0") if part.isdecimal() else part for part in re.split(r"(\d+)", name)]
    # Of two numbers without leading zeros the longer one is the larger.
    return (*((len(part) if part.isdecimal() else 0, part) for part in parts), (0, name))


def _is_nameless_image(entry: os.DirEntry[str], left_out: Counter[str] | None) -> bool:
    """Tell whether a file without an ending is an image; count it, and any other, if it is not."""
    stem, ending = os.path.splitext(entry.name)  # noqa: PTH122 - a million times
    if ending not in ("", "."):
        if ending.lower() not in _UNRELATED_ENDINGS and entry.name.lower() not in _UNRELATED_NAMES:
            _count(left_out, ending.lower() if len(ending) <= _LONGEST_ENDING else "other")
        return False
    try:
        with open(entry.path, "rb") as file:  # noqa: PTH123 - a million times
            if starts_like_an_image(file.read(64)):
                return True
    except OSError:
        _count(left_out, "without an ending (cannot be read)")
        return False
    if stem.lower() not in _UNRELATED_NAMES:
        _count(left_out, "without an ending (no image)")
    return False


def _leads(question: Callable[[], bool]) -> bool:
    """Return what a question about an entry says; a link that leads in a circle is nothing."""
    try:
        return question()
    except OSError:
        return False


def _is_named_image(name: str) -> bool:
    return os.path.splitext(name)[1].lower() in IMAGE_EXTENSIONS  # noqa: PTH122 - a million times


def _leads_out(entry: os.DirEntry[str], root: Path) -> bool:
    """Tell whether an entry is a link that leads out of the root folder."""
    if not entry.is_symlink():
        return False
    return not Path(os.path.realpath(entry.path)).is_relative_to(os.path.realpath(root))


def _visible_folders(folder: Path) -> frozenset[str]:
    return frozenset(path.name for path in sub_folders(folder, folder.parent))


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.lower()))


def _sorted(names: Iterator[bytes]) -> NDArray[np.bytes_]:
    # Names as Python's own objects would take five times their letters.
    pieces: list[NDArray[Any]] = [np.empty(0, "S1")]
    while piece := list(islice(names, _TOGETHER)):
        pieces.append(np.array(piece))
    return np.sort(np.concatenate(pieces))


def _prefix(folder: Path, root: Path) -> bytes:
    inner = folder.relative_to(root)
    return b"" if inner == Path() else os.fsencode(inner) + os.fsencode(os.sep)
