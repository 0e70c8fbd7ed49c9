"""What every baseline of a classifier promises."""

import numpy as np
import pytest

from hourglass.baselines import Labeled, classifier_baselines
from hourglass.evaluation import accuracy_of
from hourglass.images import load_images


@pytest.fixture(scope="module")
def parts():
    images = load_images("digits").train
    values, labels = images.read_all(), images.labels
    return [Labeled(values[rows], labels[rows]) for rows in np.split(np.arange(1797), [1200, 1500])]


@pytest.fixture(scope="module")
def fitted(parts):
    training, validation, _ = parts
    return {one.method: one.fit(training, validation) for one in classifier_baselines(10)}


def test_every_baseline_gives_probabilities(fitted, parts):
    test = parts[2]
    for baseline in fitted.values():
        probabilities = baseline.classify(test.values)
        assert probabilities.shape == (len(test.labels), 10)
        assert probabilities.min() >= 0.0
        assert np.allclose(probabilities.sum(axis=1), 1.0)
        assert baseline.label


def test_each_knows_more_than_the_one_before(fitted, parts):
    values, labels = parts[2]
    accuracies = [accuracy_of(one.classify(values), labels) for one in fitted.values()]
    assert accuracies == sorted(accuracies)
    assert accuracies[0] < 0.15 and accuracies[1] > 0.85


def test_what_was_chosen_is_told(fitted):
    assert fitted["majority"].detail == ""
    for method in ("logistic", "neighbors"):
        assert "chosen on validation; 1,200 training images" in fitted[method].detail


def test_a_class_that_was_not_there_gets_nothing(parts):
    training, validation, test = parts
    known = Labeled(training.values[training.labels != 4], training.labels[training.labels != 4])
    for baseline in classifier_baselines(10):
        found = baseline.fit(known, validation).classify(test.values)
        assert found.shape[1] == 10 and not found[:, 4].any()


def test_too_many_images_are_drawn_with_the_seed():
    labels = np.arange(20_500) % 2
    many = Labeled(labels[:, None].astype(np.float32), labels)
    _, _, neighbors = classifier_baselines(2)
    drawn = neighbors.taken(many, 20_000)
    again = neighbors.taken(many, 20_000)
    assert len(drawn.labels) == 20_000 and np.array_equal(drawn.labels, again.labels)
    assert np.array_equal(drawn.values[:, 0], drawn.labels)
