"""What the sub-folders of a folder of images stand for: splits, classes, or nothing."""

import re
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.listing import (
    Listing,
    count_masks,
    has_images,
    images_below,
    images_in,
    is_named_as_masks,
    mask_folders,
    no_images,
    sub_folders,
)
from hourglass.records import LabelSource, SplitSource

MOST_LISTED: Final = 20

SPLIT_FOLDERS: Final = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}
_UNLABELED: Final = -1
#: Words that people use for splits, in names of folders and in tables.
SPLIT_WORDS: Final[Mapping[str, str]] = {
    **SPLIT_FOLDERS,
    **dict.fromkeys(("tr", "training", "trainset", "trainval", "trn"), "train"),
    **dict.fromkeys(("dev", "devset", "valset"), "validation"),
    **dict.fromkeys(("te", "testing", "testset", "ts", "tst"), "test"),
}
# They are languages and names too, so they say a split only beside other words: imagesTr, imagesTs.
_SHORT: Final = re.compile("tr|te|ts|trn|tst", re.IGNORECASE)
# Words that say nothing of what is in a folder.
_NEUTRAL: Final = frozenset(
    re.findall(
        r"\S+",
        """
        data dataset datasets dir files folder image images img imgs photo photos picture pictures
        sample samples seg set sets split
        """,
    )
)
_PREDICTIONS: Final = frozenset({"pred", "predict", "prediction", "predictions", "unlabeled"})
_BETWEEN_WORDS: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_NO_LETTERS: Final = re.compile(r"[\W\d_]+")


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
        What was guessed, a sentence each.
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


def arrange(
    folder: Path, labels: LabelSource | None = None, source: SplitSource = "auto"
) -> Arrangement:
    """List the images of a folder, and tell what its sub-folders stand for.

    Parameters
    ----------
    folder
        Holds image files; or sub-folders of them; or splits, each holding either, as
        ``split_folders`` recognizes them.
    labels, source
        As ``labels`` and ``splits`` in ``FolderOptions``.

    Raises
    ------
    DataError
        If there is no image, or the arrangement is ambiguous.
    """
    listing, splits = Listing(folder), {}
    runs: list[tuple[str | None, int]] = []
    found = split_folders(folder, source)
    for split, part in found.folders.items():
        before = len(listing)
        runs += _add_split(listing, part, labels)
        splits[split] = len(listing) - before
    names = tuple(sorted({name for name, _ in runs if name is not None}))
    numbers: dict[str | None, int] = {name: number for number, name in enumerate(names)}
    numbered = [numbers.get(name, _UNLABELED) for name, _ in runs]
    classes = np.repeat(np.array(numbered, np.int64), [count for _, count in runs])
    _count_beside(listing, found)
    notes = (*found.notes, *_tell_masks(names))
    return Arrangement(listing, splits, classes, names, notes)


def listed(entries: Iterable[object]) -> str:
    """Return entries joined by commas, those past the twentieth counted."""
    words = [str(entry) for entry in entries]
    more = len(words) - MOST_LISTED
    return ", ".join(words[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def split_folders(folder: Path, source: SplitSource = "auto") -> "SplitFolders":
    """Tell which sub-folders of a folder are its splits, by their names.

    Names that are not exactly ``train``, ``val``, ``valid``, ``validation`` and ``test`` say a
    split where nothing else is in them but words such as ``set`` or ``images`` (``Training``,
    ``test_set``, ``val2017``), or where the rest is the same in several (``seg_train`` and
    ``seg_test``). They are splits if one of them is for training and nothing lies beside them.

    Parameters
    ----------
    folder
        Holds image files or sub-folders.
    source
        As ``splits`` in ``FolderOptions``.

    Raises
    ------
    DataError
        If the splits are ambiguous, or should be recognized and cannot be.
    """
    return _splits_in(folder, folder, source)


@dataclass(frozen=True, slots=True)
class SplitFolders:
    """Where the splits of a folder lie.

    Attributes
    ----------
    folders
        The folder of each split; a folder without splits is all training.
    unlabeled
        Folders for predictions beside them, which are of no split.
    notes
        What was guessed, a sentence each.
    """

    folders: Mapping[str, Path]
    unlabeled: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


def _splits_in(folder: Path, root: Path, source: SplitSource) -> SplitFolders:
    whole = SplitFolders({"train": folder})
    if source == "none":
        return whole
    parts, masks = _without_masks(folder, root)
    named = _named(parts)
    filled = [part for part in parts if part not in named and has_images(part, root)]
    if not named:
        return _unnamed(folder, root, source, filled, wrapped=bool(masks))
    unlabeled = _for_predictions(filled, named)
    others = [part for part in filled if part not in unlabeled]
    exact = all(part.name.lower() in SPLIT_FOLDERS for part in named)
    no_training = "train" not in named.values()
    # One such folder among others is a class: there are trains beside cars, and tests of things.
    if source == "auto" and (
        (others and (len(named) == 1 or no_training)) or (no_training and not exact)
    ):
        _refuse_repeated(folder, root, named, others)
        return replace(whole, notes=(_tell_classes(named, others),))
    _require_only_splits(folder, root, named, others)
    folders = {split: _innermost(part, root) for part, split in named.items()}
    exact &= folder == root and set(folders.values()) == named.keys()
    notes = () if exact else (_tell_splits(folders, root),)
    return SplitFolders(folders, tuple(unlabeled), notes)


def _unnamed(
    folder: Path, root: Path, source: SplitSource, filled: Sequence[Path], *, wrapped: bool
) -> SplitFolders:
    """Return the splits of a folder of which no sub-folder is named as one."""
    whole = SplitFolders({"train": folder})
    if len(filled) == 1 and not len(_loose(folder, root)):
        # As `images` beside `labels`: what is in it may be splits.
        try:
            inner = _splits_in(filled[0], root, "auto")
        except DataError as error:
            if source == "folders":
                raise
            return replace(whole, notes=(f"Took {filled[0].name} as a class, because {error}",))
        if wrapped or inner.folders != {"train": filled[0]}:
            return inner
    if source == "folders":
        raise DataError(
            f"{folder} has no sub-folders that are recognized as splits"
            f"{f': {_joined(filled)}' if filled else ''}. Name them train, val and test, or leave "
            "--splits out."
        )
    repeated = _repeated(filled, root)
    if not repeated:
        return whole
    return replace(
        whole,
        notes=(
            f"Took {_joined(filled)} as classes, although each has the same sub-folders: "
            f"{listed(repeated)}. If they are splits, name them train, val and test.",
        ),
    )


def _said(name: str) -> tuple[str, tuple[str, ...]] | None:
    """Return the split that a folder's name says, and the rest of its words."""
    words = _words_of(name)
    splits = {SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS}
    if len(splits) != 1:
        return None
    return splits.pop(), tuple(word for word in words if word not in SPLIT_WORDS)


def _words_of(name: str) -> list[str]:
    return _NO_LETTERS.sub(" ", _BETWEEN_WORDS.sub(" ", name).lower()).split()


def _named(parts: Sequence[Path]) -> dict[Path, str]:
    """Return the split that each folder is named as, for those that are."""
    said = {part: found for part in parts if (found := _said(part.name))}
    by_rest: defaultdict[tuple[str, ...], set[str]] = defaultdict(set)
    for split, rest in said.values():
        by_rest[rest].add(split)

    def is_split(name: str, rest: tuple[str, ...]) -> bool:
        # As train_HR and valid_HR.
        alike = len(by_rest[rest]) > 1 and "train" in by_rest[rest]
        return not _SHORT.fullmatch(name) and (alike or _NEUTRAL.issuperset(rest))

    return {part: split for part, (split, rest) in said.items() if is_split(part.name, rest)}


def _for_predictions(parts: Sequence[Path], named: Mapping[Path, str]) -> list[Path]:
    """Return the folders that are named as the splits are, but for images without a label."""
    rests = {said[1] for part in named if (said := _said(part.name))}

    def is_one(part: Path) -> bool:
        words = _words_of(part.name)
        rest = tuple(word for word in words if word not in _PREDICTIONS)
        return len(rest) < len(words) and rest in rests

    return list(filter(is_one, parts))


def _repeated(parts: Sequence[Path], root: Path) -> list[str]:
    """Return the sub-folders that each of several folders has, if all have the same."""
    if len(parts) < 2:
        return []
    first, *others = ([inner.name for inner in sub_folders(part, root)] for part in parts)
    return first if len(first) > 1 and all(names == first for names in others) else []


def _innermost(part: Path, root: Path) -> Path:
    """Return the folder that holds the images of a split: some lie in another one of its name."""
    inner = part / part.name
    filled = [path for path in sub_folders(part, root) if has_images(path, root)]
    return _innermost(inner, root) if filled == [inner] and not len(_loose(part, root)) else part


def _without_masks(folder: Path, root: Path) -> tuple[list[Path], list[Path]]:
    """Return the sub-folders of a folder, and those of them that hold masks apart."""
    parts = sub_folders(folder, root)
    masks = mask_folders(folder, [part.name for part in parts])
    return (
        [part for part in parts if part.name not in masks],
        [part for part in parts if part.name in masks],
    )


def _tell_splits(folders: Mapping[str, Path], root: Path) -> str:
    names = [
        f"{folders[split].relative_to(root)} as {split}"
        for split in ("train", "validation", "test")
        if split in folders
    ]
    repeated = _repeated(list(folders.values()), root)
    why = f"their names and the classes that each has ({listed(repeated)})" if repeated else ""
    return f"Took {_and(names)}, by {why or 'their names'}. Say --splits none if they are classes."


def _tell_classes(named: Mapping[Path, str], others: Sequence[Path]) -> str:
    one = len(named) == 1
    why = "no folder is named for training"
    if others:
        why = f"{_joined(others)} {'lie' if len(others) > 1 else 'lies'} beside"
    return (
        f"Took {_joined(named)} as {'a class' if one else 'classes'}, not as "
        f"{'a split' if one else 'splits'}, because {why}."
    )


def _refuse_repeated(
    folder: Path, root: Path, named: Mapping[Path, str], others: Sequence[Path]
) -> None:
    """Refuse to take a split for a class where the folders beside it hold the same classes."""
    repeated = _repeated([*named, *others], root) if others else []
    if repeated:
        raise DataError(
            f"{folder} has {_joined([*named, *others])}, which all have the same sub-folders: "
            f"{listed(repeated)}. They look like splits. Name them train, val and test, or say "
            "--splits none if they are classes."
        )


def _require_only_splits(
    folder: Path, root: Path, named: Mapping[Path, str], others: Sequence[Path]
) -> None:
    names = listed(part.name for part in named)
    if "train" not in named.values():
        raise DataError(
            f"{folder} has {names} but no folder named train. Add one, rename the others, or say "
            "--splits none if they are classes."
        )
    if len(set(named.values())) < len(named):
        raise DataError(
            f"{folder} has two folders for one split: {names}. Keep one of train, val and test "
            "each, or say --splits none if they are classes."
        )
    beside = [path.name for path in others] + [file.name for file in _loose(folder, root)]
    if beside:
        raise DataError(
            f"{folder} has {names}, and images beside them: {listed(beside)}. Move those into one "
            "of the splits or out of the folder, or say --splits none if all are classes."
        )


def _loose(folder: Path, root: Path) -> Listing:
    return Listing(root, images_in(folder, root))


def _joined(parts: Iterable[Path]) -> str:
    return _and([part.name for part in parts])


def _and(words: Sequence[str]) -> str:
    *first, last = words
    return f"{listed(first)} and {last}" if first else last


def _count_beside(listing: Listing, found: SplitFolders) -> None:
    """Count the files that lie beside the splits, on all levels down to them."""
    root, folders = listing.root, set(found.folders.values())
    levels = {level for folder in folders for level in folder.parents if level.is_relative_to(root)}
    for level in sorted(levels):
        # There is no image among them, or it would not be split.
        deque(images_in(level, root, listing.left_out), maxlen=0)
        parts, masks = _without_masks(level, root)
        for part in masks:
            count_masks(part, root, listing.left_out)
        for part in parts:
            if part in found.unlabeled:
                count = sum(1 for _ in images_below(part, root))
                listing.left_out[f"in {part.name} (of no split)"] += count
            elif part not in folders | levels:
                deque(images_below(part, root, listing.left_out), maxlen=0)


def _add_split(
    listing: Listing, folder: Path, labels: LabelSource | None
) -> list[tuple[str | None, int]]:
    """Add the files of a split; return how many follow each other with one class or none."""
    root, left_out = listing.root, listing.left_out
    loose = listing.extend(images_in(folder, root, left_out))
    classes: list[tuple[str | None, int]] = []
    parts, masks = _without_masks(folder, root)
    for part in parts:
        count = listing.extend(images_below(part, root, left_out))
        classes += [(part.name, count)] if count else []
    for part in masks:
        count_masks(part, root, left_out)
    files = loose + sum(count for _, count in classes)
    if not files:
        raise DataError(no_images(folder, left_out))
    if labels == "folders" and loose:
        raise DataError(_tell_loose(folder, loose, [str(name) for name, _ in classes]))
    if labels == "none" or loose or not classes:
        return [(None, files)]
    return classes


def _tell_masks(names: Sequence[str]) -> list[str]:
    """Tell of classes that are named as folders of masks are."""
    masks = [name for name in names if is_named_as_masks(name)]
    others = [name for name in names if name not in masks]
    if not (masks and others):
        return []
    return [
        f"Took {listed(masks)} as a class of images like {listed(others)}. If it holds masks, move "
        "it out of the folder."
    ]


def _tell_loose(folder: Path, loose: int, classes: Sequence[str]) -> str:
    beside = f"and sub-folders with images: {listed(classes)}" if classes else "and no sub-folders"
    return (
        f"{folder} holds {loose:,} images of its own {beside}. With labels = folders sub-folders "
        "are classes, so every image must lie in one: move the loose images, or leave labels out."
    )
