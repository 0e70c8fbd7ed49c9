import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hourglass.errors import ConfigurationError, ImageShapeError
from hourglass.losses import excess_cross_entropy
from hourglass.losses import mean_squared_error as keras_squared_error
from hourglass.models import Autoencoder
from hourglass.networks import dense_autoencoder
from hourglass.scratch import (
    add_noise,
    cross_entropy,
    forward,
    get_weights,
    mean_squared_error,
    set_weights,
    start_parameters,
)

SHAPE = (8, 8, 1)


@settings(max_examples=5)
@given(
    seed=st.integers(0, 2**31),
    units=st.lists(st.integers(1, 9), max_size=3),
    code=st.integers(1, 5),
)
def test_the_start_is_that_of_the_keras_network(seed, units, code):
    model = Autoencoder(*dense_autoencoder(SHAPE, units=units, latent_dim=code, seed=seed))
    ours = get_weights(start_parameters(SHAPE, units=units, latent_dim=code, seed=seed))
    assert len(ours) == len(model.get_weights())
    assert all(map(np.array_equal, ours, model.get_weights()))


def test_the_default_is_the_network_of_the_textbook():
    matrices = [layer.matrix.shape for layer in start_parameters((28, 28, 1))]
    assert matrices == [(784, 128), (128, 64), (64, 32), (32, 64), (64, 128), (128, 784)]


def test_the_weights_fill_a_model_that_then_rebuilds_the_same(digits):
    parameters = start_parameters(SHAPE, units=(16,), latent_dim=6, seed=3)
    model = Autoencoder(*dense_autoencoder(SHAPE, units=(16,), latent_dim=6))
    model.set_weights(get_weights(parameters))
    rebuilt = forward(parameters, digits[:50].reshape(50, -1)).numpy()
    expected = keras.ops.convert_to_numpy(model.reconstruct(digits[:50]))
    assert np.allclose(rebuilt.reshape(expected.shape), expected, atol=1e-6)


def test_weights_are_copies_that_can_be_put_back():
    parameters = start_parameters(SHAPE, units=(16,), latent_dim=6)
    kept = get_weights(parameters)
    for layer in parameters:
        layer.matrix.assign_add(layer.matrix)
    assert not np.array_equal(kept[0], get_weights(parameters)[0])
    set_weights(parameters, kept)
    assert all(map(np.array_equal, kept, get_weights(parameters)))


@pytest.mark.parametrize(
    "formula, of_keras",
    [(mean_squared_error, keras_squared_error), (cross_entropy, excess_cross_entropy)],
)
def test_the_formulas_are_those_of_the_losses(formula, of_keras):
    clean, rebuilt = np.random.default_rng(0).random((2, 7, *SHAPE), np.float32)
    clean[0], rebuilt[1] = 0.0, 1.0
    ours = formula(clean.reshape(7, -1), rebuilt.reshape(7, -1))
    assert np.allclose(ours, of_keras(clean, rebuilt), rtol=1e-6)


def test_noise_follows_from_seed_and_step_alone(digits):
    first = add_noise(digits, 0.2, seed=1, step=5)
    assert np.array_equal(first, add_noise(digits, 0.2, seed=1, step=5))
    assert not np.array_equal(first, add_noise(digits, 0.2, seed=1, step=6))
    assert not np.array_equal(first, add_noise(digits, 0.2, seed=2, step=5))


def test_noise_is_as_strong_as_asked_and_stays_within_the_range():
    gray = np.full((200, 784), 0.5, np.float32)
    noisy = add_noise(gray, 0.1, seed=0, step=0).numpy()
    assert noisy.mean() == pytest.approx(0.5, abs=1e-3)
    assert noisy.std() == pytest.approx(0.1, rel=0.01)
    strong = add_noise(gray, 2.0, seed=0, step=0).numpy()
    assert strong.min() == 0.0 and strong.max() == 1.0


@pytest.mark.parametrize("sizes", [{"units": (16, 0)}, {"latent_dim": 0}, {"latent_dim": -3}])
def test_layers_without_units_are_refused(sizes):
    with pytest.raises(ConfigurationError, match="width of a layer must be"):
        start_parameters(SHAPE, **sizes)


def test_images_of_any_size_are_refused():
    with pytest.raises(ImageShapeError, match="images of one size"):
        start_parameters((None, None, 1))
