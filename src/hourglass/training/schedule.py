"""Learning rates as functions of the step."""

import math
from typing import Any, Final, final

import keras
from keras import ops

# A short climb lets Adam's averages fill before the rate is high; without one the residual
# networks lose a good part of their first epoch.
_WARMUP_SHARE: Final = 0.05


@final
@keras.saving.register_keras_serializable("hourglass")
class WarmupCosine(keras.optimizers.schedules.LearningRateSchedule):
    """Climb linearly over the first 5 % of the steps, then fall to zero along half a cosine.

    rate(s) = peak · s / w for s < w, then peak · (1 + cos(π (s − w) / (n − w))) / 2, with n steps
    of which w climb (Loshchilov and Hutter 2017, equation 5, one cycle).

    Parameters
    ----------
    peak
        The highest rate.
    steps
        Optimizer steps of the whole training.
    """

    def __init__(self, peak: float, steps: int) -> None:
        self.peak = peak
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the rate of a step, counted from 0."""
        warmup = max(1, math.ceil(_WARMUP_SHARE * self.steps))
        # The first step is the first of the climb, not a step of rate zero.
        step = ops.cast(step, "float32") + 1.0
        progress = ops.clip((step - warmup) / max(1, self.steps - warmup), 0.0, 1.0)
        falling = 0.5 * (1.0 + ops.cos(math.pi * progress))
        return self.peak * ops.minimum(step / warmup, falling)

    def get_config(self) -> dict[str, Any]:
        """Return what Keras needs to build this schedule again."""
        return {"peak": self.peak, "steps": self.steps}


@final
@keras.saving.register_keras_serializable("hourglass")
class ConstantRate(keras.optimizers.schedules.LearningRateSchedule):
    """The same rate for every step."""

    def __init__(self, peak: float, steps: int) -> None:
        self.peak = peak
        self.steps = steps

    def __call__(self, step: Any) -> Any:
        """Return the rate."""
        return ops.convert_to_tensor(self.peak, dtype="float32")

    def get_config(self) -> dict[str, Any]:
        """Return what Keras needs to build this schedule again."""
        return {"peak": self.peak, "steps": self.steps}
