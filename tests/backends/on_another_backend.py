"""Run by the tests in a process of its own, because Keras has one backend for a process."""

import sys
from dataclasses import replace
from pathlib import Path
from unittest.mock import patch

import keras
import numpy as np

from hourglass.bundles import load_classifier, load_model
from hourglass.images import ArrayImages, load_images
from hourglass.inference import classify, reconstruct
from hourglass.models import build_model
from hourglass.records import NETWORK_DEFAULTS, CheckpointTiming, ModelSpec, TrainingPlan
from hourglass.training import Resuming, Training, train


def reconstruct_all(folder: Path, *names: str) -> None:
    images = np.load(folder / "images.npy")
    for name in names:
        model, _ = load_model(folder / f"{name}.hourglass")
        np.save(folder / f"{name}.npy", reconstruct(model, images))


def classify_all(folder: Path, *names: str) -> None:
    images = np.load(folder / "images.npy")
    for name in names:
        model, _ = load_classifier(folder / f"{name}.hourglass")
        np.save(folder / f"{name}.npy", classify(model, images))


def train_one(folder: Path, network: str, objective: str | None = None) -> Training:
    clean = load_images("digits").train.read_all()
    noisy = np.clip(clean + np.random.default_rng(0).normal(0, 0.2, clean.shape), 0, 1)
    options = NETWORK_DEFAULTS[network]
    if network == "unet":
        # Every layer that a larger one has, compiled in a third of the time.
        options = replace(options, units=(8, 8))
    model = build_model(
        ModelSpec(
            network=network,
            image_shape=(8, 8, 1),
            options=options,
            corruption="gaussian:0.2",
            objective=objective,
        )
    )
    training = train(
        model,
        ArrayImages(clean[:640]),
        TrainingPlan(epochs=3, batch_size=64),
        validation=(noisy[1000:1200].astype(np.float32), clean[1000:1200]),
    )
    folder.mkdir(exist_ok=True)
    np.savez(folder / "weights.npz", *model.get_weights())
    np.save(folder / "losses.npy", [epoch.loss for epoch in training.history.epochs])
    return training


def scan_and_loop(folder: Path, network: str) -> None:
    assert train_one(folder, network).engine.feed == "scan"
    with patch("hourglass.training.engine._scans", lambda *_: False):
        assert train_one(folder / "loop", network).engine.feed == "host"


class BreakOff(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch: int, logs: object = None) -> None:
        # In the middle of the second epoch, which has two executions.
        if batch and self.model.optimizer.iterations > 40:
            raise KeyboardInterrupt


def break_off_and_resume(folder: Path) -> None:
    pixels = load_images("digits").train.read_all()
    spec = ModelSpec(
        network="dense",
        image_shape=(8, 8, 1),
        options=NETWORK_DEFAULTS["dense"],
        corruption="gaussian:0.2",
    )
    always = CheckpointTiming(between_epochs=0, within_epochs=0, share=1e9)

    def trained(place: Path, *callbacks: keras.callbacks.Callback) -> Training:
        return train(
            build_model(spec, seed=5),
            ArrayImages(pixels[:640]),
            TrainingPlan(epochs=3, batch_size=16),
            validation=(pixels[1000:1200],) * 2,
            checkpoint_dir=place,
            resuming=Resuming(timing=always),
            callbacks=callbacks,
        )

    try:
        trained(folder / "broken", BreakOff())
    except KeyboardInterrupt:
        pass
    else:
        raise AssertionError("nothing was broken off")
    assert trained(folder / "broken").digests == trained(folder / "whole").digests


TASKS = {
    "classify": classify_all,
    "reconstruct": reconstruct_all,
    "resume": break_off_and_resume,
    "scan-and-loop": scan_and_loop,
    "train": train_one,
}

if __name__ == "__main__":
    # Libraries take longer to import than most tasks take: one process does several.
    for words in sys.argv[1:]:
        task, place, *names = words.split()
        TASKS[task](Path(place), *names)
