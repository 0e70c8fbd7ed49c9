"""How sure a classifier may be: temperatures, statistics of pixels, and what is unlike training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hourglass.evaluation import (
    cross_entropy,
    expected_calibration_error,
    fit_known_images,
    fit_temperature,
    novelty,
    pixel_statistics,
    softmax,
)
from hourglass.seeds import generator


def drawn(images: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return logits that are right about how sure they are, and labels drawn from them."""
    chance = generator(seed, "logits")
    logits = chance.normal(0.0, 2.0, (images, classes))
    cumulative = softmax(logits).cumsum(axis=1)
    labels = (cumulative < chance.random((images, 1))).sum(axis=1)
    return logits, np.minimum(labels, classes - 1)


@given(st.floats(0.2, 8.0), st.integers(2, 12), st.integers(0, 50))
def test_a_network_that_is_too_sure_is_found_out(scale, classes, seed):
    logits, labels = drawn(4000, classes, seed)
    found = fit_temperature(scale * logits, labels)
    assert found == pytest.approx(scale, rel=0.15)
    # Nothing near it is better on the images it was fitted to.
    best = cross_entropy(softmax(scale * logits, found), labels)
    for other in (0.9 * found, 1.1 * found, 1.0):
        assert best <= cross_entropy(softmax(scale * logits, other), labels) + 1e-9


def test_a_temperature_changes_no_prediction_and_mends_the_calibration_of_other_images():
    logits, labels = drawn(8000, 5, 3)
    sure = 4.0 * logits
    found = fit_temperature(sure[:4000], labels[:4000])
    before, after = softmax(sure[4000:]), softmax(sure[4000:], found)
    assert np.array_equal(before.argmax(axis=1), after.argmax(axis=1))
    errors = [expected_calibration_error(values, labels[4000:]) for values in (before, after)]
    assert errors[0] > 0.1 and errors[1] < 0.03


def test_where_all_are_right_there_is_no_temperature_to_fit():
    logits = np.eye(3)[[0, 1, 2, 0]] * 2.0
    assert fit_temperature(logits, np.array([0, 1, 2, 0])) == 1.0
    assert fit_temperature(logits, np.array([0, 1, 2, 1])) > 1.0


def test_probabilities_of_large_logits_are_numbers():
    found = softmax(np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4]]))
    assert found.tolist() == [[1.0, 0.0, 0.0], [1 / 3, 1 / 3, 1 / 3]]
    assert softmax(np.empty((0, 4))).shape == (0, 4)


def test_statistics_of_pixels_are_mean_deviation_and_roughness():
    stripes = np.zeros((4, 4, 1), np.float32)
    stripes[::2] = 1.0
    flat = np.full((4, 4, 1), 0.25, np.float32)
    found = pixel_statistics(np.stack([stripes, flat]))
    # Between rows every step is 1, between columns every one is 0.
    assert found == pytest.approx(np.array([[0.5, 0.5, 1.0], [0.25, 0.0, 0.0]]))
    color = np.zeros((1, 2, 2, 3), np.float32)
    color[..., 0] = 0.9
    assert pixel_statistics(color) == pytest.approx(np.array([[0.3, 0.0, 0.0]]))
    assert pixel_statistics(np.ones((1, 1, 1, 1), np.float32))[0].tolist() == [1.0, 0.0, 0.0]


@pytest.mark.parametrize("classes", [2, 10, 120])
def test_images_far_from_every_class_are_more_novel_than_the_training_images(classes):
    chance = generator(classes, "known")
    labels = np.arange(max(2000, 20 * classes)) % classes
    logits = 8.0 * np.eye(classes)[labels] + chance.normal(0, 1, (len(labels), classes))
    statistics = chance.normal((0.5, 0.2, 0.1), 0.02, (len(labels), 3))
    known = fit_known_images(logits, labels, statistics)
    own = novelty(known, logits, statistics)
    assert (own > 1.0).mean() == pytest.approx(0.02, abs=0.011)
    between = novelty(known, np.full((1, classes), -30.0), statistics[:1])
    black = novelty(known, logits[:1], np.zeros((1, 3)))
    assert between[0] > own.max() and black[0] > own.max()
    # A whole calibration of so many classes has its place in a model file.
    assert sum(map(len, (*known.whitening, *known.class_means))) <= 12_000
