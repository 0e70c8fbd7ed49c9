"""Plan in, history out: Keras' ``fit``, fed and compiled well."""

from hourglass.training.drift import require_same
from hourglass.training.feed import Feed
from hourglass.training.progress import ProgressBar
from hourglass.training.schedule import ConstantRate, WarmupCosine
from hourglass.training.train import Resuming, Training, train

__all__ = [
    "ConstantRate",
    "Feed",
    "ProgressBar",
    "Resuming",
    "Training",
    "WarmupCosine",
    "require_same",
    "train",
]
