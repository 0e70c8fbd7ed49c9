"""Fewer bits in training, and none missing afterwards."""

import keras
import numpy as np
import pytest

from hourglass.evaluation import mean_squared_errors
from hourglass.images import ArrayImages
from hourglass.inference import reconstruct
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.training import train

NETWORKS = {
    "dense": NetworkOptions(units=(32,), latent_dim=12, activation="relu"),
    "unet": NetworkOptions(units=(8,), latent_dim=None, activation="silu"),
}
CHANGES = [
    pytest.param("dense", {}, id="plain"),
    pytest.param("dense", {"objective": "sparse", "penalty": 0.01}, id="sparse"),
    pytest.param("dense", {"objective": "variational"}, id="variational"),
    pytest.param("unet", {"corruption": "gaussian:0.2"}, id="unet"),
]


def trained(network, changes, digits, precision):
    asked = ModelSpec(network=network, image_shape=(8, 8, 1), options=NETWORKS[network], **changes)
    model = build_model(asked, seed=1)
    clean = digits[1000:1300]
    plan = TrainingPlan(epochs=4, batch_size=32, precision=precision)
    training = train(model, ArrayImages(digits[:1000]), plan, validation=(clean, clean))
    return model, training, mean_squared_errors(clean, reconstruct(model, clean)).mean()


@pytest.mark.parametrize(("network", "changes"), CHANGES)
def test_a_model_learns_as_much_in_fewer_bits_and_keeps_all_of_its_own(network, changes, digits):
    _, exact, reached = trained(network, changes, digits, "float32")
    model, training, error = trained(network, changes, digits, "mixed_bfloat16")
    assert (exact.engine.precision, training.engine.precision) == ("float32", "mixed_bfloat16")
    assert error == pytest.approx(reached, rel=0.1)
    # Something was rounded: this is not the same training.
    assert training.history.epochs[0].loss != exact.history.epochs[0].loss
    assert training.history.epochs[0].loss == pytest.approx(exact.history.epochs[0].loss, rel=0.05)
    assert {weight.dtype for weight in model.get_weights()} == {np.dtype(np.float32)}
    assert {layer.compute_dtype for layer in model._flatten_layers()} == {"float32"}
    assert keras.config.dtype_policy().name == "float32"
