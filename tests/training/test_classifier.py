"""Labels in place of images: fed in the same order, learned, and told by epoch."""

import numpy as np
import pytest

from hourglass.errors import ConfigurationError, DataError
from hourglass.evaluation import accuracy_of
from hourglass.images import ArrayImages, load_images
from hourglass.inference import classify
from hourglass.models import build_classifier
from hourglass.records import ModelSpec, NetworkOptions, TrainingPlan
from hourglass.training import Feed, train

OPTIONS = NetworkOptions(units=(32,), latent_dim=None, activation="relu", dropout=0.1)
SPEC = ModelSpec(
    network="dense", image_shape=(8, 8, 1), options=OPTIONS, objective="classify", classes=10
)
PLAN = TrainingPlan(epochs=10, batch_size=32)


@pytest.fixture(scope="module")
def parts():
    images = load_images("digits").train
    return [images.take(rows) for rows in np.split(np.arange(1797), [1200, 1500])]


@pytest.fixture(scope="module")
def trained(parts):
    images, validation, _ = parts
    model = build_classifier(SPEC, seed=1)
    pair = validation.read_all(), validation.labels
    return model, train(model, images, PLAN, validation=pair).history, pair


def test_it_learns_nearly_as_much_as_a_linear_map_and_more(trained, parts):
    from hourglass.baselines import Labeled, LogisticRegression

    model, _, _ = trained
    images, validation, test = (Labeled(part.read_all(), part.labels) for part in parts)
    linear = LogisticRegression(10).fit(images, validation).classify(test.values)
    found = accuracy_of(classify(model, test.values), test.labels)
    assert found > accuracy_of(linear, test.labels) - 0.05 > 0.8


def test_accuracies_of_the_history_are_evaluations(trained):
    model, history, (values, labels) = trained
    best = history.epochs[history.best_epoch - 1]
    assert best.val_accuracy == pytest.approx(accuracy_of(classify(model, values), labels))
    assert best.val_loss == min(row.val_loss for row in history.epochs)
    assert history.epochs[-1].accuracy > history.epochs[0].accuracy
    assert best.val_mse is None


def test_training_twice_gives_the_same_bytes(parts):
    images, validation, _ = parts

    def weights():
        model = build_classifier(SPEC, seed=2)
        plan = TrainingPlan(epochs=2, batch_size=64, optimizer="sgd", momentum=0.9)
        train(model, images, plan, validation=(validation.read_all(), validation.labels))
        return model.get_weights()

    assert all(map(np.array_equal, weights(), weights()))


def test_labels_come_with_their_images():
    pixels = np.arange(50, dtype=np.uint8)[:, None, None, None]
    images = ArrayImages(pixels, np.arange(50) % 7)
    feed = Feed(images, 8, seed=3, targets=images.labels)
    feed.first_step, feed.steps = 5, 4
    for (seen, labels), rows in zip(feed.batches(), feed.rows(5, 4), strict=True):
        assert np.allclose(seen, images.read(rows), atol=1e-7)
        assert np.array_equal(labels, rows % 7)


def test_images_without_labels_are_refused(parts):
    _, validation, _ = parts
    bare = ArrayImages(validation.pixels)
    with pytest.raises(DataError, match="learns from labels"):
        train(
            build_classifier(SPEC),
            bare,
            PLAN,
            validation=(validation.read_all(), validation.labels),
        )


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"momentum": 0.9}, "momentum = 0.9 is for optimizer sgd or rmsprop; it is adam"),
        ({"weight_decay": 0.1, "optimizer": "sgd"}, "for optimizer adamw; it is sgd"),
    ],
)
def test_what_an_optimizer_does_not_take_is_refused(keys, words):
    with pytest.raises(ConfigurationError, match=words):
        TrainingPlan(**keys)
