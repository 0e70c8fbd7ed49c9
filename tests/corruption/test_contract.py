"""What every corruption promises; a new one joins by a line in ``WORDS``."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from hourglass.corruption import (
    Corruption,
    GaussianNoise,
    corruption_from_words,
    gaussian_levels,
)
from hourglass.errors import ConfigurationError
from hourglass.records import CORRUPTIONS
from hourglass.seeds import generator

WORDS = [
    "blur:1",
    "blur:0.3..2",
    "gaussian:0.2",
    "gaussian:0.05..0.8",
    "masking:0.5",
    "pixel-dropout:0.25",
    "poisson:8",
    "poisson:2..30",
    "salt-and-pepper:0.3",
    "speckle:0.4",
    "gaussian:0.1+blur:1",
    "salt-and-pepper:0.1..0.3+gaussian:0.1+masking:0.2",
]
every_corruption = pytest.mark.parametrize("words", WORDS)
random_ones = pytest.mark.parametrize("words", [words for words in WORDS if words != "blur:1"])


def build(words: str) -> Corruption:
    return corruption_from_words(words, seed=7)


def drawn(corruption: Corruption, images: np.ndarray) -> np.ndarray:
    return keras.ops.convert_to_numpy(corruption(images, training=True))


@pytest.fixture(scope="module")
def images(digits: np.ndarray) -> np.ndarray:
    return digits[:600]


@every_corruption
def test_only_training_corrupts(words, images):
    corruption = build(words)
    assert np.array_equal(corruption(images, training=False), images)
    assert np.array_equal(corruption(images), images)
    noisy = drawn(corruption, images)
    assert noisy.shape == images.shape and not np.array_equal(noisy, images)


@pytest.mark.parametrize("shape", [(3, 9, 14, 1), (2, 5, 4, 3), (1, 1, 7, 4)])
@every_corruption
def test_images_stay_images_whatever_their_shape(words, shape):
    images = generator(2).random(shape, np.float32)
    before = images.copy()
    for noisy in (drawn(build(words), images), build(words).freeze(images, generator(1))):
        assert noisy.shape == shape and noisy.dtype == np.float32
        assert noisy.min() >= 0.0 and noisy.max() <= 1.0
    assert np.array_equal(images, before)


@random_ones
def test_noise_is_a_function_of_seed_and_step(words, images):
    corruption = build(words)
    first, second = drawn(corruption, images), drawn(corruption, images)
    assert not np.array_equal(first, second)
    corruption.set_step(1)
    assert np.array_equal(drawn(corruption, images), second)
    corruption.set_step(0)
    assert np.array_equal(drawn(corruption, images), first)
    assert not np.array_equal(drawn(corruption_from_words(words, seed=8), images), first)


@every_corruption
def test_a_feed_can_draw_what_the_layer_would_have_drawn(words, images):
    corruption = build(words)
    for step in (0, 1, 70_000):
        corruption.set_step(step)
        inside = drawn(corruption, images[:50])
        assert np.array_equal(corruption.corrupt_for(images[:50], tf.constant(step)), inside)
        pair = tf.data.Dataset.from_tensors((images[:50], tf.constant(step, tf.int64)))
        (ahead,) = pair.map(corruption.corrupt_for)
        # A graph may multiply where an eager call divides.
        assert np.abs(ahead - inside).max() < 1e-6


@random_ones
def test_frozen_noise_is_a_function_of_the_generator(words, images):
    first = build(words).freeze(images, generator(3, "test"))
    assert np.array_equal(first, build(words).freeze(images, generator(3, "test")))
    assert not np.array_equal(first, build(words).freeze(images, generator(4, "test")))


@every_corruption
def test_graph_and_frozen_form_agree_in_mean_and_variance(words, images):
    corruption = build(words)
    in_graph = np.stack([drawn(corruption, images) for _ in range(64)])
    noise = generator(0)
    frozen = np.stack([build(words).freeze(images, noise) for _ in range(64)])
    # A pixel's mean over 38,400 draws strays by 0.0036 at most (one sigma, both forms together).
    # Where each image draws its level, the levels of 38,400 images move the variance by 0.4 %.
    assert np.allclose(in_graph.mean((0, 1)), frozen.mean((0, 1)), atol=0.018)
    assert in_graph.mean() == pytest.approx(frozen.mean(), rel=0.01)
    assert in_graph.var() == pytest.approx(frozen.var(), rel=0.01)


@every_corruption
def test_a_corruption_can_be_built_again(words, images):
    corruption = build(words)
    first = drawn(corruption, images)
    assert corruption.words == words
    assert np.array_equal(drawn(build(corruption.words), images), first)
    copy = keras.saving.deserialize_keras_object(keras.saving.serialize_keras_object(corruption))
    assert np.array_equal(drawn(copy, images), first)


def test_every_name_is_under_contract():
    kinds = {part.partition(":")[0] for words in WORDS for part in words.split("+")}
    assert kinds == set(CORRUPTIONS)


def gray(value: float, count: int = 100) -> np.ndarray:
    return np.full((count, 28, 28, 1), value, np.float32)


def both_forms(words: str, images: np.ndarray) -> list[np.ndarray]:
    return [drawn(build(words), images), build(words).freeze(images, generator(0))]


def test_gaussian_noise_has_its_factor_before_clipping():
    for noisy in both_forms("gaussian:0.1", gray(0.5)):
        assert noisy.std() == pytest.approx(0.1, rel=0.01)
        assert noisy.mean() == pytest.approx(0.5, abs=0.002)


def test_clipping_biases_black_pixels_as_the_docstring_says():
    for noisy in both_forms("gaussian:0.2", gray(0.0)):
        assert noisy.mean() == pytest.approx(0.2 / np.sqrt(2 * np.pi), rel=0.02)


@pytest.mark.parametrize(("peak", "value"), [(30, 0.3), (30, 0.6), (100, 0.5), (4, 0.05)])
def test_poisson_noise_has_the_mean_and_the_variance_of_photons(peak, value):
    # Nine million counts: the variance of a sample strays by 0.1 % at most, so that 1 % tells.
    images = gray(value, 12_000)
    for noisy in both_forms(f"poisson:{peak}", images):
        law = stats.poisson(peak * value)
        photons = np.arange(0, 60 * peak)
        clipped = np.minimum(photons / peak, 1.0)
        chance = law.pmf(photons)
        mean = (clipped * chance).sum()
        assert noisy.mean() == pytest.approx(mean, rel=0.01)
        variance = (np.square(clipped - mean) * chance).sum()
        assert noisy.var(dtype=np.float64) == pytest.approx(variance, rel=0.01)


def test_salt_and_pepper_hits_its_share_half_black_half_white():
    for noisy in both_forms("salt-and-pepper:0.3", gray(0.5)):
        assert (noisy == 0).mean() == pytest.approx(0.15, abs=0.005)
        assert (noisy == 1).mean() == pytest.approx(0.15, abs=0.005)
        assert set(np.unique(noisy)) == {0.0, 0.5, 1.0}


def test_dropout_takes_all_channels_of_a_pixel():
    for noisy in both_forms("pixel-dropout:0.4", np.repeat(gray(0.5), 3, axis=-1)):
        lost = noisy == 0
        assert (lost.all(axis=-1) == lost.any(axis=-1)).all()
        assert lost.mean() == pytest.approx(0.4, abs=0.01)


def test_masking_hides_whole_patches():
    for noisy in both_forms("masking:0.5", gray(0.5)):
        patches = (noisy == 0).reshape(100, 7, 4, 7, 4).transpose(0, 1, 3, 2, 4)
        hidden = patches.reshape(-1, 16)
        assert (hidden.all(axis=1) == hidden.any(axis=1)).all()
        assert hidden.mean() == pytest.approx(0.5, abs=0.03)


def test_speckle_leaves_black_alone_and_grows_with_the_light():
    for black, dark, light in zip(
        *(both_forms("speckle:0.1", gray(value)) for value in (0.0, 0.2, 0.4)), strict=True
    ):
        assert black.max() == 0.0
        assert light.std() == pytest.approx(2 * dark.std(), rel=0.03)


def test_blur_is_equal_in_both_forms_and_keeps_a_flat_image(images):
    first, second = both_forms("blur:1.3", images)
    assert np.abs(first - second).max() < 1e-5
    assert np.allclose(both_forms("blur:1.3", gray(0.5))[0], 0.5, atol=1e-6)
    assert np.allclose(both_forms("blur:0", images)[0], images, atol=1e-6)


def test_a_range_gives_each_image_a_level_of_its_own():
    for noisy in both_forms("gaussian:0.02..0.1", gray(0.5, 400)):
        spread = noisy.std(axis=(1, 2, 3))
        assert spread.min() == pytest.approx(0.02, abs=0.006)
        assert spread.max() == pytest.approx(0.1, abs=0.006)
        # Low levels more often: lowest + width · u³ has these quartiles.
        quartiles = 0.02 + 0.08 * np.array([0.25, 0.5, 0.75]) ** 3
        assert np.quantile(spread, [0.25, 0.5, 0.75]) == pytest.approx(quartiles, abs=0.008)


@given(st.floats(0, 1, width=16), st.floats(0, 1, width=16))
def test_words_and_levels_are_the_same_thing(first, second):
    low, high = sorted((first, second))
    corruption = GaussianNoise((low, high) if low < high else low)
    again = corruption_from_words(corruption.words)
    assert again.words == corruption.words


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("gaussian:-0.1", "noise factor must be 0 or more; -0.1"),
        ("gaussian:nan", "noise factor must be 0 or more"),
        ("gaussian:loud", "KIND:LEVEL"),
        ("gaussian", "KIND:LEVEL"),
        ("gausian:0.1", "Did you mean 'gaussian'"),
        ("gaussian:0.1+blurr:1", "Did you mean 'blur'"),
        ("gaussian:0.5..0.1", "from low to high; 0.5..0.1"),
        ("gaussian:0.5..", "KIND:LOW..HIGH"),
        ("salt-and-pepper:1.2", "between 0 and 1; 1.2"),
        ("pixel-dropout:-1", "between 0 and 1"),
        ("masking:2", "between 0 and 1"),
        ("poisson:0", "peak must be a number above 0"),
        ("speckle:inf", "speckle level must be 0 or more"),
        ("blur:-1", "blur width must be 0 or more"),
        ("", "There is: blur"),
    ],
)
def test_words_that_name_no_corruption(words, message):
    with pytest.raises(ConfigurationError, match=message):
        corruption_from_words(words)


@pytest.mark.parametrize(
    ("words", "levels"),
    [
        ("gaussian:0.2", (0.2, 0.2)),
        ("gaussian:0.05..0.5", (0.05, 0.5)),
        ("gaussian:0.1+pixel-dropout:0.2", None),
        ("poisson:30", None),
        ("files", None),
        (None, None),
    ],
)
def test_levels_are_told_of_gaussian_noise_alone(words, levels):
    assert gaussian_levels(words) == levels
