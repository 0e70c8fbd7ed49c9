"""Writing down what happens while Keras trains."""

import time
from typing import Any, final

import keras

from hourglass.records import Epoch
from hourglass.training.feed import Feed


@final
class Recorder(keras.callbacks.Callback):
    """Set feed and noise to each epoch's first step, and record the epoch when it is over.

    Attributes
    ----------
    epochs
        One record for each epoch that ended.
    """

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.epochs: list[Epoch] = []
        self._feed = feed
        self._clock = _Clock()

    @property
    def images_per_second(self) -> float:
        """Training images over training time, compilation and validation left out."""
        return self._clock.overall_rate(self._feed.batch_size)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Put order and noise where this epoch's first step expects them."""
        self._feed.first_step = epoch * self._feed.steps
        self.model.set_step(self._feed.first_step)
        self._clock.start_epoch()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Start the clock again: what other callbacks do in between is not training."""
        self._clock.restart()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note how far training is; ``batch`` is the last one of an execution."""
        # Keras counts the last execution of an epoch as a full one even where batches ran out.
        self._clock.tick(min(batch + 1, self._feed.steps))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the epoch."""
        logs = logs or {}
        optimizer = self.model.optimizer
        self.epochs.append(
            Epoch(
                epoch=epoch + 1,
                step=int(optimizer.iterations.numpy()),
                loss=float(logs["loss"]),
                val_loss=float(logs["val_loss"]),
                **_measures(logs),
                learning_rate=float(optimizer.learning_rate),
                seconds=self._clock.epoch_seconds(),
                images_per_second=self._clock.epoch_rate(self._feed.batch_size),
            )
        )


def _measures(logs: dict[str, float]) -> dict[str, float]:
    """Return what is told beside the loss: accuracies, or the squared error."""
    names = ("accuracy", "val_accuracy") if "accuracy" in logs else ("val_mse",)
    return {name: float(logs.get(name, logs["val_loss"])) for name in names}


class _Clock:
    """Times of executions, the first one of a training (which compiles) left out of rates."""

    def __init__(self) -> None:
        self._epoch_start = 0.0
        self._mark = 0.0
        self._steps_at_mark = 0
        self._epoch_steps = self._all_steps = 0
        self._epoch_time = self._all_time = 0.0
        self._compiled = False

    def start_epoch(self) -> None:
        self._epoch_start = self._mark = time.perf_counter()
        self._steps_at_mark = self._epoch_steps = 0
        self._epoch_time = 0.0

    def restart(self) -> None:
        self._mark = time.perf_counter()

    def tick(self, steps: int) -> None:
        now = time.perf_counter()
        if self._compiled:
            self._epoch_time += now - self._mark
            self._all_time += now - self._mark
            self._epoch_steps += steps - self._steps_at_mark
            self._all_steps += steps - self._steps_at_mark
        self._compiled = True
        self._mark, self._steps_at_mark = now, steps

    def epoch_seconds(self) -> float:
        return time.perf_counter() - self._epoch_start

    def epoch_rate(self, batch_size: int) -> float:
        return self._epoch_steps * batch_size / self._epoch_time if self._epoch_time else 0.0

    def overall_rate(self, batch_size: int) -> float:
        return self._all_steps * batch_size / self._all_time if self._all_time else 0.0
