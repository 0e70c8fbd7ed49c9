"""What a classifier's own data say about how sure it may be: fitted, measured, and kept."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, DataError, MissingPathError, WriteError
from hourglass.evaluation import (
    calibrated_interval,
    conformal_rank,
    cross_entropy,
    expected_calibration_error,
    fit_known_images,
    fit_temperature,
    lowest_rate,
    novelty,
    pixel_statistics,
    softmax,
)
from hourglass.experiment.classification import class_names_of, labels_of
from hourglass.experiment.detect_results import observed_rate
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.network_view import batches_of
from hourglass.experiment.pairs import FROZEN_SEED
from hourglass.images import Images, Splits
from hourglass.inference import classify_logits
from hourglass.models import Classifier
from hourglass.records import (
    DEFAULT_ERROR,
    DEFAULT_UNKNOWN,
    MOST_CALIBRATED,
    ClassifierCalibration,
    Experiment,
    FlagRates,
    ObservedRate,
    Temperature,
    TemperatureEffect,
)
from hourglass.runs import RunFolder, TrainedModel
from hourglass.seeds import generator

# Enough for the covariance of the logits.
_MOST_FITTED: Final = 5_000
_DIGITS: Final = 6
Tell = Callable[[str], None]
Floats = NDArray[np.float64]


@final
class Flags:
    """Sets of classes and flags at given levels, from the scores of validation images.

    A set holds each class whose probability is high enough: split conformal prediction with the
    score 1 − p (Sadinle, Lei and Wasserman 2019). Of other images like these it lacks the class of
    at most a share ``error``, and at most a share ``unknown`` is flagged as unknown.

    Parameters
    ----------
    calibration
        What was kept of the validation images.
    error, unknown
        The levels; by default 0.05 and 0.01, or the lowest that so few images can promise.

    Raises
    ------
    ConfigurationError
        If a level that was asked for cannot be promised.
    """

    def __init__(
        self,
        calibration: ClassifierCalibration,
        error: float | None = None,
        unknown: float | None = None,
    ) -> None:
        self.calibration = calibration
        count = calibration.validation_images
        self.error = _level("error", error, DEFAULT_ERROR, count)
        self.unknown = _level("unknown", unknown, DEFAULT_UNKNOWN, count)
        self._least = calibration.true_probability[self._place(self.error)]
        self._most = calibration.novelty[self._place(self.unknown)]

    @property
    def temperature(self) -> float:
        """What logits are divided by."""
        return self.calibration.scaling.temperature

    def novelties(self, logits: Floats, statistics: Floats) -> Floats:
        """Return how unlike the training images others are, shape (images,)."""
        return novelty(self.calibration.known, logits, statistics)

    def p_values(self, novelties: Floats) -> Floats:
        """Return how likely an image like those of the training is so unlike them or more.

        It is at most ``unknown`` exactly for the images that are flagged. Between two ranks that
        were kept it is that of the lower.
        """
        known = self.calibration
        above = np.searchsorted(np.array(known.novelty), rounded(novelties), side="left")
        below = np.array([0, *known.ranks])[above]
        values: Floats = (1 + known.validation_images - below) / (known.validation_images + 1)
        return values

    def sets(self, probabilities: Floats) -> NDArray[np.bool_]:
        """Return which classes each image may have, shape (images, classes)."""
        found: NDArray[np.bool_] = rounded(probabilities) >= self._least
        return found

    def are_unknown(self, novelties: Floats) -> NDArray[np.bool_]:
        """Return which images are unlike all that the classifier has learned from."""
        found: NDArray[np.bool_] = rounded(novelties) > self._most
        return found

    def rates(self) -> FlagRates:
        """Return how often the run's own test images are flagged."""
        known = self.calibration
        missed = np.array(known.test_true_probability) < self._least
        none_or_two = (np.array(known.test_first) < self._least) | (
            np.array(known.test_second) >= self._least
        )
        unknown = np.array(known.test_novelty) > self._most
        return FlagRates(
            error=self.error,
            unknown=self.unknown,
            validation_images=known.validation_images,
            error_range=self._range(self.error),
            unknown_range=self._range(self.unknown),
            missed=_on_test(missed),
            unsure=_on_test(none_or_two & ~unknown),
            unknown_flagged=_on_test(unknown),
            flagged=_on_test(none_or_two | unknown),
        )

    def _place(self, level: float) -> int:
        """Return where the threshold of a level lies among the scores that were kept.

        It is the rank itself, or the next one above it, which keeps the promise.
        """
        rank = conformal_rank(self.calibration.validation_images, level)
        return int(np.searchsorted(np.array(self.calibration.ranks), rank))

    def _range(self, level: float) -> tuple[float, float]:
        count = self.calibration.validation_images
        return calibrated_interval(count, self.calibration.ranks[self._place(level)])

    def notes(self) -> tuple[str, ...]:
        """Return a sentence for what so few validation images, or such easy ones, leave open."""
        count = self.calibration.validation_images
        known = self.calibration
        easy = (
            "The network names every validation image rightly, which leaves no temperature to fit: "
            "probabilities are as the network gives them.",
        )
        told: tuple[str, ...] = easy if known.scaling.temperature == 1.0 else ()
        if known.chosen_on_validation:
            told += (
                "The validation images also chose the epoch that was kept; the test images had no "
                "part in that or in the calibration.",
            )
        lower = [
            f"{name} {level:g} in place of {usual:g}"
            for name, level, usual in (
                ("error", self.error, DEFAULT_ERROR),
                ("unknown", self.unknown, DEFAULT_UNKNOWN),
            )
            if level == lowest_rate(count) > usual
        ]
        if lower:
            told += (
                f"With only {count:,} validation images, the lowest levels that can be promised "
                f"are used: {', '.join(lower)}.",
            )
        return told


def fit_calibration(
    model: Classifier, experiment: Experiment, splits: Splits
) -> ClassifierCalibration:
    """Return how sure a classifier may be.

    The temperature and all scores that thresholds are taken from come from the validation images;
    what is unlike the training images is told by up to 5,000 of those. The test images measure.
    """
    names = class_names_of(splits)
    labels = {split: labels_of(images, splits.name) for split, images in splits.parts.items()}
    drawn = _drawn("train", len(splits.train), _MOST_FITTED)
    # Of a rare class none may have been drawn.
    chosen = np.union1d(drawn, np.unique(labels["train"], return_index=True)[1])
    training = look_at(model, splits.train.take(chosen))
    known = fit_known_images(training[0], labels["train"][chosen], training[1])
    logits, statistics = look_at(model, splits.validation)
    temperature = float(f"{fit_temperature(logits, labels['validation']):.{_DIGITS}g}")
    ranks = _kept_ranks(len(logits))
    true, _, _ = _summary(softmax(logits, temperature), labels["validation"])
    test_logits, test_statistics = look_at(model, splits.test)
    test = _drawn("test", len(test_logits), MOST_CALIBRATED)
    of_test = _summary(softmax(test_logits, temperature), labels["test"])
    return ClassifierCalibration(
        class_names=names,
        scaling=Temperature(
            temperature=temperature,
            fitted=_effect("validation", logits, labels["validation"], temperature),
            measured=_effect("test", test_logits, labels["test"], temperature),
        ),
        known=known,
        validation_images=len(logits),
        ranks=tuple(ranks.tolist()),
        true_probability=_numbers(-np.sort(-true)[ranks - 1]),
        novelty=_numbers(np.sort(novelty(known, logits, statistics))[ranks - 1]),
        test_true_probability=_numbers(of_test[0][test]),
        test_first=_numbers(of_test[1][test]),
        test_second=_numbers(of_test[2][test]),
        test_novelty=_numbers(novelty(known, test_logits[test], test_statistics[test])),
        chosen_on_validation=experiment.plan.keep == "best",
    )


def calibration_of(
    run: TrainedModel,
    model: Classifier,
    *,
    data_dir: Path | None,
    offline: bool,
    tell: Tell = lambda line: None,
    warn: Tell = lambda line: None,
) -> ClassifierCalibration | None:
    """Return how sure the classifier of a run may be, ``None`` where nothing tells it.

    Runs of older versions do not have it on record. It is fitted to their data once, if these can
    be found, and kept with the run; into a file that was handed on nothing is written. ``warn``
    gets a line where that fails.
    """
    found = run.read_calibration()
    if found is not None:
        return found
    try:
        run.read_record()
        splits = load_splits_of(run, data_dir=data_dir, offline=offline)
        tell("Calibrating probabilities on the validation images of the run.")
        found = fit_calibration(model, run.read_experiment(), splits)
    except (ConfigurationError, DataError, MissingPathError) as error:
        warn(f"Probabilities are not calibrated, and unknown images are not flagged: {error}")
        return None
    if isinstance(run, RunFolder):
        try:
            run.write_calibration(found)
        except WriteError as error:
            warn(f"The calibration could not be kept with the run: {error}")
    return found


def look_at(model: Classifier, images: Images) -> tuple[Floats, Floats]:
    """Return the logits of images, shape (images, classes), and the statistics of their pixels."""
    found = [
        (classify_logits(model, batch), pixel_statistics(batch))
        for batch in batches_of(images.read_all())
    ]
    logits, statistics = zip(*found, strict=True)
    return np.concatenate(logits), np.concatenate(statistics)


def rounded(scores: Floats) -> Floats:
    """Return scores with as many digits as calibrations keep, so that equal ones stay equal."""
    digits = _DIGITS - 1 - np.floor(np.log10(np.maximum(np.abs(scores), 1e-30)))
    scale = 10.0**digits
    found: Floats = np.rint(scores * scale) / scale
    return found


def _level(name: str, asked: float | None, usual: float, count: int) -> float:
    """Return a level that so many validation images can promise."""
    lowest = lowest_rate(count)
    if asked is None:
        return max(usual, lowest)
    if not 0.0 < asked < 1.0:
        raise ConfigurationError(
            f"{name} is a share of images, above 0 and below 1; {asked} was given. 0.05 means "
            "five images of a hundred."
        )
    # One image of n + 1: the level itself is exact where the rounded one is a little higher.
    if Fraction(str(asked)) * (count + 1) < 1:
        raise ConfigurationError(
            f"{name} = {asked:g} cannot be promised with {count:,} validation images; the lowest "
            f"level for so many is {lowest:g}. Ask for that or more, or leave the option out."
        )
    return asked


def _kept_ranks(count: int) -> NDArray[np.int64]:
    """Return the ranks of the scores that are kept, rising from 1; thresholds lie at the end."""
    if count <= MOST_CALIBRATED:
        return np.arange(1, count + 1)
    exact = MOST_CALIBRATED // 2
    rest = np.linspace(1, count - exact, MOST_CALIBRATED - exact).round().astype(np.int64)
    return np.concatenate([rest, np.arange(count - exact + 1, count + 1)])


def _drawn(split: str, count: int, most: int) -> NDArray[np.int64]:
    """Return the positions of all images of a split, or of so many drawn by chance, in order."""
    if count <= most:
        return np.arange(count)
    chance = generator(FROZEN_SEED, "classifier calibration", split)
    return np.sort(chance.choice(count, most, replace=False))


def _summary(probabilities: Floats, labels: NDArray[np.int64]) -> tuple[Floats, Floats, Floats]:
    """Return the probability of the true class, the highest, and the second highest."""
    ordered = np.sort(probabilities, axis=1)
    return probabilities[np.arange(len(labels)), labels], ordered[:, -1], ordered[:, -2]


def _effect(
    split: Literal["validation", "test"],
    logits: Floats,
    labels: NDArray[np.int64],
    temperature: float,
) -> TemperatureEffect:
    before, after = softmax(logits), softmax(logits, temperature)
    return TemperatureEffect(
        split=split,
        images=len(labels),
        cross_entropy=cross_entropy(before, labels),
        calibrated_cross_entropy=cross_entropy(after, labels),
        calibration_error=expected_calibration_error(before, labels),
        calibrated_error=expected_calibration_error(after, labels),
    )


def _numbers(scores: Floats) -> tuple[float, ...]:
    return tuple(rounded(scores).tolist())


def _on_test(events: NDArray[np.bool_]) -> ObservedRate:
    return observed_rate(events, "test")
