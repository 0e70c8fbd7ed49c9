"""Training what an experiment asks for, with Keras or from scratch."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
from numpy.typing import NDArray

from hourglass.baselines import Pairs
from hourglass.corruption import gaussian_levels
from hourglass.errors import ConfigurationError
from hourglass.experiment.alarm import CollapseAlarm
from hourglass.experiment.pairs import freeze_pairs, noisy_alone, shots_both_ways
from hourglass.images import ArrayImages, Images, PairedImages, Splits
from hourglass.models import Classifier, ImageModel, Trainable, build_model
from hourglass.records import FILES, Epoch, Experiment, ModelSpec
from hourglass.training import Resuming, Training, train

Tell = Callable[[str], None]
#: Where checkpoints lie, and on what terms a training goes on from them.
GoingOn = tuple[Path | None, Resuming]
_NEVER: Final[GoingOn] = (None, Resuming())


def fit(
    model: ImageModel,
    spec: ModelSpec,
    experiment: Experiment,
    splits: Splits,
    callbacks: Sequence[keras.callbacks.Callback],
    tell: Tell,
    going_on: GoingOn = _NEVER,
) -> Training:
    """Train a model as an experiment asks for, watched by the alarm.

    Parameters
    ----------
    model, spec
        What was built, with fresh weights; it ends with those of the best epoch.
    experiment, splits
        How to train it, and on what.
    callbacks
        Keras callbacks, such as a progress bar; from scratch there are none.
    tell
        Called with each warning of the alarm.
    going_on
        Where checkpoints lie, and on what terms the training goes on from them; by default there
        are none. From scratch it always starts again.
    """
    if experiment.engine == "scratch":
        return _from_scratch(model, experiment, splits, tell)
    validation = freeze_pairs(splits.validation, experiment.corruption, "validation")
    if experiment.blind_spot:
        noisy = noisy_alone(splits.train, experiment.corruption)
        held_out = Pairs(seen=validation.seen, clean=validation.seen)
        return _train(model, experiment, noisy, held_out, callbacks, going_on)
    # A target with noise of its own would look like a network that has learned little.
    alarm = [CollapseAlarm(*validation, tell)] if experiment.knows_clean else []
    watched = [*alarm, *callbacks]
    if isinstance(splits.train, PairedImages) and experiment.corruption == FILES:
        pairs = splits.train
        if experiment.second_shot is not None:
            pairs = shots_both_ways(pairs)
        return _train(
            model, experiment, pairs.target, validation, watched, going_on, seen=pairs.seen
        )
    if not experiment.frozen_noise:
        return _train(model, experiment, splits.train, validation, watched, going_on)
    seen = ArrayImages(freeze_pairs(splits.train, experiment.corruption, "train").seen)
    # The noise is in the images already; the weights at the start are the same.
    quiet = build_model(replace(spec, corruption=None), seed=experiment.plan.seed)
    training = _train(quiet, experiment, splits.train, validation, watched, going_on, seen=seen)
    model.set_weights(quiet.get_weights())
    return training


def fit_classifier(
    model: Classifier,
    experiment: Experiment,
    splits: Splits,
    callbacks: Sequence[keras.callbacks.Callback],
    going_on: GoingOn = _NEVER,
) -> Training:
    """Train a classifier on the labels of the training images, with Keras callbacks."""
    validation = splits.validation.read_all(), model.targets(splits.validation)
    return _train(model, experiment, splits.train, validation, callbacks, going_on)


def _train(
    model: Trainable,
    experiment: Experiment,
    images: Images,
    validation: tuple[NDArray[np.float32], NDArray[Any]],
    callbacks: Sequence[keras.callbacks.Callback],
    going_on: GoingOn,
    *,
    seen: Images | None = None,
) -> Training:
    checkpoint_dir, resuming = going_on
    return train(
        model,
        images,
        experiment.plan,
        validation=validation,
        seen=seen,
        checkpoint_dir=checkpoint_dir,
        resuming=resuming,
        callbacks=callbacks,
    )


def _from_scratch(
    model: ImageModel, experiment: Experiment, splits: Splits, tell: Tell
) -> Training:
    # It is TensorFlow on purpose, which other backends do without.
    from hourglass.scratch import get_weights, start_parameters, train_from_scratch

    options, plan = experiment.network_options, experiment.plan
    height, width, channels = splits.train.shape
    parameters = start_parameters(
        (int(height or 0), int(width or 0), channels),
        units=options.units,
        latent_dim=options.latent_dim or 0,
        seed=plan.seed,
    )
    history = train_from_scratch(
        parameters,
        splits.train,
        plan,
        validation=freeze_pairs(splits.validation, experiment.corruption, "validation"),
        noise=_noise_factor(experiment),
        loss="bce" if experiment.loss == "bce" else "mse",
        after_epoch=lambda epoch: tell(_line(epoch, plan.epochs)),
    )
    model.set_weights(get_weights(parameters))
    speeds = [epoch.images_per_second for epoch in history.epochs]
    return Training(
        history=history,
        steps=history.epochs[-1].step,
        images_per_second=sum(speeds) / len(speeds),
    )


def _noise_factor(experiment: Experiment) -> float:
    if experiment.corruption is None:
        return 0.0
    levels = gaussian_levels(experiment.corruption)
    if levels is None or not levels.fixed:
        raise ConfigurationError(
            f"engine = scratch takes one noise factor, such as gaussian:0.2; "
            f"{experiment.corruption} was given."
        )
    return levels.lowest


def _line(epoch: Epoch, epochs: int | None) -> str:
    return (
        f"Epoch {epoch.epoch} of {epochs}: loss {epoch.loss:.5f}, validation {epoch.val_loss:.5f}."
    )
