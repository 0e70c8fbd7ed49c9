"""A trained classifier names the classes of image files, and says of which it is not sure."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final, final

import numpy as np
from numpy.typing import NDArray

from hourglass.bundles import load_classifier
from hourglass.errors import (
    ConfigurationError,
    DataError,
    MissingPathError,
    OutputExistsError,
    require_positive,
)
from hourglass.evaluation import (
    exact_interval,
    pixel_statistics,
    softmax,
)
from hourglass.experiment.class_calibration import Flags, calibration_of, rounded
from hourglass.experiment.embed_source import form_of, seen_by
from hourglass.experiment.file_jobs import FileJob, SourceFile
from hourglass.experiment.file_ranges import find_ranges
from hourglass.experiment.shards import REASON, Results, Shards
from hourglass.experiment.sheet import require_sheet
from hourglass.figures import least_sure_picture, strip_scale
from hourglass.files import (
    exists,
    locked,
    remove_folder,
    remove_leftovers,
    write_bytes,
    write_csv,
)
from hourglass.images import MOST_PIXELS, GivenFiles, ModelForm, write_image_file
from hourglass.images.memory import as_unit_range
from hourglass.images.workers import in_order
from hourglass.inference import classify_logits
from hourglass.models import Classifier, images_at_a_time
from hourglass.records import (
    DEFAULT_TOP,
    MOST_LEAST_SURE,
    ClassifierCalibration,
    Experiment,
    Flag,
    LabeledFiles,
    PredictedFile,
    PredictedFiles,
    PredictionRequest,
    RangeOption,
    to_json,
)
from hourglass.runs import TrainedModel
from hourglass.runs.reading import read_json

Tell = Callable[[str], None]
Progress = Callable[[float, int], None]

# Parts of another form are not gone on with.
_PARTS_VERSION: Final = 1
_FLAGS: Final[tuple[Flag, ...]] = ("unknown", "unsure", "")
_OF_A_CLASS: Final = ("class", "probability")
_OF_FLAGS: Final = ("set", "flag", "p_value")
_OF_LABELS: Final = ("label", "right")
_MOST_NAMED: Final = 20
# What stands for a side that is open, where memory is counted.
_USUAL_SIDE: Final = 256
_STATISTICS: Final = 3


def classify_files(
    run: TrainedModel,
    inputs: Sequence[Path],
    output: Path,
    *,
    top: int | None = None,
    error: float | None = None,
    unknown: float | None = None,
    sheet: Path | None = None,
    value_range: RangeOption | None = None,
    max_pixels: int = MOST_PIXELS,
    data_dir: Path | None = None,
    offline: bool = False,
    tell: Tell = lambda line: None,
    tell_failed: Tell = lambda line: None,
    progress: Progress = lambda done, files: None,
) -> PredictedFiles:
    """Name the class of image files, with its probability, in one table.

    Probabilities are calibrated on the validation images of the run (Guo et al. 2017). Each file
    gets the set of classes that it may have (split conformal prediction), and a flag: ``unsure``
    if the set has no class or several, ``unknown`` if the image is unlike those of the training.
    Files are brought to the form of the training images. Results are kept in parts until the table
    is whole: a command that was stopped goes on when it is given again, and ends with the same
    bytes.

    Parameters
    ----------
    run
        A run that was trained to classify.
    inputs
        Image files, and folders whose files are taken with the tree below them. Sub-folders that
        are called like classes are labels, and give an accuracy.
    output
        The table; its name ends in ``.csv``. What was measured goes into ``.csv.json`` beside it.
        A table that is there and was made of the same files by the same model is left alone.
    top
        How many classes each row names; by default 3, or as many as there are.
    error
        Share of images whose class may be missing from their set; 0.05 by default.
    unknown
        Share of images like those of the training that may be flagged as unknown; 0.01 by default.
    sheet
        A PNG file that shows up to 24 of the least sure files.
    value_range
        What black and white are in the files, as ``detect_files`` takes it.
    max_pixels
        Files with more are refused before they are decoded.
    data_dir, offline
        Where the data of a run come from that has no calibration on record.
    tell
        Called with a line at each turn of the story.
    tell_failed
        Called with a line for each file that failed.
    progress
        Called with the number of files that are done and of all.

    Returns
    -------
    PredictedFiles
        Files that failed are told there too; all others are done.

    Raises
    ------
    BusyError
        If another command is writing the output.
    ConfigurationError
        If the run is no classifier, a level cannot be promised, or a value cannot be.
    MissingPathError
        If an input does not exist, cannot be reached, or is a folder without an image file.
    OutputExistsError
        If the output is there and was made of something else.
    WriteError
        If it cannot be written.
    """
    _require_csv(output)
    require_positive("max pixels", max_pixels)
    experiment = _require_classifier(run)
    files = GivenFiles(inputs)
    if sheet is not None:
        jobs = [FileJob(path, output) for path in files.paths]
        require_sheet(sheet, jobs, inputs)
    model, _ = load_classifier(run.model)
    notes: list[str] = []
    calibration = calibration_of(
        run, model, data_dir=data_dir, offline=offline, tell=tell, warn=notes.append
    )
    sha256, seen = seen_by(run, any_size=True)
    ranges, range_notes = find_ranges(files.paths, value_range, seen.ranges, max_pixels=max_pixels)
    notes += [*files.notes, *range_notes]
    work = _Work(
        run=run.path.resolve().name,
        experiment=experiment,
        model=model,
        model_sha256=sha256,
        form=replace(form_of(seen), max_pixels=max_pixels, ranges=ranges),
        inputs=tuple(inputs),
        files=files,
        output=output,
        sheet=sheet,
        top=_require_top(top, model.classes),
        names=_names(run, model, calibration, notes),
        flags=_flags(calibration, error, unknown, notes),
        notes=tuple(notes),
    )
    busy = f"Another command is writing {output}. Wait until it is done, or end it."
    with locked(output.with_name(f".{output.name}.lock"), busy=busy):
        if exists(output):
            return work.done_before(tell, tell_failed)
        work.require_room()
        remove_leftovers(output.parent, {path.name for path in work.made})
        done = work.predict(tell_failed, progress)
    for line in work.form.files_read.lines(work.form.ranges):
        tell_failed(line)
    return done


@final
@dataclass(frozen=True, kw_only=True)
class _Work:
    """All that is needed to make a table of predictions."""

    run: str
    experiment: Experiment
    model: Classifier
    model_sha256: str
    form: ModelForm
    inputs: tuple[Path, ...]
    files: GivenFiles
    output: Path
    sheet: Path | None
    top: int
    names: tuple[str, ...]
    flags: Flags | None
    notes: tuple[str, ...]

    @property
    def record(self) -> Path:
        """Everything that is printed."""
        return self.output.with_name(f"{self.output.name}.json")

    @property
    def parts(self) -> Path:
        """Results of files until the table is whole."""
        return self.output.with_name(f".{self.output.name}.parts")

    @property
    def made(self) -> list[Path]:
        """The files that are written."""
        return [self.output, self.record, *([] if self.sheet is None else [self.sheet])]

    @cached_property
    def request(self) -> PredictionRequest:
        """What the table is made of."""
        listed, changed = self.files.fingerprints()
        flags, form = self.flags, self.form
        told = b"" if flags is None else to_json(flags.calibration)
        return PredictionRequest(
            model_sha256=self.model_sha256,
            calibration_sha256=hashlib.sha256(told + repr(self.names).encode()).hexdigest(),
            images=" ".join(path.resolve().name for path in self.inputs),
            images_sha256=hashlib.sha256(f"{listed} {changed}".encode()).hexdigest(),
            count=len(self.files),
            image_shape=form.shape,
            resize=None if form.resize is None else "x".join(map(str, form.resize)),
            crop=None if form.crop is None else "x".join(map(str, form.crop)),
            color=form.color,
            max_pixels=form.max_pixels,
            ranges=form.ranges.by_type,
            top=self.top,
            error=None if flags is None else flags.error,
            unknown=None if flags is None else flags.unknown,
        )

    @cached_property
    def labels(self) -> NDArray[np.int64] | None:
        """Number of the class that each file's sub-folder is called like, −1 for none.

        ``None`` where no sub-folder is called like a class.
        """
        numbers = {name: number for number, name in enumerate(self.names)}
        found = [numbers.get(self.files.label(position), -1) for position in range(len(self.files))]
        return np.array(found) if max(found) >= 0 else None

    def done_before(self, tell: Tell, tell_failed: Tell) -> PredictedFiles:
        """Leave a finished table alone, if it is what was asked for."""
        try:
            found = read_json(PredictedFiles, self.record)
        except (DataError, OSError):
            found = None
        if found is None or found.request != self.request:
            raise OutputExistsError(
                f"{self.output} exists already and was made of other files, by another model, or "
                "with other options. Choose another --output, or remove that one."
            )
        # A command that was killed after its last step has left parts.
        remove_folder(self.parts)
        for reason in found.reasons.values():
            tell_failed(reason)
        if self.sheet is not None:
            if exists(self.sheet):
                tell(f"{self.sheet} exists already and is left alone.")
            else:
                self._draw(found.least_sure)
        sheet = str(self.sheet) if self.sheet is not None and found.least_sure else None
        return replace(found, output=str(self.output), sheet=sheet, done_before=True)

    def require_room(self) -> None:
        """Refuse to replace what belongs to something else: only own parts say it is ours."""
        for path in self.made[1:]:
            if exists(path) and not exists(self.parts):
                raise OutputExistsError(
                    f"{path} exists already and would be written beside {self.output}. Choose "
                    "another place, or remove it."
                )

    def predict(self, tell_failed: Tell, progress: Progress) -> PredictedFiles:
        """Classify all files and write the table, or nothing."""
        files = [_source(path) for path in self.files.paths]
        at_a_time = images_at_a_time([size or _USUAL_SIDE for size in self.form.shape])
        causes = repr((_PARTS_VERSION, self.model_sha256, self.form))
        shards = Shards(self.parts, causes, at_a_time)
        shards.begin()
        found, done = _Found(len(files)), list[PredictedFiles]()

        def rows() -> Iterator[Iterable[object]]:
            yield self._columns()
            tried = 0
            for part, results in shards.results(files, self._look):
                yield from self._rows(tried, results, found)
                for reason in filter(None, map(str, results[REASON])):
                    tell_failed(reason)
                tried += len(part)
                progress(tried, len(files))
            # Where there is a table, all that belongs to it is there.
            done.append(self._summarized(found))

        write_csv(self.output, rows())
        remove_folder(self.parts)
        return done[0]

    def _summarized(self, found: "_Found") -> PredictedFiles:
        """Write the record and the sheet."""
        predicted = self._summary(found)
        if self.sheet is not None and predicted.least_sure:
            self._draw(predicted.least_sure)
            predicted = replace(predicted, sheet=str(self.sheet))
        write_bytes(self.record, to_json(predicted))
        return predicted

    def _look(self, files: Sequence[SourceFile]) -> Results:
        """Return logits and statistics of files, and why those have none that cannot be used."""
        reasons = [""] * len(files)
        images: dict[tuple[int, ...], dict[int, NDArray[np.float32]]] = {}
        for number, image in enumerate(in_order(self._read_or_why, files)):
            if isinstance(image, str):
                reasons[number] = image
            else:
                images.setdefault(image.shape, {})[number] = image
        logits = np.full((len(files), self.model.classes), np.nan)
        statistics = np.full((len(files), _STATISTICS), np.nan)
        for alike in images.values():
            stacked = np.stack(list(alike.values()))
            logits[list(alike)] = classify_logits(self.model, stacked)
            statistics[list(alike)] = pixel_statistics(stacked)
        return {"logits": logits, "statistics": statistics, REASON: np.array(reasons)}

    def _read_or_why(self, file: SourceFile) -> NDArray[np.float32] | str:
        try:
            return as_unit_range(self.form.read(file.path).pixels)
        except (DataError, MissingPathError) as error:
            return str(error)

    @property
    def _of_the_model(self) -> list[str]:
        """The columns that a file which cannot be used leaves empty."""
        others = [f"{name}_{rank}" for rank in range(2, self.top + 1) for name in _OF_A_CLASS]
        return [*_OF_A_CLASS, *others, *(() if self.flags is None else _OF_FLAGS)]

    def _columns(self) -> list[str]:
        return ["file", *self._of_the_model, *(() if self.labels is None else _OF_LABELS), "reason"]

    def _rows(self, start: int, results: Results, found: "_Found") -> Iterator[list[str]]:
        """Yield the rows of some files, and take note of them."""
        judged = self._judged(start, results, found)
        nothing = [""] * len(self._of_the_model)
        for number, reason in enumerate(map(str, results[REASON])):
            position = start + number
            if reason:
                found.reasons[position] = reason
            labels = []
            if self.labels is not None:
                labels = [self.files.label(position), self._right(position, found)]
            cells = judged.get(number, nothing)
            yield [self.files.name(position), *cells, *labels, reason]

    def _judged(self, start: int, results: Results, found: "_Found") -> dict[int, list[str]]:
        """Return what the model says of the files that can be used, by their number."""
        good = np.flatnonzero(results[REASON] == "")
        logits, statistics = results["logits"][good], results["statistics"][good]
        flags, ahead, rows = self.flags, start + good, np.arange(len(good))
        probabilities = softmax(logits, 1.0 if flags is None else flags.temperature)
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, : self.top]
        found.best[ahead] = order[:, 0]
        found.probability[ahead] = probabilities[rows, order[:, 0]]
        cells = [
            [word for one in best for word in (self.names[one], f"{own[one]:.6g}")]
            for best, own in zip(order, probabilities, strict=True)
        ]
        if flags is not None:
            novelties, inside = flags.novelties(logits, statistics), flags.sets(probabilities)
            found.novelty[ahead] = novelties
            found.flag[ahead] = np.where(
                flags.are_unknown(novelties),
                _FLAGS.index("unknown"),
                np.where(inside.sum(axis=1) == 1, _FLAGS.index(""), _FLAGS.index("unsure")),
            )
            if self.labels is not None:
                own_class = self.labels[ahead]
                found.missed[ahead] = (own_class >= 0) & ~inside[rows, own_class]
            chances = flags.p_values(novelties)
            for row, of_row in enumerate(cells):
                in_set = "|".join(self.names[one] for one in np.flatnonzero(inside[row]))
                of_row += [in_set, _FLAGS[found.flag[ahead[row]]], f"{chances[row]:.6g}"]
        return dict(zip(good.tolist(), cells, strict=True))

    def _right(self, position: int, found: "_Found") -> str:
        """Return whether a file is named rightly, nothing where that is not known."""
        if self.labels is None or self.labels[position] < 0 or found.best[position] < 0:
            return ""
        return "yes" if found.best[position] == self.labels[position] else "no"

    def _summary(self, found: "_Found") -> PredictedFiles:
        counts = np.bincount(found.best[found.best >= 0], minlength=len(self.names))
        flags = self.flags
        told = sorted(found.reasons)[: PredictedFiles.MOST_REASONS]
        return PredictedFiles(
            output=str(self.output),
            request=self.request,
            run=self.run,
            model=self.experiment.model_name,
            files=len(self.files),
            failed=len(found.reasons),
            reasons={self.files.name(position): found.reasons[position] for position in told},
            classes=dict(zip(self.names, counts.tolist(), strict=True)),
            unsure=None if flags is None else found.flagged("unsure"),
            unknown=None if flags is None else found.flagged("unknown"),
            scaling=None if flags is None else flags.calibration.scaling,
            rates=None if flags is None else flags.rates(),
            labeled=self._labeled(found),
            least_sure=tuple(self._least_sure(found)),
            notes=self.notes,
            not_listed=self.files.left_out,
        )

    def _labeled(self, found: "_Found") -> LabeledFiles | None:
        labels = self.labels
        if labels is None:
            return None
        counted = (labels >= 0) & (found.best >= 0)
        if not counted.any():
            return None
        right = counted & (labels == found.best)
        plain = counted & (found.flag == _FLAGS.index(""))
        low, high = exact_interval(int(right.sum()), int(counted.sum()))
        of_classes = np.bincount(labels[counted])
        others = [self.files.label(position) for position in np.flatnonzero(labels < 0).tolist()]
        return LabeledFiles(
            files=int(counted.sum()),
            right=int(right.sum()),
            low=low,
            high=high,
            commonest=self.names[int(of_classes.argmax())],
            commonest_share=float(of_classes.max() / counted.sum()),
            unflagged=int(plain.sum()),
            unflagged_right=int((plain & right).sum()),
            missed=None if self.flags is None else int((counted & found.missed).sum()),
            other_folders=tuple(sorted(set(others))[:_MOST_NAMED]),
            other_files=len(others),
        )

    def _least_sure(self, found: "_Found") -> Iterator[PredictedFile]:
        good = np.flatnonzero(found.best >= 0)
        unlike = np.where(found.flag == _FLAGS.index("unknown"), -found.novelty, 0.0)
        order = np.lexsort((found.probability[good], unlike[good], found.flag[good]))
        for position in good[order[:MOST_LEAST_SURE]].tolist():
            yield PredictedFile(
                position=position,
                file=self.files.name(position),
                class_name=self.names[found.best[position]],
                probability=float(rounded(found.probability[position : position + 1])[0]),
                flag=_FLAGS[found.flag[position]],
            )

    def _draw(self, least_sure: Sequence[PredictedFile]) -> None:
        if self.sheet is None or not least_sure:
            return
        paths = [self.files.path(file.position) for file in least_sure]
        images = [as_unit_range(self.form.read(path).pixels) for path in paths]
        scale = strip_scale(max(max(image.shape[:2]) for image in images))
        title = f"The least sure of {len(self.files):,} given files"
        picture = least_sure_picture(images, least_sure, scale, title)
        write_image_file(self.sheet, picture.astype(np.float32) / 255.0)


class _Found:
    """What is remembered of each file until the summary; −1 and 2 where there is nothing."""

    def __init__(self, count: int) -> None:
        self.best = np.full(count, -1)
        self.probability = np.zeros(count)
        self.novelty = np.zeros(count)
        self.flag = np.full(count, _FLAGS.index(""))
        self.missed = np.zeros(count, bool)
        self.reasons: dict[int, str] = {}

    def flagged(self, flag: Flag) -> int:
        """Return how many files have a flag."""
        return int((self.flag == _FLAGS.index(flag)).sum())


def _source(path: Path) -> SourceFile:
    return SourceFile(path.parent, path.name)


def _require_csv(output: Path) -> None:
    if output.suffix.lower() != ".csv":
        raise ConfigurationError(
            f"Predictions are written as a table whose name ends in .csv; --output {output} was "
            "given."
        )


def _require_classifier(run: TrainedModel) -> Experiment:
    experiment = run.read_experiment()
    if experiment.classifies:
        return experiment
    classifier = Experiment(data=experiment.data, objective="classify")
    raise ConfigurationError(
        f"{run.path} has a {experiment.model_name}, which rebuilds images and names no classes. "
        f"To train a classifier: {classifier.command()}"
    )


def _require_top(top: int | None, classes: int) -> int:
    if top is None:
        return min(DEFAULT_TOP, classes)
    if not 1 <= top <= classes:
        raise ConfigurationError(
            f"top must lie between 1 and {classes}, the number of classes; {top} was given."
        )
    return top


def _names(
    run: TrainedModel,
    model: Classifier,
    calibration: ClassifierCalibration | None,
    notes: list[str],
) -> tuple[str, ...]:
    """Return the names of the classes, or their numbers where no name is on record."""
    names = run.class_names if calibration is None else calibration.class_names
    if len(names) == model.classes:
        return names
    notes.append(
        f"{run.path} does not tell the names of its classes, so they go by number, from 0."
    )
    return tuple(map(str, range(model.classes)))


def _flags(
    calibration: ClassifierCalibration | None,
    error: float | None,
    unknown: float | None,
    notes: list[str],
) -> Flags | None:
    if calibration is None:
        if error is not None or unknown is not None:
            raise ConfigurationError(
                "error and unknown need calibrated probabilities, and these are not: "
                f"{' '.join(notes)}"
            )
        return None
    flags = Flags(calibration, error, unknown)
    notes += flags.notes()
    return flags
