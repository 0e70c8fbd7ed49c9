"""A data set with the splits it came with, and the three splits that an experiment uses."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError, printable
from hourglass.images.promise import Images
from hourglass.records import FolderRecord
from hourglass.seeds import derive

HELD_OUT = 0.1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class DataSet:
    """Images as they were found, with the splits they came with.

    Attributes
    ----------
    name
        What tables and folders call it.
    train
        The training images, or all images where there are no official splits.
    validation, test
        The other official splits, or ``None``.
    source
        Where the images were found.
    folder
        What was made of a folder of images; ``None`` for other data.

    Raises
    ------
    ImageShapeError
        If the images of two splits differ in size.
    """

    name: str
    train: Images
    validation: Images | None = None
    test: Images | None = None
    source: str = ""
    folder: FolderRecord | None = None

    def __post_init__(self) -> None:
        """Check that the splits belong together."""
        object.__setattr__(self, "name", printable(self.name))
        object.__setattr__(self, "source", printable(self.source))
        shapes = {split: images.shape for split, images in self.parts.items()}
        if len(set(shapes.values())) > 1:
            listed = ", ".join(f"{split} {shape}" for split, shape in shapes.items())
            raise ImageShapeError(
                "All splits of a data set need images of one (height, width, channels); "
                f"{self.name} has {listed}. Resize or convert them to one."
            )

    @property
    def parts(self) -> Mapping[str, Images]:
        """The splits that it came with, by name."""
        splits = {"train": self.train, "validation": self.validation, "test": self.test}
        return {split: images for split, images in splits.items() if images is not None}

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the fingerprints of all parts; it does not follow from any seed."""
        words = [f"{split} {images.fingerprint}" for split, images in self.parts.items()]
        return hashlib.sha256("\n".join(words).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Splits:
    """The three splits that an experiment uses: nothing is ever chosen on ``test``.

    Attributes
    ----------
    name
        Name of the data set.
    train, validation, test
        Images without overlap.
    split_hash
        SHA-256 of which image lies in which split.
    fingerprint
        SHA-256 of the pixels and labels of the whole data set.
    folder
        What was made of a folder of images; ``None`` for other data.
    """

    name: str
    train: Images
    validation: Images
    test: Images
    split_hash: str
    fingerprint: str
    folder: FolderRecord | None = None

    @property
    def parts(self) -> Mapping[str, Images]:
        """The three splits by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


@dataclass(frozen=True, slots=True, eq=False)
class _Slice:
    """Positions within one part of a data set."""

    origin: str
    positions: NDArray[np.int64]


def split_images(data_set: DataSet, seed: int) -> Splits:
    """Complete the splits of a data set, stratified by label where labels allow it.

    Official splits stay as they are. A missing validation or test split is 10 % of the training
    images; where there is neither, the images are split 80/10/10.

    Parameters
    ----------
    data_set
        What was loaded.
    seed
        The same seed draws the same splits.

    Raises
    ------
    DataError
        If there are too few images to leave one in each split.
    """
    slices = _slices(data_set, seed)
    parts = {split: _images(data_set, piece) for split, piece in slices.items()}
    return Splits(
        name=data_set.name,
        **parts,
        split_hash=_hash(slices),
        fingerprint=data_set.fingerprint,
        folder=data_set.folder,
    )


def _slices(data_set: DataSet, seed: int) -> dict[str, _Slice]:
    slices = {
        split: _Slice(split, np.arange(len(images))) for split, images in data_set.parts.items()
    }
    missing = [split for split in ("validation", "test") if split not in slices]
    _require_enough(data_set, len(missing))
    labels = data_set.train.labels
    count = max(1, round(HELD_OUT * len(data_set.train)))
    for split in missing:
        rest, held = _hold_out(
            slices["train"].positions, labels, count, derive(seed, "split", split)
        )
        slices |= {"train": _Slice("train", rest), split: _Slice("train", held)}
    return {split: slices[split] for split in ("train", "validation", "test")}


def _require_enough(data_set: DataSet, missing: int) -> None:
    if len(data_set.train) <= missing:
        raise DataError(
            f"At least {missing + 1} training images are needed, because {missing} more "
            f"split{'s' if missing > 1 else ''} must be cut from them; {data_set.name} has "
            f"{len(data_set.train)}. Add images."
        )


def _hold_out(
    positions: NDArray[np.int64], labels: NDArray[np.int64] | None, count: int, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    # scikit-learn takes a moment to import, and official splits never need it.
    from sklearn.model_selection import train_test_split

    strata = None if labels is None else labels[positions]
    if strata is not None and not _can_stratify(strata, count):
        strata = None
    rest, held = train_test_split(positions, test_size=count, stratify=strata, random_state=seed)
    return np.sort(rest), np.sort(held)


def _can_stratify(labels: NDArray[np.int64], count: int) -> bool:
    """Tell whether each class can have a member on both sides."""
    members = np.unique(labels, return_counts=True)[1]
    return bool(members.min() >= 2 and len(members) <= min(count, len(labels) - count))


def _images(data_set: DataSet, piece: _Slice) -> Images:
    images = data_set.parts[piece.origin]
    whole = len(piece.positions) == len(images)
    return images if whole else images.take(piece.positions)


def _hash(slices: Mapping[str, _Slice]) -> str:
    digest = hashlib.sha256()
    for split, piece in slices.items():
        digest.update(f"{split} from {piece.origin}: {len(piece.positions)}\n".encode())
        digest.update(piece.positions.astype("<i8").tobytes())
    return digest.hexdigest()
