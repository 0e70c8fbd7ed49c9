"""How fast a training is."""

import time
from typing import final


@final
class Clock:
    """Times of executions, the first one of a training (which compiles) left out of rates.

    Attributes
    ----------
    steps, seconds
        Steps whose time was taken, and that time.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.seconds = 0.0
        self._epoch_start = 0.0
        self._mark = 0.0
        self._steps_at_mark = 0
        self._epoch_steps = 0
        self._epoch_time = 0.0
        self._compiled = False

    def start_epoch(self) -> None:
        """Begin an epoch."""
        self._epoch_start = self._mark = time.perf_counter()
        self._steps_at_mark = self._epoch_steps = 0
        self._epoch_time = 0.0

    def restart(self) -> None:
        """Leave out what happened since the last tick."""
        self._mark = time.perf_counter()

    def tick(self, steps: int) -> None:
        """Take the time of an execution that ended at a number of steps of its epoch."""
        now = time.perf_counter()
        if self._compiled:
            self._epoch_time += now - self._mark
            self.seconds += now - self._mark
            self._epoch_steps += steps - self._steps_at_mark
            self.steps += steps - self._steps_at_mark
        self._compiled = True
        self._mark, self._steps_at_mark = now, steps

    def epoch_seconds(self) -> float:
        """Return the wall time of the epoch so far."""
        return time.perf_counter() - self._epoch_start

    def epoch_rate(self, batch_size: int) -> float:
        """Return the images a second of the epoch."""
        return self._epoch_steps * batch_size / self._epoch_time if self._epoch_time else 0.0

    def overall_rate(self, batch_size: int) -> float:
        """Return the images a second of the whole training."""
        return self.steps * batch_size / self.seconds if self.seconds else 0.0
