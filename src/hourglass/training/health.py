"""Stopping where the loss is no longer a number, and naming the batch that made it so."""

import math
import time
from typing import Any, Final, final

import keras

from hourglass.errors import DivergenceError
from hourglass.models import Trainable
from hourglass.records import TrainingPlan
from hourglass.training.feed import Feed
from hourglass.training.state import Arrays, read_state, write_state

# A copy of the state may take a hundredth of the time.
_TRAINING_PER_COPY: Final = 100
_IMAGES_NAMED: Final = 5


@final
class HealthGuard(keras.callbacks.Callback):
    """Stop at the first loss that is not a finite number.

    Parameters
    ----------
    feed
        What the training reads, set to each epoch's first step before.
    plan
        What the error tells to change.
    """

    def __init__(self, feed: Feed, plan: TrainingPlan) -> None:
        super().__init__()
        self._feed = feed
        self._plan = plan
        self._state: Arrays = {}
        self._state_step = 0
        self._due = 0.0

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        """Keep the state from which a bad block would be done again."""
        self._epoch = epoch + 1
        self._keep_state(self._feed.first_step)

    def on_train_batch_end(self, batch: int, logs: dict[str, float] | None = None) -> None:
        """Look at the running loss of an execution; ``batch`` is its last one."""
        # The last execution of an epoch may be shorter than Keras counts.
        step = self._feed.first_step + min(batch + 1, self._feed.steps)
        if not math.isfinite(float((logs or {})["loss"])):
            raise DivergenceError(self._sentence(step))
        self._keep_state(step)

    def on_epoch_end(self, epoch: int, logs: dict[str, float] | None = None) -> None:
        """Look at the loss on validation."""
        loss = float((logs or {})["val_loss"])
        if not math.isfinite(loss):
            raise DivergenceError(
                f"Training diverged: the validation loss was {loss} after epoch {epoch + 1}, "
                f"with training losses that are numbers. {self._advice()}"
            )

    def _keep_state(self, step: int) -> None:
        if self._state and time.monotonic() < self._due:
            return
        start = time.monotonic()
        self._state, self._state_step = read_state(self.model, ()), step
        self._due = start + (1 + _TRAINING_PER_COPY) * (time.monotonic() - start)

    def _sentence(self, step: int) -> str:
        write_state(self.model, (), self._state)
        bad = first_bad_step(self.model, self._feed, self._state_step, step - self._state_step)
        if bad is None:
            place = f"between steps {self._state_step + 1:,} and {step:,}"
            found = "the loss was no longer a finite number"
        else:
            number, loss = bad
            rows = self._feed.rows(number, 1)[0, :_IMAGES_NAMED].tolist()
            place = f"at step {number + 1:,}"
            found = f"the loss was {loss} on the batch of training images {rows} and so on"
        return f"Training diverged {place} (epoch {self._epoch}): {found}. {self._advice()}"

    def _advice(self) -> str:
        plan = self._plan
        precision = ", or use --precision float32" if plan.precision != "float32" else ""
        return (
            f"Lower --learning-rate (it was {plan.learning_rate:g}) or clip gradients (--clip-norm "
            f"was {plan.clip_norm:g}){precision}."
        )


def first_bad_step(
    model: Trainable, feed: Feed, first_step: int, steps: int
) -> tuple[int, float] | None:
    """Do a block of steps again, one by one, and return the first with a loss that is no number.

    Parameters
    ----------
    model
        A compiled model in the state that it had before ``first_step``.
    feed
        What the training reads; it is left behind somewhere else.
    first_step, steps
        The block.

    Returns
    -------
    tuple of int and float, or None
        The step, counted from 0, and its loss; ``None`` if all losses are finite this time.
    """
    feed.first_step, feed.steps = first_step, steps
    # What was made for blocks of steps does not take one.
    feed.scanned, model.train_function = False, None
    model.set_step(first_step)
    for step, batch in enumerate(feed.each(), first_step):
        model.reset_metrics()
        loss = float(model.train_on_batch(*batch, return_dict=True)["loss"])
        if not math.isfinite(loss):
            return step, loss
    return None
