"""The latents of a run, measured and mapped beside raw pixels and PCA."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import Pairs, PCAReconstruction
from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.evaluation import (
    Classes,
    neighbors_within,
    perplexity_within,
    score_space,
    tsne_map,
)
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.pairs import FROZEN_SEED
from hourglass.images import Images, Splits
from hourglass.inference import encode
from hourglass.models import LatentModel
from hourglass.records import MAPPED_IMAGES, Embedding, Experiment, Maps, SpaceName, SpaceScores
from hourglass.runs import TrainedModel
from hourglass.seeds import derive, generator

_MOST_TRAINING: Final = 60_000
_MOST_ASKED: Final = 10_000
_MOST_FITTED: Final = 10_000
# Of one array of pixels: 200 MB, all training images of MNIST.
_MOST_VALUES: Final = 50_000_000

Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class LatentStudy:
    """What was found, and the maps behind it."""

    embedding: Embedding
    maps: Maps


class _Material(NamedTuple):
    """Images, shape (count, height, width, channels), and which of them are used for what."""

    images: NDArray[np.float32]
    training: NDArray[np.float32]
    classes: Classes | None
    class_names: tuple[str, ...]
    left_out: str
    fitted: NDArray[np.int64]
    mapped: NDArray[np.int64]
    asked: NDArray[np.int64]


class _Space(NamedTuple):
    """All images in one space; codes have shape (count, dimensions)."""

    name: SpaceName
    label: str
    codes: NDArray[np.float32]
    training: NDArray[np.float32]


def evaluate_latents(
    run: TrainedModel,
    *,
    split: Literal["test", "validation"] = "test",
    most_mapped: int = MAPPED_IMAGES,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
) -> LatentStudy:
    """Measure how clean images lie in the code of a run, beside raw pixels and as large a PCA.

    What is fitted is fitted to the train split. Where there are more images than a few minutes
    allow, the same ones are drawn for every run.

    Parameters
    ----------
    run
        A finished run whose network has a code.
    split
        What to measure on.
    most_mapped
        How many images are laid out on the maps.
    data_dir, offline
        Where data come from.
    tell
        Called with a line for each space.

    Raises
    ------
    ConfigurationError
        If the network has no code.
    DataError
        If the data are not those that the run was trained on, or too few.
    """
    experiment = run.read_experiment()
    model, _ = load_model(run.model)
    if not isinstance(model, LatentModel):
        raise ConfigurationError(_no_code(experiment))
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    material = _material(splits, split, most_mapped)
    maps: dict[str, NDArray[np.float32]] = {}
    scores = []
    for space in _spaces(model, material):
        tell(f"Measuring {space.label}: {space.codes.shape[1]:,} numbers for an image.")
        places = tsne_map(space.codes[material.mapped], seed=derive(FROZEN_SEED, "map"))
        maps[space.name] = places
        scores.append(_score(space, places, material))
    classes, mapped = material.classes, material.mapped
    embedding = Embedding(
        run=run.path.resolve().name,
        data=splits.name,
        model=experiment.model_name,
        split=split,
        images=len(material.images),
        train_images=len(material.training),
        fitted_images=len(material.fitted),
        mapped_images=len(mapped),
        neighbors=neighbors_within(len(mapped)),
        perplexity=perplexity_within(len(mapped)),
        seed=FROZEN_SEED,
        class_names=material.class_names,
        left_out=material.left_out,
        spaces=tuple(scores),
    )
    labels = None if classes is None else classes.labels[mapped]
    positions = material.asked[mapped]
    return LatentStudy(
        embedding=embedding, maps=Maps(positions=positions, labels=labels, maps=maps)
    )


def _material(splits: Splits, split: str, most_mapped: int) -> _Material:
    whole: Images = getattr(splits, split)
    asked = _affordable(whole, _MOST_ASKED, split)
    images = whole.take(asked)
    training = splits.train.take(_affordable(splits.train, _MOST_TRAINING, "train"))
    classes = _classes(images, training)
    return _Material(
        images=images.read_all(),
        training=training.read_all(),
        classes=classes,
        class_names=() if classes is None else _names(images, classes),
        left_out="" if classes is not None else _unlabeled(training),
        fitted=_draw(len(training), _MOST_FITTED, "fitted"),
        mapped=_draw(len(images), most_mapped, "mapped"),
        asked=asked,
    )


def _score(space: _Space, places: NDArray[np.float32], material: _Material) -> SpaceScores:
    return score_space(
        space.name,
        space.label,
        codes=space.codes,
        training=space.training,
        fitted=material.fitted,
        mapped=material.mapped,
        pixels=_rows(material.images[material.mapped]),
        places=places,
        classes=material.classes,
        seed=derive(FROZEN_SEED, "clusters"),
    )


def _spaces(model: LatentModel, material: _Material) -> Iterator[_Space]:
    """Yield the spaces one after the other, so that only one is held beside the pixels."""
    images, training = material.images, material.training
    yield _Space("pixels", "raw pixels", _rows(images), _rows(training))
    pca = PCAReconstruction(model.code_size, seed=derive(FROZEN_SEED, "pca"))
    known = Pairs(seen=training, clean=training)
    pca.fit(known, known)
    yield _Space("pca", pca.label, pca.encode(images), pca.encode(training))
    yield _Space("latents", "latents", _rows(encode(model, images)), _rows(encode(model, training)))


def _affordable(images: Images, most: int, purpose: str) -> NDArray[np.int64]:
    """Return the positions of as many images as bounded time and memory allow."""
    values = math.prod(size or 1 for size in images.shape)
    return _draw(len(images), min(most, max(1, _MOST_VALUES // values)), purpose)


def _draw(count: int, most: int, purpose: str) -> NDArray[np.int64]:
    """Return positions in order: all of them, or as many as may be, drawn without a run's seed."""
    if count <= most:
        return np.arange(count)
    return np.sort(generator(FROZEN_SEED, "latents", purpose).choice(count, most, replace=False))


def _classes(images: Images, training: Images) -> Classes | None:
    labels, known = images.labels, training.labels
    if labels is None or known is None or len(np.unique(known)) < 2:
        return None
    return Classes(labels, known)


def _names(images: Images, classes: Classes) -> tuple[str, ...]:
    count = int(max(classes.labels.max(), classes.training.max())) + 1
    return images.class_names or tuple(str(number) for number in range(count))


def _unlabeled(training: Images) -> str:
    what = "have no labels" if training.labels is None else "are all of one class"
    return (
        f"kNN, probe and clusters are left out: the images {what}. Put each class into a folder "
        "of its own, or give a file with labels."
    )


def _no_code(experiment: Experiment) -> str:
    with_code = Experiment(
        data=experiment.data, network="convolutional", corruption=experiment.corruption
    )
    return (
        f"A {experiment.model_name} has no code whose numbers could be measured. A run that has "
        f"one: {with_code.command()}"
    )


def _rows(codes: NDArray[np.float32]) -> NDArray[np.float32]:
    return codes.reshape(len(codes), -1)
