"""What was found in files, as a table of files and a record."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import ConfigurationError, printable
from hourglass.evaluation import (
    area_under_curve,
    calibrated_interval,
    conformal_rank,
    conformal_threshold,
    exact_interval,
    lowest_rate,
    p_values,
)
from hourglass.experiment.detect_scores import FileScores
from hourglass.experiment.file_jobs import SourceFile
from hourglass.experiment.normal_images import Fitted
from hourglass.files import write_csv
from hourglass.records import (
    DECIDING,
    DEFAULT_FALSE_ALARMS,
    DETECTION_METHODS,
    Calibration,
    DetectionMethod,
    DetectionScores,
    ObservedRate,
    ScoredFile,
)

#: How many of the files that are least like normal ones are shown.
MOST_SHOWN: Final = 12

_RIVALS: Final = ("pca", "neighbors")
_GIVEN: Final = "the given files"
_COLUMNS: Final = (
    "path",
    "label",
    "decision",
    "score",
    "p_value",
    "pixels",
    "latents",
    "pca_32",
    "knn_5",
    "reason",
)


class FileLabels:
    """Which files are normal by the name of the folder that they lie in.

    Parameters
    ----------
    files
        All files.
    normal
        Names of folders whose files are normal; all others are anomalies. Empty where nothing
        is known.

    Raises
    ------
    ConfigurationError
        If no file lies in a folder of one of the names.
    """

    def __init__(self, files: Sequence[SourceFile], normal: Sequence[str]) -> None:
        self.normal = tuple(normal)
        labels = np.array([label_of(file) for file in files])
        missing = sorted(set(normal) - set(labels))
        if missing:
            raise ConfigurationError(
                f"No file lies in a folder named {' or '.join(missing)}; the folders are "
                f"{', '.join(sorted(set(labels))[:20])}. Name those that hold normal images."
            )
        self.are_normal: NDArray[np.bool_] | None = np.isin(labels, normal) if normal else None


def label_of(file: SourceFile) -> str:
    """Return the name of the folder that a file lies in."""
    return file.path.absolute().parent.name


def calibrate(fitted: Fitted, false_alarms: float | None) -> Calibration:
    """Return what thresholds are taken from.

    Where no rate is asked for it is ``DEFAULT_FALSE_ALARMS``, or the lowest that can be promised.

    Raises
    ------
    ConfigurationError
        If there are too few held-out normal images for the rate that is asked for.
    """
    held_out = len(fitted.detector.held_out[DECIDING])
    if false_alarms is None:
        false_alarms = max(DEFAULT_FALSE_ALARMS, lowest_rate(held_out))
    rank = conformal_rank(held_out, false_alarms)
    low, high = calibrated_interval(held_out, rank)
    return Calibration(
        data=fitted.data,
        fitted_images=len(fitted.detector.known),
        split=fitted.held_out_split,
        images=held_out,
        rank=rank,
        false_alarms=false_alarms,
        low=low,
        high=high,
    )


def score_methods(
    fitted: Fitted, false_alarms: float, found: FileScores, labels: FileLabels
) -> tuple[DetectionScores, ...]:
    """Return every method at its threshold, the deciding one first."""
    return tuple(
        _method(name, fitted, false_alarms, found.scores[name], labels)
        for name in DETECTION_METHODS
    )


def find_worst(
    files: Sequence[SourceFile], found: FileScores, fitted: Fitted, threshold: float
) -> list[tuple[int, ScoredFile]]:
    """Return the files that are least like normal images, with their numbers, the worst first."""
    scores = found.scores[DECIDING]
    order = np.argsort(-np.where(np.isnan(scores), -np.inf, scores), kind="stable")
    worst = [int(number) for number in order[:MOST_SHOWN] if not np.isnan(scores[number])]
    chances = p_values(fitted.detector.held_out[DECIDING], scores[worst])
    return [
        (
            number,
            ScoredFile(
                file=printable(str(files[number].path)),
                score=float(scores[number]),
                p_value=float(chance),
                anomaly=bool(scores[number] > threshold),
            ),
        )
        for number, chance in zip(worst, chances, strict=True)
    ]


def observed_rate(flagged: NDArray[np.bool_], measured_on: str) -> ObservedRate:
    """Return how often something was so.

    Parameters
    ----------
    flagged
        For each image whether it was so, shape (images,); there is one or more.
    measured_on
        The split, or ``the given files``.
    """
    low, high = exact_interval(int(flagged.sum()), len(flagged))
    return ObservedRate(
        flagged=int(flagged.sum()), images=len(flagged), low=low, high=high, measured_on=measured_on
    )


def write_table(
    path: Path,
    files: Sequence[SourceFile],
    found: FileScores,
    fitted: Fitted,
    threshold: float,
) -> None:
    """Write a row for each file, in the order in which they were given.

    Raises
    ------
    WriteError
        If it cannot be written.
    """
    chances = p_values(fitted.detector.held_out[DECIDING], found.scores[DECIDING])
    rows = (_row(number, file, found, chances, threshold) for number, file in enumerate(files))
    write_csv(path, chain([_COLUMNS], rows))


def _row(
    number: int,
    file: SourceFile,
    found: FileScores,
    chances: NDArray[np.float64],
    threshold: float,
) -> Iterator[str]:
    yield str(file.path)
    yield label_of(file)
    if number in found.reasons:
        yield from ("failed", *[""] * (len(_COLUMNS) - 4), found.reasons[number])
        return
    score, *others = (float(scores[number]) for scores in found.scores.values())
    yield "anomaly" if score > threshold else "normal"
    # All digits: what is computed from this table is what was computed from the scores.
    yield from map(repr, (score, float(chances[number]), *others))
    yield ""


def _method(
    name: DetectionMethod,
    fitted: Fitted,
    false_alarms: float,
    scores: NDArray[np.float64],
    labels: FileLabels,
) -> DetectionScores:
    threshold = conformal_threshold(fitted.detector.held_out[name], false_alarms)
    known = ~np.isnan(scores)
    flagged = np.where(known, scores, -np.inf) > threshold
    return DetectionScores(
        method=name,
        label=DETECTION_METHODS[name],
        kind="baseline" if name in _RIVALS else "model",
        threshold=threshold,
        false_alarms=_observed(fitted.test[name] > threshold, fitted.test_split),
        flagged=int(flagged.sum()),
        **_by_label(scores, flagged, known, labels),
    )


def _by_label(
    scores: NDArray[np.float64],
    flagged: NDArray[np.bool_],
    known: NDArray[np.bool_],
    labels: FileLabels,
) -> Mapping[str, Any]:
    """Return what labels tell of a method."""
    if labels.are_normal is None:
        return {}
    normal, anomalous = known & labels.are_normal, known & ~labels.are_normal
    return {
        "auroc": area_under_curve(scores[normal], scores[anomalous]),
        "detected": _observed(flagged[anomalous], _GIVEN),
        "flagged_normal": _observed(flagged[normal], _GIVEN),
    }


def _observed(flagged: NDArray[np.bool_], measured_on: str) -> ObservedRate | None:
    return observed_rate(flagged, measured_on) if len(flagged) else None
