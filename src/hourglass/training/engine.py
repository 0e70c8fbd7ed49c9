"""What does the work of a training: chosen by rule, put in place, and taken back afterwards.

The rules stand on measurements (docs/decisions/002-feed-and-compilation.md) and ask for network
and backend alone. Nothing is timed at run time: two runs of one seed on one machine would then
not always compute the same way, and not end with the same bytes.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import keras

from hourglass.models import Trainable
from hourglass.records import Engine, TrainingPlan
from hourglass.training.compilation import compiles_with_xla, steps_per_execution
from hourglass.training.feed import Feed
from hourglass.training.precision import computing_in


@contextmanager
def engine_of(model: Trainable, feed: Feed, plan: TrainingPlan) -> Iterator[Engine]:
    """Share the work between feed and model as is fastest, and put the model back at the end.

    Parameters
    ----------
    model
        It is to be compiled and trained inside the block.
    feed
        It is told whether to draw the model's noise, and whether to give positions alone.
    plan
        How the model is trained.

    Yields
    ------
    Engine
        What was chosen.
    """
    if _draws_in_feed(model):
        feed.corruption, model.corrupts = model.corruption, False
    feed.scanned = _scans(model, feed)
    try:
        with computing_in(model, plan.precision):
            yield _chosen(model, feed, plan)
    finally:
        model.corrupts = model.corruption is not None
        # What was traced takes what only this feed gives, and computes in the plan's precision.
        model.train_function = model.test_function = None
        if plan.precision != "float32":
            model.predict_function = None  # Otherwise it is what would be traced again.


def _chosen(model: Trainable, feed: Feed, plan: TrainingPlan) -> Engine:
    in_feed = feed.corruption is not None
    return Engine(
        feed=_feed_name(feed),
        noise="feed" if in_feed else "step" if model.corrupts else "none",
        xla=keras.backend.backend() == "jax" or compiles_with_xla(model),
        steps_per_execution=steps_per_execution(),
        precision=plan.precision,
    )


def _feed_name(feed: Feed) -> Literal["graph", "scan", "host"]:
    if keras.backend.backend() == "tensorflow" and feed.in_memory:
        return "graph"
    return "scan" if feed.scanned else "host"


def _draws_in_feed(model: Trainable) -> bool:
    """Return whether drawing noise beside the step is faster than in it."""
    if model.corruption is None or keras.backend.backend() != "tensorflow":
        return False
    import tensorflow as tf

    # A graphics processor draws faster than the processor that feeds it.
    return not tf.config.get_visible_devices("GPU")


def _scans(model: Trainable, feed: Feed) -> bool:
    """Return whether steps are scanned over on the device."""
    if keras.backend.backend() != "jax":
        return False
    import jax

    # Inside a loop XLA's convolutions take nearly twice as long on a processor.
    slow = model.has_layers("Conv") and jax.default_backend() == "cpu"
    return feed.in_memory and not slow
