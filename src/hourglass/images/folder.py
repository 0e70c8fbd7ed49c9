"""A folder of image files: flat, sorted into classes, or split into train, val and test."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images.decode import IMAGE_EXTENSIONS, ImageForm, decode, has_opaque_alpha, probe
from hourglass.images.memory import ArrayImages, images_from
from hourglass.images.split import DataSet

MOST_LISTED: Final = 20

_SPLIT_FOLDERS: Final = {
    "train": "train",
    "val": "validation",
    "valid": "validation",
    "validation": "validation",
    "test": "test",
}

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class _Listing:
    """Image files of one split, and the class of each where sub-folders give one."""

    files: tuple[Path, ...]
    classes: tuple[str, ...] | None


def load_folder(folder: Path) -> DataSet:
    """Load every image of a folder.

    Parameters
    ----------
    folder
        Holds image files of one size; or sub-folders of them, whose names are the classes; or
        ``train`` with ``val`` (``valid``, ``validation``) or ``test``, each holding either.
        Hidden files and files that are no images by their extension are left out.

    Raises
    ------
    DataError
        If there is no image, the arrangement is ambiguous, files cannot be read (each is named
        with its reason), or the images differ in size, channels or depth.
    """
    listings = {split: _list_split(part, folder) for split, part in _split_folders(folder).items()}
    files = [file for listing in listings.values() for file in listing.files]
    pixels = _decode_all(files, folder)
    names = sorted({name for listing in listings.values() for name in listing.classes or ()})
    parts: dict[str, ArrayImages] = {}
    start = 0
    for split, listing in listings.items():
        stop = start + len(listing.files)
        labels = _numbered(listing.classes, names)
        parts[split] = images_from(str(folder), pixels[start:stop], labels, names or None)
        start = stop
    return DataSet(name=folder.resolve().name or str(folder), source=str(folder), **parts)


def list_files(folder: Path) -> Mapping[str, tuple[Path, ...]]:
    """Return the image files of each split, in the order in which ``load_folder`` takes them.

    Raises
    ------
    DataError
        If there is no image, or the arrangement is ambiguous.
    """
    parts = _split_folders(folder)
    return {split: _list_split(part, folder).files for split, part in parts.items()}


def _numbered(classes: Sequence[str] | None, names: Sequence[str]) -> list[int] | None:
    numbers = {name: number for number, name in enumerate(names)}
    return None if classes is None else [numbers[name] for name in classes]


def _split_folders(folder: Path) -> Mapping[str, Path]:
    """Return the folder of each split; a folder without split folders is all training."""
    parts = _sub_folders(folder)
    named = {part: split for part in parts if (split := _SPLIT_FOLDERS.get(part.name.lower()))}
    others = [part for part in parts if part not in named and _images_below(part, folder)]
    # One such folder among others is a class: there are trains beside cars, and tests of things.
    are_classes = others and (len(named) == 1 or "train" not in named.values())
    if not named or are_classes:
        return {"train": folder}
    _require_only_splits(folder, named, others)
    return {split: part for part, split in named.items()}


def _require_only_splits(folder: Path, named: Mapping[Path, str], others: Sequence[Path]) -> None:
    names = _listed(part.name for part in named)
    if "train" not in named.values():
        raise DataError(
            f"{folder} has {names} but no folder named train. Add one, or rename the others."
        )
    if len(set(named.values())) < len(named):
        raise DataError(
            f"{folder} has two folders for one split: {names}. Keep one of train, val and test "
            "each."
        )
    beside = [path.name for path in (*others, *_images_in(folder, folder))]
    if beside:
        raise DataError(
            f"{folder} has train, val or test folders, and images beside them: {_listed(beside)}. "
            "Move those into one of the splits, or out of the folder."
        )


def _list_split(folder: Path, root: Path) -> _Listing:
    loose = _images_in(folder, root)
    classes = {part.name: _images_below(part, root) for part in _sub_folders(folder)}
    classes = {name: files for name, files in classes.items() if files}
    if loose and classes:
        raise DataError(
            f"{folder} holds {len(loose)} images of its own and sub-folders with images: "
            f"{_listed(classes)}. Sub-folders are classes, so every image must lie in one: move "
            "the loose images into a sub-folder, or all images into one folder."
        )
    if loose:
        return _Listing(tuple(loose), None)
    if classes:
        files = tuple(file for members in classes.values() for file in members)
        return _Listing(files, tuple(name for name in classes for _ in classes[name]))
    raise DataError(
        f"{folder} holds no images that can be used: files are looked for that end in "
        f"{', '.join(IMAGE_EXTENSIONS)}, in the folder or in sub-folders named after classes. "
        "Hidden files are left out, and links that lead out of the folder."
    )


def _sub_folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and _is_ours(path, folder))


def _images_in(folder: Path, root: Path) -> list[Path]:
    return _images(folder.iterdir(), root)


def _images_below(folder: Path, root: Path) -> list[Path]:
    found: list[Path] = []
    for here, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += _images((Path(here, name) for name in files), root)
    return found


def _images(paths: Iterable[Path], root: Path) -> list[Path]:
    return sorted(
        path
        for path in paths
        if path.suffix.lower() in IMAGE_EXTENSIONS and _is_ours(path, root) and path.is_file()
    )


def _is_ours(path: Path, root: Path) -> bool:
    """Tell whether a path is visible and no link that leads out of the root folder."""
    if path.name.startswith("."):
        return False
    if not path.is_symlink():
        return True
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _decode_all(files: Sequence[Path], folder: Path) -> NDArray[Any]:
    """Return the pixels of all files, shape (count, height, width, channels)."""
    forms, failures = _attempt(probe, files)
    by_form: dict[ImageForm, list[Path]] = {}
    for file, form in forms.items():
        by_form.setdefault(form, []).append(file)
    if len(by_form) > 1:
        raise DataError(" ".join([_tell_mixed(by_form, folder), *_tell_bad(failures, files)]))
    if not forms:
        raise DataError(" ".join(_tell_bad(failures, files)))
    pixels, damaged = _fill(next(iter(by_form)), list(forms))
    if failures or damaged:
        raise DataError(" ".join(_tell_bad(failures | damaged, files)))
    opaque = all(has_opaque_alpha(image) for image in pixels)
    return pixels[..., :-1] if opaque else pixels


def _fill(form: ImageForm, files: Sequence[Path]) -> tuple[NDArray[Any], dict[Path, str]]:
    try:
        pixels = np.empty((len(files), *form[:3]), form.dtype)
    except MemoryError as error:
        size = len(files) * np.prod(form[:3]) * np.dtype(form.dtype).itemsize / 2**30
        raise DataError(
            f"{len(files):,} images of {form} need {size:,.1f} GiB of memory. Use fewer or "
            "smaller images."
        ) from error
    position = {file: index for index, file in enumerate(files)}

    def keep(file: Path) -> None:
        image = decode(file)
        if image.shape != form[:3]:
            raise DataError("its header tells another size than its pixels have")
        pixels[position[file]] = image

    return pixels, _attempt(keep, files)[1]


def _attempt(
    step: Callable[[Path], Result], files: Iterable[Path]
) -> tuple[dict[Path, Result], dict[Path, str]]:
    """Return what a step made of each file, and the reason for each that failed."""
    done: dict[Path, Result] = {}
    failed: dict[Path, str] = {}
    for file in files:
        try:
            done[file] = step(file)
        except DataError as error:
            failed[file] = str(error)
    return done, failed


def _tell_mixed(by_form: Mapping[ImageForm, Sequence[Path]], folder: Path) -> str:
    forms = sorted(by_form, key=lambda form: len(by_form[form]), reverse=True)
    kinds = [
        f"{form} ({len(by_form[form]):,}, such as {by_form[form][0].relative_to(folder)})"
        for form in forms
    ]
    return (
        "Images need one height, width, number of channels and depth; "
        f"{folder} has {len(forms)} kinds: {_listed(kinds)}. "
        "Resize and convert them to one kind, or sort them into folders of their own."
    )


def _tell_bad(failures: Mapping[Path, str], files: Sequence[Path]) -> list[str]:
    if not failures:
        return []
    reasons = [f"{file} ({reason})" for file, reason in failures.items()]
    return [
        f"{len(failures):,} of {len(files):,} files cannot be read as images: {_listed(reasons)}. "
        "Mend or remove them."
    ]


def _listed(entries: Iterable[object]) -> str:
    words = [str(entry) for entry in entries]
    more = len(words) - MOST_LISTED
    return ", ".join(words[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")
