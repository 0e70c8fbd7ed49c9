"""NumPy's files: ``.npz`` archives and ``.npy`` arrays, read without unpickling anything."""

import math
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, HourglassError
from hourglass.images.bring import LEVELS, at_rest, type_at_rest
from hourglass.images.labels_table import numbered
from hourglass.images.memory import (
    ArrayImages,
    images_from,
    require_image_axes,
    require_memory,
    require_pixel_type,
)
from hourglass.images.pixel_table import square_side
from hourglass.images.split import DataSet
from hourglass.images.value_range import RangeScan
from hourglass.records import RangeOption, ValueRange

_SPLIT_WORDS: Final = {
    "train": ("train",),
    "validation": ("val", "valid", "validation"),
    "test": ("test",),
}
# How the arrays of a split are called, with its word in place of the braces.
_OF_SPLITS: Final = (("x_{}", "y_{}"), ("{}_images", "{}_labels"))
# And those of images without splits; of labels the one that is there.
_ALONE: Final = ("images", "x", "data")
_LABELS: Final = ("labels", "label", "y", "target", "targets")
_NAMES: Final = "class_names"
_CHECKED_FIRST: Final = 64 << 20
_PIECE: Final = 1 << 20


def load_npz(
    path: Path, option: RangeOption | None = None, learned: Mapping[str, ValueRange] | None = None
) -> DataSet:
    """Load an archive of arrays.

    Parameters
    ----------
    path
        Holds ``images`` and perhaps ``labels``; or arrays of splits, as Keras (``x_train``,
        ``y_train``, ``x_val``, ``x_test`` and so on) or MedMNIST (``train_images``,
        ``train_labels`` and so on) name them, where labels and all splits but training may be
        missing; or one of ``X`` and ``data`` with ``y`` or ``target``. Capital letters do not
        matter. ``class_names`` may be there in all. Grayscale images may come without the axis of
        channels, square ones as rows of pixels, and labels as a column, as texts, or with a 1 in
        the column of the class.
    option
        What the user said of black and white. By default they are the ends of the type, unless
        all values of 16 bits fit into fewer, and 0 and 1 in floating point.
    learned
        What they were to the model that the images are for, by type.

    Raises
    ------
    DataError
        If it is no such archive, a needed key is missing, or an array does not hold images.
    """
    there = _keys(path)
    keys, notes = _keys_of_splits(there, path)
    others = [labels for _, labels in keys.values() if labels is not None]
    scan = RangeScan(option, learned)
    of_pixels = [pixels for pixels, _ in keys.values()]
    arrays = read_archive(path, of_pixels, [*others, _NAMES], scan)
    arrays, ranges, lines = _scaled(arrays, of_pixels, scan, path)
    notes += lines
    used = {*arrays, *others}
    if aside := [key for key in there if key not in used]:
        notes.append(f"Ignored arrays: {', '.join(aside)}.")
    names = arrays.get(_NAMES)
    class_names = None if names is None else tuple(map(str, names.ravel()))
    labels = {
        split: _labels(arrays[key], f"{path}: {key}", notes)
        for split, (_, key) in keys.items()
        if key is not None
    }
    if any(found is not None and found.dtype.kind in "US" for found in labels.values()):
        labels, class_names = _numbered(labels, path)
    parts = {
        split: _images(arrays[pixels], labels.get(split), class_names, f"{path}: {pixels}", notes)
        for split, (pixels, _) in keys.items()
    }
    return DataSet(
        name=path.stem,
        train=parts["train"],
        validation=parts.get("validation"),
        test=parts.get("test"),
        source=str(path),
        ranges=ranges,
        notes=tuple(dict.fromkeys(notes)),
    )


def load_npy(
    path: Path, option: RangeOption | None = None, learned: Mapping[str, ValueRange] | None = None
) -> DataSet:
    """Load one array of images.

    Parameters
    ----------
    path
        Holds it.
    option, learned
        As ``load_npz`` takes them.

    Raises
    ------
    DataError
        If it is damaged or does not hold images.
    """
    size = path.stat().st_size
    require_memory(size, str(path))
    scan = RangeScan(option, learned)
    with path.open("rb") as file:
        array = _read_array(file, size, str(path), scan)
    arrays, ranges, lines = _scaled({"": array}, [""], scan, path)
    notes = list(lines)
    train = _images(arrays[""], None, None, str(path), notes)
    return DataSet(name=path.stem, train=train, source=str(path), ranges=ranges, notes=tuple(notes))


def read_archive(
    path: Path,
    pixels: Collection[str],
    others: Collection[str] = (),
    scan: RangeScan | None = None,
) -> Mapping[str, NDArray[Any]]:
    """Read some arrays of an archive, by name; those that are not there are left out.

    Parameters
    ----------
    path
        The archive.
    pixels
        Arrays that must hold images, which their headers tell.
    others
        Arrays that may hold anything.
    scan
        Says of which types black and white are known, so that pixels may be of these.

    Raises
    ------
    DataError
        If it is damaged or no archive.
    """
    arrays: dict[str, NDArray[Any]] = {}
    try:
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                key = member.filename.removesuffix(".npy")
                if key in arrays:
                    raise DataError(f"{path} holds the array {key} twice. Save it again.")
                if key in pixels or key in others:
                    source = f"{path}: {key}"
                    of_pixels = (scan or RangeScan()) if key in pixels else None
                    arrays[key] = _read_member(archive, member, source, of_pixels)
    except (HourglassError, OSError):
        raise
    # A stranger's bytes can drive the parser of archives into an error of any class.
    except Exception as error:
        raise _damaged(path, error) from error
    return arrays


def _read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: str, pixels: RangeScan | None
) -> NDArray[Any]:
    require_memory(member.file_size, source)
    if member.file_size > _CHECKED_FIRST:
        _require_whole(archive, member, source)
    with archive.open(member) as file:
        return _read_array(file, member.file_size, source, pixels)


def _require_whole(archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: str) -> None:
    """Read a member to its end without keeping it, so that a damaged one costs no memory."""
    counted = 0
    with archive.open(member) as file:
        while piece := file.read(_PIECE):
            counted += len(piece)
    if counted != member.file_size:
        raise DataError(
            f"{source} declares {member.file_size:,} bytes and holds {counted:,}. It is cut "
            "short or damaged; save it again."
        )


def _keys(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return [name.removesuffix(".npy") for name in archive.namelist()]
    except OSError:
        raise
    except Exception as error:
        raise _damaged(path, error) from error


def _damaged(path: Path, error: Exception) -> DataError:
    return DataError(
        f"{path} is no NumPy archive, or a damaged one: {error}. "
        "Save it again with np.savez_compressed."
    )


def _keys_of_splits(
    there: Sequence[str], path: Path
) -> tuple[Mapping[str, tuple[str, str | None]], list[str]]:
    """Return which arrays hold the images and the labels of each split, and what was assumed."""
    known: dict[str, str] = {}
    for key in there:
        # Of images and Images the one that is spelled as it should be counts.
        if key == key.lower() or key.lower() not in known:
            known[key.lower()] = key
    labels = [word for word in _LABELS if word in known]
    if "images" not in known:
        for pixels, of_labels in _OF_SPLITS:
            found = {
                split: (known[pixels.format(word)], known.get(of_labels.format(word)))
                for split, words in _SPLIT_WORDS.items()
                for word in words
                if pixels.format(word) in known
            }
            if "train" in found:
                return found, []
    alone = [word for word in _ALONE if word in known]
    if "images" in known:
        alone, labels = ["images"], ["labels"] if "labels" in known else labels
    if len(alone) != 1 or len(labels) > 1:
        raise DataError(
            f"{path} needs the arrays images (and labels), or x_train, y_train, x_test and "
            "y_test, or train_images, train_labels, test_images and test_labels; it has "
            f"{', '.join(there) or 'none'}. Save it again with np.savez(path, images=..., "
            "labels=...)."
        )
    their_labels = known[labels[0]] if labels else None
    usual = alone == ["images"] and labels in ([], ["labels"])
    said = f", and {their_labels} as labels" if their_labels else ""
    notes = [] if usual else [f"The array {known[alone[0]]} was read as images{said}."]
    return {"train": (known[alone[0]], their_labels)}, notes


def _labels(labels: NDArray[Any], source: str, notes: list[str]) -> NDArray[Any] | None:
    """Return one label an image: from a column, or from a row with a 1 for the class."""
    if labels.ndim != 2:
        return labels
    if labels.shape[1] == 1:
        return labels[:, 0]
    ones = labels.dtype.kind in "iufb" and ((labels == 0) | (labels == 1)).all()
    if ones and (labels.sum(axis=1) == 1).all():
        notes.append(f"{source} has a column for each class; the one with a 1 was taken.")
        classes: NDArray[np.int64] = labels.argmax(axis=1)
        return classes
    notes.append(f"{source} has {labels.shape[1]} values an image, not one class, and was ignored.")
    return None


def _numbered(
    labels: Mapping[str, NDArray[Any] | None], path: Path
) -> tuple[dict[str, NDArray[Any] | None], tuple[str, ...]]:
    """Return labels that are texts as numbers, the same in all splits, and their names."""
    found = {split: values for split, values in labels.items() if values is not None}
    words = [
        word.decode() if isinstance(word, bytes) else str(word)
        for values in found.values()
        for word in values.tolist()
    ]
    numbers, names = numbered(words, f"{path}: labels")
    ends = np.cumsum([len(values) for values in found.values()])
    return dict(zip(found, np.split(numbers, ends[:-1]), strict=True)), names


def _read_array(file: IO[bytes], size: int, source: str, pixels: RangeScan | None) -> NDArray[Any]:
    """Read an array whose header has been checked against the bytes that there are.

    If it holds pixels, ``pixels`` says of which types black and white are known.
    """
    try:
        shape, dtype = _read_header(file)
        if dtype.hasobject:
            raise DataError(
                f"{source} holds Python objects, which are never loaded because that can run "
                "someone else's code. Save plain numbers."
            )
        declared = math.prod(shape) * dtype.itemsize
        if declared != size - file.tell():
            raise DataError(
                f"{source} declares {declared:,} bytes of values and holds "
                f"{size - file.tell():,}. It is cut short or damaged; save it again."
            )
        if pixels is not None:
            _require_pixels(shape, dtype, source, scaled=pixels.knows(dtype))
        file.seek(0)
        return np.lib.format.read_array(file, allow_pickle=False)
    except HourglassError:
        raise
    # The same is true of the parser of headers, and of decompression.
    except Exception as error:
        raise DataError(
            f"{source} is no NumPy array, or a damaged one: {error}. Save it again with np.save."
        ) from error


def _read_header(file: IO[bytes]) -> tuple[tuple[int, ...], np.dtype[Any]]:
    version = np.lib.format.read_magic(file)
    read = {
        (1, 0): np.lib.format.read_array_header_1_0,
        (2, 0): np.lib.format.read_array_header_2_0,
    }.get(version)
    if read is None:
        raise ValueError(f"its format is {version[0]}.{version[1]}, and 1.0 or 2.0 was expected")
    shape, _, dtype = read(file)
    return shape, dtype


def _require_pixels(
    shape: tuple[int, ...], dtype: np.dtype[Any], source: str, *, scaled: bool
) -> None:
    # Told from the header, before a large array of the wrong kind takes memory.
    try:
        require_image_axes(_with_channels(shape))
        require_pixel_type(dtype, scaled=scaled)
    except DataError as error:
        raise type(error)(f"{source}: {error}") from error


def _scaled(
    arrays: Mapping[str, NDArray[Any]], pixels: Collection[str], scan: RangeScan, path: Path
) -> tuple[Mapping[str, NDArray[Any]], Mapping[str, ValueRange], tuple[str, ...]]:
    """Return arrays whose pixels lie as at rest, what black and white were, and what to tell.

    All splits of one type have the same. Types whose ends they are stay as they are.
    """
    for key in pixels:
        array = arrays[key]
        if array.dtype.kind == "f" and scan.knows(array.dtype) and not np.isfinite(array).all():
            raise DataError(f"{path}: some values are NaN or infinite. Leave these images out.")
        if scan.given is not None:
            for image in array:
                scan.add(image)
        elif scan.knows(array.dtype) or array.dtype.name == "uint16":
            scan.add(array, images=len(array))
    found, lines = scan.ranges()
    scaled = dict(arrays)
    for key in pixels:
        name, value_range = arrays[key].dtype.name, found.of(arrays[key].dtype.name)
        if value_range is None and (name in LEVELS or arrays[key].dtype.kind == "f"):
            continue
        kind = type_at_rest([name], found.by_type)
        scaled[key] = np.empty(arrays[key].shape, kind)
        # One by one: what is done on the way takes several times the memory.
        for number, image in enumerate(arrays[key]):
            scaled[key][number] = at_rest(image, kind, value_range)
    return scaled, found.by_type, lines


def _with_channels(shape: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape of images that came without channels, or as rows of a square's pixels."""
    if len(shape) == 2 and (side := square_side(shape[1])) is not None:
        return shape[0], side, side, 1
    return (*shape, 1) if len(shape) == 3 else shape


def _images(
    pixels: NDArray[Any],
    labels: NDArray[Any] | None,
    class_names: tuple[str, ...] | None,
    source: str,
    notes: list[str],
) -> ArrayImages:
    # Keras keeps grayscale images without channels.
    shape = _with_channels(pixels.shape)
    if pixels.ndim == 2 and len(shape) == 4:
        sides = "×".join(map(str, shape[1:3]))
        notes.append(f"{source}: rows of {pixels.shape[1]:,} were read as images of {sides}.")
    if len(shape) == 4 and shape[3] in (2, 4):
        notes.append(
            f"{source}: arrays do not say whether channel {shape[3]} of {shape[3]} is an alpha or "
            "data; it is learned like the others."
        )
    return images_from(source, pixels.reshape(shape), labels, class_names)
