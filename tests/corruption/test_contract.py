"""What every corruption promises; a new one joins by a line in ``BUILDS``."""

import keras
import numpy as np
import pytest

from hourglass.corruption import Corruption, GaussianNoise, corruption_from_words
from hourglass.errors import ConfigurationError
from hourglass.records import CORRUPTIONS
from hourglass.seeds import generator

BUILDS = [
    pytest.param(lambda: GaussianNoise(0.2, seed=7), id="gaussian"),
    pytest.param(lambda: GaussianNoise(0.8, seed=7), id="gaussian-strong"),
]
every_corruption = pytest.mark.parametrize("build", BUILDS)


def drawn(corruption: Corruption, images: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(corruption(images, training=True))


@pytest.fixture(scope="module")
def images(digits: np.ndarray) -> np.ndarray:
    return digits[:600]


@every_corruption
def test_only_training_corrupts(build, images):
    corruption = build()
    assert np.array_equal(corruption(images, training=False), images)
    assert np.array_equal(corruption(images), images)
    noisy = drawn(corruption, images)
    assert noisy.shape == images.shape and not np.array_equal(noisy, images)


@every_corruption
def test_images_stay_images(build, images):
    for noisy in (drawn(build(), images), build().freeze(images, generator(1))):
        assert noisy.dtype == np.float32
        assert noisy.min() >= 0.0 and noisy.max() <= 1.0


@every_corruption
def test_noise_is_a_function_of_seed_and_step(build, images):
    corruption = build()
    first, second = drawn(corruption, images), drawn(corruption, images)
    assert not np.array_equal(first, second)
    corruption.set_step(1)
    assert np.array_equal(drawn(corruption, images), second)
    corruption.set_step(0)
    assert np.array_equal(drawn(corruption, images), first)


@every_corruption
def test_frozen_noise_is_a_function_of_the_generator(build, images):
    before = images.copy()
    first = build().freeze(images, generator(3, "test"))
    assert np.array_equal(first, build().freeze(images, generator(3, "test")))
    assert not np.array_equal(first, build().freeze(images, generator(4, "test")))
    assert np.array_equal(images, before)


@every_corruption
def test_graph_and_frozen_form_agree_in_mean_and_variance(build, images):
    corruption = build()
    in_graph = np.stack([drawn(corruption, images) for _ in range(8)])
    noise = generator(0)
    frozen = np.stack([build().freeze(images, noise) for _ in range(8)])
    # A pixel's mean over 4,800 draws strays by 0.009 at most (one sigma, both forms together),
    # the mean over all 307,200 values by 0.0011.
    assert np.allclose(in_graph.mean((0, 1)), frozen.mean((0, 1)), atol=0.045)
    assert in_graph.mean() == pytest.approx(frozen.mean(), abs=0.003)
    assert in_graph.var() == pytest.approx(frozen.var(), rel=0.01)


@every_corruption
def test_a_corruption_can_be_built_again(build, images):
    corruption = build()
    copy = type(corruption).from_config(corruption.get_config())
    assert np.array_equal(drawn(copy, images), drawn(corruption, images))
    words = corruption_from_words(corruption.words, seed=7)
    corruption.set_step(0)
    assert np.array_equal(drawn(words, images), drawn(corruption, images))


def test_every_name_is_under_contract():
    assert {build.values[0]().kind for build in BUILDS} == set(CORRUPTIONS)


def test_gaussian_noise_has_its_factor_before_clipping():
    gray = np.full((40, 28, 28, 1), 0.5, np.float32)
    noise = GaussianNoise(0.1).freeze(gray, generator(0)) - gray
    assert noise.std() == pytest.approx(0.1, rel=0.01)
    assert noise.mean() == pytest.approx(0.0, abs=0.002)


def test_clipping_biases_black_pixels_as_the_docstring_says():
    black = np.zeros((40, 28, 28, 1), np.float32)
    noisy = GaussianNoise(0.2).freeze(black, generator(0))
    assert noisy.mean() == pytest.approx(0.2 / np.sqrt(2 * np.pi), rel=0.02)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("gaussian:-0.1", "noise factor must be 0 or more; -0.1"),
        ("gaussian:nan", "noise factor must be 0 or more"),
        ("gaussian:loud", "KIND:LEVEL"),
        ("gaussian", "KIND:LEVEL"),
        ("gausian:0.1", "Did you mean 'gaussian'"),
    ],
)
def test_words_that_name_no_corruption(words, message):
    with pytest.raises(ConfigurationError, match=message):
        corruption_from_words(words)
