"""Which weights a training ends with, and when it stops early."""

import math
from collections.abc import Sequence
from typing import Any, final

import keras
from numpy.typing import NDArray

from hourglass.records import Progress, TrainingPlan


@final
class Keeper(keras.callbacks.Callback):
    """Remember the weights of the best epoch, and stop after too many that are not better.

    Keras' own callback does the same, but cannot be put back to where a killed training was.

    Attributes
    ----------
    best_loss
        Lowest validation loss so far.
    best_epoch
        The epoch that it belongs to, counted from 1; 0 before the first is over.
    waited
        Epochs since then.
    weights
        Those of the best epoch; empty if the plan keeps the last ones.
    """

    def __init__(self, plan: TrainingPlan) -> None:
        super().__init__()
        self.best_loss = math.inf
        self.best_epoch = 0
        self.waited = 0
        self.weights: list[NDArray[Any]] = []
        self._patience = plan.patience
        self._keeps_best = plan.keep == "best"

    def resume(self, progress: Progress, weights: Sequence[NDArray[Any]]) -> None:
        """Take over what a checkpoint has kept."""
        self.best_loss = math.inf if progress.best_loss is None else progress.best_loss
        self.best_epoch, self.waited = progress.best_epoch, progress.waited
        self.weights = list(weights)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Compare the epoch with the best one."""
        loss = float((logs or {})["val_loss"])
        if loss < self.best_loss:
            self.best_loss, self.best_epoch, self.waited = loss, epoch + 1, 0
            self.weights = self.model.get_weights() if self._keeps_best else []
            return
        self.waited += 1
        if self._patience and self.waited >= self._patience:
            self.model.stop_training = True

    def finish(self, model: keras.Model, last_epoch: int) -> int:
        """Leave a model with the weights that the plan keeps, and return their epoch."""
        if not self._keeps_best:
            return last_epoch
        model.set_weights(self.weights)
        return self.best_epoch
