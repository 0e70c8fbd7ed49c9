"""Models, losses and corruptions are written for every backend; JAX is the proof."""

import importlib.util
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from hourglass.bundles import save_bundle
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


def on_jax(*tasks: str) -> None:
    done = subprocess.run(
        [sys.executable, SCRIPT, *tasks],
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


@pytest.fixture
def images(tmp_path, digits):
    np.save(tmp_path / "images.npy", digits[:20])
    return digits[:20]


def test_bundles_made_on_tensorflow_give_the_same_on_jax(tmp_path, images):
    noise = np.random.default_rng(0)
    specs = {name: spec(name) for name in NETWORKS} | {"variational": VARIATIONAL}
    models = {name: build_model(asked) for name, asked in specs.items()}
    for name, model in models.items():
        model.set_weights([noise.normal(0, 0.05, w.shape) for w in model.get_weights()])
        save_bundle(model, specs[name], tmp_path / f"{name}.hourglass")
    classifiers = {}
    for name, options in CLASSIFIER_DEFAULTS.items():
        asked = ModelSpec(
            network=name,
            image_shape=(8, 8, 1),
            options=options,
            objective="classify",
            classes=10,
        )
        classifiers[f"{name}-classifier"] = build_classifier(asked)
        bundle = tmp_path / f"{name}-classifier.hourglass"
        save_bundle(classifiers[f"{name}-classifier"], asked, bundle)
    on_jax(
        f"reconstruct {tmp_path} {' '.join(models)}",
        f"classify {tmp_path} {' '.join(classifiers)}",
    )
    expected = {name: model.reconstruct(images) for name, model in models.items()}
    expected |= {name: classify(model, images) for name, model in classifiers.items()}
    for name, values in expected.items():
        assert np.abs(np.load(tmp_path / f"{name}.npy") - values).max() < 1e-5, name


def test_models_are_trained_on_jax_twice_to_the_same_bytes(tmp_path):
    on_jax(
        f"scan-and-loop {tmp_path / 'first'} dense",
        f"train {tmp_path / 'unet'} unet blind-spot",
        f"train {tmp_path / 'variational'} dense variational",
    )
    on_jax(f"train {tmp_path / 'second'} dense", f"resume {tmp_path / 'broken'}")
    weights = [(tmp_path / run / "weights.npz").read_bytes() for run in ("first", "second")]
    assert weights[0] == weights[1]
    losses = {name: losses_of(tmp_path / name) for name in ("first", "unet", "variational")}
    assert all(each[-1] < each[0] for each in losses.values())
    # One call for all steps of an execution does what a call a step does.
    loop = tmp_path / "first" / "loop"
    assert np.abs(losses_of(loop) - losses["first"]).max() < 1e-6
    with np.load(loop / "weights.npz") as one, np.load(loop.parent / "weights.npz") as other:
        assert all(np.abs(one[name] - other[name]).max() < 1e-5 for name in other)


def losses_of(folder: Path) -> np.ndarray:
    return np.load(folder / "losses.npy")
