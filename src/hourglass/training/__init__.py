"""Plan in, history out: Keras' ``fit``, fed and compiled well."""

from hourglass.training.feed import Feed
from hourglass.training.progress import ProgressBar
from hourglass.training.saver import CheckpointTiming
from hourglass.training.schedule import ConstantRate, WarmupCosine
from hourglass.training.train import Resuming, Training, train

__all__ = [
    "CheckpointTiming",
    "ConstantRate",
    "Feed",
    "ProgressBar",
    "Resuming",
    "Training",
    "WarmupCosine",
    "train",
]
