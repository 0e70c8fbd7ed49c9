"""From a name or a path to images."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import Final

from hourglass.errors import (
    ConfigurationError,
    DataError,
    HourglassError,
    MissingPathError,
    require_known,
)
from hourglass.images.arrays import load_npy, load_npz
from hourglass.images.bands import split_rows
from hourglass.images.decode import IMAGE_EXTENSIONS
from hourglass.images.folder import load_folder, load_paired_folders
from hourglass.images.foreign import refuse_foreign
from hourglass.images.idx import holds_idx, load_idx_file, load_idx_folder
from hourglass.images.paired import pair_images
from hourglass.images.pixel_table import load_pixel_table
from hourglass.images.split import DataSet, Splits, split_images
from hourglass.records import DATA_SETS, FolderOptions, ValueRange, dtype_range

_SPLITS: Final = 3
_READERS: Final[Mapping[str, Callable[[Path], DataSet]]] = MappingProxyType(
    {".csv": load_pixel_table, ".tsv": load_pixel_table}
)
# Their numbers may be of any type and range.
_READERS_OF_ARRAYS: Final = MappingProxyType({".npz": load_npz, ".npy": load_npy})


def load_images(
    name_or_path: str | Path,
    *,
    folder: FolderOptions = FolderOptions(),
    learned: Mapping[str, ValueRange] = MappingProxyType({}),
    data_dir: Path | None = None,
    offline: bool = False,
) -> DataSet:
    """Load a data set, with the splits it came with.

    Parameters
    ----------
    name_or_path
        A name from ``records.DATA_SETS``; or the path of a folder, an ``.npz``, an ``.npy``, an
        IDX file, or a table of pixels (``.csv``, ``.tsv``). A name goes before a path:
        ``./digits`` and a ``Path`` are always the path.
    folder
        What is to be done with the images of a folder; ``patch_size`` is not looked at.
    learned
        What black and white were to a model that works on the images of a folder, by type.
    data_dir
        Where named data sets are looked for first.
    offline
        Never download.

    Raises
    ------
    MissingPathError
        If it is a path that does not exist.
    ConfigurationError
        If it is a name that is not known, or no folder and something is asked of a folder.
    FetchError
        If a named data set is nowhere to be had.
    DataError
        If what lies at the path is no images, or damaged ones.

    Examples
    --------
    >>> load_images("digits").train
    ArrayImages(1797×8×8×1, uint8)
    """
    if isinstance(name_or_path, str) and name_or_path in DATA_SETS:
        _require_no_options(name_or_path, folder)
        return _load_name(name_or_path, data_dir, offline)
    path = Path(name_or_path)
    # The home of a user who does not exist: there is no such path, and that is told below.
    with suppress(RuntimeError):
        path = path.expanduser()
    with _reading(path):
        if path.exists():
            return _load_path(path, folder, learned)
    if isinstance(name_or_path, str) and not _looks_like_path(name_or_path):
        require_known("Data set", name_or_path, DATA_SETS)
    raise MissingPathError(
        f"There is no file or folder {name_or_path}. Give a path that exists, or one of the "
        f"data sets {', '.join(sorted(DATA_SETS))}."
    )


def load_splits(
    name_or_path: str | Path,
    *,
    seed: int = 0,
    folder: FolderOptions = FolderOptions(),
    learned: Mapping[str, ValueRange] = MappingProxyType({}),
    data_dir: Path | None = None,
    offline: bool = False,
    partner: str | Path | None = None,
    by_rows: bool = False,
    every_class: bool = False,
) -> Splits:
    """Load a data set and complete its splits; see ``load_images`` and ``split_images``.

    Parameters
    ----------
    name_or_path
        A name or a path.
    seed
        The same seed draws the same splits.
    folder, learned, data_dir, offline
        As ``load_images`` takes them.
    partner
        Folder or file of what each image, a noisy one, is compared with: of files with the same
        relative names, or of as many arrays.
    by_rows
        Whether images of a folder that are too few for three splits are split by their rows.
    every_class
        As ``split_images`` takes it.
    """
    if partner is None and (folder.clean_name or folder.pair_by):
        raise ConfigurationError(
            "clean_name and pair_by say how noisy images find their partners, and there are none. "
            "Give their folder with clean or second_shot, or leave these keys out."
        )
    if partner is None:
        data_set = load_images(
            name_or_path, folder=folder, learned=learned, data_dir=data_dir, offline=offline
        )
    else:
        data_set = _load_pairs(name_or_path, Path(partner).expanduser(), folder)
    few = data_set.folder is not None and len(data_set.parts) == 1 and len(data_set.train) < _SPLITS
    if by_rows and few:
        return split_rows(data_set)
    return split_images(data_set, seed, every_class=every_class)


def _load_pairs(noisy: str | Path, partner: Path, folder: FolderOptions) -> DataSet:
    """Load noisy images with what they are compared with."""
    if str(noisy) in DATA_SETS:
        raise ConfigurationError(
            f"Images with partners are a folder or a file of arrays; {noisy} is a data set of "
            "clean ones. Leave the partners out, or give a path."
        )
    path = Path(noisy).expanduser()
    for place in (path, partner):
        if not place.exists():
            raise MissingPathError(f"There is no file or folder {place}. Give paths that exist.")
    if path.is_dir() != partner.is_dir():
        raise DataError(
            f"A folder is paired with a folder, and a file of arrays with another one; {path} "
            f"and {partner} were given."
        )
    with _reading(path):
        if path.is_dir() and not holds_idx(path):
            return load_paired_folders(path, partner, folder)
        return pair_images(*_of_one_range(path, partner, folder))


def _of_one_range(noisy: Path, partner: Path, folder: FolderOptions) -> tuple[DataSet, DataSet]:
    """Load arrays and their partners with one black and white."""
    both = _load_path(noisy, folder), _load_path(partner, folder)
    names = {one.train.dtype.name for one in both} & {"uint16"}
    for name in sorted(names.union(*(one.ranges for one in both))):
        found = [one.ranges.get(name, dtype_range(name)) for one in both]
        other_type = any(name not in one.ranges and one.train.dtype.name != name for one in both)
        if found[0] == found[1] or other_type:
            continue
        widest = ValueRange(min(one.low for one in found), max(one.high for one in found))
        again = replace(folder, range=str(widest))
        lines = [note for one in both for note in one.notes]
        lines.append(f"Noisy images and their partners have one black and white, {widest.rounded}.")
        both = _load_path(noisy, again), _load_path(partner, again)
        return replace(both[0], notes=tuple(lines)), both[1]
    return both


def _load_name(name: str, data_dir: Path | None, offline: bool) -> DataSet:
    module, _, function = DATA_SETS[name].partition(":")
    loaded: DataSet = getattr(import_module(module), function)(data_dir, offline)
    return loaded


def _load_path(
    path: Path,
    folder: FolderOptions,
    learned: Mapping[str, ValueRange] = MappingProxyType({}),
) -> DataSet:
    if path.is_dir() and not holds_idx(path):
        return load_folder(path, folder, learned=learned)
    suffix = path.suffix.lower()
    if path.is_file() and suffix in _READERS_OF_ARRAYS:
        _require_no_options(path, replace(folder, range=None))
        return _READERS_OF_ARRAYS[suffix](path, folder.range, learned)
    _require_no_options(path, folder)
    if path.is_dir():
        return load_idx_folder(path)
    if suffix in IMAGE_EXTENSIONS:
        raise DataError(f"{path} is a single image. Give the folder that it lies in.")
    if not path.is_file():
        raise DataError(f"{path} is neither a file nor a folder. Give one of them.")
    reader = _READERS.get(suffix)
    if reader is None:
        refuse_foreign(path)
        return load_idx_file(path)
    return reader(path)


def _require_no_options(data: str | Path, folder: FolderOptions) -> None:
    if folder.of_folders:
        raise ConfigurationError(
            f"{', '.join(folder.of_folders)} is for a folder of image files; {data} is none. "
            "Leave it out."
        )
    if folder.range not in (None, "dtype"):
        raise ConfigurationError(
            f"range is for a folder of image files and for .npy and .npz; in {data} black and "
            "white are the ends of the type. Leave it out."
        )


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Turn what the system refuses inside the block into a ``DataError``."""
    try:
        yield
    except HourglassError:
        raise
    except OSError as error:
        raise DataError(
            f"{error.filename or path} could not be read: {error.strerror or error}."
        ) from error


def _looks_like_path(word: str) -> bool:
    return word.startswith("~") or any(sign in word for sign in "./\\")
