"""Reading and writing the files of one run, and finding runs.

::

    runs/<date>-<data>-<network>/
        experiment.toml     as it was asked for
        record.json         facts: environment, data, seeds, times
        history.csv         a row an epoch
        architecture.json   what the picture of the network is drawn from
        scores.json         every printed number, with its split
        classification.json the same for a classifier
        calibration.json    how sure a classifier may be, from its validation images
        estimates.json      the same where training saw no clean image
        samples.npz         the images that the report shows
        cross.json          the model on other input, once it was tested on it
        embedding.json      how images lie in its code, once that was measured
        maps.npz            the same images on maps of pixels, PCA and code
        detector.npz        what normal images are to the network, once anomalies were looked for
        model/              written by ``bundles``
        checkpoint/         written by ``training``, until the run is finished
        figures/            written by ``report``
        report.html         written by ``report``
"""

import csv
import json
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import Any, final

from numpy.typing import NDArray

from hourglass.errors import DataError, OutputExistsError
from hourglass.files import exists, locked, whole_folder, write_bytes, write_csv, write_text
from hourglass.records import (
    Architecture,
    Classification,
    ClassifierCalibration,
    CrossTable,
    Embedding,
    Estimates,
    Experiment,
    History,
    Maps,
    RunRecord,
    Samples,
    Scores,
    from_json,
    to_json,
)
from hourglass.runs.archive import maps_of, read_arrays, samples_of, write_arrays
from hourglass.runs.reading import Record, read_json, reading


@final
class RunFolder:
    """One run on disk.

    Parameters
    ----------
    path
        A folder that holds a run; see ``begin`` for a new one.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def begin(
        cls, path: Path, experiment: Experiment, record: RunRecord, architecture: Architecture
    ) -> "RunFolder":
        """Make the folder of a new run, which appears with its first three files or not at all.

        Raises
        ------
        OutputExistsError
            If something stands there already.
        WriteError
            If it cannot be made.
        """
        try:
            with whole_folder(path) as folder:
                begun = cls(folder)
                begun.write_experiment(experiment)
                begun.write_record(record)
                begun.write_architecture(architecture)
        except OutputExistsError as error:
            raise _taken(path) from error
        return cls(path)

    @staticmethod
    def require_new(path: Path) -> None:
        """Refuse the path of a new run if something stands there.

        Raises
        ------
        OutputExistsError
            If something does.
        WriteError
            If that cannot be told.
        """
        if exists(path):
            raise _taken(path)

    @property
    def model(self) -> Path:
        """Folder of the model bundle."""
        return self.path / "model"

    @property
    def checkpoint(self) -> Path:
        """Folder of the checkpoints, there until the run is finished."""
        return self.path / "checkpoint"

    def held(self) -> AbstractContextManager[None]:
        """Keep every other process from working on this run while a block lasts.

        Raises
        ------
        BusyError
            If another one does.
        """
        return locked(
            self.path / ".lock",
            busy=f"Another process is working on {self.path}. Wait until it is done, or end it.",
        )

    @property
    def detector(self) -> Path:
        """What is kept of normal images, once anomalies were looked for."""
        return self.path / "detector.npz"

    @property
    def figures(self) -> Path:
        """Folder of the pictures."""
        return self.path / "figures"

    @property
    def report(self) -> Path:
        """The report, one HTML file."""
        return self.path / "report.html"

    def write_experiment(self, experiment: Experiment) -> None:
        """Write ``experiment.toml``."""
        write_text(self.path / "experiment.toml", experiment.to_toml())

    def read_experiment(self) -> Experiment:
        """Read ``experiment.toml``."""
        return Experiment.from_toml(self.path / "experiment.toml")

    def write_record(self, record: RunRecord) -> None:
        """Write ``record.json``."""
        write_bytes(self.path / "record.json", to_json(record))

    def read_record(self) -> RunRecord:
        """Read ``record.json``."""
        return self._read(RunRecord, "record.json")

    def write_architecture(self, architecture: Architecture) -> None:
        """Write ``architecture.json``."""
        write_bytes(self.path / "architecture.json", to_json(architecture))

    def read_architecture(self) -> Architecture:
        """Read ``architecture.json``."""
        return self._read(Architecture, "architecture.json")

    def write_scores(self, scores: Scores) -> None:
        """Write ``scores.json``."""
        write_bytes(self.path / "scores.json", to_json(scores))

    def read_scores(self) -> Scores:
        """Read ``scores.json``."""
        return self._read(Scores, "scores.json")

    def write_classification(self, classification: Classification) -> None:
        """Write ``classification.json``."""
        write_bytes(self.path / "classification.json", to_json(classification))

    def read_classification(self) -> Classification:
        """Read ``classification.json``."""
        return self._read(Classification, "classification.json")

    def write_calibration(self, calibration: ClassifierCalibration) -> None:
        """Write ``calibration.json``."""
        write_bytes(self.path / "calibration.json", to_json(calibration))

    def read_calibration(self) -> ClassifierCalibration | None:
        """Read ``calibration.json``, ``None`` where there is none, as in older runs."""
        there = (self.path / "calibration.json").is_file()
        return self._read(ClassifierCalibration, "calibration.json") if there else None

    @property
    def class_names(self) -> tuple[str, ...]:
        """The names of the classes of a classifier that was measured, else nothing."""
        return self.read_classification().class_names if self.classified else ()

    def write_estimates(self, estimates: Estimates) -> None:
        """Write ``estimates.json``."""
        write_bytes(self.path / "estimates.json", to_json(estimates))

    def read_estimates(self) -> Estimates:
        """Read ``estimates.json``."""
        return self._read(Estimates, "estimates.json")

    def write_cross(self, table: CrossTable) -> None:
        """Write ``cross.json``."""
        write_bytes(self.path / "cross.json", to_json(table))

    def read_cross(self) -> CrossTable:
        """Read ``cross.json``."""
        return self._read(CrossTable, "cross.json")

    @property
    def measured(self) -> bool:
        """Whether there are scores against clean images on record."""
        return (self.path / "scores.json").is_file()

    @property
    def classified(self) -> bool:
        """Whether there are the scores of a classifier, which has no others."""
        return (self.path / "classification.json").is_file()

    @property
    def estimated(self) -> bool:
        """Whether there are estimates that need no clean image on record."""
        return (self.path / "estimates.json").is_file()

    @property
    def knows_clean(self) -> bool:
        """Whether there are scores, or should be: those of images whose clean form is known."""
        return self.measured or not self.estimated

    def write_embedding(self, embedding: Embedding) -> None:
        """Write ``embedding.json``."""
        write_bytes(self.path / "embedding.json", to_json(embedding))

    def read_embedding(self) -> Embedding:
        """Read ``embedding.json``."""
        return self._read(Embedding, "embedding.json")

    def write_history(self, history: History) -> None:
        """Write ``history.csv``, the best epoch marked in its last column."""
        rows = [asdict(row) for row in history.epochs]
        # What this kind of model does not have has no column.
        names = [name for name in asdict(history.epochs[0]) if rows[0][name] is not None]
        values = [[*map(row.get, names), int(row["epoch"] == history.best_epoch)] for row in rows]
        write_csv(self.path / "history.csv", [[*names, "best"], *values])

    def read_history(self) -> History:
        """Read ``history.csv``."""
        path = self._existing("history.csv")
        try:
            with reading(path), path.open(encoding="utf-8", newline="") as file:
                rows = list(csv.DictReader(file))
            best = [int(row["epoch"]) for row in rows if row.pop("best") == "1"]
            text = json.dumps({"epochs": rows, "best_epoch": best[0]}).encode()
            return from_json(History, text, str(path))
        except DataError:
            raise
        except (KeyError, IndexError, ValueError, csv.Error) as error:
            raise DataError(f"{path} is not a training history: {error}") from error

    def write_samples(self, samples: Samples) -> None:
        """Write ``samples.npz``."""
        arrays: dict[str, NDArray[Any]] = {
            **{f"group/{name}": rows for name, rows in samples.groups.items()},
            **{f"image/{name}": images for name, images in samples.images.items()},
            **{f"error/{name}": errors for name, errors in samples.errors.items()},
        }
        write_arrays(self.path / "samples.npz", {"positions": samples.positions, **arrays})

    def read_samples(self) -> Samples:
        """Read ``samples.npz``."""
        return read_arrays(self._existing("samples.npz"), "the samples of a run", samples_of)

    def write_maps(self, maps: Maps) -> None:
        """Write ``maps.npz``."""
        arrays = {f"map/{name}": places for name, places in maps.maps.items()}
        labels = {} if maps.labels is None else {"labels": maps.labels}
        write_arrays(self.path / "maps.npz", {"positions": maps.positions, **labels, **arrays})

    def read_maps(self) -> Maps:
        """Read ``maps.npz``."""
        return read_arrays(self._existing("maps.npz"), "the maps of a run", maps_of)

    def _read(self, kind: type[Record], name: str) -> Record:
        return read_json(kind, self._existing(name))

    def _existing(self, name: str) -> Path:
        path = self.path / name
        with reading(path):
            there = path.is_file()
        if not there:
            raise DataError(
                f"{self.path} has no {name}: its training did not get that far. "
                f"Go on with: hourglass resume {self.path}"
            )
        return path


def _taken(path: Path) -> OutputExistsError:
    return OutputExistsError(
        f"{path} exists already; a training writes to a new folder. "
        "Choose another --output, or remove that one."
    )
