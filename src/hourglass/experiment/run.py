"""Train, evaluate, report: the story of one run."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np

from hourglass.bundles import load_classifier, load_model, save_model
from hourglass.errors import ImageShapeError
from hourglass.evaluation import clipped_share
from hourglass.experiment.class_calibration import fit_calibration
from hourglass.experiment.classification import classifier_spec, measure_classifier
from hourglass.experiment.device import device_in_use
from hourglass.experiment.evaluate import load_splits_of
from hourglass.experiment.fitting import fit, fit_classifier
from hourglass.experiment.material import are_patches, load_material
from hourglass.experiment.no_reference import estimate, keep_what_helps
from hourglass.experiment.pairs import FROZEN_SEED, noisy_alone
from hourglass.experiment.table import measure, model_spec
from hourglass.files import remove_folder
from hourglass.images import Splits
from hourglass.models import (
    BlindSpotDenoiser,
    Classifier,
    ImageModel,
    build_classifier,
    build_model,
)
from hourglass.records import (
    FILES,
    Architecture,
    CheckpointTiming,
    Experiment,
    ModelSpec,
    RunRecord,
    clipping_warning,
)
from hourglass.report import write_report
from hourglass.runs import RunFolder, read_environment
from hourglass.training import Resuming, Training, require_same

Model = Classifier | ImageModel
Tell = Callable[[str], None]

# The smallest window of the structural similarity.
_LEAST_SIDE: Final = 3
_IMAGES_LOOKED_AT: Final = 500


def run_experiment(
    experiment: Experiment,
    output: str | Path,
    *,
    data_dir: Path | None = None,
    offline: bool = False,
    timing: CheckpointTiming = CheckpointTiming(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    tell: Tell = lambda line: None,
) -> RunFolder:
    """Train a model as an experiment asks for, compare it with its baselines, and report.

    Parameters
    ----------
    experiment
        Data, network, corruption and plan.
    output
        Folder of the run; it must not exist yet.
    data_dir
        Where to look for named data sets first.
    offline
        Never download.
    timing
        How often a checkpoint is written.
    callbacks
        Keras callbacks for the training, such as a progress bar.
    tell
        Called with a line at each turn of the story.

    Returns
    -------
    RunFolder
        The finished run.

    Raises
    ------
    HourglassError
        The errors of each room: data that cannot be had or read, a network that does not fit the
        images, classes that are missing, an output that exists or cannot be written, a training
        that diverges.
    """
    asked, experiment, output = experiment, experiment.filled(), Path(output)
    RunFolder.require_new(output)
    watch = _Watch()
    with watch.part("data"):
        splits = load_material(experiment, data_dir=data_dir, offline=offline, tell=tell)
    _require_size(splits)
    spec, model = _built(experiment, splits)
    record = _first_record(asked, splits, model)
    run = RunFolder.begin(output, experiment, record, _architecture(model, spec, splits))
    tell(_opening(experiment, splits, model))
    _warn_of_clipping(experiment, splits, tell)
    work = _Work(run, record, experiment, splits, spec, model, watch, tell)
    with run.held():
        work.train(callbacks, Resuming(timing=timing, environment=record.environment, tell=tell))
        work.finish()
    return run


def resume_run(
    run: RunFolder,
    *,
    allow_drift: bool = False,
    data_dir: Path | None = None,
    offline: bool = False,
    timing: CheckpointTiming = CheckpointTiming(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
    tell: Tell = lambda line: None,
) -> RunFolder:
    """Go on with a run that was broken off, as if it never had been.

    Training goes on from the newest checkpoint, or starts again where there is none; what comes
    after it is done again. A finished run is left alone.

    Parameters
    ----------
    run
        A run that was begun.
    allow_drift
        Go on with other libraries or on another machine, too, and write that down.
    data_dir, offline, timing, callbacks, tell
        As ``run_experiment`` takes them.

    Returns
    -------
    RunFolder
        The finished run.

    Raises
    ------
    BusyError
        If another process is working on it.
    DriftError
        If libraries or machine have changed and that is not allowed.
    DataError
        If the data are not those it was begun with, or its checkpoints are all damaged.
    HourglassError
        As ``run_experiment`` raises it.
    """
    with run.held():
        record = run.read_record()
        if record.status == "finished":
            tell(f"{run.path} is finished already; there is nothing to go on with.")
            return run
        experiment, watch = run.read_experiment(), _Watch(dict(record.seconds))
        with watch.part("data"):
            splits = load_splits_of(run, data_dir=data_dir, offline=offline)
        environment = read_environment(keras.backend.backend(), device_in_use())
        resuming = Resuming(
            timing=timing, environment=environment, allow_drift=allow_drift, tell=tell
        )
        spec, model = _built(experiment, splits)
        work = _Work(run, record, experiment, splits, spec, model, watch, tell)
        if record.status == "trained":
            work.take_model(resuming)
        else:
            tell(_opening(experiment, splits, model))
            work.train(callbacks, resuming)
        work.finish()
    return run


@dataclass
class _Work:
    """What is done to a run, from training to its report."""

    run: RunFolder
    record: RunRecord
    experiment: Experiment
    splits: Splits
    spec: ModelSpec
    model: Model
    watch: "_Watch"
    tell: Tell

    def train(self, callbacks: Sequence[keras.callbacks.Callback], resuming: Resuming) -> None:
        """Train, and write down history and model before the record says so."""
        with self.watch.part("training"):
            training = self._trained(callbacks, resuming)
        self.watch.seconds["training"] += training.seconds_before
        if isinstance(self.model, BlindSpotDenoiser):
            keep_what_helps(self.model, self.experiment, self.splits)
            self.spec = replace(self.spec, kept=self.model.kept)
        self.run.write_history(training.history)
        save_model(
            self.model,
            self.spec,
            self.run.model,
            images=self.experiment.folder,
            bands=self.splits.bands,
            ranges=self.splits.ranges,
        )
        self._write_record(
            status="trained",
            environment=resuming.environment,
            steps=training.steps,
            images_per_second=training.images_per_second,
            engine=training.engine,
            digests=training.digests,
            drift=training.drift,
            seconds=self.watch.seconds,
        )

    def take_model(self, resuming: Resuming) -> None:
        """Take the model that was trained before the run was broken off."""
        now = resuming.environment or self.record.environment
        changes = require_same(
            self.record.environment, now, allow=resuming.allow_drift, tell=self.tell
        )
        self._write_record(environment=now, drift=(*self.record.drift, *changes))
        load = load_classifier if isinstance(self.model, Classifier) else load_model
        self.model, _ = load(self.run.model)

    def finish(self) -> None:
        """Compare with the baselines and report; only then the run is finished."""
        self.tell("Comparing with the baselines.")
        with self.watch.part("comparison"):
            _compare(self.run, self.model, self.experiment, self.splits, self.tell)
        finished = replace(self.record, status="finished", seconds=self.watch.seconds)
        write_report(self.run, record=finished)
        # A run that says it is finished is never looked at again.
        remove_folder(self.run.checkpoint)
        self.run.write_record(finished)

    def _trained(
        self, callbacks: Sequence[keras.callbacks.Callback], resuming: Resuming
    ) -> Training:
        going_on = self.run.checkpoint, resuming
        if isinstance(self.model, Classifier):
            return fit_classifier(self.model, self.experiment, self.splits, callbacks, going_on)
        return fit(
            self.model, self.spec, self.experiment, self.splits, callbacks, self.tell, going_on
        )

    def _write_record(self, **changes: Any) -> None:
        self.record = replace(self.record, **changes)
        self.run.write_record(self.record)


def _built(experiment: Experiment, splits: Splits) -> tuple[ModelSpec, Model]:
    seed = experiment.plan.seed
    if experiment.classifies:
        spec = classifier_spec(experiment, splits)
        return spec, build_classifier(spec, seed=seed)
    spec = model_spec(experiment, splits.train.shape)
    return spec, build_model(spec, seed=seed)


def _compare(
    run: RunFolder, model: Model, experiment: Experiment, splits: Splits, tell: Tell
) -> None:
    """Measure a model beside its baselines, and write down what was found."""
    if isinstance(model, Classifier):
        found = measure_classifier(model, experiment, splits, tell=tell)
        run.write_classification(found.classification)
        run.write_samples(found.samples)
        run.write_calibration(fit_calibration(model, experiment, splits))
        return
    if experiment.estimates:
        estimated = estimate(model, experiment, splits)
        run.write_estimates(estimated.estimates)
        if not experiment.knows_clean:
            run.write_samples(estimated.samples)
    if experiment.knows_clean:
        table = measure(model, experiment, splits, tell=tell)
        run.write_scores(table.scores)
        run.write_samples(table.samples)


def _architecture(model: Model, spec: ModelSpec, splits: Splits) -> Architecture:
    """Return the graph of layers, with the sizes that the training images give them."""
    if isinstance(model, Classifier):
        return model.architecture()
    return build_model(replace(spec, image_shape=splits.train.shape)).architecture()


def _require_size(splits: Splits) -> None:
    height, width, _ = splits.train.shape
    if min(height or _LEAST_SIDE, width or _LEAST_SIDE) < _LEAST_SIDE:
        raise ImageShapeError(
            f"Images need at least {_LEAST_SIDE} pixels a side; those of {splits.name} are "
            f"{height}×{width}."
        )


def _warn_of_clipping(experiment: Experiment, splits: Splits, tell: Tell) -> None:
    """Tell what cut-off noise does where no clean image is learned from."""
    if experiment.blind_spot or experiment.second_shot is not None:
        few = splits.train.take(np.arange(min(len(splits.train), _IMAGES_LOOKED_AT)))
        noisy = noisy_alone(few, experiment.corruption).read_all()
        if warning := clipping_warning(clipped_share(noisy)):
            tell(warning)


def _opening(experiment: Experiment, splits: Splits, model: Model) -> str:
    task = f"undoing {experiment.corruption}" if experiment.corruption else "rebuilding images"
    if experiment.corruption == FILES:
        task = "undoing the noise that they came with"
    if experiment.blind_spot:
        task = f"{task}, from noisy images alone"
    if isinstance(model, Classifier):
        task = f"naming {model.classes} classes"
    what = "patches" if are_patches(splits.train) else "images"
    return (
        f"Training a {experiment.model_name} ({model.count_params():,} "
        f"parameters) on {len(splits.train):,} {what} of {splits.name}, {task}."
    )


def _first_record(experiment: Experiment, splits: Splits, model: Model) -> RunRecord:
    return RunRecord(
        status="unfinished",
        command=experiment.command(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
        environment=read_environment(keras.backend.backend(), device_in_use()),
        data_fingerprint=splits.fingerprint,
        split_hash=splits.split_hash,
        image_shape=splits.train.shape,
        images_by_split={name: len(images) for name, images in splits.parts.items()},
        seeds={"run": experiment.plan.seed, "frozen pairs": FROZEN_SEED},
        parameters=model.count_params(),
        folder=splits.folder,
        ranges=splits.ranges,
        notes=splits.notes,
    )


@dataclass
class _Watch:
    """Wall seconds of each part of a story."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - start
