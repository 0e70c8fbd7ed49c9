import numpy as np
import pytest

from hourglass.inference import encode, reconstruct
from hourglass.models import build_model
from hourglass.records import ModelSpec, NetworkOptions

OPTIONS = NetworkOptions(units=(8,), latent_dim=3, activation="relu")


@pytest.fixture(scope="module")
def model():
    return build_model(ModelSpec(network="dense", image_shape=(8, 8, 1), options=OPTIONS))


@pytest.mark.parametrize("batch_size", [1, 7, 20, 64])
def test_the_batch_size_changes_nothing(model, digits, batch_size):
    images = digits[:20]
    found = reconstruct(model, images, batch_size=batch_size)
    assert found.dtype == np.float32
    assert np.allclose(found, model.reconstruct(images), atol=1e-6)
    codes = encode(model, images, batch_size=batch_size)
    assert np.allclose(codes, model.encode(images), atol=1e-6)
