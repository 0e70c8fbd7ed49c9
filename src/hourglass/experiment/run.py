"""Train, evaluate, report: the story of one run."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import keras

from hourglass.bundles import save_model
from hourglass.errors import ImageShapeError
from hourglass.experiment.classification import classifier_spec, measure_classifier
from hourglass.experiment.device import device_in_use
from hourglass.experiment.fitting import fit, fit_classifier
from hourglass.experiment.pairs import FROZEN_SEED
from hourglass.experiment.table import measure, model_spec
from hourglass.images import Splits, load_splits
from hourglass.models import Classifier, ImageModel, build_classifier, build_model
from hourglass.records import Architecture, Experiment, ModelSpec, RunRecord
from hourglass.report import write_report
from hourglass.runs import RunFolder, read_environment
from hourglass.training import Training

Model = Classifier | ImageModel
Tell = Callable[[str], None]

# The smallest window of the structural similarity.
_LEAST_SIDE: Final = 3


def run_experiment(
    experiment: Experiment,
    output: str | Path,
    *,
    data_dir: Path | None = None,
    offline: bool = False,
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
        splits = load_splits(
            experiment.data, seed=experiment.plan.seed, data_dir=data_dir, offline=offline
        )
    _require_size(splits)
    spec, model = _built(experiment, splits)
    record = _first_record(asked, splits, model)
    run = RunFolder.create(output)
    run.write_experiment(experiment)
    run.write_record(record)
    run.write_architecture(_architecture(model, spec, splits))
    tell(_opening(experiment, splits, model))
    with watch.part("training"):
        training = _trained(model, spec, experiment, splits, callbacks, tell)
    run.write_history(training.history)
    save_model(model, spec, run.model)
    tell("Comparing with the baselines.")
    with watch.part("comparison"):
        _compare(run, model, experiment, splits, tell)
    finished = _last_record(record, training, watch.seconds)
    write_report(run, record=finished)
    run.write_record(finished)
    return run


def _built(experiment: Experiment, splits: Splits) -> tuple[ModelSpec, Model]:
    seed = experiment.plan.seed
    if experiment.classifies:
        spec = classifier_spec(experiment, splits)
        return spec, build_classifier(spec, seed=seed)
    spec = model_spec(experiment, splits.train.shape)
    return spec, build_model(spec, seed=seed)


def _trained(
    model: Model,
    spec: ModelSpec,
    experiment: Experiment,
    splits: Splits,
    callbacks: Sequence[keras.callbacks.Callback],
    tell: Tell,
) -> Training:
    if isinstance(model, Classifier):
        return fit_classifier(model, experiment, splits, callbacks)
    return fit(model, spec, experiment, splits, callbacks, tell)


def _compare(
    run: RunFolder, model: Model, experiment: Experiment, splits: Splits, tell: Tell
) -> None:
    """Measure a model beside its baselines, and write down what was found."""
    if isinstance(model, Classifier):
        found = measure_classifier(model, experiment, splits, tell=tell)
        run.write_classification(found.classification)
        run.write_samples(found.samples)
        return
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


def _opening(experiment: Experiment, splits: Splits, model: Model) -> str:
    task = f"undoing {experiment.corruption}" if experiment.corruption else "rebuilding images"
    if isinstance(model, Classifier):
        task = f"naming {model.classes} classes"
    return (
        f"Training a {experiment.model_name} ({model.count_params():,} "
        f"parameters) on {len(splits.train):,} images of {splits.name}, {task}."
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
    )


def _last_record(record: RunRecord, training: Training, seconds: dict[str, float]) -> RunRecord:
    return replace(
        record,
        status="finished",
        steps=training.steps,
        images_per_second=training.images_per_second,
        seconds=seconds,
        engine=training.engine,
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
