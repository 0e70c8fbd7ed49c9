"""A training on its way: what it has reached, and the way to and from a checkpoint."""

import hashlib
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final, final

import keras
import numpy as np

from hourglass.models import Trainable
from hourglass.records import Environment, History, Progress, TrainingPlan, to_json
from hourglass.training.checkpoint import SCHEMA, Checkpoint
from hourglass.training.feed import Feed
from hourglass.training.keeper import Keeper
from hourglass.training.recorder import Recorder
from hourglass.training.state import digest, read_state, write_state

_BEST: Final = "best/"


@final
class Course:
    """Everything that a killed training needs to go on.

    Parameters
    ----------
    model, feed, plan
        What is trained, on what and how; the model is compiled.
    metrics
        What an epoch's figures are gathered in.
    identity
        SHA-256 that tells this training from every other.
    environment
        Machine and libraries.
    epochs, steps
        Epochs planned, and optimizer steps in each.
    drift
        How environments have differed so far.
    start
        When the training began in this process, by the monotonic clock.

    Attributes
    ----------
    recorder, keeper
        The callbacks that gather the history and the best weights.
    seconds_before
        Wall time that went into the checkpoint it went on from.
    """

    def __init__(
        self,
        model: Trainable,
        feed: Feed,
        plan: TrainingPlan,
        metrics: Sequence[keras.metrics.Metric],
        *,
        identity: str,
        environment: Environment,
        epochs: int,
        steps: int,
        drift: tuple[str, ...],
        start: float,
    ) -> None:
        model.optimizer.build(model.trainable_variables)
        self.feed = feed
        self.recorder = Recorder(feed, steps)
        self.keeper = Keeper(plan)
        self.drift = drift
        self.seconds_before = 0.0
        self._model = model
        self._metrics = metrics
        self._identity = identity
        self._environment = environment
        self._epochs = epochs
        self._steps = steps
        self._start = start
        self._epochs_done = 0
        self._stopped = False

    @property
    def all_steps(self) -> int:
        """Optimizer steps planned."""
        return self._epochs * self._steps

    def legs(self) -> Iterator[tuple[int, int, int]]:
        """Yield first epoch, end and steps an epoch of each stretch that is left."""
        first = self._epochs_done
        if self._stopped:
            return
        if self.recorder.steps_before:
            yield first, first + 1, self._steps - self.recorder.steps_before
            first += 1
        if first < self._epochs:
            yield first, self._epochs, self._steps

    def capture(self, epochs_done: int, steps_done: int) -> Checkpoint:
        """Return the moment after some epochs, and some steps of the leg of the next."""
        recorder, keeper = self.recorder, self.keeper
        steps_done += recorder.steps_before if steps_done else 0
        progress = Progress(
            schema_version=SCHEMA,
            identity=self._identity,
            environment=self._environment,
            drift=self.drift,
            epochs=self._epochs,
            steps=self._steps,
            epochs_done=epochs_done,
            steps_done=steps_done,
            stopped=bool(self._model.stop_training),
            history=tuple(recorder.epochs),
            best_loss=keeper.best_loss if keeper.best_epoch else None,
            best_epoch=keeper.best_epoch,
            waited=keeper.waited,
            timed_steps=recorder.clock.steps,
            timed_seconds=recorder.clock.seconds,
            seconds=self.seconds_before + time.monotonic() - self._start,
        )
        best = {f"{_BEST}{number:04d}": array for number, array in enumerate(keeper.weights)}
        state = read_state(self._model, self._metrics)
        return Checkpoint(progress=progress, arrays={**state, **best})

    def go_on(self, checkpoint: Checkpoint) -> None:
        """Put model, optimizer, history and best weights to where a checkpoint was.

        Raises
        ------
        DataError
            If it is not one of this model.
        """
        progress, arrays = checkpoint.progress, checkpoint.arrays
        # Figures count for the rest of a broken epoch alone, and wait until Keras has begun it
        # by setting them to zero.
        write_state(self._model, (), arrays)
        self._epochs_done, self._stopped = progress.epochs_done, progress.stopped
        self.seconds_before = progress.seconds
        self.recorder.resume(progress, lambda: write_state(self._model, self._metrics, arrays))
        best = [arrays[name] for name in sorted(arrays) if name.startswith(_BEST)]
        self.keeper.resume(progress, best)

    def digests(self, history: History) -> dict[str, str]:
        """Return what equal trainings have in common, as SHA-256: weights, optimizer, history."""
        optimizer = [np.asarray(variable.numpy()) for variable in self._model.optimizer.variables]
        rows = [replace(row, seconds=0.0, images_per_second=0.0) for row in history.epochs]
        untimed = to_json(replace(history, epochs=tuple(rows)))
        return {
            "weights": digest(self._model.get_weights()),
            "optimizer": digest(optimizer),
            "history": hashlib.sha256(untimed).hexdigest(),
        }
