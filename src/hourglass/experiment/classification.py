"""The tables of a classifier: what it must beat, how sure it is, and where it errs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import ClassifierBaseline, Labeled, classifier_baselines
from hourglass.errors import DataError
from hourglass.evaluation import accuracy_of, describe_classifier, score_classifier
from hourglass.experiment.kept import KeptResults
from hourglass.experiment.material import learned_from
from hourglass.experiment.pairs import FROZEN_SEED
from hourglass.images import Images, Splits, classes_not_everywhere
from hourglass.inference import classify
from hourglass.models import Classifier
from hourglass.records import (
    Classification,
    ClassifierScores,
    Experiment,
    ModelSpec,
    Samples,
)

Split = Literal["test", "validation"]
Tell = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifierTable:
    """A classification, and the images behind its mistakes."""

    classification: Classification
    samples: Samples


def class_names_of(splits: Splits) -> tuple[str, ...]:
    """Return the names of the classes; those without names go by number.

    Raises
    ------
    DataError
        If images have no labels, there is one class alone, or a split lacks a class.
    """
    labels = {split: labels_of(images, splits.name) for split, images in splits.parts.items()}
    count = 1 + max(int(values.max()) for values in labels.values())
    names = splits.train.class_names or tuple(map(str, range(count)))
    if len(names) < 2:
        raise DataError(
            f"A classifier needs two classes or more to tell apart; {splits.name} has one, "
            f"{names[0]}. Add images of another class."
        )
    if missing := classes_not_everywhere(splits.parts, of=len(names)):
        raise DataError(
            f"A classifier needs every class in every split; in {splits.name}, {missing}. Add "
            "images, leave the class out, or merge it with another one."
        )
    return names


def labels_of(images: Images, name: str) -> NDArray[np.int64]:
    """Return the labels of images.

    Raises
    ------
    DataError
        If they have none.
    """
    if images.labels is None:
        raise DataError(
            f"objective = classify needs labels, and {name} has none. Put the images of each class "
            "into a folder of its own, name a table of files and classes (--labels FILE), or give "
            "labels beside images in an .npz file."
        )
    return images.labels


def classifier_spec(experiment: Experiment, splits: Splits) -> ModelSpec:
    """Return what to build for a classifier of the classes of a data set."""
    return ModelSpec(
        network=experiment.network_or_default,
        image_shape=splits.train.shape,
        options=experiment.network_options,
        objective="classify",
        classes=len(class_names_of(splits)),
        reconstruction_loss=experiment.loss,
    )


def classifier_accuracy(model: Classifier, images: Images) -> float:
    """Return the share of images that a classifier names rightly."""
    return accuracy_of(classify(model, images.read_all()), model.targets(images))


def measure_classifier(
    model: Classifier,
    experiment: Experiment,
    splits: Splits,
    split: Split = "test",
    *,
    tell: Tell = lambda line: None,
) -> ClassifierTable:
    """Score a classifier and its baselines on one split.

    Baselines learn from the training split and choose on the validation split. ``tell`` gets a
    line where they cannot be kept for the next run.
    """
    images: Images = getattr(splits, split)
    names, labels = class_names_of(splits), labels_of(images, splits.name)
    values = images.read_all()
    probabilities = classify(model, values)
    rivals = list(_rivals(splits, split, len(names), tell))
    own = score_classifier(
        "model",
        experiment.model_name,
        "model",
        probabilities=probabilities,
        labels=labels,
        detail=f"{model.count_params():,} parameters",
    )
    classification = describe_classifier(
        [*rivals, own],
        data=splits.name,
        split=split,
        probabilities=probabilities,
        labels=labels,
        class_names=names,
    )
    return ClassifierTable(classification=classification, samples=_samples(classification, values))


def _samples(classification: Classification, values: NDArray[np.float32]) -> Samples:
    shown = np.array([entry.position for entry in classification.mistakes], dtype=np.int64)
    positions = np.unique(shown)
    return Samples(
        groups={"mistakes": shown},
        positions=positions,
        images={"clean": values[positions]},
        errors={},
    )


def _rivals(splits: Splits, split: Split, classes: int, tell: Tell) -> Iterator[ClassifierScores]:
    images: Images = getattr(splits, split)
    labels = labels_of(images, splits.name)
    results = KeptResults(splits, tell)
    for baseline in classifier_baselines(classes, seed=FROZEN_SEED):
        key = results.key(f"classify-{baseline.method}", baseline.seed)
        kept = results.load(key)
        if kept is None:
            kept = _fitted(baseline, splits)
            results.store(key, kept)
        yield score_classifier(
            baseline.method,
            baseline.label,
            "baseline",
            probabilities=kept[split],
            labels=labels,
            detail=str(kept["detail"]),
        )


def _fitted(baseline: ClassifierBaseline, splits: Splits) -> dict[str, NDArray[Any]]:
    """Return the probabilities of both splits that are measured on, and what was chosen."""
    training, validation, test = (
        Labeled(images.read_all(), labels_of(images, splits.name))
        for images in (learned_from(splits.train), splits.validation, splits.test)
    )
    baseline.fit(training, validation)
    return {
        "validation": baseline.classify(validation.values),
        "test": baseline.classify(test.values),
        "detail": np.array(baseline.detail),
    }
