import sys
from dataclasses import replace

import keras
import numpy as np
import pytest

from hourglass.errors import DivergenceError
from hourglass.evaluation import mean_squared_errors
from hourglass.images import ArrayImages
from hourglass.inference import reconstruct
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.seeds import generator
from hourglass.training import train

DENSE = NetworkOptions(units=(32,), latent_dim=12, activation="relu")
UNET = NetworkOptions(units=(8, 8), latent_dim=None, activation="silu")


def spec(network="dense", **changes):
    options = UNET if network == "unet" else DENSE
    shape = (None, None, 1) if network == "unet" else (8, 8, 1)
    return ModelSpec(network=network, image_shape=shape, options=options, **changes)


@pytest.fixture(scope="module")
def images(digits):
    return ArrayImages(digits[:1000])


@pytest.fixture(scope="module")
def pairs(digits):
    clean = digits[1000:1300]
    noise = generator(0).normal(0, 0.2, clean.shape)
    return np.clip(clean + noise, 0, 1).astype(np.float32), clean


def errors(model, pairs):
    seen, clean = pairs
    return mean_squared_errors(clean, reconstruct(model, seen))


@pytest.fixture(scope="module")
def trained(images, pairs):
    """Return denoisers by their network, each with its training."""
    plans = {"dense": TrainingPlan(epochs=2), "unet": TrainingPlan(epochs=16, batch_size=32)}
    models = {name: build_model(spec(name, corruption="gaussian:0.2")) for name in plans}
    return {
        name: (model, train(model, images, plans[name], validation=pairs))
        for name, model in models.items()
    }


@pytest.mark.parametrize("network", ["dense", "unet"])
def test_val_loss_is_what_evaluation_measures_on_the_same_pairs(network, trained, pairs):
    model, training = trained[network]
    best = training.history.epochs[training.history.best_epoch - 1]
    assert best.val_loss == pytest.approx(errors(model, pairs).mean(), rel=1e-5)
    assert best.val_mse == best.val_loss


def test_val_mse_is_told_whatever_the_loss(images, pairs):
    model = build_model(spec(corruption="gaussian:0.2", reconstruction_loss="bce"))
    training = train(model, images, TrainingPlan(epochs=2), validation=pairs)
    best = training.history.epochs[training.history.best_epoch - 1]
    assert best.val_mse == pytest.approx(errors(model, pairs).mean(), rel=1e-5)
    assert best.val_loss > 2 * best.val_mse


def test_training_learns(trained, pairs):
    model, training = trained["unet"]
    before = errors(build_model(spec("unet", corruption="gaussian:0.2")), pairs).mean()
    losses = [epoch.loss for epoch in training.history.epochs]
    assert losses[-1] < 0.7 * losses[0]
    assert errors(model, pairs).mean() < 0.6 * before


def test_the_same_seed_gives_the_same_bytes(trained, images, pairs):
    def weights(seed):
        model = build_model(spec(corruption="gaussian:0.2"), seed=seed)
        train(model, images, TrainingPlan(epochs=2, seed=seed), validation=pairs)
        return model.get_weights()

    first, again, other = trained["dense"][0].get_weights(), weights(0), weights(4)
    assert all(map(np.array_equal, first, again))
    assert not all(map(np.array_equal, first, other))


def test_noise_drawn_in_the_feed_is_the_noise_of_the_step(images, pairs, monkeypatch):
    def trained():
        model = build_model(spec("unet", corruption="gaussian:0.1..0.3"), seed=3)
        training = train(model, images, TrainingPlan(epochs=2), validation=pairs)
        return training.engine.noise, model.get_weights()

    ahead, first = trained()
    monkeypatch.setattr(sys.modules["hourglass.training.engine"], "_draws_in_feed", lambda _: False)
    inside, second = trained()
    assert (ahead, inside) == ("feed", "step")
    # Fused into other operations, the same noise is rounded another way.
    assert all(np.abs(one - two).max() < 1e-4 for one, two in zip(first, second, strict=True))


@pytest.mark.parametrize(
    ("network", "changes", "engine"),
    [
        ("dense", {}, ("none", True)),
        ("dense", {"corruption": "gaussian:0.2"}, ("feed", True)),
        ("dense", {"objective": "variational"}, ("none", False)),
        ("unet", {"corruption": "gaussian:0.2"}, ("feed", False)),
    ],
)
def test_the_engine_follows_from_the_network(network, changes, engine, images, pairs):
    model = build_model(spec(network, **changes))
    found = train(model, images, TrainingPlan(epochs=1), validation=pairs).engine
    assert (found.feed, found.noise, found.xla) == ("graph", *engine)
    assert found.steps_per_execution > 1


def test_a_trained_model_corrupts_again_when_others_train_it(images, pairs):
    model = build_model(spec(corruption="gaussian:0.2"))
    train(model, images, TrainingPlan(epochs=1), validation=pairs)
    seen = model.see(pairs[1], training=True)
    assert not np.array_equal(seen, pairs[1])
    # With a rate of zero, what Keras' own loop sees is told by its loss alone.
    model.compile(keras.optimizers.SGD(0.0), "mse")
    noisy = model.fit(pairs[1], pairs[1], verbose=0).history["loss"][0]
    model.corrupts = False
    model.compile(keras.optimizers.SGD(0.0), "mse")
    assert model.fit(pairs[1], pairs[1], verbose=0).history["loss"][0] != noisy


def test_history_follows_the_steps(images, pairs):
    plan = TrainingPlan(epochs=3, batch_size=100)
    training = train(build_model(spec()), images, plan, validation=pairs)
    assert training.steps == 30
    assert [epoch.step for epoch in training.history.epochs] == [10, 20, 30]
    assert [epoch.epoch for epoch in training.history.epochs] == [1, 2, 3]
    assert training.history.epochs[-1].learning_rate == pytest.approx(0.0, abs=1e-9)
    assert all(epoch.seconds > 0 for epoch in training.history.epochs)
    assert training.images_per_second > 0


def test_the_best_weights_are_kept_and_training_stops_early(images, pairs):
    # A rate that is far too high from the second epoch on makes the first one the best.
    class Spoil(keras.callbacks.Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 1:
                self.model.set_weights([10 + 0 * weight for weight in self.model.get_weights()])

    model = build_model(spec())
    plan = TrainingPlan(epochs=50, patience=2)
    training = train(model, images, plan, validation=pairs, callbacks=[Spoil()])
    assert training.history.best_epoch == 1
    assert len(training.history.epochs) == 3
    assert errors(model, pairs).mean() == pytest.approx(
        training.history.epochs[0].val_mse, rel=1e-5
    )


def test_a_plan_in_minutes_becomes_steps(images, pairs):
    plan = TrainingPlan(minutes=0.02, batch_size=10)
    training = train(build_model(spec(), seed=1), images, plan, validation=pairs)
    epochs = training.history.epochs
    assert training.steps == epochs[-1].step > 20
    assert len(epochs) <= 100


@pytest.mark.parametrize(
    ("seconds_per_step", "epochs", "steps"),
    [(0.03, 2, 40), (0.05, 1, 24), (1.0, 1, 1), (0.0001, 100, 12000)],
)
def test_minutes_are_cut_into_epochs_of_equal_length(
    seconds_per_step, epochs, steps, images, monkeypatch
):
    from hourglass.training import Feed

    room = sys.modules["hourglass.training.length"]
    monkeypatch.setattr(room, "seconds_per_step", lambda *_: seconds_per_step)
    plan = TrainingPlan(minutes=0.02, batch_size=50)
    found = room.epochs_and_steps(build_model(spec()), Feed(images, 50, 0), plan)
    assert (found[0], found[0] * found[1]) == (epochs, steps)


def test_timing_leaves_no_trace(trained, images, pairs):
    from hourglass.training import Feed
    from hourglass.training.length import seconds_per_step

    model = build_model(spec(corruption="gaussian:0.2"))
    before = model.get_weights()
    plan = TrainingPlan(epochs=2)
    assert seconds_per_step(model, Feed(images, 128, 0), plan) > 0
    assert all(map(np.array_equal, before, model.get_weights()))
    train(model, images, plan, validation=pairs)
    untimed, _ = trained["dense"]
    assert all(map(np.array_equal, model.get_weights(), untimed.get_weights()))


def test_divergence_is_named_with_what_to_do(images, pairs):
    model = build_model(spec("unet", corruption="gaussian:0.2"))
    plan = TrainingPlan(
        epochs=2, learning_rate=1e12, optimizer="sgd", schedule="constant", clip_norm=0
    )
    with pytest.raises(DivergenceError, match=r"diverged.*Lower --learning-rate"):
        train(model, images, plan, validation=pairs)


@pytest.mark.parametrize("optimizer", ["adam", "adamw", "nadam", "rmsprop", "sgd"])
def test_every_optimizer_lowers_the_loss(optimizer, images, pairs):
    rate = 3.0 if optimizer == "sgd" else 3e-3
    plan = TrainingPlan(epochs=3, optimizer=optimizer, learning_rate=rate)
    shallow = ModelSpec(network="dense", image_shape=(8, 8, 1), options=replace(DENSE, units=()))
    training = train(build_model(shallow), images, plan, validation=pairs)
    first, *_, last = training.history.epochs
    assert last.loss < first.loss
