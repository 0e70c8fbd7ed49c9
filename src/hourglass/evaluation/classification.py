"""How well probabilities of classes fit the true ones, as numbers."""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from hourglass.records import (
    CalibrationBin,
    Classification,
    ClassifierScores,
    ClassScores,
    Mistake,
    RocCurve,
)

# Guo et al. (2017) take as many.
_BINS: Final = 15
_MOST_POINTS: Final = 100
_MOST_MISTAKES: Final = 24
# −log of a probability that was rounded to 0 is not infinite.
_LEAST_PROBABILITY: Final = 1e-15


def accuracy_of(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the share of images whose most probable class is their own.

    Parameters
    ----------
    probabilities
        Shape (count, classes).
    labels
        Shape (count,).
    """
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def cross_entropy(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float:
    """Return the mean of −log of the probability of the true class, in nats.

    Parameters are those of ``accuracy_of``.
    """
    true = probabilities[np.arange(len(labels)), labels]
    return float(-np.log(np.maximum(true, _LEAST_PROBABILITY)).mean())


def score_classifier(
    method: str,
    label: str,
    kind: Literal["baseline", "model"],
    *,
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    detail: str = "",
) -> ClassifierScores:
    """Score the probabilities that one method gives to classes.

    Parameters
    ----------
    method, label, kind, detail
        As in ``ClassifierScores``.
    probabilities
        Shape (count, classes), rows add up to 1.
    labels
        Shape (count,); every class has an image.
    """
    by_class = _precision_recall_f1(probabilities, labels)
    truth = _one_hot(labels, probabilities.shape[1])
    precision, recall, f1 = by_class.mean(axis=1).tolist()
    return ClassifierScores(
        method=method,
        label=label,
        kind=kind,
        detail=detail,
        accuracy=accuracy_of(probabilities, labels),
        precision=precision,
        recall=recall,
        f1=f1,
        macro_auc=float(np.mean(_areas(probabilities, truth))),
        micro_auc=float(metrics.roc_auc_score(truth.ravel(), probabilities.ravel())),
    )


def describe_classifier(
    methods: Sequence[ClassifierScores],
    *,
    data: str,
    split: Literal["test", "validation"],
    probabilities: NDArray[np.float64],
    labels: NDArray[np.int64],
    class_names: Sequence[str],
    left_out: Sequence[str] = (),
) -> Classification:
    """Say of a model beside its baselines which classes it confuses, and how sure it is.

    Parameters
    ----------
    methods
        The baselines, and the model last.
    data, split, left_out
        As in ``Classification``.
    probabilities
        Those of the model, shape (count, classes).
    labels
        Shape (count,).
    class_names
        One for each column.
    """
    bins = calibration_bins(probabilities, labels)
    guesses = probabilities.argmax(axis=1)
    matrix = metrics.confusion_matrix(labels, guesses, labels=range(len(class_names)))
    return Classification(
        data=data,
        split=split,
        images=len(labels),
        methods=tuple(methods),
        classes=tuple(_classes(probabilities, labels, class_names)),
        curves=tuple(roc_curves(probabilities, labels, class_names)),
        confusion=tuple(tuple(row) for row in matrix.tolist()),
        calibration=bins,
        calibration_error=calibration_error(bins),
        cross_entropy=cross_entropy(probabilities, labels),
        mistakes=tuple(_mistakes(probabilities, labels, class_names)),
        left_out=tuple(left_out),
    )


def roc_curves(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], class_names: Sequence[str]
) -> Iterator[RocCurve]:
    """Yield the one-vs-rest ROC curve of each class, then ``micro`` and ``macro``.

    ``micro`` takes each pair of an image and a class for a question of its own; ``macro`` is the
    mean of the curves of the classes at each false positive rate (Fawcett 2006, section 9).
    """
    truth = _one_hot(labels, len(class_names))
    areas = _areas(probabilities, truth)
    curves = [
        metrics.roc_curve(truth[:, number], probabilities[:, number])[:2]
        for number in range(len(class_names))
    ]
    for name, curve, area in zip(class_names, curves, areas, strict=True):
        yield _thinned(name, curve[0], curve[1], area)
    false, true, _ = metrics.roc_curve(truth.ravel(), probabilities.ravel())
    yield _thinned("micro", false, true, float(metrics.auc(false, true)))
    grid = np.unique(np.concatenate([false for false, _ in curves]))
    mean = np.mean([np.interp(grid, false, true) for false, true in curves], axis=0)
    yield _thinned("macro", np.append(0.0, grid), np.append(0.0, mean), float(np.mean(areas)))


def calibration_bins(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], count: int = _BINS
) -> tuple[CalibrationBin, ...]:
    """Return how often the model is right where it is how sure (Guo et al. 2017, section 2).

    Parameters
    ----------
    probabilities
        Shape (count, classes).
    labels
        Shape (count,).
    count
        How many bins of equal width divide the confidences from 0 to 1.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    borders = np.linspace(0.0, 1.0, count + 1)
    places = np.clip(np.searchsorted(borders, confidence, side="left") - 1, 0, count - 1)
    return tuple(
        CalibrationBin(
            low=float(borders[number]),
            high=float(borders[number + 1]),
            images=int(inside.sum()),
            confidence=float(confidence[inside].mean()) if inside.any() else 0.0,
            accuracy=float(right[inside].mean()) if inside.any() else 0.0,
        )
        for number in range(count)
        for inside in (places == number,)
    )


def calibration_error(bins: Sequence[CalibrationBin]) -> float:
    """Return the mean of |confidence − accuracy| over images (Guo et al. 2017, equation 3)."""
    gaps = sum(entry.images * abs(entry.confidence - entry.accuracy) for entry in bins)
    return gaps / sum(entry.images for entry in bins)


def _one_hot(labels: NDArray[np.int64], classes: int) -> NDArray[np.int64]:
    return np.eye(classes, dtype=np.int64)[labels]


def _areas(probabilities: NDArray[np.float64], truth: NDArray[np.int64]) -> list[float]:
    return [
        float(metrics.roc_auc_score(truth[:, number], probabilities[:, number]))
        for number in range(truth.shape[1])
    ]


def _precision_recall_f1(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return precision, recall and F1 (rows) of each class (columns)."""
    found = metrics.precision_recall_fscore_support(
        labels,
        probabilities.argmax(axis=1),
        labels=range(probabilities.shape[1]),
        zero_division=0.0,
    )
    return np.array(found[:3])


def _classes(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], class_names: Sequence[str]
) -> Iterator[ClassScores]:
    truth = _one_hot(labels, len(class_names))
    columns = _precision_recall_f1(probabilities, labels).T.tolist()
    areas = _areas(probabilities, truth)
    counts = truth.sum(axis=0).tolist()
    for name, images, scores, area in zip(class_names, counts, columns, areas, strict=True):
        precision, recall, f1 = scores
        yield ClassScores(
            name=name, images=images, precision=precision, recall=recall, f1=f1, auc=area
        )


def _mistakes(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], class_names: Sequence[str]
) -> Iterator[Mistake]:
    guesses, confidence = probabilities.argmax(axis=1), probabilities.max(axis=1)
    wrong = np.flatnonzero(guesses != labels)
    surest = wrong[np.argsort(-confidence[wrong], kind="stable")][:_MOST_MISTAKES]
    for position in surest.tolist():
        yield Mistake(
            position=position,
            true=class_names[labels[position]],
            predicted=class_names[guesses[position]],
            confidence=float(confidence[position]),
        )


def _thinned(
    name: str, false: NDArray[np.float64], true: NDArray[np.float64], area: float
) -> RocCurve:
    """Return a curve with points at equal distances along it, its ends among them."""
    way = np.append(0.0, np.cumsum(np.abs(np.diff(false)) + np.abs(np.diff(true))))
    stops = np.linspace(0.0, way[-1], _MOST_POINTS)
    kept = np.unique(np.searchsorted(way, stops, side="left").clip(0, len(way) - 1))
    return RocCurve(
        name=name,
        false_positives=tuple(false[kept].tolist()),
        true_positives=tuple(true[kept].tolist()),
        auc=area,
    )
