"""Plan in, history out: Keras' ``fit``, fed and compiled well."""

from hourglass.training.feed import Feed
from hourglass.training.progress import ProgressBar
from hourglass.training.schedule import ConstantRate, WarmupCosine
from hourglass.training.train import Training, train

__all__ = [
    "ConstantRate",
    "Feed",
    "ProgressBar",
    "Training",
    "WarmupCosine",
    "train",
]
