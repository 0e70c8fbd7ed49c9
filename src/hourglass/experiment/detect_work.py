"""The results of one detection: a table, a record, a sheet of the worst, and heat maps."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, final

import numpy as np

from hourglass.errors import DataError, printable
from hourglass.experiment.detect_results import (
    FileLabels,
    find_worst,
    score_methods,
    write_table,
)
from hourglass.experiment.detect_scores import (
    FileScorer,
    FileScores,
    heat_map_notes,
    write_heat_maps,
)
from hourglass.experiment.file_jobs import FileJob, SourceFile
from hourglass.experiment.normal_images import Fitted
from hourglass.experiment.shards import Shards
from hourglass.figures import HEAT_TOP, heat_map, rows_sheet
from hourglass.files import remove_file, write_bytes, write_text
from hourglass.images import write_image_file
from hourglass.records import Calibration, Detection, HeatMaps, ScoredFile, to_json
from hourglass.runs.reading import read_json

HEAT_MAPS_FOLDER: Final = "heat-maps"


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class DetectionWork:
    """What is written once all files have a score.

    Attributes
    ----------
    run, model
        The run, and what it is in words.
    output
        Folder of the results.
    files, labels
        The files, and which of them are normal by the user's word.
    fitted, calibration
        What tells normal images, and what the threshold is taken from.
    heat_maps
        Which files get one.
    notes
        What is to be known of the files and the rate, a sentence each.
    not_listed
        What the given folders hold besides the files, counted by ending or reason.
    """

    run: str
    model: str
    output: Path
    files: Sequence[SourceFile]
    labels: FileLabels
    fitted: Fitted
    calibration: Calibration
    heat_maps: HeatMaps
    notes: tuple[str, ...] = ()
    not_listed: Mapping[str, int] = field(default_factory=dict)

    @property
    def table(self) -> Path:
        """A row for each file."""
        return self.output / "anomalies.csv"

    @property
    def record(self) -> Path:
        """Everything that is printed."""
        return self.output / "anomalies.json"

    @property
    def sheet(self) -> Path:
        """The files that are least like normal ones, as pictures."""
        return self.output / "worst.png"

    @property
    def maps(self) -> Path:
        """Folder of the heat maps."""
        return self.output / HEAT_MAPS_FOLDER

    @property
    def jobs(self) -> list[FileJob]:
        """What is written beside the heat maps."""
        return [FileJob(path, path) for path in (self.table, self.record, self.sheet)]

    def finish(
        self,
        found: FileScores,
        scorer: FileScorer,
        shards: Shards,
        tell_failed: Callable[[str], None],
    ) -> Detection:
        """Write everything that follows from the scores, unless it was done before.

        ``tell_failed`` is called with a line for each heat map that cannot be written.

        Raises
        ------
        WriteError
            If something cannot be written.
        """
        done, marker = shards.folder / "finished", self._marker(shards.digest)
        kept = self._finished(done, marker)
        if kept is not None:
            return kept
        detection, worst = self._detection(found)
        write_table(self.table, self.files, found, self.fitted, detection.deciding.threshold)
        failed: list[str] = []
        if worst:
            failed = self._draw(worst, scorer)
        else:
            remove_file(self.sheet)
        detection = replace(detection, failed=detection.failed + len(failed))
        write_bytes(self.record, to_json(detection))
        for reason in failed:
            tell_failed(reason)
        if not failed:
            write_text(done, marker)
        return detection

    def _finished(self, done: Path, marker: str) -> Detection | None:
        """Return what the same command has found before, if it came to its end."""
        try:
            if done.read_text() != marker or not self.table.is_file():
                return None
            return read_json(Detection, self.record)
        except (OSError, UnicodeDecodeError, DataError):
            return None

    def _marker(self, digest: str) -> str:
        words = (
            digest,
            self.run,
            self.heat_maps,
            self.labels.normal,
            self.calibration,
            self.fitted.notes,
            *((self.notes, self.not_listed) if self.notes or self.not_listed else ()),
        )
        return hashlib.sha256(repr(words).encode()).hexdigest()

    def _detection(self, found: FileScores) -> tuple[Detection, list[tuple[int, ScoredFile]]]:
        methods = score_methods(self.fitted, self.calibration.false_alarms, found, self.labels)
        worst = find_worst(self.files, found, self.fitted, methods[0].threshold)
        known = ~np.isnan(found.scores[methods[0].method])
        normal = self.labels.are_normal
        drawn = {"all": range(len(self.files)), "worst": [number for number, _ in worst]}
        mapped = (self.files[number] for number in drawn.get(self.heat_maps, ()))
        return Detection(
            run=self.run,
            model=self.model,
            files=len(self.files),
            failed=len(found.reasons),
            calibration=self.calibration,
            methods=methods,
            worst=tuple(file for _, file in worst),
            normal_labels=self.labels.normal,
            normal_files=0 if normal is None else int((known & normal).sum()),
            anomalous_files=0 if normal is None else int((known & ~normal).sum()),
            heat_maps=None if self.heat_maps == "none" else _meaning(),
            notes=(*self.fitted.notes, *self.notes, *heat_map_notes(self.maps, mapped)),
            not_listed=self.not_listed,
        ), worst

    def _draw(self, worst: Sequence[tuple[int, ScoredFile]], scorer: FileScorer) -> list[str]:
        """Write the sheet of the files that are least like normal ones, and their heat maps.

        Returns why heat maps could not be written.
        """
        files = [self.files[number] for number, _ in worst]
        rows, failed = {}, list[str]()
        for file, (_, scored) in zip(files, worst, strict=True):
            image = scorer.read(file)
            seen = scorer.detector.see(image[None])
            decision = "anomaly" if scored.anomaly else "normal"
            label = f"{scored.score:.2f}  {decision}  {printable(file.name)}"
            rows[label] = (image, seen.rebuilt[0], heat_map(seen.heat[0]))
            if self.heat_maps == "worst":
                failed += filter(None, write_heat_maps([file], seen, self.maps))
        sheet = rows_sheet(rows, ("image", "reconstruction", "error over the usual"))
        write_image_file(self.sheet, sheet.astype(np.float32) / 255.0)
        return failed


def _meaning() -> str:
    return (
        "The error at each place over the root mean square error of held-out normal images "
        f"there: black for none, brightest for {HEAT_TOP:g} times as much or more. Each pixel "
        "is a square of whole pixels."
    )
