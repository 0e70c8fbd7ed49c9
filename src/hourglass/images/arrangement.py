"""What the sub-folders of a folder of images stand for: splits, classes, or nothing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.decode import IMAGE_EXTENSIONS
from hourglass.images.listing import Listing, images_below, images_in, sub_folders
from hourglass.records import LabelSource

MOST_LISTED: Final = 20

SPLIT_FOLDERS: Final = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
_UNLABELED: Final = -1


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The image files of a folder, the splits one after the other.

    Attributes
    ----------
    listing
        The files.
    splits
        Number of files of each split, in order.
    classes
        Class of each file, shape (files,); −1 in a split without classes.
    class_names
        Names of the classes, sorted; empty where there are none.
    notes
        What was assumed, a sentence each.
    groups
        Group of each file, shape (files,), or ``None`` where each stands alone.
    left_out
        Files that are not listed because a table of labels does not fit them, with the reason.
    """

    listing: Listing
    splits: Mapping[str, int]
    classes: NDArray[np.int64]
    class_names: tuple[str, ...]
    notes: tuple[str, ...] = ()
    groups: NDArray[np.int64] | None = None
    left_out: Mapping[str, str] = field(default_factory=dict)


def arrange(folder: Path, labels: LabelSource | None = None) -> Arrangement:
    """List the images of a folder, and tell what its sub-folders stand for.

    Parameters
    ----------
    folder
        Holds image files; or sub-folders of them; or ``train`` with ``val`` (``valid``,
        ``validation``) or ``test``, each holding either.
    labels
        As in ``FolderOptions``.

    Raises
    ------
    DataError
        If there is no image, or the arrangement is ambiguous.
    """
    listing, splits = Listing(folder), {}
    runs: list[tuple[str | None, int]] = []
    for split, part in _split_folders(folder).items():
        before = len(listing)
        runs += _add_split(listing, part, labels)
        splits[split] = len(listing) - before
    names = tuple(sorted({name for name, _ in runs if name is not None}))
    numbers: dict[str | None, int] = {name: number for number, name in enumerate(names)}
    numbered = [numbers.get(name, _UNLABELED) for name, _ in runs]
    classes = np.repeat(np.array(numbered, np.int64), [count for _, count in runs])
    return Arrangement(listing, splits, classes, names)


def listed(entries: Iterable[object]) -> str:
    """Return entries joined by commas, those past the twentieth counted."""
    words = [str(entry) for entry in entries]
    more = len(words) - MOST_LISTED
    return ", ".join(words[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def _split_folders(folder: Path) -> Mapping[str, Path]:
    """Return the folder of each split; a folder without split folders is all training."""
    parts = sub_folders(folder, folder)
    named = {part: split for part in parts if (split := SPLIT_FOLDERS.get(part.name.lower()))}
    if not named:
        return {"train": folder}
    others = [part for part in parts if part not in named and _has_images(part, folder)]
    # One such folder among others is a class: there are trains beside cars, and tests of things.
    if others and (len(named) == 1 or "train" not in named.values()):
        return {"train": folder}
    _require_only_splits(folder, named, others)
    return {split: part for part, split in named.items()}


def _has_images(folder: Path, root: Path) -> bool:
    return next(images_below(folder, root), None) is not None


def _require_only_splits(folder: Path, named: Mapping[Path, str], others: Sequence[Path]) -> None:
    names = listed(part.name for part in named)
    if "train" not in named.values():
        raise DataError(
            f"{folder} has {names} but no folder named train. Add one, or rename the others."
        )
    if len(set(named.values())) < len(named):
        raise DataError(
            f"{folder} has two folders for one split: {names}. Keep one of train, val and test "
            "each."
        )
    beside = [path.name for path in others] + [file.name for file in _loose(folder)]
    if beside:
        raise DataError(
            f"{folder} has train, val or test folders, and images beside them: {listed(beside)}. "
            "Move those into one of the splits, or out of the folder."
        )


def _loose(folder: Path) -> Listing:
    return Listing(folder, images_in(folder, folder))


def _add_split(
    listing: Listing, folder: Path, labels: LabelSource | None
) -> list[tuple[str | None, int]]:
    """Add the files of a split; return how many follow each other with one class or none."""
    loose = listing.extend(images_in(folder, listing.root))
    classes: list[tuple[str | None, int]] = []
    for part in sub_folders(folder, listing.root):
        count = listing.extend(images_below(part, listing.root))
        classes += [(part.name, count)] if count else []
    files = loose + sum(count for _, count in classes)
    if not files:
        raise DataError(_tell_none(folder))
    if labels == "folders" and loose:
        raise DataError(_tell_loose(folder, loose, [str(name) for name, _ in classes]))
    if labels == "none" or loose or not classes:
        return [(None, files)]
    return classes


def _tell_none(folder: Path) -> str:
    return (
        f"{folder} holds no images that can be used: files are looked for that end in "
        f"{', '.join(IMAGE_EXTENSIONS)}, in the folder and in its sub-folders. Hidden files are "
        "left out, and links that lead out of the folder."
    )


def _tell_loose(folder: Path, loose: int, classes: Sequence[str]) -> str:
    beside = f"and sub-folders with images: {listed(classes)}" if classes else "and no sub-folders"
    return (
        f"{folder} holds {loose:,} images of its own {beside}. With labels = folders sub-folders "
        "are classes, so every image must lie in one: move the loose images, or leave labels out."
    )
