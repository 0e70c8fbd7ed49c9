"""What a report is made from."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from hourglass.records import (
    Architecture,
    Classification,
    CrossTable,
    Embedding,
    Estimates,
    Experiment,
    History,
    Maps,
    RunRecord,
    Samples,
    Scores,
)
from hourglass.runs import RunFolder

Record = TypeVar("Record")


@dataclass(frozen=True, kw_only=True, slots=True)
class Contents:
    """The records of one run; those that it has not reached are ``None``.

    Attributes
    ----------
    name
        Name of the run's folder.
    experiment, record, history, architecture, scores, estimates, classification, samples, cross
        As read from the folder.
    embedding, maps
        As read from the folder.
    """

    name: str
    experiment: Experiment
    record: RunRecord
    history: History | None = None
    architecture: Architecture | None = None
    scores: Scores | None = None
    estimates: Estimates | None = None
    classification: Classification | None = None
    samples: Samples | None = None
    cross: CrossTable | None = None
    embedding: Embedding | None = None
    maps: Maps | None = None


def read_contents(run: RunFolder, record: RunRecord) -> Contents:
    """Read what the folder of a run has; a file that is missing was not reached yet.

    Raises
    ------
    DataError
        If a file is damaged.
    """
    return Contents(
        name=run.path.resolve().name,
        experiment=run.read_experiment(),
        record=record,
        history=if_there(run, "history.csv", run.read_history),
        architecture=if_there(run, "architecture.json", run.read_architecture),
        scores=if_there(run, "scores.json", run.read_scores),
        estimates=if_there(run, "estimates.json", run.read_estimates),
        classification=if_there(run, "classification.json", run.read_classification),
        samples=if_there(run, "samples.npz", run.read_samples),
        cross=if_there(run, "cross.json", run.read_cross),
        embedding=if_there(run, "embedding.json", run.read_embedding),
        maps=if_there(run, "maps.npz", run.read_maps),
    )


def if_there(run: RunFolder, name: str, read: Callable[[], Record]) -> Record | None:
    """Return what a file of a run holds, ``None`` where it is missing."""
    return read() if (run.path / name).is_file() else None
