"""How many steps a plan has."""

import time
from typing import Any, Final

import keras

from hourglass.models import Trainable
from hourglass.records import TrainingPlan
from hourglass.training.compilation import compile_model, steps_per_execution
from hourglass.training.feed import Feed

_TIMED_EXECUTIONS: Final = 2
# A plan in minutes on few images makes many passes; more rows than this tell nothing more.
_MOST_EPOCHS: Final = 100


def epochs_and_steps(model: Trainable, feed: Feed, plan: TrainingPlan) -> tuple[int, int]:
    """Return how many epochs there will be, and how many steps each has.

    Parameters
    ----------
    model, feed
        What is trained, and what it reads; a plan in minutes times some steps of them and leaves
        the weights as they were.
    plan
        The length, in epochs or in minutes.
    """
    if plan.epochs is not None:
        return plan.epochs, feed.steps_per_epoch
    budget = plan.budget_minutes or 0.0
    steps = max(1, round(60 * budget / seconds_per_step(model, feed, plan)))
    epochs = min(_MOST_EPOCHS, max(1, round(steps / feed.steps_per_epoch)))
    return epochs, max(1, steps // epochs)


def seconds_per_step(model: Trainable, feed: Feed, plan: TrainingPlan) -> float:
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
