import keras
import numpy as np
import pytest
from scipy.special import rel_entr

from hourglass.errors import ConfigurationError
from hourglass.losses import excess_cross_entropy, loss_from_word, mean_squared_error
from hourglass.records import LOSSES
from hourglass.seeds import generator


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.fixture(scope="module")
def pair():
    noise = generator(5)
    return noise.random((4, 6, 5, 3), np.float32), noise.random((4, 6, 5, 3), np.float32)


@pytest.mark.parametrize("word", sorted(LOSSES))
def test_every_loss_is_least_at_the_clean_image_and_positive_elsewhere(word, pair):
    clean, other = pair
    loss = loss_from_word(word)
    assert float(loss(clean, clean)) == pytest.approx(0.0, abs=1e-6)
    assert float(loss(clean, other)) > 0.01
    per_image = numpy(loss.call(clean, other))
    assert per_image.shape == (4,)
    assert float(loss(clean, other)) == pytest.approx(per_image.mean(), rel=1e-5)


def test_squared_error_is_its_formula(pair):
    clean, other = pair
    expected = np.square(clean - other).mean(axis=(1, 2, 3))
    assert np.allclose(numpy(mean_squared_error(clean, other)), expected, atol=1e-6)


def test_cross_entropy_is_reported_above_the_pixel_entropy(pair):
    clean, other = (array.astype(np.float64) for array in pair)
    divergence = rel_entr(clean, other) + rel_entr(1 - clean, 1 - other)
    found = numpy(excess_cross_entropy(*pair))
    assert np.allclose(found, divergence.mean(axis=(1, 2, 3)), rtol=1e-4)


def test_cross_entropy_stays_finite_at_black_and_white():
    black, white = np.zeros((1, 3, 3, 1), np.float32), np.ones((1, 3, 3, 1), np.float32)
    found = numpy(excess_cross_entropy(black, white))
    assert np.isfinite(found).all() and found[0] == pytest.approx(16.0, abs=0.5)


def test_an_unknown_loss_is_answered_with_the_nearest():
    with pytest.raises(ConfigurationError, match="Did you mean 'mse'"):
        loss_from_word("msee")
