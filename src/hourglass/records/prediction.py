"""What a classifier says of files, and how far it may be believed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, ClassVar, Final, Literal

from annotated_types import Ge, Gt, Le, MaxLen, MinLen

from hourglass.errors import ConfigurationError
from hourglass.records.detection import ObservedRate
from hourglass.records.folder import ColorName
from hourglass.records.value_range import NumberType, ValueRange

#: Scores of a split that are kept.
MOST_CALIBRATED: Final = 1000
#: Share of images whose class the set may lack, and of those that may be flagged as unknown.
DEFAULT_ERROR: Final = 0.05
DEFAULT_UNKNOWN: Final = 0.01
DEFAULT_TOP: Final = 3
#: Files that a record tells one by one: the least sure.
MOST_LEAST_SURE: Final = 24
PREDICTIONS_SCHEMA: Final = 1

Flag = Literal["", "unsure", "unknown"]
Probability = Annotated[float, Ge(0), Le(1)]
_Row = Annotated[tuple[float, ...], MaxLen(1000)]
_Scores = Annotated[tuple[float, ...], MinLen(1), MaxLen(MOST_CALIBRATED)]
_Probabilities = Annotated[tuple[Probability, ...], MinLen(1), MaxLen(MOST_CALIBRATED)]


@dataclass(frozen=True, kw_only=True, slots=True)
class TemperatureEffect:
    """What dividing the logits by the temperature does on one split.

    Attributes
    ----------
    split
        The temperature was fitted to ``validation``; ``test`` measures it.
    images
        How many the split has.
    cross_entropy, calibrated_cross_entropy
        Mean of −log of the probability of the true class in nats, before and after.
    calibration_error, calibrated_error
        Expected calibration error (Guo et al. 2017, equation 3), before and after.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    split: Literal["validation", "test"]
    images: Annotated[int, Ge(1)]
    cross_entropy: float
    calibrated_cross_entropy: float
    calibration_error: float
    calibrated_error: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Temperature:
    """What logits are divided by, and what that does.

    Attributes
    ----------
    temperature
        Fitted to the validation images; 1 leaves probabilities as the network gives them.
    fitted, measured
        The effect on the validation images, and on the test images.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    temperature: Annotated[float, Gt(0)]
    fitted: TemperatureEffect
    measured: TemperatureEffect


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownImages:
    """What the training images of a classifier look like, to it and by themselves.

    Attributes
    ----------
    whitening
        Brings logits, less the mean of their class, to unit variance in every direction: a row
        for each class, a column for each direction that is kept.
    class_means
        The mean of the whitened logits of each class, in rows.
    statistics_mean, statistics_whitening
        The same for the three statistics of the pixels, which need no classes.
    logit_scale, statistics_scale
        Median of the logarithms of the distances of training images, and how far the 99th
        percentile lies above it.

    Raises
    ------
    ConfigurationError
        If shapes do not belong together, or a scale is not above 0.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    whitening: Annotated[tuple[_Row, ...], MaxLen(1000)]
    class_means: Annotated[tuple[_Row, ...], MaxLen(1000)]
    statistics_mean: tuple[float, float, float]
    statistics_whitening: tuple[
        tuple[float, float, float], tuple[float, float, float], tuple[float, float, float]
    ]
    logit_scale: tuple[float, Annotated[float, Gt(0)]]
    statistics_scale: tuple[float, Annotated[float, Gt(0)]]

    def __post_init__(self) -> None:
        widths = {len(row) for row in (*self.whitening, *self.class_means)}
        if len(self.whitening) != len(self.class_means) or len(widths) != 1:
            raise ConfigurationError(
                "whitening and class_means must have a row for each class, all of one length; "
                f"they have {len(self.whitening)} and {len(self.class_means)} rows of "
                f"{sorted(widths)} numbers."
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifierCalibration:
    """The content of ``calibration.json``: what is needed to say how sure a classifier may be.

    Attributes
    ----------
    class_names
        In the order of the labels.
    scaling
        What logits are divided by.
    known
        What images are held against, to tell those that are unlike all of training.
    validation_images
        How many gave the scores from which sets and flags are taken.
    ranks
        Which of their scores are kept, from the least to the most unusual: all of up to 1,000; of
        more the 500 most unusual, and 500 of the others at equal distances.
    true_probability, novelty
        The scores of these ranks: the calibrated probability of the own class, falling, and how
        unlike the training images an image is, rising.
    test_true_probability, test_first, test_second, test_novelty
        Of up to 1,000 test images: the same, and their highest and second highest probability.
        They measure what sets and flags are worth.
    chosen_on_validation
        Whether the weights are those of the epoch that was best on the validation images.

    Raises
    ------
    ConfigurationError
        If lengths do not agree, or ranks and scores are in another order.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    class_names: Annotated[tuple[str, ...], MinLen(2), MaxLen(1000)]
    scaling: Temperature
    known: KnownImages
    validation_images: Annotated[int, Ge(1)]
    ranks: Annotated[tuple[Annotated[int, Ge(1)], ...], MinLen(1), MaxLen(MOST_CALIBRATED)]
    true_probability: _Probabilities
    novelty: _Scores
    test_true_probability: _Probabilities
    test_first: _Probabilities
    test_second: _Probabilities
    test_novelty: _Scores
    chosen_on_validation: bool = False

    def __post_init__(self) -> None:
        tests = (self.test_true_probability, self.test_first, self.test_second, self.test_novelty)
        scores = (self.true_probability, self.novelty)
        if (
            len(self.known.class_means) != len(self.class_names)
            or {len(values) for values in scores} != {len(self.ranks)}
            or len({len(values) for values in tests}) != 1
        ):
            raise ConfigurationError(
                "A calibration has a mean for each class and as many scores of one kind as of the "
                f"other; this one has {len(self.class_names)} classes with "
                f"{len(self.known.class_means)} means, {len(self.ranks)} ranks with "
                f"{', '.join(str(len(values)) for values in scores)} scores, and "
                f"{', '.join(str(len(values)) for values in tests)} scores of test images."
            )
        rising = (
            sorted(set(self.ranks)) == list(self.ranks)
            and sorted(self.novelty) == list(self.novelty)
            and sorted(self.true_probability, reverse=True) == list(self.true_probability)
        )
        if not rising or self.ranks[-1] != self.validation_images:
            raise ConfigurationError(
                "The ranks of a calibration rise to the number of validation images, its "
                "novelties rise, and its probabilities fall; these do not."
            )


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictionRequest:
    """What a table of predictions is made of: equal requests give equal tables.

    Attributes
    ----------
    model_sha256, calibration_sha256
        Of the weights, and of the calibration with its class names.
    images
        The files in words: names of the given folders and files without what leads to them.
    images_sha256
        Over names, sizes and times of the files.
    count
        Number of files.
    image_shape, resize, crop, color
        How each file is brought to the form of the training images.
    max_pixels
        Files with more are not decoded.
    top
        How many classes each row names.
    error, unknown
        The levels that were used.
    ranges
        What black and white were in the files, by type, where these are not the ends of the type.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}

    model_sha256: str
    calibration_sha256: str
    images: str
    images_sha256: str
    count: int
    image_shape: tuple[int | None, int | None, int]
    resize: str | None
    crop: str | None
    color: ColorName | None
    max_pixels: int
    top: int
    error: float | None
    unknown: float | None
    ranges: Mapping[NumberType, ValueRange] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictedFile:
    """One file, as its row of the table has it.

    Attributes
    ----------
    position
        Its place among the files.
    file
        Its path from the given folder on.
    class_name, probability
        The most probable class.
    flag
        ``unknown`` for an image unlike those of training, ``unsure`` for one whose set has no
        class or several, nothing otherwise or where that cannot be told.
    """

    position: int
    file: str
    class_name: str
    probability: float
    flag: Flag = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlagRates:
    """How often the run's own test images are flagged, at the levels that were used.

    Attributes
    ----------
    error, unknown
        The levels: share of images whose class the set may lack, and of those that may be flagged
        as unknown, where they are like the training images.
    validation_images
        From how many scores the thresholds were taken.
    error_range, unknown_range
        Between which rates those thresholds really lie, as chance has it with so many images, at
        95 % confidence.
    missed
        Test images whose class is not in their set.
    unsure, unknown_flagged, flagged
        Test images that are unsure; that are flagged as unknown; that are one or the other.
    """

    error: float
    unknown: float
    validation_images: int
    error_range: tuple[float, float]
    unknown_range: tuple[float, float]
    missed: ObservedRate
    unsure: ObservedRate
    unknown_flagged: ObservedRate
    flagged: ObservedRate


@dataclass(frozen=True, kw_only=True, slots=True)
class LabeledFiles:
    """How often the class of a file is the sub-folder that it lies in.

    Attributes
    ----------
    files
        Files in sub-folders that are called like a class.
    right
        How many of them are named rightly.
    low, high
        The exact interval of that share (Clopper and Pearson 1934), at 95 % confidence.
    commonest, commonest_share
        The class that most of these files have, and the accuracy of always naming it.
    unflagged, unflagged_right
        Of the files without a flag: how many, and how many rightly.
    missed
        Files whose class is not in their set; ``None`` without sets.
    other_folders, other_files
        Up to 20 sub-folders that are no class of the model, and how many files they hold. These
        are not counted above.
    measured_on
        Always ``the given files``.
    """

    files: int
    right: int
    low: float
    high: float
    commonest: str
    commonest_share: float
    unflagged: int
    unflagged_right: int
    missed: int | None = None
    other_folders: tuple[str, ...] = ()
    other_files: int = 0
    measured_on: Literal["the given files"] = "the given files"

    @property
    def accuracy(self) -> float:
        """Share of the files that are named rightly."""
        return self.right / self.files


@dataclass(frozen=True, kw_only=True, slots=True)
class PredictedFiles:
    """What became of files that were to be classified.

    Attributes
    ----------
    output
        The table.
    request
        What it was made of.
    run, model
        The run, and what it is in words.
    files, failed
        How many were given, and how many could not be used.
    reasons
        Why, by file: at most ``MOST_REASONS`` of them.
    classes
        Files by the class they were given, in the order of the labels.
    unsure, unknown
        Files with these flags; ``None`` without calibration.
    scaling
        What logits were divided by; ``None`` where probabilities are not calibrated.
    rates
        What the flags are worth; ``None`` without calibration.
    labeled
        Accuracy, where sub-folders are called like classes.
    least_sure
        Unknown files first, then unsure ones, then those of the lowest probability.
    notes
        What else is to be known, a sentence each.
    done_before
        Whether the table was there already and is left alone.
    sheet
        The picture of the least sure files, where one was asked for.
    not_listed
        What the given folders hold besides, counted by ending or reason.
    """

    __pydantic_config__: ClassVar = {"extra": "forbid"}
    MOST_REASONS: ClassVar[int] = 1000

    output: str
    request: PredictionRequest
    run: str
    model: str
    files: int
    failed: int
    classes: Mapping[str, int]
    unsure: int | None = None
    unknown: int | None = None
    scaling: Temperature | None = None
    rates: FlagRates | None = None
    labeled: LabeledFiles | None = None
    least_sure: tuple[PredictedFile, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    not_listed: Mapping[str, int] = field(default_factory=dict)
    done_before: bool = False
    sheet: str | None = None
    schema_version: int = PREDICTIONS_SCHEMA
