"""A trained network tells which image files are unlike the normal ones that it learned from."""

import contextlib
import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from hourglass.bundles import load_model
from hourglass.errors import (
    ConfigurationError,
    DataError,
    OutputExistsError,
    require_known,
    require_positive,
)
from hourglass.experiment.detect_results import FileLabels, calibrate, label_of
from hourglass.experiment.detect_scores import FileScorer, clear_heat_maps, score_files
from hourglass.experiment.detect_work import HEAT_MAPS_FOLDER, DetectionWork
from hourglass.experiment.detector import detector_code
from hourglass.experiment.embed_source import form_of, seen_by
from hourglass.experiment.file_jobs import SourceFile, list_sources, writing_to
from hourglass.experiment.file_ranges import find_ranges
from hourglass.experiment.kept import code_fingerprint
from hourglass.experiment.material import NAMES_OF_NORMAL
from hourglass.experiment.normal_images import fitted_to, fitted_to_run
from hourglass.experiment.shards import Shards
from hourglass.files import exists, remove_folder
from hourglass.images import MOST_PIXELS
from hourglass.images.arrangement import split_folders
from hourglass.images.listing import sorted_counts
from hourglass.models import LatentModel
from hourglass.records import (
    DATA_SETS,
    DEFAULT_FALSE_ALARMS,
    HEAT_MAPS,
    Calibration,
    Detection,
    Experiment,
    HeatMaps,
    RangeOption,
)
from hourglass.runs import TrainedModel

_PARTS: Final = ".hourglass-parts"

Tell = Callable[[str], None]


def detect_files(
    run: TrainedModel,
    inputs: Sequence[Path],
    output: Path,
    *,
    false_alarms: float | None = None,
    normal: str | None = None,
    normal_labels: Sequence[str] = (),
    heat_maps: HeatMaps = HEAT_MAPS[0],
    value_range: RangeOption | None = None,
    max_pixels: int = MOST_PIXELS,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
    tell_failed: Tell = lambda line: None,
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
        Share of normal images that may be flagged, above 0 and below 1; by default
        ``DEFAULT_FALSE_ALARMS``, or the lowest that the held-out normal images can promise.
    normal
        Other normal images in place of the run's own: name of a data set, or a path. The network
        must not have been trained on them.
    normal_labels
        Names of folders whose files are normal; files in others are anomalies then, and the
        methods are compared on them.
    heat_maps
        Which files get a picture of where they are unlike normal images.
    value_range
        What black and white are in the files: ``data``, ``dtype`` or ``LOW..HIGH``; by default
        what their tags, the model and the values of all files say.
    max_pixels
        Files with more pixels are refused before they are decoded.
    data_dir, offline
        Where normal images come from.
    tell
        Called with a line at each turn of the story.
    tell_failed
        Called with a line for each file that failed.
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
    left_out = Counter[str]()
    files = list_sources(inputs, output, left_out)
    labels = FileLabels(files, normal_labels)
    _offer_labels(files, normal_labels, tell)
    _require_own(output)
    experiment = run.read_experiment()
    model, _ = load_model(run.model)
    network = _require_code(model, experiment, run)
    seen = seen_by(run).preprocessing
    if normal is None:
        fitted = fitted_to_run(run, network, data_dir=data_dir, offline=offline, tell=tell)
    else:
        fitted = fitted_to(
            normal,
            network,
            seen,
            trained_on=_trained_on(run),
            data_dir=data_dir,
            offline=offline,
            tell=tell,
        )
    calibration = calibrate(fitted, false_alarms)
    ranges, range_notes = find_ranges(
        [file.path for file in files], value_range, seen.ranges, max_pixels=max_pixels
    )
    scorer = FileScorer(
        detector=fitted.detector,
        form=replace(form_of(seen), max_pixels=max_pixels, ranges=ranges),
        heat_maps=output / HEAT_MAPS_FOLDER if heat_maps == "all" else None,
    )
    work = DetectionWork(
        run=run.path.resolve().name,
        model=experiment.model_name,
        output=output,
        files=files,
        labels=labels,
        fitted=fitted,
        calibration=calibration,
        heat_maps=heat_maps,
        notes=(
            *range_notes,
            *_of_the_rate(calibration, false_alarms),
            *(_of_training(experiment, files) if normal_labels else ()),
        ),
        not_listed=sorted_counts(left_out),
    )
    with writing_to(output, work.jobs):
        shards = Shards(output / _PARTS, _causes(scorer), scorer.at_a_time)
        if shards.begin():
            remove_folder(work.maps)
        clear_heat_maps(work.maps)
        found = score_files(files, scorer, shards, tell_failed, progress)
        for line in scorer.form.files_read.lines(scorer.form.ranges):
            tell_failed(line)
        shards.clear_unused()
        return work.finish(found, scorer, shards, tell_failed)


def _causes(scorer: FileScorer) -> str:
    """Return what the scores of a file follow from besides the file."""
    code = hashlib.sha256(detector_code()).hexdigest()
    words = (
        scorer.detector.digest,
        code,
        code_fingerprint(),
        scorer.form,
    )
    return repr(words)


def _trained_on(run: TrainedModel) -> str | None:
    """Return the fingerprint of the images of the training, if the model comes with a card."""
    with contextlib.suppress(ConfigurationError):
        return run.read_record().data_fingerprint
    return None


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
    for name in ("anomalies.csv", "anomalies.json", "worst.png", HEAT_MAPS_FOLDER):
        if exists(output / name):
            raise OutputExistsError(
                f"{output / name} exists and was not written by `hourglass detect`. Choose "
                "another --output."
            )


def _offer_labels(files: Sequence[SourceFile], given: Sequence[str], tell: Tell) -> None:
    if given:
        return
    labels = {label_of(file) for file in files}
    for name in sorted(labels):
        if name.lower() in NAMES_OF_NORMAL and len(labels) > 1:
            tell(
                f"Files in {name} may be normal ones; `--normal-label {name}` compares the "
                "methods on them and the others."
            )


def _of_the_rate(calibration: Calibration, asked: float | None) -> Iterator[str]:
    """Tell of a rate that nobody asked for, because a lower one cannot be promised."""
    if asked is None and calibration.false_alarms > DEFAULT_FALSE_ALARMS:
        yield (
            f"With {calibration.images:,} held-out normal images {DEFAULT_FALSE_ALARMS:.0%} false "
            f"alarms cannot be promised; the threshold is for {calibration.false_alarms:.2%}, the "
            "lowest rate that can. For a lower one train on more normal images, or name others "
            "with --normal."
        )


def _of_training(experiment: Experiment, files: Sequence[SourceFile]) -> Iterator[str]:
    """Tell of files that the model may have learned from, which are no test of it."""
    data = Path(experiment.data).expanduser()
    if experiment.data in DATA_SETS or not data.is_dir():
        return
    try:
        learned = split_folders(data, experiment.folder.splits).folders["train"].resolve()
    except (DataError, OSError):
        return
    roots = {file.root: file.root.resolve() for file in files}
    count = sum((roots[file.root] / file.name).is_relative_to(learned) for file in files)
    if count:
        yield (
            f"{count:,} of the files lie in {learned.name}, whose images the model was trained on: "
            "they look more normal than new ones, and make the figures by label too good. Give "
            "other folders alone."
        )
