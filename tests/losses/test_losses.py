"""What every loss promises; a new one joins by a line in ``WORDS``."""

import keras
import numpy as np
import pytest
from scipy.special import rel_entr

from hourglass.errors import ConfigurationError
from hourglass.evaluation import structural_similarity
from hourglass.losses import (
    charbonnier,
    excess_cross_entropy,
    loss_from_words,
    mean_absolute_error,
    mean_squared_error,
    structural_dissimilarity,
)
from hourglass.records import LOSSES
from hourglass.seeds import generator

WORDS = ["bce", "charbonnier", "mae", "mse", "ssim", "mse:0.8+ssim:0.2", "mae:2", "mse+mae"]
every_loss = pytest.mark.parametrize("words", WORDS)


def numpy(tensor):
    return keras.ops.convert_to_numpy(tensor)


@pytest.fixture(scope="module")
def pair():
    noise = generator(5)
    return noise.random((4, 9, 8, 3), np.float32), noise.random((4, 9, 8, 3), np.float32)


@every_loss
def test_every_loss_is_least_at_the_clean_image_and_positive_elsewhere(words, pair):
    clean, other = pair
    loss = loss_from_words(words)
    assert float(loss(clean, clean)) == pytest.approx(0.0, abs=1e-6)
    assert float(loss(clean, other)) > 0.01
    per_image = numpy(loss.call(clean, other))
    assert per_image.shape == (4,)
    assert float(loss(clean, other)) == pytest.approx(per_image.mean(), rel=1e-5)


@every_loss
def test_going_down_a_loss_leads_to_the_clean_image(words, pair):
    clean, other = pair
    loss = loss_from_words(words)
    picture = keras.Variable(other)
    optimizer = keras.optimizers.Adam(0.02)
    optimizer.build([picture])
    for _ in range(300):
        gradient = gradient_of(lambda: loss(clean, picture), picture)
        optimizer.apply([gradient])
    assert np.abs(picture.numpy() - clean).mean() < 0.1 * np.abs(other - clean).mean()


def gradient_of(compute, variable):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        found = compute()
    return tape.gradient(found, variable.value)


@every_loss
def test_keras_can_build_a_loss_again(words, pair):
    loss = loss_from_words(words)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(loss))
    assert float(copy(*pair)) == float(loss(*pair))


def test_every_name_is_under_contract():
    named = {part.partition(":")[0] for words in WORDS for part in words.split("+")}
    assert named == set(LOSSES)


def test_a_mixture_is_the_weighted_sum(pair):
    mixed = loss_from_words("mse:0.8+ssim:0.2").call(*pair)
    expected = 0.8 * mean_squared_error(*pair) + 0.2 * structural_dissimilarity(*pair)
    assert np.allclose(mixed, expected, atol=1e-6)


def test_errors_are_their_formulas(pair):
    difference = pair[0] - pair[1]
    expected = {
        mean_squared_error: np.square(difference),
        mean_absolute_error: np.abs(difference),
        charbonnier: np.sqrt(np.square(difference) + 1e-6) - 1e-3,
    }
    for formula, distances in expected.items():
        assert np.allclose(numpy(formula(*pair)), distances.mean(axis=(1, 2, 3)), atol=1e-6)


@pytest.mark.parametrize("shape", [(3, 28, 28, 1), (2, 9, 12, 3), (2, 5, 6, 1), (1, 3, 3, 2)])
def test_dissimilarity_is_one_minus_the_similarity_of_evaluation(shape):
    noise = generator(6)
    clean, other = noise.random(shape, np.float32), noise.random(shape, np.float32)
    found = 1.0 - numpy(structural_dissimilarity(clean, other))
    assert np.allclose(found, structural_similarity(clean, other), atol=1e-4)


def test_cross_entropy_is_reported_above_the_pixel_entropy(pair):
    clean, other = (array.astype(np.float64) for array in pair)
    divergence = rel_entr(clean, other) + rel_entr(1 - clean, 1 - other)
    found = numpy(excess_cross_entropy(*pair))
    assert np.allclose(found, divergence.mean(axis=(1, 2, 3)), rtol=1e-4)


def test_cross_entropy_stays_finite_at_black_and_white():
    black, white = np.zeros((1, 3, 3, 1), np.float32), np.ones((1, 3, 3, 1), np.float32)
    found = numpy(excess_cross_entropy(black, white))
    assert np.isfinite(found).all() and found[0] == pytest.approx(16.0, abs=0.5)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("msee", "Did you mean 'mse'"),
        ("mse:0", "weight of a loss must be a number above 0"),
        ("mse:-1+mae", "weight of a loss must be a number above 0"),
        ("mse:heavy", "NAME:WEIGHT"),
        ("mse+", "loss '' is not known"),
    ],
)
def test_words_that_name_no_loss(words, message):
    with pytest.raises(ConfigurationError, match=message):
        loss_from_words(words)
