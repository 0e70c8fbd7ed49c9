"""Writing down what happens while Keras trains."""

from collections.abc import Callable
from typing import Any, final

import keras

from hourglass.models import BlindSpotDenoiser
from hourglass.records import Epoch, Progress
from hourglass.training.clock import Clock
from hourglass.training.feed import Feed


@final
class Recorder(keras.callbacks.Callback):
    """Set feed and noise to each epoch's first step, and record the epoch when it is over.

    Parameters
    ----------
    feed
        What the training reads.
    steps
        Optimizer steps of each epoch.

    Attributes
    ----------
    epochs
        One record for each epoch that ended.
    steps_before
        Steps of the epoch under way that were done before its training was killed.
    clock
        The speed so far.
    """

    def __init__(self, feed: Feed, steps: int) -> None:
        super().__init__()
        self.epochs: list[Epoch] = []
        self.steps_before = 0
        self.clock = Clock()
        self._feed = feed
        self._steps = steps
        self._put_metrics_back: Callable[[], None] = lambda: None

    def resume(self, progress: Progress, put_metrics_back: Callable[[], None]) -> None:
        """Take over what a checkpoint has recorded.

        Parameters
        ----------
        progress
            How far the training came.
        put_metrics_back
            Gives the running figures of the epoch under way their values again.
        """
        self.epochs = list(progress.history)
        self.steps_before = progress.steps_done
        self.clock.steps, self.clock.seconds = progress.timed_steps, progress.timed_seconds
        self._put_metrics_back = put_metrics_back

    @property
    def images_per_second(self) -> float:
        """Training images over training time, compilation and validation left out."""
        return self.clock.overall_rate(self._feed.batch_size)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Put order and noise where this epoch's first step expects them."""
        self._feed.first_step = epoch * self._steps + self.steps_before
        self.model.set_step(self._feed.first_step)
        if self.steps_before:
            self._put_metrics_back()
        self.clock.start_epoch()

    def on_train_batch_begin(self, batch: int, logs: Any = None) -> None:
        """Start the clock again: what other callbacks do in between is not training."""
        self.clock.restart()

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Note how far training is; ``batch`` is the last one of an execution."""
        # Keras counts the last execution of an epoch as a full one even where batches ran out.
        self.clock.tick(min(batch + 1, self._feed.steps))

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Record the epoch."""
        self.steps_before = 0
        logs = logs or {}
        optimizer = self.model.optimizer
        self.epochs.append(
            Epoch(
                epoch=epoch + 1,
                step=int(optimizer.iterations.numpy()),
                loss=float(logs["loss"]),
                val_loss=float(logs["val_loss"]),
                **self._measures(logs),
                learning_rate=float(optimizer.learning_rate),
                seconds=self.clock.epoch_seconds(),
                images_per_second=self.clock.epoch_rate(self._feed.batch_size),
            )
        )

    def _measures(self, logs: dict[str, float]) -> dict[str, float]:
        """Return what is told beside the loss: accuracies, or the squared error."""
        if isinstance(self.model, BlindSpotDenoiser):
            return {}
        names = ("accuracy", "val_accuracy") if "accuracy" in logs else ("val_mse",)
        return {name: float(logs.get(name, logs["val_loss"])) for name in names}
