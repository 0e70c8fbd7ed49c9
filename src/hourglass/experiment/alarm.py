"""Saying early that a network learns nothing."""

from collections.abc import Callable
from typing import Any, Final, final

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.evaluation import judge_collapse
from hourglass.inference import reconstruct
from hourglass.records import Collapse

_IMAGES: Final = 1000
_STEPS_BETWEEN: Final = 100
# Earlier than this even a network that will learn may still give one image for all.
_FIRST_WARNING: Final = 300


@final
class CollapseAlarm(keras.callbacks.Callback):
    """Judge a few validation images every 100 steps, and warn when all outputs are alike.

    Warnings come from step 300 on when a network collapses, and at the end of each epoch in which
    it is collapsed.

    Parameters
    ----------
    seen, clean
        Frozen validation pairs, shape (count, height, width, channels) in [0, 1]; the first 1,000
        are judged.
    tell
        Called with each warning line.

    Attributes
    ----------
    judgments
        What was found, by step.
    """

    def __init__(
        self,
        seen: NDArray[np.float32],
        clean: NDArray[np.float32],
        tell: Callable[[str], None],
    ) -> None:
        super().__init__()
        self.judgments: dict[int, Collapse | None] = {}
        self._seen, self._clean = seen[:_IMAGES], clean[:_IMAGES]
        self._tell = tell
        self._step = self._told_at = 0
        self._warned = False

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Judge whenever another 100 steps are done."""
        if keras.backend.backend() != "tensorflow":
            # Within an epoch other backends hold the weights elsewhere.
            return
        before, self._step = self._step, self._steps_done()
        if self._step // _STEPS_BETWEEN > before // _STEPS_BETWEEN:
            self._judge(tell=self._step >= _FIRST_WARNING, repeat=False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Judge, and warn if the network is collapsed."""
        self._step = self._steps_done()
        self._judge(tell=True, repeat=True)

    def _steps_done(self) -> int:
        return int(self.model.optimizer.iterations.numpy())

    def _judge(self, *, tell: bool, repeat: bool) -> None:
        """Judge the network, and tell of a collapse: a new one, or each that is to be repeated."""
        collapse = judge_collapse(self._clean, reconstruct(self.model, self._seen))
        self.judgments[self._step] = collapse
        if collapse is None or not collapse.collapsed:
            self._warned = False
        elif tell and (repeat or not self._warned) and self._told_at != self._step:
            self._warn(collapse)

    def _warn(self, collapse: Collapse) -> None:
        figures = (
            f"skill {collapse.skill:.3f} over the mean image, {collapse.variance:.1%} of the "
            "images' variance, validation"
        )
        if self._warned:
            self._tell(f"Step {self._step}: still collapsed ({figures}).")
        else:
            self._tell(
                f"Warning, step {self._step}: the network has collapsed ({figures}). "
                f"Likely cause: {collapse.cause}."
            )
        self._warned = True
        self._told_at = self._step
