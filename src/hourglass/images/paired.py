"""Images with a noisy partner each, and how partners are found."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError, MissingPathError
from hourglass.images.decode import decode, has_opaque_alpha
from hourglass.images.folder import MOST_LISTED, list_files
from hourglass.images.memory import ArrayImages, as_unit_range
from hourglass.images.promise import Images, Shape
from hourglass.images.split import DataSet


@final
class PairedImages(Images):
    """Images to be given, each with what is to be seen in its place.

    Everything that an image is asked for is that of the target: the clean image, or a second
    noisy one of the same scene.

    Parameters
    ----------
    target
        What a model should give.
    seen
        What it sees, in the same order.

    Attributes
    ----------
    target, seen
        As they were given.

    Raises
    ------
    ImageShapeError
        If they differ in number or size.
    """

    def __init__(self, target: Images, seen: Images) -> None:
        if (len(target), target.shape) != (len(seen), seen.shape):
            raise ImageShapeError(
                f"Pairs need two images of one size each; {len(seen)} images of shape "
                f"{seen.shape} and {len(target)} of shape {target.shape} were given."
            )
        self.target, self.seen = target, seen

    def __len__(self) -> int:
        """Return the number of pairs."""
        return len(self.target)

    def __repr__(self) -> str:
        """Return what is paired in one line."""
        return f"PairedImages({self.target!r}, seen={self.seen!r})"

    @property
    def shape(self) -> Shape:
        """Height, width and channels of each image."""
        return self.target.shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the target's pixels at rest."""
        return self.target.dtype

    @property
    def labels(self) -> NDArray[np.int64] | None:
        """Class of each pair, shape (count,), or ``None`` for pairs without classes."""
        return self.target.labels

    @property
    def class_names(self) -> tuple[str, ...] | None:
        """Names of the classes, where they have any."""
        return self.target.class_names

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of both fingerprints."""
        both = f"target {self.target.fingerprint}\nseen {self.seen.fingerprint}"
        return hashlib.sha256(both.encode()).hexdigest()

    def read(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the targets at ``indices``, shape (n, height, width, channels) in [0, 1]."""
        return self.target.read(indices)

    def take(self, indices: NDArray[np.int64]) -> "PairedImages":
        """Return the pairs at ``indices`` with their labels."""
        return PairedImages(self.target.take(indices), self.seen.take(indices))


def pair_images(data_set: DataSet, partner: Path, load: Callable[[Path], DataSet]) -> DataSet:
    """Return noisy images with their partners as targets, split as the noisy ones are.

    Parameters
    ----------
    data_set
        The noisy images.
    partner
        A folder with a file of the same relative name for each, where they came from a folder;
        otherwise a file of as many arrays.
    load
        Loads a file of arrays.

    Raises
    ------
    MissingPathError
        If there is no such folder or file.
    DataError
        If partners are missing, cannot be read, or have another size; each is named.
    """
    source = Path(data_set.source)
    if not partner.exists():
        raise MissingPathError(f"There is no folder or file {partner} with partners of {source}.")
    if source.is_dir() != partner.is_dir():
        raise DataError(
            f"A folder is paired with a folder, and a file of arrays with another one; {source} "
            f"and {partner} were given."
        )
    parts = _from_folder(data_set, partner) if source.is_dir() else load(partner).parts
    _require_same_splits(data_set, parts, partner)
    pairs = {split: _paired(parts[split], seen, partner) for split, seen in data_set.parts.items()}
    return DataSet(name=data_set.name, source=data_set.source, **pairs)


def _from_folder(data_set: DataSet, partner: Path) -> Mapping[str, Images]:
    folder = Path(data_set.source)
    files = {
        split: [partner / file.relative_to(folder) for file in listed]
        for split, listed in list_files(folder).items()
    }
    wanted = [file for listed in files.values() for file in listed]
    if missing := [file for file in wanted if not file.is_file()]:
        raise DataError(
            f"{len(missing):,} of {len(wanted):,} images of {folder} have no partner of the same "
            f"name in {partner}: {_listed(missing)}. Add these files, or take the images away."
        )
    pixels = _decoded(wanted, data_set.train.shape)
    parts: dict[str, Images] = {}
    for split, listed in files.items():
        labeled = data_set.parts[split]
        found = np.stack([pixels[file] for file in listed])
        parts[split] = ArrayImages(found, labeled.labels, labeled.class_names)
    return parts


def _decoded(files: Sequence[Path], shape: Shape) -> dict[Path, NDArray[Any]]:
    """Return the pixels of each file; every one that cannot serve is named."""
    pixels: dict[Path, NDArray[Any]] = {}
    reasons = []
    for file in files:
        try:
            pixels[file] = _fitting(decode(file), shape)
        except DataError as error:
            reasons.append(f"{file} ({error})")
    if reasons:
        raise DataError(
            f"{len(reasons):,} of {len(files):,} partners cannot be used: {_listed(reasons)}. "
            "Mend or replace them."
        )
    if len({image.dtype for image in pixels.values()}) > 1:
        return {file: as_unit_range(image) for file, image in pixels.items()}
    return pixels


def _fitting(image: NDArray[Any], shape: Shape) -> NDArray[Any]:
    """Return an image without an alpha that the other images lack, if it has their size."""
    if image.shape[-1] == shape[-1] + 1 and has_opaque_alpha(image):
        image = image[..., :-1]
    if image.shape != shape:
        raise ImageShapeError(f"it has shape {image.shape} and its noisy image {shape}")
    return image


def _listed(entries: Sequence[object]) -> str:
    words = [str(entry) for entry in entries]
    more = len(words) - MOST_LISTED
    return ", ".join(words[:MOST_LISTED]) + (f" and {more:,} more" if more > 0 else "")


def _require_same_splits(data_set: DataSet, parts: Mapping[str, Images], partner: Path) -> None:
    sizes = {split: len(images) for split, images in data_set.parts.items()}
    found = {split: len(images) for split, images in parts.items()}
    if sizes != found:
        raise DataError(
            f"{partner} needs a partner for each image: {sizes} were expected and {found} came."
        )


def _paired(target: Images, seen: Images, partner: Path) -> PairedImages:
    try:
        return PairedImages(target, seen)
    except ImageShapeError as error:
        raise ImageShapeError(f"{partner}: {error}") from error
