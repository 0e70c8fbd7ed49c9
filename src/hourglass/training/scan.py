"""Many steps in one compiled call on JAX, where Keras goes from step to step in Python.

Images lie on the device as they came and are gathered and scaled inside the call; what is fed are
their positions. Loss, noise, order and metrics are those of Keras' own loop.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from hourglass.images import ArrayImages
from hourglass.models import Trainable

if TYPE_CHECKING:
    from hourglass.training.feed import Feed

#: Takes a state and an iterator over positions; returns logs and the next state.
TrainFunction = Callable[[Any, Iterator[Any]], tuple[dict[str, Any], Any]]


def scan_steps(model: Trainable, feed: "Feed") -> None:
    """Let ``fit`` scan over the steps of an execution, fed with positions.

    Keras leaves a ``train_function`` that is there alone. A last execution with fewer steps is
    compiled a second time.

    Parameters
    ----------
    model
        A compiled model, on JAX.
    feed
        Its images lie in memory; ``fit`` is to get its batches.
    """
    (row,) = feed.rows(0, 1)
    # Keras would take positions for images when it builds metrics and optimizer.
    model._symbolic_build(data_batch=feed.pair(row))
    model.train_function = _train_function(model, feed)


def _train_function(model: Trainable, feed: "Feed") -> TrainFunction:
    import jax

    kept = _on_device(feed)
    steps_at_most = int(model.steps_per_execution)

    def step(state: Any, pair: Any) -> tuple[Any, Any]:
        logs, state = model.train_step(state, pair)
        return state, logs

    def steps(state: Any, kept: Any, rows: Any) -> tuple[dict[str, Any], Any]:
        state, logs = jax.lax.scan(lambda state, row: step(state, _pair(kept, row)), state, rows)
        return {name: value[-1] for name, value in logs.items()}, state

    compiled = jax.jit(steps, donate_argnums=0)

    def train_function(state: Any, rows: Iterator[Any]) -> tuple[dict[str, Any], Any]:
        first = next(rows)
        block = [row for (row,) in (first, *islice(rows, steps_at_most - 1))]
        return compiled(state, kept, np.stack(block))

    return train_function


def _on_device(feed: "Feed") -> Any:
    """Return clean images, what is seen in their place and targets; ``None`` for what is not."""
    import jax

    both = (feed.images, feed.seen)
    pixels = [images.pixels if isinstance(images, ArrayImages) else None for images in both]
    return jax.device_put((*pixels, feed.targets))


def _pair(kept: Any, row: Any) -> tuple[Any, Any]:
    """Return what is seen and the target of positions (batch,)."""
    pixels, seen, targets = kept
    clean = _unit_range(pixels[row])
    target = clean if targets is None else targets[row]
    return (clean if seen is None else _unit_range(seen[row])), target


def _unit_range(pixels: Any) -> Any:
    white = 1.0 if pixels.dtype.kind == "f" else float(np.iinfo(pixels.dtype).max)
    return pixels.astype("float32") / white
