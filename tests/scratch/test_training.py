from dataclasses import replace

import keras
import numpy as np
import pytest

from hourglass.errors import BackendError, ConfigurationError, DivergenceError, ImageShapeError
from hourglass.evaluation import mean_squared_errors
from hourglass.inference import reconstruct
from hourglass.losses import MeanSquaredError
from hourglass.models import Autoencoder
from hourglass.networks import dense_autoencoder
from hourglass.records import TrainingPlan
from hourglass.scratch import (
    Adam,
    GraphLoop,
    add_noise,
    get_weights,
    mean_squared_error,
    start_parameters,
    train_from_scratch,
)
from hourglass.scratch.training import rows_of_epoch
from hourglass.seeds import derive

SHAPE = (8, 8, 1)
SIZES = {"units": (32, 16), "latent_dim": 8}
PLAN = TrainingPlan(
    epochs=8, batch_size=50, learning_rate=3e-3, schedule="constant", clip_norm=0, seed=4
)


def fresh(seed=4):
    return start_parameters(SHAPE, **SIZES, seed=seed)


def trained(images, pairs, plan=PLAN, **options):
    parameters = start_parameters(SHAPE, **SIZES, seed=plan.seed)
    history = train_from_scratch(parameters, images, plan, validation=pairs, **options)
    return history, get_weights(parameters)


@pytest.fixture(scope="module")
def training(images, pairs):
    """Return history and weights of a training with noise, and what was told meanwhile."""
    told = []
    return *trained(images, pairs, noise=0.2, after_epoch=told.append), told


def test_it_learns(training):
    epochs = training[0].epochs
    assert epochs[-1].val_loss < 0.7 * epochs[0].val_loss
    assert epochs[-1].loss < epochs[0].loss
    assert [epoch.step for epoch in epochs] == [20 * number for number in range(1, 9)]
    assert all(epoch.images_per_second > 0 for epoch in epochs)


def test_it_keeps_the_weights_of_the_best_epoch(training, pairs):
    history, weights, _ = training
    losses = [epoch.val_loss for epoch in history.epochs]
    assert history.best_epoch == np.argmin(losses) + 1
    model = Autoencoder(*dense_autoencoder(SHAPE, **SIZES))
    model.set_weights(weights)
    seen, clean = pairs
    measured = mean_squared_errors(clean, reconstruct(model, seen)).mean()
    assert measured == pytest.approx(min(losses), rel=1e-5)


def test_each_epoch_is_told_as_soon_as_it_is_over(training):
    history, _, told = training
    assert tuple(told) == history.epochs


def test_a_shorter_plan_begins_with_the_same_epochs_and_is_what_fit_does(training, images, pairs):
    plan = replace(PLAN, epochs=2)
    history, weights = trained(images, pairs, plan, noise=0.2)
    assert figures(history) == figures(training[0])[:2]

    passes = [rows_of_epoch(plan.seed, epoch, len(images), 50) for epoch in range(2)]
    clean = [images.read(row) for row in np.concatenate(passes)]
    noise = derive(plan.seed, "noise")
    seen = [add_noise(batch, 0.2, seed=noise, step=step) for step, batch in enumerate(clean)]
    model = Autoencoder(*dense_autoencoder(SHAPE, **SIZES, seed=plan.seed))
    optimizer = keras.optimizers.Adam(plan.learning_rate, beta_2=plan.beta_2)
    model.compile(optimizer, MeanSquaredError(), jit_compile=True)
    model.fit(np.concatenate(seen), np.concatenate(clean), 50, shuffle=False, verbose=0)
    for ours, expected in zip(weights, model.get_weights(), strict=True):
        assert np.abs(ours - expected).max() < 1e-5


def test_the_adam_of_keras_does_the_same(training, images, pairs):
    history, _ = trained(images, pairs, replace(PLAN, epochs=2), noise=0.2, adam="keras")
    expected = figures(training[0])[:2]
    assert np.allclose(figures(history), expected, rtol=1e-5)


def figures(history):
    return [(epoch.loss, epoch.val_loss, epoch.val_mse) for epoch in history.epochs]


def test_a_full_batch_is_one_step_an_epoch(images, pairs):
    plan = replace(PLAN, epochs=30, batch_size=len(images))
    history, _ = trained(images, pairs, plan, noise=0.2)
    assert [epoch.step for epoch in history.epochs] == list(range(1, 31))
    assert history.epochs[-1].val_loss < 0.8 * history.epochs[0].val_loss


def test_a_full_batch_is_what_fewer_images_than_a_batch_make():
    rows = rows_of_epoch(0, 0, count=7, batch_size=100)
    assert rows.shape == (1, 7)
    assert rows_of_epoch(0, 0, count=7, batch_size=3).shape == (2, 3)
    assert sorted(rows[0]) == list(range(7))


def test_val_mse_is_told_whatever_the_loss(images, pairs):
    history, _ = trained(images, pairs, replace(PLAN, epochs=1), loss="bce")
    assert history.epochs[0].val_loss > 2 * history.epochs[0].val_mse


def test_a_step_is_traced_once_whatever_the_number_of_images_and_steps(images):
    loop = GraphLoop(start_parameters(SHAPE, **SIZES), Adam(), mean_squared_error, noise=0.2)
    clean = images.read_all().reshape(len(images), -1)
    for batch_size, steps in ((10, 3), (1000, 1)):
        loop.run(clean, rows_of_epoch(0, 0, len(images), batch_size)[:steps], 0)
    assert loop.run.experimental_get_tracing_count() == 1
    assert loop.step.experimental_get_tracing_count() == 1


def test_divergence_is_said(images, pairs):
    plan = replace(PLAN, epochs=1, learning_rate=1e38)
    with pytest.raises(DivergenceError, match="diverged: the validation loss was nan"):
        trained(images, pairs, plan)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"epochs": None}, "planned in epochs"),
        ({"optimizer": "sgd"}, "optimizer = 'adam' alone; 'sgd'"),
        ({"precision": "mixed_bfloat16"}, "precision = 'float32' alone; 'mixed_bfloat16'"),
        ({"schedule": "cosine"}, "schedule = 'constant' alone; 'cosine'"),
        ({"clip_norm": 1.0}, "clip_norm = 0 alone; 1.0"),
        ({"patience": 3}, "patience = 0 alone; 3"),
    ],
)
def test_a_plan_that_asks_for_more_is_refused(images, pairs, changes, message):
    with pytest.raises(ConfigurationError, match=message):
        trained(images, pairs, replace(PLAN, **changes))


@pytest.mark.parametrize(
    "options, message",
    [
        ({"noise": -0.1}, "noise factor must be 0 or more"),
        ({"loss": "mae"}, "loss 'mae' is not known"),
        ({"adam": "kera"}, "Did you mean 'keras'"),
    ],
)
def test_bad_options_are_named(images, pairs, options, message):
    with pytest.raises(ConfigurationError, match=message):
        trained(images, pairs, **options)


def test_images_that_do_not_fit_the_network_are_refused(images, pairs):
    parameters = start_parameters((28, 28, 1))
    with pytest.raises(ImageShapeError, match=r"784 values; these have shape \(8, 8, 1\)"):
        train_from_scratch(parameters, images, PLAN, validation=pairs)


def test_keras_adam_needs_keras_on_tensorflow(images, pairs, monkeypatch):
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    with pytest.raises(BackendError, match="KERAS_BACKEND=tensorflow"):
        trained(images, pairs, adam="keras")
