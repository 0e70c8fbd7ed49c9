"""What the report of a group is made from."""

import math
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from hourglass.figures import Mark, marks_of
from hourglass.records import (
    LONGER_RUNS,
    GroupRecord,
    MethodScores,
    Scores,
)
from hourglass.report.group_members import (
    ClassifierContents,
    MemberContents,
    Question,
    read_classifier,
    read_member,
)
from hourglass.report.mapped import Mapped, read_mapped
from hourglass.runs import GroupFolder


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
            read_classifier(group, result, marks[result.name]) for result in record.classifiers
        ),
        longer=_read_longer(group, {member.question for member in members}),
        components=group.read_components(),
        pictures=group.read_pictures(),
        mapped=read_mapped(group, record),
    )


def _read_members(
    group: GroupFolder, record: GroupRecord, marks: Mapping[str, Mark]
) -> tuple[MemberContents, ...]:
    return tuple(read_member(group, result, marks[result.name]) for result in record.members)


def _read_longer(group: GroupFolder, questions: Set[Question]) -> tuple[MemberContents, ...]:
    """Return the longer runs that answer one of these questions, if they were made."""
    longer = GroupFolder(group.path.parent / LONGER_RUNS)
    if group.path.name == LONGER_RUNS or not longer.exists():
        return ()
    record = longer.read_record()
    members = _read_members(longer, record, marks_of(result.name for result in record.members))
    return tuple(member for member in members if member.question in questions)


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
