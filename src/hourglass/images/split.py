"""A data set with the splits it came with, and the three splits that an experiment uses."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError, ImageShapeError, printable
from hourglass.images.arrangement import listed
from hourglass.images.promise import Images
from hourglass.records import FolderRecord, ValueRange
from hourglass.seeds import derive, generator

HELD_OUT = 0.1

_SPLITS: Final = ("train", "validation", "test")
# A split grows from 10 to 15 % at most to take in every class, unless that is insisted on.
_MOST_GROWTH: Final = 1.5
# Orders in which groups are handed out; the best one is kept. Many groups need no second try.
_MOST_TRIES: Final = 64
_MOST_PLACED: Final = 50_000


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
    bands
        How many channels of each image are data, neither shown nor an alpha.
    ranges
        What black and white were in the numbers of the files, by type, where these are not the
        ends of the type.
    groups
        Group of each training image, shape (count,): images of one group must not be separated.
        ``None`` where each image stands alone.
    notes
        What was assumed or left out when the data were read, a sentence each, beside what
        ``folder`` says.

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
    bands: int = 0
    ranges: Mapping[str, ValueRange] = field(default_factory=dict)
    groups: NDArray[np.int64] | None = None
    notes: tuple[str, ...] = ()

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
    bands, ranges
        As ``DataSet`` has them.
    notes
        What was assumed or left out, and how the splits differ from a plain 80/10/10, a sentence
        each, beside what ``folder`` says.
    """

    name: str
    train: Images
    validation: Images
    test: Images
    split_hash: str
    fingerprint: str
    folder: FolderRecord | None = None
    bands: int = 0
    ranges: Mapping[str, ValueRange] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def parts(self) -> Mapping[str, Images]:
        """The three splits by name."""
        return {"train": self.train, "validation": self.validation, "test": self.test}


@dataclass(frozen=True, slots=True, eq=False)
class _Slice:
    """Positions within one part of a data set."""

    origin: str
    positions: NDArray[np.int64]


def split_images(data_set: DataSet, seed: int, *, every_class: bool = False) -> Splits:
    """Complete the splits of a data set, stratified by label.

    Official splits stay as they are. A missing validation or test split is 10 % of the training
    images; where there is neither, the images are split 80/10/10. Every class with an image for
    each split is in all of them, unless classes are so many that a split would have to hold much
    more than 10 %.

    Parameters
    ----------
    data_set
        What was loaded. Its groups are never separated; then the shares are as near to 10 % and
        to those of the classes as the groups allow.
    seed
        The same seed draws the same splits.
    every_class
        Whether splits may grow until every class that has enough images is in each.

    Raises
    ------
    DataError
        If there are too few images, or groups, to leave one in each split.
    """
    slices = _slices(data_set, seed, every_class)
    parts = {split: _images(data_set, piece) for split, piece in slices.items()}
    return Splits(
        name=data_set.name,
        **parts,
        split_hash=_hash(slices),
        fingerprint=data_set.fingerprint,
        folder=data_set.folder,
        bands=data_set.bands,
        ranges=data_set.ranges,
        notes=(*data_set.notes, *_notes(data_set, slices, parts)),
    )


def classes_not_everywhere(parts: Mapping[str, Images], *, of: int = 0) -> str:
    """Name the classes that some split lacks, each with its number of images.

    Parameters
    ----------
    parts
        The splits, by name.
    of
        Number of classes that there should be; by default those that have an image.

    Returns
    -------
    str
        Such as ``clip has 1 image; 3 are needed``; nothing where every class is everywhere.
    """
    labels = {split: images.labels for split, images in parts.items()}
    known = {split: values for split, values in labels.items() if values is not None}
    if len(known) < len(labels):
        return ""
    count = max([of, *(1 + int(values.max()) for values in known.values())])
    numbers = np.array([np.bincount(values, minlength=count) for values in known.values()])
    names = parts["train"].class_names or tuple(map(str, range(count)))
    few, absent = [], []
    for label in np.flatnonzero((numbers == 0).any(axis=0)):
        total = int(numbers[:, label].sum())
        words = f"{names[label]} has {total:,} image{'' if total == 1 else 's'}"
        if total >= len(known):
            lacking = [
                split for split, found in zip(known, numbers[:, label], strict=True) if not found
            ]
            absent.append(f"{words}, none of them in {' and '.join(lacking)}")
        elif total or label < of:
            few.append(words)
    sentences = [f"{listed(few)}; {len(known)} are needed"] if few else []
    return "; ".join([*sentences, *([listed(absent)] if absent else [])])


def _slices(data_set: DataSet, seed: int, every_class: bool) -> dict[str, _Slice]:
    slices = {
        split: _Slice(split, np.arange(len(images))) for split, images in data_set.parts.items()
    }
    missing = [split for split in _SPLITS if split not in slices]
    if missing:
        _require_enough(data_set, len(missing))
        held = _held_out(data_set, missing, seed, every_class)
        rest = np.setdiff1d(slices["train"].positions, np.concatenate(list(held.values())))
        slices["train"] = _Slice("train", rest)
        slices |= {split: _Slice("train", positions) for split, positions in held.items()}
    return {split: slices[split] for split in _SPLITS}


def _require_enough(data_set: DataSet, missing: int) -> None:
    if len(data_set.train) <= missing:
        raise DataError(
            f"At least {missing + 1} training images are needed, because {missing} more "
            f"split{'s' if missing > 1 else ''} must be cut from them; {data_set.name} has "
            f"{len(data_set.train)}. Add images."
        )
    groups = 0 if data_set.groups is None else len(np.unique(data_set.groups))
    if 0 < groups <= missing:
        raise DataError(
            f"The {len(data_set.train):,} training images of {data_set.name} are in {groups} "
            f"group{'s' if groups > 1 else ''}, and {missing + 1} groups are needed: no group may "
            "lie in two splits. Add images of other groups, group by another column, or bring "
            "splits of your own."
        )


def _held_out(
    data_set: DataSet, missing: Sequence[str], seed: int, every_class: bool
) -> dict[str, NDArray[np.int64]]:
    """Return the positions of the training images that each missing split takes, sorted."""
    labels = data_set.train.labels
    if data_set.groups is not None:
        return _by_group(data_set.groups, labels, missing, seed)
    count = _a_tenth(data_set)
    drawn = _drawn(len(data_set.train), labels, missing, count, seed)
    if labels is None:
        return drawn
    if drawn and _are_everywhere(labels, list(drawn.values())):
        return drawn
    return _by_class(labels, missing, count, seed, every_class)


def _a_tenth(data_set: DataSet) -> int:
    return max(1, round(HELD_OUT * len(data_set.train)))


def _drawn(
    count: int,
    labels: NDArray[np.int64] | None,
    missing: Sequence[str],
    size: int,
    seed: int,
) -> dict[str, NDArray[np.int64]]:
    """Draw each split from what the others left; nothing where labels cannot be stratified so."""
    # scikit-learn takes a moment to import, and official splits never need it.
    from sklearn.model_selection import train_test_split

    rest, drawn = np.arange(count), {}
    for split in missing:
        strata = None if labels is None else labels[rest]
        if strata is not None and not _can_stratify(strata, size):
            return {}
        rest, held = train_test_split(
            rest, test_size=size, stratify=strata, random_state=derive(seed, "split", split)
        )
        rest, drawn[split] = np.sort(rest), np.sort(held)
    return drawn


def _can_stratify(labels: NDArray[np.int64], count: int) -> bool:
    """Tell whether each class can have a member on both sides."""
    members = np.unique(labels, return_counts=True)[1]
    return bool(members.min() >= 2 and len(members) <= min(count, len(labels) - count))


def _are_everywhere(labels: NDArray[np.int64], held: Sequence[NDArray[np.int64]]) -> bool:
    """Tell whether each class that has an image for every split is in every split."""
    members = np.bincount(labels)
    found = np.array([np.bincount(labels[part], minlength=len(members)) for part in held])
    found = np.vstack([found, members - found.sum(axis=0)])
    return bool(((found > 0).all(axis=0) | (members <= len(held))).all())


def _by_class(
    labels: NDArray[np.int64],
    missing: Sequence[str],
    count: int,
    seed: int,
    every_class: bool,
) -> dict[str, NDArray[np.int64]]:
    """Draw the share of each class on its own; classes too small for that share one draw."""
    number, members = np.unique(labels, return_inverse=True, return_counts=True)[1:]
    large = np.append(members > len(missing), False)
    stratum = np.where(large[number], number, len(members))
    sizes = np.bincount(stratum, minlength=len(large))
    share = sizes * count / len(labels)
    raised = int(np.maximum(np.floor(share), large).sum())
    least = large & (every_class or raised <= _MOST_GROWTH * count + 1)
    chance = generator(seed, "split", "by class")
    shuffled = np.lexsort((chance.random(len(labels)), stratum))
    rank = np.empty(len(labels), np.int64)
    rank[shuffled] = np.arange(len(labels)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    taken, held = np.zeros(len(large), np.int64), {}
    for after, split in zip(range(len(missing), 0, -1), missing, strict=True):
        most = sizes - taken - after * least
        quota = _quota(share, least, most, count, chance)
        held[split] = np.flatnonzero((rank >= taken[stratum]) & (rank < (taken + quota)[stratum]))
        taken += quota
    return held


def _quota(
    share: NDArray[np.float64],
    least: NDArray[np.bool_],
    most: NDArray[np.int64],
    count: int,
    chance: np.random.Generator,
) -> NDArray[np.int64]:
    """Round shares so that they make up the count, those first that lose most (Hamilton)."""
    quota = np.minimum(np.maximum(np.floor(share).astype(np.int64), least), most)
    first = np.lexsort((chance.random(len(share)), quota - share))
    first = first[quota[first] < most[first]]
    quota[first[: max(0, count - int(quota.sum()))]] += 1
    return quota


def _by_group(
    groups: NDArray[np.int64],
    labels: NDArray[np.int64] | None,
    missing: Sequence[str],
    seed: int,
) -> dict[str, NDArray[np.int64]]:
    """Hand out whole groups so that the sizes of the splits and of their classes come out right.

    Of several drawn orders of the groups the one that comes nearest counts.
    """
    group, sizes = np.unique(groups, return_inverse=True, return_counts=True)[1:]
    labels = np.zeros(len(groups), np.int64) if labels is None else labels
    label, members = np.unique(labels, return_inverse=True, return_counts=True)[1:]
    both, counts = np.unique(group * len(members) + label, return_counts=True)
    first = np.searchsorted(both // len(members), np.arange(1, len(sizes)))
    classes = np.split(both % len(members), first)
    shares = np.split(counts / members[both % len(members)], first)
    contents = list(zip(sizes / len(groups), classes, shares, strict=True))
    wanted = np.array([HELD_OUT] * len(missing) + [1 - HELD_OUT * len(missing)])
    tries = max(1, min(_MOST_TRIES, _MOST_PLACED // len(sizes)))
    orders = (
        generator(seed, "split", "groups", turn).permutation(len(sizes)) for turn in range(tries)
    )
    _, split = min(
        (_handed_out(order, contents, len(members), wanted) for order in orders),
        key=lambda result: result[0],
    )
    return {name: np.flatnonzero(split[group] == index) for index, name in enumerate(missing)}


def _handed_out(
    order: NDArray[np.int64],
    contents: Sequence[tuple[float, NDArray[np.int64], NDArray[np.float64]]],
    classes: int,
    wanted: NDArray[np.float64],
) -> tuple[float, NDArray[np.int64]]:
    """Give each group, in order, to the split whose shares it brings nearest to what is wanted.

    Returns
    -------
    float
        How far the shares of images and of each class, of which ``wanted`` should be in a split,
        are off: squares over ``wanted``, and 1 for each class that a split lacks; classes weigh as
        much together as all images.
    NDArray
        Split of each group, shape (groups,).
    """
    filled, total = np.zeros((len(wanted), classes)), np.zeros(len(wanted))
    split = np.empty(len(order), np.int64)
    for turn, group in enumerate(order):
        size, columns, share = contents[group]
        there = filled[:, columns]
        growth = (share * (2 * (there - wanted[:, None]) + share)).sum(axis=1) / wanted
        cost = size * (2 * (total - wanted) + size) / wanted
        cost += (growth - (there == 0).sum(axis=1)) / classes
        empty = total == 0
        if empty.sum() == len(order) - turn:
            cost[~empty] = np.inf
        split[group] = chosen = int(np.argmin(cost))
        filled[chosen, columns] += share
        total[chosen] += size
    distance = ((filled - wanted[:, None]) ** 2 / wanted[:, None] + (filled == 0)).sum() / classes
    return float(distance + ((total - wanted) ** 2 / wanted).sum()), split


def _notes(
    data_set: DataSet, slices: Mapping[str, _Slice], parts: Mapping[str, Images]
) -> Iterator[str]:
    """Yield a sentence for each way in which splits that were cut are not an even 80/10/10."""
    held = {split: piece for split, piece in slices.items() if split != piece.origin}
    if not held:
        return
    sizes = [len(piece.positions) for piece in held.values()]
    if (groups := data_set.groups) is not None:
        counts = ", ".join(
            f"{len(np.unique(groups[piece.positions])):,} in {split}"
            for split, piece in slices.items()
            if piece.origin == "train"
        )
        yield f"Kept {len(np.unique(groups)):,} groups together: {counts}."
    elif max(sizes) > _a_tenth(data_set):
        yield (
            f"Held out for {' and '.join(held)}: {max(sizes) / len(data_set.train):.0%} of the "
            "images each, so that every class is there."
        )
    # Splits that came with the data may have classes of their own, such as anomalies.
    cut = {split: parts[split] for split, piece in slices.items() if piece.origin == "train"}
    if missing := classes_not_everywhere(cut):
        yield f"Classes missing from a split: {missing}."


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
