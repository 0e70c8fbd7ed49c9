"""What the report of a group is made from."""

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from pathlib import PurePath

import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.figures import Mark, marks_of
from hourglass.records import (
    LONGER_RUNS,
    Classification,
    ClassifierResult,
    ClassifierScores,
    Experiment,
    GroupRecord,
    History,
    MemberResult,
    MethodScores,
    RunRecord,
    Samples,
    Scores,
)
from hourglass.report.contents import if_there
from hourglass.report.mapped import Mapped, read_mapped
from hourglass.runs import GroupFolder, RunFolder

# Data and corruption.
Question = tuple[str, str | None]


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberContents:
    """One finished run of a group.

    Attributes
    ----------
    result
        What the group found about it.
    mark
        Its color and marker in every chart.
    experiment, record, scores, history, samples
        As read from its folder.
    has_report
        Whether it has a report of its own to link to.
    """

    result: MemberResult
    mark: Mark
    experiment: Experiment
    record: RunRecord
    scores: Scores
    history: History | None
    samples: Samples | None
    has_report: bool

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


@dataclass(frozen=True, kw_only=True, slots=True)
class ClassifierContents:
    """One finished classifier of a group.

    Attributes
    ----------
    result
        What the group found about it.
    mark
        Its color and marker in every chart.
    experiment, record, classification, history, samples
        As read from its folder.
    has_report
        Whether it has a report of its own to link to.
    """

    result: ClassifierResult
    mark: Mark
    experiment: Experiment
    record: RunRecord
    classification: Classification
    history: History | None
    samples: Samples | None
    has_report: bool

    @property
    def name(self) -> str:
        """Name of its folder."""
        return self.result.name

    @property
    def baseline(self) -> ClassifierScores | None:
        """The best baseline of its own table, ``None`` where there is none."""
        best = self.classification.best_baseline
        return None if math.isnan(best.accuracy) else best


@dataclass(frozen=True, kw_only=True, slots=True)
class BaselineTable:
    """Baselines of all members that had the same images and corruption.

    Attributes
    ----------
    scores
        The table of the first of these members.
    methods
        The input and the baselines, each once.
    left_out
        A line for each baseline that could not be computed.
    """

    scores: Scores
    methods: tuple[MethodScores, ...]
    left_out: tuple[str, ...]

    def best(self, label: str) -> MethodScores | None:
        """Return the method of a label with the lowest error, ``None`` where there is none."""
        alike = (method for method in self.methods if method.label == label)
        return min(alike, key=lambda method: method.mse, default=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class GroupContents:
    """The records of a group and of its finished runs, in order.

    Attributes
    ----------
    record
        As read from the folder.
    members
        Its finished runs that rebuild images.
    classifiers
        Its finished runs that name classes.
    longer
        Runs of the group of longer runs beside this one that answer a question of a member.
    components
        Directions of linear autoencoders and of PCA by label, empty where there are none.
    pictures
        Images from codes by what they show, empty where codes were not compared.
    mapped
        The best run of suites, and that of the group beside it, the shorter code first.
    """

    record: GroupRecord
    members: tuple[MemberContents, ...]
    classifiers: tuple[ClassifierContents, ...] = ()
    longer: tuple[MemberContents, ...] = ()
    components: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    pictures: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    mapped: tuple[Mapped, ...] = ()

    @property
    def marks(self) -> dict[str, Mark]:
        """Color and marker of each member."""
        marks = {member.name: member.mark for member in self.members}
        return marks | {one.name: one.mark for one in self.classifiers}

    @property
    def best_classifier(self) -> ClassifierContents | None:
        """The classifier with the highest validation accuracy, ``None`` where there is none."""
        return max(self.classifiers, key=lambda one: one.result.validation_accuracy, default=None)

    @property
    def own(self) -> tuple[MemberContents, ...]:
        """Hourglass' own choice."""
        return tuple(member for member in self.members if member.result.role == "own")

    @property
    def others(self) -> tuple[MemberContents, ...]:
        """All but Hourglass' own choice."""
        return tuple(member for member in self.members if member.result.role != "own")

    @property
    def shown(self) -> tuple[MemberContents, ...]:
        """Whose images are shown: all, of suites the best, the least good and the own choice."""
        suite = self.record.suite
        if suite is None:
            return self.members
        return tuple(
            member
            for member in self.members
            if member.name in (suite.best, suite.least_good) or member.result.role == "own"
        )

    @property
    def contests(self) -> tuple[tuple[MemberContents, ...], ...]:
        """Members that can be ranked among each other, the best first."""
        questions = dict.fromkeys(member.question for member in self.members)
        return tuple(
            tuple(sorted(self._asked(question), key=lambda member: member.error))
            for question in questions
        )

    @property
    def winners(self) -> frozenset[str]:
        """Names of those that came first among several."""
        return frozenset(
            contest[0].name
            for contest in self.contests
            if len(contest) > 1 and math.isfinite(contest[0].error)
        )

    @property
    def baselines(self) -> tuple[BaselineTable, ...]:
        """What the members had to beat, a table for each corruption."""
        questions = dict.fromkeys(member.question for member in self.members)
        tables = (_baselines(tuple(self._asked(question))) for question in questions)
        return tuple(table for table in tables if table.methods or table.left_out)

    @property
    def baseline_rows(self) -> Mapping[str, tuple[MethodScores | None, ...]]:
        """The best of each method by its label, an entry for each of the tables."""
        labels = (method.label for table in self.baselines for method in table.methods)
        return {
            label: tuple(table.best(label) for table in self.baselines)
            for label in dict.fromkeys(labels)
        }

    def member(self, name: str) -> MemberContents | None:
        """Return one member by its name, ``None`` where it is not there."""
        return next((member for member in self.members if member.name == name), None)

    def _asked(self, question: Question) -> Iterator[MemberContents]:
        return (member for member in self.members if member.question == question)


def read_group_contents(group: GroupFolder, record: GroupRecord) -> GroupContents:
    """Read what the folders of the finished members have.

    Raises
    ------
    DataError
        If a file is missing or damaged, or a member is not a folder of the group.
    """
    names = [result.name for result in record.classifiers]
    marks = marks_of(names + [result.name for result in record.members])
    members = _read_members(group, record, marks)
    return GroupContents(
        record=record,
        members=members,
        classifiers=tuple(
            _read_classifier(group, result, marks[result.name]) for result in record.classifiers
        ),
        longer=_read_longer(group, {member.question for member in members}),
        components=group.read_components(),
        pictures=group.read_pictures(),
        mapped=read_mapped(group, record),
    )


def _read_members(
    group: GroupFolder, record: GroupRecord, marks: Mapping[str, Mark]
) -> tuple[MemberContents, ...]:
    return tuple(_read_member(group, result, marks[result.name]) for result in record.members)


def _read_longer(group: GroupFolder, questions: Set[Question]) -> tuple[MemberContents, ...]:
    """Return the longer runs that answer one of these questions, if they were made."""
    longer = GroupFolder(group.path.parent / LONGER_RUNS)
    if group.path.name == LONGER_RUNS or not longer.exists():
        return ()
    record = longer.read_record()
    members = _read_members(longer, record, marks_of(result.name for result in record.members))
    return tuple(member for member in members if member.question in questions)


def _folder(group: GroupFolder, name: str) -> RunFolder:
    # The record may be a stranger's: a name must not lead out of the group.
    if name in ("", ".", "..") or PurePath(name).name != name:
        raise DataError(f"{group.path / 'group.json'} has a run {name!r}: no folder name.")
    return group.run(name)


def _read_classifier(
    group: GroupFolder, result: ClassifierResult, mark: Mark
) -> ClassifierContents:
    run = _folder(group, result.name)
    return ClassifierContents(
        result=result,
        mark=mark,
        experiment=run.read_experiment(),
        record=run.read_record(),
        classification=run.read_classification(),
        history=if_there(run, "history.csv", run.read_history),
        samples=if_there(run, "samples.npz", run.read_samples),
        has_report=run.report.is_file(),
    )


def _read_member(group: GroupFolder, result: MemberResult, mark: Mark) -> MemberContents:
    run = _folder(group, result.name)
    return MemberContents(
        result=result,
        mark=mark,
        experiment=run.read_experiment(),
        record=run.read_record(),
        scores=run.read_scores(),
        history=if_there(run, "history.csv", run.read_history),
        samples=if_there(run, "samples.npz", run.read_samples),
        has_report=run.report.is_file(),
    )


def _baselines(members: tuple[MemberContents, ...]) -> BaselineTable:
    # Some baselines follow the network, such as a PCA with as many numbers as its code.
    methods = {
        (method.label, method.detail, method.mse): method
        for member in members
        for method in member.scores.methods
        if method.kind != "model"
    }
    left_out = dict.fromkeys(line for member in members for line in member.scores.left_out)
    return BaselineTable(
        scores=members[0].scores, methods=tuple(methods.values()), left_out=tuple(left_out)
    )
