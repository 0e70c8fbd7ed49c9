"""What an autoencoder that saw no label is worth to a classifier that sees few."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import Labeled, LogisticRegression
from hourglass.bundles import load_model
from hourglass.errors import ConfigurationError
from hourglass.evaluation import accuracy_of
from hourglass.experiment.classification import class_names_of
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.material import learned_from
from hourglass.images import ArrayImages, Images, Splits
from hourglass.inference import classify, encode
from hourglass.models import LatentModel, build_classifier
from hourglass.records import (
    CLASSIFIER_DEFAULTS,
    FewLabelsRow,
    FewLabelsStudy,
    ModelSpec,
    TrainingPlan,
)
from hourglass.runs import RunFolder
from hourglass.seeds import derive, generator
from hourglass.training import train

SHARES: Final = (0.01, 0.1, 1.0)
_DRAWS: Final = 3
# Latents this many standard deviations from their mean are cut off.
_REACH: Final = 3.0
# Latents vary less than pixels once they lie in [0, 1], so that lighter penalties are tried too.
_PENALTIES: Final = (0.01, 0.1, 1.0, 10.0)
_EPOCHS: Final = 30
_FEW: Final = 5_000

Features = Literal["pixels", "latents"]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """The three splits as a classifier sees them."""

    train: ArrayImages
    validation: ArrayImages
    test: ArrayImages


@dataclass(frozen=True, kw_only=True, slots=True)
class _Asked:
    """What every dense network of the study shares."""

    classes: int
    units: tuple[int, ...]
    epochs: int
    seed: int


def study_few_labels(
    run: RunFolder,
    *,
    units: Sequence[int] = CLASSIFIER_DEFAULTS["dense"].units,
    shares: Sequence[float] = SHARES,
    draws: int = _DRAWS,
    epochs: int = _EPOCHS,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Callable[[str], None] = lambda line: None,
) -> FewLabelsStudy:
    """Compare classifiers on latents with the same ones on pixels, for several shares of labels.

    The labels are drawn by class, and so are those of the validation images that choose the
    epoch and the penalty: whoever has few labels has few to choose by. The autoencoder saw all
    training images and no label.

    Parameters
    ----------
    run
        A finished autoencoder with a code.
    units
        Widths of the dense network, the same on pixels and on latents.
    shares
        Parts of the labels, above 0 and at most 1.
    draws
        How many times labels are drawn where not all are taken.
    epochs
        Passes of the dense network over its labels; twice as many over fewer than 5,000.
    data_dir, offline
        Where data come from.
    tell
        Called with a line for each share.

    Raises
    ------
    ConfigurationError
        If the model of the run has no code.
    DataError
        If images have no labels, or the data are not those of the run.
    """
    model, _ = load_model(run.model)
    if not isinstance(model, LatentModel):
        raise ConfigurationError(
            f"Latents need a model with a code; {run.path} has none. Choose network dense or "
            "convolutional."
        )
    splits = load_splits_of(run, data_dir=data_dir, offline=offline)
    splits = replace(splits, train=learned_from(splits.train))
    classes, seed = len(class_names_of(splits)), run.read_experiment().plan.seed
    seen: dict[Features, _Seen] = {"pixels": _pixels(splits), "latents": _latents(model, splits)}
    asked = _Asked(classes=classes, units=tuple(units), epochs=epochs, seed=seed)
    rows: list[FewLabelsRow] = []
    for share in shares:
        tell(f"Learning from {100 * share:g} % of the labels.")
        times = 1 if share == 1.0 else draws
        drawn = [_drawn(splits, share, derive(seed, "labels", draw)) for draw in range(times)]
        for features, images in seen.items():
            rows += _rows(features, images, share, drawn, asked)
    return FewLabelsStudy(
        run=run.path.resolve().name,
        latent_dim=model.code_size,
        units=tuple(units),
        rows=tuple(rows),
    )


def _rows(
    features: Features,
    images: _Seen,
    share: float,
    drawn: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    asked: _Asked,
) -> Iterator[FewLabelsRow]:
    parts = [
        _Seen(
            train=images.train.take(train_rows),
            validation=images.validation.take(validation_rows),
            test=images.test,
        )
        for train_rows, validation_rows in drawn
    ]
    found = {
        "logistic": [_by_logistic(part, images, asked) for part in parts],
        "dense": [_by_dense(part, images, asked) for part in parts],
    }
    for method, accuracies in found.items():
        validation, test = zip(*accuracies, strict=True)
        yield FewLabelsRow(
            features=features,
            method="dense" if method == "dense" else "logistic",
            share=share,
            labels=len(parts[0].train),
            validation_accuracies=validation,
            test_accuracies=test,
        )


def _by_logistic(part: _Seen, images: _Seen, asked: _Asked) -> tuple[float, float]:
    model = LogisticRegression(asked.classes, most=len(images.train), penalties=_PENALTIES)
    model.fit(_labeled(part.train), _labeled(part.validation))
    return _accuracies(part, lambda values: model.classify(values))


def _by_dense(part: _Seen, images: _Seen, asked: _Asked) -> tuple[float, float]:
    spec = ModelSpec(
        network="dense",
        image_shape=images.train.shape,
        options=replace(CLASSIFIER_DEFAULTS["dense"], units=asked.units),
        objective="classify",
        classes=asked.classes,
    )
    model = build_classifier(spec, seed=asked.seed)
    few = len(part.train) < _FEW
    # With few labels an epoch is short, and a network needs more of them.
    epochs = 2 * asked.epochs if few else asked.epochs
    plan = TrainingPlan(
        epochs=epochs,
        patience=epochs // 4,
        batch_size=32 if few else 128,
        learning_rate=1e-3,
        seed=asked.seed,
    )
    validation = part.validation.read_all(), model.targets(part.validation)
    train(model, part.train, plan, validation=validation)
    return _accuracies(part, lambda values: classify(model, values))


def _accuracies(
    part: _Seen, answer: Callable[[NDArray[np.float32]], NDArray[np.float64]]
) -> tuple[float, float]:
    """Return the accuracy on the validation images that were drawn, and on all test images."""
    validation, test = _labeled(part.validation), _labeled(part.test)
    return (
        accuracy_of(answer(validation.values), validation.labels),
        accuracy_of(answer(test.values), test.labels),
    )


def _labeled(images: ArrayImages) -> Labeled:
    labels = images.labels
    return Labeled(images.read_all(), np.empty(0, np.int64) if labels is None else labels)


def _pixels(splits: Splits) -> _Seen:
    return _Seen(
        train=_in_memory(splits.train),
        validation=_in_memory(splits.validation),
        test=_in_memory(splits.test),
    )


def _in_memory(images: Images) -> ArrayImages:
    if isinstance(images, ArrayImages):
        return images
    return ArrayImages(images.read_all(), images.labels, images.class_names)


def _latents(model: LatentModel, splits: Splits) -> _Seen:
    """Return latents as images of one row, each number brought into [0, 1] by training images."""
    codes = {
        split: encode(model, images.read_all()).reshape(len(images), -1)
        for split, images in splits.parts.items()
    }
    middle, spread = codes["train"].mean(axis=0), codes["train"].std(axis=0)
    # A number that is the same for all images says nothing, whatever it is divided by.
    spread = np.where(spread > 0, spread, 1.0)
    scaled = {
        split: np.clip(0.5 + (code - middle) / (2 * _REACH * spread), 0.0, 1.0)
        for split, code in codes.items()
    }
    kept = {
        split: ArrayImages(scaled[split][:, None, :, None], images.labels, images.class_names)
        for split, images in splits.parts.items()
    }
    return _Seen(train=kept["train"], validation=kept["validation"], test=kept["test"])


def _drawn(splits: Splits, share: float, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return positions of training and of validation images, the same share of each class."""
    return (
        _positions(splits.train.labels, share, derive(seed, "train")),
        _positions(splits.validation.labels, share, derive(seed, "validation")),
    )


def _positions(labels: NDArray[np.int64] | None, share: float, seed: int) -> NDArray[np.int64]:
    # The classes are known to have labels by now.
    known = np.empty(0, np.int64) if labels is None else labels
    chance = generator(seed, "share")
    taken = [
        chance.permutation(np.flatnonzero(known == label))[
            : max(1, round(share * int(np.sum(known == label))))
        ]
        for label in np.unique(known)
    ]
    return np.sort(np.concatenate(taken))
