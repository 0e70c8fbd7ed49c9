"""A training that was broken off goes on as if it never had been."""

from dataclasses import replace

import keras
import numpy as np
import pytest
from PIL import Image

from hourglass.errors import DataError, DriftError
from hourglass.images import ArrayImages, PatchImages, load_folder
from hourglass.models import build_classifier, build_model
from hourglass.records import CheckpointTiming, ModelSpec, NetworkOptions, TrainingPlan
from hourglass.runs import read_environment
from hourglass.seeds import generator
from hourglass.training import Resuming, length, train

CODED = NetworkOptions(units=(16,), latent_dim=6, activation="relu")
SHAPE = (8, 8, 1)
# Nothing but the loss of each batch decides when these stop and what they keep.
PLAN = TrainingPlan(epochs=4, batch_size=8, learning_rate=0.02)
ALWAYS = CheckpointTiming(between_epochs=0, within_epochs=0, share=1e9)


def denoiser():
    spec = ModelSpec(
        network="dense",
        image_shape=SHAPE,
        options=CODED,
        corruption="gaussian:0.1..0.3",
        reconstruction_loss="bce",
    )
    return build_model(spec, seed=1)


def blind_spot():
    options = NetworkOptions(units=(4,), latent_dim=None, activation="relu")
    spec = ModelSpec(
        network="unet",
        image_shape=(None, None, 1),
        options=options,
        corruption="files",
        objective="blind-spot",
    )
    return build_model(spec, seed=1)


def variational():
    spec = ModelSpec(
        network="dense", image_shape=SHAPE, options=CODED, objective="variational", beta=1.0
    )
    return build_model(spec, seed=1)


def classifier():
    options = NetworkOptions(
        units=(16,), latent_dim=None, activation="relu", dropout=0.3, normalized=True
    )
    spec = ModelSpec(
        network="dense", image_shape=SHAPE, options=options, objective="classify", classes=10
    )
    return build_classifier(spec, seed=1)


class Break(keras.callbacks.Callback):
    """Break off a training after some executions of 32 steps."""

    def __init__(self, executions):
        super().__init__()
        self.left = executions

    def on_train_batch_begin(self, batch, logs=None):
        self.left -= 1
        if self.left < 0:
            raise KeyboardInterrupt


@pytest.fixture(scope="module")
def images(digits):
    from hourglass.images import load_images

    labels = load_images("digits").train.labels[:600]
    return ArrayImages(digits[:600], labels=labels, class_names=tuple("0123456789"))


@pytest.fixture(scope="module")
def validation(digits):
    clean = digits[1000:1200]
    noise = generator(0).normal(0, 0.2, clean.shape)
    return np.clip(clean + noise, 0, 1).astype(np.float32), clean


def run(build, images, validation, plan=PLAN, folder=None, callbacks=(), **terms):
    model = build()
    if model.training_loss.name == "sparse_categorical_crossentropy":
        validation = validation[0], np.arange(200) % 10
    training = train(
        model,
        images,
        plan,
        validation=validation,
        checkpoint_dir=folder,
        resuming=Resuming(timing=ALWAYS, **terms),
        callbacks=callbacks,
    )
    return training, model.get_weights()


def break_off(build, images, validation, folder, executions, plan=PLAN):
    with pytest.raises(KeyboardInterrupt):
        run(build, images, validation, plan, folder, [Break(executions)])


# An epoch has 75 steps in three executions: five of them end within the second, one more ends it.
@pytest.mark.parametrize("build", [denoiser, blind_spot, variational, classifier])
def test_the_same_end_wherever_it_was_broken_off(build, images, validation, tmp_path):
    whole, weights = run(build, images, validation)
    break_off(build, images, validation, tmp_path, 5)
    break_off(build, images, validation, tmp_path, 1)
    resumed, again = run(build, images, validation, folder=tmp_path)
    assert resumed.digests == whole.digests
    assert resumed.history.best_epoch == whole.history.best_epoch
    assert all(map(np.array_equal, again, weights))
    assert resumed.seconds_before > 0


def test_a_training_on_patches_of_files_ends_the_same(images, validation, tmp_path):
    plan = replace(PLAN, epochs=2)
    for number in range(20):
        side = 16 + number % 5
        pixels = np.resize(np.uint8(255 * images.pixels[number]), (side, side))
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    # The images take ten times the cache, so that passes go from block to block.
    photos = load_folder(tmp_path, cache_bytes=700).train
    patches = PatchImages(photos, 8, seed=1, density=3.0, symmetries=True)
    whole, weights = run(denoiser, patches, validation, plan)
    break_off(denoiser, patches, validation, tmp_path / "checkpoint", 3, plan)
    again = PatchImages(load_folder(tmp_path).train, 8, seed=1, density=3.0, symmetries=True)
    assert again.fingerprint == patches.fingerprint
    resumed, same = run(denoiser, patches, validation, plan, tmp_path / "checkpoint")
    assert resumed.digests == whole.digests and resumed.seconds_before > 0
    assert all(map(np.array_equal, same, weights))


def test_early_stopping_and_best_weights_go_on(images, validation, tmp_path):
    # At this rate the loss of an epoch is a matter of luck, so that waiting matters.
    plan = replace(PLAN, epochs=30, learning_rate=0.1, schedule="constant", clip_norm=0, patience=2)
    whole, _ = run(denoiser, images, validation, plan)
    epochs = len(whole.history.epochs)
    assert whole.history.best_epoch == epochs - 2 and 4 < epochs < 30
    break_off(denoiser, images, validation, tmp_path, 3 * (epochs - 1) + 1, plan)
    resumed, _ = run(denoiser, images, validation, plan, tmp_path)
    assert (resumed.digests, len(resumed.history.epochs)) == (whole.digests, epochs)
    again, _ = run(denoiser, images, validation, plan, tmp_path)
    assert again.digests == whole.digests


def test_a_plan_in_minutes_keeps_its_steps(images, validation, tmp_path, monkeypatch):
    plan = replace(PLAN, epochs=None, minutes=0.001)
    # Each time it is looked at the machine has become twice as fast.
    seconds = iter([4e-4, 2e-4, 1e-4])
    monkeypatch.setattr(length, "seconds_per_step", lambda *_: next(seconds))
    break_off(denoiser, images, validation, tmp_path, 2, plan)
    first, _ = run(denoiser, images, validation, plan, tmp_path)
    second, _ = run(denoiser, images, validation, plan, tmp_path)
    assert first.steps == second.steps == first.history.epochs[-1].step == 150


def test_another_training_does_not_go_on_from_here(images, validation, tmp_path):
    break_off(denoiser, images, validation, tmp_path, 2)
    for changed in ({"plan": replace(PLAN, learning_rate=0.01)}, {"build": variational}):
        arguments = {"build": denoiser, "plan": PLAN, **changed}
        with pytest.raises(DataError, match="belongs to another training"):
            run(images=images, validation=validation, folder=tmp_path, **arguments)
    with pytest.raises(DataError, match="belongs to another training"):
        run(denoiser, images.take(np.arange(599)), validation, folder=tmp_path)


def test_another_environment_is_named_and_never_taken_silently(images, validation, tmp_path):
    here = read_environment("tensorflow")
    there = replace(here, threads=here.threads + 6, versions={**here.versions, "keras": "3.99"})
    break_off(denoiser, images, validation, tmp_path, 2)
    with pytest.raises(DriftError, match=r"keras was .* and is 3\.99; thread count was"):
        run(denoiser, images, validation, folder=tmp_path, environment=there)
    told = []
    resumed, _ = run(
        denoiser,
        images,
        validation,
        folder=tmp_path,
        environment=there,
        allow_drift=True,
        tell=told.append,
    )
    (drift,) = resumed.drift
    assert f"thread count was {here.threads} and is {here.threads + 6}" in drift
    assert told == [f"Going on although {drift}."]


def test_checkpoints_wait_for_their_time(images, validation, tmp_path):
    model = denoiser()
    train(model, images, PLAN, validation=validation, checkpoint_dir=tmp_path / "none")
    assert not (tmp_path / "none").exists()
