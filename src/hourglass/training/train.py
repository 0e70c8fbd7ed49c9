"""One training, from a plan to a history."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.errors import DivergenceError
from hourglass.images import Images
from hourglass.models import Trainable, images_at_a_time
from hourglass.records import Engine, History, TrainingPlan
from hourglass.training.compilation import compile_model, steps_per_execution
from hourglass.training.engine import engine_of
from hourglass.training.feed import Feed
from hourglass.training.recorder import Recorder

_TIMED_EXECUTIONS: Final = 2
# A plan in minutes on few images makes many passes; more rows than this tell nothing more.
_MOST_EPOCHS: Final = 100


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
    engine
        What did the work; ``None`` for the loop from scratch.
    """

    history: History
    steps: int
    images_per_second: float
    engine: Engine | None = None


def train(
    model: Trainable,
    images: Images,
    plan: TrainingPlan,
    *,
    validation: tuple[NDArray[np.float32], NDArray[Any]],
    seen: Images | None = None,
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
    callbacks
        Keras callbacks beside the ones that training brings along.

    Returns
    -------
    Training
        History, steps and speed.

    Raises
    ------
    DataError
        If a classifier is to learn from images without labels.
    DivergenceError
        If the validation loss was never a finite number.
    """
    feed = Feed(images, plan.batch_size, plan.seed, seen, model.targets(images))
    with engine_of(model, feed, plan) as engine:
        return _train(model, feed, plan, validation, callbacks, engine)


def _train(
    model: Trainable,
    feed: Feed,
    plan: TrainingPlan,
    validation: tuple[NDArray[np.float32], NDArray[Any]],
    callbacks: Sequence[keras.callbacks.Callback],
    engine: Engine,
) -> Training:
    epochs, steps = _epochs_and_steps(model, feed, plan)
    feed.steps = steps
    compile_model(model, plan, epochs * steps, feed)
    recorder = Recorder(feed)
    best = keras.callbacks.EarlyStopping(
        monitor="val_loss",
        mode="min",
        patience=plan.patience or epochs,
        restore_best_weights=plan.keep == "best",
    )
    model.fit(
        feed.batches(),
        epochs=epochs,
        validation_data=tuple(validation),
        validation_batch_size=images_at_a_time(validation[0].shape[1:]),
        callbacks=[recorder, best, *callbacks],
        shuffle=False,
        verbose=0,
    )
    if not math.isfinite(best.best):
        raise DivergenceError(
            f"Training diverged: the validation loss was {recorder.epochs[-1].val_loss} after "
            f"{len(recorder.epochs)} epochs. Lower --learning-rate (it was "
            f"{plan.learning_rate:g}) or clip gradients (clip_norm was {plan.clip_norm:g})."
        )
    return Training(
        history=History(
            epochs=tuple(recorder.epochs), best_epoch=_kept_epoch(best, recorder, plan)
        ),
        steps=epochs * steps,
        images_per_second=recorder.images_per_second,
        engine=engine,
    )


def _kept_epoch(best: keras.callbacks.EarlyStopping, recorder: Recorder, plan: TrainingPlan) -> int:
    """Return the epoch whose weights the model has, counted from 1."""
    return best.best_epoch + 1 if plan.keep == "best" else len(recorder.epochs)


def _epochs_and_steps(model: Trainable, feed: Feed, plan: TrainingPlan) -> tuple[int, int]:
    """Return how many epochs there will be, and how many steps each has."""
    if plan.epochs is not None:
        return plan.epochs, feed.steps_per_epoch
    budget = plan.budget_minutes or 0.0
    steps = max(1, round(60 * budget / _seconds_per_step(model, feed, plan)))
    epochs = min(_MOST_EPOCHS, max(1, round(steps / feed.steps_per_epoch)))
    return epochs, max(1, steps // epochs)


def _seconds_per_step(model: Trainable, feed: Feed, plan: TrainingPlan) -> float:
    """Time some steps past compilation and put the weights back."""
    weights = model.get_weights()
    watch = _Stopwatch()
    steps = steps_per_execution()
    compile_model(model, plan, steps, feed)
    feed.first_step, feed.steps = 0, steps * (1 + _TIMED_EXECUTIONS)
    model.fit(feed.batches(), epochs=1, callbacks=[watch], shuffle=False, verbose=0)
    model.set_weights(weights)
    return watch.seconds_past_first() / (steps * _TIMED_EXECUTIONS)


class _Stopwatch(keras.callbacks.Callback):
    """Note when each execution ends."""

    def __init__(self) -> None:
        super().__init__()
        self._ends: list[float] = []

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self._ends.append(time.perf_counter())

    def seconds_past_first(self) -> float:
        return self._ends[-1] - self._ends[0]
