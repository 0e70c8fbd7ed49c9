"""When a checkpoint is written."""

import time
from collections.abc import Callable
from typing import Any, Final, final

import keras

from hourglass.records import CheckpointTiming
from hourglass.training.checkpoint import Checkpoint, Checkpoints
from hourglass.training.feed import Feed

# What a disk writes in a second, until the first checkpoint has shown it.
_BYTES_PER_SECOND: Final = 50e6


@final
class Saver(keras.callbacks.Callback):
    """Write checkpoints at the end of epochs, and within long ones.

    Parameters
    ----------
    checkpoints
        Where they go.
    timing
        How often.
    feed
        What the training reads.
    capture
        Gives the moment, from the epochs and steps that are done.
    """

    def __init__(
        self,
        checkpoints: Checkpoints,
        timing: CheckpointTiming,
        feed: Feed,
        capture: Callable[[int, int], Checkpoint],
    ) -> None:
        super().__init__()
        self._checkpoints = checkpoints
        self._timing = timing
        self._feed = feed
        self._capture = capture
        self._last = time.monotonic()
        self._cost: float | None = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Write if the last checkpoint is minutes ago; ``batch`` is the last one that is done."""
        # The end of an epoch is written with its figures.
        if batch + 1 < self._feed.steps and self._is_due(self._timing.within_epochs):
            self._save(self._epoch, batch + 1)

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Note the epoch."""
        self._epoch = epoch

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Write if the last checkpoint is half a minute ago."""
        if self._is_due(self._timing.between_epochs):
            self._save(epoch + 1, 0)

    def _is_due(self, seconds: float) -> bool:
        waited = time.monotonic() - self._last
        return waited >= seconds and waited >= self._expected_cost() / self._timing.share

    def _expected_cost(self) -> float:
        if self._cost is None:
            # Adam keeps two averages of each weight, and the best weights are written beside.
            parameters = self.model.count_params()
            self._cost = 4 * 4 * parameters / _BYTES_PER_SECOND
        return self._cost

    def _save(self, epochs_done: int, steps_done: int) -> None:
        start = time.monotonic()
        self._checkpoints.save(self._capture(epochs_done, steps_done))
        self._last = time.monotonic()
        self._cost = self._last - start
