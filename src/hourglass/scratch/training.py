"""One training, from a plan to a history, in a loop of our own."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from hourglass.errors import (
    BackendError,
    ConfigurationError,
    DivergenceError,
    ImageShapeError,
    require_known,
    require_not_negative,
)
from hourglass.images import Images
from hourglass.records import Epoch, History, TrainingPlan
from hourglass.scratch.adam import Adam
from hourglass.scratch.formulas import cross_entropy, mean_squared_error
from hourglass.scratch.loop import Formula, GraphLoop
from hourglass.scratch.network import Layer, forward, get_weights, set_weights
from hourglass.seeds import derive, order

_FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {"bce": cross_entropy, "mse": mean_squared_error}
)
_OPTIMIZERS: Mapping[str, Any] = MappingProxyType(
    {"keras": keras.optimizers.Adam, "written-out": Adam}
)
# What this loop leaves out on purpose: a plan that asks for it is refused, not half followed.
_ONLY: Final = MappingProxyType(
    {
        "optimizer": "adam",
        "schedule": "constant",
        "clip_norm": 0,
        "precision": "float32",
        "patience": 0,
        "keep": "best",
    }
)

FrozenPairs = tuple[NDArray[np.float32], NDArray[np.float32]]


def train_from_scratch(
    parameters: Sequence[Layer],
    images: Images,
    plan: TrainingPlan,
    *,
    validation: FrozenPairs,
    noise: float = 0.0,
    loss: Literal["bce", "mse"] = "mse",
    adam: Literal["keras", "written-out"] = "written-out",
    after_epoch: Callable[[Epoch], None] = lambda epoch: None,
) -> History:
    """Train an autoencoder and leave it with the weights of its best epoch.

    Parameters
    ----------
    parameters
        The layers, input first, as ``start_parameters`` gives them.
    images
        The clean training images.
    plan
        Epochs, batch size, learning rate, ``beta_2`` and seed, with ``schedule="constant"``,
        ``clip_norm=0`` and ``patience=0``. A batch size of ``len(images)`` or more is full batch:
        one step an epoch, on all images at once.
    validation
        Frozen pairs (seen, clean), each of shape (count, height, width, channels) in [0, 1].
    noise
        Standard deviation of the Gaussian noise in training, before clipping to [0, 1]; fresh for
        every step. 0 trains on clean images.
    loss
        ``mse``, or ``bce`` for the cross-entropy above the pixel entropy.
    adam
        The optimizer: written out in this room, or Keras' own. They do the same.
    after_epoch
        Called with the record of each epoch as soon as it is over.

    Returns
    -------
    History
        A record an epoch. Speeds leave out the very first step, which compiles.

    Raises
    ------
    ConfigurationError
        If the plan has no epochs or asks for what this loop does not do, the noise is below zero,
        or a name is not known.
    ImageShapeError
        If the images do not have as many values as the network takes.
    BackendError
        If Keras' Adam is asked for and Keras computes with another library than TensorFlow.
    DivergenceError
        If the validation loss was never a finite number.
    """
    _require_plain(plan)
    _require_fit(parameters, images)
    formula = _FORMULAS[require_known("loss", loss, _FORMULAS)]
    loop = GraphLoop(
        parameters,
        _optimizer(adam, plan),
        formula,
        noise=require_not_negative("noise factor", noise),
        seed=derive(plan.seed, "noise"),
    )
    epochs: list[Epoch] = []
    lowest, best_epoch, weights = math.inf, 0, get_weights(parameters)
    for epoch in _epochs(loop, images, plan, _judge(parameters, formula, validation)):
        epochs.append(epoch)
        if epoch.val_loss < lowest:
            lowest, best_epoch, weights = epoch.val_loss, epoch.epoch, get_weights(parameters)
        after_epoch(epoch)
    if not best_epoch:
        raise DivergenceError(
            f"Training diverged: the validation loss was {epochs[-1].val_loss} after "
            f"{len(epochs)} epochs. Lower the learning rate (it was {plan.learning_rate:g})."
        )
    set_weights(parameters, weights)
    return History(epochs=tuple(epochs), best_epoch=best_epoch)


def _epochs(
    loop: GraphLoop,
    images: Images,
    plan: TrainingPlan,
    judge: Callable[[], tuple[tf.Tensor, tf.Tensor]],
) -> Iterator[Epoch]:
    """Do one epoch after the other, and yield the record of each."""
    clean = tf.constant(_as_matrix(images.read_all()))
    for number in range(plan.epochs or 0):
        start = time.perf_counter()
        rows = rows_of_epoch(plan.seed, number, len(images), plan.batch_size)
        first_step = number * len(rows)
        compiling = 1 if number == 0 else 0
        total = loop.run(clean, rows[:compiling], first_step).numpy()
        mark = time.perf_counter()
        total += loop.run(clean, rows[compiling:], first_step + compiling).numpy()
        seconds = time.perf_counter() - mark
        val_loss, val_mse = judge()
        yield Epoch(
            epoch=number + 1,
            step=first_step + len(rows),
            loss=float(total) / len(rows),
            val_loss=float(val_loss),
            val_mse=float(val_mse),
            learning_rate=plan.learning_rate,
            seconds=time.perf_counter() - start,
            images_per_second=rows[compiling:].size / seconds,
        )


def rows_of_epoch(seed: int, epoch: int, count: int, batch_size: int) -> NDArray[np.int64]:
    """Return the positions of the images of each step, shape (steps, batch size).

    Images that fill no whole batch wait for the next epoch, which has another order. A batch has
    all images if there are fewer than ``batch_size``.
    """
    size = min(batch_size, count)
    steps = count // size
    return order(seed, epoch, count)[: steps * size].reshape(steps, size)


def _judge(
    parameters: Sequence[Layer], formula: Formula, validation: FrozenPairs
) -> Callable[[], tuple[tf.Tensor, tf.Tensor]]:
    """Return a graph function that gives loss and mean squared error on the frozen pairs."""
    seen, clean = (tf.constant(_as_matrix(images)) for images in validation)

    @tf.function
    def judge() -> tuple[tf.Tensor, tf.Tensor]:
        reconstruction = forward(parameters, seen)
        error = mean_squared_error(clean, reconstruction)
        return tf.reduce_mean(formula(clean, reconstruction)), tf.reduce_mean(error)

    return judge


def _optimizer(adam: str, plan: TrainingPlan) -> Any:
    chosen = _OPTIMIZERS[require_known("adam", adam, _OPTIMIZERS)]
    if chosen is not Adam and keras.backend.backend() != "tensorflow":
        raise BackendError(
            "This loop runs in TensorFlow, and Keras' Adam computes with "
            f"{keras.backend.backend()} now. Set KERAS_BACKEND=tensorflow, or take the Adam that "
            "is written out."
        )
    return chosen(learning_rate=plan.learning_rate, beta_2=plan.beta_2)


def _as_matrix(images: NDArray[np.float32]) -> NDArray[np.float32]:
    return images.reshape(len(images), -1)  # (count, height · width · channels)


def _require_plain(plan: TrainingPlan) -> None:
    if plan.epochs is None:
        raise ConfigurationError("The training from scratch is planned in epochs; name a number.")
    asked = {name: getattr(plan, name) for name in _ONLY}
    if asked != _ONLY:
        name = next(name for name in _ONLY if asked[name] != _ONLY[name])
        raise ConfigurationError(
            f"The training from scratch takes {name} = {_ONLY[name]!r} alone; {asked[name]!r} was "
            "given. Change the plan, or train with hourglass.train."
        )


def _require_fit(parameters: Sequence[Layer], images: Images) -> None:
    values = parameters[0].matrix.shape[0]
    if None in images.shape or math.prod(images.shape) != values:  # type: ignore[arg-type]
        raise ImageShapeError(
            f"The network takes images of {values} values; these have shape {images.shape}. "
            "Start the parameters with the shape of the images, or bring the images to one size."
        )
