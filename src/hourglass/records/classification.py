"""How well a classifier tells classes apart: the content of ``classification.json``."""

import math
from dataclasses import dataclass
from typing import Final, Literal

from hourglass.errors import ConfigurationError


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifierScores:
    """How well one method names the classes of a split; macro means give each class one voice.

    Attributes
    ----------
    method
        A short name: ``majority``, ``logistic``, ``model``.
    label
        The name that tables and pictures show.
    kind
        ``baseline``, or ``model``.
    detail
        What was chosen or left open.
    accuracy
        Share of images whose most probable class is their own, 1 at best; as all that follow.
    precision, recall, f1
        Macro means over classes; a class that is never predicted counts as precision 0.
    macro_auc, micro_auc
        Area under the one-vs-rest ROC curves: the mean over classes, and of all pairs of an image
        and a class together.
    """

    method: str
    label: str
    kind: Literal["baseline", "model"]
    accuracy: float
    precision: float
    recall: float
    f1: float
    macro_auc: float
    micro_auc: float
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassScores:
    """How well the model tells one class from all others."""

    name: str
    images: int
    precision: float
    recall: float
    f1: float
    auc: float


@dataclass(frozen=True, kw_only=True, slots=True)
class RocCurve:
    """A one-vs-rest ROC curve, thinned to a bounded number of its points.

    Attributes
    ----------
    name
        The class; ``micro`` or ``macro`` for all of them together.
    false_positives, true_positives
        Rates from 0 to 1, one for each point.
    auc
        Area under the whole curve.
    """

    name: str
    false_positives: tuple[float, ...]
    true_positives: tuple[float, ...]
    auc: float


@dataclass(frozen=True, kw_only=True, slots=True)
class CalibrationBin:
    """The images whose confidence lies in (low, high].

    Attributes
    ----------
    low, high
        Borders of the confidence: the probability of the most probable class.
    images
        How many there are.
    confidence, accuracy
        Their means; 0 where there is no image.
    """

    low: float
    high: float
    images: int
    confidence: float
    accuracy: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """An image that was given the wrong class.

    Attributes
    ----------
    position
        Its index into the split.
    true, predicted
        Names of its own class and of the one it was given.
    confidence
        The probability that the model gave to the wrong class.
    """

    position: int
    true: str
    predicted: str
    confidence: float


# Stands in a table where no baseline could be computed.
_NO_BASELINE: Final = ClassifierScores(
    method="none",
    label="no baseline",
    kind="baseline",
    accuracy=math.nan,
    precision=math.nan,
    recall=math.nan,
    f1=math.nan,
    macro_auc=math.nan,
    micro_auc=math.nan,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Classification:
    """The tables of a classifier's run: its model beside what it must beat, and where it errs.

    Attributes
    ----------
    data
        Name or path of the data set.
    split
        What every figure here was measured on: ``test`` or ``validation``.
    images
        How many images the split has.
    methods
        The baselines, the model last.
    classes
        One for each class, in the order of the labels.
    curves
        The model's ROC curve for each class, then ``micro`` and ``macro``.
    confusion
        Images of each class (rows) by the class they were given (columns).
    calibration
        Bins of the model's confidence, the lowest first.
    calibration_error
        Expected calibration error: mean of |confidence − accuracy| over bins, weighted by their
        images (Guo et al. 2017, equation 3).
    cross_entropy
        Mean of −log of the probability of the true class, in nats.
    mistakes
        The wrong answers that the model was surest of, the surest first.
    left_out
        A line for each thing that was done with less than all data, with the reason.

    Raises
    ------
    ConfigurationError
        If the methods do not have exactly one model among them, or the confusion matrix does not
        have a row and a column for each class.
    """

    data: str
    split: Literal["test", "validation"]
    images: int
    methods: tuple[ClassifierScores, ...]
    classes: tuple[ClassScores, ...]
    curves: tuple[RocCurve, ...]
    confusion: tuple[tuple[int, ...], ...]
    calibration: tuple[CalibrationBin, ...]
    calibration_error: float
    cross_entropy: float
    mistakes: tuple[Mistake, ...] = ()
    left_out: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        models = [method for method in self.methods if method.kind == "model"]
        sizes = {len(self.classes), len(self.confusion), *map(len, self.confusion)}
        if len(models) != 1 or len(sizes) != 1:
            raise ConfigurationError(
                "A classification has one method of kind model and a confusion matrix with a row "
                f"and a column for each class; this one has {len(models)} models and sizes "
                f"{sorted(sizes)}. Evaluate the run again."
            )

    @property
    def model(self) -> ClassifierScores:
        """The scores of the trained model."""
        return next(method for method in self.methods if method.kind == "model")

    @property
    def best_baseline(self) -> ClassifierScores:
        """The baseline with the highest accuracy.

        Where there is none, one called ``no baseline`` whose figures are all NaN.
        """
        return max(
            (method for method in self.methods if method.kind == "baseline"),
            key=lambda method: method.accuracy,
            default=_NO_BASELINE,
        )

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes, in the order of the labels."""
        return tuple(entry.name for entry in self.classes)


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifierResult:
    """What one finished classifier of a group adds to its own files.

    Attributes
    ----------
    name, role, about
        As in ``Member``.
    images_seen
        Training images seen in all steps together.
    train_images, train_accuracy
        Accuracy on as many training images as there are test images.
    validation_accuracy
        What the best one is chosen by.
    test_accuracy
        Told after the choice, never used for it.
    """

    name: str
    role: Literal["published", "changed", "own"]
    about: str
    images_seen: int
    train_images: int
    train_accuracy: float
    validation_accuracy: float
    test_accuracy: float

    @property
    def gap(self) -> float:
        """Training accuracy less test accuracy."""
        return self.train_accuracy - self.test_accuracy
