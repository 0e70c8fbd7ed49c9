"""The images of an experiment: cut into patches where that is due, and few enough to measure."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from math import prod
from pathlib import Path
from typing import Any, Final

import numpy as np

from hourglass.errors import ConfigurationError, ImageShapeError
from hourglass.experiment.pairs import FROZEN_SEED
from hourglass.images import (
    ArrayImages,
    Images,
    PairedImages,
    PatchImages,
    Splits,
    load_splits,
)
from hourglass.images.arrangement import listed
from hourglass.records import (
    DEFAULT_PATCH_SIZE,
    FILES,
    LARGEST_WHOLE_SIDE,
    LOCAL_NETWORKS,
    Experiment,
    FolderRecord,
)
from hourglass.seeds import derive, generator

#: What folders of normal images are called where others lie beside them, as in MVTec AD.
NAMES_OF_NORMAL: Final = ("good", "normal", "ok")
#: Of one array of pixels, as float32: what is measured on, and what baselines learn from.
MEASURED_BYTES: Final = 256 << 20

# A thousand patches tell denoisers apart to a hundredth of a decibel, and the slowest filter does
# them in a minute.
_MEASURED_PATCHES: Final = 1024
_LEARNED_PATCHES: Final = 8192
# Places overlap, so that a pixel is seen in more than one surrounding.
_DENSITY: Final = 2.0
# Few images are cut in more places: a pass over them has enough patches to be an epoch.
_LEAST_PATCHES: Final = 16_384

Tell = Callable[[str], None]


def load_material(
    experiment: Experiment,
    *,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
) -> Splits:
    """Load the splits of an experiment as they are trained and measured on.

    Splits are made of files first; patches are cut within each. What rebuilds images is measured
    on those of the classes that it was trained on: others are anomalies to it. Where the images
    of a validation or test split would take more than ``MEASURED_BYTES``, a drawn part of them is
    measured on.

    Parameters
    ----------
    experiment
        What is trained, and on what.
    data_dir, offline
        Where data come from.
    tell
        Called with each file that is left out, and with what was done to the others.

    Raises
    ------
    HourglassError
        As ``load_splits`` raises it.
    ImageShapeError
        If images differ in size and the network needs one.
    ConfigurationError
        If all training images would have to be in memory, and they are too many.
    """
    splits = load_splits(
        experiment.data,
        seed=experiment.plan.seed,
        folder=experiment.folder,
        data_dir=data_dir,
        offline=offline,
        partner=experiment.partner,
        by_rows=_may_cut(experiment),
        every_class=experiment.classifies,
    )
    splits = _of_known_classes(experiment, splits)
    size = _patch_size(experiment, splits)
    if size is not None:
        splits = _cut(splits, size, experiment.plan.seed)
    _require_one_size(experiment, splits)
    _require_memory(experiment, splits)
    splits = _bounded(splits)
    for line in (*_told(splits.folder), *splits.notes):
        tell(line)
    return splits


def only_known_classes(images: Images, training: Images, split: str) -> tuple[Images, str | None]:
    """Return the images of the classes that training has, and a sentence if there are others.

    Where no image is of such a class all are returned.
    """
    if images.labels is None or training.labels is None:
        return images, None
    known = np.isin(images.labels, training.labels)
    if known.all():
        return images, None
    have, others = (
        listed(_class_name(images, number) for number in np.unique(labels))
        for labels in (training.labels, images.labels[~known])
    )
    if not known.any():
        return images, (
            f"No {split} image is of a class that was trained on ({have}); measured on all of them "
            f"({others})."
        )
    return images.take(np.flatnonzero(known)), (
        f"Measured on the {known.sum():,} {split} images of the classes that were trained on "
        f"({have}); {(~known).sum():,} of others ({others}) are left for `hourglass detect`."
    )


def _class_name(images: Images, number: int) -> str:
    return str(number) if images.class_names is None else images.class_names[number]


def _of_known_classes(experiment: Experiment, splits: Splits) -> Splits:
    """Return splits without the classes that a model that rebuilds images has never seen."""
    if experiment.classifies:
        return splits
    found = {
        split: only_known_classes(images, splits.train, split)
        for split, images in _held(splits).items()
    }
    notes = [note for _, note in found.values() if note is not None]
    notes += _normal_beside_others(splits.train)
    return _measured_on(splits, {split: images for split, (images, _) in found.items()}, notes)


def _normal_beside_others(training: Images) -> list[str]:
    if training.labels is None:
        return []
    names = [_class_name(training, number) for number in np.unique(training.labels)]
    normal = [name for name in names if name.lower() in NAMES_OF_NORMAL]
    others = [name for name in names if name not in normal]
    if not (normal and others):
        return []
    return [
        f"Training has {listed(normal)} and {listed(others)}, and the model learns all of them. To "
        f"find anomalies with it, train on {listed(normal)} alone."
    ]


def _measured_on(splits: Splits, held: Mapping[str, Images], notes: Sequence[str]) -> Splits:
    return replace(
        splits,
        validation=held["validation"],
        test=held["test"],
        notes=(*splits.notes, *notes),
    )


def learned_from(training: Images) -> Images:
    """Return what baselines learn from: all training images, or a drawn part of too many."""
    if are_patches(training):
        return _part(training, "train", _LEARNED_PATCHES)
    return _part(training, "train", len(training))


def are_patches(images: Images) -> bool:
    """Tell whether images are cut from others."""
    return isinstance(images.target if isinstance(images, PairedImages) else images, PatchImages)


def _patch_size(experiment: Experiment, splits: Splits) -> int | None:
    """Return the side of the patches that are cut, ``None`` for whole images."""
    options, (height, width, _) = experiment.folder, splits.train.shape
    if options.patch_size is not None:
        return options.patch_size
    if splits.folder is None or not _may_cut(experiment):
        return None
    if height is None or width is None or max(height, width) > LARGEST_WHOLE_SIDE:
        return DEFAULT_PATCH_SIZE
    return None


def _may_cut(experiment: Experiment) -> bool:
    """Tell whether patches serve as well as whole images, and no other size was asked for."""
    options = experiment.folder
    local = experiment.network_or_default in LOCAL_NETWORKS
    return local and experiment.corruption is not None and not (options.resize or options.crop)


def _cut(splits: Splits, size: int, seed: int) -> Splits:
    """Return splits of patches; those that are measured on are the same for every seed."""
    area = int(splits.train.sides.prod(axis=1).sum())
    train = _patches(
        splits.train,
        size,
        seed=derive(seed, "patches"),
        density=max(_DENSITY, _LEAST_PATCHES * size**2 / area),
        symmetries=True,
    )
    measured = {split: _measured(images, size, split) for split, images in _held(splits).items()}
    words = [splits.fingerprint, *(part.fingerprint for part in (train, *measured.values()))]
    folder = splits.folder
    if folder is not None:
        small = sum(
            int((images.sides.min(axis=1) < size).sum()) for images in splits.parts.values()
        )
        mirrored = f"Images smaller than a patch, mirrored at their edges: {small:,}."
        notes = (*folder.notes, mirrored) if small else folder.notes
        folder = replace(folder, patch_size=size, notes=notes)
    return replace(
        splits,
        train=train,
        validation=measured["validation"],
        test=measured["test"],
        fingerprint=hashlib.sha256("\n".join(words).encode()).hexdigest(),
        folder=folder,
    )


def _patches(images: Images, size: int, **terms: Any) -> Images:
    """Return patches of images; those of a pair come from one place."""
    if isinstance(images, PairedImages):
        sides = (_patches(part, size, **terms) for part in (images.target, images.seen))
        return PairedImages(*sides)
    return PatchImages(images, size, **terms)


def _measured(images: Images, size: int, split: str) -> Images:
    """Return patches in a drawn order, so that the first ones come from many images."""
    seed = derive(FROZEN_SEED, "patches", split)
    patches = _patches(images, size, seed=seed, most=_MEASURED_PATCHES)
    return patches.take(generator(seed, "order").permutation(len(patches)))


def _held(splits: Splits) -> dict[str, Images]:
    return {"validation": splits.validation, "test": splits.test}


def _bounded(splits: Splits) -> Splits:
    """Return splits with few enough images to measure on, with a note for each that was cut."""
    parts = {split: _part(images, split, len(images)) for split, images in _held(splits).items()}
    notes = [
        f"Measured on {len(parts[split]):,} of the {len(images):,} {split} images, drawn once."
        for split, images in _held(splits).items()
        if len(parts[split]) < len(images)
    ]
    return _measured_on(splits, parts, notes)


def _part(images: Images, split: str, most: int) -> Images:
    """Return images, or a drawn part if there are more than ``most`` or they take too much."""
    count = min(most, max(1, MEASURED_BYTES // _bytes_of_one(images)))
    if len(images) <= count:
        return images
    drawn = generator(FROZEN_SEED, "measured", split).permutation(len(images))[:count]
    # Patches come in a drawn order already, and whole images in that of their classes.
    return images.take(drawn if are_patches(images) else np.sort(drawn))


def _bytes_of_one(images: Images) -> int:
    height, width, channels = images.shape
    return prod((height or 0, width or 0, channels)) * np.dtype(np.float32).itemsize


def _require_one_size(experiment: Experiment, splits: Splits) -> None:
    if None not in splits.train.shape:
        return
    sizes = "several sizes" if splits.folder is None else splits.folder.sizes
    raise ImageShapeError(
        f"A {experiment.model_name} needs images of one size, and those of {splits.name} are "
        f"{sizes}. Bring them to one, such as with --resize 64 or --crop 64."
    )


def _require_memory(experiment: Experiment, splits: Splits) -> None:
    """Refuse to hold training images that lie in files because they are too many."""
    keys = {
        "frozen_noise": experiment.frozen_noise,
        "engine = scratch": experiment.engine == "scratch",
        # Its noise is drawn once, before the training.
        "objective = blind-spot with drawn noise": experiment.blind_spot
        and experiment.corruption != FILES,
    }
    key = next((key for key, holds in keys.items() if holds), None)
    if key is None:
        return
    train = splits.train
    if isinstance(train, ArrayImages) or len(train) * _bytes_of_one(train) <= MEASURED_BYTES:
        return
    raise ConfigurationError(
        f"{key} keeps all training images in memory, and the {len(train):,} of {splits.name} are "
        "too many. Leave it out, or train on fewer images."
    )


def _told(folder: FolderRecord | None) -> list[str]:
    if folder is None:
        return []
    left_out, more = folder.left_out()
    named = [f"Left out: {file}." for file in left_out]
    return [*named, *([f"Left out: {more:,} more files."] if more else []), *folder.lines()]
