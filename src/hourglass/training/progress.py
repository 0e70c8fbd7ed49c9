"""A live line while a model trains."""

from typing import Any, final

import keras
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


@final
class ProgressBar(keras.callbacks.Callback):
    """Show epoch, loss, images/s and time left; silent where there is no terminal.

    Parameters
    ----------
    console
        Where to draw, usually standard error.
    batch_size
        Images in a step.
    """

    def __init__(self, console: Console, batch_size: int) -> None:
        super().__init__()
        self._batch_size = batch_size
        self._done = 0
        self._val_loss = float("nan")
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(),
            TaskProgressColumn(),
            TextColumn("loss {task.fields[loss]:.5f}"),
            TextColumn("val_loss {task.fields[val_loss]:.5f}"),
            TextColumn("{task.fields[rate]:,.0f} images/s"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the line."""
        self._bar.start()
        nothing = float("nan")
        self._task = self._bar.add_task(
            "train", total=None, epoch="", loss=nothing, val_loss=nothing, rate=0.0
        )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Name the epoch."""
        self._done = 0
        self._bar.update(self._task, epoch=f"{epoch + 1}/{self.params['epochs']}")

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Move on to the last batch of the execution that ended."""
        self._bar.update(self._task, advance=batch + 1 - self._done, loss=(logs or {})["loss"])
        self._done = batch + 1
        speed = self._bar.tasks[self._task].speed or 0.0
        self._bar.update(self._task, rate=speed * self._batch_size)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show the validation loss; the first epoch tells how many steps there will be."""
        self._bar.update(
            self._task,
            total=self._done * self.params["epochs"],
            val_loss=(logs or {})["val_loss"],
        )

    def on_train_end(self, logs: Any = None) -> None:
        """Take the line away."""
        self._bar.stop()
