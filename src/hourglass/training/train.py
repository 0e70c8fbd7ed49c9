"""One training, from a plan to a history."""

import hashlib
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DataError
from hourglass.images import Images
from hourglass.models import Trainable, images_at_a_time
from hourglass.records import CheckpointTiming, Engine, Environment, History, TrainingPlan, to_json
from hourglass.runs import read_environment
from hourglass.training.checkpoint import Checkpoint, Checkpoints
from hourglass.training.compilation import compile_model
from hourglass.training.course import Course
from hourglass.training.drift import require_same
from hourglass.training.engine import engine_of
from hourglass.training.feed import Feed
from hourglass.training.health import HealthGuard
from hourglass.training.length import epochs_and_steps
from hourglass.training.saver import Saver


@dataclass(frozen=True, kw_only=True, slots=True)
class Resuming:
    """How a training is written down, and on what terms it goes on.

    Attributes
    ----------
    timing
        How often a checkpoint is written.
    environment
        Machine and libraries; by default they are read anew.
    allow_drift
        Go on from a checkpoint of another environment, which may end with other bytes.
    tell
        Called with a warning about a checkpoint that is damaged or of another environment.
    """

    timing: CheckpointTiming = field(default_factory=CheckpointTiming)
    environment: Environment | None = None
    allow_drift: bool = False
    tell: Callable[[str], None] = warnings.warn


@dataclass(frozen=True, kw_only=True, slots=True)
class Training:
    """What a training gave, beside the weights in the model.

    Attributes
    ----------
    history
        A record an epoch.
    steps
        Optimizer steps planned.
    images_per_second
        Training images over training time, compilation and validation left out.
    digests
        SHA-256 of the kept weights, of the optimizer's state at the end and of the history, times
        left out.
    drift
        How the environment had changed each time the training went on in spite of it.
    seconds_before
        Wall time that went into the checkpoint it went on from.
    engine
        What did the work; ``None`` for the loop from scratch.
    """

    history: History
    steps: int
    images_per_second: float
    digests: Mapping[str, str] = field(default_factory=dict)
    drift: tuple[str, ...] = ()
    seconds_before: float = 0.0
    engine: Engine | None = None


def train(
    model: Trainable,
    images: Images,
    plan: TrainingPlan,
    *,
    validation: tuple[NDArray[np.float32], NDArray[Any]],
    seen: Images | None = None,
    checkpoint_dir: Path | None = None,
    resuming: Resuming = Resuming(),
    callbacks: Sequence[keras.callbacks.Callback] = (),
) -> Training:
    """Train a model and leave it with the weights that the plan keeps.

    Parameters
    ----------
    model
        A model with fresh weights, or with weights to go on from.
    images
        The clean training images; the model's corruption acts on them in the graph. A classifier
        learns their labels.
    plan
        How long, how fast and in which order.
    validation
        Frozen pairs (seen, clean), each of shape (count, height, width, channels) in [0, 1]:
        the same for every method that is compared. For a classifier, images and their labels.
    seen
        What the model sees in place of the clean images, one for one: noise that was drawn
        before. The model should have no corruption then.
    checkpoint_dir
        Where checkpoints are written. If there are some of this very training it goes on from the
        newest, and ends as if it had never been interrupted: order, noise, dropout, schedule,
        early stopping, best weights and history. By default there are none.
    resuming
        How often checkpoints are written, and what a change of environment means.
    callbacks
        Keras callbacks beside the ones that training brings along. What they keep themselves
        starts anew when a training goes on.

    Returns
    -------
    Training
        History, steps and speed.

    Raises
    ------
    DataError
        If a classifier is to learn from images without labels; if the checkpoints are damaged or
        of another training; if an image file has changed since it was checked.
    DriftError
        If the checkpoint was made in another environment and that is not allowed.
    DivergenceError
        If a loss is not a finite number; the first batch that made it so is named.
    WriteError
        If a checkpoint cannot be written; the one before it stays.
    """
    feed = Feed(images, plan.batch_size, plan.seed, seen, model.targets(images))
    checkpoints = None if checkpoint_dir is None else Checkpoints(checkpoint_dir)
    with engine_of(model, feed, plan) as engine:
        course = _course(model, feed, plan, checkpoints, resuming)
        guards = [course.recorder, HealthGuard(feed, plan), course.keeper, *callbacks]
        if checkpoints is not None:
            guards.append(Saver(checkpoints, resuming.timing, feed, course.capture))
        _fit(model, course, validation, guards)
        best_epoch = course.keeper.finish(model, len(course.recorder.epochs))
    history = History(epochs=tuple(course.recorder.epochs), best_epoch=best_epoch)
    return Training(
        history=history,
        steps=course.all_steps,
        images_per_second=course.recorder.images_per_second,
        digests=course.digests(history),
        drift=course.drift,
        seconds_before=course.seconds_before,
        engine=engine,
    )


def _course(
    model: Trainable,
    feed: Feed,
    plan: TrainingPlan,
    checkpoints: Checkpoints | None,
    resuming: Resuming,
) -> Course:
    """Return a training at its beginning, or where its newest checkpoint was."""
    start = time.monotonic()
    environment = resuming.environment or read_environment(keras.backend.backend())
    identity = _identity(model, feed, plan)
    found = None if checkpoints is None else checkpoints.newest(resuming.tell)
    drift = () if found is None else _drift(found, identity, environment, resuming)
    epochs, steps = _length(found, model, feed, plan)
    course = Course(
        model,
        feed,
        plan,
        compile_model(model, plan, epochs * steps, feed),
        identity=identity,
        environment=environment,
        epochs=epochs,
        steps=steps,
        drift=drift,
        start=start,
    )
    if found is not None:
        course.go_on(found)
    return course


def _fit(
    model: Trainable,
    course: Course,
    validation: tuple[NDArray[np.float32], NDArray[Any]],
    callbacks: Sequence[keras.callbacks.Callback],
) -> None:
    """Do what is left: first the rest of an epoch that was broken off, then the others."""
    for first_epoch, last_epoch, steps in course.legs():
        course.feed.steps = steps
        try:
            model.fit(
                course.feed.batches(),
                initial_epoch=first_epoch,
                epochs=last_epoch,
                validation_data=tuple(validation),
                validation_batch_size=images_at_a_time(validation[0].shape[1:]),
                callbacks=list(callbacks),
                shuffle=False,
                verbose=0,
            )
        except Exception as error:
            if course.feed.failure is not None:
                raise course.feed.failure from error
            raise
        if model.stop_training:
            return


def _length(
    found: Checkpoint | None, model: Trainable, feed: Feed, plan: TrainingPlan
) -> tuple[int, int]:
    if found is not None:
        return found.progress.epochs, found.progress.steps
    return epochs_and_steps(model, feed, plan)


def _identity(model: Trainable, feed: Feed, plan: TrainingPlan) -> str:
    """Return the SHA-256 of what is trained, on what and how."""
    facts = [
        type(model).__name__,
        "none" if model.corruption is None else model.corruption.words,
        str([(tuple(variable.shape), variable.dtype) for variable in model.variables]),
        str(to_json(plan)),
        feed.images.fingerprint,
        "none" if feed.seen is None else feed.seen.fingerprint,
    ]
    return hashlib.sha256("\x1f".join(facts).encode()).hexdigest()


def _drift(
    found: Checkpoint, identity: str, environment: Environment, resuming: Resuming
) -> tuple[str, ...]:
    """Return how environments have differed so far, if the training may go on here."""
    progress = found.progress
    if progress.identity != identity:
        raise DataError(
            "The checkpoint belongs to another training: data, network or plan are not the same. "
            "Train into another folder."
        )
    changes = require_same(
        progress.environment, environment, allow=resuming.allow_drift, tell=resuming.tell
    )
    return (*progress.drift, *changes)
