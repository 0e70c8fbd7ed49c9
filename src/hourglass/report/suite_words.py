"""Sentences about suites of hyper-parameters, made from records."""

from collections.abc import Iterator, Sequence

from hourglass.figures.text import format_mse, format_percent
from hourglass.records import SpaceScores, SuiteStudy
from hourglass.report.group_contents import GroupContents
from hourglass.report.group_members import MemberContents
from hourglass.report.mapped import Mapped, spaces_of


def ordered(group: GroupContents, study: SuiteStudy) -> list[MemberContents]:
    """Return the members in the order of the study; those that it does not have come last."""
    places = {row.run: place for place, row in enumerate(study.rows)}
    return sorted(group.members, key=lambda member: places.get(member.name, len(places)))


def ranking(study: SuiteStudy) -> str:
    """Say which suite is best and which is least good, and by what."""
    if study.best is None:
        return "No suite learned anything that depends on its input."
    best = f"{study.best} is the best suite by validation MSE ({_error(study, study.best)})"
    if study.least_good is None:
        return f"{best}, and the only one that learned something."
    return (
        f"{best}, {study.least_good} the least good of those that learned something "
        f"({_error(study, study.least_good)}). Test figures are told afterwards, never chosen by."
    )


def flag(study: SuiteStudy, name: str) -> str:
    """Return how a row of the table is marked, empty for most."""
    return {study.best: "best", study.least_good: "least good"}.get(name, "")


def classified(mapped: Sequence[Mapped]) -> Iterator[str]:
    """Say in which space, and on which map, classes stand apart, by the nearest neighbors."""
    spaces = [space for space in spaces_of(mapped) if space.neighbors_accuracy is not None]
    if not spaces:
        return
    split, count = mapped[0].embedding.split, mapped[0].embedding.neighbors
    yield (
        f"By the {count} nearest training images the class is right for "
        f"{_listed(_told(space, space.neighbors_accuracy) for space in spaces)} of the {split} "
        "images."
    )
    shown = [space for space in spaces if space.space != "pca"]
    yield (
        f"By the {count} nearest others on the map it is right for "
        f"{_listed(_told(space, space.map_neighbors_accuracy) for space in shown)} of the "
        f"{split} images shown."
    )


def _told(space: SpaceScores, accuracy: float | None) -> str:
    name = f"PCA of {space.dimensions}" if space.space == "pca" else space.label
    return f"{format_percent(accuracy)} ({name})"


def _listed(parts: Iterator[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _error(study: SuiteStudy, name: str) -> str:
    error = study.validation_mse(name)
    return "–" if error is None else format_mse(error)
