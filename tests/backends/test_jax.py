"""Models, losses and corruptions are written for every backend; JAX is the proof."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import save_model
from hourglass.inference import classify
from hourglass.models import build_classifier, build_model
from hourglass.records import (
    CLASSIFIER_DEFAULTS,
    NETWORK_DEFAULTS,
    NETWORKS,
    ModelSpec,
)

SCRIPT = Path(__file__).parent / "on_another_backend.py"

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None, reason="JAX is not installed"
)


def on_jax(*words: str | Path) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, *map(str, words)],
        env=os.environ | {"KERAS_BACKEND": "jax", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def spec(network: str) -> ModelSpec:
    return ModelSpec(
        network=network,
        image_shape=(8, 8, 1),
        options=NETWORK_DEFAULTS[network],
        corruption="gaussian:0.2",
    )


VARIATIONAL = replace(spec("dense"), corruption=None, objective="variational")


def test_a_model_gives_the_same_images_on_jax(tmp_path, digits):
    images = digits[:20]
    np.save(tmp_path / "images.npy", images)
    noise = np.random.default_rng(0)
    specs = {name: spec(name) for name in NETWORKS} | {"variational": VARIATIONAL}
    models = {name: build_model(asked) for name, asked in specs.items()}
    for name, model in models.items():
        model.set_weights([noise.normal(0, 0.05, w.shape) for w in model.get_weights()])
        save_model(model, specs[name], tmp_path / name)
    on_jax("reconstruct", tmp_path, *models)
    for name, model in models.items():
        found = np.load(tmp_path / f"{name}.npy")
        assert np.abs(found - model.reconstruct(images)).max() < 1e-5


def test_a_classifier_gives_the_same_probabilities_on_jax(tmp_path, digits):
    images = digits[:20]
    np.save(tmp_path / "images.npy", images)
    models = {}
    for name, options in CLASSIFIER_DEFAULTS.items():
        asked = ModelSpec(
            network=name,
            image_shape=(8, 8, 1),
            options=options,
            objective="classify",
            classes=10,
        )
        models[name] = build_classifier(asked)
        save_model(models[name], asked, tmp_path / name)
    on_jax("classify", tmp_path, *models)
    for name, model in models.items():
        found = np.load(tmp_path / f"{name}.npy")
        assert np.abs(found - classify(model, images)).max() < 1e-5


def test_a_model_is_trained_on_jax_twice_to_the_same_bytes(tmp_path):
    on_jax("scan-and-loop", tmp_path / "first", "dense")
    on_jax("train", tmp_path / "second", "dense")
    weights = [(tmp_path / run / "weights.npz").read_bytes() for run in ("first", "second")]
    assert weights[0] == weights[1]
    losses = np.load(tmp_path / "first" / "losses.npy")
    assert losses[-1] < losses[0]
    # One call for all steps of an execution does what a call a step does.
    loop = tmp_path / "first" / "loop"
    assert np.abs(np.load(loop / "losses.npy") - losses).max() < 1e-6
    with np.load(loop / "weights.npz") as one, np.load(loop.parent / "weights.npz") as other:
        assert all(np.abs(one[name] - other[name]).max() < 1e-5 for name in other)


@pytest.mark.parametrize("words", [["unet", "blind-spot"], ["dense", "variational"]], ids=" ".join)
def test_other_models_are_trained_on_jax(tmp_path, words):
    on_jax("train", tmp_path, *words)
    losses = np.load(tmp_path / "losses.npy")
    assert losses[-1] < losses[0]


def test_a_training_that_was_broken_off_goes_on_on_jax(tmp_path):
    on_jax("resume", tmp_path)
