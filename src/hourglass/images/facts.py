"""What is known about a data set before anything is trained on it, and where it lies."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Final

import numpy as np

from hourglass.errors import ConfigurationError, require_known
from hourglass.images import digits, sample
from hourglass.images.download import Progress
from hourglass.images.load import load_images
from hourglass.images.lookup import Place
from hourglass.images.named import PUBLICATIONS, find_or_fetch, places_of
from hourglass.images.promise import Shape
from hourglass.images.split import DataSet
from hourglass.records import DATA_SETS, FolderOptions, FolderRecord, ValueRange

_INSTALLED: Final[Mapping[str, Callable[[], Path]]] = MappingProxyType(
    {"digits": digits.location, "fashion-mnist-small": sample.location}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class DataFacts:
    """A data set in a few lines.

    Attributes
    ----------
    name
        What tables and folders call it.
    images
        Number of images of each split that it came with.
    image_shape
        Height, width and channels; ``None`` where a size is open.
    dtype
        Type of the pixels at rest.
    classes
        Names of the classes, or their numbers where they have no names; empty without labels.
    fingerprint
        SHA-256 of the pixels and labels.
    source
        Where it was found.
    bytes
        Size of the pixels at rest.
    folder
        What was found in a folder of images, the files that cannot be used among it; ``None`` for
        other data.
    ranges
        What black and white are in the numbers of the files, by type, where these are not the
        ends of the type.
    notes
        What else was assumed or left out, a sentence each.
    """

    name: str
    images: Mapping[str, int]
    image_shape: Shape
    dtype: str
    classes: tuple[str, ...]
    fingerprint: str
    source: str
    bytes: int
    folder: FolderRecord | None = None
    ranges: Mapping[str, ValueRange] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def describe(
    name_or_path: str | Path,
    data_dir: Path | None = None,
    offline: bool = False,
    *,
    folder: FolderOptions = FolderOptions(),
) -> DataFacts:
    """Load a data set and return what is known about it.

    Files of a folder that cannot be used are told with the rest; only where nothing else is left
    in it they are an error.

    Parameters
    ----------
    name_or_path, data_dir, offline, folder
        As ``load_images`` takes them; the same errors are raised.
    """
    data_set = _load(name_or_path, data_dir, offline, folder)
    parts = data_set.parts
    return DataFacts(
        name=data_set.name,
        images={split: len(images) for split, images in parts.items()},
        image_shape=data_set.train.shape,
        dtype=data_set.train.dtype.name,
        classes=_classes(data_set),
        fingerprint=data_set.fingerprint,
        source=data_set.source,
        bytes=sum(images.bytes_at_rest for images in parts.values()),
        folder=data_set.folder,
        ranges=data_set.ranges,
        notes=data_set.notes,
    )


def places(name: str, data_dir: Path | None = None) -> tuple[Place, ...]:
    """Return every place where a named data set is looked for, in that order.

    Files are read and their checksums compared, so a place is found only if it would serve.

    Raises
    ------
    ConfigurationError
        If the name is not known.
    """
    require_known("Data set", name, DATA_SETS)
    if name in PUBLICATIONS:
        return places_of(PUBLICATIONS[name], data_dir)
    path = _INSTALLED[name]()
    found = path.is_file()
    return (
        Place(
            location=str(path),
            kind="installed with Hourglass",
            found=found,
            reason="" if found else "it does not exist",
        ),
    )


def fetch(
    name: str,
    data_dir: Path | None = None,
    *,
    offline: bool = False,
    progress: Progress | None = None,
) -> Path:
    """Make sure that a named data set is on this machine.

    Parameters
    ----------
    name
        A name from ``records.DATA_SETS``.
    data_dir
        Where it is looked for first.
    offline
        Never download.
    progress
        Told, while something is downloaded, the file name and the number of bytes just come.

    Returns
    -------
    Path
        The folder or file that holds it; Hourglass' own cache if it had to be downloaded.

    Raises
    ------
    ConfigurationError
        If the name is not known.
    FetchError
        If it is nowhere to be had.
    """
    require_known("Data set", name, DATA_SETS)
    if name not in PUBLICATIONS:
        return _INSTALLED[name]()
    publication = PUBLICATIONS[name]
    return Path(find_or_fetch(publication, data_dir, offline=offline, progress=progress)[0])


def _load(
    name_or_path: str | Path, data_dir: Path | None, offline: bool, folder: FolderOptions
) -> DataSet:
    try:
        skipping = replace(folder, skip_bad=True)
        return load_images(name_or_path, folder=skipping, data_dir=data_dir, offline=offline)
    except ConfigurationError:
        # It is no folder, where nothing is skipped.
        return load_images(name_or_path, folder=folder, data_dir=data_dir, offline=offline)


def _classes(data_set: DataSet) -> tuple[str, ...]:
    train = data_set.train
    if train.labels is None:
        return ()
    return train.class_names or tuple(map(str, np.unique(train.labels)))
