"""A model of ours goes on as one of plain Keras."""

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from hourglass.bundles import BundleFile, export_model, save_bundle
from hourglass.errors import ConfigurationError, OutputExistsError
from hourglass.inference import classify, reconstruct
from hourglass.models import build_classifier, build_model
from hourglass.records import CLASSIFIER_DEFAULTS, ModelSpec, NetworkOptions

# Keras 3.15 on TensorFlow, while it saves.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

SMALL = NetworkOptions(units=(8,), latent_dim=3, activation="relu")
DENSE = ModelSpec(network="dense", image_shape=(8, 8, 1), options=SMALL)
UNET = ModelSpec(
    network="unet",
    image_shape=(None, None, 1),
    options=NetworkOptions(units=(4, 4), latent_dim=None, activation="silu"),
    corruption="gaussian:0.2",
)
CLASSIFIER = ModelSpec(
    network="dense",
    image_shape=(8, 8, 1),
    options=CLASSIFIER_DEFAULTS["dense"],
    objective="classify",
    classes=10,
    reconstruction_loss="cross-entropy",
)
SPECS = {
    "dense": DENSE,
    "tied": replace(DENSE, options=replace(SMALL, tied=True)),
    "variational": replace(DENSE, objective="variational"),
    "convolutional": replace(DENSE, network="convolutional"),
    "pooling": replace(DENSE, network="pooling", options=replace(SMALL, latent_dim=None)),
    "unet": UNET,
    "classifier": CLASSIFIER,
}


@pytest.mark.parametrize("name", SPECS)
def test_the_keras_file_gives_what_the_model_gives(name: str, tmp_path: Path, digits) -> None:
    spec = SPECS[name]
    classifies = spec.objective == "classify"
    model = (build_classifier if classifies else build_model)(spec, seed=2)
    noise = np.random.default_rng(0)
    model.set_weights([noise.normal(0, 0.3, weight.shape) for weight in model.get_weights()])
    bundle = BundleFile(save_bundle(model, spec, tmp_path / "model.hourglass"))
    assert bundle.read_experiment().classifies == classifies
    line = export_model(bundle, tmp_path / "model.keras")
    assert ("import hourglass.networks" in line) == (name == "unet")
    plain = keras.models.load_model(tmp_path / "model.keras")
    # Odd sizes, too, where any size will do.
    images = digits[:3, :7, :5] if name == "unet" else digits[:3]
    expected = (classify if classifies else reconstruct)(model, images)
    assert np.abs(plain.predict_on_batch(images) - expected).max() < 1e-6
    parts = {"network"} if name in ("unet", "classifier") else {"encoder", "decoder"}
    assert parts <= {layer.name for layer in plain.layers}
    with pytest.raises(OutputExistsError):
        export_model(bundle, tmp_path / "model.keras")


def test_what_plain_keras_does_not_do(tmp_path: Path) -> None:
    spec = replace(UNET, objective="blind-spot")
    bundle = BundleFile(save_bundle(build_model(spec), spec, tmp_path / "model.hourglass"))
    with pytest.raises(ConfigurationError, match="blind-spot denoiser"):
        export_model(bundle, tmp_path / "model.keras")
    with pytest.raises(ConfigurationError, match=r"\.hourglass.*\.keras"):
        export_model(bundle, tmp_path / "model.onnx")
    assert [path.name for path in tmp_path.iterdir()] == ["model.hourglass"]
