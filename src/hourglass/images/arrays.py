"""NumPy's files: ``.npz`` archives and ``.npy`` arrays, read without unpickling anything."""

import math
import zipfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, DataError, HourglassError
from hourglass.images.bring import scaled
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


def load_npz(path: Path, option: RangeOption | None = None, *, alone: bool = True) -> DataSet:
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
        What black and white are, as in ``FolderOptions``; by default the ends of the type, 0 and 1
        for floating point, and of 16 bits that fit into fewer of these.
    alone
        Whether these are all the images. Of others that are compared with them nothing is known
        here, so that nothing is guessed.

    Raises
    ------
    DataError
        If it is no such archive, a needed key is missing, or an array does not hold images.
    """
    there = _keys(path)
    keys, notes = _keys_of_splits(there, path)
    others = [labels for _, labels in keys.values() if labels is not None]
    pixels_of = {split: pixels for split, (pixels, _) in keys.items()}
    any_type = option is not None
    arrays = read_archive(path, pixels_of.values(), [*others, _NAMES], any_type=any_type)
    images = {key: arrays[key] for key in pixels_of.values()}
    scaled_ones, ranges, lines = _scaled(images, option, alone)
    arrays = {**arrays, **scaled_ones}
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
        notes=tuple(dict.fromkeys((*notes, *lines))),
    )


def load_npy(path: Path, option: RangeOption | None = None, *, alone: bool = True) -> DataSet:
    """Load one array of images; ``option`` and ``alone`` are as ``load_npz`` takes them.

    Raises
    ------
    DataError
        If it is damaged or does not hold images.
    """
    size = path.stat().st_size
    require_memory(size, str(path))
    with path.open("rb") as file:
        array = _read_array(file, size, str(path), pixels=True, any_type=option is not None)
    arrays, ranges, lines = _scaled({"": array}, option, alone)
    notes: list[str] = []
    train = _images(arrays[""], None, None, str(path), notes)
    return DataSet(
        name=path.stem,
        train=train,
        source=str(path),
        ranges=ranges,
        notes=(*notes, *lines),
    )


def _scaled(
    arrays: Mapping[str, NDArray[Any]], option: RangeOption | None, alone: bool
) -> tuple[Mapping[str, NDArray[Any]], Mapping[str, ValueRange], tuple[str, ...]]:
    """Return arrays whose black and white are the ends of their type, and what was done for it."""
    if not alone and option == "data":
        raise ConfigurationError(
            "Arrays of pairs need one range, and range = data would give each its own. Say range = "
            "LOW..HIGH."
        )
    deep = {
        key: array
        for key, array in arrays.items()
        if option is not None or (alone and array.dtype == np.uint16)
    }
    scan = RangeScan(option)
    for key, array in deep.items():
        if not scan.settled(array.dtype) and array.size:
            if array.dtype.kind == "f" and not np.isfinite(array).all():
                raise DataError(f"{key or 'The array'} holds values that are NaN or infinite.")
            scan.add(array.dtype, array.min(), array.max(), file=key)
    ranges, lines = scan.ranges()
    levels = all(array.dtype in (np.uint8, np.uint16) for array in arrays.values())
    levels &= all(one.low == 0 for one in ranges.by_type.values())
    changed = {
        key: scaled(array, array.dtype.name if levels else "float32", ranges.of(array.dtype.name))
        for key, array in deep.items()
    }
    return {**arrays, **changed}, ranges.by_type, lines


def read_archive(
    path: Path, pixels: Collection[str], others: Collection[str] = (), *, any_type: bool = False
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
    any_type
        Whether images may be of types whose black and white nobody knows.

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
                    arrays[key] = _read_member(
                        archive, member, source, pixels=key in pixels, any_type=any_type
                    )
    except (HourglassError, OSError):
        raise
    # A stranger's bytes can drive the parser of archives into an error of any class.
    except Exception as error:
        raise _damaged(path, error) from error
    return arrays


def _read_member(
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    source: str,
    *,
    pixels: bool,
    any_type: bool,
) -> NDArray[Any]:
    require_memory(member.file_size, source)
    if member.file_size > _CHECKED_FIRST:
        _require_whole(archive, member, source)
    with archive.open(member) as file:
        return _read_array(file, member.file_size, source, pixels=pixels, any_type=any_type)


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


def _read_array(
    file: IO[bytes], size: int, source: str, *, pixels: bool, any_type: bool = False
) -> NDArray[Any]:
    """Read an array whose header has been checked against the bytes that there are."""
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
        if pixels:
            _require_pixels(shape, dtype, source, any_type=any_type)
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
    shape: tuple[int, ...], dtype: np.dtype[Any], source: str, *, any_type: bool
) -> None:
    # Told from the header, before a large array of the wrong kind takes memory.
    try:
        require_image_axes(_with_channels(shape))
        if not any_type or dtype.kind not in "iuf" or (dtype.kind != "f" and dtype.itemsize > 4):
            require_pixel_type(dtype)
    except DataError as error:
        raise type(error)(f"{source}: {error}") from error


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
