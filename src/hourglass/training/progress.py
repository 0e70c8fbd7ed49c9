"""A live line while a model trains."""

from typing import Any, Self, final

import keras
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)


@final
class ProgressBar(keras.callbacks.Callback):
    """Show epoch, loss, images/s and time left; silent where there is no terminal.

    Used as a context, it gives the terminal back also when training is interrupted.

    Parameters
    ----------
    console
        Where to draw, usually standard error.
    batch_size
        Images in a step.
    quiet
        Stay silent on a terminal too.
    """

    def __init__(self, console: Console, batch_size: int, *, quiet: bool = False) -> None:
        super().__init__()
        self._batch_size = batch_size
        self._done = 0
        # All of it fits into a terminal of 80 columns.
        self._bar = Progress(
            TextColumn("epoch {task.fields[epoch]}"),
            BarColumn(bar_width=10),
            TextColumn("loss {task.fields[loss]} val {task.fields[val_loss]}"),
            TextColumn("{task.fields[rate]} images/s"),
            TimeRemainingColumn(),
            TextColumn("left"),
            console=console,
            disable=quiet or not console.is_terminal,
            transient=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def on_train_begin(self, logs: Any = None) -> None:
        """Start the line."""
        self._bar.start()
        self._task = self._bar.add_task(
            "train", total=None, epoch="", loss="-", val_loss="-", rate="-"
        )

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Name the epoch."""
        self._done = 0
        self._bar.update(self._task, epoch=f"{epoch + 1}/{self.params['epochs']}")

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Move on to the last batch of the execution that ended."""
        loss = (logs or {})["loss"]
        self._bar.update(self._task, advance=batch + 1 - self._done, loss=f"{loss:.5f}")
        self._done = batch + 1
        speed = self._bar.tasks[self._task].speed
        if speed:
            self._bar.update(self._task, rate=f"{speed * self._batch_size:,.0f}")

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Show the validation loss; the first epoch tells how many steps there will be."""
        self._bar.update(
            self._task,
            total=self._done * self.params["epochs"],
            val_loss=f"{(logs or {})['val_loss']:.5f}",
        )

    def on_train_end(self, logs: Any = None) -> None:
        """Take the line away."""
        self._bar.stop()
