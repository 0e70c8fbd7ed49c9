"""How a plan becomes a compiled model: optimizer, metrics, and what the backend compiles."""

import inspect
from typing import Final

import keras

from hourglass.losses import MeanSquaredError
from hourglass.models import Autoencoder, BlindSpotDenoiser, Classifier, Denoiser, Trainable
from hourglass.records import OPTIMIZERS, SCHEDULES, TrainingPlan, resolve
from hourglass.training.feed import Feed
from hourglass.training.scan import scan_steps

# Steps that run inside one graph call: enough to make Python's share vanish, few enough that
# Ctrl-C is answered within seconds.
_STEPS_PER_EXECUTION: Final = 32


def compile_model(
    model: Trainable, plan: TrainingPlan, steps: int, feed: Feed
) -> list[keras.metrics.Metric]:
    """Compile a model for a plan and its feed, with a schedule over ``steps`` optimizer steps.

    Returns
    -------
    list of keras.metrics.Metric
        What the figures of an epoch are gathered in: the loss, and what is told beside it.
    """
    schedule = resolve("schedule", SCHEDULES, plan.schedule)(plan.learning_rate, steps)
    metrics = _metrics(model)
    model.compile(
        optimizer=_optimizer(plan, schedule),
        loss=model.training_loss,
        metrics=metrics,
        steps_per_execution=steps_per_execution(),
        jit_compile="auto" if _compiles_itself() else compiles_with_xla(model),
    )
    if feed.scanned:
        scan_steps(model, feed)
    # Keras shows metrics of its own only after the first step.
    return [model.metrics[0], *metrics]


def steps_per_execution() -> int:
    """Return how many steps run between two looks of Python at them."""
    # Keras takes one step at a time with PyTorch.
    return 1 if keras.backend.backend() == "torch" else _STEPS_PER_EXECUTION


def _optimizer(
    plan: TrainingPlan, schedule: keras.optimizers.schedules.LearningRateSchedule
) -> keras.optimizers.Optimizer:
    optimizer = resolve("optimizer", OPTIMIZERS, plan.optimizer)
    taken = inspect.signature(optimizer).parameters
    own = {"beta_2": plan.beta_2} if "beta_2" in taken else {}
    for name in ("momentum", "weight_decay"):
        if (value := getattr(plan, name)) is not None:
            own[name] = value
    return optimizer(learning_rate=schedule, global_clipnorm=plan.clip_norm or None, **own)


def _metrics(model: Trainable) -> list[keras.metrics.Metric]:
    if isinstance(model, Classifier):
        return [keras.metrics.SparseCategoricalAccuracy("accuracy")]
    if isinstance(model, BlindSpotDenoiser):
        # There are no clean images to tell an error from.
        return []
    # The table shows squared errors whatever the loss, so the curves have them too. Keras adds
    # the price of a code to the loss.
    plain = isinstance(model, Autoencoder | Denoiser)
    if plain and isinstance(model.reconstruction_loss, MeanSquaredError):
        return []
    return [keras.metrics.MeanSquaredError("mse")]


def compiles_with_xla(model: Trainable) -> bool:
    """Return whether XLA compiles the steps of a model on TensorFlow."""
    # On TensorFlow's CPU, XLA makes dense steps twice as fast and convolutions half as fast, and
    # draws random numbers 30 times more slowly: docs/decisions/002-feed-and-compilation.md.
    slow = model.draws_in_training or model.has_layers("Conv", "Dropout")
    return keras.backend.backend() == "tensorflow" and not slow


def _compiles_itself() -> bool:
    return keras.backend.backend() != "tensorflow"
