"""Images with a noisy partner each."""

import hashlib
from functools import cached_property
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError
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
    def sides(self) -> NDArray[np.int64]:
        """Height and width of each image, shape (count, 2)."""
        return self.target.sides

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

    def at_rest(self, index: int) -> NDArray[Any]:
        """Return one target as it lies at rest, shape (height, width, channels)."""
        return self.target.at_rest(index)

    def read(self, indices: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the targets at ``indices``, shape (n, height, width, channels) in [0, 1]."""
        return self.target.read(indices)

    def order(self, seed: int, number: int) -> NDArray[np.int64]:
        """Return the order in which a pass visits the pairs, shape (count,)."""
        return self.target.order(seed, number)

    def take(self, indices: NDArray[np.int64]) -> "PairedImages":
        """Return the pairs at ``indices`` with their labels."""
        return PairedImages(self.target.take(indices), self.seen.take(indices))


def pair_images(data_set: DataSet, partners: DataSet) -> DataSet:
    """Return noisy arrays with as many others as targets, split as the noisy ones are.

    Raises
    ------
    DataError
        If their numbers or sizes differ.
    """
    _require_same_splits(data_set, partners)
    pairs = {
        split: _paired(partners.parts[split], seen, partners.source)
        for split, seen in data_set.parts.items()
    }
    return DataSet(
        name=data_set.name,
        train=pairs["train"],
        validation=pairs.get("validation"),
        test=pairs.get("test"),
        source=data_set.source,
        ranges={**partners.ranges, **data_set.ranges},
        notes=tuple(dict.fromkeys((*data_set.notes, *partners.notes))),
    )


def _require_same_splits(data_set: DataSet, partners: DataSet) -> None:
    sizes = {split: len(images) for split, images in data_set.parts.items()}
    found = {split: len(images) for split, images in partners.parts.items()}
    if sizes != found:
        raise DataError(
            f"{partners.source} needs a partner for each image: {sizes} were expected and {found} "
            "came."
        )


def _paired(target: Images, seen: Images, source: str) -> PairedImages:
    try:
        return PairedImages(target, seen)
    except ImageShapeError as error:
        raise ImageShapeError(f"{source}: {error}") from error
