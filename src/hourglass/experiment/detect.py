"""A trained network tells which image files are unlike the normal ones that it learned from."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import numpy as np

from hourglass.bundles import load_model
from hourglass.errors import (
    ConfigurationError,
    DataError,
    OutputExistsError,
    require_known,
    require_positive,
)
from hourglass.experiment.detect_results import (
    FileLabels,
    calibrate,
    find_worst,
    label_of,
    score_methods,
    shown_name,
    write_table,
)
from hourglass.experiment.detect_scores import (
    FileScorer,
    FileScores,
    score_files,
    write_heat_maps,
)
from hourglass.experiment.detector import detector_code
from hourglass.experiment.embed_source import form_of
from hourglass.experiment.file_jobs import FileJob, SourceFile, list_sources, writing_to
from hourglass.experiment.kept import code_fingerprint
from hourglass.experiment.normal_images import Fitted, fitted_to, fitted_to_run
from hourglass.experiment.shards import Shards
from hourglass.figures import HEAT_TOP, heat_map, rows_sheet
from hourglass.files import exists, write_bytes, write_text
from hourglass.images import MOST_PIXELS, write_image_file
from hourglass.models import LatentModel
from hourglass.records import (
    DEFAULT_FALSE_ALARMS,
    Calibration,
    Detection,
    Experiment,
    ScoredFile,
    to_json,
)
from hourglass.runs import TrainedModel
from hourglass.runs.reading import read_json

HeatMaps = Literal["worst", "all", "none"]
HEAT_MAPS: Final[tuple[HeatMaps, ...]] = ("worst", "all", "none")

_PARTS: Final = ".hourglass-parts"
# What folders of normal images are called where others lie beside them, as in MVTec AD.
_NAMES_OF_NORMAL: Final = ("good", "normal")

Tell = Callable[[str], None]


def detect_files(
    run: TrainedModel,
    inputs: Sequence[Path],
    output: Path,
    *,
    false_alarms: float = DEFAULT_FALSE_ALARMS,
    normal: str | None = None,
    normal_labels: Sequence[str] = (),
    heat_maps: HeatMaps = "worst",
    max_pixels: int = MOST_PIXELS,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
    progress: Callable[[float, int], None] = lambda done, files: None,
) -> Detection:
    """Score how unlike normal images files are, and flag those above a threshold.

    Scores are fitted to the training images of the run and the threshold is taken from its
    validation images (split conformal), so that of other normal images at most the asked share
    is flagged; the test images measure the share. ``output`` gets ``anomalies.csv`` with a row
    for each file, ``anomalies.json``, ``worst.png`` and ``heat-maps``. The same command again
    goes on where it was stopped.

    Parameters
    ----------
    run
        A run whose network has a code, trained on normal images alone.
    inputs
        Files, and folders whose files are taken with the tree below them.
    output
        Folder of the results.
    false_alarms
        Share of normal images that may be flagged, above 0 and below 1.
    normal
        Other normal images in place of the run's own: name of a data set, or a path. The network
        must not have been trained on them.
    normal_labels
        Names of folders whose files are normal; files in others are anomalies then, and the
        methods are compared on them.
    heat_maps
        Which files get a picture of where they are unlike normal images.
    max_pixels
        Files with more pixels are refused before they are decoded.
    data_dir, offline
        Where normal images come from.
    tell
        Called with a line for each file that failed, and for what is to be known.
    progress
        Called with the number of files that are done and the number of all.

    Returns
    -------
    Detection
        Files that failed are counted there; all others are done.

    Raises
    ------
    BusyError
        If another command is writing to the output.
    ConfigurationError
        If the network has no code, the rate cannot be promised with so few normal images, or a
        value cannot be.
    DataError
        If the run's data are not those that it was trained on.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    OutputExistsError
        If the output has results that this command did not write.
    WriteError
        If results cannot be written; the rest is not tried.
    """
    require_known("heat maps", heat_maps, HEAT_MAPS)
    require_positive("max pixels", max_pixels)
    files = list_sources(inputs, output)
    labels = FileLabels(files, normal_labels)
    _offer_labels(files, normal_labels, tell)
    _require_own(output)
    experiment = run.read_experiment()
    model, spec = load_model(run.model)
    network = _require_code(model, experiment, run)
    if normal is None:
        fitted = fitted_to_run(run, network, data_dir=data_dir, offline=offline, tell=tell)
    else:
        fitted = fitted_to(normal, network, experiment, data_dir=data_dir, offline=offline)
    calibration = calibrate(fitted, false_alarms)
    maps = output / "heat-maps"
    scorer = FileScorer(
        detector=fitted.detector,
        form=replace(form_of(experiment, spec.image_shape), max_pixels=max_pixels),
        heat_maps=maps if heat_maps == "all" else None,
    )
    work = _Work(run.path.resolve().name, experiment, output, files, labels, fitted, calibration)
    with writing_to(output, work.jobs):
        shards = Shards(output / _PARTS, _causes(scorer), scorer.at_a_time)
        found = score_files(files, scorer, shards, tell, progress)
        shards.clear_unused()
        return work.finish(found, scorer, heat_maps, shards.digest)


class _Work:
    """The results of one command, written once all files have a score."""

    def __init__(
        self,
        name: str,
        experiment: Experiment,
        output: Path,
        files: Sequence[SourceFile],
        labels: FileLabels,
        fitted: Fitted,
        calibration: Calibration,
    ) -> None:
        self.name, self.experiment, self.output = name, experiment, output
        self.files, self.labels = files, labels
        self.fitted, self.calibration = fitted, calibration
        self.table, self.record, self.sheet = (
            output / name for name in ("anomalies.csv", "anomalies.json", "worst.png")
        )

    @property
    def jobs(self) -> list[FileJob]:
        """What is written beside the heat maps."""
        return [FileJob(path, path) for path in (self.table, self.record, self.sheet)]

    def finish(
        self, found: FileScores, scorer: FileScorer, heat_maps: HeatMaps, digest: str
    ) -> Detection:
        """Write everything that follows from the scores, unless it was done before."""
        done, marker = self.output / _PARTS / "finished", self._causes(digest, heat_maps)
        kept = self._finished(done, marker)
        if kept is not None:
            return kept
        detection, worst = self._detection(found, heat_maps)
        write_table(self.table, self.files, found, self.fitted, detection.deciding.threshold)
        if worst:
            self._draw(worst, scorer, heat_maps)
        write_bytes(self.record, to_json(detection))
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

    def _causes(self, digest: str, heat_maps: HeatMaps) -> str:
        words = (digest, heat_maps, self.labels.normal, self.calibration, self.fitted.notes)
        return hashlib.sha256(repr(words).encode()).hexdigest()

    def _detection(
        self, found: FileScores, heat_maps: HeatMaps
    ) -> tuple[Detection, list[tuple[int, ScoredFile]]]:
        methods = score_methods(self.fitted, self.calibration.false_alarms, found, self.labels)
        worst = find_worst(self.files, found, self.fitted, methods[0].threshold)
        known = ~np.isnan(found.scores[methods[0].method])
        normal = self.labels.are_normal
        return Detection(
            run=self.name,
            model=self.experiment.model_name,
            files=len(self.files),
            failed=len(found.reasons),
            calibration=self.calibration,
            methods=methods,
            worst=tuple(file for _, file in worst),
            normal_labels=self.labels.normal,
            normal_files=0 if normal is None else int((known & normal).sum()),
            anomalous_files=0 if normal is None else int((known & ~normal).sum()),
            heat_maps=None if heat_maps == "none" else _meaning(),
            notes=self.fitted.notes,
        ), worst

    def _draw(
        self, worst: Sequence[tuple[int, ScoredFile]], scorer: FileScorer, heat_maps: HeatMaps
    ) -> None:
        """Write the sheet of the files that are least like normal ones, and their heat maps."""
        files = [self.files[number] for number, _ in worst]
        rows = {}
        for file, (_, scored) in zip(files, worst, strict=True):
            image = scorer.read(file)
            seen = scorer.detector.see(image[None])
            decision = "anomaly" if scored.anomaly else "normal"
            label = f"{scored.score:.2f}  {decision}  {shown_name(file.name)}"
            rows[label] = (image, seen.rebuilt[0], heat_map(seen.heat[0]))
            if heat_maps == "worst":
                write_heat_maps([file], seen, self.output / "heat-maps")
        sheet = rows_sheet(rows, ("image", "reconstruction", "error over the usual"))
        write_image_file(self.sheet, sheet.astype(np.float32) / 255.0)


def _causes(scorer: FileScorer) -> str:
    """Return what the scores of a file follow from besides the file."""
    code = hashlib.sha256(detector_code()).hexdigest()
    words = (
        scorer.detector.digest,
        code,
        code_fingerprint(),
        scorer.form,
        scorer.heat_maps is not None,
    )
    return repr(words)


def _meaning() -> str:
    return (
        "The error at each place over the root mean square error of held-out normal images "
        f"there: black for none, brightest for {HEAT_TOP:g} times as much or more. Each pixel "
        "is a square of whole pixels."
    )


def _require_code(model: object, experiment: Experiment, run: TrainedModel) -> LatentModel:
    """Return a model that has a code.

    A denoiser without one rebuilds whatever it is shown: which images are normal cannot be told
    from its errors.
    """
    if isinstance(model, LatentModel):
        return model
    with_code = Experiment(data=experiment.data, network="convolutional")
    raise ConfigurationError(
        f"{run.path} has a {experiment.model_name}, which has no code and rebuilds anomalies as "
        f"well as normal images. A run that can tell them apart: {with_code.command()}"
    )


def _require_own(output: Path) -> None:
    """Refuse to write over results of someone else."""
    if exists(output / _PARTS):
        return
    for name in ("anomalies.csv", "anomalies.json", "worst.png", "heat-maps"):
        if exists(output / name):
            raise OutputExistsError(
                f"{output / name} exists and was not written by `hourglass detect`. Choose "
                "another --output."
            )


def _offer_labels(files: Sequence[SourceFile], given: Sequence[str], tell: Tell) -> None:
    if given:
        return
    labels = {label_of(file) for file in files}
    for name in _NAMES_OF_NORMAL:
        if name in labels and len(labels) > 1:
            tell(
                f"Files in {name} may be normal ones; `--normal-label {name}` compares the "
                "methods on them and the others."
            )
