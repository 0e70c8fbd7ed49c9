"""One finished run of a group, as its files have it."""

import abc
import math
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, final

from hourglass.errors import DataError
from hourglass.figures import Mark
from hourglass.records import (
    Classification,
    ClassifierResult,
    ClassifierScores,
    Experiment,
    History,
    MemberResult,
    MethodScores,
    RunRecord,
    Samples,
    Scores,
)
from hourglass.report.contents import if_there
from hourglass.runs import GroupFolder, RunFolder

# Data and corruption.
Question = tuple[str, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class RunContents(abc.ABC):
    """What every run of a group has, whatever it was trained for.

    Attributes
    ----------
    mark
        Its color and marker in every chart.
    experiment, record, history, samples
        As read from its folder.
    has_report
        Whether it has a report of its own to link to.
    """

    mark: Mark
    experiment: Experiment
    record: RunRecord
    history: History | None
    samples: Samples | None
    has_report: bool

    @property
    @abc.abstractmethod
    def name(self) -> str:
        """Name of its folder."""


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class MemberContents(RunContents):
    """One finished run that rebuilds images.

    Attributes
    ----------
    result
        What the group found about it.
    scores
        As read from its folder.
    """

    result: MemberResult
    scores: Scores

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.result.name

    @property
    def error(self) -> float:
        """Its test error to rank by; one that is no number is the last."""
        return math.inf if math.isnan(self.result.test_mse) else self.result.test_mse

    @property
    def question(self) -> Question:
        """Data and corruption: only errors on the same ones can be ranked."""
        return self.experiment.data, self.experiment.corruption

    @property
    def baseline(self) -> MethodScores | None:
        """The best baseline of its own table, ``None`` where there is none."""
        best = self.scores.best_baseline
        return None if math.isnan(best.mse) else best

    @property
    def as_expected(self) -> bool:
        """Whether it collapsed and was run to show that."""
        return self.scores.collapsed and self.experiment.expected == "collapse"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifierContents(RunContents):
    """One finished run that names classes.

    Attributes
    ----------
    result
        What the group found about it.
    classification
        As read from its folder.
    """

    result: ClassifierResult
    classification: Classification

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.result.name

    @property
    def baseline(self) -> ClassifierScores | None:
        """The best baseline of its own table, ``None`` where there is none."""
        best = self.classification.best_baseline
        return None if math.isnan(best.accuracy) else best


def read_member(group: GroupFolder, result: MemberResult, mark: Mark) -> MemberContents:
    """Read the folder of a finished run that rebuilds images.

    Raises
    ------
    DataError
        If a file is missing or damaged, or the run is not a folder of the group.
    """
    run = _folder(group, result.name)
    return MemberContents(result=result, scores=run.read_scores(), **_shared(run, mark))


def read_classifier(group: GroupFolder, result: ClassifierResult, mark: Mark) -> ClassifierContents:
    """Read the folder of a finished run that names classes.

    Raises
    ------
    DataError
        If a file is missing or damaged, or the run is not a folder of the group.
    """
    run = _folder(group, result.name)
    return ClassifierContents(
        result=result, classification=run.read_classification(), **_shared(run, mark)
    )


def _folder(group: GroupFolder, name: str) -> RunFolder:
    # The record may be a stranger's: a name must not lead out of the group.
    if name in ("", ".", "..") or PurePath(name).name != name:
        raise DataError(f"{group.path / 'group.json'} has a run {name!r}: no folder name.")
    return group.run(name)


def _shared(run: RunFolder, mark: Mark) -> dict[str, Any]:
    return {
        "mark": mark,
        "experiment": run.read_experiment(),
        "record": run.read_record(),
        "history": if_there(run, "history.csv", run.read_history),
        "samples": if_there(run, "samples.npz", run.read_samples),
        "has_report": run.report.is_file(),
    }
