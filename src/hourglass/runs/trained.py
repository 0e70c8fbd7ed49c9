"""A trained model that a command works with, wherever it is kept."""

from pathlib import Path
from typing import Protocol

from hourglass.records import (
    Classification,
    ClassifierCalibration,
    Experiment,
    RunRecord,
    Scores,
)


class TrainedModel(Protocol):
    """What every command asks of a trained model: a run's folder, or a file handed on.

    A story that needs nothing else takes this, and works on both. ``RunFolder`` has more: the
    history, the images of its report, and places to write to.
    """

    @property
    def path(self) -> Path:
        """Where it lies, as the user knows it."""

    @property
    def model(self) -> Path:
        """What ``load_model`` and ``load_classifier`` take."""

    @property
    def measured(self) -> bool:
        """Whether there are scores against clean images on record, which ``read_scores`` reads."""

    @property
    def classified(self) -> bool:
        """Whether there are scores of a classifier on record."""

    def read_experiment(self) -> Experiment:
        """Return what was asked for."""

    def read_record(self) -> RunRecord:
        """Return what was used."""

    def read_scores(self) -> Scores:
        """Return the scores on record."""

    def read_classification(self) -> Classification:
        """Return the scores of a classifier on record."""

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes that a classifier names, nothing where they are not told."""

    def read_calibration(self) -> ClassifierCalibration | None:
        """Return how sure a classifier may be, ``None`` where that is not told."""
