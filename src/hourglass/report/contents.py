"""What a report is made from."""

from dataclasses import dataclass

from hourglass.records import (
    Architecture,
    CrossTable,
    Experiment,
    History,
    RunRecord,
    Samples,
    Scores,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """The records of one run; those that it has not reached are ``None``.

    Attributes
    ----------
    name
        Name of the run's folder.
    experiment, record, history, architecture, scores, samples, cross
        As read from the folder.
    """

    name: str
    experiment: Experiment
    record: RunRecord
    history: History | None = None
    architecture: Architecture | None = None
    scores: Scores | None = None
    samples: Samples | None = None
    cross: CrossTable | None = None
